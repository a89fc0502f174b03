"""/api/numbers: an owner connects WhatsApp numbers. What is secret goes in and never comes out."""

import pytest
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts import businesses
from accounts.models import AuditEvent, WhatsAppNumber
from tests.cloud_api.conftest import Answer
from tests.meta import APPS, meta_at, refusal

from .asking import as_key, as_person

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

TOKEN, APP_SECRET, VERIFY = (
    "EAAmynah-token-of-a-number-0033",
    "mynah-app-secret-0033-abcd",
    "mynah-verify-token-0033-efgh",
)
NEW = {
    "phoneNumberId": "106540352242922",
    "wabaId": "102290129340398",
    "displayPhoneNumber": "+91 80 4718 0033",
    "accessToken": TOKEN,
    "appSecret": APP_SECRET,
    "verifyToken": VERIFY,
}


@pytest.fixture
def meta(settings):
    with meta_at(settings) as meta:
        yield meta


def connect(client, **body):
    return client.post("/api/numbers", NEW | body, format="json")


def test_an_owner_connects_a_number(dairy, alice, meta, settings):
    answer = connect(as_person(alice))
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert body["phoneNumberId"] == "106540352242922"
    assert (body["active"], body["perSecond"]) == (True, 80)
    assert body["accessToken"] == {"set": True, "lastFour": "0033"}
    assert body["appSecret"] == {"set": True, "lastFour": "abcd"}
    assert body["verifyToken"] == {"set": True, "lastFour": "efgh"}
    with scope(business=dairy):
        number = WhatsAppNumber.objects.get(pk=body["id"])
    assert (number.access_token.reveal(), number.app_secret.reveal()) == (TOKEN, APP_SECRET)
    assert AuditEvent.objects.filter(action="number.connected", actor=alice, target=body["id"]).exists()
    version = f"/{settings.GRAPH_API_VERSION}"
    assert meta.asked == [f"GET {version}/106540352242922", f"GET {version}/102290129340398/subscribed_apps"]
    assert {request["headers"]["Authorization"] for request in meta.requests} == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("number", "apps", "field"),
    [
        (refusal(100, status=400), None, "phoneNumberId"),
        (refusal(10, status=403), None, "phoneNumberId"),
        (refusal(190, status=401), None, "accessToken"),
        (None, refusal(100), "wabaId"),
        (None, refusal(200, status=403), "wabaId"),
    ],
)
def test_a_strangers_number_or_account_is_connected_by_nobody(dairy, alice, meta, number, apps, field):
    meta.number, meta.apps = number or meta.number, apps or meta.apps
    refused = connect(as_person(alice))
    body = refused.json()
    assert (refused.status_code, body["code"], list(body["fields"])) == (400, "not_proven", [field])
    with scopes_disabled():
        assert not WhatsAppNumber.objects.filter(phone_number_id=NEW["phoneNumberId"]).exists()


@pytest.mark.parametrize("answer", [Answer(500, {}), refusal(80007, status=400), Answer(200, b"<html>")])
def test_where_meta_does_not_answer_nothing_is_connected_and_it_says_so(dairy, alice, meta, answer):
    meta.number = answer
    refused = connect(as_person(alice))
    assert (refused.status_code, refused.json()["code"]) == (503, "meta_unreachable")
    with scopes_disabled():
        assert not WhatsAppNumber.objects.filter(phone_number_id=NEW["phoneNumberId"]).exists()


def test_another_account_is_proven_too_and_the_same_one_is_not_asked_for(dairy, dairy_number, alice, meta):
    client, address = as_person(alice), f"/api/numbers/{dairy_number.pk}"
    same = {"wabaId": dairy_number.waba_id, "perSecond": 30}
    assert client.patch(address, same, format="json").status_code == 200
    assert not meta.asked
    meta.apps = refusal(100)
    refused = client.patch(address, {"wabaId": "777", "perSecond": 40}, format="json")
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["wabaId"])
    dairy_number.refresh_from_db()
    assert dairy_number.per_second == 30
    meta.apps = Answer(body=APPS)
    assert client.patch(address, {"wabaId": "777"}, format="json").json()["wabaId"] == "777"
    assert meta.requests[-1]["headers"]["Authorization"] == "Bearer token-of-the-dairy-0001"


def test_no_stored_token_proves_no_account(dairy, dairy_number, alice, meta):
    with scopes_disabled():
        WhatsAppNumber.objects.update(access_token="")
    client, address = as_person(alice), f"/api/numbers/{dairy_number.pk}"
    refused = client.patch(address, {"wabaId": "777"}, format="json")
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["accessToken"])
    assert client.patch(address, {"wabaId": "777", "accessToken": TOKEN}, format="json").status_code == 200


