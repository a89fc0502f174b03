"""Hindi word by word in English."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import lexicon, meanings


@pytest.mark.parametrize(
    ("hindi", "english"),
    [
        ("दूध", "milk"),
        ("पनीर का दाम", "paneer price"),
        ("बिना ग्लूटेन", "without ग्लूटेन"),
        ("3 किलो पनीर", "3 kg paneer"),
        ("order कहाँ है", "order where"),
        ("", ""),
        ("😀 !", ""),
    ],
)
def test_known_words_are_english_and_unknown_ones_stay(hindi, english):
    assert meanings.in_english(hindi) == english


def test_a_verb_is_known_in_all_its_forms():
    for form in ("भेजना", "भेजो", "भेजते", "भेजेंगे", "भेजिए", "भेज"):
        assert "send" in meanings.in_english(form), form


def test_a_phrase_counts_before_its_words():
    assert meanings.in_english("दो किलो") == "two kg"
    assert "two" not in meanings.in_english("भेज दो")


def test_the_dots_of_devanagari_do_not_matter():
    assert meanings.in_english("सब्ज़ी कहाँ") == meanings.in_english("सब्जी कहां")


def test_every_word_of_the_lexicon_has_a_meaning_or_none_of_its_own():
    """Else it would stay in Devanagari among the English ones."""
    known = meanings._meanings()
    heads = {head for heads in lexicon._lexicon().meant.values() for head in heads if " " not in head}
    unknown = {head for head in heads if meanings._plain(head) not in known.phrases.keys() | known.stems.keys()}
    assert not unknown


@given(st.text(max_size=80))
def test_no_text_breaks_it(text):
    assert isinstance(meanings.in_english(text), str)
