"""A business writes first: to whom, with which template, and what must be known before."""

import threading

import pytest
from django.db import connection
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts.errors import DomainError
from accounts.models import AuditEvent, WhatsAppNumber
from cloud_api.errors import from_answer
from conversations import blocking, outbound, sending, starting, thread, writing
from conversations.models import ConsentEvent, Contact, Conversation, Identity, Message, Status
from tests.api.asking import as_key, as_person
from tests.api.talking import NOWHERE, template, written, written_to_masala
from tests.factories import MEERA, ZOYA
from tests.simulated import simulated
from tests.simulator.conftest import eventually

from .test_sending import Graph

pytestmark = pytest.mark.django_db(transaction=True)

BODY = {"type": "BODY", "text": "Dear {{1}}, your order is ready."}
NEW = "+91 98765 43210"
HOW = "form in the shop, 21 November"


@pytest.fixture
def ready(dairy):
    return template(dairy, "order_ready", BODY)


@pytest.fixture
def offer(dairy):
    return template(dairy, "offer", BODY, category="MARKETING")


def draft(name: str = "order_ready", **parameters) -> writing.Draft:
    return writing.Draft(
        kind="template", template={"name": name, "language": "en", "parameters": parameters or {"body": ["Asha"]}}
    )


def start(number, to, by, *, name: str = "order_ready", **more) -> starting.Started:
    with scope(business=number.business):
        return starting.start(number, to, draft(name), author=outbound.Author.of_person(by), **more)


def rows() -> tuple[int, ...]:
    with scopes_disabled():
        return tuple(model.objects.count() for model in (Contact, Identity, Conversation, Message, ConsentEvent))


# --- whom -----------------------------------------------------------------------------------------------------------------


def test_a_new_customer_gets_a_contact_a_conversation_and_the_message(dairy_number, ready, bob):
    started = start(dairy_number, NEW, bob)
    with scopes_disabled():
        [contact] = Contact.objects.all()
        [known] = Identity.objects.all()
        [conversation] = Conversation.objects.all()
    assert (contact.phone, known.kind, known.value) == ("919876543210", "phone", "919876543210")
    assert (conversation.owner, conversation.assignee_id, conversation.state) == ("human", bob.pk, "open")
    assert (started.message.text, started.message.status) == ("Dear Asha, your order is ready.", Status.QUEUED)
    graph = Graph()
    sending.work(post=graph, linger=0.05)
    assert [post.to.phone for post in graph.posts] == ["919876543210"]
    assert set(AuditEvent.objects.filter(actor=bob).values_list("action", flat=True)) >= {
        "conversation.started",
        "message.queued",
    }


@pytest.mark.parametrize(
    "written_as", ["98765 43210", "098765-43210", "+919876543210", "919876543210", "00919876543210", "९८७६५४३२१०"]
)
def test_a_number_is_taken_as_people_write_it(dairy_number, written_as):
    assert starting.read_phone(written_as, dairy_number) == "919876543210"


def test_a_number_of_another_country_needs_its_code(dairy_number):
    assert starting.read_phone("+971 50 123 4567", dairy_number) == "971501234567"
    WhatsAppNumber._base_manager.update(display_phone_number="+971 50 765 4321")
    dairy_number.refresh_from_db()
    assert starting.read_phone("050 123 4567", dairy_number) == "971501234567"
    WhatsAppNumber._base_manager.update(display_phone_number="")
    dairy_number.refresh_from_db()
    assert starting.country_of(dairy_number) == ""
    with pytest.raises(DomainError):
        starting.read_phone("050 123 4567", dairy_number)


@pytest.mark.parametrize("wrong", ["", "hello", "98765", "+91 98765 432100", "+999 1", "918047180011", "@zoya.writes"])
def test_what_is_no_number_of_a_customer_makes_nothing(dairy_number, ready, bob, wrong):
    with pytest.raises(DomainError) as refused:
        start(dairy_number, wrong, bob)
    assert list(refused.value.fields) == ["to"]
    assert rows() == (0, 0, 0, 0, 0)


