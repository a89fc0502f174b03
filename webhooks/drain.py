"""Work off what Meta posted: all free lanes in one pass, all their messages in a few statements, one commit.

A lane's advisory lock is taken first and its rows are read in a second statement, whose snapshot is younger than the
lock: in one statement the rows that the last holder has just worked off were seen again, and replies doubled.

An item that raises is found by halving the pass (``_work``): it becomes a FailedItem and its neighbours go on. The
drain only parses, sorts and composes; what happens to a message is each app's own.
"""

import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from aibot import rules
from cloud_api import events
from conversations import consent, delivery, inbound, outbound, sending, sets
from leads import capture

from . import notices
from .models import FailedItem
from .signers import LANES, covers

log = structlog.get_logger(__name__)

MOST_DELIVERIES = 200
MOST_BYTES = 8 * 1024 * 1024
TICK = 0.02
LINGER = 0.3
LIFE = 5.0
ALONE_AFTER = 3  # failed passes: from then on a delivery is worked off by itself
GIVE_UP_AFTER = 6
_LOCK_CLASS = 0x5741


@dataclass(frozen=True, slots=True)
class Number:
    id: UUID
    business_id: UUID
    mark: str


@dataclass(frozen=True, slots=True)
class Item:
    """One event of a delivery, and whose it is."""

    delivery_id: int
    position: int
    received_at: datetime
    event: events.Event
    number: Number | None
    covered: bool  # the secret that signed the delivery may speak for the number


@dataclass(slots=True)
class Done:
    """What became of a pass: a word for each item, and whether anything is to be sent."""

    words: dict[tuple[int, int], str]
    queued: int = 0


def work(*, life: float = LIFE, linger: float = LINGER, clock: Callable[[], datetime] = timezone.now) -> int:
    """Pass after pass until nothing came for ``linger`` seconds, or ``life`` is over. Returns how many deliveries
    were worked off.
    """
    started = quiet_since = time.monotonic()
    total = 0
    while True:
        tick = time.monotonic()
        count = one_pass(clock())
        total += count
        if count:
            quiet_since = tick
        if tick - started >= life or tick - quiet_since >= linger:
            return total
        if count < MOST_DELIVERIES:
            time.sleep(max(0.0, TICK - (time.monotonic() - tick)))


def has_work() -> bool:
    return bool(sets.fetch("SELECT 1 FROM webhooks_delivery WHERE processed_at IS NULL LIMIT 1"))


def oldest_seconds() -> float | None:
    """How long the oldest delivery has been waiting; None where none waits."""
    [row] = sets.fetch(
        "SELECT extract(epoch FROM now() - min(received_at))::float AS age FROM webhooks_delivery WHERE processed_at IS NULL"
    )
    return row.age


def one_pass(now: datetime) -> int:
    """Work off what is there in the free lanes, in one transaction. Returns the number of deliveries. Raises the
    database's errors.
    """
    taken: list = []
    started = time.perf_counter()
    try:
        with transaction.atomic(durable=True):
            taken = _take()
            if not taken:
                return 0
            items, failures = _sort_out(_parse(taken))
            done = Done({(item.delivery_id, item.position): "failed" for item, _ in failures})
            _work(items, now, done, failures)
            _finish(taken, done, failures, now)
    except (InterfaceError, OperationalError) as error:
        _count_failure(taken, error)
        raise
    if done.queued:
        sending.wake_up()
    log.info(
        "drained",
        deliveries=len(taken),
        **Counter(done.words.values()),
        oldest_ms=round((now - taken[0].received_at).total_seconds() * 1000),
        ms=round((time.perf_counter() - started) * 1000, 1),
    )
    return len(taken)


# --- take and parse -----------------------------------------------------------------------------------------------------------


