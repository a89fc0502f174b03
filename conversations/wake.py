"""Wake the worker of a row queue: one coalesced Celery message, however many rows there are.

A flag in the cache says that a worker is awake. ``wake`` sets it and publishes; while it is set, further calls do
nothing, since the worker looks again before it sleeps. The worker keeps the flag alive (``stay_awake``), clears it
at its end (``fall_asleep``), then looks once more.

A wake-up is a hint. A broker that is away, flushed or half-open loses nothing: rows wait in PostgreSQL, and the
sweep of Celery's beat, which needs no flag, works off what is LATE. What is not yet, it leaves to who is awake: a second one beside
it halves what each finds, and to look costs nearly as much as to find.
"""

import time
from datetime import timedelta

import structlog
from celery import current_app
from django.core.cache import cache
from django_redis.exceptions import ConnectionInterrupted
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

TASKS = {
    "inbound": "webhooks.tasks.drain",
    "send": "conversations.tasks.send",
    "media": "documents.tasks.fetch",
    "bot": "aibot.tasks.answer",
    "trials": "aibot.tasks.answer_trials",
}
_QUEUES = {"trials": "bot"}  # those that are no queue of Celery's: which worker has them
LATE = timedelta(seconds=1)  # a worker that is awake has looked many times meanwhile: nobody is, or one is not enough
FLAG_SECONDS = 15  # a killed worker's flag goes by itself; the sweep comes sooner
BROKEN = (ConnectionInterrupted, RedisError, OperationalError, OSError)
_PAUSE_SECONDS = 5.0
_paused_until = 0.0  # after a failure: a half-open broker costs one time-out, not one for each call


def wake(queue: str) -> bool:
    """Publish the queue's task unless a worker is awake. Returns whether it was published. Never raises for the
    broker's sake.
    """
    global _paused_until
    if time.monotonic() < _paused_until:
        return False
    try:
        if not cache.add(_flag(queue), 1, FLAG_SECONDS):
            return False
        current_app.send_task(
            TASKS[queue], queue=_QUEUES.get(queue, queue), retry=False, ignore_result=True, expires=60
        )
    except BROKEN as error:
        _paused_until = time.monotonic() + _PAUSE_SECONDS
        log.warning("wake_failed", queue=queue, error=type(error).__name__)
        fall_asleep(queue)
        return False
    return True


def forget_failures() -> None:
    """Ask the broker again at once, though it failed a moment ago."""
    global _paused_until
    _paused_until = 0.0


def stay_awake(queue: str) -> None:
    """Say that a worker of this queue is at work."""
    quietly(cache.set, _flag(queue), 1, FLAG_SECONDS)


def fall_asleep(queue: str) -> None:
    """Say that it is not any more. The caller then looks for work once more."""
    quietly(cache.delete, _flag(queue))


def beat_heart(queue: str) -> None:
    """Note that a worker of this queue ran its sweep just now."""
    quietly(cache.set, f"heart:{queue}", time.time(), 3600)


def heart_age(queue: str) -> float | None:
    """Seconds since a worker of this queue last ran its sweep; None where none did in the last hour. Raises where
    the cache is away.
    """
    at = cache.get(f"heart:{queue}")
    return None if at is None else max(0.0, time.time() - at)


def _flag(queue: str) -> str:
    return f"awake:{queue}"


def quietly(act, *args) -> None:
    """Do something with the cache that may be left undone where the cache is away."""
    try:
        act(*args)
    except BROKEN as error:
        log.warning("cache_away", error=type(error).__name__)
