"""Celery's doors to the drain. Both take no arguments: what is to be done stands in the rows."""

from celery import shared_task

from conversations import silence, wake

from . import drain as draining


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


@shared_task(name="webhooks.tasks.sweep")
def sweep() -> None:
    """Start what a lost wake-up forgot, and note whether webhooks are being heard."""
    wake.beat_heart("inbound")
    silence.note(draining.oldest_seconds())
    if draining.has_work():
        drain()
