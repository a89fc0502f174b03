"""What the model is told of a conversation so far: its last ten messages, of one sitting.

Kept in Valkey for half an hour, so that a turn reads only what is new; rebuilt from PostgreSQL where it is missing, where a message
was changed or deleted since, or where Valkey is away. Aadhaar, PAN and card numbers are masked before anything is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache

from conversations import sets, wake

from .masking import masked

MOST = 10
SITTING = timedelta(minutes=30)  # a longer silence begins a new one
CHARACTERS = 500  # of a message
_VERSION = 2

CUSTOMER, BUSINESS = "customer", "business"

_SQL = """
    SELECT seq, m.direction, coalesce(nullif(m.text, ''), d.text, '') AS text, m.kind, wa_timestamp AS at
    FROM conversations_message m LEFT JOIN documents_document d ON d.message_id = m.id AND m.kind = 'audio'
    WHERE m.conversation_id = %(conversation)s AND seq > %(after)s AND seq <= %(until)s AND revoked_at IS NULL
      AND (m.direction = 'in' OR status <> ALL(%(unsaid)s))
    ORDER BY seq DESC LIMIT %(most)s
"""
# Whatever happened to the kept messages since changes one of these.
_STAMP_SQL = """
    SELECT count(*) AS lines, count(d.read_at) AS read,
           count(edited_at) AS edits, extract(epoch FROM max(edited_at))::float AS edited, count(revoked_at) AS revoked,
           count(*) FILTER (WHERE m.direction = 'out' AND status = ANY(%(unsaid)s)) AS unsaid
    FROM conversations_message m LEFT JOIN documents_document d ON d.message_id = m.id AND m.kind = 'audio'
    WHERE m.conversation_id = %(conversation)s AND seq BETWEEN %(first)s AND %(last)s
"""
_UNSAID = [50, 90]  # failed, cancelled


@dataclass(frozen=True, slots=True)
class Line:
    seq: int
    who: str  # CUSTOMER or BUSINESS
    text: str
    at: datetime


def recall(conversation_id: UUID, until_seq: int, now: datetime) -> list[Line]:
    """The lines up to a message, the oldest first; none where the last one is older than a sitting."""
    kept = _kept(conversation_id, until_seq)
    after = kept[-1].seq if kept else 0
    lines = [*kept, *_read(conversation_id, after, until_seq)][-MOST:]
    _keep(conversation_id, lines)
    return _of_one_sitting(lines, now)


def forget(conversation_id: UUID) -> None:
    try:
        cache.delete(_key(conversation_id))
    except wake.BROKEN:
        return  # it ends by itself


def _read(conversation_id: UUID, after: int, until: int) -> list[Line]:
    rows = sets.fetch(
        _SQL, conversation=conversation_id, after=after, until=until, unsaid=_UNSAID, most=MOST
    )  # fmt: skip
    return [
        line_of(row.seq, CUSTOMER if row.direction == "in" else BUSINESS, row.text or f"[{row.kind}]", row.at)
        for row in reversed(rows)
    ]


def line_of(seq: int, who: str, text: str, at: datetime) -> Line:
    """What the model may read of a message."""
    return Line(seq, who, masked(text)[:CHARACTERS], at)


def _of_one_sitting(lines: Sequence[Line], now: datetime) -> list[Line]:
    sitting: list[Line] = []
    later = now
    for line in reversed(lines):
        if later - line.at > SITTING:
            break
        sitting.insert(0, line)
        later = line.at
    return sitting


def _key(conversation_id: UUID) -> str:
    return f"memory:{_VERSION}:{conversation_id}"


def _kept(conversation_id: UUID, until: int) -> list[Line]:
    try:
        kept = cache.get(_key(conversation_id))
    except wake.BROKEN:
        return []
    if not kept or kept["lines"][-1][0] > until:
        return []
    lines = [Line(*line) for line in kept["lines"]]
    return lines if kept["stamp"] == _stamp(conversation_id, lines) else []


def _stamp(conversation_id: UUID, lines: Sequence[Line]) -> tuple:
    rows = sets.fetch(_STAMP_SQL, conversation=conversation_id, first=lines[0].seq, last=lines[-1].seq, unsaid=_UNSAID)
    return tuple(rows[0])


def _keep(conversation_id: UUID, lines: Sequence[Line]) -> None:
    if not lines:
        return
    told = {
        "stamp": _stamp(conversation_id, lines),
        "lines": [(line.seq, line.who, line.text, line.at) for line in lines],
    }
    try:
        cache.set(_key(conversation_id), told, timeout=SITTING.total_seconds())
    except wake.BROKEN:
        return  # PostgreSQL is asked the next time
