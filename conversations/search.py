"""Search over all time: people by name and number, then messages by their words, in either script of Hindi.

A word is found by its beginning; all words must be there: in the names of one person, in one message, or the first or last of
them in the names and the rest in a message of that person's conversation ("ravi paneer"). First come the people, the one heard
last first; then the conversations in which a message has the words, each with its newest such message.

A frequent word must not cost what all its messages cost, nor a rare one what all messages cost, and the planner cannot tell
one from the other (docs/decisions/0013-search.md). So the newest are read first; who is not found among them is looked up in the
index, unless there are so many that reading on is quicker.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django_scopes import get_scope

from . import indexing
from .lexicon import forms_of
from .models import Conversation, Message
from .wording import words

MOST = 30  # hits of a page
LONGEST = 200  # characters of what is asked
MOST_WORDS = 8
FEW = 3_000  # hits that are sorted rather than sought among the newest
FEW_CONVERSATIONS = 500  # of a tab that are looked through one by one
NAMED = 3  # words at either end of what is asked that may be a person's, the rest being what was said
WINDOWS = (2_000, 20_000)  # the newest rows that are read before the index, and instead of it
DUE = 2_000  # contacts that are read where they stand, since nobody has indexed them yet
SNIPPET = 120  # characters
BEFORE_MATCH = 40
_NUMBER = re.compile(r"[0-9\s()+./-]+")
_RUN = re.compile(r"\S+")


class BadCursor(ValueError):
    """A cursor that no page of a search gave."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation, and why: its person's name or number, or the newest message that has the words."""

    conversation: Conversation
    message: Message | None
    snippet: tuple[tuple[str, bool], ...]  # the message's words: (text, whether it is what was asked for)


@dataclass(frozen=True, slots=True)
class Found:
    hits: list[Hit]
    next: str | None  # the cursor of the next page


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: for each word the forms that it may have here, and the digits where it is a number."""

    words: tuple[frozenset[str], ...]
    digits: str = ""

    def __bool__(self) -> bool:
        return bool(self.words)

    def splits(self) -> Iterator[tuple["Asked", "Asked"]]:
        """(whom, what): the words at one end as a person's, and the others as a message's."""
        for named in range(1, min(NAMED, len(self.words) - 1) + 1):
            yield Asked(self.words[:named]), Asked(self.words[named:])
            yield Asked(self.words[-named:]), Asked(self.words[:-named])


@dataclass(frozen=True, slots=True)
class _Within:
    """The conversations that are looked through: all, those of a query, or a few that are known."""

    rows: QuerySet | None = None
    few: list[UUID] | None = None

    @classmethod
    def of(cls, rows: QuerySet | None) -> "_Within":
        if rows is None:
            return cls()
        some = list(rows.order_by().values_list("pk", flat=True)[: FEW_CONVERSATIONS + 1])
        return cls(few=some) if len(some) <= FEW_CONVERSATIONS else cls(rows)

    def condition(self, column: str) -> tuple[str, list]:
        if self.few is not None:
            return f"AND {column} = ANY(%s)", [self.few]
        if self.rows is None:
            return "", []
        sql, values = self.rows.order_by().values("pk").query.sql_with_params()
        return f"AND {column} IN ({sql})", list(values)

    def holding(self, conversations: Iterable[UUID]) -> list[UUID]:
        """Those of these that are looked through."""
        if self.few is not None:
            known = set(self.few)
            return [pk for pk in conversations if pk in known]
        return list(
            conversations if self.rows is None else self.rows.filter(pk__in=conversations).values_list("pk", flat=True)
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page begins: after this row, of people or of messages."""

    part: str
    at: datetime
    id: UUID


