"""Which rule does a message mean? Pure functions over words; no database.

Measured on real shop chats: bare words such as "stop", "done" or "issue" anywhere in a message are wrong far more
often than right. So a rule has phrases that count anywhere, and others that count only where the message says
nothing else. Words are compared as whole words (phrases.py says how they are written).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from conversations.spelling import spelled
from conversations.wording import language_of, words

from .kinds import KINDS
from .phrases import PRODUCT, Growth, Hit, Tree, Words, spelled_words
from .slips import Vocabulary

# Whom one speaks to, and "please": around a whole message ("STOP sir") and between the words of any phrase ("send me bhaiya
# the rates"). Hindi is written once, in Latin letters: the scripts are one (romanising.py).
ADDRESS = frozenset(
    words(
        "please kindly kripya kripaya krpaya sir sirji madam maam mam miss ji jee bhai bhaiya bhaisahab bhaisaab bro brother buddy "
        "boss dear friend friends sahab saab saheb sahib janab yaar yar dost doston didi di sis sister uncle unkal aunty aunti auntie "
        "chacha chachi bhabhi beta seth sethji mitron mitro dosto tau kaka kaki mausi behen bahan bahanji ma maa maim papa "
        "bhaiyo guru guruji doctor master masterji panditji mitra team guys folks mate man everyone"
    )
)
# The same around a whole message alone: "ok thanks", "so hello there".
FILLERS = ADDRESS | frozenset(
    words("there ok okay okk oki okie k all oh so alright accha theek thik haan han well arre are arey")
)
_ADDRESS, _FILLERS = frozenset(map(spelled, ADDRESS)), frozenset(map(spelled, FILLERS))


def _around(text: str) -> frozenset[str]:
    return _FILLERS | frozenset(map(spelled, words(text)))


# What stands around a bare word beside that and leaves it what it is: "rate for 1 kg?", "thanks, got it".
_AMOUNTS = (
    "a an the of for per this that it its is are today todays one your my 1 kg kilo gram grams gm g litre liter l ml packet pack piece "
    "pieces box dozen bottle ka ki ke kya hai aaj abhi iska iski aapka ek wala wali ye yeh wo bhi aur to na"
)
_AROUND = {
    "greeting": _around(
        "and to of you everybody anyone again aap aapko sab sabko sabhi ko log logo kya aur hai main hu yahan wahan"
    ),
    "pricing": _around(" ".join([_AMOUNTS, *KINDS["goods"], *KINDS["service"]])),
    "demo": _around("a an one any for ek koi kya chahiye hai ka ki ke to na"),
    "person": _around("now urgent urgently i need want to with mujhe chahiye abhi jaldi se hai to na"),
    "support": _around("i need urgent urgently now mujhe chahiye hai to na"),
    "opt_out": _around("to na ab abhi ye yeh sab mujhe nahi chahiye"),
    "opt_in": _around("now again to na ab abhi phir wapas dobara"),
    "bye": _around(
        "great then of perfect cool nice fine super awesome wonderful lovely got it i this thats that is was all now and for today "
        "tomorrow yes will do done noted understood received everything have need needed nothing else more helpful very so much "
        "ho gaya gayi mil kaam bas itna hi tha thi hai sab aur aap aapka abhi kal chalo hu kuch nahi chahiye to na ab "
        "phir samajh aa chaliye bahut accha badhiya mast laga lagi "
        "the your quick help me"
    ),
}
_NAMES_PRODUCTS = ("pricing", "demo")
COURTESY = ("greeting", "bye")  # their whole messages are politeness to every other intent: "hello, help"
ADDRESSES = 3  # words of ADDRESS that are passed over between two of a phrase: "kindly sir please"


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


@dataclass(frozen=True, slots=True)
class Near:
    """A rule that does not answer, and why: "outranked", "forbidden" (by a phrase of "but not with") or "not alone" (a
    whole message with other words around it).
    """

    pattern: Pattern
    phrase: str
    why: str


_Found = tuple[int, str]  # of a rule's longest phrase: how many words, and how it is written


class Book:
    """The phrases of a business's rules, found by their first word: a message costs tens of microseconds, however
    many there are.
    """

    def __init__(self, rules: Iterable, names: Iterable[str] = ()):
        """``rules`` have the fields of models.Rule; ``names`` are the products' and may stand beside a bare "rate?"."""
        rules = list(rules)
        names = [name for name in names if words(name)]
        self.patterns = [Pattern(rule.id, rule.intent, rule.language, rule.priority) for rule in rules]
        self._anywhere, self._unless, self._whole = trees = (
            _tree_of([rule.phrases for rule in rules], names),
            _tree_of([rule.unless_phrases for rule in rules], names),
            _tree_of([rule.whole_phrases for rule in rules], names, whole=True),
        )
        # Whole messages without a word in them: a waving hand.
        self._signs = {_bare(p): place for place, rule in enumerate(rules) for p in rule.whole_phrases if not words(p)}
        named = frozenset(word for name in names for word in spelled_words(name))
        self._around = {intent: _AROUND[intent] | (named if intent in _NAMES_PRODUCTS else set()) for intent in _AROUND}
        self._twins = _twins(self.patterns)
        self._vocabulary = _vocabulary(_FILLERS.union(*self._around.values(), *(tree.words for tree in trees)))

    def best(self, text: str) -> Match | None:
        """The rule that answers: the highest priority, then the one in the message's language, then the longest phrase."""
        said = self._said(text)
        if not said:
            place = self._signs.get(_bare(text))
            return None if place is None else Match(self.patterns[place], text.strip())
        found = self._found(said)
        forbidden = self._forbidden(said) if found else {}
        allowed = {place: hit for place, hit in found.items() if self.patterns[place].intent not in forbidden}
        return self._choose(self._in_both_scripts(allowed), language_of(text))

    def near(self, text: str) -> list[Near]:
        """The rules that had something of theirs in the message and do not answer it, the strongest first."""
        said = self._said(text)
        answering = self.best(text)
        found = self._found(said)
        forbidden = self._forbidden(said)
        near: dict[int, Near] = {}
        for hit in self._whole.hits(said):
            near[hit.form.place] = Near(self.patterns[hit.form.place], hit.form.written, "not alone")
        for place, (_, phrase) in found.items():
            intent = self.patterns[place].intent
            why = "forbidden" if intent in forbidden else "outranked"
            near[place] = Near(self.patterns[place], forbidden.get(intent, phrase), why)
        others = [n for n in near.values() if not (answering and _is_one(n.pattern, answering.pattern))]
        return sorted(others, key=lambda n: -n.pattern.priority)

    def _said(self, text: str) -> Words:
        return tuple(map(self._vocabulary.meant, spelled_words(text)))

    def _forbidden(self, said: Words) -> dict[str, str]:
        """The intents that a phrase of "but not with" takes away, and that phrase: in one language it counts for all, because
        their phrases share many words.
        """
        return {self.patterns[hit.form.place].intent: hit.form.written for hit in self._unless.hits(said)}

    def _in_both_scripts(self, found: dict[int, _Found]) -> dict[int, _Found]:
        """What is a phrase of Hindi's in one script is one of its twin's, the rule in the other."""
        twins = {self._twins[place]: hit for place, hit in found.items() if place in self._twins}
        return twins | found

    def _choose(self, found: dict[int, _Found], language: str) -> Match | None:
        if not found:
            return None

        def rank(place: int) -> tuple:
            pattern = self.patterns[place]
            return pattern.priority, pattern.language == language, found[place][0]

        place = max(found, key=rank)
        return Match(self.patterns[place], found[place][1])

    def _found(self, said: Words) -> dict[int, _Found]:
        """The rules that the message means, each with the words of its longest phrase and the phrase as written."""
        found: dict[int, _Found] = {}
        for hit in self._anywhere.hits(said):
            if hit.length > found.get(hit.form.place, (0, ""))[0]:
                found[hit.form.place] = (hit.length, hit.form.written)
        of_intent: dict[str, list[Hit]] = defaultdict(list)  # "hi namaste" mixes languages
        for hit in self._whole.hits(said):
            of_intent[self.patterns[hit.form.place].intent].append(hit)
        polite = [(hit.at, hit.end) for intent in COURTESY for hit in of_intent.get(intent, ())]
        for intent, hits in of_intent.items():
            fillers = self._around.get(intent, _FILLERS)
            around = polite if intent not in COURTESY else []
            if _covered(said, [(hit.at, hit.end) for hit in hits], around, fillers):
                found.update((hit.form.place, (len(said), hit.form.written)) for hit in hits)
        return found


