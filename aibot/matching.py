"""Which rule does a message mean? Pure functions over words; no database.

Measured on real shop chats: bare words such as "stop", "done" or "issue" anywhere in a message are wrong far more
often than right. So a rule has phrases that count anywhere, and others that count only where the message says
nothing else. Phrases are compared as whole words, in one spelling (spelling.py).

How a phrase is written: ``how much * cost`` has a gap of at most three words, ``(order/parcel) not received`` means
either, ``{product} rate`` any product of the business by any of its names.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from operator import itemgetter
from uuid import UUID

from .slips import Vocabulary
from .spelling import spelled
from .wording import language_of, words

# Whom one speaks to, and "please": around a whole message ("STOP sir") and between the words of any phrase ("send me bhaiya
# the rates"). Hindi is written once, in Latin letters: the scripts are one (romanising.py).
ADDRESS = frozenset(
    words(
        "please kindly kripya kripaya krpaya sir sirji madam maam mam miss ji jee bhai bhaiya bhaisahab bhaisaab bro brother buddy "
        "boss dear friend friends sahab saab saheb sahib janab yaar yar dost doston didi di sis sister uncle unkal aunty aunti auntie "
        "chacha chachi bhabhi beta seth sethji mitron mitro dosto tau kaka kaki mausi behen bahan bahanji ma maa maim papa "
        "bhaiyo guru guruji mitra team guys folks mate man everyone"
    )
)
# The same around a whole message alone: "ok thanks", "so hello there".
FILLERS = ADDRESS | frozenset(
    words("there ok okay okk oki k all oh so alright accha theek thik haan han well arre are arey")
)
_ADDRESS, _FILLERS = frozenset(map(spelled, ADDRESS)), frozenset(map(spelled, FILLERS))


def _around(text: str) -> frozenset[str]:
    return _FILLERS | frozenset(map(spelled, words(text)))


# What stands around a bare word beside that and leaves it what it is: "rate for 1 kg?", "thanks, got it".
_AMOUNTS = (
    "a an the of for per this that it its is are today todays one your my 1 kg kilo gram grams gm g litre liter l ml packet pack piece "
    "pieces box dozen bottle ka ki ke kya hai aaj abhi iska iski aapka ek wala bhi aur to na"
)
_AROUND = {
    "greeting": _around(
        "and to of you everybody anyone again aap aapko sab sabko sabhi ko log logo kya aur hai main hu yahan wahan"
    ),
    "pricing": _around(_AMOUNTS),
    "demo": _around("a an one any for ek koi kya chahiye hai ka ki ke to na"),
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
GAP = 3  # words that a * stands for at most
ADDRESSES = 3  # words of ADDRESS that are passed over between two of a phrase: "kindly sir please"
PRODUCT = "{product}"
MOST_GAPS = 3  # in a phrase: each multiplies the ways to read a message
MOST_FORMS = 1000  # that a phrase with (a/b) may have


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


Phrase = tuple[str, ...]
_Found = tuple[int, str]  # of a rule's longest phrase: how many words, and how it is written


@dataclass(frozen=True, slots=True)
class _End:
    """Where a phrase ends in the tree of words."""

    place: int  # of the rule
    length: int  # in words, gaps aside
    written: str  # as the owner wrote it


@dataclass(slots=True)
class _Node:
    """What may follow the words so far: a tree, so that the number of phrases costs nothing."""

    next: dict[str, "_Node"] = field(default_factory=dict)  # "*" is a gap
    ends: Sequence[_End] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Hit:
    at: int
    end: int
    form: _End


_CHOICE = re.compile(r"\(([^()]*/[^()]*)\)")


@lru_cache(maxsize=4096)  # the rules that a business starts with are the same for all
def forms(phrase: str) -> tuple[Phrase, ...]:
    """The sequences of words that a phrase stands for. Raises ValueError where they are more than MOST_FORMS, or the gaps more
    than MOST_GAPS.
    """
    if phrase.count("*") > MOST_GAPS:
        raise ValueError(f"{phrase!r} has more than {MOST_GAPS} gaps.")
    parts = _CHOICE.split(phrase)
    choices = [part.split("/") if place % 2 else [part] for place, part in enumerate(parts)]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > MOST_FORMS:
        raise ValueError(f"{phrase!r} stands for {count} phrases; there may be {MOST_FORMS}.")
    found = dict.fromkeys(_form("".join(chosen)) for chosen in product(*choices))
    return tuple(form for form in found if form)


def _form(text: str) -> Phrase:
    """Words and gaps; a gap at either end says nothing."""
    sequence: list[str] = []
    for part in text.replace("*", " * ").split():
        if part != "*":
            sequence.extend(_spelled_words(part))
        elif sequence and sequence[-1] != "*":
            sequence.append("*")
    while sequence and sequence[-1] == "*":
        sequence.pop()
    return tuple(sequence)


@lru_cache(maxsize=20_000)
def _spelled_words(text: str) -> Phrase:
    return tuple(map(spelled, words(text)))


class Book:
    """The phrases of a business's rules, found by their first word: a message costs tens of microseconds, however
    many there are.
    """

    def __init__(self, rules: Iterable, names: Iterable[str] = ()):
        """``rules`` have the fields of models.Rule; ``names`` are the products' and may stand beside a bare "rate?"."""
        rules = list(rules)
        names = [name for name in names if words(name)]
        self.patterns = [Pattern(rule.id, rule.intent, rule.language, rule.priority) for rule in rules]
        self._anywhere = _tree_of([rule.phrases for rule in rules], names)
        self._unless = _tree_of([rule.unless_phrases for rule in rules], names)
        self._whole = _tree_of([rule.whole_phrases for rule in rules], names)
        # Whole messages without a word in them: a waving hand.
        self._signs = {_bare(p): place for place, rule in enumerate(rules) for p in rule.whole_phrases if not words(p)}
        named = frozenset(spelled(w) for name in names for w in words(name))
        self._around = {intent: _AROUND[intent] | (named if intent in _NAMES_PRODUCTS else set()) for intent in _AROUND}
        self._twins = _twins(self.patterns)
        self._vocabulary = Vocabulary(
            {
                *_words_of(self._anywhere),
                *_words_of(self._unless),
                *_words_of(self._whole),
                *_FILLERS.union(*self._around.values()),
            }
        )

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
        for hit in _hits(said, self._whole):
            near[hit.form.place] = Near(self.patterns[hit.form.place], hit.form.written, "not alone")
        for place, (_, phrase) in found.items():
            intent = self.patterns[place].intent
            why = "forbidden" if intent in forbidden else "outranked"
            near[place] = Near(self.patterns[place], forbidden.get(intent, phrase), why)
        others = [n for n in near.values() if not (answering and _is_one(n.pattern, answering.pattern))]
        return sorted(others, key=lambda n: -n.pattern.priority)

    def _said(self, text: str) -> Phrase:
        return tuple(self._vocabulary.meant(spelled(word)) for word in words(text))

    def _forbidden(self, said: Phrase) -> dict[str, str]:
        """The intents that a phrase of "but not with" takes away, and that phrase: in one language it counts for all, because
        their phrases share many words.
        """
        return {self.patterns[hit.form.place].intent: hit.form.written for hit in _hits(said, self._unless)}

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

    def _found(self, said: Phrase) -> dict[int, _Found]:
        """The rules that the message means, each with the words of its longest phrase and the phrase as written."""
        found: dict[int, _Found] = {}
        for hit in _hits(said, self._anywhere):
            if hit.form.length > found.get(hit.form.place, (0, ""))[0]:
                found[hit.form.place] = (hit.form.length, hit.form.written)
        of_intent: dict[str, list[_Hit]] = defaultdict(list)  # "hi namaste" mixes languages
        for hit in _hits(said, self._whole):
            of_intent[self.patterns[hit.form.place].intent].append(hit)
        polite = [(hit.at, hit.end) for intent in COURTESY for hit in of_intent.get(intent, ())]
        for intent, hits in of_intent.items():
            fillers = self._around.get(intent, _FILLERS)
            around = polite if intent not in COURTESY else []
            if _covered(said, [(hit.at, hit.end) for hit in hits], around, fillers):
                found.update((hit.form.place, (len(said), hit.form.written)) for hit in hits)
        return found


