"""What Meta posted is not kept for ever. A beat job deletes what is old, in small steps with a commit each.

    deliveries       DELIVERIES_KEPT (30 days) after they were received, with their solved failed items. One that waits,
                     or has a failed item that is still open, stays: it can be replayed.
    channel events   of no business (unknown numbers, secrets that cover nothing): as the deliveries. Those of a business
                     are its history of templates, quality and account: a year.
    tallies          as the deliveries, but never less than the 31 days that the pages ask for.

Channel events outlive every repetition by Meta (seven days), so that one which comes again is known.
"""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from conversations import sets

log = structlog.get_logger(__name__)

STEP = 1000  # rows of one statement
SECONDS = 5.0  # a run that has not finished by then goes on at the next beat
EVENTS_KEPT = timedelta(days=365)
TALLIES_KEPT = timedelta(days=31)
_LOCK = (0x5741, 1000)  # beside the lanes, which are 0..63

# Each looks at the oldest rows by the primary key, and ends where none of them is old: no index on a time, and no look
# at the whole table where there is nothing to do. ``seen``, ``last`` and ``old`` say how to go on.
_DELIVERIES = """
    WITH oldest AS MATERIALIZED (
        SELECT id, received_at, processed_at FROM webhooks_delivery WHERE id > %(after)s ORDER BY id LIMIT %(step)s
    ), doomed AS MATERIALIZED (
        SELECT id FROM oldest o WHERE received_at < %(before)s AND processed_at IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM webhooks_faileditem f WHERE f.delivery_id = o.id AND f.resolved_at IS NULL)
    ), unlinked AS (
        UPDATE webhooks_channelevent SET delivery_id = NULL WHERE delivery_id IN (SELECT id FROM doomed)
    ), solved AS (
        DELETE FROM webhooks_faileditem WHERE delivery_id IN (SELECT id FROM doomed)
    ), gone AS (
        DELETE FROM webhooks_delivery WHERE id IN (SELECT id FROM doomed) RETURNING id
    )
    SELECT count(*) AS seen, max(id) AS last, count(*) FILTER (WHERE received_at < %(before)s) AS old,
           (SELECT count(*) FROM gone) AS gone FROM oldest
"""
_EVENTS = """
    WITH oldest AS MATERIALIZED (
        SELECT id, created_at FROM webhooks_channelevent WHERE id > %(after)s {of} ORDER BY id LIMIT %(step)s
    ), gone AS (
        DELETE FROM webhooks_channelevent WHERE id IN (SELECT id FROM oldest WHERE created_at < %(before)s) RETURNING id
    )
    SELECT count(*) AS seen, max(id) AS last, count(*) FILTER (WHERE created_at < %(before)s) AS old,
           (SELECT count(*) FROM gone) AS gone FROM oldest
"""
_TALLIES = """
    WITH oldest AS MATERIALIZED (
        SELECT id FROM webhooks_tally WHERE slot < %(before)s AND id > %(after)s LIMIT %(step)s
    ), gone AS (DELETE FROM webhooks_tally WHERE id IN (SELECT id FROM oldest) RETURNING id)
    SELECT count(*) AS seen, 0 AS last, count(*) AS old, (SELECT count(*) FROM gone) AS gone FROM oldest
"""


def prune(now: datetime, *, seconds: float = SECONDS, step: int = STEP) -> Counter:
    """Delete what is old; returns how many rows of what. Ends early after ``seconds``, or where another beat is at it."""
    kept = settings.DELIVERIES_KEPT
    until, pruned = time.monotonic() + seconds, Counter()
    for name, sql, age in (
        ("deliveries", _DELIVERIES, kept),
        ("events", _EVENTS.format(of="AND business_id IS NULL"), kept),
        ("events", _EVENTS.format(of=""), EVENTS_KEPT),
        ("tallies", _TALLIES, max(kept, TALLIES_KEPT)),
    ):
        pruned[name] += _prune(sql, now - age, step, lambda: time.monotonic() < until)
    if pruned.total():
        log.info("pruned", **pruned)
    return +pruned


def _prune(sql: str, before: datetime, step: int, may_go_on: Callable[[], bool]) -> int:
    total = after = 0
    while may_go_on():
        with transaction.atomic(durable=True):
            if not sets.fetch("SELECT pg_try_advisory_xact_lock(%(a)s, %(b)s) AS held", a=_LOCK[0], b=_LOCK[1])[0].held:
                break
            sets.prefer_indexes()
            [found] = sets.fetch(sql, before=before, after=after, step=step)
        total += found.gone
        after = found.last or 0
        if found.seen < step or not found.old:
            break
    return total
