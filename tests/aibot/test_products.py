"""Which products a message names."""

from dataclasses import dataclass, field

import pytest

from aibot.products import Shelf, names_of
from tests.growth import growth


@dataclass
class Row:
    name: str
    name_hi: str = ""
    name_roman: str = ""
    aliases: list = field(default_factory=list)


GHEE = Row("Cow ghee", "गाय का घी", "Gaay ka ghee", ["desi ghee", "toop"])
PANEER = Row("Fresh paneer", "ताज़ा पनीर", "Taaza paneer", ["cottage cheese"])
MILK = Row("Cow milk", "गाय का दूध", "Gaay ka doodh")
BUFFALO = Row("Buffalo milk", "भैंस का दूध", "Bhains ka doodh")
SHELF = Shelf([GHEE, PANEER, MILK, BUFFALO])


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("price of ghee", [GHEE]),
        ("घी का दाम", [GHEE]),
        ("desi ghee kitne ka", [GHEE]),
        ("toop rate", [GHEE]),
        ("taaja panir ka rate", [PANEER]),
        ("paner price", [PANEER]),
        ("ghe and buffallo milk", [BUFFALO]),
        ("price of gheee and paneeer", [GHEE, PANEER]),
        ("gheeeeee", [GHEE]),
        ("cotage chese", [PANEER]),
        ("milk price", [MILK, BUFFALO]),
        ("doodh ka bhav", [MILK, BUFFALO]),
        ("buffalo milk", [BUFFALO]),
        ("bufalo milk", [BUFFALO]),
        ("दुध और पनीर", [PANEER, MILK, BUFFALO]),
        ("ghee and paneer", [GHEE, PANEER]),
        ("price list", []),
        ("", []),
        ("is the cow fresh", []),
        ("tool top too", []),
    ],
)
def test_a_message_names(said, named):
    assert SHELF.named(said) == named


def test_no_products_are_named_where_there_are_none():
    assert Shelf([]).named("ghee") == []


def test_names_are_all_that_are_filled_in():
    assert names_of([GHEE, Row("Curd", aliases="dahi")]) == [
        "Cow ghee",
        "गाय का घी",
        "Gaay ka ghee",
        "desi ghee",
        "toop",
        "Curd",
    ]


def test_a_long_message_of_short_words_costs_no_more_than_its_length():
    """One message must not keep the worker of all businesses busy: 2,048 words took 18 s."""
    assert SHELF.named("a b c d " * 510 + "cow milk") == [MILK]
    short, long = ("a b c d " * times + "cow milk" for times in (51, 510))
    assert growth(lambda: SHELF.named(short), lambda: SHELF.named(long)) < 30  # its square: 100