def test_who_has_written_before_is_found_and_their_open_conversation_is_used(dairy_number, ready, bob):
    conversation = written(sender=MEERA)
    before = rows()
    started = start(dairy_number, "+" + MEERA.phone, bob)
    assert started.conversation.pk == conversation.pk
    assert [after - old for after, old in zip(rows(), before, strict=True)] == [0, 0, 0, 1, 0]
    with scopes_disabled():
        assert Conversation.objects.get().owner == "human"
    assert not AuditEvent.objects.filter(action="conversation.started").exists()


def test_a_username_user_is_written_to_by_their_user_id(dairy_number, ready, bob):
    contact = written(sender=ZOYA).contact
    sending.work(post=Graph(), linger=0.05)
    start(dairy_number, contact, bob)
    graph = Graph()
    sending.work(post=graph, linger=0.05)
    assert [(post.to.phone, post.to.bsuid) for post in graph.posts] == [("", ZOYA.user_id)]


def test_after_a_closed_conversation_a_new_one_begins(dairy_number, ready, bob):
    first = start(dairy_number, NEW, bob)
    with scopes_disabled():
        Conversation.objects.update(state="closed", closed_at=timezone.now())
    second = start(dairy_number, NEW, bob)
    assert second.conversation.pk != first.conversation.pk
    assert rows()[:3] == (1, 1, 2)


def test_two_who_start_at_once_meet_in_one_conversation(dairy_number, ready, bob, alice):
    gate, ended = threading.Barrier(2), []

    def one(person):
        try:
            gate.wait(5)
            ended.append(start(dairy_number, NEW, person).conversation.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(person,)) for person in (bob, alice)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(ended) == 2
    assert len(set(ended)) == 1
    assert rows()[:4] == (1, 1, 1, 2)


def test_a_second_click_sends_nothing_more(dairy_number, offer, bob):
    first = start(dairy_number, NEW, bob, name="offer", opt_in=HOW, key="click")
    again = start(dairy_number, NEW, bob, name="offer", opt_in=HOW, key="click")
    assert (first.is_new, again.is_new, again.message) == (True, False, first.message)
    assert rows() == (1, 1, 1, 1, 1)


# --- permission -----------------------------------------------------------------------------------------------------------


def test_an_offer_needs_to_know_how_the_customer_allowed_it(dairy_number, offer, bob):
    with pytest.raises(DomainError) as refused:
        start(dairy_number, NEW, bob, name="offer")
    assert (refused.value.code, list(refused.value.fields)) == ("opt_in_missing", ["optIn"])
    assert rows() == (0, 0, 0, 0, 0)
    start(dairy_number, NEW, bob, name="offer", opt_in=HOW)
    with scopes_disabled():
        [event] = ConsentEvent.objects.all()
    assert (event.kind, event.source, event.how) == ("start", "agent", HOW)
    start(dairy_number, NEW, bob, name="offer")  # it is known now
    assert rows()[3:] == (2, 1)


def test_an_offer_to_who_has_stopped_offers_is_refused(dairy_number, offer, bob):
    contact = written(sender=MEERA).contact
    with scopes_disabled():
        Contact.objects.update(opted_out_at=timezone.now())
        contact.refresh_from_db()
    before = rows()
    with pytest.raises(DomainError) as refused:
        start(dairy_number, contact, bob, name="offer")
    assert refused.value.code == "opted_out"
    assert rows() == before


def test_a_template_that_is_not_approved_begins_nothing(dairy, dairy_number, bob):
    template(dairy, "order_ready", BODY, status="PAUSED")
    with pytest.raises(DomainError) as refused:
        start(dairy_number, NEW, bob)
    assert refused.value.code == "template_not_approved"
    assert rows() == (0, 0, 0, 0, 0)


def test_a_number_that_is_switched_off_begins_nothing(dairy_number, ready, bob):
    WhatsAppNumber._base_manager.update(active=False)
    dairy_number.refresh_from_db()
    with pytest.raises(DomainError) as refused:
        start(dairy_number, NEW, bob)
    assert refused.value.code == "number_off"
    assert rows() == (0, 0, 0, 0, 0)


