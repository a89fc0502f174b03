"""What became of the messages that we sent: WhatsApp's statuses, in whatever order they come.

A status moves up only, of each attempt by itself (attempts.py). One that names a wamid which no message has yet is parked,
and taken up when the message learns its wamid. ``biz_opaque_callback_data`` carries our message's id and attempt, so that
a status finds its message even when the Graph API's answer was never seen. A failure is what it would have been had the
Graph API said it at once (fates.later): news the first time only, however often it comes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from cloud_api import messages
from cloud_api.errors import classify
from cloud_api.events import MessageStatus

from . import fates, sets, window
from .attempts import Known
from .models import ParkedStatus, Status

log = structlog.get_logger(__name__)

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
_SHOWS = sorted(messages.FILES | {"interactive"})  # kinds whose payload may name a file


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


def attempt_of(callback: str) -> int | None:
    """The attempt's number in a callback; None where there is none."""
    number = callback.rpartition(".")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 5 else None


def apply_statuses(news: Sequence[News], now: datetime) -> None:
    """Raise the messages' statuses; park what fits none. The same news a second time changes nothing."""
    rows = [_row(place, n) for place, n in enumerate(news)]
    applied = _apply(rows, now)
    _park([row for row in rows if row["ord"] not in applied], now)


def take_up_parked(number_wamids: Iterable[tuple[UUID, str]], now: datetime) -> None:
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
    _apply([{**row.news, "ord": place} for place, row in enumerate(rows)], now)


def sweep_parked(now: datetime) -> int:
    """Take up what was parked while its message was being stored; forget what is too old to be ours. Returns how
    many fitted.
    """
    rows = sets.fetch(
        """
        SELECT p.number_id, p.wamid FROM conversations_parkedstatus p
        JOIN conversations_message m ON m.number_id = p.number_id AND m.wamid = p.wamid AND m.direction = 'out'
        UNION ALL
        SELECT p.number_id, p.wamid FROM conversations_parkedstatus p
        JOIN conversations_earlierattempt e ON e.number_id = p.number_id AND e.wamid = p.wamid
        LIMIT 500
        """
    )
    take_up_parked({(row.number_id, row.wamid) for row in rows}, now)
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
        "attempt": attempt_of(event.callback_data),
        "status": int(status),
        "at": at.isoformat(),
        "sent_at": at.isoformat() if status == Status.SENT else None,
        "delivered_at": at.isoformat() if status == Status.DELIVERED else None,
        "read_at": at.isoformat() if status in (Status.READ, Status.PLAYED) else None,
        "error_code": error.code if error and abs(error.code) < 2**31 else None,
        "error_text": (error.details or error.message or error.title)[:500] if error else "",
        "pricing": event.pricing or None,
    }


# --- what news does to a message ----------------------------------------------------------------------------------------------


def _apply(rows: list[dict], now: datetime) -> set[int]:
    """Lock the messages that the news is of, take all of it in, write each message once. Returns the ``ord`` of the rows
    that found their message.
    """
    held = _lock(rows)
    by_wamid = {(tale.row.number_id, wamid): (tale, n) for tale in held.values() for n, wamid in tale.wamids.items()}
    aftermath = fates.Aftermath()
    found = set()
    for row in rows:
        key = (_uuid(row["number_id"]), row["wamid"])
        tale, attempt = by_wamid.get(key) or _by_callback(row, held)
        if tale is None:
            continue
        by_wamid[key] = tale, attempt
        found.add(row["ord"])
        tale.hear(attempt, row, aftermath, now)
    _write([tale for tale in held.values() if tale.told], now)
    aftermath.apply(now)
    return found


def _by_callback(row: dict, held: dict) -> tuple:
    """The attempt that the callback data names, where its wamid is not known to be another one."""
    tale = held.get(_uuid(row["message_id"]))
    if tale is None or tale.row.number_id != _uuid(row["number_id"]):
        return None, 0
    attempt = tale.row.attempt if row.get("attempt") is None else row["attempt"]
    if attempt > tale.row.attempt or tale.wamids.get(attempt) is not None:
        return None, 0
    tale.wamids[attempt] = row["wamid"]
    return tale, attempt


