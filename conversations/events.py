"""Lines of a thread that tell what was done: who took over, returned, assigned, closed. Each is written in the transaction of
the act itself, after it, so that it stands in the thread where it happened.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import User

from . import sets
from .models import Conversation, ThreadEvent

Kind = ThreadEvent.Kind


@dataclass(frozen=True, slots=True)
class Happened:
    """What nobody of the team did, for ``add_many``."""

    business_id: UUID
    conversation_id: UUID
    kind: str
    details: dict = field(default_factory=dict)


def add(conversation: Conversation, kind: Kind, *, by: User | None, at: datetime | None = None, **details) -> None:
    """A line of what ``by`` did; None for a program, or for nobody. The name is kept as it is now."""
    ThreadEvent.objects.create(
        business_id=conversation.business_id,
        conversation=conversation,
        kind=kind,
        actor=by,
        actor_name=str(by)[:150] if by else "",
        details=details,
        at=at or timezone.now(),
    )


def add_many(happened: list[Happened], now: datetime) -> None:
    """Lines for the drain, in their order."""
    sets.run(
        """
        INSERT INTO conversations_threadevent (id, business_id, conversation_id, kind, actor_name, details, at)
        SELECT id, business_id, conversation_id, kind, '', details, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb)
             AS w(ord int, id uuid, business_id uuid, conversation_id uuid, kind text, details jsonb)
        ORDER BY ord
        """,
        [
            {
                "ord": place,
                "id": uuid7(),
                "business_id": one.business_id,
                "conversation_id": one.conversation_id,
                "kind": one.kind,
                "details": one.details,
            }
            for place, one in enumerate(happened)
        ],
        now=now,
    )