def asked(text: str) -> Asked:
    """What a person typed, as it is looked for. Nothing where there is no letter and no digit in it."""
    text = text.replace("\x00", " ")[:LONGEST].strip()
    digits = re.sub(r"[^0-9]", "", text) if _NUMBER.fullmatch(text) else ""
    found = tuple(_forms(word) for word in words(text)[:MOST_WORDS])
    return Asked(found, digits if len(digits) >= 3 else "")


def search(text: str, *, within: QuerySet[Conversation] | None = None, before: str = "", most: int = MOST) -> Found:
    """A page of the scope's business. ``within``: only these conversations (a tab, a label). Raises BadCursor.

    The number of statements does not depend on how much there is.
    """
    query, place = asked(text), _read(before) if before else None
    if not query:
        return Found([], None)
    with _by_indexes():
        within = _Within.of(within)
        people = _people(query, within, place, most + 1) if place is None or place.part == "p" else []
        messages = []
        if len(people) <= most:
            after = place if place and place.part == "m" else None
            messages = _messages(query, within, after, most + 1 - len(people))
        rows = [("p", at, pk, pk, None) for pk, at in people]
        rows += [("m", at, message, pk, message) for pk, message, at in messages]
        hits = _shown(rows[:most], query)
    last = rows[most - 1] if len(rows) > most else None
    return Found(hits, _cursor(_Place(*last[:3])) if last else None)


def contacts_with(text: str) -> RawSQL:
    """The ids of the business's contacts whose name, number or address has the words, for ``filter(contact__in=...)``."""
    query = asked(text)
    sql, values = _contacts(query) if query else ("SELECT NULL::uuid WHERE false", [])
    return RawSQL(sql, values)  # noqa: S611 # nosec B611 - every value is a parameter


def conversations_with(text: str) -> list[UUID]:
    """The conversations of these people, where there are more than FEW those that were heard last."""
    query = asked(text)
    if not query:
        return []
    with _by_indexes():
        return [pk for pk, _at in _people(query, _Within(), None, FEW)]


def _contacts(query: Asked) -> tuple[str, list]:
    business = _business().pk
    condition, values = _names(query, "words")
    standing, more = _names(query, _STANDING)
    return (
        f"""
        SELECT contact_id FROM conversations_contactwords WHERE business_id = %s AND {condition}
        UNION ALL
        SELECT c.id FROM (SELECT contact_id FROM conversations_contactdue ORDER BY id DESC LIMIT {DUE}) d
        JOIN conversations_contact c ON c.id = d.contact_id WHERE c.business_id = %s AND {standing}
        """,  # nosec B608
        [business, *values, business, *more],
    )


_STANDING = "lower(concat_ws(' ', '', c.name, c.profile_name, c.username, c.phone, c.email))"


def _forms(word: str) -> frozenset[str]:
    return frozenset(form[: indexing.LONGEST] for form in (word, *forms_of(word)))


def _business():
    return get_scope()["business"]


# --- people ---------------------------------------------------------------------------------------------------------------


def _people(query: Asked, within: _Within, place: _Place | None, most: int) -> list[tuple]:
    """(conversation, time) of those whose person has the words in their names or number."""
    if within.few is not None:
        return _people_of(query, within.few, place, most)
    sql, values = _contacts(query)
    found = [row[0] for row in _rows(f"SELECT DISTINCT contact_id FROM ({sql} LIMIT {FEW + 1}) few", values)]  # nosec B608
    if len(found) <= FEW:
        return _conversations_of(found, within, place, most) if found else []
    for window in (*WINDOWS, None):
        rows = _newest_people(query, within, place, most, window)
        if len(rows) == most:
            break
    return rows


def _conversations_of(contacts: list[UUID], within: _Within, place: _Place | None, most: int) -> list[tuple]:
    condition, values = within.condition("conversation.id")
    further, more = _further(place, f"{_HEARD}, conversation.id")
    return _rows(
        f"""
        SELECT conversation.id, {_HEARD} FROM conversations_conversation conversation
        WHERE conversation.contact_id = ANY(%s) AND conversation.business_id = %s {condition} {further}
        ORDER BY 2 DESC, 1 DESC LIMIT {most}
        """,  # nosec B608
        [contacts, _business().pk, *values, *more],
    )


