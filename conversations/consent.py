"""A contact's word on being written to. STOP ends marketing, follow-ups and broadcasts; a question still gets its
answer.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.ids import uuid7

from . import sets
from .models import ConsentEvent, Contact, Message

# What STOP means: which purposes may still leave. Broadcasts are marketing. The one table; claiming.verdict asks it.
#                               not stopped, stopped
_MAY_LEAVE = {
    Message.Purpose.REPLY.value: (True, True),  # a question still gets its answer, from bot or agent
    Message.Purpose.NOTICE.value: (True, True),  # "you will get no more offers": confirmed once (aibot.rules)
    Message.Purpose.MARKETING.value: (True, False),
    Message.Purpose.FOLLOW_UP.value: (True, False),
}


def allows(purpose: str, *, stopped: bool) -> bool:
    """Whether a message of this purpose may be sent to a contact. A purpose that is not in the table may not."""
    return _MAY_LEAVE.get(purpose, (False, False))[stopped]


@dataclass(frozen=True, slots=True)
class Word:
    business_id: UUID
    contact_id: UUID
    kind: str  # ConsentEvent.Kind
    source: str  # message | preference | agent | api | error_131050
    at: datetime
    message_id: UUID | None = None
    how: str = ""  # where a person or a program noted it: how the customer said it


def last_word(contact: Contact) -> ConsentEvent | None:
    """The event that holds, of two in one second the stop."""
    return ConsentEvent.objects.filter(contact=contact).order_by("-at", "-kind").first()


def record_many(words: list[Word]) -> None:
    """Store the events, and bring the contacts to what their latest event says. In the caller's transaction."""
    sets.run(
        """
        INSERT INTO conversations_consentevent (id, business_id, contact_id, kind, source, message_id, how, at)
        SELECT id, business_id, contact_id, kind, source, message_id, how, at
        FROM jsonb_to_recordset(%(rows)s::jsonb)
             AS w(id uuid, business_id uuid, contact_id uuid, kind text, source text, message_id uuid, how text,
                  at timestamptz)
        ORDER BY contact_id, at
        ON CONFLICT (contact_id, kind, at) DO NOTHING
        """,
        [
            {
                "id": uuid7(),
                "business_id": w.business_id,
                "contact_id": w.contact_id,
                "kind": w.kind,
                "source": w.source,
                "message_id": w.message_id,
                "how": w.how,
                "at": w.at,
            }
            for w in words
        ],
    )
    sets.run(
        """
        WITH latest AS (
            SELECT DISTINCT ON (e.contact_id) e.contact_id, e.kind, e.at
            FROM conversations_consentevent e
            JOIN jsonb_to_recordset(%(rows)s::jsonb) AS w(contact_id uuid) USING (contact_id)
            ORDER BY e.contact_id, e.at DESC, e.kind DESC  -- of two in one second, stop
        )
        UPDATE conversations_contact c SET opted_out_at = CASE WHEN latest.kind = %(stop)s THEN latest.at END
        FROM latest WHERE c.id = latest.contact_id
        """,
        [{"contact_id": c} for c in {w.contact_id for w in words}],
        stop=ConsentEvent.Kind.STOP.value,
    )
