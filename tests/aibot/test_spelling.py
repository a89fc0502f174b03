"""Words that people write in many ways are compared in one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Business
from aibot.defaults import rules_for
from aibot.matching import Book
from conversations.spelling import spelled
from conversations.wording import words


@pytest.mark.parametrize(
    "alike",
    [
        "keemat kimat qeemat",
        "nahi nahin nhi nai nahii",
        "chahiye chaiye chahie chaahiye chaie",
        "batao btao",
        "phir fir",
        "kharab kharaab khrab",
        "dhanyawad dhanyavad dhanyavaad dhanywad",
        "daam dam",
        "karein kare",
        "नहीं नही नहिं nahi",
        "कीमत keemat",
        "चाहिए chahiye",
        "दिखाओ dikhao",
        "आई aayi",
        "शिकायत shikayat",
        "परेशानी pareshani",
        "सैंपल sample",
        "ऑर्डर order",
        "संदेश sandesh",
        "मुफ़्त मुफ्त",
        "मैं मै",
        "दूध दुध",
        "price pric prise",
        "please pls plz",
    ],
)
def test_these_are_one_word(alike):
    first, *others = alike.split()
    assert {spelled(word) for word in others} == {spelled(first)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rate", "rat"),
        ("stop", "shop"),
        ("when", "then"),
        ("kitna", "kitne"),
        ("price", "prices"),
        ("दाम", "दम"),
        ("12", "112"),
    ],
)
def test_these_are_two(one, other):
    assert spelled(one) != spelled(other)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_every_word_has_a_spelling(text):
    assert all(spelled(word) for word in words(text))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("kimat btao", "pricing"),
        ("ghee kitne ka h", "pricing"),
        ("mera oder nhi aya", "support"),
        ("doodh khrab nikla", "support"),
        ("plz stop sending msgs", "opt_out"),
        ("msg mat bhejo", "opt_out"),
        ("sample chaiye", "demo"),
        ("dhanyavaad", "bye"),
        ("नमस्‍ते", "greeting"),
        ("ऑर्डर नही आया", "support"),
        ("Good mornng", "greeting"),
        ("i have a complant", "support"),
        ("unsubscirbe me", "opt_out"),
        ("sample दिखाओ", "demo"),
        ("rate बताओ", "pricing"),
        ("मैसेज mat भेजो", "opt_out"),
    ],
)
def test_a_line_is_understood_however_it_is_spelt(text, intent):
    assert BOOK.best(text).pattern.intent == intent


BOOK = Book(rules_for(Business(name="Shuddh Dairy")))
