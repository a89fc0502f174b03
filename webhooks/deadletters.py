"""Replay: what failed is parsed again out of its delivery's stored body, and worked off as the drain does it.

It holds the lane's lock, so that neither the drain nor another replay touches the same deliveries meanwhile. What the
drain does is idempotent, so is this: an item that was replayed already is left alone, a message that is there already
ends as "duplicate". A message older than ANSWER_AGE_LIMIT is shown and not answered, as always.

An item is found by its place in ``events.parse(body)``. Where a delivery was given up whole, or its body reads as
another number of items than when it failed (the parser has learnt something since), all of it is worked off again and
counted anew.

A few items are replayed at once (``replay``); many are marked (``ask``) and a worker does them (``work``): as
everywhere, the rows are the queue.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

import structlog
from celery import current_app
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone, translation
from django_scopes import scopes_disabled

from accounts import audit
from accounts.models import Business, User, WhatsAppNumber
from aibot import turns
from conversations import sending, sets, wake

from . import counts
from . import drain as draining
from .models import FailedItem

log = structlog.get_logger(__name__)

WHOLE = "delivery"  # FailedItem.kind of a delivery that was given up
STEP = 200  # items of one transaction
MOST_AT_ONCE = 500  # items that a request replays itself
LIFE = 5.0  # seconds that a worker goes on before it lets others in
_COLUMNS = (
    "business", "number", "kind", "reason", "resolved_at", "outcome", "replays", "replayed_at", "asked_at", "asked_by",
)  # fmt: skip


@dataclass(slots=True)
class Result:
    """What became of a replay. ``gone`` were replayed by somebody else meanwhile, ``left`` were not tried."""

    done: int = 0
    failed: int = 0
    gone: int = 0
    left: list[int] = field(default_factory=list)
    queued: int = 0  # messages that are to be sent now
    turns: int = 0  # conversations in which a tier above the rules is to answer

    def add(self, other: "Result") -> None:
        self.done += other.done
        self.failed += other.failed
        self.gone += other.gone
        self.left += other.left
        self.queued += other.queued
        self.turns += other.turns


def open_items(
    *,
    since: datetime | None = None,
    number: WhatsAppNumber | None = None,
    business: Business | None = None,
    kind: str = "",
) -> QuerySet[FailedItem]:
    """What failed since a time and was not solved yet."""
    rows = FailedItem.objects.filter(resolved_at=None)
    wanted = {"created_at__gte": since, "number": number, "business": business, "kind": kind}
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def replay(
    ids: Sequence[int],
    *,
    by: User | None,
    clock: Callable[[], datetime] = timezone.now,
    seconds: float | None = None,
    told: Callable[[Result], None] = lambda result: None,
) -> Result:
    """Replay failed items, oldest delivery first, in steps with a commit each; ``told`` gets the sum after each. After
    ``seconds`` nothing further begins, and the rest is ``left``. Raises the database's error where it is away: the
    steps before stand.
    """
    total, until = Result(), None if seconds is None else time.monotonic() + seconds
    steps = list(_steps(ids))
    total.gone = len(set(ids)) - sum(map(len, steps))
    with _as_the_drain():
        for step in steps:
            total.add(_replay(step, by, clock, until))
            told(total)
    return total


def ask(rows: QuerySet[FailedItem], *, by: User | None, now: datetime) -> int:
    """Mark open items for the worker, which is woken after the commit. Returns how many were marked."""
    with transaction.atomic():
        marked = rows.filter(resolved_at=None, asked_at=None)
        owners = Counter(marked.order_by().values_list("business", flat=True))
        count = marked.update(asked_at=now, asked_by=by)
        for business, items in owners.items():
            audit.record("faileditem.replay_asked", business=_business(business), actor=by, items=items)
        transaction.on_commit(wake_up)
    return count


def work(*, life: float = LIFE, clock: Callable[[], datetime] = timezone.now) -> int:
    """Replay what was asked for, until nothing is left or ``life`` seconds are over. Returns how many were tried."""
    started, total = time.monotonic(), 0
    while time.monotonic() - started < life:
        asked = list(_asked().select_related("asked_by").order_by("delivery_id", "position")[:STEP])
        if not asked:
            break
        for by, rows in groupby(asked, key=lambda row: row.asked_by):
            result = replay([row.pk for row in rows], by=by, clock=clock)
            total += result.done + result.failed
    return total


def has_work() -> bool:
    return _asked().exists()


def wake_up() -> None:
    """Tell a worker. A lost word is no harm: the sweep looks too."""
    try:
        current_app.send_task("webhooks.tasks.replay", queue="inbound", retry=False, ignore_result=True, expires=60)
    except wake.BROKEN as error:
        log.warning("wake_failed", queue="replay", error=type(error).__name__)


def _asked() -> QuerySet[FailedItem]:
    return FailedItem.objects.filter(resolved_at=None, asked_at__isnull=False)


@contextmanager
def _as_the_drain() -> Iterator[None]:
    """Of no business, in no person's language or zone: a replay in a request does what the worker would have done."""
    with scopes_disabled(), translation.override(settings.LANGUAGE_CODE), timezone.override(None):
        yield


