"""Which products a message names: by any of their names, in any of the three languages, misspelt a little.

A name counts where all its words stand in the message in a row; the last word alone ("milk" of "Cow milk") counts where
it belongs to one name only. Words of five letters and more may have one letter wrong, missing, added or swapped.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from conversations.spelling import spelled
from conversations.wording import words

LONG = 5  # letters from which on one may be wrong
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_TRIPLED = re.compile(r"([^\W\d_])\1\1")


def names_of(products: Iterable) -> list[str]:
    """All the names of products (rows of accounts.Product)."""
    return [name for product in products for name in _names(product)]


def _names(product) -> list[str]:
    aliases = product.aliases if isinstance(product.aliases, list) else []
    return [name for name in (product.name, product.name_hi, product.name_roman, *map(str, aliases)) if name.strip()]


class Shelf:
    """A business's products, to be found by what customers call them."""

    def __init__(self, products: Sequence):
        self._products = list(products)
        self._names: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for place, product in enumerate(self._products):
            for name in _names(product):
                self._names[_spelled(name)].add(place)
        whole = dict(self._names)
        for name, places in whole.items():
            if len(name) > 1 and (name[-1],) not in whole:
                self._names[(name[-1],)] |= places
        self._names.pop((), None)
        self._longest = max(map(len, self._names), default=0)
        self._words = {word for name in self._names for word in name}
        self._long = sorted(word for word in self._words if len(word) >= LONG)
        said = {word for name in names_of(products) for word in words(name)}
        self._drawn_out = {spelled(_DOUBLED.sub(r"\1", word)): spelled(word) for word in sorted(said)}

    def named(self, text: str) -> list:
        """The products that a message names, in the order of the shelf. Of names that overlap the longest counts:
        "buffalo milk" is not every milk.
        """
        drawn_out = _spelled(" ".join(filter(_TRIPLED.search, text.split())))  # "gheee", of which words() leaves "ghe"
        said = [self._known(self._drawn_out.get(word, word) if word in drawn_out else word) for word in _spelled(text)]
        found: set[int] = set()
        at = 0
        while at < len(said):
            name = next(
                (
                    said_name
                    for length in range(min(self._longest, len(said) - at), 0, -1)
                    if (said_name := tuple(said[at : at + length])) in self._names
                ),
                None,
            )
            if name:
                found |= self._names[name]
            at += len(name) if name else 1
        return [self._products[place] for place in sorted(found)]

    def _known(self, word: str) -> str:
        """The word of a name that this one is, misspelt perhaps."""
        if word in self._words or len(word) < LONG - 1:
            return word
        return next((known for known in self._long if _one_off(word, known)), word)


def _spelled(text: str) -> tuple[str, ...]:
    return tuple(map(spelled, words(text)))


def _one_off(said: str, known: str) -> bool:
    """Whether one letter is wrong, missing, added or swapped with its neighbour; the first one is right."""
    if len(known) < LONG or said[0] != known[0] or abs(len(said) - len(known)) > 1:
        return False
    same = 0
    while same < min(len(said), len(known)) and said[same] == known[same]:
        same += 1
    a, b = said[same:], known[same:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
