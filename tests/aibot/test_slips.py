"""A misspelt word is the known one that it must be, and no other."""

import pytest

from aibot.matching import Book
from aibot.models import Rule
from aibot.slips import Vocabulary, is_slip


@pytest.mark.parametrize("said", ["complant", "complainnt", "compliant", "complaintt"])
def test_one_letter_missing_too_many_or_swapped_is_a_slip(said):
    assert is_slip(said, "complaint")


@pytest.mark.parametrize("said", ["domplaint", "complait_", "compleint", "complan", "complaining", "c"])
def test_more_than_that_or_another_first_letter_is_none(said):
    assert not is_slip(said, "complaint")


def test_a_word_that_is_known_or_short_or_near_to_two_stays():
    vocabulary = Vocabulary(["complaint", "stop", "ordered", "orderer", "mahine"])
    assert vocabulary.meant("complant") == "complaint"
    for word in ("complaint", "stp", "ordere", "machine"):
        assert vocabulary.meant(word) == word


def test_an_owners_phrase_is_understood_misspelt():
    book = Book([Rule(intent="demo", language="en", phrases=["haircut appointment"], priority=1)])
    assert book.best("i need a haircut aponitmnt") is None  # two slips
    assert book.best("hairuct appointmnt please").pattern.intent == "demo"
