"""Is it well? ``/health``: the web process answers. ``/health/ready``: what it stands on is there, and the work gets done."""

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import limits
from aibot import answers, standing
from conversations import sets, wake
from documents import fetching

log = structlog.get_logger(__name__)

HEART_SECONDS = 60  # a worker that swept longer ago is dead or stuck
UNPROCESSED_SECONDS = 60
COUNTED = 1000


@require_safe
def live(request):
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request):
    """200 where all is well, 503 where something is not; the body says which. It names no tenant and no secret."""
    parts = {"database": _database(), **_queues(), **{f"worker_{queue}": _worker(queue) for queue in settings.QUEUES}}
    well = all(part["ok"] for part in parts.values())
    response = JsonResponse({"status": "ok" if well else "degraded", **parts}, status=200 if well else 503)
    response._has_been_logged = True  # Django's: an answer of 503 is no fault of this view
    return response


def _database() -> dict:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True}


def _queues() -> dict:
    """The broker, where limits are counted, what finds answers, the age in seconds of the oldest delivery that nobody has worked off,
    and how many items failed and wait for a replay: these are told, and make nothing unwell.
    """
    return {
        "broker": _broker(),
        "limits": _limits(),
        "answers": {"ok": True, "found_by": answers.matcher()},
        "oldest_unprocessed": _oldest(),
        "failed_items": _failed(),
        "files": _files(),
        "model": _model(),
    }


def _broker() -> dict:
    try:
        cache.get("health")
    except wake.BROKEN as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True}


def _limits() -> dict:
    """Where this process counts how often somebody asks: "redis", or "process" while Redis is away, when each process
    counts for itself. Told, and nothing unwell: ``broker`` says that already.
    """
    return {"ok": True, "counted_in": limits.ask()}


def oldest_unprocessed() -> float:
    """Seconds since the oldest delivery that nobody has worked off came. Raises DatabaseError."""
    rows = sets.fetch(
        """
        SELECT extract(epoch FROM now() - min(received_at))::float AS seconds FROM webhooks_delivery
        WHERE processed_at IS NULL
        """
    )
    return round(rows[0].seconds or 0.0, 1)


def open_failed_items() -> int:
    """Counted up to COUNTED: more say no more. Raises DatabaseError."""
    return sets.fetch(
        "SELECT count(*) FROM (SELECT 1 FROM webhooks_faileditem WHERE resolved_at IS NULL LIMIT %(most)s) AS opened",
        most=COUNTED,
    )[0].count


def _oldest() -> dict:
    try:
        seconds = oldest_unprocessed()
    except DatabaseError as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": seconds < UNPROCESSED_SECONDS, "seconds": seconds}


def _failed() -> dict:
    try:
        return {"ok": True, "open": open_failed_items()}
    except DatabaseError as error:
        return {"ok": False, "error": type(error).__name__}


def _files() -> dict:
    """Customers' files that are still to be fetched. Unwell from the fifth day: WhatsApp keeps them for seven."""
    try:
        seconds, count = fetching.oldest_seconds(timezone.now())
    except DatabaseError as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": seconds < fetching.LATE.total_seconds(), "seconds": round(seconds, 1), "waiting": count}


def _model() -> dict:
    """How it stands with the language model. Told, and nothing unwell: without it customers get answers and people."""
    try:
        return {"ok": True, "state": standing.of_installation(timezone.now())}
    except DatabaseError as error:
        return {"ok": False, "error": type(error).__name__}


def _worker(queue: str) -> dict:
    try:
        age = wake.heart_age(queue)
    except wake.BROKEN as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": age is not None and age < HEART_SECONDS, "seconds": None if age is None else round(age, 1)}