def _steps(ids: Sequence[int]) -> Iterator[list[int]]:
    """The open ones among the items, a transaction's worth at a time: no more bodies than the drain takes, and a
    delivery that was given up by itself.
    """
    rows = sets.fetch(
        """
        SELECT f.id, f.delivery_id, f.kind = %(whole)s AS alone, d.size
        FROM webhooks_faileditem f JOIN webhooks_delivery d ON d.id = f.delivery_id
        WHERE f.id = ANY(%(ids)s) AND f.resolved_at IS NULL ORDER BY f.delivery_id, f.position
        """,
        ids=list(ids),
        whole=WHOLE,
    )
    step, last, size, full = [], None, 0, False
    for row in rows:
        more = row.size if row.delivery_id != last else 0
        if step and (full or row.alone or len(step) >= STEP or size + more > draining.MOST_BYTES):
            yield step
            step, size, more = [], 0, row.size
        step.append(row.id)
        last, size, full = row.delivery_id, size + more, row.alone
    if step:
        yield step


def _replay(ids: list[int], by: User | None, clock: Callable[[], datetime], until: float | None) -> Result:
    """One step; where the database refuses it, its halves, down to the item that it refuses. Nothing begins after
    ``until``: a refusal may take as long as the statement time-out.
    """
    if until is not None and time.monotonic() >= until:
        return Result(left=ids)
    try:
        with transaction.atomic(durable=True):
            result = _step(ids, by, clock())
    except (InterfaceError, OperationalError) as error:
        connection.close()
        connection.ensure_connection()  # raises where the database is away: that is no item's fault
        if len(ids) == 1:
            return _refused(ids[0], by, error, clock())
        half = len(ids) // 2
        result = _replay(ids[:half], by, clock, until)
        result.add(_replay(ids[half:], by, clock, until))
        return result
    if result.queued:
        sending.wake_up()
    if result.turns:
        turns.wake_up()
    log.info("replayed", done=result.done, failed=result.failed, gone=result.gone)
    return result


def _refused(item: int, by: User | None, error: Exception, now: datetime) -> Result:
    with transaction.atomic():
        row = FailedItem.objects.select_for_update().filter(pk=item, resolved_at=None).first()
        if row is None:
            return Result(gone=1)
        _tried(row, now)
        row.reason = _plain(f"{type(error).__name__}: {error}")
        row.save(update_fields=_COLUMNS)
        result = Result(failed=1)
        _record([row], set(), by)
    return result


# --- one step -----------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Body:
    """A delivery of a step: the failed items that are open, those among them that are replayed, and its items."""

    row: object  # id, received_at, outcome
    items: list[draining.Item]
    opened: list[FailedItem]
    asked: list[FailedItem]

    @property
    def whole(self) -> bool:
        """Whether all of it must be worked off again, since its items are not those that failed."""
        return any(row.kind == WHOLE or row.position >= len(self.items) for row in self.asked) or len(
            self.items
        ) != sum(self.row.outcome.values())

    @property
    def replayed(self) -> list[FailedItem]:
        return self.opened if self.whole else self.asked

    @property
    def chosen(self) -> list[draining.Item]:
        return self.items if self.whole else [self.items[row.position] for row in self.asked]


def _step(ids: list[int], by: User | None, now: datetime) -> Result:
    bodies = _hold(ids)
    done, failures = draining.work_off([item for body in bodies for item in body.chosen], now)
    failed = {(item.delivery_id, item.position): draining.failed_row(item, reason) for item, reason in failures}
    result = Result(gone=len(ids) - sum(len(body.asked) for body in bodies), queued=done.queued, turns=done.turns)
    tried, solved = [], set()
    for body in bodies:
        words = {item.position: done.words[item.delivery_id, item.position] for item in body.chosen}
        _as_before(body, words)
        _count(body, words)
        tried += body.replayed
        solved |= _note(body, words, failed, now)
    _record(tried, solved, by)
    result.done = len(solved)
    result.failed = len(tried) - len(solved) + _keep_new(failed, now)
    return result


