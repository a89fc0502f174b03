"""Lines of the thread that nobody wrote: WhatsApp's own sentences. Shown, and nothing else: no window, nothing unread."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.ids import uuid7

from . import sets
from .models import Message, Status


@dataclass(frozen=True, slots=True)
class Line:
    number_id: UUID
    contact_id: UUID
    kind: str
    text: str
    payload: dict
    wamid: str
    at: datetime


def add_many(lines: list[Line], now: datetime) -> None:
    """Put each into the contact's open conversation with the number; where there is none, nowhere."""
    sets.run(
        """
        INSERT INTO conversations_message
            (id, business_id, conversation_id, number_id, direction, kind, source, source_name, purpose, text, payload, reply_to,
             wamid, wa_timestamp, status, error_text, attempt, created_at)
        SELECT w.id, c.business_id, c.id, c.number_id, %(inbound)s, w.kind, %(system)s, '', %(reply)s, w.text, w.payload, '',
               w.wamid, w.at, %(received)s, '', 0, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb)
             AS w(ord int, id uuid, number_id uuid, contact_id uuid, kind text, text text, payload jsonb, wamid text, at timestamptz)
        JOIN conversations_conversation c ON c.number_id = w.number_id AND c.contact_id = w.contact_id AND c.state = 'open'
        ORDER BY w.ord
        ON CONFLICT (number_id, wamid) DO NOTHING
        """,
        [
            {
                "ord": place,
                "id": uuid7(),
                "number_id": line.number_id,
                "contact_id": line.contact_id,
                "kind": line.kind[:30],
                "text": line.text,
                "payload": line.payload,
                "wamid": line.wamid[:200],
                "at": line.at,
            }
            for place, line in enumerate(lines)
        ],
        now=now,
        inbound=Message.Direction.IN.value,
        system=Message.Source.SYSTEM.value,
        reply=Message.Purpose.REPLY.value,
        received=int(Status.RECEIVED),
    )