def test_who_is_blocked_is_not_written_to_by_a_page_nor_by_a_program(dairy_number, ready, offer, bob):
    contact = written(sender=MEERA).contact
    with scope(business=dairy_number.business):
        blocking.block(contact, by=bob, now=timezone.now())
    before = rows()
    for to, name in ((f"+{MEERA.phone}", "order_ready"), (contact, "order_ready"), (contact, "offer")):
        with pytest.raises(DomainError) as refused:
            start(dairy_number, to, bob, name=name, opt_in=HOW)
        assert refused.value.code == "blocked"
    answer = ask(as_person(bob), dairy_number, to=f"+{MEERA.phone}")
    assert (answer.status_code, answer.json()["code"]) == (409, "blocked")
    assert rows() == before
    with scope(business=dairy_number.business):
        blocking.unblock(contact, by=bob, now=timezone.now())
    assert start(dairy_number, contact, bob).is_new


# --- by the API -----------------------------------------------------------------------------------------------------------


def ask(client, number, key: str | None = None, **body):
    given = {
        "numberId": str(getattr(number, "pk", number)),
        "template": {"name": "order_ready", "language": "en"},
        **body,
    }
    given["template"].setdefault("parameters", {"body": ["Asha"]})
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    return client.post("/api/conversations", given, format="json", **headers)


def test_a_program_begins_a_conversation_and_the_bot_goes_on(dairy, dairy_number, ready, alice):
    client = as_key(dairy, "conversations:write", by=alice)
    answer = ask(client, dairy_number, "order 17", to=NEW)
    assert (answer.status_code, answer.json()["phone"], answer.json()["owner"]) == (201, "919876543210", "bot")
    again = ask(client, dairy_number, "order 17", to=NEW)
    assert (again.status_code, again.json()["id"]) == (200, answer.json()["id"])
    assert rows() == (1, 1, 1, 1, 0)


def test_a_persons_is_theirs(dairy_number, ready, bob):
    told = ask(as_person(bob), dairy_number, to=NEW).json()
    assert (told["owner"], told["assignee"]["id"]) == ("human", str(bob.pk))


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "to"),
        ({"to": NEW, "contactId": NOWHERE}, 400, "to"),
        ({"to": "hello"}, 400, "to"),
        ({"contactId": NOWHERE}, 404, "contactId"),
        ({"to": NEW, "numberId": NOWHERE}, 404, "numberId"),
        ({"to": NEW, "template": {"name": "nothing", "language": "en"}}, 409, "template.name"),
        (
            {"to": NEW, "template": {"name": "order_ready", "language": "en", "parameters": {}}},
            400,
            "template.parameters.body",
        ),
        ({"to": NEW, "template": {"name": "offer", "language": "en"}}, 400, "optIn"),
        ({"to": NEW, "optIn": "x" * 201}, 400, "optIn"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(dairy_number, ready, offer, bob, body, status, field):
    answer = ask(as_person(bob), dairy_number, **body)
    assert (answer.status_code, list(answer.json()["fields"])) == (status, [field]), answer.json()
    assert rows() == (0, 0, 0, 0, 0)


def test_contacts_and_numbers_of_another_business_are_not_there(dairy_number, masala_number, ready, bob):
    theirs = written_to_masala().contact
    before = rows()
    client = as_person(bob)
    assert ask(client, dairy_number, contactId=str(theirs.pk)).status_code == 404
    assert ask(client, masala_number, to=NEW).status_code == 404
    assert rows() == before


# --- to the wire ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def meta(settings):
    with simulated(settings) as simulator:
        yield simulator


def test_the_template_reaches_a_phone_that_never_wrote(meta, dairy_number, ready, bob):
    start(dairy_number, NEW, bob)
    sending.work(linger=0.05)
    shown = eventually(lambda: meta.thread("+919876543210"))
    assert [one["direction"] for one in shown] == ["outbound"]
    assert "Dear Asha, your order is ready." in str(shown[0])
    with scopes_disabled():
        assert Message.objects.get().status == Status.ACCEPTED


def test_a_phone_without_whatsapp_is_told_in_the_thread(dairy_number, ready, bob):
    started = start(dairy_number, NEW, bob)
    sending.work(
        post=Graph(from_answer(400, {"error": {"code": 131026, "message": "Message undeliverable"}})), linger=0.05
    )
    with scopes_disabled():
        shown = thread.thread(started.conversation, timezone.now())
    [bubble] = [bubble for bubble in shown.days[0].bubbles if bubble.side != thread.LINE]
    assert "no WhatsApp" in bubble.trouble
    assert shown.state.answers == "human"