@pytest.mark.parametrize("written", ["hello", "+91 80", "0" * 16, "+91 80 4718 0033 ext 4", "+९१ ८० ४७१८ ००३३", "()"])
def test_a_phone_number_is_one(dairy, dairy_number, alice, client, written):
    words = ["A phone number has 7 to 15 digits, and beside them only spaces, +, - and brackets."]
    refused = as_person(alice).patch(f"/api/numbers/{dairy_number.pk}", {"displayPhoneNumber": written}, format="json")
    assert (refused.status_code, refused.json()["fields"]) == (400, {"displayPhoneNumber": words})
    client.force_login(alice)
    fields = {"active": "on", "per_second": 80, "display_phone_number": written}
    page = client.post(f"/admin/accounts/whatsappnumber/{dairy_number.pk}/change/", fields)
    assert page.context["adminform"].form.errors == {"display_phone_number": words}


@pytest.mark.parametrize("written", ["+91 80 4718-0033", "+1 (415) 555-0100", "5550100", ""])
def test_a_phone_number_may_be_written_in_many_ways(dairy, dairy_number, alice, written):
    address = f"/api/numbers/{dairy_number.pk}"
    changed = as_person(alice).patch(address, {"displayPhoneNumber": written}, format="json")
    assert changed.json()["displayPhoneNumber"] == written


@pytest.mark.parametrize("number", ["-1", "0", "1001"])
def test_the_messages_of_a_second_have_their_limits_told_at_once(dairy, dairy_number, alice, client, number):
    client.force_login(alice)
    page = client.post(f"/admin/accounts/whatsappnumber/{dairy_number.pk}/change/", {"per_second": number})
    assert page.context["adminform"].form.errors == {"per_second": ["From 1 to 1,000."]}


@pytest.mark.parametrize("token", ["टोकन-123456789", "EAA token", "EAA\ntoken", "EAA\ttoken"])
def test_a_token_that_no_header_can_hold_is_refused(dairy, dairy_number, alice, client, token):
    refused = as_person(alice).patch(f"/api/numbers/{dairy_number.pk}", {"accessToken": token}, format="json")
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["accessToken"])
    client.force_login(alice)
    at = f"/admin/accounts/whatsappnumber/{dairy_number.pk}/change/"
    page = client.post(at, {"active": "on", "per_second": 80, "new_access_token": token})
    assert page.status_code == 200
    assert "new_access_token" in page.context["adminform"].form.errors


def test_no_answer_and_no_log_holds_a_secret(dairy, alice, meta):
    client = as_person(alice)
    made = connect(client)
    address = f"/api/numbers/{made.json()['id']}"
    answers = [
        made,
        client.get("/api/numbers"),
        client.get(address),
        client.patch(address, {"perSecond": 20}, format="json"),
    ]
    answers += [connect(client), client.patch(address, {"accessToken": TOKEN, "perSecond": 0}, format="json")]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 409, 400]
    said = "".join(answer.content.decode() for answer in answers)
    logged = "".join(str(event.details) for event in AuditEvent.objects.all())
    for secret in (TOKEN, APP_SECRET, VERIFY):
        assert secret not in said
        assert secret not in logged


def test_a_short_secret_shows_nothing(dairy, alice, meta):
    body = connect(as_person(alice), accessToken="short", appSecret="", verifyToken="tiny").json()
    assert body["accessToken"] == {"set": True, "lastFour": None}
    assert body["appSecret"] == {"set": False, "lastFour": None}
    assert body["verifyToken"] == {"set": True, "lastFour": None}


def test_an_owner_changes_a_number_and_what_is_not_named_stays(dairy, dairy_number, alice):
    client = as_person(alice)
    address = f"/api/numbers/{dairy_number.pk}"
    body = client.patch(address, {"active": False, "perSecond": 20}, format="json").json()
    assert (body["active"], body["perSecond"], body["accessToken"]["lastFour"]) == (False, 20, "0001")
    assert client.patch(address, {"appSecret": APP_SECRET}, format="json").json()["appSecret"]["set"]
    assert not client.patch(address, {"appSecret": ""}, format="json").json()["appSecret"]["set"]
    assert client.delete(address).status_code == 405


@pytest.mark.parametrize("body", [{"accessToken": TOKEN}, {"resume": True}])
def test_a_new_token_starts_the_sending_again_and_so_does_the_owner(dairy, dairy_number, alice, body):
    with scopes_disabled():
        WhatsAppNumber.objects.update(
            stopped_at=timezone.now(), stopped_reason="(190) expired", stopped_by_account=True
        )
    client = as_person(alice)
    address = f"/api/numbers/{dairy_number.pk}"
    assert client.get(address).json()["stoppedAt"] is not None
    assert client.patch(address, {"perSecond": 40}, format="json").json()["stoppedAt"] is not None
    assert client.patch(address, body, format="json").json()["stoppedAt"] is None


def test_a_number_is_connected_once_whoever_has_it(dairy, masala_number, dairy_number, alice):
    client = as_person(alice)
    answers = [connect(client, phoneNumberId=number.phone_number_id) for number in (dairy_number, masala_number)]
    assert [answer.status_code for answer in answers] == [409, 409]
    bodies = [answer.json() | {"requestId": ""} for answer in answers]
    assert bodies[0] == bodies[1]
    with scopes_disabled():
        assert WhatsAppNumber.objects.count() == 2
        masala_number.refresh_from_db()
    assert masala_number.access_token.reveal() == "token-of-the-masala-0002"


