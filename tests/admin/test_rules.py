"""An owner's rules: what is refused, "Try it", a rule's last matches, and the business's own test lines."""

import re

import pytest
from django.urls import reverse
from django_scopes import scope, scopes_disabled

from accounts.models import AuditEvent, Product
from aibot.models import Rule, RuleMatch, Trap, Trial
from conversations.models import Message

from .test_owner_edits import change, errors_of, rule_fields

pytestmark = pytest.mark.slow

TRY = "/admin/aibot/rule/try/"


@pytest.fixture
def rule(dairy) -> Rule:
    with scope(business=dairy):
        return Rule.objects.get(intent="pricing", language="en")


def trap(business, text: str, intent: str = "") -> Trap:
    with scope(business=business):
        return Trap.objects.create(business=business, text=text, intent=intent)


def traps(business) -> list[tuple[str, str]]:
    with scope(business=business):
        return list(Trap.objects.order_by("text").values_list("text", "intent"))


# --- what is refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"reply": "Hello {nam}, {hour}"}, "reply", "{hour}, {nam}: there is no such placeholder."),
        ({"away_reply": "We open {open}"}, "away_reply", "{open}: there is no such placeholder."),
        ({"reply": "Hello {name"}, "reply", "A brace is not closed: {name"),
        ({"reply": "Bye {name}, bye name}"}, "reply", "A brace is not opened: name}"),
        (
            {"reply": "It costs {price:cow-ghee-1-kg}"},
            "reply",
            "{price:cow-ghee-1-kg}: answers may hold this, rules may not.",
        ),
        ({"away_reply": "We open {opens"}, "away_reply", "A brace is not closed: {opens"),
        ({"phrases": "price\n(a/b"}, "phrases", "(a/b: a bracket is not closed."),
        ({"whole_phrases": "***"}, "whole_phrases", "*** has no words: no message has it."),
        ({"phrases": "price\n👋"}, "phrases", "👋 has no words: write it under whole messages."),
        ({"unless_phrases": ":)"}, "unless_phrases", ":) has no words: write it under whole messages."),
        ({"phrases": "(a/b)" * 10}, "phrases", "stands for too many phrases"),
        ({"phrases": "{good} is bad"}, "phrases", "{good}: there is no such placeholder."),
        ({"buttons-0-title": "x" * 21}, "buttons", "at most 20 characters"),
        ({f"buttons-{n}-title": str(n) for n in range(11)}, "buttons", "at most ten"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_the_reason(visit, alice, rule, given, field, words):
    refused = visit(alice).post(change(rule), rule_fields(**given))
    assert words in str(errors_of(refused)[field])


def test_a_rules_page_shows_the_words_that_a_name_in_braces_stands_for(visit, alice, rule):
    page = visit(alice).get(change(rule)).content.decode()
    assert "<summary>{pest}</summary>hair/baal/" in page
    assert page.count("<summary>{goods}</summary>") == 1


def test_a_reply_that_is_too_long_once_it_is_filled_is_refused(visit, alice, dairy, rule):
    with scope(business=dairy):
        Product.objects.bulk_create(
            Product(business=dairy, name=f"Sweet number {n} " + "x" * 40, unit="1 kg", price=n) for n in range(20)
        )
    refused = visit(alice).post(change(rule), rule_fields())
    assert "WhatsApp takes 1024 here" in str(errors_of(refused)["reply"])
    without = {"buttons-0-title": "", "buttons-0-intent": ""}
    assert visit(alice).post(change(rule), rule_fields(**without)).status_code == 302


def test_more_than_three_buttons_are_a_list(visit, alice, rule, chat):
    intents = ("pricing", "demo", "support", "bye", "greeting")
    rows = {f"buttons-{n}-title": f"Choice {n}" for n in range(5)}
    rows |= {f"buttons-{n}-intent": intent for n, intent in enumerate(intents)}
    assert visit(alice).post(change(rule), rule_fields(**rows)).status_code == 302
    [answer] = chat.says("how much")
    action = answer.payload["interactive"]["action"]
    assert action["button"] == "Choose"
    assert [row["id"] for row in action["sections"][0]["rows"]] == [f"menu:{intent}:en" for intent in intents]


# --- the test lines -----------------------------------------------------------------------------------------------------------


def test_a_rule_that_breaks_a_test_line_is_saved_only_when_the_owner_says_so(visit, alice, dairy, rule):
    trap(dairy, "how much fat is in the milk")
    trap(dairy, "cheapest ghee", "pricing")
    refused = visit(alice).post(change(rule), rule_fields(phrases="how much\ncheapest"))
    assert errors_of(refused)["save_anyway"] == [
        "“how much fat is in the milk” should mean nothing, and would mean pricing."
    ]
    assert "save_anyway" in refused.text
    assert len(errors_of(visit(alice).post(change(rule), rule_fields(phrases="how much")))["save_anyway"]) == 2
    saved = visit(alice).post(change(rule), rule_fields(phrases="how much", save_anyway="on"))
    assert saved.status_code == 302
    with scopes_disabled():
        assert Rule.objects.get(pk=rule.pk).phrases == ["how much"]


def test_a_line_that_failed_before_does_not_keep_an_owner_from_saving(visit, alice, dairy, rule):
    trap(dairy, "do you sell bicycles", "pricing")
    assert visit(alice).post(change(rule), rule_fields(phrases="price")).status_code == 302


def test_another_shops_lines_are_not_asked(visit, alice, masala, rule):
    trap(masala, "how much fat")
    assert visit(alice).post(change(rule), rule_fields(phrases="how much")).status_code == 302


def test_the_list_of_lines_says_which_are_understood(visit, alice, dairy):
    trap(dairy, "what is the price", "pricing")
    trap(dairy, "do you sell bicycles", "pricing")
    shown = visit(alice).get("/admin/aibot/trap/")
    assert shown.text.count("do you sell bicycles") >= 1
    assert [r.understood for r in _rows(shown)] == [False, True]


def _rows(shown):
    admin, rows = shown.context["cl"].model_admin, list(shown.context["cl"].result_list)
    for row in rows:
        row.understood = admin.understood(row)
    return rows


# --- last matches -------------------------------------------------------------------------------------------------------------


def test_a_rules_page_shows_its_last_matches_and_the_list_counts_them(visit, alice, dairy, rule, chat):
    chat.says("tell me the <b>price</b>")
    chat.taps("menu:pricing:en", "Prices")
    shown = visit(alice).get(change(rule)).text
    assert "tell me the &lt;b&gt;price&lt;/b&gt;" in shown
    assert "by a tap" in shown
    assert shown.count("That was wrong") == 1
    counted = visit(alice).get("/admin/aibot/rule/?intent__exact=pricing").context["cl"].result_list
    assert [r.hit_count for r in counted if r.pk == rule.pk] == [2]


def test_a_wrong_match_becomes_a_test_line(visit, alice, dairy, rule, chat):
    chat.says("the price of milk is in the news")
    with scopes_disabled():
        page = reverse("admin:aibot_rule_wrong", args=[rule.pk, RuleMatch.objects.get().pk])
    assert "the price of milk is in the news" in visit(alice).get(page).text
    answer = visit(alice).post(page, {"intent": ""}, follow=True)
    assert "The rules do not understand it yet" in answer.text
    assert traps(dairy) == [("the price of milk is in the news", "")]
    visit(alice).post(page, {"intent": "pricing"})
    assert traps(dairy) == [("the price of milk is in the news", "pricing")]
    assert AuditEvent.objects.filter(action__startswith="trap.").count() == 2
    assert visit(alice).post(page, {"intent": "nonsense"}).status_code == 422


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("vera", 403), ("charlie", 404)])
def test_only_the_owner_says_what_was_wrong(visit, request, dairy, masala, rule, chat, who, status):
    chat.says("price")
    with scopes_disabled():
        page = reverse("admin:aibot_rule_wrong", args=[rule.pk, RuleMatch.objects.get().pk])
    person = request.getfixturevalue(who)
    assert visit(person).get(page).status_code == status
    assert visit(person).post(page, {"intent": ""}).status_code == status
    assert traps(dairy) == []


