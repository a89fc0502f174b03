"""What a conversation stands at when a customer writes: what rules have said in the last minutes, and what the bot has
asked for. Read once a pass and written once a pass, however many messages there are.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5
from uuid import UUID

from . import sets
from .handing import TOLD_WITHIN
from .models import Message, Status

SAID_WITHIN = timedelta(minutes=10)
ASK_FORGOTTEN_AFTER = timedelta(hours=24)
LOOK_BACK = 30  # messages of the conversation
OVERTAKEN = "The customer has asked something since."


@dataclass(frozen=True, slots=True)
class Lately:
    """``ask``: what the bot waits for, "" for nothing. ``said``: (rule, digest) -> when it was queued. ``told_of_person``: the
    customer has asked for a person a moment ago and was told that one comes.
    """

    ask: str
    said: Mapping[tuple[UUID, str], datetime]
    told_of_person: bool = False


def digest(text: str) -> str:
    """A text's mark, to tell whether the same was said."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def before(conversations: Collection[UUID], now: datetime) -> dict[UUID, Lately]:
    """What these conversations stand at. An ask of an earlier turn, or of yesterday, is none."""
    rows = sets.fetch(
        """
        SELECT c.id,
               CASE WHEN c.pending_ask_turn = c.turn AND c.pending_ask_at > %(now)s - %(forgotten)s THEN c.pending_ask ELSE '' END AS ask,
               coalesce(c.person_asked_at > %(now)s - %(told_within)s, false) AS told, l.rule, l.mark, l.at
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid)
        JOIN conversations_conversation c ON c.id = w.id
        LEFT JOIN LATERAL (
            SELECT source_ref AS rule, md5(text) AS mark, created_at AS at FROM (
                SELECT source, source_ref, text, created_at, status, turn FROM conversations_message
                WHERE conversation_id = c.id ORDER BY seq DESC LIMIT %(back)s
            ) newest
            WHERE source = %(rule)s AND turn = c.turn AND created_at > %(now)s - %(within)s AND status NOT IN (50, 90)
        ) l ON true
        """,
        [{"id": conversation} for conversation in conversations],
        now=now,
        within=SAID_WITHIN,
        forgotten=ASK_FORGOTTEN_AFTER,
        told_within=TOLD_WITHIN,
        back=LOOK_BACK,
        rule=Message.Source.RULE.value,
    )
    asks: dict[UUID, str] = {}
    said: dict[UUID, dict[tuple[UUID, str], datetime]] = {}
    told: dict[UUID, bool] = {}
    for row in rows:
        asks[row.id], told[row.id] = row.ask, row.told
        of = said.setdefault(row.id, {})
        if row.rule:
            of[row.rule, row.mark] = max(of.get((row.rule, row.mark), row.at), row.at)
    return {conversation: Lately(ask, said[conversation], told[conversation]) for conversation, ask in asks.items()}


def ask(asks: Mapping[UUID, str], now: datetime) -> None:
    """Note what the bot waits for from here on; "" for nothing."""
    sets.run(
        """
        UPDATE conversations_conversation c SET pending_ask = w.ask, pending_ask_turn = c.turn, pending_ask_at = %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, ask text) WHERE c.id = w.id
        """,
        [{"id": conversation, "ask": what} for conversation, what in asks.items()],
        now=now,
    )


def overtake(rules: Mapping[UUID, Collection[UUID]]) -> int:
    """Cancel what these rules have queued (conversation -> rules) and has not left in any attempt. Returns how many. The
    caller holds the conversations: a sender that has claimed one has committed, or waits for the caller's end.
    """
    return sets.run(
        """
        UPDATE conversations_message m SET status = %(cancelled)s, error_text = %(why)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, rule uuid)
        WHERE m.conversation_id = w.id AND m.source_ref = w.rule AND m.status = %(queued)s AND m.attempt = 0
        """,
        [{"id": conversation, "rule": rule} for conversation, of in rules.items() for rule in of],
        cancelled=Status.CANCELLED.value,
        queued=Status.QUEUED.value,
        why=OVERTAKEN,
    )


def note_emails(emails: Mapping[UUID, str]) -> None:
    """contact -> the address that they gave; the newest holds."""
    sets.run(
        """
        UPDATE conversations_contact c SET email = w.email
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, email text) WHERE c.id = w.id
        """,
        [{"id": contact, "email": email} for contact, email in emails.items()],
    )
