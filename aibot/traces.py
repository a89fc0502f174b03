"""How the bot came to what it said: for the inbox's "Why?", and forgotten after a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ids import uuid7
from conversations import sets
from conversations.inbound import Recorded
from conversations.models import Message

from .models import RuleMatch, Turn

NOTHING_ABOVE = "no tier"  # Turn.reason
# What the bot says without a rule, an answer or the model, by its source_name.
BY_ITSELF = {
    "fallback": gettext_lazy("No rule answered, and a person gets it."),
    "handover: asked": gettext_lazy("The customer asked for a person."),
    "handover: long": gettext_lazy("The bot had answered many times in a row: a person gets it."),
    "handover: repeated": gettext_lazy("The same words came again and again: a person gets it."),
    "handover: problem": gettext_lazy("The customer told a problem: a person gets it."),
    "voice: stop": gettext_lazy(
        "In the voice note a machine heard STOP: the customer is asked to write it, and a person gets it."
    ),
    "voice: start": gettext_lazy(
        "In the voice note a machine heard START: the customer is asked to write it, and a person gets it."
    ),
    "handover: model": gettext_lazy("The language model had no answer that may be said: a person gets it."),
}
_QUIETLY = {
    "too old": gettext_lazy("The message came too late to be answered by the bot: it waits for a person."),
    "bot off": gettext_lazy("The bot is switched off: it waits for a person."),
    "model: off": gettext_lazy("No answer of yours is meant, and the language model is off: a person gets it."),
    "attempts": gettext_lazy("The bot tried three times and could not: a person gets it."),
}
_TIERS = {
    Turn.Tier.ANSWER: gettext_lazy("An answer of yours is meant by the message."),
    Turn.Tier.ASK: gettext_lazy("Several answers of yours are close: the customer is asked which one is meant."),
    Turn.Tier.MODEL: gettext_lazy(
        "No rule and no answer of yours is meant by the message: the language model wrote it."
    ),
    Turn.Tier.FALLBACK: gettext_lazy("Nothing answered, and a person gets it."),
    Turn.Tier.SILENT: gettext_lazy("Nothing was said."),
    Turn.Tier.HANDOVER: gettext_lazy("The language model had no answer that may be said: a person gets it."),
}


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


def in_words(turn: Turn) -> str:
    """What became of a customer's words, and why, in a sentence."""
    return str(BY_ITSELF.get(turn.reason) or _QUIETLY.get(turn.reason) or _TIERS[Turn.Tier(turn.tier)])


def tokens_in_words(turn: Turn) -> str:
    if not turn.tokens_in and not turn.tokens_out:
        return ""
    return _("%(read)s read, %(written)s written") % {
        "read": number_format(turn.tokens_in, force_grouping=True),
        "written": number_format(turn.tokens_out, force_grouping=True),
    }


def time_in_words(turn: Turn) -> str:
    return _("%(ms)s ms") % {"ms": number_format(turn.latency_ms, force_grouping=True)} if turn.latency_ms else ""


def prune(now: datetime, *, most: int = 10_000) -> int:
    """Forget what is older than KEPT_DAYS, ``most`` rows at a time. Returns how many."""
    return sets.run(
        """
        DELETE FROM aibot_turn WHERE id IN (SELECT id FROM aibot_turn WHERE at < %(before)s ORDER BY at LIMIT %(most)s)
        """,
        before=now - timedelta(days=Turn.KEPT_DAYS),
        most=most,
    )