_HEARD = "coalesce(conversation.last_message_at, conversation.created_at)"


def _people_of(query: Asked, conversations: list[UUID], place: _Place | None, most: int) -> list[tuple]:
    further, more = _further(place, f"{_HEARD}, conversation.id")
    names, forms = _names(query, "p.words")
    standing, as_they_are = _names(query, _STANDING)
    return _rows(
        f"""
        SELECT conversation.id, {_HEARD} FROM conversations_conversation conversation
        JOIN conversations_contact c ON c.id = conversation.contact_id
        LEFT JOIN conversations_contactwords p ON p.contact_id = c.id
        WHERE conversation.id = ANY(%s) AND conversation.business_id = %s
          AND (({names}) OR (p.contact_id IS NULL AND {standing})) {further}
        ORDER BY 2 DESC, 1 DESC LIMIT {most}
        """,  # nosec B608
        [conversations, _business().pk, *forms, *as_they_are, *more],
    )


def _newest_people(query: Asked, within: _Within, place: _Place | None, most: int, window: int | None) -> list[tuple]:
    condition, values = within.condition("conversation.id")
    further, more = _further(place, f"{_HEARD}, conversation.id")
    names, forms = _names(query, "p.words")
    return _rows(
        f"""
        SELECT conversation.id, {_HEARD} FROM (
            SELECT * FROM conversations_conversation WHERE business_id = %s
            ORDER BY last_message_at DESC, id DESC LIMIT {window or "ALL"}
        ) conversation JOIN conversations_contactwords p ON p.contact_id = conversation.contact_id
        WHERE {names} {condition} {further}
        ORDER BY 2 DESC, 1 DESC LIMIT {most}
        """,  # nosec B608
        [_business().pk, *forms, *values, *more],
    )


def _names(query: Asked, column: str) -> tuple[str, list]:
    """The condition that all words stand in a column of contacts' words: a short one begins a word."""
    if query.digits:
        return f"{column} LIKE %s", [f"%{query.digits}%"]
    parts, values = [], []
    for forms in query.words:
        parts.append("(" + " OR ".join([f"{column} LIKE %s"] * len(forms)) + ")")
        values += [f"%{form}%" if len(form) > 2 else f"% {form}%" for form in sorted(forms)]
    return " AND ".join(parts), values


# --- messages -------------------------------------------------------------------------------------------------------------


def _messages(query: Asked, within: _Within, place: _Place | None, most: int) -> list[tuple]:
    """(conversation, message, time) of the conversations with a message that has the words, by itself or with the names of its
    person; but not of those whose person has them all: they came before."""
    sources = [(query, within), *_by_person(query, within)]
    newest: dict[UUID, tuple] = {}
    for what, where in sources:
        for row in _said(what, where, place, most, but=query):
            newest[row[0]] = max(newest.get(row[0], row), row, key=_order)
    rows = sorted(newest.values(), key=_order, reverse=True)[:most]
    if place is None or len(sources) == 1:
        return rows
    shown = _came_before(place, sources, [row[0] for row in rows], but=query)
    kept = [row for row in rows if row[0] not in shown]
    if len(kept) == len(rows) or len(rows) < most:
        return kept
    return kept + _messages(query, within, _Place("m", rows[-1][2], rows[-1][1]), most - len(kept))


def _by_person(query: Asked, within: _Within) -> Iterator[tuple[Asked, _Within]]:
    """For each way in which somebody may be named in what was asked: what was said, and their conversations. Of a name that
    more than FEW conversations have, those that were heard last.
    """
    if query.digits:
        return
    for whom, what in query.splits():
        if people := _people(whom, within, None, FEW):
            yield what, _Within(few=[pk for pk, _at in people])


