"""Which rule does a message mean? Pure functions over words; no database.

Measured on real shop chats: bare words such as "stop", "done" or "issue" anywhere in a message are wrong far more
often than right. So a rule has phrases that count anywhere, and others that count only where the message says
nothing else. Phrases are compared as whole words.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from .wording import is_devanagari, words

# Politeness around a whole message: "STOP please", "ok thanks", "hello sir".
FILLERS = frozenset(
    [
        "please",
        "pls",
        "plz",
        "sir",
        "madam",
        "maam",
        "mam",
        "ji",
        "bhai",
        "bhaiya",
        "bro",
        "dear",
        "team",
        "there",
        "friend",
        "friends",
        "everyone",
        "ok",
        "okay",
        "kindly",
        "कृपया",
        "जी",
        "सर",
        "मैडम",
        "भाई",
        "भैया",
    ]
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rule, as far as matching it goes."""

    rule_id: UUID
    intent: str
    language: str
    priority: int


@dataclass(frozen=True, slots=True)
class Match:
    pattern: Pattern
    phrase: str


Phrase = tuple[str, ...]


class Book:
    """The phrases of a business's rules, found by their first word: a message costs tens of microseconds, however
    many there are.
    """

    def __init__(self, rules: Iterable):
        """``rules`` have the fields of models.Rule."""
        self.patterns: list[Pattern] = []
        self._anywhere: dict[str, list[tuple[Phrase, int]]] = defaultdict(list)
        self._unless: dict[str, list[tuple[Phrase, int]]] = defaultdict(list)
        self._whole: dict[str, list[tuple[Phrase, int]]] = defaultdict(list)
        self._signs: dict[str, int] = {}  # whole messages without a word in them: a waving hand
        for place, rule in enumerate(rules):
            self.patterns.append(Pattern(rule.id, rule.intent, rule.language, rule.priority))
            self._add(self._anywhere, rule.phrases, place)
            self._add(self._unless, rule.unless_phrases, place)
            self._add(self._whole, rule.whole_phrases, place)
            self._signs.update({_bare(p): place for p in rule.whole_phrases if not words(p)})

    def _add(self, index: dict, phrases: Iterable[str], place: int) -> None:
        for phrase in filter(None, map(words, phrases)):
            index[phrase[0]].append((phrase, place))

    def best(self, text: str) -> Match | None:
        """The rule that answers: the highest priority, then the longest phrase, then the one in the message's
        script.
        """
        said = words(text)
        if not said:
            place = self._signs.get(_bare(text))
            return None if place is None else Match(self.patterns[place], text.strip())
        found = self._found(said)
        for place in {place for _, _, place in _occurrences(said, self._unless)}:
            found.pop(place, None)
        if not found:
            return None
        hindi = is_devanagari(text)

        def rank(place: int) -> tuple:
            pattern = self.patterns[place]
            return pattern.priority, len(found[place]), (pattern.language == "hi") == hindi

        place = max(found, key=rank)
        return Match(self.patterns[place], " ".join(found[place]))

    def _found(self, said: Phrase) -> dict[int, Phrase]:
        """The rules that the message means, each with its longest phrase."""
        found: dict[int, Phrase] = {}
        for _, phrase, place in _occurrences(said, self._anywhere):
            if len(phrase) > len(found.get(place, ())):
                found[place] = phrase
        of_intent: dict[str, list[tuple[int, Phrase, int]]] = defaultdict(list)  # "hi namaste" mixes languages
        for at, phrase, place in _occurrences(said, self._whole):
            of_intent[self.patterns[place].intent].append((at, phrase, place))
        for hits in of_intent.values():
            if _covered(said, hits):
                found.update((place, said) for _, _, place in hits)
        return found


def _occurrences(said: Phrase, index: dict[str, list[tuple[Phrase, int]]]) -> Iterator[tuple[int, Phrase, int]]:
    """(where, phrase, rule) of each phrase that stands in the message, as whole words."""
    for at, word in enumerate(said):
        for phrase, place in index.get(word, ()):
            if said[at : at + len(phrase)] == phrase:
                yield at, phrase, place


def _covered(said: Phrase, hits: list[tuple[int, Phrase, int]]) -> bool:
    """Whether the message consists of such phrases and politeness alone: "hi good morning sir"."""
    lengths: dict[int, set[int]] = defaultdict(set)
    for start, phrase, _ in hits:
        lengths[start].add(len(phrase))
    ways = {0}  # how far one can read
    for at, word in enumerate(said):
        if at not in ways:
            continue
        ways |= {at + length for length in lengths.get(at, ())}
        if word in FILLERS:
            ways.add(at + 1)
    return len(said) in ways


_LOOKS = dict.fromkeys([0xFE0F, *range(0x1F3FB, 0x1F400)])  # an emoji's colour and skin


def _bare(text: str) -> str:
    return "".join(text.split()).translate(_LOOKS)
