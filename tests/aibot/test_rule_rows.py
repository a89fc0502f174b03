"""What an owner may store in a rule, and the rules that a new business starts with."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django_scopes import scope

from aibot import defaults, owner_rules
from aibot.models import Rule, valid_buttons, valid_phrases
from cloud_api import messages

GOOD = [{"intent": "pricing", "title": "Prices"}, {"intent": "demo", "title": "मुफ़्त सैंपल"}]


def test_a_new_business_has_each_intent_in_each_language(dairy):
    with scope(business=dairy):
        have = set(Rule.objects.values_list("intent", "language"))
    assert have == {(intent, language) for intent in Rule.Intent.values for language in Rule.Language.values}


def test_defaults_are_added_where_they_are_missing_and_change_nothing_else(dairy):
    with scope(business=dairy):
        Rule.objects.filter(intent="bye").delete()
        Rule.objects.filter(intent="demo", language="en").update(reply="Our own words.")
        assert defaults.install(dairy) == 3
        assert Rule.objects.get(intent="demo", language="en").reply == "Our own words."
        assert defaults.install(dairy) == 0
        assert Rule.objects.count() == 24


def test_every_default_rule_is_valid(dairy):
    for rule in defaults.rules_for(dairy):
        rule.clean_fields()


def test_a_rule_is_there_once_for_an_intent_and_a_language(dairy):
    with scope(business=dairy), pytest.raises(IntegrityError), transaction.atomic():
        Rule.objects.create(business=dairy, intent="bye", language="en", reply="Bye")


@pytest.mark.parametrize("buttons", [[], GOOD, GOOD[:1], [{"intent": "bye", "title": "x" * 20}]])
def test_buttons_that_may_be_stored_are_buttons_that_whatsapp_takes(buttons):
    valid_buttons(buttons)
    if buttons:
        messages.buttons("Hello", [(f"menu:{b['intent']}:hi-Latn", b["title"]) for b in buttons])


@pytest.mark.parametrize(
    "buttons",
    [
        None,
        "Prices",
        {},
        ["Prices"],
        [{"intent": "pricing"}],
        [{"intent": "pricing", "title": "Prices", "id": "x"}],
        [{"intent": "pricing", "title": ""}],
        [{"intent": "pricing", "title": "   "}],
        [{"intent": "pricing", "title": "x" * 21}],
        [{"intent": "pricing", "title": 5}],
        [{"intent": "prices", "title": "Prices"}],
        [{"intent": [], "title": "Prices"}],
        [{"intent": "pricing", "title": "Prices"}, {"intent": "demo", "title": "Prices"}],
        [{"intent": "pricing", "title": "Prices"}, {"intent": "pricing", "title": "Rates"}],
        [{"intent": "pricing", "title": str(n)} for n in range(11)],
    ],
)
def test_bad_buttons_are_refused(buttons):
    with pytest.raises(ValidationError):
        valid_buttons(buttons)


@pytest.mark.parametrize(
    "phrases", [None, "price", {}, [""], ["  "], [5], [None], ["x" * 501], ["(a/b)" * 10], ["{good} is bad"]]
)
def test_bad_phrases_are_refused(phrases):
    with pytest.raises(ValidationError):
        valid_phrases(phrases)


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        ("(a/b", "(a/b: a bracket is not closed."),
        ("price (of/for))", "price (of/for)): a bracket is not opened."),
        ("))((", "))((: a bracket is not opened."),
        ("how (much/(many/few))", "how (much/(many/few)): a choice cannot stand within another."),
        ("***", "*** has no words: no message has it."),
        ("* (*)", "* (*) has no words: no message has it."),
        ("(/)", "(/) has no words: no message has it."),
        ("(*/)", "(*/) has no words: no message has it."),
        ("rate of {product", "A brace is not closed: {product"),
        ("rate of product}", "A brace is not opened: product}"),
    ],
)
def test_a_phrase_that_no_message_has_is_refused_by_its_name(phrase, why):
    with pytest.raises(ValidationError) as refused:
        valid_phrases(["price", phrase])
    assert refused.value.messages == [why]


def test_good_phrases():
    valid_phrases([])
    valid_phrases(["price", "कीमत", "👋", "how much * (cost/charge)", "rate of {product}", "{goods} * {bad}"])
    valid_phrases(
        ["(much/) cost", "price (kindly)", "* cost", "24/7", "how much (for *)", "{product}", ":)", "?", "..."]
    )


def test_the_businesses_that_there_are_get_the_rules_of_start_and_keep_their_own(dairy, masala):
    migration = import_module("aibot.migrations.0003_opt_in_rules_of_businesses_that_are_there")
    with scope(business=dairy):
        Rule.objects.filter(intent="opt_in").exclude(language="hi").delete()
        Rule.objects.filter(intent="opt_in").update(reply="Our own words.")
    with scope(business=masala):
        Rule.objects.filter(intent="opt_in").delete()
    migration.add(apps, None)
    with scope(business=dairy):
        assert set(Rule.objects.filter(intent="opt_in").values_list("language", flat=True)) == {"en", "hi", "hi-Latn"}
        assert Rule.objects.get(intent="opt_in", language="hi").reply == "Our own words."
    with scope(business=masala):
        rows = Rule.objects.filter(intent="opt_in")
        defaults_of = {rule.language: rule for rule in defaults.rules_for(masala) if rule.intent == "opt_in"}
        for row in rows:
            row.clean_fields()
            assert set(row.whole_phrases) <= set(defaults_of[row.language].whole_phrases)
            assert (row.reply, row.priority) == (
                defaults_of[row.language].reply,
                defaults_of[row.language].priority,
            )
        assert len(rows) == 3


def test_no_phrase_of_the_default_rules_is_looked_for_among_words_and_has_none(dairy):
    for rule in defaults.rules_for(dairy):
        assert owner_rules.cannot_be(rule, owner_rules.FIELDS) == {}, rule
