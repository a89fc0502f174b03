"""/api/rules: what the bot answers, changed by its owner; and "Try a message"."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts.models import AuditEvent, Product
from aibot.models import Rule, Trap
from tests.factories import Chat

from .asking import as_key, as_person
from .talking import NOWHERE, without_id

pytestmark = pytest.mark.django_db

BUTTONS = [{"intent": "support", "title": "A person"}]


@pytest.fixture
def pricing(dairy) -> Rule:
    with scope(business=dairy):
        return Rule.objects.get(intent="pricing", language="en")


def of(rule) -> str:
    return f"/api/rules/{getattr(rule, 'pk', rule)}"


def kept(business, **filters) -> list[Rule]:
    with scope(business=business):
        return list(Rule.objects.filter(**filters))


def trap(business, text: str, intent: str = "") -> None:
    with scope(business=business):
        Trap.objects.create(business=business, text=text, intent=intent)


def test_a_viewer_reads_the_rules(dairy, masala, vera, pricing):
    client = as_person(vera)
    rows = client.get("/api/rules", {"limit": 200}).json()["results"]
    assert {row["id"] for row in rows} == {str(rule.pk) for rule in kept(dairy)}
    told = client.get(of(pricing)).json()
    assert (told["intent"], told["language"], told["enabled"]) == ("pricing", "en", True)
    assert told["phrases"] == pricing.phrases
    assert told["buttons"] == pricing.buttons
    found = client.get("/api/rules", {"intent": "pricing", "language": "hi", "enabled": "true"}).json()["results"]
    assert [(row["intent"], row["language"]) for row in found] == [("pricing", "hi")]
    assert client.get("/api/rules?enabled=false").json()["results"] == []
    assert client.get("/api/rules?intent=joke").status_code == 400


def test_an_owners_change_counts_at_once_and_the_log_has_it_before_and_after(dairy, alice, pricing):
    told = as_person(alice).patch(of(pricing), {"reply": "नमस्ते! See {prices}", "buttons": BUTTONS}, format="json")
    assert (told.status_code, told.json()["failingTestLines"]) == (200, [])
    [answer] = Chat().says("what is the price")
    assert answer.text.startswith("नमस्ते! See")
    [event] = AuditEvent.objects.filter(action="rule.changed")
    assert (event.actor, event.target) == (alice, str(pricing.pk))
    assert event.details == {
        "before": {"reply": pricing.reply, "buttons": pricing.buttons},
        "after": {"reply": "नमस्ते! See {prices}", "buttons": BUTTONS},
    }


def test_a_change_of_nothing_is_none(dairy, alice, pricing):
    assert as_person(alice).patch(of(pricing), {"reply": pricing.reply}, format="json").status_code == 200
    assert not AuditEvent.objects.filter(action="rule.changed").exists()


def test_an_owner_removes_and_adds_a_rule(dairy, alice, pricing):
    client = as_person(alice)
    body = {
        "intent": "pricing",
        "language": "en",
        "phrases": ["price of {product}", "how much"],
        "reply": "{prices}",
        "buttons": BUTTONS,
        "asks": "",
    }
    twice = client.post("/api/rules", body, format="json")
    assert (twice.status_code, twice.json()["code"]) == (409, "rule_exists")
    assert list(twice.json()["fields"]) == ["intent"]
    assert client.delete(of(pricing)).status_code == 204
    assert client.get(of(pricing)).status_code == 404
    made = client.post("/api/rules", body, format="json")
    assert made.status_code == 201, made.json()
    assert made.json()["wholePhrases"] == []
    [answer] = Chat().says("how much")
    assert str(answer.source_ref) == made.json()["id"]
    events = AuditEvent.objects.filter(action__startswith="rule.").order_by("id")
    assert [event.action for event in events] == ["rule.deleted", "rule.created"]
    assert events[0].details["before"]["reply"] == pricing.reply
    assert events[1].details["after"]["phrases"] == body["phrases"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reply": "Hello {nam}"}, "reply"),
        ({"reply": "Hello {name"}, "reply"),
        ({"awayReply": "We open {open}"}, "awayReply"),
        ({"awayReply": "We open opens}"}, "awayReply"),
        ({"phrases": ["))(("]}, "phrases"),
        ({"reply": ""}, "reply"),
        ({"reply": "x" * 1001}, "reply"),
        ({"phrases": ["(a/b)" * 10]}, "phrases"),
        ({"phrases": "price"}, "phrases"),
        ({"wholePhrases": [" "]}, "wholePhrases"),
        ({"buttons": [{"intent": "pricing", "title": "x" * 21}]}, "buttons.0.title"),
        ({"buttons": [{"intent": "pricing", "title": "a"}, {"intent": "pricing", "title": "b"}]}, "buttons"),
        ({"buttons": [{"intent": "joke", "title": "a"}]}, "buttons.0.intent"),
        ({"intent": "joke"}, "intent"),
        ({"asks": "money"}, "asks"),
        ({"priority": 40000}, "priority"),
        ({"business": NOWHERE}, "business"),
        ({"hits": 3}, "hits"),
    ],
)
def test_a_rule_that_will_not_do_says_which_field(dairy, alice, pricing, body, field):
    answer = as_person(alice).patch(of(pricing), body, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field]), answer.json()


def test_a_text_that_was_saved_once_is_still_sent_and_stands_in_no_other_changes_way(dairy, alice, pricing):
    with scope(business=dairy):
        Rule.objects.filter(pk=pricing.pk).update(
            reply="{hours:today} and prices, {name",
            away_reply="",
            phrases=["price", "(rate"],
            buttons=[],
            updated_at=timezone.now(),
        )
    with scopes_disabled():
        assert [answer.text for answer in Chat().says("price")] == ["{hours:today} and prices, {name"]
    assert as_person(alice).patch(of(pricing), {"priority": 3}, format="json").status_code == 200
    refused = as_person(alice).patch(of(pricing), {"reply": "Our prices, {name"}, format="json")
    assert refused.json()["fields"] == {"reply": ["A brace is not closed: {name"]}


def test_a_reply_that_is_too_long_once_it_is_filled_is_refused(dairy, alice, pricing):
    with scope(business=dairy):
        Product.objects.bulk_create(
            Product(business=dairy, name=f"Sweet number {n} " + "x" * 40, unit="1 kg", price=n) for n in range(20)
        )
    answer = as_person(alice).patch(of(pricing), {"reply": "{prices}", "buttons": BUTTONS}, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["reply"])
    assert "WhatsApp takes 1024 here" in answer.json()["fields"]["reply"][0]


def test_a_rule_that_breaks_a_test_line_is_saved_only_when_the_owner_says_so(dairy, alice, pricing):
    trap(dairy, "my bicycle is blue")
    trap(dairy, "do you sell umbrellas", "pricing")  # failed before
    client, body = as_person(alice), {"phrases": ["bicycle"]}
    refused = client.patch(of(pricing), body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "test_lines_fail")
    assert refused.json()["fields"]["saveAnyway"] == [
        "“my bicycle is blue” should mean nothing, and would mean pricing."
    ]
    assert kept(dairy, pk=pricing.pk)[0].phrases == pricing.phrases
    saved = client.patch(of(pricing), {**body, "saveAnyway": True}, format="json")
    assert saved.status_code == 200
    assert sorted(saved.json()["failingTestLines"], key=str) == [
        {"text": "do you sell umbrellas", "wanted": "pricing", "got": ""},
        {"text": "my bicycle is blue", "wanted": "", "got": "pricing"},
    ]


def test_another_shops_lines_are_not_asked(dairy, masala, alice, pricing):
    trap(masala, "how much fat")
    answer = as_person(alice).patch(of(pricing), {"phrases": ["how much"]}, format="json")
    assert (answer.status_code, answer.json()["failingTestLines"]) == (200, [])


def test_a_text_is_tried_without_a_trace(dairy, vera, alice, pricing):
    told = as_person(vera).post("/api/rules/try", {"text": "what is the price of ghee?"}, format="json").json()
    assert (told["rule"]["id"], told["rule"]["intent"]) == (str(pricing.pk), "pricing")
    assert "750" in told["text"]
    assert told["products"] == ["Cow ghee (1 kg)"]
    assert told["phrase"]
    assert told["buttons"] == pricing.buttons
    nothing = as_person(vera).post("/api/rules/try", {"text": "qwxz"}, format="json").json()
    assert (nothing["rule"], nothing["phrase"], nothing["buttons"]) == (None, None, [])
    assert nothing["text"].startswith("Thank you for your message.")
    assert (
        as_key(dairy, "rules:read", by=alice).post("/api/rules/try", {"text": "hi"}, format="json").status_code == 200
    )
    assert (
        as_key(dairy, "leads:read", by=alice).post("/api/rules/try", {"text": "hi"}, format="json").status_code == 403
    )


@pytest.mark.parametrize("text", ["घ" * 4096, "🙏" * 4096])
def test_the_longest_text_can_be_tried(dairy, vera, text):
    assert as_person(vera).post("/api/rules/try", {"text": text}, format="json").status_code == 200
    answer = as_person(vera).post("/api/rules/try", {"text": text + "x"}, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["text"])


def test_only_an_owner_writes(dairy, bob, alice, pricing):
    client = as_person(bob)
    assert client.patch(of(pricing), {"reply": "x"}, format="json").status_code == 403
    assert client.delete(of(pricing)).status_code == 403
    assert client.post("/api/rules", {}, format="json").status_code == 403
    reader = as_key(dairy, "rules:read", by=alice)
    assert reader.patch(of(pricing), {"reply": "x"}, format="json").json()["code"] == "scope_missing"


def test_a_foreign_rule_is_answered_as_one_that_is_not_there(dairy, masala, alice):
    [theirs] = kept(masala, intent="pricing", language="en")
    client = as_person(alice)
    for method, body in [("get", None), ("patch", {"reply": "mine"}), ("delete", None)]:
        answers = [getattr(client, method)(of(pk), body, format="json") for pk in (theirs.pk, NOWHERE)]
        assert [a.status_code for a in answers] == [404, 404]
        assert without_id(answers[0]) == without_id(answers[1])
    assert kept(masala, pk=theirs.pk)[0].reply == theirs.reply


def test_a_list_costs_the_same_for_three_and_for_all(dairy, vera):
    client = as_person(vera)
    with CaptureQueriesContext(connection) as of_three:
        assert len(client.get("/api/rules?limit=3").json()["results"]) == 3
    with CaptureQueriesContext(connection) as of_all:
        assert len(client.get("/api/rules?limit=200").json()["results"]) > 15
    assert len(of_three) == len(of_all)


@pytest.mark.django_db(transaction=True)
def test_of_several_who_remove_one_at_once_one_has_done_it(dairy, alice):
    at = "/api/rules/" + as_person(alice).get("/api/rules").json()["results"][0]["id"]
    clients = [as_person(alice) for _ in range(6)]

    def remove(client) -> int:
        try:
            return client.delete(at).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = sorted(pool.map(remove, clients))
    assert answers == [204] + [404] * 5
    assert AuditEvent.objects.filter(action="rule.deleted").count() == 1
