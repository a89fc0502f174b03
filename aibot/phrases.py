"""How an owner writes a phrase, and the tree of words that finds phrases in a message.

``how much * cost`` has a gap of at most three words, ``(order/parcel) not received`` means either, ``{product} rate`` any
product of the business by any of its names, ``{ads} band karo`` any word of a kind (kinds.py). Words are compared in one
spelling (spelling.py).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

from conversations.spelling import unglued
from conversations.wording import words

from .kinds import KINDS

GAP = 3  # words that a * stands for at most
PRODUCT = "{product}"
NAMES = frozenset({"product", *KINDS})  # that stand in a phrase in braces
MOST_GAPS = 3  # in a phrase: each multiplies the ways to read a message
MOST_WORDS = 30  # in a phrase: a message is read from each of its words on as far as the longest goes
MOST_FORMS = 1000  # that a phrase with (a/b) may have

Words = tuple[str, ...]
Part = str | tuple  # a word, "*", the name of a kind in braces, or a choice, which is a tuple of Parts
Parts = tuple[Part, ...]

_STAR = "*"
_OF_KIND = {f"{{{name}}}": kind for name, kind in KINDS.items()}
_CHOICE = re.compile(r"\(([^()]*/[^()]*)\)")
_WRITING = frozenset("*(/){} ")  # in which gaps and choices are written
_BRACKETED = re.compile(r"\([^()]*\)")
_SIGN = re.compile(r"(\*|\{\w+\})")


@lru_cache(maxsize=4096)  # the rules that a business starts with are the same for all
def parts(phrase: str) -> Parts:
    """What a phrase consists of; empty where it has no words. Raises ValueError where (a/b) make more than MOST_FORMS of it, the
    gaps are more than MOST_GAPS, or the words more than MOST_WORDS.
    """
    if phrase.count(_STAR) > MOST_GAPS:
        raise ValueError(f"{phrase!r} has more than {MOST_GAPS} gaps.")
    found: list[Part] = []
    count = 1
    for place, text in enumerate(_CHOICE.split(phrase)):
        if place % 2:
            count *= text.count("/") + 1
            choice = tuple(dict.fromkeys(map(_plain, text.split("/"))))
            found.extend([choice] if any(choice) else [])
        else:
            found.extend(_plain(text))
    if count > MOST_FORMS:
        raise ValueError(f"{phrase!r} stands for {count} phrases; there may be {MOST_FORMS}.")
    if sum(max(map(len, part)) if isinstance(part, tuple) else part != _STAR for part in found) > MOST_WORDS:
        raise ValueError(f"{phrase!r} has more than {MOST_WORDS} words.")
    return tuple(found) if any(part != _STAR for part in found) else ()


def odd_brackets(phrase: str) -> str:
    """The first bracket that has no other half, "(" or ")"; "()" where a pair stands within another; else ""."""
    outside, alone = _BRACKETED.sub("", phrase), phrase
    while (fewer := _BRACKETED.sub("", alone)) != alone:
        alone = fewer
    halves = [sign for sign in alone if sign in "()"]
    return halves[0] if halves else "()" if outside != alone else ""


def is_sign(phrase: str) -> bool:
    """A message without words, such as a waving hand: it is compared as it stands, with whole messages alone."""
    return not words(phrase) and not phrase.isspace() and not set(phrase) <= _WRITING


def has_words(phrase: str) -> bool:
    """Whether there is a message that has it: none has "***"."""
    growth = Growth(["product"])
    growth.add(phrase, 0)
    return bool(growth.tree(frozenset(), 0).words)


@lru_cache(maxsize=20_000)
def _plain(text: str) -> Parts:
    """The parts of a text without choices."""
    found: list[str] = []
    for piece in _SIGN.split(text):
        found.extend([piece] if piece in (_STAR, PRODUCT) or piece in _OF_KIND else spelled_words(piece))
    return tuple(found)


@lru_cache(maxsize=20_000)
def spelled_words(text: str) -> Words:
    """The words of a text, in the spelling that they are compared in."""
    return tuple(word for said in words(text) for word in unglued(said))


@cache
def _kind(name: str) -> tuple[Parts, ...]:
    return tuple(dict.fromkeys(map(spelled_words, _OF_KIND[name])))


@dataclass(frozen=True, slots=True)
class End:
    """Where a phrase ends in the tree."""

    place: int  # of the rule
    written: str  # as the owner wrote it


class Hit(NamedTuple):
    at: int
    end: int
    length: int  # in words, gaps aside
    form: End


@dataclass(slots=True, eq=False)
class _Node:
    """What may follow the words so far. The words of one choice lead to one node, so that a phrase costs its length, not the
    number of its forms.
    """

    next: dict[str, "tuple[_Node, ...]"] = field(default_factory=dict)
    gap: "_Node | None" = None  # up to GAP words may pass before what follows there
    ends: list[End] = field(default_factory=list)


class Tree:
    """Phrases, found wherever they stand in a message as whole words."""

    def __init__(self, root: _Node, passed: frozenset[str], most: int):
        """Words of ``passed`` may stand between two of a phrase, up to ``most`` of them."""
        self._root, self._passed, self._most = root, passed, most
        self.words = frozenset(word for node in _all(root) for word in node.next)  # all that stand in a phrase

    def hits(self, said: Words) -> Iterator[Hit]:
        """Each phrase that stands in the message, in the order of its place."""
        begins = [self._begins(said, at) for at in range(len(said) + 1)]
        for start, word in enumerate(said):
            if nodes := self._root.next.get(word):
                yield from _hits_from(said, start, nodes, begins)

    def _begins(self, said: Words, at: int) -> list[int]:
        """Where the next word of a phrase may stand: here, or behind words that are passed over."""
        found = []
        for place in range(at, min(at + self._most + 1, len(said))):
            found.append(place)
            if said[place] not in self._passed:
                break
        return found


def _hits_from(said: Words, start: int, nodes: tuple[_Node, ...], begins: list[list[int]]) -> Iterator[Hit]:
    """A loop, not a recursion: this is run for every word of every message. ``been``: without it "ji ji ji ..." is read in
    more ways than there is time for, where "ji ji ji" is a phrase.
    """
    todo = [(start + 1, node, 1) for node in nodes]
    been = set()
    while todo:
        if (place := todo.pop()) in been:
            continue
        been.add(place)
        at, node, length = place
        for end in node.ends:
            yield Hit(start, at, length, end)
        if not node.next and node.gap is None:
            continue
        for begin in begins[at]:
            for following in node.next.get(said[begin], ()):
                todo.append((begin + 1, following, length + 1))
            if gap := node.gap:
                for skipped in range(begin, min(begin + GAP + 1, len(said))):
                    for following in gap.next.get(said[skipped], ()):
                        todo.append((skipped + 1, following, length + 1))
                for end in gap.ends:
                    for passed in range(begin + 1, min(begin + GAP, len(said)) + 1):
                        yield Hit(start, passed, length, end)


def _all(root: _Node) -> set[_Node]:
    seen, todo = {root}, [root]
    while todo:
        node = todo.pop()
        following = {n for nodes in node.next.values() for n in nodes} | ({node.gap} if node.gap else set())
        todo.extend(following - seen)
        seen |= following
    return seen


class Growth:
    """A tree in the making. ``products`` are what {product} stands for; a gap at the end of a phrase says nothing, unless it is
    a ``whole`` message: "my name is *".
    """

    def __init__(self, products: Iterable[str], *, whole: bool = False):
        self._root, self._whole = _Node(), whole
        self._products = tuple(dict.fromkeys(map(spelled_words, products)))
        self._grown: dict[tuple, tuple[_Node, ...]] = {}  # what a part led to: phrases that begin alike share it
        self._before: dict[_Node, list[_Node]] = {}  # of what stands after a gap, what stands before it

    def add(self, phrase: str, place: int) -> None:
        """A phrase that cannot be read is one that nobody says: the form refuses it (models.valid_phrases), an older row may hold
        it, and must not stop the others.
        """
        try:
            read = parts(phrase)
        except ValueError:
            return
        for node in self._last(self._along((self._root,), read)):
            node.ends.append(End(place, phrase))

    def tree(self, passed: frozenset[str], most: int) -> Tree:
        return Tree(self._root, passed, most)

    def _along(self, nodes: tuple[_Node, ...], read: Parts) -> tuple[_Node, ...]:
        """Where the parts lead to, one after another."""
        for part in read:
            key = (*map(id, nodes), part)
            following = self._grown.get(key)
            if following is None:
                following = self._grown[key] = self._over(nodes, part)
            nodes = following
        return nodes

    def _over(self, nodes: tuple[_Node, ...], part: Part) -> tuple[_Node, ...]:
        ends = (_Node(),)
        return tuple(dict.fromkeys(node for choice in self._choices(part) for node in self._link(nodes, choice, ends)))

    def _choices(self, part: Part) -> Iterable[Parts]:
        if part == PRODUCT:
            return self._products
        if isinstance(part, str):
            return _kind(part) if part in _OF_KIND else ((part,),)
        return part

    def _link(self, nodes: tuple[_Node, ...], read: Parts, ends: tuple[_Node]) -> tuple[_Node, ...]:
        """From the nodes along these parts to the end; returns where that is, which is elsewhere for nothing and for a gap."""
        if not read:
            return nodes
        *first, last = read
        nodes = self._along(nodes, tuple(first))
        if last == _STAR:
            return tuple(map(self._after_gap, nodes))
        if last == PRODUCT or last in _OF_KIND:
            return tuple(found for choice in self._choices(last) for found in self._link(nodes, choice, ends))
        for node in nodes:
            had = node.next.get(last)
            node.next[last] = (*had, *ends) if had else ends
        return ends if nodes else ()

    def _after_gap(self, node: _Node) -> _Node:
        if node is self._root or node in self._before:  # a gap at the beginning says nothing, and two are one
            return node
        if node.gap is None:
            node.gap = _Node()
            self._before[node.gap] = []
        self._before[node.gap].append(node)
        return node.gap

    def _last(self, nodes: tuple[_Node, ...]) -> list[_Node]:
        """Where a phrase that leads to these nodes ends."""
        found = dict.fromkeys(before for node in nodes for before in self._before.get(node, [node]))
        if self._whole:
            found.update(dict.fromkeys(node for node in nodes if node in self._before))
        return [node for node in found if node is not self._root]