def _take() -> list:
    """The oldest deliveries of the lanes that nobody else works on, in order."""
    sets.prefer_indexes()
    lanes = sets.fetch(
        """
        WITH busy AS MATERIALIZED (
            SELECT l.lane FROM generate_series(0, %(last)s) AS l(lane)
            WHERE EXISTS (SELECT 1 FROM webhooks_delivery d WHERE d.lane = l.lane AND d.processed_at IS NULL)
        )
        SELECT lane FROM busy WHERE pg_try_advisory_xact_lock(%(kind)s, lane)
        """,
        last=LANES - 1,
        kind=_LOCK_CLASS,
    )
    if not lanes:
        return []
    rows = sets.fetch(
        """
        SELECT id, body, verified_by, received_at, attempts FROM (
            SELECT *, sum(size) OVER (ORDER BY id) - size AS before FROM (
                SELECT id, body, size, verified_by, received_at, attempts FROM webhooks_delivery
                WHERE lane = ANY(%(lanes)s) AND processed_at IS NULL ORDER BY id LIMIT %(most)s
            ) first
        ) measured WHERE before < %(bytes)s ORDER BY id
        """,
        lanes=[row.lane for row in lanes],
        most=MOST_DELIVERIES,
        bytes=MOST_BYTES,
    )
    troubled = next((row for row in rows if row.attempts >= ALONE_AFTER), None)
    return [troubled] if troubled else rows


def _parse(taken: list) -> list[Item]:
    parsed = [(row, position, event) for row in taken for position, event in enumerate(events.parse(row.body))]
    numbers = _Numbers([event for _, _, event in parsed])
    return [
        Item(
            delivery_id=row.id,
            position=position,
            received_at=row.received_at,
            event=event,
            number=(number := numbers.of(event)),
            covered=number is None or covers(row.verified_by, number.mark),
        )
        for row, position, event in parsed
    ]


def _sort_out(items: list[Item]) -> tuple[list[Item], list[tuple[Item, str]]]:
    """What can be worked off, and what could not even be read, with the reason."""
    good = [item for item in items if not isinstance(item.event, events.Malformed)]
    bad = [
        (item, f"It could not be read: {item.event.reason}")
        for item in items
        if isinstance(item.event, events.Malformed)
    ]
    return good, bad


class _Numbers:
    """Our numbers among those that a pass speaks of: by phone_number_id, else by WABA where all its numbers are one
    business's.
    """

    def __init__(self, parsed: list[events.Event]):
        rows = sets.fetch(
            """
            SELECT id, business_id, phone_number_id, waba_id, app_secret_mark AS mark FROM accounts_whatsappnumber
            WHERE phone_number_id = ANY(%(ids)s) OR (waba_id <> '' AND waba_id = ANY(%(wabas)s))
            """,
            ids=list({e.phone_number_id for e in parsed if e.phone_number_id}),
            wabas=list({e.waba_id for e in parsed if e.waba_id and not e.phone_number_id}),
        )
        self._by_id = {row.phone_number_id: Number(row.id, row.business_id, row.mark) for row in rows}
        self._by_waba: dict[str, list[Number]] = {}
        for row in rows:
            self._by_waba.setdefault(row.waba_id, []).append(self._by_id[row.phone_number_id])

    def of(self, event: events.Event) -> Number | None:
        if event.phone_number_id:
            return self._by_id.get(event.phone_number_id)
        of_waba = self._by_waba.get(event.waba_id, [])
        return of_waba[0] if len({number.business_id for number in of_waba}) == 1 else None


# --- work off -----------------------------------------------------------------------------------------------------------------


def _work(items: list[Item], now: datetime, done: Done, failures: list[tuple[Item, str]]) -> None:
    """All items in one savepoint; where that raises, its halves, down to the item that cannot be worked off."""
    if not items:
        return
    try:
        with transaction.atomic():
            part = _compose(items, now)
    except (InterfaceError, OperationalError):
        raise  # the database's trouble, not an item's
    except Exception as error:  # noqa: BLE001 - whatever one item does must not stop its neighbours; it is kept and shown
        if len(items) == 1:
            log.error(
                "item_failed",
                delivery=items[0].delivery_id,
                position=items[0].position,
                error=type(error).__name__,
                where=_where(error),
            )
            failures.append((items[0], f"{type(error).__name__}: {error}"))
            done.words[items[0].delivery_id, items[0].position] = "failed"
            return
        half = len(items) // 2
        _work(items[:half], now, done, failures)
        _work(items[half:], now, done, failures)
        return
    done.words |= part.words
    done.queued += part.queued


