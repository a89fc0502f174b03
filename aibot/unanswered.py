"""What customers asked and no answer of the owner's was found for: the place where answers come from.

A message that is near an answer stands with that one, where one click makes it a way to ask it. The others stand together where they
share their words.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from accounts import audit
from accounts.models import Business, User
from conversations import sets

from . import scripts
from .models import ASKED, Answer, Turn

SINCE = timedelta(days=30)
MOST = 300  # of the latest
_NEAR = 0.4  # how sure the finding must have been for the nearest answer to be proposed
_ALIKE = 0.4  # the share of letters, by threes, that two messages of a group have in common


@dataclass(frozen=True, slots=True)
class Asked:
    turn_id: UUID
    conversation_id: UUID
    at: datetime
    text: str
    nearest: UUID | None  # the answer that is proposed


@dataclass(slots=True)
class Group:
    """``answer``: near which they are; None where they are something new."""

    answer: Answer | None
    asked: list[Asked] = field(default_factory=list)


def groups(business: Business, now: datetime) -> list[Group]:
    """The largest first; within one the latest first."""
    answers = {answer.pk: answer for answer in Answer.objects.filter(business=business, enabled=True)}
    near: dict[UUID, Group] = {}
    new = []
    for one in asked(business, now):
        if one.nearest in answers:
            near.setdefault(one.nearest, Group(answers[one.nearest])).asked.append(one)
        else:
            new.append(one)
    return sorted([*near.values(), *_alike(new)], key=lambda group: len(group.asked), reverse=True)


def asked(business: Business, now: datetime, turn_id: UUID | None = None) -> list[Asked]:
    """A burst is one text. Left out: what was put aside, and what is a way to ask by now."""
    rows = sets.fetch(
        """
        SELECT * FROM (
            SELECT t.id, t.conversation_id, t.at, t.ranked, string_agg(m.text, ' ' ORDER BY m.seq) AS text
            FROM (
                SELECT * FROM aibot_turn
                WHERE business_id = %(business)s AND at > %(since)s AND NOT put_aside AND outcome <> 'overtaken'
                  AND tier IN ('model', 'fallback', 'handover') AND (%(turn)s::uuid IS NULL OR id = %(turn)s)
                ORDER BY at DESC LIMIT %(most)s
            ) t
            JOIN conversations_message m ON m.conversation_id = t.conversation_id AND m.seq BETWEEN t.first_seq AND t.seen_seq
            WHERE m.direction = 'in' AND m.revoked_at IS NULL AND m.text <> ''
            GROUP BY t.id, t.conversation_id, t.at, t.ranked
        ) a
        WHERE length(text) <= %(longest)s AND NOT EXISTS (
            SELECT 1 FROM aibot_example e WHERE e.business_id = %(business)s
            AND lower(e.text) = lower(regexp_replace(btrim(a.text), '\\s+', ' ', 'g'))
        )
        ORDER BY at DESC
        """,
        business=business.pk,
        since=now - SINCE,
        turn=turn_id,
        most=MOST,
        longest=ASKED,
    )
    return [
        Asked(row.id, row.conversation_id, row.at, " ".join(row.text.split()), _nearest(row.ranked))
        for row in rows
        if any(c.isalpha() for c in row.text)
    ]


def put_aside(business: Business, turn_id: UUID, *, actor: User | None) -> bool:
    """It is no question for an answer. False where there is none of the business's."""
    done = Turn.objects.filter(business=business, pk=turn_id).update(put_aside=True)
    if done:
        audit.record("question.put_aside", business=business, actor=actor, target=str(turn_id))
    return bool(done)


def _nearest(ranked: list[dict]) -> UUID | None:
    first = ranked[0] if ranked else {}
    return UUID(first["id"]) if first.get("confidence", 0) >= _NEAR else None


def _alike(new: Iterable[Asked]) -> list[Group]:
    """Each goes to the first group whose first message it shares enough letters with."""
    found: list[tuple[frozenset[str], Group]] = []
    for one in new:
        pieces = _pieces(one.text)
        group = next((group for of_first, group in found if _share(pieces, of_first) >= _ALIKE), None)
        if group is None:
            group = Group(None)
            found.append((pieces, group))
        group.asked.append(one)
    return [group for _pieces_of, group in found]


def _pieces(text: str) -> frozenset[str]:
    padded = f" {scripts.read(text).said.lower()} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
