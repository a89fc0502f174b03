"""What was written before the number was connected: up to 180 days out of the phone app's memory.

It fills the thread and nothing else: no bot turn, nothing unread, no window, no lead (Cloud API, "history"). Chunks come
in any order; a file comes first as a "media_placeholder" and, if it is young enough, once more with its own kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.ids import uuid7
from cloud_api.events import HistoryMessage

from . import identity, inbound, sets, window
from .models import Message, Status

PLACEHOLDER = "media_placeholder"
_STATUS = {
    "DELIVERED": Status.DELIVERED,
    "READ": Status.READ,
    "PLAYED": Status.PLAYED,
    "ERROR": Status.FAILED,
}


@dataclass(frozen=True, slots=True)
class Remembered:
    """A message of the phone's memory, and the number that it is of."""

    business_id: UUID
    number_id: UUID
    event: HistoryMessage
    received_at: datetime


def record_many(remembered: Sequence[Remembered], now: datetime) -> set[int]:
    """Store old messages. Returns the places of those that were new, or filled a placeholder.

    Raises identity.Nobody for a message whose customer has no identifier.
    """
    known = inbound.known_wamids((r.number_id, r.event.wamid) for r in remembered)
    old = [(place, r) for place, r in enumerate(remembered) if (r.number_id, r.event.wamid[:200]) in known]
    new = [(place, r) for place, r in enumerate(remembered) if (r.number_id, r.event.wamid[:200]) not in known]
    return _fill_placeholders(old) | _add(new, now)


def _fill_placeholders(remembered: list[tuple[int, Remembered]]) -> set[int]:
    rows = sets.fetch(
        """
        UPDATE conversations_message m SET kind = w.kind, text = w.text, payload = w.payload
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(ord int, number_id uuid, wamid text, kind text, text text, payload jsonb)
        WHERE m.number_id = w.number_id AND m.wamid = w.wamid AND m.kind = %(placeholder)s
        RETURNING w.ord
        """,
        [
            {
                "ord": place,
                "number_id": r.number_id,
                "wamid": r.event.wamid[:200],
                "kind": r.event.kind[:30],
                "text": r.event.text,
                "payload": r.event.payload,
            }
            for place, r in remembered
            if r.event.kind != PLACEHOLDER
        ],
        placeholder=PLACEHOLDER,
    )
    return {row.ord for row in rows}


def _add(remembered: list[tuple[int, Remembered]], now: datetime) -> set[int]:
    if not remembered:
        return set()
    contacts = identity.contacts_for([identity.Wanted(r.business_id, r.event.person) for _, r in remembered], now)
    wanted = [(r.business_id, contact, r.number_id) for (_, r), contact in zip(remembered, contacts, strict=True)]
    conversations = inbound.open_conversations(wanted, now)
    rows = [
        {
            "ord": place,
            "id": uuid7(),
            "business_id": r.business_id,
            "conversation_id": conversations[contact, r.number_id].id,
            "number_id": r.number_id,
            "direction": (Message.Direction.OUT if r.event.ours else Message.Direction.IN).value,
            "source": (Message.Source.PHONE_APP if r.event.ours else Message.Source.CUSTOMER).value,
            "kind": r.event.kind[:30],
            "text": r.event.text,
            "payload": r.event.payload,
            "reply_to": r.event.reply_to[:200],
            "wamid": r.event.wamid[:200],
            "at": window.past(r.event.timestamp, r.received_at),
            "status": int(_STATUS.get(r.event.status, Status.SENT) if r.event.ours else Status.RECEIVED),
        }
        for (place, r), contact in zip(remembered, contacts, strict=True)
    ]
    stored = {row.wamid for row in _insert(_once(rows), now)}
    _touch(rows)
    return {row["ord"] for row in rows if row["wamid"] in stored}


def _once(rows: list[dict]) -> list[dict]:
    """One row for each wamid: a statement cannot meet the same conflict twice. A file's own row goes before its placeholder."""
    kept: dict[tuple, dict] = {}
    for row in rows:
        key = (row["number_id"], row["wamid"])
        if key not in kept or kept[key]["kind"] == PLACEHOLDER:
            kept[key] = row
    return list(kept.values())


def _insert(rows: list[dict], now: datetime) -> list:
    return sets.fetch(
        """
        INSERT INTO conversations_message
            (id, business_id, conversation_id, number_id, direction, kind, source, source_name, purpose, text, payload, reply_to,
             wamid, wa_timestamp, status, error_text, attempt, created_at)
        SELECT id, business_id, conversation_id, number_id, direction, kind, source, '', %(reply)s, text, payload, reply_to,
               wamid, at, status, '', 0, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb)
             AS w(ord int, id uuid, business_id uuid, conversation_id uuid, number_id uuid, direction text, source text, kind text,
                  text text, payload jsonb, reply_to text, wamid text, at timestamptz, status smallint)
        ORDER BY ord
        ON CONFLICT (number_id, wamid) DO NOTHING
        RETURNING wamid
        """,
        rows,
        now=now,
        reply=Message.Purpose.REPLY.value,
    )


def _touch(rows: list[dict]) -> None:
    """The words in the list, where nothing younger stands there."""
    last: dict[UUID, dict] = {}
    for row in rows:
        if row["conversation_id"] not in last or row["at"] >= last[row["conversation_id"]]["at"]:
            last[row["conversation_id"]] = row
    sets.run(
        """
        UPDATE conversations_conversation c
        SET last_message_text = w.text, last_message_inbound = w.inbound, last_message_at = w.at
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, at timestamptz, text text, inbound bool)
        WHERE c.id = w.id AND (c.last_message_at IS NULL OR c.last_message_at <= w.at)
        """,
        [
            {
                "id": conversation,
                "at": row["at"],
                "text": inbound.preview(row["kind"], row["text"]),
                "inbound": row["direction"] == Message.Direction.IN,
            }
            for conversation, row in last.items()
        ],
    )
