"""Answers as a CSV file: what an owner writes in a spreadsheet, and takes home again.

The first line names the columns: ``question`` and ``answer`` must be there; ``other_ways`` (one a line within the cell),
``answer_hi``, ``answer_hinglish``, ``buttons`` (Prices=pricing, one a line) and ``on`` (yes, no) may be. Commas, semicolons
or tabs stand between them.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Business, User

from . import owner_answers
from .models import Answer

COLUMNS = ("question", "other_ways", "answer", "answer_hi", "answer_hinglish", "buttons", "on")
_NEEDED = ("question", "answer")
MOST_BYTES = 500_000
_TEXTS = {"answer": "text", "answer_hi": "text_hi", "answer_hinglish": "text_roman"}
_COLUMN_OF = {field: column for column, field in _TEXTS.items()} | {"ways": "other_ways"}
_ON = {
    "": True,
    "yes": True,
    "on": True,
    "true": True,
    "1": True,
    "no": False,
    "off": False,
    "false": False,
    "0": False,
}
_FORMULA = ("=", "+", "-", "@")


class BadFile(Exception):
    """Nothing of the file can be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file. ``number`` is that of the row, the first one after the columns being 2, as a spreadsheet shows it."""

    number: int
    fields: dict
    ways: list[str]
    wrong: str  # "" or why it cannot be taken


@dataclass(slots=True)
class Outcome:
    new: list[str] = field(default_factory=list)  # questions
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)  # row, why


def read(data: bytes) -> list[Line]:
    """The rows. Raises BadFile."""
    if len(data) > MOST_BYTES:
        raise BadFile(_("The file is larger than 500 kB."))
    rows = _rows(_decoded(data))
    names = [name.strip().lower() for name in next(rows, [])]
    if missing := [name for name in _NEEDED if name not in names]:
        raise BadFile(_("The first line names the columns. Missing: %s.") % ", ".join(missing))
    if unknown := [name for name in names if name not in COLUMNS]:
        raise BadFile(
            _("There is no column %(unknown)s. Known are %(known)s.")
            % {"unknown": unknown[0] or "“”", "known": ", ".join(COLUMNS)}
        )
    if len(set(names)) < len(names):
        raise BadFile(_("A column is there twice."))
    return [_line(number, names, row) for number, row in enumerate(rows, 2) if any(cell.strip() for cell in row)]


def take(business: Business, lines: Sequence[Line], *, actor: User | None, dry: bool) -> Outcome:
    """Add and change answers: a question that is there already gets the file's texts, its ways to ask are joined. All rows that can be
    taken are, and the others are named; ``dry``: nothing is written.
    """
    outcome = Outcome()
    with transaction.atomic():
        there = {answer.question.lower(): answer for answer in Answer.objects.filter(business=business)}
        seen: dict[str, int] = {}
        for line in lines:
            question = line.fields.get("question", "")
            if line.wrong or question.lower() in seen:
                why = line.wrong or _("The same question stands in row %s.") % seen[question.lower()]
                outcome.wrong.append((line.number, why))
                continue
            seen[question.lower()] = line.number
            if question.lower() not in there and len(there) + len(outcome.new) >= owner_answers.MOST:
                outcome.wrong.append((line.number, owner_answers.too_many()))  # asked of each, it takes minutes
                continue
            _take(business, line, there.get(question.lower()), actor, outcome)
        if dry:
            transaction.set_rollback(True)
    return outcome


def written(answers: Iterable[Answer]) -> str:
    """The file of these answers, with a mark that lets spreadsheets see that it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for answer in answers:
        ways = "\n".join(example.text for example in answer.examples.all() if example.place)
        buttons = "\n".join(f"{button['title']}={button['intent']}" for button in answer.buttons)
        cells = (answer.question, ways, answer.text, answer.text_hi, answer.text_roman, buttons)
        writer.writerow([*map(_harmless, cells), "yes" if answer.enabled else "no"])
    return "\ufeff" + out.getvalue()


def _take(business: Business, line: Line, answer: Answer | None, actor: User | None, outcome: Outcome) -> None:
    try:
        if answer is None:
            owner_answers.add(business, actor=actor, ways=line.ways, **line.fields)
            outcome.new.append(line.fields["question"])
            return
        stood = answer.updated_at
        ways = [*owner_answers.ways_of(answer), *line.ways]
        fields = {name: value for name, value in line.fields.items() if name != "question"}
        after = owner_answers.change(answer, actor=actor, ways=ways, **fields)
        (outcome.same if after.updated_at == stood else outcome.changed).append(answer.question)
    except ValidationError as error:
        outcome.wrong.append((line.number, _by_column(error)))
    except DomainError as error:
        outcome.wrong.append((line.number, str(error.message)))


def _by_column(error: ValidationError) -> str:
    """What is wrong, behind the name of the column that it is in."""
    return " ".join(
        f"{_COLUMN_OF.get(field, field)}: {' '.join(told)}" if field != NON_FIELD_ERRORS else " ".join(told)
        for field, told in error.message_dict.items()
    )


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            pass
    raise BadFile(_("The file is not UTF-8. In the spreadsheet, save it as “CSV UTF-8”."))


def _rows(text: str) -> Iterable[list[str]]:
    head = text.partition("\n")[0]
    between = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=between)
    try:
        yield from reader
    except csv.Error as error:
        raise BadFile(_("Line %(line)s cannot be read: %(why)s.") % {"line": reader.line_num, "why": error}) from None


def _line(number: int, names: list[str], row: list[str]) -> Line:
    if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
        return Line(
            number, {}, [], _("It has more cells than there are columns. Put a text with a comma into quotation marks.")
        )
    cells = dict(zip(names, (_meant(cell.strip()) for cell in row), strict=False))
    fields: dict = {"question": " ".join(cells.get("question", "").split())}
    fields |= {column: cells.get(name, "") for name, column in _TEXTS.items() if name in names}
    wrong = ""
    if "on" in names:
        fields["enabled"] = _ON.get(cells.get("on", "").lower(), True)
        wrong = "" if cells.get("on", "").lower() in _ON else _("“on” is yes or no.")
    if "buttons" in names:
        pairs = [line.rpartition("=") for line in cells.get("buttons", "").splitlines() if line.strip()]
        fields["buttons"] = [{"title": title.strip(), "intent": intent.strip()} for title, _equals, intent in pairs]
    return Line(number, fields, cells.get("other_ways", "").splitlines(), wrong)


def _harmless(cell: str) -> str:
    """A spreadsheet would compute what begins so."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _meant(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