def _came_before(place: _Place, sources: list, conversations: list[UUID], *, but: Asked) -> set[UUID]:
    """Of these conversations those that an earlier page has shown, for a newer message that another source found."""
    rows = [
        row
        for what, where in sources
        for row in _among_few(what, where.holding(conversations), None, len(conversations), but=but)
    ]
    return {row[0] for row in rows if _order(row) >= (place.at, place.id)}


def _order(row: tuple) -> tuple[datetime, UUID]:
    return row[2], row[1]


def _said(query: Asked, within: _Within, place: _Place | None, most: int, *, but: Asked) -> list[tuple]:
    """(conversation, message, time) of the conversations with a message that has the words, where no person has those of ``but``."""
    if within.few is not None and len(within.few) <= FEW_CONVERSATIONS:
        return _among_few(query, within.few, place, most, but=but)
    first, *others = WINDOWS
    rows = _among_the_newest(query, within, place, most, first, but=but)
    if len(rows) == most:
        return rows
    rows, were_few = _by_index(query, within, place, most, FEW, but=but)
    if were_few:
        return rows
    for window in others:
        rows = _among_the_newest(query, within, place, most, window, but=but)
        if len(rows) == most:
            return rows
    return _by_index(query, within, place, most, None, but=but)[0]


def _among_few(query: Asked, conversations: list[UUID], place: _Place | None, most: int, *, but: Asked) -> list[tuple]:
    hits = """
        SELECT w.conversation_id, w.message_id, w.at FROM conversations_message m
        JOIN conversations_messagewords w ON w.message_id = m.id
        WHERE m.conversation_id = ANY(%s) AND w.business_id = %s AND w.words @@ %s::tsquery
    """
    sql, more = _grouped(hits, but, _Within(), place, most)
    return _rows(sql, [conversations, _business().pk, _tsquery(query), *more])


def _among_the_newest(
    query: Asked, within: _Within, place: _Place | None, most: int, window: int, *, but: Asked
) -> list[tuple]:
    hits = f"""
        SELECT conversation_id, message_id, at FROM (
            SELECT conversation_id, message_id, at, words FROM conversations_messagewords WHERE business_id = %s
            ORDER BY at DESC, message_id DESC LIMIT {window}
        ) newest WHERE words @@ %s::tsquery
    """  # nosec B608
    sql, more = _grouped(hits, but, within, place, most)
    return _rows(sql, [_business().pk, _tsquery(query), *more])


def _by_index(
    query: Asked, within: _Within, place: _Place | None, most: int, few: int | None, *, but: Asked
) -> tuple[list[tuple], bool]:
    """The same out of the index, and whether no more than ``few`` messages have the words: beyond that it stops, and what it
    gives is not all.

    The business stands outside, or the planner joins the index of words with that of the business's messages.
    """
    hits = "SELECT conversation_id, message_id, at FROM found WHERE business_id = %s"
    sql, more = _grouped(hits, but, within, place, most)
    rows = _rows(
        f"""
        WITH found AS MATERIALIZED (
            SELECT business_id, conversation_id, message_id, at FROM conversations_messagewords
            WHERE words @@ %s::tsquery LIMIT {few + 1 if few else "ALL"}
        )
        SELECT grouped.*, counted.count FROM (SELECT count(*) FROM found) counted LEFT JOIN ({sql}) grouped ON true
        ORDER BY at DESC, message_id DESC
        """,  # nosec B608
        [_tsquery(query), _business().pk, *more],
    )
    return [row[:3] for row in rows if row[0]], few is None or rows[0][3] <= few