def _uuid(value) -> UUID | None:
    """Parked news has ids as texts."""
    return UUID(value) if isinstance(value, str) else value


class _Tale:
    """A locked message and the news of it."""

    def __init__(self, row, earlier: list):
        self.row = row
        self.known = Known(row.status, row.heard, row.attempt, {e.attempt: e.heard for e in earlier})
        self.wamids = {row.attempt: row.wamid, **{e.attempt: e.wamid for e in earlier}}
        self.told: dict = {}
        self.error = (row.error_code, row.error_text)

    def hear(self, attempt: int, news: dict, aftermath: fates.Aftermath, now: datetime) -> None:
        for name in ("sent_at", "delivered_at", "read_at"):
            self.told[name] = min(filter(None, (self.told.get(name), news[name])), default=None)
        self.told["pricing"] = self.told.get("pricing") or news["pricing"]
        failed = news["status"] == Status.FAILED
        fate = self._fate(news, now) if failed and attempt == self.row.attempt else None
        again = fate is not None and fate.status == Status.QUEUED
        if not self.known.hear(attempt, news["status"], again=again):
            return
        if fate is not None:
            self.error = (news["error_code"], fate.reason)
        if again and self.known.status == Status.QUEUED:
            self.told["send_after"] = fate.after
            self.told["resent_at"] = now if fate.once_more else None
            self.told["body"] = fate.body
        if failed:
            self._note(news, aftermath, now)

    def _fate(self, news: dict, now: datetime) -> fates.Fate:
        if self.row.dismissed_at is not None:  # a person has said "leave it"
            return fates.Fate(Status.FAILED, reason=news["error_text"])
        return fates.later(self.row, news["error_code"], now, news["error_text"])

    def _note(self, news: dict, aftermath: fates.Aftermath, now: datetime) -> None:
        """What the failure says beyond the message; an old one says nothing of how things are now."""
        at = datetime.fromisoformat(news["at"])
        code = news["error_code"]
        verdict = classify(code, None)
        if now - at > fates.IN_TIME and verdict.stops_number:
            return
        aftermath.note(
            verdict,
            code,
            f"({code}) {news['error_text']}",
            number_id=self.row.number_id,
            conversation_id=self.row.conversation_id,
            seq=self.row.seq,
            at=at,
            body=self.row.shown,
        )

    def as_row(self) -> dict:
        status = self.known.status
        code, text = (
            self.error if status in (Status.FAILED, Status.CANCELLED, Status.UNKNOWN, Status.QUEUED) else (None, "")
        )
        return {
            "id": self.row.id,
            "wamid": self.wamids[self.row.attempt],
            "status": int(status),
            "heard": int(self.known.heard),
            "error_code": code,
            "error_text": (text or "")[:500],
            "doubled": self.known.doubled,
            **self.told,
        }


def _lock(rows: list[dict]) -> dict[UUID, _Tale]:
    """The messages that the news may be of, locked in the order of their ids, as they are now."""
    messages = sets.fetch(
        """
        WITH w AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid, wamid text, message_id uuid)
        ), wanted AS MATERIALIZED (
            SELECT m.id FROM w JOIN conversations_message m USING (number_id, wamid)
            UNION SELECT message_id FROM w WHERE message_id IS NOT NULL
            UNION SELECT e.message_id FROM w JOIN conversations_earlierattempt e USING (number_id, wamid)
        )
        SELECT m.id, m.number_id, m.conversation_id, m.status, m.heard, m.attempt, m.wamid, m.source, m.kind, m.created_at,
               m.seq, m.resent_at, m.dismissed_at, m.error_code, m.error_text,
               CASE WHEN m.kind = ANY(%(shows)s) THEN m.payload END AS shown
        FROM wanted JOIN conversations_message m ON m.id = wanted.id
        WHERE m.direction = 'out' ORDER BY m.id FOR NO KEY UPDATE OF m
        """,
        rows,
        shows=_SHOWS,
    )
    return _with_earlier(messages)


