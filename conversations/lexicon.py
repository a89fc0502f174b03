"""Hindi in two scripts: what a word is looked up by, and Romanised Hindi in Devanagari.

Customers write दूध, doodh, dudh or dud and mean milk. ``lexicon.txt`` lists the words that shops, clinics and schools are
asked about; words that it does not know are still one in both scripts where they sound alike (spelling.py). Search stores
and asks for ``forms_of``; what understands Hindi better in its own script takes ``to_devanagari``.
"""

import re
from collections import defaultdict
from functools import cache, lru_cache
from pathlib import Path
from zlib import crc32

from . import verbs
from .romanising import romanised
from .spelling import sounded, spelled
from .wording import words

_FILE = Path(__file__).with_name("lexicon.txt")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_STOP = re.compile(r"[.!?;\n]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")


_STEM = "-"  # at the end of a word of the file: all forms of that verb
_JOINED = "_"  # in a word of the file: two words that are typed as one
_SHORT = 4  # letters: a verb's form that is no longer may be an English word too (pine, bite)
_SOUNDS_ENGLISH = """
    a banana bees bulb challenge change chili chill china choose chore cut dad dia die diner dry feet hassle hun karate kill lag
    lagoon litter main maine mangoes non our parent parents pee phase pie pull range ray see shall shut soon station still
    sunrise tell than till too ya
"""
_ENGLISH_TOO = frozenset(_SOUNDS_ENGLISH.split())


class _Lexicon:
    """The file, by how a word may be written."""

    def __init__(self, lines: list[str]):
        self.meant: dict[str, list[str]] = defaultdict(list)  # any spelling -> the words in Devanagari, best first
        self.english: set[str] = set()  # spellings that are English words too
        by_sound: dict[str, list[str]] = defaultdict(list)
        for line in lines:
            head, *others = line.split()
            if head.endswith(_STEM):
                continue
            head = head.replace(_JOINED, " ")
            for written in (head, *others):
                spelling = written.removesuffix("?")
                if spelling != written:
                    self.english.add(spelling)
                for exact in words(spelling):
                    _add(self.meant[exact], head)
                    if spelling == written:
                        _add(by_sound[sounded(exact)], head)
        for sound, heads in by_sound.items():
            if sound not in self.meant:
                self.meant[sound].extend(heads)
        self.verbs: dict[str, str] = {}  # how a verb's form sounds -> the form; those that the file does not list
        self.stems: dict[str, str] = {}  # the same of the stems
        for line in lines:
            if line.split()[0].endswith(_STEM):
                self._add_verb(*(word.removesuffix(_STEM) for word in line.split()))

    def _add_verb(self, stem: str, *typed: str) -> None:
        for latin in typed:
            self.stems.setdefault(sounded(latin), stem)
        for ending, written in verbs.endings(stem):
            for latin in (start + end for start in typed for end in written):
                self.verbs.setdefault(sounded(latin), stem + ending)

    def heads(self, word: str) -> list[str]:
        """The words in Devanagari that this one of ``wording.words`` may be: as it is written, else as it sounds."""
        return self.meant.get(word) or self.meant.get(sounded(word)) or []

    def verb(self, word: str) -> str:
        """A verb's form or its stem, or a verb and its helper that are typed as one, apart: bhejdijiye is भेज दीजिए. "" for any
        other word.
        """
        sound = sounded(word)
        return self.verbs.get(sound) or self.stems.get(sound) or self._joined(word)

    def _joined(self, word: str) -> str:
        for at in range(_SHORT - 1, len(word) - 1):
            helper = verbs.HELPERS.get(word[at:])
            if helper and (stem := self.stems.get(sounded(word[:at]))):
                return f"{stem} {helper}"
        return ""


@cache
def _lexicon() -> _Lexicon:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return _Lexicon([line for line in lines if line.strip() and not line.startswith("#")])


def size() -> int:
    """How many words of Hindi the file knows."""
    return len({head for heads in _lexicon().meant.values() for head in heads})


@cache
def version() -> str:
    """Changes with the file: what is kept of ``to_devanagari`` is of one version."""
    return f"{crc32(_FILE.read_bytes()):08x}"


@lru_cache(maxsize=50_000)
def forms_of(word: str) -> frozenset[str]:
    """What a word of ``wording.words`` is searched by: two words are found by each other where they share a form.

    >>> forms_of("doodh") & forms_of("दूध") & forms_of("dud") & forms_of("दुध")
    frozenset({'dudh'})
    """
    heads = _lexicon().heads(word)
    found = (sounded(romanised(head)) for head in heads if " " not in head)
    return frozenset({sounded(romanised(word)), spelled(word), *found})


def meant_by(word: str) -> list[str]:
    """The words in Devanagari that one of ``wording.words`` may be, the most likely first; none where it is unknown."""
    return _lexicon().heads(word)


def to_devanagari(text: str, *, is_hindi: bool = False) -> str:
    """The text with the Romanised Hindi words that are known here in Devanagari; English and the rest stay as they are. A
    word that both languages have is Hindi beside a Hindi one, or where the whole text is known to be (``is_hindi``).

    >>> to_devanagari("Pet me dard hai. Send me the list")
    'पेट में दर्द है. Send me the list'
    """
    pieces = _LATIN_WORD.split(text)
    found = [_candidate(written) for written in _LATIN_WORD.findall(text)]
    turned = [
        head and (is_sure or is_hindi or _is_beside_hindi(place, found, pieces))
        for place, (_, head, is_sure) in enumerate(found)
    ]
    said = [head if hindi else written for (written, head, _), hindi in zip(found, turned, strict=True)]
    return pieces[0] + "".join(word + between for word, between in zip(said, pieces[1:], strict=True))


def _candidate(written: str) -> tuple[str, str, bool]:
    """A Latin word, what it is in Devanagari (nothing where that is unknown), and whether it is no English word."""
    word = "".join(words(written))
    if heads := _lexicon().heads(word):
        return written, heads[0], word not in _lexicon().english and word not in _ENGLISH_TOO
    verb = _lexicon().verb(word)
    return written, verb, bool(verb) and len(word) > _SHORT and word not in _ENGLISH_TOO


def _is_beside_hindi(place: int, found: list[tuple[str, str, bool]], pieces: list[str]) -> bool:
    """Whether the word before or after it, in the same sentence, is Hindi for certain."""
    for between, other in ((pieces[place], place - 1), (pieces[place + 1], place + 1)):
        if _DEVANAGARI.search(between):
            return True
        if 0 <= other < len(found) and found[other][2] and not _STOP.search(between):
            return True
    return False


def _add(heads: list[str], head: str) -> None:
    if head not in heads:
        heads.append(head)
