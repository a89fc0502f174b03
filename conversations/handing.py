"""A customer asks for a person and gets one: the conversation is a person's and nobody's yet, and waits.

For the drain: set SQL, in its transaction, with the conversations held. What the customer is told is aibot's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from . import cancelling, events, sets

FAREWELL = "handover: asked"  # Message.source_name of the bot's last words
TOLD_WITHIN = timedelta(minutes=10)  # who asks again within this is not told again


@dataclass(frozen=True, slots=True)
class Asked:
    business_id: UUID
    since: datetime  # the customer's message
    told: bool  # whether the bot tells that somebody comes


def to_people(asked: dict[UUID, Asked], now: datetime) -> None:
    """Make conversations a person's, unassigned and waiting. A new turn: what the bot queued before is cancelled, and its last
    words, of the new turn, leave (claiming.verdict).
    """
    sets.run(
        """
        UPDATE conversations_conversation c
        SET owner = 'human', turn = c.turn + 1, assignee_id = NULL, waiting_since = least(c.waiting_since, w.since),
            handled_at = %(now)s, person_asked_at = CASE WHEN w.told THEN %(now)s ELSE c.person_asked_at END
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, since timestamptz, told bool) WHERE c.id = w.id
        """,
        [{"id": conversation, "since": a.since, "told": a.told} for conversation, a in asked.items()],
        now=now,
    )
    kind = events.Kind.ASKED.value
    events.add_many([events.Happened(a.business_id, conversation, kind) for conversation, a in asked.items()], now)
    cancelling.cancel_bots(dict.fromkeys(asked, cancelling.ASKED), now)
