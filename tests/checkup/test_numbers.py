"""One number: what is wrong with token, number, subscription and webhook is said in plain words, with what to do."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scope

from accounts.models import WhatsAppNumber
from accounts.secrets import set_secret
from tests.cloud_api.conftest import Answer, hang_up
from tests.factories import DAIRY_NUMBER, DAIRY_WABA, new_wamid, receive, text_body
from tests.meta import NUMBER, refusal
from webhooks.models import Tally
from whatsapp_automation.checkup import BAD, OK, WARN, numbers

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
KEYS = ["sending", "token", "number", "subscription", "app_secret", "callback", "deliveries"]


@pytest.fixture
def look(dairy, meta, settings):
    """Look at the dairy's number, with changes: {key: finding}."""
    settings.WHATSAPP_APP_SECRET = ["the-installations"]

    def see(**changes) -> dict:
        with scope(business=dairy):
            number = WhatsAppNumber.objects.get()
            for name, value in changes.items():
                set_secret(number, name, value) if name in ("access_token", "app_secret") else setattr(
                    number, name, value
                )
            number.save()
            return {finding.key: finding for finding in numbers.look_at(number)}

    return see


def test_all_is_well_and_meta_was_asked_twice(look, meta):
    receive(text_body(new_wamid(), "hello"))
    found = look()
    assert list(found) == KEYS
    assert {key: finding.state for key, finding in found.items()} == dict.fromkeys(KEYS, OK) | {"callback": WARN}
    assert "but Meta cannot reach it" in found["callback"].text  # the loopback address of a test
    assert found["number"].text == "+91 80 4718 0011, known to customers as Shuddh Dairy."
    assert found["subscription"].text == "Webhooks of this account go to: Dairy app."
    graph = [path for path in meta.asked if path != "GET /webhook"]
    assert graph == [f"GET /v26.0/{DAIRY_NUMBER}", f"GET /v26.0/{DAIRY_WABA}/subscribed_apps"]


@pytest.mark.parametrize(
    ("answer", "key", "words"),
    [
        (refusal(190, "Session has expired", 401), "token", "Meta does not take the access token: Session has expired"),
        (refusal(10, "No permission", 403), "token", "may not use this number: No permission"),
        (refusal(200, "No permission", 403), "token", "may not use this number: No permission"),
        (refusal(100, "does not exist"), "number", f"This token sees no number with the id {DAIRY_NUMBER}."),
        (refusal(4, "Too many calls"), "number", "Meta says: (4) Too many calls"),
        (Answer(502, b"<html>Bad gateway"), "token", "gave no answer: HTTP 502"),
        (Answer(act=hang_up), "token", "gave no answer: The connection failed"),
        (Answer(body=b'{"display'), "token", "gave no answer: The answer is no JSON object"),
        (Answer(body=NUMBER | {"platform_type": "NOT_APPLICABLE"}), "number", "is not registered for the Cloud API"),
        (Answer(body=NUMBER | {"name_status": "DECLINED"}), "number", "has refused the display name"),
    ],
)
def test_what_meta_says_of_token_and_number_is_said(look, meta, answer, key, words):
    meta.number = answer
    found = look()[key]
    assert found.state == BAD
    assert words in found.text


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(body=NUMBER | {"quality_rating": "RED"}), "quality of +91 80 4718 0011 as low"),
        (Answer(body=NUMBER | {"display_phone_number": "+1 555 0100"}), "this id is the number +1 555 0100"),
    ],
)
def test_what_works_but_should_be_looked_at_is_a_warning(look, meta, answer, words):
    meta.number = answer
    found = look()["number"]
    assert (found.state, bool(found.advice)) == (WARN, True)
    assert words in found.text


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(body={"data": []}), "No app is subscribed"),
        (refusal(100), f"no WhatsApp account with the id {DAIRY_WABA}"),
        (refusal(10, "No permission"), "Meta says: (10) No permission"),
        (Answer(body={"data": "?"}), "gave no answer"),
    ],
)
def test_an_account_whose_webhooks_go_nowhere_is_bad(look, meta, answer, words):
    meta.apps = answer
    found = look()["subscription"]
    assert found.state == BAD
    assert words in found.text