def _is_one(one: Pattern, other: Pattern) -> bool:
    """Whether they mean the same in two languages: one of them answers, the other adds nothing."""
    return (one.intent, one.priority) == (other.intent, other.priority)


def _twins(patterns: list[Pattern]) -> dict[int, int]:
    """For each rule in Hindi the one of the same intent in the other script."""
    of = {(pattern.intent, pattern.language): place for place, pattern in enumerate(patterns)}
    pairs = [(of.get((intent, "hi")), of.get((intent, "hi-Latn"))) for intent in {intent for intent, _ in of}]
    return {one: other for a, b in pairs if a is not None and b is not None for one, other in ((a, b), (b, a))}


def _words_of(node: _Node) -> Iterator[str]:
    for word, following in node.next.items():
        yield word
        yield from _words_of(following)


def _tree_of(phrases: list[list[str]], names: list[str]) -> _Node:
    """The phrases of each rule, by the rule's place. It is shared: read only."""
    with_names = any(PRODUCT in phrase for of_a_rule in phrases for phrase in of_a_rule)
    return _tree(tuple(map(tuple, phrases)), tuple(names) if with_names else ())


@lru_cache(maxsize=200)  # shops with the same phrases share one of some 10,000 nodes, and a new price makes none anew
def _tree(phrases: tuple[Phrase, ...], names: Phrase) -> _Node:
    tree = _Node()
    for place, of_a_rule in enumerate(phrases):
        _add(tree, of_a_rule, place, names)
    return _folded(tree, {})