def _grouped(hits: str, but: Asked, within: _Within, place: _Place | None, most: int) -> tuple[str, list]:
    """SQL and its values, beside those of ``hits``: of each conversation the newest hit, the newest first; not of people with
    the words of ``but``."""
    condition, allowed = within.condition("conversation_id")
    further, begins = _further(place, "at, message_id")
    names, forms = _names(but, "p.words")
    return (
        f"""
        SELECT conversation_id, message_id, at FROM (
            SELECT DISTINCT ON (conversation_id) conversation_id, message_id, at FROM ({hits}) hits
            WHERE true {condition} ORDER BY conversation_id, at DESC, message_id DESC
        ) newest
        WHERE NOT EXISTS (
            SELECT FROM conversations_conversation c JOIN conversations_contactwords p ON p.contact_id = c.contact_id
            WHERE c.id = newest.conversation_id AND {names}
        ) {further}
        ORDER BY at DESC, message_id DESC LIMIT {most}
        """,  # nosec B608
        [*allowed, *forms, *begins],
    )


def _tsquery(query: Asked) -> str:
    """Words hold letters, marks and digits alone (wording.words): nothing in them is an operator."""
    mark = indexing.mark_of(_business().pk)
    return " & ".join(
        "(" + " | ".join(f"'{mark}{form}'{':*' if len(form) > 1 else ''}" for form in sorted(forms)) + ")"
        for forms in query.words
    )


# --- statements -----------------------------------------------------------------------------------------------------------


@contextmanager
def _by_indexes() -> Iterator[None]:
    """A transaction whose statements do not read whole tables, and are not compiled, whatever they are estimated at."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        yield


def _rows(sql: str, values: list) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _further(place: _Place | None, columns: str) -> tuple[str, list]:
    return (f"AND ({columns}) < (%s, %s)", [place.at, place.id]) if place else ("", [])


# --- what is shown --------------------------------------------------------------------------------------------------------


def _shown(rows: list[tuple], query: Asked) -> list[Hit]:
    conversations = Conversation.objects.select_related("contact", "number", "assignee").in_bulk([r[3] for r in rows])
    messages = Message.objects.in_bulk([r[4] for r in rows if r[4]])
    hits = []
    for _, _, _, conversation, message in rows:
        if conversation not in conversations or (message and message not in messages):
            continue  # deleted at this moment
        said = messages.get(message)
        hits.append(Hit(conversations[conversation], said, snippet(said.text, query) if said else ()))
    return hits


def snippet(text: str, query: Asked) -> tuple[tuple[str, bool], ...]:
    """The words around the first one that was asked for, in pieces: (text, whether it was asked for)."""
    text = " ".join(text.split())
    marks = [(run.start(), run.end()) for run in _RUN.finditer(text) if _is_asked(run[0], query)]
    begin = max(0, marks[0][0] - BEFORE_MATCH) if marks else 0
    begin = text.rfind(" ", 0, begin) + 1 if begin else 0
    end = min(len(text), begin + SNIPPET)
    return tuple(_pieces(text, begin, end, marks))


def _pieces(text: str, begin: int, end: int, marks: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at, lead = begin, "…" if begin else ""
    for start, stop in marks:
        if start >= end:
            break
        if lead + text[at:start]:
            yield lead + text[at:start], False
        yield text[start : min(stop, end)], True
        at, lead = min(stop, end), ""
    tail = lead + text[at:end] + ("…" if end < len(text) else "")
    if tail:
        yield tail, False


def _is_asked(run: str, query: Asked) -> bool:
    said = {form for word in words(run) for form in forms_of(word)}
    return any(
        form.startswith(wanted) if len(wanted) > 1 else form == wanted
        for form in said
        for forms in query.words
        for wanted in forms
    )


# --- cursors --------------------------------------------------------------------------------------------------------------


def _cursor(place: _Place) -> str:
    said = json.dumps([place.part, place.at.isoformat(), str(place.id)])
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _read(cursor: str) -> _Place:
    try:
        part, at, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = _Place(part, datetime.fromisoformat(at), UUID(pk))
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise BadCursor from error
    if part not in ("p", "m") or place.at.tzinfo is None:
        raise BadCursor
    return place
