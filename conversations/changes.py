"""What became of a message since it was written: edits, its deletion, reactions.

The news may come in any order, before the message too, and twice. So every change is kept as a row, and a message's
state is computed from all of its rows (``_apply``), never from the one that has just come:

- the content is the latest edit's; a deletion erases it, whatever edit comes before or after;
- of each side the latest reaction stands; of two in one second the larger wamid's;
- only its own side may edit or delete a message.

What waits for a message that has not come is taken up when it comes (``settle``) or, for a message of ours that has
just learnt its wamid, by the drain's sweep.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.ids import uuid7
from cloud_api.events import Edit, Reaction, Revoke

from . import sets, window
from .inbound import preview
from .models import Message, MessageChange

Key = tuple[UUID, str]  # number, wamid

KINDS = {Edit: MessageChange.Kind.EDIT, Revoke: MessageChange.Kind.REVOKE, Reaction: MessageChange.Kind.REACTION}
DELETED = "[deleted]"  # the words in a list; pages have their own


@dataclass(frozen=True, slots=True)
class Change:
    """An edit, a deletion or a reaction, and the number that it came to. Its ``original_wamid`` is not empty."""

    business_id: UUID
    number_id: UUID
    event: Edit | Revoke | Reaction
    received_at: datetime


def record_many(changes: Sequence[Change], now: datetime) -> set[Key]:
    """Store changes. Returns (number, wamid of the change) of those that are new. Call ``settle`` after it."""
    rows = sets.fetch(
        """
        INSERT INTO conversations_messagechange
            (id, business_id, number_id, wamid, target, kind, side, text, payload, at, waits, created_at)
        SELECT id, business_id, number_id, wamid, target, kind, side, text, payload, at, true, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb)
             AS w(id uuid, business_id uuid, number_id uuid, wamid text, target text, kind text, side text, text text,
                  payload jsonb, at timestamptz)
        ORDER BY number_id, wamid
        ON CONFLICT (number_id, wamid) DO NOTHING
        RETURNING number_id, wamid
        """,
        [_row(c) for c in changes],
        now=now,
    )
    return {(row.number_id, row.wamid) for row in rows}


def settle(changes: Sequence[Change], arrived: Iterable[Key]) -> set[UUID]:
    """Bring the messages that changes speak of up to date, and those that have just arrived to what waited for them.

    Returns the ids of the messages that are deleted now.
    """
    targets = {(c.number_id, c.event.original_wamid[:200]) for c in changes}
    return _apply(targets | _waited_for(arrived))


def sweep() -> set[UUID]:
    """Take up what waited for messages of ours that know their wamid by now. Returns the ids of those that are deleted now."""
    rows = sets.fetch(
        """
        SELECT DISTINCT c.number_id, c.target FROM conversations_messagechange c
        JOIN conversations_message m ON m.number_id = c.number_id AND m.wamid = c.target
        WHERE c.waits LIMIT 500
        """
    )
    return _apply({(row.number_id, row.target) for row in rows})


def _row(change: Change) -> dict:
    event = change.event
    if isinstance(event, Edit):
        text, payload = event.text, event.payload
    else:
        text, payload = (event.emoji if isinstance(event, Reaction) else ""), {}
    return {
        "id": uuid7(),
        "business_id": change.business_id,
        "number_id": change.number_id,
        "wamid": event.wamid[:200],
        "target": event.original_wamid[:200],
        "kind": KINDS[type(event)].value,
        "side": (Message.Direction.OUT if event.ours else Message.Direction.IN).value,
        "text": text,
        "payload": payload,
        "at": window.believable(event.timestamp, change.received_at),
    }


def _waited_for(arrived: Iterable[Key]) -> set[Key]:
    rows = sets.fetch(
        """
        SELECT DISTINCT c.number_id, c.target FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid, wamid text)
        JOIN conversations_messagechange c ON c.number_id = w.number_id AND c.target = w.wamid AND c.waits
        """,
        _keys(arrived),
    )
    return {(row.number_id, row.target) for row in rows}


def _apply(targets: set[Key]) -> set[UUID]:
    changed = sets.fetch(
        """
        WITH held AS MATERIALIZED (
            SELECT m.id, m.number_id, m.wamid, m.direction, m.text
            FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid, wamid text)
            JOIN conversations_message m USING (number_id, wamid)
            ORDER BY m.id FOR NO KEY UPDATE OF m
        )
        UPDATE conversations_message m
        SET text = CASE WHEN gone.at IS NOT NULL THEN '' ELSE coalesce(edit.text, m.text) END,
            payload = CASE
                WHEN gone.at IS NOT NULL THEN '{}'
                WHEN edit.payload IS NULL OR edit.payload = '{}' THEN m.payload
                ELSE edit.payload || jsonb_strip_nulls(jsonb_build_object(  -- what stands around a message stays (inbound._payload)
                    'forwarded', m.payload->'forwarded', 'referred_product', m.payload->'referred_product')) END,
            original_text = CASE WHEN gone.at IS NOT NULL OR edit.at IS NULL THEN NULL ELSE coalesce(m.original_text, m.text) END,
            edited_at = edit.at,
            revoked_at = gone.at,
            reactions = reacted.by_side
        FROM held
        LEFT JOIN LATERAL (
            SELECT c.text, c.payload, c.at FROM conversations_messagechange c
            WHERE c.number_id = held.number_id AND c.target = held.wamid AND c.kind = 'edit' AND c.side = held.direction
            ORDER BY c.at DESC, c.wamid DESC LIMIT 1
        ) edit ON true
        CROSS JOIN LATERAL (
            SELECT min(c.at) AS at FROM conversations_messagechange c
            WHERE c.number_id = held.number_id AND c.target = held.wamid AND c.kind = 'revoke' AND c.side = held.direction
        ) gone
        CROSS JOIN LATERAL (
            SELECT coalesce(jsonb_object_agg(last.side, last.text) FILTER (WHERE last.text <> ''), '{}') AS by_side FROM (
                SELECT DISTINCT ON (c.side) c.side, c.text FROM conversations_messagechange c
                WHERE c.number_id = held.number_id AND c.target = held.wamid AND c.kind = 'reaction'
                ORDER BY c.side, c.at DESC, c.wamid DESC
            ) last
        ) reacted
        WHERE m.id = held.id
        RETURNING m.id, m.number_id, m.wamid, m.conversation_id, m.kind, m.wa_timestamp, m.revoked_at, held.text AS old_text, m.text
        """,
        _keys(targets),
    )
    _mark_taken_up(changed)
    _mend_previews([row for row in changed if row.text != row.old_text or row.revoked_at])
    return {row.id for row in changed if row.revoked_at}


def _mark_taken_up(changed: list) -> None:
    """The rows wait no more; those of a deleted message lose their content with it."""
    sets.run(
        """
        UPDATE conversations_messagechange c
        SET waits = false,
            text = CASE WHEN w.gone AND c.kind = 'edit' THEN '' ELSE c.text END,
            payload = CASE WHEN w.gone THEN '{}' ELSE c.payload END
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid, wamid text, gone bool)
        WHERE c.number_id = w.number_id AND c.target = w.wamid
        """,
        [{"number_id": r.number_id, "wamid": r.wamid, "gone": r.revoked_at is not None} for r in changed],
    )


def _mend_previews(changed: list) -> None:
    """The conversation list shows the words of the last message: it must not go on showing deleted ones."""
    sets.run(
        """
        UPDATE conversations_conversation c SET last_message_text = w.text
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, at timestamptz, old text, text text)
        WHERE c.id = w.id AND c.last_message_at = w.at AND c.last_message_text = w.old
        """,
        [
            {
                "id": row.conversation_id,
                "at": row.wa_timestamp,
                "old": preview(row.kind, row.old_text),
                "text": DELETED if row.revoked_at else preview(row.kind, row.text),
            }
            for row in changed
        ],
    )


def _keys(keys: Iterable[Key]) -> list[dict]:
    return [{"number_id": number, "wamid": wamid} for number, wamid in keys]