# --- try it -------------------------------------------------------------------------------------------------------------------


def test_a_message_is_tried_and_nothing_is_sent_or_stored(visit, vera, dairy):
    shown = visit(vera).post(TRY, {"text": "hi, what is the price of panir?"}, follow=True)
    assert shown.redirect_chain == [(TRY, 302)]
    assert "pricing · English" in shown.text
    assert "Fresh paneer (200 g): ₹90.50" in shown.text
    assert "Cow ghee (1 kg)" not in shown.text
    assert "Products that it names:" in shown.text
    with scopes_disabled():
        assert (Message.objects.count(), RuleMatch.objects.count(), Trap.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("do you sell bicycles", "No rule answered, and a person gets it."),
        ("the box is not broken", "not with"),
        ("please stop by tomorrow", "counts only where the message says nothing else"),
        ("the price of my broken bottle: it is broken", "but the other rule comes first"),
        ("<script>alert(1)</script>", "&lt;script&gt;"),
    ],
)
def test_what_came_close_is_told_with_the_reason(visit, vera, dairy, text, words):
    assert words in visit(vera).post(TRY, {"text": text}, follow=True).text


def test_an_empty_message_is_refused(visit, vera, dairy):
    assert visit(vera).post(TRY, {"text": " "}).status_code == 422
    assert visit(vera).get(TRY).status_code == 200