def _where(error: BaseException) -> str:
    """The file and line that raised it. The error's own text may hold a customer's words: it stays out of the log."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _compose(items: list[Item], now: datetime) -> Done:
    """What each kind of event becomes. Raises whatever an item makes it raise."""
    done = Done({})
    arrivals, statuses, told = {}, {}, {}
    for item in items:
        word = _kind(item)
        done.words[item.delivery_id, item.position] = word
        if word == "message":
            arrivals[id(item.event)] = item
        elif word == "status":
            statuses[id(item.event)] = item
        else:
            told[id(item.event)] = _notice(item, word)
    recorded = inbound.record_messages(
        [inbound.Arrival(i.number.business_id, i.number.id, i.event, i.received_at) for i in arrivals.values()], now
    )
    fresh = {id(r.event) for r in recorded}
    for key, item in arrivals.items():
        if key not in fresh:
            done.words[item.delivery_id, item.position] = "duplicate"
    capture.leads_for(recorded, now)
    replies = rules.replies_for(recorded, now)
    done.queued = len(outbound.queue_many(replies.outgoing, now))
    consent.record_many(replies.words)
    inbound.let_wait(replies.waiting)
    delivery.apply_statuses([delivery.News(i.number.id, i.event, i.received_at) for i in statuses.values()], now)
    notices.record(list(told.values()), now)
    return done


def _kind(item: Item) -> str:
    """The one word for what an item is: message or status; any other becomes a ChannelEvent."""
    event = item.event
    if not item.covered:
        return "not_covered"
    if isinstance(event, events.InboundMessage):
        if item.number is None:
            return "unknown_number"
        return "group_message" if event.group_id else "message"
    if isinstance(event, events.MessageStatus):
        if item.number is None:
            return "unknown_number"
        if event.group_id:
            return "group_status"
        return "status" if event.status in delivery.WORDS else "unknown_status"
    return _NOTICES[type(event)]


_NOTICES = {
    events.Echo: "echo",
    events.Edit: "edit",
    events.Revoke: "revoke",
    events.SystemChange: "system",
    events.ChannelNotice: "notice",
}


def _notice(item: Item, word: str) -> notices.Notice:
    event, number = item.event, item.number if item.covered else None
    return notices.Notice(
        delivery_id=item.delivery_id,
        business_id=number.business_id if number else None,
        number_id=number.id if number else None,
        waba_id=event.waba_id,
        field=event.field,
        kind=event.kind if word == "notice" else word,
        payload=event.raw,
    )


# --- finish -------------------------------------------------------------------------------------------------------------------


def _finish(taken: list, done: Done, failures: list[tuple[Item, str]], now: datetime) -> None:
    FailedItem.objects.bulk_create(
        [
            FailedItem(
                delivery_id=item.delivery_id,
                position=item.position,
                business_id=item.number.business_id if item.number and item.covered else None,
                number_id=item.number.id if item.number and item.covered else None,
                kind=type(item.event).__name__,
                reason=reason.replace("\0", "")[:500],
            )
            for item, reason in failures
        ],
        ignore_conflicts=True,
    )
    outcomes: dict[int, Counter] = {row.id: Counter() for row in taken}
    for (delivery_id, _), word in done.words.items():
        outcomes[delivery_id][word] += 1
    sets.run(
        """
        UPDATE webhooks_delivery d SET processed_at = %(now)s, outcome = w.outcome
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id bigint, outcome jsonb) WHERE d.id = w.id
        """,
        [{"id": delivery_id, "outcome": counts} for delivery_id, counts in outcomes.items()],
        now=now,
    )


def _count_failure(taken: list, error: Exception) -> None:
    """A pass failed for the database's sake. One that fails again and again is worked off alone, and given up in the
    end.
    """
    connection.close()
    log.warning("pass_failed", deliveries=len(taken), error=type(error).__name__)
    if not taken:
        return
    ids = [row.id for row in taken]
    with transaction.atomic():
        sets.run("UPDATE webhooks_delivery SET attempts = attempts + 1 WHERE id = ANY(%(ids)s)", ids=ids)
        if len(taken) == 1 and taken[0].attempts + 1 >= GIVE_UP_AFTER:
            FailedItem.objects.get_or_create(
                delivery_id=ids[0],
                position=0,
                defaults={"kind": "delivery", "reason": f"{type(error).__name__}: {error}"[:500]},
            )
            sets.run(
                "UPDATE webhooks_delivery SET processed_at = now(), outcome = '{\"failed\": 1}' WHERE id = ANY(%(ids)s)",
                ids=ids,
            )
