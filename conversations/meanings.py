"""Hindi word by word in English. It is no translation, and nobody reads it: a text in Hindi is compared with English ones by it.

``meanings.txt`` has a line for each word, verb and phrase. What it does not know stays as it is; what carries no meaning of its own
(है, का, ने) is left out.
"""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from zlib import crc32

from . import verbs
from .lexicon import meant_by
from .wording import words

_FILE = Path(__file__).with_name("meanings.txt")
_TOKEN = re.compile(r"[\u0900-\u0963\u0970-\u097f]+|[^\W\u0900-\u097f_]+")
_DEVANAGARI = re.compile(r"[\u0900-\u0963\u0970-\u097f]")
_STEM = "-"  # at the end of a word of the file: all forms of that verb
# Signs that are left out as often as they are written.
_PLAIN = str.maketrans({"ँ": "ं", "़": None, "\u0929": "न", "\u0931": "र", "\u0934": "ळ"})


def in_english(text: str) -> str:
    """The words of a text in Devanagari, in English where they are known; "" where nothing is left.

    >>> in_english("पनीर खराब हो गया, पैसे वापस चाहिए")
    'paneer gone bad refund money back want'
    """
    tokens = _TOKEN.findall(text)
    read = [_read(token) for token in tokens]
    said: list[str] = []
    place = 0
    while place < len(tokens):
        length, meaning = _longest(read, place)
        said.append(tokens[place] if meaning is None else meaning)
        place += length
    return " ".join(word for word in said if word)


@cache
def version() -> str:
    """Changes with the file, as lexicon.version does."""
    return f"{crc32(_FILE.read_bytes()):08x}"


class _Meanings:
    """The file: each phrase under its first word, the longest first. A word is written plainly, a verb's form as its stem."""

    def __init__(self, lines: list[str]):
        pairs = [line.partition("=")[::2] for line in lines]
        phrases = [(_plain(left).split(), right.strip()) for left, right in pairs]
        self.stems: dict[str, str] = {}  # a form -> its stem, with the hyphen
        for stem in dict.fromkeys(word for phrase, _ in phrases for word in phrase if word.endswith(_STEM)):
            for form in verbs.forms(stem.removesuffix(_STEM)):
                self.stems.setdefault(_plain(form), stem)
        self.phrases: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
        for phrase, meaning in phrases:
            self.phrases[phrase[0]].append((phrase, meaning))
        for of_word in self.phrases.values():
            of_word.sort(key=lambda one: len(one[0]), reverse=True)


@cache
def _meanings() -> _Meanings:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return _Meanings([line for line in lines if line.strip() and not line.startswith("#")])


def _plain(text: str) -> str:
    return text.translate(_PLAIN)


def _read(token: str) -> tuple[str, ...]:
    """What the file may have it as: the word, the verb, the same of what it sounds like."""
    if not _DEVANAGARI.search(token):
        return (token.lower(),)
    known = _meanings()
    word = _plain(token)
    found = [word]
    if word not in known.phrases and word not in known.stems:
        found += [_plain(head) for one in words(token) for head in meant_by(one)[:1]]
    return tuple(found + [known.stems[one] for one in found if one in known.stems])


def _longest(read: list[tuple[str, ...]], place: int) -> tuple[int, str | None]:
    """How many words the longest phrase takes that begins here, and its meaning; None where it is unknown."""
    best: tuple[int, str | None] = (1, None)
    for first in read[place]:
        for phrase, meaning in _meanings().phrases.get(first, ()):
            if len(phrase) > best[0] or best[1] is None:
                of_text = read[place : place + len(phrase)]
                if len(of_text) == len(phrase) and all(word in one for word, one in zip(phrase, of_text, strict=True)):
                    best = len(phrase), meaning
                    break
    return best