def _with_earlier(messages: list) -> dict[UUID, _Tale]:
    several = [m.id for m in messages if m.attempt > 1]
    earlier: dict[UUID, list] = {}
    if several:
        for e in sets.fetch(
            "SELECT message_id, attempt, wamid, heard FROM conversations_earlierattempt WHERE message_id = ANY(%(ids)s)",
            ids=several,
        ):
            earlier.setdefault(e.message_id, []).append(e)
    return {m.id: _Tale(m, [e for e in earlier.get(m.id, ()) if e.attempt < m.attempt]) for m in messages}


def _write(tales: list[_Tale], now: datetime) -> None:
    rows = [tale.as_row() for tale in tales]
    doubled = sets.fetch(
        """
        UPDATE conversations_message m
        SET status = w.status, heard = w.heard, wamid = coalesce(m.wamid, w.wamid),
            sent_at = least(m.sent_at, w.sent_at),
            delivered_at = least(m.delivered_at, w.delivered_at),
            read_at = least(m.read_at, w.read_at),
            error_code = w.error_code, error_text = w.error_text,
            send_after = coalesce(w.send_after, m.send_after),
            payload = coalesce(w.body, m.payload), kind = coalesce(w.body ->> 'type', m.kind),
            resent_at = coalesce(w.resent_at, m.resent_at),
            doubled_at = CASE WHEN w.doubled THEN coalesce(m.doubled_at, %(now)s) END,
            pricing = coalesce(m.pricing, w.pricing)
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(
            id uuid, wamid text, status smallint, heard smallint, sent_at timestamptz, delivered_at timestamptz,
            read_at timestamptz, error_code int, error_text text, send_after timestamptz, resent_at timestamptz, doubled bool,
            pricing jsonb, body jsonb)
        WHERE m.id = w.id
        RETURNING m.id, m.doubled_at
        """,
        rows,
        now=now,
    )
    for row in doubled:
        if row.doubled_at == now:
            log.warning("sent_twice", message=str(row.id))
    _write_earlier(
        [
            {
                "message_id": t.row.id,
                "number_id": t.row.number_id,
                "attempt": n,
                "wamid": t.wamids.get(n),
                "heard": int(heard),
            }
            for t in tales
            for n, heard in t.known.earlier.items()
        ]
    )


def _write_earlier(rows: list[dict]) -> None:
    sets.run(
        """
        INSERT INTO conversations_earlierattempt AS e (message_id, number_id, attempt, wamid, heard, created_at)
        SELECT message_id, w.number_id, w.attempt, w.wamid, w.heard, now()
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(message_id uuid, number_id uuid, attempt smallint, wamid text, heard smallint)
        JOIN conversations_message m ON m.id = w.message_id  -- one that was deleted meanwhile has no attempts
        ORDER BY message_id, attempt
        ON CONFLICT (message_id, attempt) DO UPDATE
        SET heard = greatest(e.heard, excluded.heard), wamid = coalesce(e.wamid, excluded.wamid)
        """,
        rows,
    )


def accepted_earlier(rows: list[dict]) -> set[tuple[UUID, str]]:
    """Answers of the Graph API to attempts that another one has followed meanwhile. Returns what was learnt: number, wamid."""
    _write_earlier(
        [
            {**row, "message_id": row["id"], "heard": int(Status.ACCEPTED)}
            for row in rows
            if row["heard"] == Status.ACCEPTED
        ]
    )
    return {(row["number_id"], row["wamid"]) for row in rows}


def reconcile(messages: Iterable[UUID], now: datetime) -> None:
    """Bring messages of several attempts to what is known of all of them, after one of them has ended without news."""
    messages = list(messages)
    if not messages:
        return
    tales = _with_earlier(
        sets.fetch(
            """
            SELECT m.id, m.number_id, m.conversation_id, m.status, m.heard, m.attempt, m.wamid, m.source, m.kind, m.created_at,
                   m.seq, m.resent_at, m.dismissed_at, m.error_code, m.error_text, NULL::jsonb AS shown
            FROM conversations_message m WHERE m.id = ANY(%(ids)s) ORDER BY m.id FOR NO KEY UPDATE OF m
            """,
            ids=messages,
        )
    )
    changed = []
    for tale in tales.values():
        tale.known.status = tale.known.again()
        if tale.known.status != tale.row.status or tale.known.doubled:
            changed.append(tale)
    _write(changed, now)


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
