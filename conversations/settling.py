"""Messages of which nobody knows whether they left: how they end.

The Graph API knows no idempotency key, so a post that got no answer, or whose worker died, leaves its message ``unknown``.
A status that carries our callback data settles it (delivery.py). Where none comes in 90 seconds in which webhooks were
heard without a gap (silence.py), the bot's free text is sent once more, if it is still the answer: its turn, the window
open, nothing newer from the customer, and nothing later of ours has left. Everything else stays "Not confirmed" until a
person says Resend or Dismiss; a template, which costs money, is never sent again by itself.

Meanwhile the conversation's line stands still: the order on the phone matters more than speed. But not for ever (HOLD).
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings

from . import delivery, sets, silence
from .fates import BOT
from .models import Conversation, Message, Status

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=90)  # a row that says ``sending`` for longer lost its worker
UNHEARD = timedelta(seconds=90)  # without a word, while webhooks were heard: no word will come
HOLD = UNHEARD + timedelta(seconds=20)  # the line goes on after that, whether webhooks were heard or not


def release_lost(now: datetime) -> int:
    """Rows that say ``sending`` and whose worker is gone: nobody knows whether they left, so they become ``unknown``."""
    lost = sets.fetch(
        """
        UPDATE conversations_message SET status = %(unknown)s, error_text = 'The sender was interrupted.'
        WHERE status = %(sending)s AND sending_since < %(before)s RETURNING id, attempt
        """,
        unknown=int(Status.UNKNOWN),
        sending=int(Status.SENDING),
        before=now - LEASE,
    )
    delivery.reconcile([row.id for row in lost if row.attempt > 1], now)
    return len(lost)


def settle_unknown(now: datetime) -> int:
    """End the wait for those of which nothing was heard. Returns how many are sent once more. Nothing happens where
    webhooks were not heard, or that is not known.
    """
    since = silence.heard_since(now)
    if since is None or now - since < UNHEARD:
        return 0
    conversations = sets.fetch(
        """
        SELECT c.id FROM conversations_conversation c WHERE c.id IN (
            SELECT conversation_id FROM conversations_message
            WHERE status = %(unknown)s AND settled_at IS NULL AND sending_since < %(before)s ORDER BY sending_since LIMIT 500)
        ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED
        """,
        unknown=int(Status.UNKNOWN),
        before=now - UNHEARD,
    )
    if not conversations:
        return 0
    settled = sets.fetch(  # a second statement: its snapshot is taken after the locks
        """
        WITH ripe AS MATERIALIZED (
            SELECT m.id, m.source = ANY(%(bot)s) AND m.kind <> 'template' AND m.resent_at IS NULL
                AND m.turn = c.turn AND c.owner = 'bot' AND c.last_inbound_seq < m.seq
                AND m.created_at > %(young)s AND c.last_inbound_at > %(open)s
                AND c.window_closed_seq <= c.last_inbound_seq
                AND NOT EXISTS (
                    SELECT 1 FROM conversations_message l WHERE l.conversation_id = m.conversation_id AND l.seq > m.seq
                    AND l.direction = 'out' AND l.status NOT IN (%(queued)s, %(cancelled)s)) AS again
            FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id
            WHERE m.conversation_id = ANY(%(ids)s) AND m.status = %(unknown)s AND m.settled_at IS NULL
              AND m.sending_since < %(before)s
            ORDER BY m.id FOR NO KEY UPDATE OF m
        )
        UPDATE conversations_message m
        SET status = CASE WHEN ripe.again THEN %(queued)s ELSE m.status END,
            send_after = CASE WHEN ripe.again THEN %(now)s ELSE m.send_after END,
            resent_at = CASE WHEN ripe.again THEN %(now)s ELSE m.resent_at END,
            settled_at = CASE WHEN ripe.again THEN NULL::timestamptz ELSE %(now)s END
        FROM ripe WHERE m.id = ripe.id AND m.status = %(unknown)s
        RETURNING m.id, ripe.again
        """,
        ids=[row.id for row in conversations],
        bot=[source.value for source in BOT],
        young=now - settings.ANSWER_AGE_LIMIT,
        open=now - timedelta(hours=24),
        now=now,
        before=now - UNHEARD,
        unknown=int(Status.UNKNOWN),
        queued=int(Status.QUEUED),
        cancelled=int(Status.CANCELLED),
    )
    for row in settled:
        log.warning("sent_once_more" if row.again else "not_confirmed", message=str(row.id))
    return sum(row.again for row in settled)


# --- what a person decides ------------------------------------------------------------------------------------------------


def resend(conversation: Conversation, message_id: UUID, attempt: int, now: datetime) -> bool:
    """Send a message once more that is not confirmed: a person has decided it, so the bot's turn is not asked. False where
    there is nothing to decide any more (a second click, or news has come): the attempt is the one that the person saw.

    Call it in a transaction; wake the queue ``send`` on commit.
    """
    return bool(
        _undecided(conversation, message_id, attempt).update(
            status=Status.QUEUED, send_after=now, resent_at=now, settled_at=None, turn=None, seen_seq=None
        )
    )


def dismiss(conversation: Conversation, message_id: UUID, attempt: int, now: datetime) -> bool:
    """Leave a message that is not confirmed as it is. False as for ``resend``."""
    return bool(_undecided(conversation, message_id, attempt).update(settled_at=now, dismissed_at=now))


def _undecided(conversation: Conversation, message_id: UUID, attempt: int):
    Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
    return Message.objects.filter(
        conversation=conversation,
        pk=message_id,
        attempt=attempt,
        status=Status.UNKNOWN,
        settled_at__isnull=False,
        dismissed_at=None,
    )
