"""Work off what Meta posted: all free lanes in one pass, all their messages in a few statements, one commit.

A lane's advisory lock is taken first and its rows are read in a second statement, whose snapshot is younger than the
lock: in one statement the rows that the last holder has just worked off were seen again, and replies doubled.

An item that raises is found by halving the pass (``_work``): it becomes a FailedItem and its neighbours go on. A delivery
of which its worker dies (kill -9, out of memory) raises nothing: what still waits after a while is counted before it is
tried (``_count_before``), so that it is given up like one that the database refuses again and again.

The drain only parses, sorts and composes; what happens to a message is each app's own.
"""

import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from aibot import rules, tiers, turns
from cloud_api import events
from conversations import changes, consent, delivery, echoes, history, inbound, outbound, sending, sets
from documents import intake
from leads import capture

from . import channel, counts, notices
from .kinds import TABLES, Item, Number, kind_of
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
OVERDUE = timedelta(seconds=20)  # what still waits then may have ended the worker that had it in hand
_LOCK_CLASS = 0x5741


@dataclass(slots=True)
class Done:
    """What became of a pass: a word for each item, how much is to be sent, and in how many conversations a tier above the
    rules is to answer.
    """

    words: dict[tuple[int, int], str]
    queued: int = 0
    turns: int = 0


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
    counted: set[int] = set()
    started = time.perf_counter()
    try:
        with transaction.atomic(durable=True):
            taken = _take()
            if not taken:
                return 0
            if len(taken) == 1 and taken[0].attempts >= GIVE_UP_AFTER:
                _give_up(taken[0], "Each worker that had it in hand died of it.")
                return 1
            counted = _count_before(taken, now)
            parsed = parse(taken)
            done, failures = work_off(parsed, now)
            _finish(taken, parsed, done, failures, now)
    except (InterfaceError, DatabaseError) as error:  # also what only the commit finds: a key without its parent
        _count_failure(taken, error, counted=counted)
        raise
    if done.queued:
        sending.wake_up()
    if done.turns:
        turns.wake_up()
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


def hold(lanes: Iterable[int]) -> None:
    """Wait for lanes and keep them until the transaction ends; in one order, so that no two wait for each other. The
    drain itself never waits: it leaves a held lane to its holder.
    """
    for lane in sorted(lanes):
        sets.fetch("SELECT pg_advisory_xact_lock(%(kind)s, %(lane)s)", kind=_LOCK_CLASS, lane=lane)


