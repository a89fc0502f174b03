"""How a text is written, and the form in which it is compared: Romanised Hindi in Devanagari, which the model understands better."""

from dataclasses import dataclass

from conversations.lexicon import to_devanagari
from conversations.wording import is_devanagari, language_of, words

LATIN, DEVANAGARI, ROMANISED = "en", "hi", "hi-Latn"


@dataclass(frozen=True, slots=True)
class Read:
    said: str
    script: str  # LATIN | DEVANAGARI | ROMANISED: how it came


def read(text: str) -> Read:
    """Romanised Hindi is known by its small words, or by half of its words being Hindi."""
    if is_devanagari(text):
        return Read(text, DEVANAGARI)
    rewritten = to_devanagari(text)
    if language_of(text) == ROMANISED or _is_mostly_hindi(text, rewritten):
        return Read(rewritten, ROMANISED)
    return Read(text, LATIN)


def _is_mostly_hindi(text: str, rewritten: str) -> bool:
    written, turned = words(text), words(rewritten)
    return bool(written) and sum(word not in written for word in turned) * 2 > len(turned)
