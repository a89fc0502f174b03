"""The words of a message, in the one form that phrases are compared in."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conversations.wording import is_devanagari, language_of, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   \n\t ", []),
        ("?!...", []),
        ("Hello, World", ["hello", "world"]),
        ("What's the PRICE?", ["whats", "the", "price"]),
        ("don’t", ["dont"]),
        ("don´t don`t don＇t", ["dont", "dont", "dont"]),
        ("price/kg", ["price", "kg"]),
        ("price-list", ["price", "list"]),
        ("snake_case", ["snake", "case"]),
        ("a.b", ["a", "b"]),
        ("2 kg @ 50%", ["2", "kg", "50"]),
        # NFKC: full width, ligatures, styled letters, figures
        ("ＰＲＩＣＥ", ["price"]),
        ("oﬃce", ["office"]),
        ("𝓗𝓮𝓵𝓵𝓸", ["hello"]),
        ("①", ["1"]),
        # Devanagari: the vowel signs belong to the word, both spellings of a nukta are one
        ("नमस्ते जी", ["नमस्ते", "जी"]),
        ("कीमत क्या है?", ["कीमत", "क्या", "है"]),
        ("कितने का है।", ["कितने", "का", "है"]),
        ("\u095bरूर", ["ज\u093cरूर"]),
        ("ज\u093cरूर", ["ज\u093cरूर"]),
        ("₹५०", ["५०"]),
        # joiners that nobody sees
        ("क्\u200dया", ["क्या"]),
        ("क्\u200cया", ["क्या"]),
        ("pri\u200bce", ["price"]),
        ("pri\u00adce", ["price"]),
        # emoji are no words
        ("STOP🛑", ["stop"]),
        ("👍 thanks", ["thanks"]),
        ("ok👌🏽bye", ["ok", "bye"]),
        ("👨\u200d👩\u200d👧", []),
        ("❤\ufe0f", []),
        ("1\ufe0f\u20e3", ["1"]),
        # three or more of a letter are one, two stay
        ("hiiii", ["hi"]),
        ("helllo", ["helo"]),
        ("pleaseeee stoppp", ["please", "stop"]),
        ("hello", ["hello"]),
        ("नमस्तेेेे", ["नमस्ते"]),
        ("हाााय", ["हाय"]),
        ("10000", ["10000"]),
        ("1.000", ["1", "000"]),
    ],
)
def test_the_words_of(text, expected):
    assert words(text) == tuple(expected)


@given(st.text())
@example("\ufb00\ufb00\ufb00")
@example("İ\u07f2")
@example("ǰ\u030c\u030c\u030c")
@example("ᾳᾳᾳ")
@example("\u0345\u0345\u0345a")
@settings(max_examples=300, deadline=None)
def test_words_of_any_text_are_words_already(text):
    once = words(text)
    assert words(" ".join(once)) == once
    assert all(word and not any(c.isspace() for c in word) for word in once)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("नमस्ते", True),
        ("कीमत क्या है bhai", True),
        ("price क्या", False),
        ("namaste", False),
        ("🙏", False),
        ("", False),
        ("123", False),
        ("नमस्ते 123 !!!", True),
        ("வணக்கம்", False),
    ],
)
def test_which_text_is_devanagari(text, answer):
    assert is_devanagari(text) is answer


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("what is the price", "en"),
        ("Hi", "en"),
        ("price kya hai", "hi-Latn"),
        ("demo chahiye", "hi-Latn"),
        ("कीमत क्या है", "hi"),
        ("कीमत please", "hi"),
        ("", "en"),
        ("🙏", "en"),
    ],
)
def test_the_language_that_a_message_is_answered_in(text, language):
    assert language_of(text) == language
