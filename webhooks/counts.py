"""How many items came, and how they ended: received = done + duplicate + ignored + failed, always.

An item's word (``Delivery.outcome``) says what became of it; the table below says which of the four ends that is. A
word that stands in none of its sets is done: a new kind of event needs no line here.

``Tally`` keeps the sums of each quarter of an hour, since a day in a business's zone begins at a quarter (Nepal's
zone is 5:45 ahead). Reading thirty days touches at most 2,880 rows a number, however many deliveries there are.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Sum

from conversations import sets

from .models import Tally

DUPLICATE = frozenset({"duplicate"})
IGNORED = frozenset(
    {"unknown_number", "unknown_status", "not_covered", "group_message", "group_status", "empty", "ignored"}
)
FAILED = frozenset({"failed"})
ENDS = ("done", "duplicate", "ignored", "failed")
SLOT = timedelta(minutes=15)

# When the delivery was received, the business, the number, the item's word.
Entry = tuple[datetime, UUID | None, UUID | None, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Items of a span of time."""

    received: int = 0
    done: int = 0
    duplicate: int = 0
    ignored: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """The figures in all, and of each number: its name as people know it, "" for what is of no number of ours."""

    total: Figures
    numbers: list[tuple[str, Figures]] = field(default_factory=list)


def end_of(word: str) -> str:
    """One of ENDS."""
    if word in FAILED:
        return "failed"
    if word in DUPLICATE:
        return "duplicate"
    return "ignored" if word in IGNORED else "done"


def add(entries: Iterable[Entry]) -> None:
    """Count items that have just been worked off. In the caller's transaction, at its end: the rows stay locked."""
    sets.run(
        """
        INSERT INTO webhooks_tally AS t (slot, business_id, number_id, received, done, duplicate, ignored, failed)
        SELECT slot, business_id, number_id, done + duplicate + ignored + failed, done, duplicate, ignored, failed
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(
            slot timestamptz, business_id uuid, number_id uuid, done int, duplicate int, ignored int, failed int)
        ORDER BY slot, business_id, number_id
        ON CONFLICT (slot, business_id, number_id) DO UPDATE
        SET received = t.received + excluded.received, done = t.done + excluded.done,
            duplicate = t.duplicate + excluded.duplicate, ignored = t.ignored + excluded.ignored,
            failed = t.failed + excluded.failed
        """,
        _rows(entries),
    )


def take_back(entries: Iterable[Entry]) -> None:
    """Uncount items that are about to be counted anew. What was counted nowhere (its row is pruned) is left."""
    sets.run(
        """
        WITH w AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(
                slot timestamptz, business_id uuid, number_id uuid, done int, duplicate int, ignored int, failed int)
        ), held AS MATERIALIZED (
            SELECT t.id, least(t.done, w.done) AS done, least(t.duplicate, w.duplicate) AS duplicate,
                   least(t.ignored, w.ignored) AS ignored, least(t.failed, w.failed) AS failed
            FROM webhooks_tally t JOIN w ON t.slot = w.slot AND t.business_id IS NOT DISTINCT FROM w.business_id
                 AND t.number_id IS NOT DISTINCT FROM w.number_id
            ORDER BY t.slot, t.business_id, t.number_id FOR NO KEY UPDATE OF t
        )
        UPDATE webhooks_tally t
        SET received = t.received - (held.done + held.duplicate + held.ignored + held.failed),
            done = t.done - held.done, duplicate = t.duplicate - held.duplicate,
            ignored = t.ignored - held.ignored, failed = t.failed - held.failed
        FROM held WHERE t.id = held.id
        """,
        _rows(entries),
    )


def report(since: datetime, *, business_id: UUID | None = None) -> Report:
    """What came since a time (cut to its quarter of an hour), for one business or for all. One statement."""
    rows = Tally.objects.filter(slot__gte=slot_of(since))
    if business_id is not None:
        rows = rows.filter(business_id=business_id)
    found = (
        rows.values("number_id", "number__display_phone_number", "number__phone_number_id")
        .annotate(**{f"sum_{name}": Sum(name) for name in ("received", *ENDS)})
        .order_by("number__display_phone_number", "number_id")
    )
    numbers = [
        (row["number__display_phone_number"] or row["number__phone_number_id"] or "", _figures(row)) for row in found
    ]
    total = Counter()
    for _, figures in numbers:
        total.update({name: getattr(figures, name) for name in ("received", *ENDS)})
    return Report(Figures(**total), numbers)


def slot_of(at: datetime) -> datetime:
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def _figures(row: dict) -> Figures:
    return Figures(**{name: row[f"sum_{name}"] for name in ("received", *ENDS)})


def _rows(entries: Iterable[Entry]) -> list[dict]:
    sums: dict[tuple, Counter] = {}
    for received_at, business_id, number_id, word in entries:
        sums.setdefault((slot_of(received_at), business_id, number_id), Counter())[end_of(word)] += 1
    return [
        {
            "slot": slot,
            "business_id": business_id,
            "number_id": number_id,
            **{end: ends[end] for end in ENDS},
        }
        for (slot, business_id, number_id), ends in sums.items()
    ]
