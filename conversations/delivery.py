"""What became of the messages that we sent: WhatsApp's statuses, in whatever order they come.

A status moves up only (models.Status). One that names a wamid which no message has yet is parked, and taken up when
the message learns its wamid. ``biz_opaque_callback_data`` carries our message's id and attempt, so that a status
finds its message even when the Graph API's answer was never seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cloud_api.events import MessageStatus

from . import sets, window
from .models import ParkedStatus, Status

# Meta's word -> ours. "deleted" and "warning" are of the old platform; what is not here is kept as an event, not
# applied.
WORDS = {
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "played": Status.PLAYED,
    "failed": Status.FAILED,
}
PARKED_FOR = timedelta(days=8)  # Meta retries for seven


@dataclass(frozen=True, slots=True)
class News:
    """A status, and the number that it is of."""

    number_id: UUID
    event: MessageStatus
    received_at: datetime


def callback_data(message_id: UUID, attempt: int) -> str:
    """What goes out as ``biz_opaque_callback_data`` and comes back in each status."""
    return f"{message_id}.{attempt}"


def message_of(callback: str) -> UUID | None:
    """The message's id in a callback; None where it is not ours."""
    try:
        return UUID(callback.rpartition(".")[0])
    except ValueError:
        return None


def apply_statuses(news: Sequence[News], now: datetime) -> None:
    """Raise the messages' statuses; park what fits none. The same news a second time changes nothing."""
    rows = [_row(place, n) for place, n in enumerate(news)]
    applied = _apply(rows)
    _park([row for row in rows if row["ord"] not in applied], now)


def take_up_parked(number_wamids: Iterable[tuple[UUID, str]]) -> None:
    """Apply what was parked for messages that have just learnt their wamid."""
    rows = sets.fetch(
        """
        DELETE FROM conversations_parkedstatus p
        USING jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid, wamid text)
        WHERE p.number_id = w.number_id AND p.wamid = w.wamid
        RETURNING p.news
        """,
        [{"number_id": number, "wamid": wamid} for number, wamid in number_wamids],
    )
    _apply([{**row.news, "ord": place} for place, row in enumerate(rows)])


def sweep_parked(now: datetime) -> int:
    """Take up what was parked while its message was being stored; forget what is too old to be ours. Returns how
    many fitted.
    """
    rows = sets.fetch(
        """
        SELECT p.number_id, p.wamid FROM conversations_parkedstatus p
        JOIN conversations_message m ON m.number_id = p.number_id AND m.wamid = p.wamid
        LIMIT 500
        """
    )
    take_up_parked({(row.number_id, row.wamid) for row in rows})
    ParkedStatus.objects.filter(created_at__lt=now - PARKED_FOR).delete()
    return len(rows)


def _row(place: int, news: News) -> dict:
    event = news.event
    at = window.believable(event.timestamp, news.received_at)
    status = WORDS[event.status]
    error = event.errors[0] if event.errors else None
    return {
        "ord": place,
        "number_id": news.number_id,
        "wamid": event.wamid[:200],
        "message_id": message_of(event.callback_data),
        "status": int(status),
        "at": at.isoformat(),
        "sent_at": at.isoformat() if status == Status.SENT else None,
        "delivered_at": at.isoformat() if status == Status.DELIVERED else None,
        "read_at": at.isoformat() if status in (Status.READ, Status.PLAYED) else None,
        "error_code": error.code if error and abs(error.code) < 2**31 else None,
        "error_text": (error.details or error.message or error.title)[:500] if error else "",
        "pricing": event.pricing or None,
    }


def _apply(rows: list[dict]) -> set[int]:
    """Merge each message's news and write it once. Returns the ``ord`` of the rows that found their message."""
    if not rows:
        return set()
    found = sets.fetch(
        """
        WITH w AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(ord int, number_id uuid, wamid text, message_id uuid)
        )
        SELECT w.ord, m.id FROM w JOIN conversations_message m USING (number_id, wamid) WHERE m.direction = 'out'
        UNION
        SELECT w.ord, m.id FROM w JOIN conversations_message m ON m.id = w.message_id
        WHERE m.number_id = w.number_id AND m.direction = 'out' AND m.wamid IS NULL
        """,
        rows,
    )
    message = {row.ord: row.id for row in found}
    merged: dict[UUID, dict] = {}
    for row in rows:
        if row["ord"] in message:
            _merge(merged.setdefault(message[row["ord"]], {"id": message[row["ord"]], "status": -1}), row)
    sets.run(
        """
        WITH news AS (
            SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(
                id uuid, wamid text, status smallint, sent_at timestamptz, delivered_at timestamptz, read_at timestamptz,
                error_code int, error_text text, pricing jsonb)
        ), held AS MATERIALIZED (
            SELECT m.id FROM conversations_message m JOIN news USING (id) ORDER BY m.id FOR NO KEY UPDATE OF m
        )
        UPDATE conversations_message m
        SET status = greatest(m.status, news.status),
            wamid = coalesce(m.wamid, news.wamid),
            sent_at = least(m.sent_at, news.sent_at),
            delivered_at = least(m.delivered_at, news.delivered_at),
            read_at = least(m.read_at, news.read_at),
            error_code = CASE WHEN greatest(m.status, news.status) = %(failed)s THEN coalesce(news.error_code, m.error_code) END,
            error_text = CASE WHEN greatest(m.status, news.status) = %(failed)s
                              THEN coalesce(nullif(news.error_text, ''), m.error_text) ELSE '' END,
            pricing = coalesce(m.pricing, news.pricing)
        FROM held JOIN news USING (id)
        WHERE m.id = held.id AND m.status <> %(cancelled)s
        """,
        list(merged.values()),
        failed=int(Status.FAILED),
        cancelled=int(Status.CANCELLED),
    )
    return set(message)


def _merge(into: dict, row: dict) -> None:
    """The highest status, the earliest time of each, the words of the failure. The order of the news does not
    matter.
    """
    into["wamid"] = row["wamid"]
    into["status"] = max(into["status"], row["status"])
    for field in ("sent_at", "delivered_at", "read_at"):
        into[field] = min(filter(None, (into.get(field), row[field])), default=None)
    if row["status"] == Status.FAILED:
        into["error_code"], into["error_text"] = row["error_code"], row["error_text"]
    into["pricing"] = into.get("pricing") or row["pricing"]


def _park(rows: list[dict], now: datetime) -> None:
    sets.run(
        """
        INSERT INTO conversations_parkedstatus (number_id, wamid, status, news, created_at)
        SELECT number_id, wamid, status, news, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid, wamid text, status smallint, news jsonb)
        ORDER BY number_id, wamid, status
        ON CONFLICT (number_id, wamid, status) DO NOTHING
        """,
        [{"number_id": r["number_id"], "wamid": r["wamid"], "status": r["status"], "news": r} for r in rows],
        now=now,
    )
