"""How the bot came to what it said: for the inbox's "Why?", and forgotten after a time."""

from datetime import datetime, timedelta

from conversations import sets
from conversations.models import Message

from .models import RuleMatch, Turn


def of_reply(message: Message) -> Turn | None:
    """The turn in which a message of the bot was queued; None for a rule's, and where it is forgotten."""
    return Turn.objects.filter(reply=message).order_by("-at").first()


def match_of(message: Message) -> RuleMatch | None:
    """Of a rule's reply: what the rule matched, in the customer's message before it; None where it is forgotten."""
    matches = RuleMatch.objects.filter(rule=message.source_ref, message__conversation=message.conversation_id)
    return (
        matches.filter(message__seq__lt=message.seq).select_related("rule", "message").order_by("-message__seq").first()
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