def test_without_a_waba_id_the_subscription_is_not_known(look, meta):
    assert look(waba_id="")["subscription"].state == WARN
    assert not any("subscribed_apps" in path for path in meta.asked)


def test_a_graph_api_that_nobody_answers_at_is_said_and_nothing_raises(look, settings):
    settings.GRAPH_API_URL = "http://127.0.0.1:1"
    found = look()
    assert found["token"].text.startswith("Meta (127.0.0.1) gave no answer: No connection")
    assert found["subscription"].state == BAD


@pytest.mark.parametrize("token", ["", "a token"])
def test_a_token_that_cannot_be_used_is_said_and_meta_is_not_asked(look, meta, token):
    found = look(access_token=token)
    assert found["token"].state == BAD
    assert "number" not in found
    assert meta.asked == ["GET /webhook"]


def test_a_token_that_no_key_opens_is_said(look, dairy_number, settings):
    settings.FIELD_ENCRYPTION_KEYS = ["2QhdGqdMCvhQGdwJCLQsk3oHg4HPBxy0gGJbrxO3wVc="]
    found = look()
    assert (found["token"].state, found["token"].advice) == (
        BAD,
        "Enter the access token again on the number's page.",
    )
    assert "FIELD_ENCRYPTION_KEYS" in found["token"].text


def test_a_stopped_number_says_why_and_one_that_is_off_says_so(look):
    found = look(stopped_at=timezone.now(), stopped_reason="(190) Session has expired")["sending"]
    assert (found.state, "token" in found.text) == (BAD, True)
    assert look(stopped_at=None, active=False)["sending"].state == WARN


def test_without_any_app_secret_every_webhook_is_refused(look, settings):
    settings.WHATSAPP_APP_SECRET = []
    assert look()["app_secret"].state == BAD
    assert look(app_secret="its-own-secret")["app_secret"].state == OK


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(403, b"The verify token is wrong."), "HTTP 403"),
        (Answer(302, b"", {"Location": "/login"}), "HTTP 302"),
        (Answer(200, b"Welcome to nginx"), "another page answers there"),
        (Answer(act=hang_up), "ConnectionError"),
    ],
)
def test_a_callback_that_does_not_echo_the_challenge_is_bad(look, meta, answer, words):
    meta.callback = answer
    found = look()["callback"]
    assert found.state == BAD
    assert words in found.text
    assert "verify-me" not in found.text


def test_without_a_verify_token_meta_cannot_be_told_the_address(look, settings, meta):
    settings.WHATSAPP_VERIFY_TOKEN = ""
    assert look()["callback"].state == BAD
    assert "GET /webhook" not in meta.asked
    assert look(verify_token="of-the-number")["callback"].state == WARN


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://chat.example.com/webhook", True),
        ("https://chat.example.com:443/webhook", True),
        ("https://8.8.8.8/webhook", True),
        ("http://chat.example.com/webhook", False),
        ("https://chat.example.com:8443/webhook", False),
        ("https://localhost/webhook", False),
        ("https://10.0.0.7/webhook", False),
        ("https://shop.local/webhook", False),
    ],
)
def test_meta_reaches_https_on_its_port_at_a_public_name_alone(address, public):
    assert numbers._public(address) is public


def test_the_simulator_needs_no_public_address(look, settings):
    settings.SIMULATOR_URL = "http://127.0.0.1:9090"
    assert look()["callback"].state == OK


def test_the_last_delivery_is_told_and_a_long_silence_is_a_warning(look, dairy_number):
    assert look()["deliveries"].text == "Meta has never delivered anything for this number."
    receive(text_body(new_wamid(), "hello"))
    assert look()["deliveries"].state == OK
    Tally.objects.update(slot=timezone.now() - timedelta(days=8))
    assert look()["deliveries"].state == WARN
