"""The same code against the simulator's Graph API: its ids, addresses that end, types and limits."""

import io

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts import businesses
from conversations import outbound
from conversations.graph import client_of
from conversations.models import Conversation
from documents import fetching, outgoing
from documents.models import Document
from tests import factories
from tests.simulator.conftest import DAIRY, Product, eventually, running

from . import files

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def simulator(settings, tmp_path, alice, dairy):
    """A simulator whose webhooks a test works off by hand, and the dairy's number in it."""
    settings.MEDIA_FOLDER = tmp_path / "media"
    product = Product()
    businesses.connect_number(
        dairy, DAIRY["phone_number_id"], access_token=DAIRY["access_token"], waba_id=DAIRY["waba_id"], actor=alice
    )
    with running(product.url) as sim, scopes_disabled():
        settings.GRAPH_API_URL = sim.url
        client_of.cache_clear()
        sim.product = product
        yield sim
    product.close()
    client_of.cache_clear()


def came(sim) -> Document:
    """What the newest webhook became."""
    raw = eventually(lambda: sim.product.posts and sim.product.posts[-1][0])
    factories.receive(raw)
    sim.product.clear()
    return Document.objects.latest("created_at")


def customer(sim) -> dict:
    return next(one for one in sim.get("/customers")["customers"] if one["name"] == "Asha Verma")


def test_every_kind_that_a_phone_sends_is_fetched(simulator):
    for kind in ("image", "audio", "video", "document", "sticker"):
        simulator.write(customer(simulator)["id"], type=kind)
        document = came(simulator)
        fetching.work()
        document.refresh_from_db()
        assert (document.kind, document.state, document.why) == (kind, "stored", ""), kind


def test_an_address_that_ends_at_once_is_asked_for_anew(simulator):
    simulator.faults(media={"url_ms": 0})
    simulator.write(customer(simulator)["id"], type="image")
    document = came(simulator)
    fetching.work()
    document.refresh_from_db()
    assert (document.state, document.why) == ("waiting", "refused")
    simulator.faults(media={})
    fetching.work(clock=lambda: max(timezone.now(), document.next_try_at))
    document.refresh_from_db()
    assert document.state == "stored"


def test_what_we_send_is_taken(simulator, dairy, bob):
    simulator.write(customer(simulator)["id"], type="image")
    came(simulator)
    conversation = Conversation.objects.latest("created_at")
    for content, name, voice in (
        (files.picture("PNG"), "shop.png", False),
        (files.pdf(), "prices.pdf", False),
        (files.sound("webm"), "", True),
        (files.docx(), "offer.docx", False),
    ):
        document = outgoing.receive(dairy, io.BytesIO(content), name, by=bob, voice=voice)
        message, _ = outgoing.send(conversation, document, author=outbound.Author.of_person(bob))
        assert message.payload[document.kind]["id"].isdigit()
