"""How long the bot has been talking alone, so that it stops in time.

A streak is the bot's messages in a row in one turn of a conversation. A person's message, takeover, return or closing bumps
``Conversation.turn`` and so ends it; a silence of 24 hours does too. outbound.queue_many counts, in the statement that it
runs anyway; here it is read, at one statement a pass.

After MOST messages, or when the customer says the same words for the third time within ten minutes although the bot has
answered (another robot does that), the bot hands over: one last text, then it is silent in this turn, whatever comes, and
the conversation waits for a person.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from . import fates, sets
from .models import Conversation

MOST = Conversation.MOST_IN_A_ROW
REPEATS = 3
REPEATS_WITHIN = timedelta(minutes=10)
FORGOTTEN_AFTER = timedelta(hours=24)
LOOK_BACK = 30  # messages of the conversation that are looked at for repeated words
BOT = frozenset(source.value for source in fates.BOT)


@dataclass(frozen=True, slots=True)
class Streak:
    """``count``: the bot's messages before this one. ``repeated``: the customer has said these words too often."""

    count: int
    repeated: bool

    @property
    def handed_over(self) -> bool:
        return self.count > MOST


def before(messages: Collection[UUID]) -> dict[UUID, Streak]:
    """The streak that each of these messages of customers meets. They must be stored."""
    rows = sets.fetch(
        """
        SELECT m.id, s.count, CASE WHEN s.count < 2 OR m.kind <> 'text' THEN 0 ELSE (
            SELECT CASE WHEN count(*) FILTER (WHERE l.source = ANY(%(bot)s)) < %(repeats)s - 1 THEN 0
                   ELSE count(*) FILTER (WHERE l.direction = 'in' AND l.kind = 'text' AND lower(btrim(l.text)) = lower(btrim(m.text)))
                   END
            FROM (
                SELECT direction, kind, source, text, wa_timestamp FROM conversations_message
                WHERE conversation_id = m.conversation_id AND seq < m.seq ORDER BY seq DESC LIMIT %(back)s
            ) l WHERE l.wa_timestamp > m.wa_timestamp - %(within)s
        ) END AS said
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid)
        JOIN conversations_message m ON m.id = w.id
        JOIN conversations_conversation c ON c.id = m.conversation_id
        CROSS JOIN LATERAL (
            SELECT CASE WHEN c.bot_streak_turn = c.turn AND c.bot_streak_at > m.wa_timestamp - %(forgotten)s
                        THEN c.bot_streak ELSE 0 END AS count
        ) s
        """,
        [{"id": message} for message in messages],
        bot=list(BOT),
        repeats=REPEATS,
        back=LOOK_BACK,
        within=REPEATS_WITHIN,
        forgotten=FORGOTTEN_AFTER,
    )
    return {row.id: Streak(row.count, row.said >= REPEATS - 1) for row in rows}


def fall_silent(conversations: dict[UUID, datetime]) -> None:
    """The bot says no more in this turn; each further message of the customer's (at a time) keeps it so."""
    sets.run(
        """
        UPDATE conversations_conversation c
        SET bot_streak = greatest(CASE WHEN c.bot_streak_turn = c.turn THEN c.bot_streak ELSE 0 END, %(over)s),
            bot_streak_turn = c.turn, bot_streak_at = w.at
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, at timestamptz) WHERE c.id = w.id
        """,
        [{"id": conversation, "at": at} for conversation, at in conversations.items()],
        over=MOST + 1,
    )