def _add(tree: _Node, phrases: Iterable[str], place: int, names: Phrase) -> None:
    for phrase in phrases:
        for text in [phrase.replace(PRODUCT, name) for name in names] if PRODUCT in phrase else [phrase]:
            for form in _forms_or_none(text):
                _grow(tree, form).ends.append(_End(place, len(form) - form.count("*"), phrase))


def _forms_or_none(phrase: str) -> tuple[Phrase, ...]:
    """A phrase that cannot be read is one that nobody says: the form refuses it (models.valid_phrases), an older row may hold
    it, and must not stop the others.
    """
    try:
        return forms(phrase)
    except ValueError:
        return ()


def _grow(node: _Node, form: Phrase) -> _Node:
    for word in form:
        following = node.next.get(word)
        if following is None:
            following = node.next[word] = _Node()
        node = following
    return node


def _folded(node: _Node, same: dict[tuple, _Node]) -> _Node:
    """The tree with ends that are alike held once: the forms of (a/b) end alike, and a business's book stays in memory."""
    following = {word: _folded(child, same) for word, child in node.next.items()}
    key = (tuple(node.ends), *((word, id(child)) for word, child in sorted(following.items(), key=itemgetter(0))))
    return same.setdefault(key, _Node(following, key[0]))


def _hits(said: Phrase, tree: _Node) -> Iterator[_Hit]:
    """Each phrase that stands in the message, as whole words, in the order of its place."""
    for at, word in enumerate(said):
        if word in tree.next:
            yield from _read_on(said, at, at + 1, tree.next[word])


def _read_on(said: Phrase, start: int, at: int, node: _Node) -> Iterator[_Hit]:
    for end in node.ends:
        yield _Hit(start, at, end)
    yield from _step(said, start, at, node)
    for skipped in range(at, min(at + ADDRESSES, len(said))):
        if said[skipped] not in _ADDRESS:
            break
        yield from _step(said, start, skipped + 1, node)


def _step(said: Phrase, start: int, at: int, node: _Node) -> Iterator[_Hit]:
    if at < len(said) and said[at] in node.next:
        yield from _read_on(said, start, at + 1, node.next[said[at]])
    if gap := node.next.get("*"):
        for skipped in range(at, min(at + GAP + 1, len(said))):
            if said[skipped] in gap.next:
                yield from _read_on(said, start, skipped + 1, gap.next[said[skipped]])


def _covered(
    said: Phrase, spans: Iterable[tuple[int, int]], around: Iterable[tuple[int, int]], fillers: frozenset[str]
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
