"""How well the owner's answers are found on questions whose answer is known, with the thresholds as they are shipped.

A folder holds ``examples.csv`` and ``questions.csv``, in UTF-8, each with the columns ``label`` and ``text``. The label stands for an
answer; a question of the label ``none`` is one that no answer fits.
"""

import csv
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import UUID

from django.db import transaction
from django_scopes import scopes_disabled

from accounts.models import Business
from conversations import sets

from . import answers
from .measuring import BadLines
from .models import ASKED, Answer, Example

NONE = "none"


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    line: Line
    found: str  # the label of the first
    answered: bool
    close: frozenset[str]  # the labels that the customer would be asked about
    confidence: float
    script: str
    ms: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of 0 to 1, None of nothing. ``answered_right`` and ``top1`` are of the questions that an answer fits, ``precision`` of those
    that were answered.
    """

    questions: int
    top1: float | None
    answered_right: float | None
    precision: float | None
    oos_answered: float | None
    asked_back: float
    asked_back_right: float | None
    ms: float | None


def read(folder: Path, name: str) -> list[Line]:
    """Raises BadLines."""
    file = folder / name
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
    except FileNotFoundError:
        raise BadLines(f"{folder} holds no {name}.") from None
    except UnicodeDecodeError as error:
        raise BadLines(f"{name} is not UTF-8: {error.reason} at byte {error.start}.") from error
    for number, row in enumerate(rows, 2):
        if not row.get("label") or row.get("text") is None:
            raise BadLines(f"{name}:{number}: expected the columns label and text.")
    return [Line(row["label"].strip(), row["text"]) for row in rows]


def measure(examples: list[Line], questions: list[Line]) -> list[Asked]:
    """Ask each question, one after the other, as if a business had these answers. Leaves nothing behind."""
    with scopes_disabled(), transaction.atomic():
        sets.run(
            "SET LOCAL idle_in_transaction_session_timeout = 0"
        )  # the vectors of thousands of examples take minutes
        business = Business.objects.create(name="Measuring", slug="measuring-of-answers")
        labels = _write(business, examples)
        answers.find(business.pk, ["the first reads the model and the examples"])
        asked = [_ask(business.pk, labels, line) for line in questions]
        transaction.set_rollback(True)
    return asked


def figures(asked: list[Asked]) -> Figures:
    fitting = [one for one in asked if one.line.label != NONE]
    answered = [one for one in asked if one.answered]
    right = [one for one in answered if one.found == one.line.label]
    strange = [one for one in asked if one.line.label == NONE]
    back = [one for one in asked if one.close]
    return Figures(
        questions=len(asked),
        top1=_share(sum(one.found == one.line.label for one in fitting), len(fitting)),
        answered_right=_share(len(right), len(fitting)),
        precision=_share(len(right), len(answered)),
        oos_answered=_share(sum(one.answered for one in strange), len(strange)),
        asked_back=_share(len(back), len(asked)) or 0.0,
        asked_back_right=_share(sum(one.line.label in one.close for one in back), len(back)),
        ms=round(median(one.ms for one in asked), 1) if asked else None,
    )


def _write(business: Business, examples: list[Line]) -> dict[UUID, str]:
    texts: dict[str, dict[str, str]] = {}
    for line in examples:
        if line.label != NONE and line.text.strip():
            texts.setdefault(line.label, {}).setdefault(line.text.strip().lower(), line.text.strip()[:ASKED])
    rows = {label: Answer(business=business, question=label[:ASKED], text="So.") for label in texts}
    Answer.objects.bulk_create(rows.values())
    Example.objects.bulk_create(
        Example(business=business, answer=rows[label], text=text, place=place)
        for label, of_label in texts.items()
        for place, text in enumerate(of_label.values())
    )
    return {row.pk: label for label, row in rows.items()}


def _ask(business_id: UUID, labels: dict[UUID, str], line: Line) -> Asked:
    started = time.perf_counter()
    (found,) = answers.find(business_id, [line.text])
    ms = (time.perf_counter() - started) * 1000
    first = found.ranked[0] if found.ranked else None
    return Asked(
        line,
        labels[first.answer_id] if first else "",
        found.sure is not None,
        frozenset(labels[one.answer_id] for one in found.close),
        first.confidence if first else 0.0,
        found.script,
        ms,
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
