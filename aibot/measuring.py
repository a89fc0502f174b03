"""How well rules understand lines whose meaning is known: hits, precision and recall for each intent.

A folder holds files that end with ``.tsv``, in UTF-8, one line of text each: ``text<TAB>intent``. The intent is one of
Rule.Intent, or empty where no rule should answer; further columns are the reader's own. Empty lines and those that begin
with ``#`` are left out.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from .matching import Book
from .models import Rule


class BadLines(Exception):
    """A folder or a line that cannot be measured on; the text names the place."""


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    intent: str  # "" where no rule should answer
    where: str  # file:line


@dataclass(frozen=True, slots=True)
class Share:
    """``right`` of ``n``, with the bounds within which the true share lies at 95 % (Wilson's interval)."""

    right: int
    n: int

    @property
    def value(self) -> float | None:
        return self.right / self.n if self.n else None

    @property
    def bounds(self) -> tuple[float, float]:
        if not self.n:
            return 0.0, 1.0
        z, share = 1.959964, self.right / self.n
        middle = share + z * z / (2 * self.n)
        reach = z * sqrt(share * (1 - share) / self.n + z * z / (4 * self.n * self.n))
        scale = 1 + z * z / self.n
        return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


@dataclass(frozen=True, slots=True)
class Measured:
    """One intent. ``precision``: of the hits those that are right; ``recall``: of its lines those that were hit."""

    intent: str
    precision: Share
    recall: Share


def read(folder: Path) -> list[Line]:
    """The lines of a folder. Raises BadLines."""
    files = sorted(folder.glob("*.tsv"))
    if not files:
        raise BadLines(f"{folder} holds no .tsv file.")
    return [line for file in files for line in _read(file)]


def _read(file: Path) -> Iterable[Line]:
    try:
        rows = file.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise BadLines(f"{file.name} is not UTF-8: {error.reason} at byte {error.start}.") from error
    for number, row in enumerate(rows, 1):
        if not row.strip() or row.startswith("#"):
            continue
        text, intent, *_ = [*row.rstrip("\r").split("\t"), "no tab"]
        if intent.strip() not in ("", *Rule.Intent.values):
            raise BadLines(
                f"{file.name}:{number}: expected text<TAB>intent, the intent empty or one of {', '.join(Rule.Intent.values)}."
            )
        yield Line(text, intent.strip(), f"{file.name}:{number}")


def measure(book: Book, lines: Iterable[Line]) -> tuple[list[Measured], list[tuple[Line, str]]]:
    """Each intent's figures, and the lines that were taken for another intent than theirs, with that one."""
    hits, right, wanted = Counter[str](), Counter[str](), Counter[str]()
    wrong = []
    for line in lines:
        match = book.best(line.text)
        got = match.pattern.intent if match else ""
        if got == Rule.Intent.PERSON and line.intent == Rule.Intent.SUPPORT:
            got = line.intent  # who asks for a person is in need of support, and gets more of it
        hits[got] += 1
        wanted[line.intent] += 1
        right[got] += got == line.intent
        if got != line.intent:
            wrong.append((line, got))
    figures = [
        Measured(intent, Share(right[intent], hits[intent]), Share(right[intent], wanted[intent]))
        for intent in Rule.Intent.values
    ]
    return figures, wrong


def overall(lines: Iterable[Line], wrong: Iterable[tuple[Line, str]]) -> Share:
    """Of the lines that some rule should answer those that the right one does: the recall of all intents together."""
    asked = sum(line.intent != "" for line in lines)
    return Share(asked - sum(line.intent != "" for line, _ in wrong), asked)
