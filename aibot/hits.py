"""Which message a rule answered: kept for some weeks, for the rule's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from accounts.ids import uuid7
from conversations import sets

from .models import RuleMatch


@dataclass(frozen=True, slots=True)
class Hit:
    business_id: UUID
    rule_id: UUID
    message_id: UUID
    phrase: str  # "" for a tap


def record_many(hits: Sequence[Hit], now: datetime) -> None:
    """Note hits: rows are only added, so that no two passes wait for each other. Set SQL, in the caller's transaction. A rule that
    an owner has deleted meanwhile is left out.
    """
    sets.run(
        """
        INSERT INTO aibot_rulematch (id, business_id, rule_id, message_id, phrase, at)
        SELECT w.id, w.business_id, w.rule_id, w.message_id, w.phrase, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, business_id uuid, rule_id uuid, message_id uuid, phrase text)
        JOIN aibot_rule r ON r.id = w.rule_id
        """,
        [
            {
                "id": uuid7(),
                "business_id": hit.business_id,
                "rule_id": hit.rule_id,
                "message_id": hit.message_id,
                "phrase": hit.phrase[:500],
            }
            for hit in hits
        ],
        now=now,
    )


def prune(now: datetime, *, most: int = 10_000) -> int:
    """Forget what is older than KEPT_DAYS, ``most`` rows at a time. Returns how many."""
    return sets.run(
        """
        DELETE FROM aibot_rulematch WHERE id IN (
            SELECT id FROM aibot_rulematch WHERE at < %(before)s ORDER BY at LIMIT %(most)s)
        """,
        before=now - timedelta(days=RuleMatch.KEPT_DAYS),
        most=most,
    )