def _tree_of(phrases: list[list[str]], names: list[str], *, whole: bool = False) -> Tree:
    """The phrases of each rule, by the rule's place. It is shared: read only."""
    with_names = any(PRODUCT in phrase for of_a_rule in phrases for phrase in of_a_rule)
    return _tree(tuple(map(tuple, phrases)), tuple(names) if with_names else (), whole)


@lru_cache(maxsize=200)  # shops with the same phrases share one, and a new price makes none anew
def _tree(phrases: tuple[Words, ...], names: Words, whole: bool) -> Tree:
    growth = Growth(names, whole=whole)
    for place, of_a_rule in enumerate(phrases):
        for phrase in of_a_rule:
            growth.add(phrase, place)
    return growth.tree(_ADDRESS, ADDRESSES)


_vocabulary = lru_cache(maxsize=200)(Vocabulary)  # as a tree: read only


def _is_one(one: Pattern, other: Pattern) -> bool:
    """Whether they mean the same in two languages: one of them answers, the other adds nothing."""
    return (one.intent, one.priority) == (other.intent, other.priority)


def _twins(patterns: list[Pattern]) -> dict[int, int]:
    """For each rule in Hindi the one of the same intent in the other script."""
    of = {(pattern.intent, pattern.language): place for place, pattern in enumerate(patterns)}
    pairs = [(of.get((intent, "hi")), of.get((intent, "hi-Latn"))) for intent in {intent for intent, _ in of}]
    return {one: other for a, b in pairs if a is not None and b is not None for one, other in ((a, b), (b, a))}


def _covered(
    said: Words, spans: Iterable[tuple[int, int]], around: Iterable[tuple[int, int]], fillers: frozenset[str]
) -> bool:
    """Whether the message consists of such phrases (one at least) and politeness alone: "hi good morning sir"."""
    steps: dict[int, set[tuple[int, bool]]] = defaultdict(set)
    for at, end in spans:
        steps[at].add((end, True))
    for at, end in around:
        steps[at].add((end, False))
    ways: dict[int, set[bool]] = {0: {False}}  # how far one can read, and whether over one of the phrases
    for at, word in enumerate(said):
        for used in ways.get(at, ()):
            for end, counts in steps.get(at, ()):
                ways.setdefault(end, set()).add(used or counts)
            if word in fillers:
                ways.setdefault(at + 1, set()).add(used)
    return True in ways.get(len(said), ())


_LOOKS = dict.fromkeys([0xFE0F, *range(0x1F3FB, 0x1F400)])  # an emoji's colour and skin


def _bare(text: str) -> str:
    return "".join(text.split()).translate(_LOOKS)
