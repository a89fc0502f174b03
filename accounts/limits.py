"""How often somebody may ask: counted by django-ratelimit in Redis, over fixed windows.

While Redis is away each process counts for itself (``counted_in`` says so, and health repeats it): a limit is then as
many times wider as there are processes, and never gone.
"""

import threading
import time
from dataclasses import dataclass

import structlog
from django.core.cache import cache
from django_ratelimit.core import get_usage
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

AWAY = (ConnectionInterrupted, RedisError, OSError)
_REST = 10.0  # seconds without asking Redis after it failed: a frozen one costs a time-out each time


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` in ``seconds``; ``name`` tells it from the others. ``forgiving``: ``forget`` may begin it anew,
    which costs every ``take`` one more question to Redis.
    """

    name: str
    count: int
    seconds: int
    forgiving: bool = False


_PROBE = Limit("health", 10**6, 60)


@dataclass(frozen=True, slots=True)
class Usage:
    limit: Limit
    used: int
    reset: int  # seconds until the window ends

    @property
    def refused(self) -> bool:
        return self.used > self.limit.count

    @property
    def left(self) -> int:
        return max(self.limit.count - self.used, 0)


def take(limit: Limit, value: str) -> Usage:
    """Count one more for ``value`` (an address, a user's id), and say how many there were in this window. Of many at
    once exactly ``limit.count`` are not refused.
    """
    own = _local.take(limit, value)  # always: when Redis goes away the count goes on, and does not begin anew
    if not _local.resting():
        try:
            usage = get_usage(
                None,
                group=limit.name,
                key=lambda *_: _named(limit, value),
                rate=(limit.count, limit.seconds),
                increment=True,
            )
            if usage is None:  # RATELIMIT_ENABLE is off: nothing is counted
                return Usage(limit, 0, 1)
            if usage["limit"]:
                return Usage(limit, usage["count"], max(usage["time_left"], 1))
        except AWAY as error:
            _local.rest(error)
    return own


def forget(limit: Limit, value: str) -> None:
    """Begin to count anew for ``value``: what it did was right. Raises ValueError for a limit that is not forgiving."""
    if not limit.forgiving:
        raise ValueError(limit.name)
    _local.forget(limit, value)
    try:
        cache.set(_generation(limit, value), time.time_ns(), limit.seconds + 10)
    except AWAY as error:
        _local.rest(error)


def ask() -> str:
    """``counted_in``, after a look at how it is now."""
    take(_PROBE, "health")
    return counted_in()


def counted_in() -> str:
    """Where this process counts: ``redis``, or ``process`` while Redis is away."""
    return "process" if _local.resting() else "redis"


def _named(limit: Limit, value: str) -> str:
    """The counter's name. A number in it changes with each ``forget``, so that the old count is out of sight."""
    return value if not limit.forgiving else f"{value}|{cache.get(_generation(limit, value), 0)}"


def _generation(limit: Limit, value: str) -> str:
    return f"limit:{limit.name}:{value}"


class _Local:
    """The count of this process alone."""

    MOST = 10_000  # counters; then the ended ones are dropped, and if that is not enough all are

    def __init__(self):
        self._lock = threading.Lock()
        self._counts: dict[tuple, list] = {}
        self._until = 0.0

    def resting(self) -> bool:
        return time.monotonic() < self._until

    def rest(self, error: Exception) -> None:
        if not self.resting():
            log.warning("limits_without_redis", error=type(error).__name__)
        self._until = time.monotonic() + _REST

    def take(self, limit: Limit, value: str) -> Usage:
        now = time.monotonic()
        with self._lock:
            if len(self._counts) >= self.MOST:
                self._drop(now)
            held = self._counts.get((limit, value))
            if held is None or held[1] <= now:
                held = self._counts[(limit, value)] = [0, now + limit.seconds]
            held[0] += 1
            return Usage(limit, held[0], max(int(held[1] - now), 1))

    def forget(self, limit: Limit, value: str) -> None:
        with self._lock:
            self._counts.pop((limit, value), None)

    def _drop(self, now: float) -> None:
        self._counts = {key: held for key, held in self._counts.items() if held[1] > now}
        if len(self._counts) >= self.MOST:
            self._counts.clear()


_local = _Local()