def _hold(ids: list[int]) -> list[_Body]:
    """The deliveries of the items that are still open, under their lanes' locks. The rows are read after the locks are
    held: what the last holder did is seen.
    """
    found = sets.fetch(
        """
        SELECT DISTINCT d.id, d.lane FROM webhooks_delivery d JOIN webhooks_faileditem f ON f.delivery_id = d.id
        WHERE f.id = ANY(%(ids)s)
        """,
        ids=ids,
    )
    draining.hold({row.lane for row in found})
    rows = sets.fetch(
        """
        SELECT id, body, verified_by, received_at, outcome FROM webhooks_delivery
        WHERE id = ANY(%(ids)s) AND processed_at IS NOT NULL ORDER BY id
        """,
        ids=[row.id for row in found],
    )
    items = {key: list(some) for key, some in groupby(draining.parse(rows), key=lambda item: item.delivery_id)}
    opened: dict[int, list[FailedItem]] = {}
    for row in FailedItem.objects.filter(delivery__in=[row.id for row in rows], resolved_at=None).order_by("position"):
        opened.setdefault(row.delivery_id, []).append(row)
    bodies = [
        _Body(row, items.get(row.id, []), some, [f for f in some if f.pk in set(ids)])
        for row in rows
        if (some := opened.get(row.id))
    ]
    return [body for body in bodies if body.asked]


def _as_before(body: _Body, words: dict[int, str]) -> None:
    """What this delivery itself had brought before it was worked off again is no duplicate: it stays what it was."""
    if not body.whole:
        return
    short = Counter({word: n for word, n in body.row.outcome.items() if counts.end_of(word) == "done"})
    short.subtract(word for word in words.values() if word != "message")  # what says "message" now is a new one
    left = sorted((word for word, n in short.items() for _ in range(n)), key=lambda word: word == "message")
    for position, word in words.items():
        if left and counts.end_of(word) == "duplicate":
            words[position] = left.pop()


def _count(body: _Body, words: dict[int, str]) -> None:
    """Bring the delivery's outcome, and the tallies, from what the items were to what they are."""
    at = body.row.received_at
    before = [(at, row.business_id, row.number_id, "failed") for row in body.replayed]
    outcome = Counter(body.row.outcome)
    outcome["failed"] -= len(body.replayed)
    if body.whole:  # whose the others were is not known any more: nearly always all are of one number
        whose = max(Counter(item.of for item in body.items).items(), key=lambda pair: pair[1])[0]
        before += [(at, *whose, word) for word, n in outcome.items() for _ in range(n)]
        outcome.clear()
    outcome.update(words.values())
    counts.take_back(before)
    counts.add((at, *item.of, words[item.position]) for item in body.chosen)
    sets.run(
        "UPDATE webhooks_delivery SET outcome = w.outcome FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id bigint, outcome jsonb) "
        "WHERE webhooks_delivery.id = w.id",
        [{"id": body.row.id, "outcome": +outcome}],
    )


def _note(body: _Body, words: dict[int, str], failed: dict, now: datetime) -> set[int]:
    """Write the failed items' new state, and take those that failed again out of ``failed``. Returns the ids of the
    solved ones.
    """
    solved = set()
    for row in body.replayed:
        _tried(row, now)
        again = failed.pop((row.delivery_id, row.position), None)
        if again:
            row.business_id, row.number_id = again.business_id, again.number_id
            row.kind, row.reason = again.kind, again.reason
        else:
            row.resolved_at = now
            row.outcome = _in_words(words) if body.whole else words[row.position]
            solved.add(row.pk)
    FailedItem.objects.bulk_update(body.replayed, _COLUMNS)
    return solved


def _keep_new(failed: dict[tuple[int, int], FailedItem], now: datetime) -> int:
    """Items of whole deliveries that failed at a place where none had failed, or where another was solved."""
    for row in failed.values():
        FailedItem.objects.update_or_create(
            delivery_id=row.delivery_id,
            position=row.position,
            defaults={
                "business_id": row.business_id,
                "number_id": row.number_id,
                "kind": row.kind,
                "reason": row.reason,
                "resolved_at": None,
                "outcome": "",
                "replayed_at": now,
            },
        )
    return len(failed)


def _tried(row: FailedItem, now: datetime) -> None:
    row.replays = F("replays") + 1
    row.replayed_at, row.asked_at, row.asked_by = now, None, None


def _in_words(words: dict[int, str]) -> str:
    return ", ".join(f"{n} {word}" for word, n in Counter(words.values()).items())[:200]


def _plain(reason: str) -> str:
    return reason.replace("\0", "")[:500]


def _record(rows: list[FailedItem], solved: set[int], by: User | None) -> None:
    """The audit log's rows: one for each business."""
    for business_id, some in groupby(sorted(rows, key=_owner), key=_owner):
        ids = [row.pk for row in some]
        done = len(solved.intersection(ids))
        audit.record(
            "faileditem.replayed",
            business=_business(business_id),
            actor=by,
            target=str(ids[0]) if len(ids) == 1 else "",
            items=ids,
            done=done,
            failed=len(ids) - done,
        )


def _owner(row: FailedItem) -> str:
    return str(row.business_id or "")


def _business(business_id) -> Business | None:
    return Business.objects.filter(pk=business_id).first() if business_id else None
