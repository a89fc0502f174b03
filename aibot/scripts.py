"""How a text is written, and the forms in which it is compared.

Romanised Hindi is put into Devanagari, which the model understands better. A Hindi text is compared in English too, word by word: its
vector is the mean of both, so that it lies near English texts that mean the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from conversations.lexicon import to_devanagari
from conversations.meanings import in_english
from conversations.wording import is_devanagari, language_of, words

from . import embedding

LATIN, DEVANAGARI, ROMANISED = "en", "hi", "hi-Latn"


@dataclass(frozen=True, slots=True)
class Read:
    said: str
    script: str  # LATIN | DEVANAGARI | ROMANISED: how it came
    english: str  # word by word; of an English text itself


def read(text: str) -> Read:
    """Romanised Hindi is known by its small words, or by half of its words being Hindi."""
    if is_devanagari(text):
        return _hindi(text, DEVANAGARI)
    rewritten = to_devanagari(text)
    if language_of(text) == ROMANISED or _is_mostly_hindi(text, rewritten):
        return _hindi(to_devanagari(text, is_hindi=True), ROMANISED)
    return Read(text, LATIN, text)


def vectors(reads: Sequence[Read], cores: int = 1) -> Any:
    """A row of length 1 for each, as embedding.vectors gives it."""
    numpy = embedding.numbers()
    hindi = [place for place, one in enumerate(reads) if one.english != one.said]
    found = embedding.vectors([*(one.said for one in reads), *(reads[place].english for place in hindi)], cores)
    rows = found[: len(reads)]
    if hindi:
        both = rows[hindi] + found[len(reads) :]
        rows[hindi] = both / numpy.linalg.norm(both, axis=1, keepdims=True)
    return rows


def _hindi(text: str, script: str) -> Read:
    return Read(text, script, in_english(text) or text)


def _is_mostly_hindi(text: str, rewritten: str) -> bool:
    written, turned = words(text), words(rewritten)
    return bool(written) and sum(word not in written for word in turned) * 2 > len(turned)
