"""What customers asked and no answer of the owner's was found for: the place where answers come from.

A message that is near an answer stands with that one, where one click makes it a way to ask it. The others stand together where they
share their words.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.models import Business, User
from conversations import sets

from . import scripts
from .models import ASKED, Answer, Turn

SINCE = timedelta(days=30)
MOST = 300  # of the latest
_NEAR = 0.4  # how sure the finding must have been for the nearest answer to be proposed
_ALIKE = 0.4  # the share of letters, by threes, that two messages of a group have in common


@dataclass(slots=True)
class Asked:
    turn_id: UUID
    conversation_id: UUID
    at: datetime
    text: str
    nearest: UUID | None  # the answer that is proposed
    by_model: bool  # the language model has answered it
    times: int = 1  # how often the same words were asked


@dataclass(slots=True)
class Group:
    """``answer``: near which they are; None where they are something new."""

    answer: Answer | None
    asked: list[Asked] = field(default_factory=list)

    @property
    def times(self) -> int:
        return sum(one.times for one in self.asked)


def groups(business: Business, now: datetime, *, aside: bool = False) -> list[Group]:
    """The largest first; within one the latest first, the same words once. ``aside``: those that were put aside."""
    answers = {answer.pk: answer for answer in Answer.objects.filter(business=business, enabled=True)}
    near: dict[UUID, Group] = {}
    new = []
    for one in _once_each(asked(business, now, aside=aside)):
        if one.nearest in answers:
            near.setdefault(one.nearest, Group(answers[one.nearest])).asked.append(one)
        else:
            new.append(one)
    return sorted([*near.values(), *_alike(new)], key=lambda group: group.times, reverse=True)


def asked(
    business: Business,
    now: datetime,
    *,
    turns: Collection[UUID] | None = None,
    aside: bool = False,
    known: bool = False,
) -> list[Asked]:
    """The latest MOST, the latest first; of ``turns`` alone where they are named. A burst is one text. ``known``: also what is a way to
    ask by now.
    """
    rows = sets.fetch(
        """
        SELECT t.id, t.conversation_id, t.at, t.tier, t.ranked, w.text
        FROM aibot_turn t
        CROSS JOIN LATERAL (
            SELECT btrim(regexp_replace(string_agg(coalesce(nullif(m.text, ''), d.text), ' ' ORDER BY m.seq), '\\s+', ' ', 'g')) AS text
            FROM conversations_message m LEFT JOIN documents_document d ON d.message_id = m.id AND m.kind = 'audio'
            WHERE m.conversation_id = t.conversation_id AND m.seq BETWEEN t.first_seq AND t.seen_seq
              AND m.direction = 'in' AND m.revoked_at IS NULL AND coalesce(nullif(m.text, ''), d.text, '') <> ''
        ) w
        WHERE t.business_id = %(business)s AND t.at > %(since)s AND t.put_aside = %(aside)s
          AND t.outcome <> 'overtaken' AND t.tier IN ('model', 'fallback', 'handover')
          AND (%(turns)s::uuid[] IS NULL OR t.id = ANY(%(turns)s)) AND length(w.text) BETWEEN 1 AND %(longest)s
          AND (%(known)s OR NOT EXISTS (
              SELECT 1 FROM aibot_example e WHERE e.business_id = %(business)s AND lower(e.text) = lower(w.text)
          ))
        ORDER BY t.at DESC LIMIT %(most)s
        """,
        business=business.pk,
        since=now - SINCE,
        turns=None if turns is None else list(turns),
        aside=aside,
        known=known,
        most=MOST,
        longest=ASKED,
    )
    return [
        Asked(row.id, row.conversation_id, row.at, row.text, _nearest(row.ranked), row.tier == Turn.Tier.MODEL)
        for row in rows
        if any(c.isalpha() for c in row.text)
    ]


def put_aside(business: Business, turns: Collection[UUID], now: datetime, *, actor: User | None) -> int:
    """They are no question for an answer, nor is who asked the same in the same words. Returns of how many messages."""
    return _mark(business, turns, now, actor, aside=True)


def bring_back(business: Business, turns: Collection[UUID], now: datetime, *, actor: User | None) -> int:
    """What ``put_aside`` did, undone."""
    return _mark(business, turns, now, actor, aside=False)


@transaction.atomic
def _mark(business: Business, turns: Collection[UUID], now: datetime, actor: User | None, *, aside: bool) -> int:
    named = asked(business, now, turns=turns, aside=not aside)
    texts = {one.text.lower() for one in named}
    same = [one for one in asked(business, now, aside=not aside) if one.text.lower() in texts]
    done = Turn.objects.filter(business=business, pk__in={one.turn_id for one in [*named, *same]}, put_aside=not aside)
    count = done.update(put_aside=aside)
    for one in named:
        act = "put_aside" if aside else "brought_back"
        audit.record(f"question.{act}", business=business, actor=actor, target=str(one.turn_id))
    return count


def _once_each(asked_: Iterable[Asked]) -> list[Asked]:
    kept: dict[str, Asked] = {}
    for one in asked_:
        if kept.setdefault(one.text.lower(), one) is not one:
            kept[one.text.lower()].times += 1
    return list(kept.values())


def _nearest(ranked: list[dict]) -> UUID | None:
    first = ranked[0] if ranked else {}
    return UUID(first["id"]) if first.get("confidence", 0) >= _NEAR else None


def _alike(new: Iterable[Asked]) -> list[Group]:
    """Each goes to the first group whose first message it shares enough letters with."""
    found: list[tuple[frozenset[str], Group]] = []
    having: dict[str, list[int]] = {}  # a piece, and the places in found of the firsts that have it
    for one in new:
        pieces = _pieces(one.text)
        shared = Counter(place for piece in pieces for place in having.get(piece, ()))
        close = (place for place, same in shared.items() if _share(same, pieces, found[place][0]) >= _ALIKE)
        place = min(close, default=None)
        if place is None:
            place = len(found)
            found.append((pieces, Group(None)))
            for piece in pieces:
                having.setdefault(piece, []).append(place)
        found[place][1].asked.append(one)
    return [group for _pieces_of, group in found]


def _pieces(text: str) -> frozenset[str]:
    padded = f" {scripts.read(text).english.lower()} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _share(same: int, one: frozenset[str], other: frozenset[str]) -> float:
    return same / (len(one) + len(other) - same)
