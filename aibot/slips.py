"""Words that a hurried thumb misspelt: "mornnig" is morning, "unsubscirbe" unsubscribe.

Only words that no phrase has are looked at, only long ones are corrected, and only where one known word alone is meant:
a word that is right in itself must not become another.
"""

from collections import defaultdict
from collections.abc import Iterable

from conversations.spelling import spelled

LONG = 6  # letters of a misspelt word at least: of shorter ones too many are other words
# Right in themselves, though a letter away from a word of the phrases that come with a business.
_RIGHT = frozenset(
    map(
        spelled,
        [
            "machine",
            "machines",
            "spending",
            "stories",
            "spelling",
            "playing",
            "unlock",
            "manage",
            "charger",
            "become",
            "decade",
            "filled",
        ],
    )
)


class Vocabulary:
    """The words of a book's phrases."""

    def __init__(self, words: Iterable[str]):
        self._right = _RIGHT.union(words)
        self._alike: dict[str, list[str]] = defaultdict(list)  # by how they begin, and by first letter and end
        for word in self._right - _RIGHT:
            if len(word) >= LONG and word.isascii():
                for half in _halves(word):
                    self._alike[half].append(word)

    def meant(self, word: str) -> str:
        """The known word that this one is, misspelt perhaps; else the word itself."""
        if len(word) < LONG or word in self._right:
            return word
        near = {known for half in _halves(word) for known in self._alike.get(half, ())}
        found = [known for known in near if is_slip(word, known)]
        return found[0] if len(found) == 1 else word


def _halves(word: str) -> tuple[str, str]:
    """One slip leaves one of them as it is."""
    return word[:3], f"{word[0]}*{word[-2:]}"


def is_slip(said: str, known: str) -> bool:
    """Whether one letter is left out, too many, or swapped with its neighbour; the first one is right.

    >>> is_slip("complant", "complaint"), is_slip("unsubscirbe", "unsubscribe"), is_slip("older", "order")
    (True, True, False)
    """
    same = 0
    while same < min(len(said), len(known)) and said[same] == known[same]:
        same += 1
    a, b = said[same:], known[same:]
    if not same or len(a) != len(b):
        return bool(same) and (a[1:] == b or a == b[1:])
    return a[:2] == b[1::-1] and a[2:] == b[2:]