def parse(taken: list) -> list[Item]:
    """The items of deliveries (rows with id, body, verified_by, received_at), in their order."""
    parsed = [(row, position, event) for row in taken for position, event in enumerate(events.parse(row.body))]
    numbers = _Numbers([event for _, _, event in parsed])
    return [
        Item(
            delivery_id=row.id,
            position=position,
            received_at=row.received_at,
            event=event,
            number=(number := numbers.of(event, row.verified_by)),
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
    """Our numbers among those that a pass speaks of: by phone_number_id, else by WABA. Of an account's numbers those count
    for which the secret may speak, and they must be one business's: who enters another's account id takes nothing away.
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

    def of(self, event: events.Event, verified_by: str) -> Number | None:
        if event.phone_number_id:
            return self._by_id.get(event.phone_number_id)
        of_waba = self._by_waba.get(event.waba_id, [])
        of_waba = [number for number in of_waba if covers(verified_by, number.mark)] or of_waba
        return of_waba[0] if len({number.business_id for number in of_waba}) == 1 else None


# --- work off -----------------------------------------------------------------------------------------------------------------


def work_off(parsed: list[Item], now: datetime) -> tuple[Done, list[tuple[Item, str]]]:
    """Work items off in the caller's transaction, under their lanes' locks: a word for each, and those that failed with
    the reason. Raises the database's errors.
    """
    items, failures = _sort_out(parsed)
    done = Done({(item.delivery_id, item.position): "failed" for item, _ in failures})
    _work(items, now, done, failures)
    fail_the_forgotten(parsed, done, failures)
    return done, failures


def fail_the_forgotten(parsed: list[Item], done: Done, failures: list[tuple[Item, str]]) -> None:
    """An item that got no word would vanish from the counts: it is a failed one."""
    for item in parsed:
        if (item.delivery_id, item.position) not in done.words:
            done.words[item.delivery_id, item.position] = "failed"
            failures.append((item, "Nothing took it."))


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
    done.turns += part.turns


def _where(error: BaseException) -> str:
    """The file and line that raised it. The error's own text may hold a customer's words: it stays out of the log."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _compose(items: list[Item], now: datetime) -> Done:
    """What each kind of event becomes. Raises whatever an item makes it raise.

    What changes whose a conversation is comes before the rules: they answer as things stand after the whole pass.
    """
    done = Done({})
    kinds: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        word = kind_of(item)
        done.words[item.delivery_id, item.position] = word
        kinds[TABLES.get(word, "told")].append(item)
    arrivals = kinds["arrivals"]

    channel.sync_contacts(kinds["contacts"], now)
    fresh_echoes = echoes.record_many([_of(echoes.Echoed, i) for i in kinds["echoes"]], now)
    fresh_history = history.record_many([_of(history.Remembered, i) for i in kinds["history"]], now)
    recorded = inbound.record_messages([_of(inbound.Arrival, i) for i in arrivals], now)
    fresh_messages = {id(r.event) for r in recorded}
    changed = [_of(changes.Change, i) for i in kinds["changes"]]
    fresh_changes = changes.record_many(changed, now)
    deleted = changes.settle(changed, _arrived(kinds))
    told = kinds["told"]
    fresh_told = notices.record([_notice(item, done.words[item.delivery_id, item.position]) for item in told], now)

    for known in (
        [item for item in arrivals if id(item.event) not in fresh_messages],
        [item for place, item in enumerate(kinds["echoes"]) if place not in fresh_echoes],
        [item for place, item in enumerate(kinds["history"]) if place not in fresh_history],
        _known_changes(kinds["changes"], fresh_changes),
        [item for item, is_new in zip(told, fresh_told, strict=True) if not is_new],
    ):
        done.words |= {(item.delivery_id, item.position): "duplicate" for item in known}

    channel.apply([item for item, is_new in zip(told, fresh_told, strict=True) if is_new], now)
    intake.take_up(_written(kinds), now)
    intake.let_go(deleted)
    capture.leads_for(recorded, now)
    live = [replace(r, deleted=r.message_id in deleted) for r in recorded]
    replies = rules.replies_for(live, now, tiers.above)
    done.queued = len(outbound.queue_many(replies.outgoing, now))
    turns.schedule(replies.due, now)
    done.turns = len(replies.due)
    rules.conclude(replies, now)
    consent.record_many(replies.words)
    inbound.let_wait(replies.waiting)
    delivery.apply_statuses([delivery.News(i.number.id, i.event, i.received_at) for i in kinds["statuses"]], now)
    return done


def _of(shape, item: Item):
    """The item as the app that owns it takes it: every such shape has these four."""
    return shape(item.number.business_id, item.number.id, item.event, item.received_at)


def _written(kinds: dict[str, list[Item]]) -> list[tuple[UUID, str, str]]:
    """(number, wamid, kind) of the messages of this pass, whoever wrote them."""
    came = (item for table in ("arrivals", "echoes", "history") for item in kinds[table])
    return [(item.number.id, item.event.wamid, item.event.kind) for item in came]


def _arrived(kinds: dict[str, list[Item]]) -> set[tuple[UUID, str]]:
    """(number, wamid) of the messages of this pass: something may have waited for them."""
    came = (item for table in ("arrivals", "echoes", "history") for item in kinds[table])
    return {(item.number.id, item.event.wamid[:200]) for item in came}


def _known_changes(items: list[Item], fresh: set[tuple[UUID, str]]) -> list[Item]:
    """Those that were here already, or stand twice in this pass."""
    known = []
    fresh = set(fresh)
    for item in items:
        key = (item.number.id, item.event.wamid[:200])
        if key in fresh:
            fresh.discard(key)
        else:
            known.append(item)
    return known


def _notice(item: Item, word: str) -> notices.Notice:
    event, number = item.event, item.number if item.covered else None
    return notices.Notice(
        delivery_id=item.delivery_id,
        business_id=number.business_id if number else None,
        number_id=number.id if number else None,
        waba_id=event.waba_id,
        field=event.field,
        kind=getattr(event, "kind", "") if word in ("notice", *channel.WORDS) else word,
        payload=event.raw,
        at=getattr(event, "at", None) or getattr(event, "timestamp", None),
    )


# --- finish -------------------------------------------------------------------------------------------------------------------


def _finish(taken: list, parsed: list[Item], done: Done, failures: list[tuple[Item, str]], now: datetime) -> None:
    FailedItem.objects.bulk_create([failed_row(item, reason) for item, reason in failures], ignore_conflicts=True)
    outcomes: dict[int, Counter] = {row.id: Counter() for row in taken}
    for (delivery_id, _), word in done.words.items():
        outcomes[delivery_id][word] += 1
    sets.run(
        """
        UPDATE webhooks_delivery d SET processed_at = %(now)s, outcome = w.outcome
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id bigint, outcome jsonb) WHERE d.id = w.id
        """,
        [{"id": delivery_id, "outcome": words} for delivery_id, words in outcomes.items()],
        now=now,
    )
    counts.add((item.received_at, *item.of, done.words[item.delivery_id, item.position]) for item in parsed)


def failed_row(item: Item, reason: str) -> FailedItem:
    """The row of an item that failed, not stored yet."""
    business_id, number_id = item.of
    return FailedItem(
        delivery_id=item.delivery_id,
        position=item.position,
        business_id=business_id,
        number_id=number_id,
        kind=type(item.event).__name__,
        reason=reason.replace("\0", "")[:500],
    )


def _count_before(taken: list, now: datetime) -> set[int]:
    """Count this pass for what is overdue, on a connection of its own, before it is tried: a worker that dies in the
    middle takes its transaction with it, and could count nothing. Returns the ids of what was counted.

    The lanes stay held meanwhile. What is worked off in time costs nothing; a backlog one small statement a pass.
    """
    overdue = [row.id for row in taken if now - row.received_at > OVERDUE]
    if not overdue:
        return set()
    beside = connection.copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute("UPDATE webhooks_delivery SET attempts = attempts + 1 WHERE id = ANY(%s)", [overdue])
    finally:
        beside.close()
    return set(overdue)


def _count_failure(taken: list, error: Exception, *, counted: set[int]) -> None:
    """A pass failed for the database's sake. One that fails again and again is worked off alone, and given up in the
    end. ``counted`` are those that ``_count_before`` has counted already.
    """
    connection.close()
    log.warning("pass_failed", deliveries=len(taken), error=type(error).__name__)
    if not taken:
        return
    with transaction.atomic():
        ids = [row.id for row in taken if row.id not in counted]
        sets.run("UPDATE webhooks_delivery SET attempts = attempts + 1 WHERE id = ANY(%(ids)s)", ids=ids)
        if len(taken) == 1 and taken[0].attempts + 1 >= GIVE_UP_AFTER:
            _give_up(taken[0], f"{type(error).__name__}: {error}")


def _give_up(row, reason: str) -> None:
    """A whole delivery becomes a FailedItem (deadletters.py replays it). In the caller's transaction."""
    log.error("delivery_given_up", delivery=row.id, attempts=row.attempts)
    FailedItem.objects.get_or_create(
        delivery_id=row.id, position=0, defaults={"kind": "delivery", "reason": reason.replace("\0", "")[:500]}
    )
    sets.run(
        "UPDATE webhooks_delivery SET processed_at = now(), outcome = '{\"failed\": 1}' WHERE id = %(id)s", id=row.id
    )
    counts.add([(row.received_at, None, None, "failed")])
