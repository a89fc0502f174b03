"""Celery's doors to the drain, the replay and the pruning. None takes arguments: what is to be done stands in the rows."""

import structlog
from celery import shared_task
from django.db import DataError, IntegrityError
from django.utils import timezone

from conversations import silence, wake

from . import deadletters, retention
from . import drain as draining

log = structlog.get_logger(__name__)


@shared_task(name="webhooks.tasks.drain")
def drain() -> int:
    """Work off what was posted. Awake while it runs; a last look after it says that it sleeps, so that no wake-up
    falls between.
    """
    wake.stay_awake("inbound")
    try:
        total = draining.work()
    finally:
        wake.fall_asleep("inbound")
    if draining.has_work():
        wake.wake("inbound")
    return total


@shared_task(name="webhooks.tasks.replay")
def replay() -> int:
    """Replay what was asked for, some seconds at a time."""
    total = deadletters.work()
    if deadletters.has_work():
        deadletters.wake_up()
    return total


@shared_task(name="webhooks.tasks.prune")
def prune() -> None:
    """Delete what is old enough. Two at once do no harm: the second one finds the first at it."""
    retention.prune(timezone.now())


@shared_task(name="webhooks.tasks.sweep")
def sweep() -> None:
    """Start what a lost wake-up forgot, note whether webhooks are being heard, fit changes that came before their message."""
    wake.beat_heart("inbound")
    oldest = draining.oldest_seconds()
    silence.note(oldest)
    try:
        draining.fit_late_changes()
    except (DataError, IntegrityError) as error:  # a row of one tenant's: all others go on
        log.error("sweep_failed", step="late_changes", error=type(error).__name__)
    if oldest is not None and oldest > wake.LATE.total_seconds():
        draining.work()
    elif draining.has_work():
        wake.wake("inbound")
    if deadletters.has_work():
        replay()