def test_a_tried_message_may_be_kept_as_a_test_line_by_the_owner(visit, alice, vera, dairy):
    given = {"text": "do you sell bicycles", "intent": "", "keep": "1"}
    assert visit(vera).post(TRY, given).status_code == 403
    assert traps(dairy) == []
    assert "the rules understand it" in visit(alice).post(TRY, given, follow=True).text
    assert traps(dairy) == [("do you sell bicycles", "")]


def test_a_script_gets_the_part_that_is_new(visit, vera, dairy):
    client = visit(vera)
    part = client.post(TRY, {"text": "price list"}, headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<div id="try"')
    assert "₹750" in part.text
    thread = client.get(TRY, {"state": "nothing yet"}, headers={"HX-Request": "true"})
    assert thread.text.lstrip().startswith('<section id="try-thread"')
    state = re.search('data-state="(.*?)"', thread.text)[1]
    assert client.get(TRY, {"state": state}, headers={"HX-Request": "true"}).status_code == 204


def test_a_button_of_the_bots_is_tapped_and_one_starts_over(visit, vera, dairy):
    client = visit(vera)
    client.post(TRY, {"text": "hello"})
    tapped = client.post(TRY, {"text": "", "tap": "menu:pricing:en"}, follow=True)
    assert "₹750" in tapped.text
    assert client.post(TRY, {"tap": "menu:nothing:en"}).status_code == 422
    over = client.post(TRY, {"over": "1"}, follow=True)
    assert "Nothing is said yet." in over.text


def test_who_may_not_change_the_bot_does_not_spend_on_it(visit, vera, alice, dairy):
    visit(vera).post(TRY, {"text": "hello", "model": "on"})
    visit(alice).post(TRY, {"text": "hello", "model": "on"})
    with scopes_disabled():
        asked = {trial.user.name: trial.with_model for trial in Trial.objects.select_related("user")}
    assert asked == {"Vera": False, "Alice": True}


def test_one_persons_trial_is_not_anothers(visit, vera, bob, dairy):
    visit(vera).post(TRY, {"text": "a very private question"})
    assert "a very private question" not in visit(bob).get(TRY).text
    assert "a very private question" in visit(vera).get(TRY).text


def test_try_needs_a_business_and_shows_ones_own(visit, charlie, dairy, masala):
    shown = visit(charlie).post(TRY, {"text": "price list"}, follow=True)
    assert "Garam masala" in shown.text
    assert "Cow ghee" not in shown.text


def test_who_has_no_business_may_not_try(visit, root):
    assert visit(root).get(TRY).status_code == 403
    assert visit().get(TRY).status_code == 302
