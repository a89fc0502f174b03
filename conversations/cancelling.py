"""Cancel what the bot has queued and a person has made pointless, at once: nobody waits for the sender to find it out.

It is for the eye. What holds is claiming.verdict, under the same lock: it refuses a bot's message of an earlier turn, also
one that has been tried before and so may have left, which is not touched here.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from . import events, sets
from .models import Status

TAKEN_OVER = "A person has taken over."
CLOSED = "The conversation was closed."
ASKED = "The customer has asked for a person."


def cancel_bots(reasons: Mapping[UUID, str], now: datetime) -> int:
    """Cancel what the bot queued in earlier turns of these conversations (conversation -> why), and say so in a line of each
    thread. The caller holds them, with their new turn. Returns how many.
    """
    rows = sets.fetch(
        """
        UPDATE conversations_message m SET status = %(cancelled)s, error_text = w.why
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, why text)
        JOIN conversations_conversation c ON c.id = w.id
        WHERE m.conversation_id = w.id AND m.status = 0 AND m.attempt = 0 AND m.turn < c.turn
        RETURNING m.business_id, m.conversation_id
        """,
        [{"id": conversation, "why": why} for conversation, why in reasons.items()],
        cancelled=Status.CANCELLED.value,
    )
    counts: dict[tuple[UUID, UUID], int] = {}
    for row in rows:
        key = row.business_id, row.conversation_id
        counts[key] = counts.get(key, 0) + 1
    events.add_many(
        [events.Happened(*key, events.Kind.CANCELLED.value, {"count": count}) for key, count in counts.items()], now
    )
    return len(rows)
