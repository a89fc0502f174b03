"""Hindi's two scripts are one to the rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibot.matching import Book
from aibot.models import Rule
from conversations.romanising import romanised


@pytest.mark.parametrize(
    ("word", "letters"),
    [
        ("कीमत", "kimat"),
        ("भेजना", "bhejna"),
        ("नमस्ते", "namaste"),
        ("धन्यवाद", "dhanyavad"),
        ("सुप्रभात", "suprabhat"),
        ("अच्छा", "achha"),
        ("बंद", "band"),
        ("संपर्क", "sampark"),
        ("पहुँचा", "pahuncha"),
        ("हूँ", "hu"),
        ("ज़रा", "jara"),
        ("न", "na"),
        ("ऑर्डर", "order"),
        ("मैसेज", "message"),
        ("price", "price"),
        ("५", "५"),
        ("घीx", "घीx"),
        ("ா", "ா"),
    ],
)
def test_a_word_in_the_letters_of_a_keyboard(word, letters):
    assert romanised(word) == letters


@given(st.text(st.characters(min_codepoint=0x0900, max_codepoint=0x097F), max_size=12))
@settings(max_examples=300, deadline=None)
def test_no_word_breaks_it(word):
    assert isinstance(romanised(word), str)


HI = Rule(intent="pricing", language="hi", phrases=["भाव बताओ"], priority=1)
LATN = Rule(intent="pricing", language="hi-Latn", phrases=["kitne ka"], unless_phrases=["kitne ka time"], priority=1)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("bhav batao", "hi-Latn"),
        ("भाव बताओ", "hi"),
        ("kitne ka hai", "hi-Latn"),
        ("कितने का है", "hi"),
        ("ye कितने का hai", "hi"),
    ],
)
def test_a_phrase_in_one_script_is_one_in_the_other_and_the_answer_is_in_the_messages(text, language):
    assert Book([HI, LATN]).best(text).pattern.language == language


def test_what_forbids_in_one_script_forbids_in_the_other():
    assert Book([HI, LATN]).best("भाव बताओ, कितने का टाइम") is None


def test_without_its_twin_a_rule_answers_both_scripts():
    assert Book([LATN]).best("कितने का है").pattern.language == "hi-Latn"