def test_a_foreign_number_is_not_there(dairy, masala_number, alice, meta):
    client = as_person(alice)
    address = f"/api/numbers/{masala_number.pk}"
    for answer in (
        client.get(address),
        client.patch(address, {"active": False}, format="json"),
        client.post(f"{address}/check"),
        client.post(f"{address}/subscribe"),
    ):
        assert answer.status_code == 404
    assert meta.asked == []
    masala_number.refresh_from_db()
    assert masala_number.active


def test_only_an_owner_has_to_do_with_numbers(dairy, dairy_number, bob, vera, meta):
    for user in (bob, vera):
        client = as_person(user)
        address = f"/api/numbers/{dairy_number.pk}"
        for answer in (
            client.get("/api/numbers"),
            client.get(address),
            connect(client),
            client.patch(address, {"active": False}, format="json"),
            client.post(f"{address}/check"),
            client.post(f"{address}/subscribe"),
        ):
            assert answer.status_code == 403
    assert meta.asked == []


def test_a_key_needs_the_scope(dairy, dairy_number, alice, meta):
    reads, writes = as_key(dairy, "numbers:read", by=alice), as_key(dairy, "numbers:write", by=alice)
    assert reads.get("/api/numbers").status_code == 200
    assert reads.post(f"/api/numbers/{dairy_number.pk}/check").json()["code"] == "scope_missing"
    assert writes.post(f"/api/numbers/{dairy_number.pk}/check").status_code == 200
    event = AuditEvent.objects.get(action="number.tested")
    assert event.actor is None
    assert event.api_key.startswith("wak_")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"phoneNumberId": "+91 80"}, "phoneNumberId"),
        ({"phoneNumberId": "१२३४५६"}, "phoneNumberId"),
        ({"wabaId": "x"}, "wabaId"),
        ({"accessToken": ""}, "accessToken"),
        ({"perSecond": 0}, "perSecond"),
        ({"perSecond": 1001}, "perSecond"),
        ({"resume": True}, "resume"),
        ({"business": "x"}, "business"),
        ({"stoppedAt": None}, "stoppedAt"),
    ],
)
def test_what_will_not_do_says_which_field(dairy, alice, body, field):
    answer = connect(as_person(alice), **body)
    assert answer.status_code == 400, answer.json()
    assert list(answer.json()["fields"]) == [field]


# --- test the connection ------------------------------------------------------------------------------------------------------


def test_a_check_says_what_the_button_on_the_page_says(dairy, dairy_number, alice, meta):
    answer = as_person(alice).post(f"/api/numbers/{dairy_number.pk}/check")
    assert answer.status_code == 200, answer.json()
    findings = {finding["key"]: finding for finding in answer.json()["findings"]}
    assert findings["token"]["state"] == "ok"
    assert set(findings["token"]) == {"key", "name", "state", "text", "advice"}
    assert {"sending", "token", "number", "subscription", "callback", "deliveries"} <= set(findings)
    assert "token-of-the-dairy-0001" not in answer.content.decode()
    assert AuditEvent.objects.get(action="number.tested").actor == alice


def test_a_token_that_meta_refuses_is_bad(dairy, dairy_number, alice, meta):
    meta.number = refusal(190, "The token has expired.", 401)
    body = as_person(alice).post(f"/api/numbers/{dairy_number.pk}/check").json()
    assert body["state"] == "bad"
    assert next(f for f in body["findings"] if f["key"] == "token")["advice"]


def test_an_owner_subscribes_the_app(dairy, dairy_number, alice, meta):
    client = as_person(alice)
    meta.apps = Answer(body={"data": []})
    assert client.post(f"/api/numbers/{dairy_number.pk}/subscribe").status_code == 200
    assert any(asked.startswith("POST") and asked.endswith("/subscribed_apps") for asked in meta.asked)
    assert AuditEvent.objects.get(action="number.subscribed").details == {"done": True}


def test_where_meta_subscribes_nothing_her_words_are_told(dairy, alice, meta):
    with scope(business=dairy):
        number = businesses.connect_number(dairy, "106540352242999", access_token="", actor=alice)
    answer = as_person(alice).post(f"/api/numbers/{number.pk}/subscribe")
    assert (answer.status_code, answer.json()["code"]) == (409, "meta_refused")
    assert AuditEvent.objects.get(action="number.subscribed").details == {"done": False}


def test_checks_are_limited_and_take_no_body(dairy, dairy_number, alice, meta):
    client = as_person(alice)
    address = f"/api/numbers/{dairy_number.pk}/check"
    assert client.post(address, {"deep": True}, format="json").status_code == 400
    codes = []
    while 429 not in codes and len(codes) < 40:
        codes.append(client.post(address).status_code)
    assert set(codes[:-1]) == {200}
    assert codes[-1] == 429
    assert len(codes) >= 20  # more where a minute has turned meanwhile
