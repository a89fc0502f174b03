"""Whatever the provider does, each customer gets one reply or one handover, in time: from the webhook to the phone.

The time that the model has is shortened from 20 s to 4, and the quiet that is waited for to half a second.
"""

import ssl
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from aibot.model import TRIES
from aibot.provider import Breaker
from tests.aibot.provider_server import BROKEN, DENIED, LARGE, MANY, OpenAi, chat, cut, drips, late, result
from tests.cloud_api.conftest import Answer, hang_up
from tests.serving import serving

from ..thinking import ODD, reservations_of, turns_of, workers_with

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]  # the first one starts the whole product
IN_TIME = 25.0  # seconds from the customer's last message; of a model that has 4 it takes 5
GOOD = chat(result("Happy to help."))
ROW = Breaker().failures


@pytest.fixture(autouse=True, scope="module")
def impatient(stack):
    with workers_with(stack, "inbound", "bot", AI_SECONDS="4", TURN_QUIET_MS="500"):
        yield


@pytest.fixture
def server(model, world, asked_since):
    """Well at the beginning and in the end. One good call ends a row of failures, before it may be so long that the provider is
    left alone: that is tested in test_races.py.
    """
    model.answers, model.usual = [], GOOD
    if sum(asked_since) + TRIES > ROW:
        _call_well(world)
        asked_since.clear()
    model.requests.clear()
    yield model
    asked_since.append(len(model.requests))
    model.answers, model.usual = [], GOOD


@pytest.fixture(scope="module")
def asked_since() -> list[int]:
    """How often each test has asked the provider since a call that was good. Before the first one there is one too: it loads what
    the bot needs for it.
    """
    return [ROW]


def _call_well(world) -> None:
    """On a busy machine even a good call may not end in the time it has."""
    said = [ask(world)["text"]]
    while not said[-1].startswith("Happy to help."):
        assert len(said) < 5, said
        said.append(ask(world)["text"])


def ask(world, phone: str = "") -> dict:
    """What the phone shows in answer, with ``took``: the seconds that the customer has waited for it."""
    phone, began = phone or world.new_phone(), time.time()
    world.write(phone, ODD)
    shown = world.until(lambda: world.answers(phone), within=60)[0]
    return shown | {"took": shown["at"] - began}


HANDED_OVER = {
    "429 twice": ([MANY, MANY], "provider:http_429", 2),
    "429 and wait for a minute": (
        [Answer(429, {"error": {}}, headers={"Retry-After": "60"})],
        "provider:http_429",
        1,
    ),
    "5xx twice": ([BROKEN, BROKEN], "provider:http_503", 2),
    "empty": ([chat("")], "provider:empty", 1),
    "no body": ([Answer(body=b"")], "provider:unreadable", 1),
    "1 MB": ([LARGE], "provider:too_large", 1),
    "no JSON": ([Answer(body=b'{"choices": [')], "provider:unreadable", 1),
    "a page": ([Answer(body=b"<html>", headers={"Content-Type": "text/html"})], "provider:unreadable", 1),
    "cut twice": ([Answer(act=cut), Answer(act=cut)], "provider:cut", 2),
    "resets twice": ([Answer(act=hang_up), Answer(act=hang_up)], "provider:cut", 2),
    "401": ([DENIED], "provider:http_401", 1),
    "404: no such model": ([Answer(404, {"error": {"code": "model_not_found"}})], "provider:http_404", 1),
    "its filter": ([chat("hi", finish="content_filter")], "provider:refused", 1),
    "too long": ([chat('{"reply": "hi', finish="length")], "provider:cut_off", 1),
    "no result": ([chat("I am a pirate")], "result:unreadable", 1),
}


def is_handed_over(world, phone: str, why: str) -> None:
    world.until(world.quiet, within=60)
    assert len(world.answers(phone)) == 1
    assert turns_of(world, phone) == [{"tier": "handover", "outcome": "queued", "reason": why, "waits": True}]
    assert "open" not in {one["state"] for one in reservations_of(world, phone)}


@pytest.mark.parametrize("fault", HANDED_OVER)
def test_a_fault_of_the_provider_is_one_handover(world, server, fault):
    answers, why, calls = HANDED_OVER[fault]
    server.answers, server.usual = list(answers), chat(result("Too late."))
    phone = world.new_phone()
    shown = ask(world, phone)
    assert "person from our team" in shown["text"]
    assert shown["took"] < IN_TIME
    is_handed_over(world, phone, why)
    assert len(server.requests) == calls


@pytest.mark.parametrize("kind", ["hangs", "drips"])
def test_one_that_never_ends_is_given_up(world, server, kind):
    server.usual = late(server, 60) if kind == "hangs" else Answer(act=drips(server))
    phone = world.new_phone()
    assert ask(world, phone)["took"] < IN_TIME
    is_handed_over(world, phone, "provider:timeout")
    assert [(one["state"], one["charged"] == one["tokens"]) for one in reservations_of(world, phone)] == [
        ("assumed", True)
    ]


SAID = {
    "slow": lambda server: [late(server, 1.5)],
    "429 at first": lambda server: [MANY],
    "429 and wait for a second": lambda server: [Answer(429, {"error": {}}, headers={"Retry-After": "1"})],
    "5xx at first": lambda server: [BROKEN],
    "cut at first": lambda server: [Answer(act=cut)],
    "another type of content": lambda server: [Answer(body=GOOD.body, headers={"Content-Type": "text/plain"})],
}


@pytest.mark.parametrize("fault", SAID)
def test_what_can_be_mended_in_time_is_a_reply(world, server, fault):
    server.answers = SAID[fault](server)
    phone = world.new_phone()
    shown = ask(world, phone)
    assert shown["text"].startswith(("Happy to help.", "Late but here."))
    assert shown["took"] < IN_TIME
    world.until(world.quiet, within=60)
    assert len(world.answers(phone)) == 1
    assert [turn["tier"] for turn in turns_of(world, phone)] == ["model"]


@pytest.mark.parametrize("where", ["refuses", "a stranger's certificate", "no TLS at all"])
def test_one_that_cannot_be_reached_is_one_handover_that_costs_nothing(world, server, tmp_path, where):
    with serving(OpenAi()) as other:
        if where == "a stranger's certificate":
            other.socket = _own_certificate(tmp_path).wrap_socket(other.socket, server_side=True)
        url = "http://127.0.0.1:9/v1" if where == "refuses" else other.url.replace("http:", "https:")
        phone = world.new_phone()
        with workers_with(world.stack, "bot", AI_BASE_URL=url):
            assert ask(world, phone)["took"] < IN_TIME + 20  # a worker starts meanwhile
            is_handed_over(world, phone, "provider:no_connection")
        assert other.requests == []
    assert {(one["state"], one["charged"]) for one in reservations_of(world, phone)} == {("released", 0)}


def _own_certificate(folder) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate that nobody has signed but itself."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]),
    )
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    path = folder / "pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
