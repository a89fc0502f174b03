"""How the bot came to what it said: for the inbox's "Why?", and forgotten after a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from accounts.ids import uuid7
from conversations import sets
from conversations.inbound import Recorded
from conversations.models import Message

from .models import RuleMatch, Turn

NOTHING_ABOVE = "no tier"  # Turn.reason


def of_reply(message: Message) -> Turn | None:
    """The turn in which a message of the bot was queued; None for a rule's, and where it is forgotten."""
    return Turn.objects.filter(reply=message).order_by("-at").first()


def match_of(message: Message) -> RuleMatch | None:
    """Of a rule's reply: what the rule matched, in the customer's message before it; None where it is forgotten."""
    matches = RuleMatch.objects.filter(rule=message.source_ref, message__conversation=message.conversation_id)
    return (
        matches.filter(message__seq__lt=message.seq).select_related("rule", "message").order_by("-message__seq").first()
    )


def note_unanswered(recorded: Sequence[Recorded], now: datetime) -> int:
    """Messages that no rule answers, where nothing is above the rules: for the owner's page of unanswered questions. Set SQL, in the
    drain's transaction. Returns how many.
    """
    return sets.run(
        """
        INSERT INTO aibot_turn (id, business_id, conversation_id, message_id, first_seq, seen_seq, messages, tier, outcome, reason,
                                ranked, matcher, prompt_version, model, tokens_in, tokens_out, latency_ms, guard, put_aside, at)
        SELECT id, business_id, conversation_id, message_id, seq, seq, 1, %(fallback)s, %(waits)s, %(reason)s,
               '[]', '', '', '', 0, 0, 0, '', false, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, business_id uuid, conversation_id uuid, message_id uuid, seq bigint)
        """,
        [
            {
                "id": uuid7(),
                "business_id": r.business_id,
                "conversation_id": r.conversation_id,
                "message_id": r.message_id,
                "seq": r.seq,
            }
            for r in recorded
        ],
        now=now,
        fallback=Turn.Tier.FALLBACK.value,
        waits=Turn.Outcome.WAITS.value,
        reason=NOTHING_ABOVE,
    )


def prune(now: datetime, *, most: int = 10_000) -> int:
    """Forget what is older than KEPT_DAYS, ``most`` rows at a time. Returns how many."""
    return sets.run(
        """
        DELETE FROM aibot_turn WHERE id IN (SELECT id FROM aibot_turn WHERE at < %(before)s ORDER BY at LIMIT %(most)s)
        """,
        before=now - timedelta(days=Turn.KEPT_DAYS),
        most=most,
    )
