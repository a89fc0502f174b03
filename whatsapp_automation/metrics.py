"""``/metrics`` for Prometheus: how much comes, how long it takes, what waits, what became of it.

Two kinds of values, and what each is true of:

- of this web process, since it started: ``whatsapp_webhook_*``, ``whatsapp_event_streams``, ``whatsapp_database_pool_*``,
  ``process_*``. With several web processes scrape each of them; their sums are the installation's. The workers have no port: what
  they do shows in the rest.
- of the whole installation, read from PostgreSQL and Valkey at each scrape, the same whichever web process is asked:
  everything else. Sends and replies are those of the last five minutes, items those of the last day: gauges, not counters,
  since counting all messages ever would take longer with each of them.

A scrape costs a fixed number of statements (``STATEMENTS``). Nothing in it names a business, a number or a customer.
"""

import hmac
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric

from aibot import turns
from conversations import queries, sets, wake
from conversations.models import Message, Status
from webhooks import counts

from . import health
from .checkup.installation import oldest_due

RECENT = timedelta(minutes=5)
DAY = timedelta(days=1)
STATEMENTS = 7
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

_INBOUND_SQL = """
    SELECT extract(epoch FROM %(now)s - min(received_at))::float AS seconds, count(*) AS count
    FROM webhooks_delivery WHERE processed_at IS NULL
"""

registry = CollectorRegistry()
_answers = Counter(
    "whatsapp_webhook_answers",
    "Answers of this process to requests at /webhook.",
    ["method", "status"],
    registry=registry,
)
_seconds = Histogram(
    "whatsapp_webhook_seconds",
    "From a webhook's arrival in this process to its answer, which follows the commit.",
    buckets=_BUCKETS,
    registry=registry,
)

event_streams = Gauge("whatsapp_event_streams", "Pages that listen at /events/ of this process.", registry=registry)


def webhook_answered(method: str, status: int, seconds: float) -> None:
    """Count an answer of the webhook's door. ``status`` 0: it gave none."""
    _answers.labels(method if method in ("GET", "POST") else "other", str(status) if status else "none").inc()
    if method == "POST":
        _seconds.observe(seconds)


@require_safe
def page(request):
    """The values as text. 404 for who may not read them: see ``_may_read``."""
    if not _may_read(request):
        raise Http404
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request) -> bool:
    """Who has METRICS_TOKEN. Where none is set: this machine itself, and in production nobody, since a proxy on the
    same machine looks like it.
    """
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    return not settings.PRODUCTION and _from_here(request)


def _from_here(request) -> bool:
    """Asked on this machine for this machine: a tunnel or a proxy brings another name, or says for whom it asks."""
    try:
        loopback = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    host = urlsplit(f"//{request.get_host()}").hostname
    return loopback and host in _LOOPBACK and not any(name in request.META for name in _FORWARDED)


class _Installation:
    """What PostgreSQL and Valkey say now. A part that is away is left out, and ``whatsapp_up`` says so."""

    def describe(self) -> list:
        return []  # or the registry would ask the database when this module is imported

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("whatsapp_up", "Whether it could be asked: 1 or 0.", labels=["part"])
        for part, look, broken in (("database", _work, (DatabaseError,)), ("valkey", _workers, wake.BROKEN)):
            try:
                found = look()
            except broken:
                found = []
                up.add_metric([part], 0)
            else:
                up.add_metric([part], 1)
            yield from found
        yield up
        yield from _pool()


def _work() -> list[Metric]:
    now = datetime.now(UTC)
    (due_seconds, due), messages, items = oldest_due(now), _recent_messages(now), counts.report(now - DAY).total
    inbound, (turn_seconds, turns_due) = sets.fetch(_INBOUND_SQL, now=now)[0], turns.oldest_seconds(now)
    return [
        _gauge(
            "whatsapp_oldest_seconds",
            "How long the oldest has been waiting that could be worked off, sent or answered now.",
            "queue",
            {"inbound": inbound.seconds or 0.0, "send": due_seconds, "bot": turn_seconds},
        ),
        _gauge(
            "whatsapp_waiting",
            "How many could be worked off, sent or answered now.",
            "queue",
            {"inbound": inbound.count, "send": due, "bot": turns_due},
        ),
        _gauge(
            "whatsapp_sends",
            "Our messages of the last five minutes by what has become of them so far.",
            "outcome",
            _sums({status.name.lower(): 0 for status in Status if status != Status.RECEIVED}, messages, "status"),
        ),
        _gauge(
            "whatsapp_replies",
            "Our messages of the last five minutes by who wrote them.",
            "source",
            _sums({source: 0 for source in Message.Source.values if source != "customer"}, messages, "source"),
        ),
        _gauge(
            "whatsapp_items",
            "Webhook items of the last day (to the quarter of an hour) by their end.",
            "end",
            {end: getattr(items, end) for end in counts.ENDS},
        ),
        _single(
            "whatsapp_failed_items_open",
            f"Failed items that wait for somebody; {health.COUNTED} and more are {health.COUNTED}.",
            health.open_failed_items(),
        ),
        _single("whatsapp_numbers_stopped", "Numbers that WhatsApp does not let send.", _stopped()),
    ]


def _recent_messages(now: datetime) -> list:
    """(status, source, count) of what we have sent lately, by the primary key: its ids begin with the time."""
    rows = sets.fetch(
        """
        SELECT status, source, count(*) AS count FROM conversations_message
        WHERE id >= %(first)s AND direction = 'out' GROUP BY status, source
        """,
        first=queries.first_id_of(now - RECENT),
    )
    return [row._replace(status=Status(row.status).name.lower()) for row in rows]


def _stopped() -> int:
    return sets.fetch("SELECT count(*) FROM accounts_whatsappnumber WHERE stopped_at IS NOT NULL")[0].count


def _workers() -> list[Metric]:
    ages = {queue: wake.heart_age(queue) for queue in settings.QUEUES}
    told = {queue: age for queue, age in ages.items() if age is not None}
    return [
        _gauge(
            "whatsapp_worker_heard_seconds",
            "Since a worker of the queue last swept; none: over an hour.",
            "queue",
            told,
        )
    ]


def _pool() -> list[Metric]:
    """The pages' connections of this process; the webhook's own two are not among them."""
    pool = connection.pool
    if pool is None:
        return []
    stats = pool.get_stats()
    return [
        _single("whatsapp_database_pool_size", "Connections that this process's pages hold.", stats["pool_size"]),
        _single("whatsapp_database_pool_free", "Those of them that nobody uses.", stats["pool_available"]),
        _single("whatsapp_database_pool_most", "How many they may hold.", stats["pool_max"]),
        _single("whatsapp_database_pool_queued", "Requests that wait for one.", stats.get("requests_waiting", 0)),
    ]


def _sums(zeros: dict[str, int], rows: list, column: str) -> dict[str, int]:
    sums = dict(zeros)
    for row in rows:
        key = getattr(row, column)
        sums[key] = sums.get(key, 0) + row.count
    return sums


def _gauge(name: str, words: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _single(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


registry.register(_Installation())
ProcessCollector(registry=registry)


class Timed:
    """An ASGI application whose answers are counted."""

    def __init__(self, application):
        self._application = application

    async def __call__(self, scope, receive, send) -> None:
        started, status = time.perf_counter(), 0

        async def told(message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._application(scope, receive, told)
        finally:
            webhook_answered(scope["method"], status, time.perf_counter() - started)
