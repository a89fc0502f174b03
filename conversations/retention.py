"""Messages are kept as long as the business's owner says (Settings.messages_kept_days): a beat job deletes older ones for
good, in small steps with a commit each.

What hangs on a message goes with it: its changes, earlier attempts, and whatever other apps tie to it by a foreign key. So do
the lines and notes of its time.
Conversation, contact and lead stay. What waits to be sent, or may still turn out to have been sent, is no history yet.

Old is a message by its own time. One that came in long after it was written (the phone's history) is found by an index of
such messages; all others by their order of arrival, so that a run looks at no more than it deletes.
"""

import time
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django_scopes import scopes_disabled

from . import sets
from .inbound import preview
from .models import Message, Status

log = structlog.get_logger(__name__)

STEP = 500  # messages of one transaction
SECONDS = 5.0  # a run that has not finished by then goes on at the next beat
_LOCK = (0x5741, 1001)  # beside that of the deliveries (webhooks.retention)
_STAYS = (Status.QUEUED.value, Status.SENDING.value)


def prune(now: datetime, *, seconds: float = SECONDS, step: int = STEP) -> Counter:
    """Delete what is old: business -> how many messages. Ends early after ``seconds``, or where another beat is at it. The
    businesses take turns, so that a large one keeps none waiting.
    """
    until, pruned = time.monotonic() + seconds, Counter()
    turns = [_Turn(row.business_id, now - timedelta(days=row.messages_kept_days)) for row in _limits()]
    while turns and time.monotonic() < until:
        turn = turns.pop(0)
        with transaction.atomic(durable=True):
            if not _is_alone():
                break
            sets.prefer_indexes()
            pruned[turn.business] += turn.take(step)
        if not turn.is_over:
            turns.append(turn)
    if pruned.total():
        log.info("messages_pruned", messages=pruned.total(), businesses=len(+pruned))
    return +pruned


def _limits() -> list:
    return sets.fetch(
        "SELECT business_id, messages_kept_days FROM accounts_settings WHERE messages_kept_days IS NOT NULL ORDER BY business_id"
    )


def _is_alone() -> bool:
    return sets.fetch("SELECT pg_try_advisory_xact_lock(%(a)s, %(b)s) AS held", a=_LOCK[0], b=_LOCK[1])[0].held


class _Turn:
    """One business's old messages, step by step: those that came late, then those in the order of their arrival."""

    def __init__(self, business: UUID, before: datetime):
        self.business, self.before = business, before
        self.after = 0  # the seq up to which has been looked
        self.late = True
        self.is_over = False

    def take(self, step: int) -> int:
        """Delete up to ``step`` messages; returns how many."""
        rows = self._late_ones(step) if self.late else self._oldest(step)
        old = [row for row in rows if row.wa_timestamp < self.before and _may_go(row)]
        _delete(old, self.business, self.before)
        return len(old)

    def _late_ones(self, step: int) -> list:
        rows = sets.fetch(
            """
            SELECT id, seq, conversation_id, number_id, wamid, status, settled_at, created_at, wa_timestamp
            FROM conversations_message
            WHERE business_id = %(business)s AND wa_timestamp < %(before)s
              AND created_at - wa_timestamp > interval '1 day'  -- the index message_came_late
              AND status <> ALL(%(stays)s)
            ORDER BY wa_timestamp LIMIT %(step)s
            """,
            business=self.business,
            before=self.before,
            stays=list(_STAYS),
            step=step,
        )
        self.late = len(rows) == step and any(_may_go(row) for row in rows)
        return rows

    def _oldest(self, step: int) -> list:
        rows = sets.fetch(
            """
            SELECT id, seq, conversation_id, number_id, wamid, status, settled_at, created_at, wa_timestamp
            FROM conversations_message
            WHERE business_id = %(business)s AND seq > %(after)s ORDER BY seq LIMIT %(step)s
            """,
            business=self.business,
            after=self.after,
            step=step,
        )
        self.after = rows[-1].seq if rows else self.after
        self.is_over = len(rows) < step or rows[-1].created_at >= self.before
        return rows


def _may_go(row) -> bool:
    undecided = row.status == Status.UNKNOWN and row.settled_at is None
    return row.status not in _STAYS and not undecided


def _delete(rows: list, business: UUID, before: datetime) -> None:
    """Django's own deletion: it knows which tables of which apps hang on a message."""
    with scopes_disabled():
        Message.objects.filter(pk__in=[row.id for row in rows]).delete()
    sets.run(
        """
        DELETE FROM conversations_messagechange c
        USING jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid, wamid text)
        WHERE c.number_id = w.number_id AND c.target = w.wamid
        """,
        [{"number_id": row.number_id, "wamid": row.wamid} for row in rows if row.wamid],
    )
    sets.run(  # changes of messages that never came
        "DELETE FROM conversations_messagechange WHERE waits AND business_id = %(business)s AND at < %(before)s",
        business=business,
        before=before,
    )
    sets.run(
        "DELETE FROM conversations_threadevent WHERE business_id = %(business)s AND at < %(before)s",
        business=business,
        before=before,
    )
    sets.run(
        "DELETE FROM conversations_note WHERE business_id = %(business)s AND created_at < %(before)s",
        business=business,
        before=before,
    )
    _mend_previews({row.conversation_id for row in rows}, before)


def _mend_previews(conversations: set[UUID], before: datetime) -> None:
    """The list shows the last words of a conversation: none that have been deleted."""
    left = sets.fetch(
        """
        SELECT c.id, m.kind, m.text FROM conversations_conversation c
        LEFT JOIN LATERAL (
            SELECT kind, text FROM conversations_message WHERE conversation_id = c.id ORDER BY seq DESC LIMIT 1
        ) m ON true
        WHERE c.id = ANY(%(ids)s) AND c.last_message_at < %(before)s
        """,
        ids=list(conversations),
        before=before,
    )
    sets.run(
        """
        UPDATE conversations_conversation c SET last_message_text = w.text
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, text text)
        WHERE c.id = w.id AND c.last_message_at < %(before)s  -- unless somebody has written at this moment
        """,
        [{"id": row.id, "text": preview(row.kind, row.text) if row.kind else ""} for row in left],
        before=before,
    )
