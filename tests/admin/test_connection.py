""" "Test connection" and "Subscribe" on a number's page: by POST, for its owner, each with a row in the audit log."""

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled

from accounts.models import AuditEvent

from ..cloud_api.conftest import Answer
from ..factories import DAIRY_WABA
from ..meta import meta_at, refusal

PEOPLE = {"vera": 403, "bob": 403, "charlie": 404}
ACTS = pytest.mark.parametrize("act", ["test_number", "subscribe_number"])


@pytest.fixture
def meta(settings):
    settings.WHATSAPP_APP_SECRET = ["the-installations"]
    with meta_at(settings) as meta:
        yield meta


def url(act: str, number) -> str:
    return reverse(f"admin:{act}", args=[number.pk])


def audited() -> list[tuple]:
    with scopes_disabled():
        rows = AuditEvent.objects.filter(action__in=["number.tested", "number.subscribed"]).order_by("id")
        return [(row.action, row.actor.name, row.details) for row in rows]


def test_the_owner_tests_from_the_numbers_page(visit, alice, dairy_number, meta):
    client = visit(alice)
    page = client.get(reverse("admin:accounts_whatsappnumber_change", args=[dairy_number.pk]))
    assert url("test_number", dairy_number) in page.text
    answer = client.post(url("test_number", dairy_number))
    assert answer.status_code == 200
    assert "It works; look at what is marked." in answer.text
    assert "Webhooks of this account go to: Dairy app." in answer.text
    assert url("subscribe_number", dairy_number) not in answer.text
    assert "token-of-the-dairy" not in answer.text
    assert audited() == [("number.tested", "Alice", {"bad": []})]


def test_what_is_wrong_is_said_with_what_to_do(visit, alice, dairy_number, meta):
    meta.number = refusal(190, "Session has expired <b>", 401)
    answer = visit(alice).post(url("test_number", dairy_number))
    assert "Something is wrong." in answer.text
    assert "Session has expired &lt;b&gt;" in answer.text
    assert "System users" in answer.text
    assert audited() == [("number.tested", "Alice", {"bad": ["token"]})]


def test_an_account_without_a_subscription_is_subscribed_from_there(visit, alice, dairy_number, meta):
    meta.apps = Answer(body={"data": []})
    client = visit(alice)
    assert url("subscribe_number", dairy_number) in client.post(url("test_number", dairy_number)).text
    meta.apps = Answer(body={"data": [{"whatsapp_business_api_data": {"id": "7"}}]})
    answer = client.post(url("subscribe_number", dairy_number))
    assert f"POST /v26.0/{DAIRY_WABA}/subscribed_apps" in meta.asked
    assert [str(message) for message in answer.context["messages"]] == [
        "Meta delivers this account's webhooks to your app now."
    ]
    assert audited()[1:] == [("number.subscribed", "Alice", {"done": True}), ("number.tested", "Alice", {"bad": []})]


def test_a_subscription_that_meta_refuses_is_said(visit, alice, dairy_number, settings):
    settings.GRAPH_API_URL = "http://127.0.0.1:1"
    answer = visit(alice).post(url("subscribe_number", dairy_number))
    assert "Meta did not subscribe the app: No connection" in str(next(iter(answer.context["messages"])))
    assert audited()[0] == ("number.subscribed", "Alice", {"done": False})


@ACTS
@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_else_may(request, visit, dairy_number, masala, meta, who, act):
    assert visit(request.getfixturevalue(who)).post(url(act, dairy_number)).status_code == PEOPLE[who]
    assert (meta.asked, audited()) == ([], [])


@ACTS
def test_who_is_not_signed_in_is_asked_to(visit, dairy_number, meta, act):
    assert visit().post(url(act, dairy_number)).status_code == 302
    assert meta.asked == []


@ACTS
def test_looking_does_nothing(visit, alice, dairy_number, meta, act):
    assert visit(alice).get(url(act, dairy_number)).status_code == 405
    assert (meta.asked, audited()) == ([], [])
