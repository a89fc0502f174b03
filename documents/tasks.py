"""Celery's doors to the files. None takes arguments: what is to be done stands in the rows."""

from celery import shared_task
from django.utils import timezone

from conversations import wake

from . import fetching, tidying, uploads


@shared_task(name="documents.tasks.fetch")
def fetch() -> int:
    """Fetch what waits. Awake while it runs; a last look after it says that it sleeps, so that no wake-up falls
    between.
    """
    wake.stay_awake("media")
    try:
        total = fetching.work()
    finally:
        wake.fall_asleep("media")
    if fetching.has_work(timezone.now()):
        fetching.wake_up()
    return total


@shared_task(name="documents.tasks.sweep")
def sweep() -> None:
    """Start what a lost wake-up forgot, and what is due once more."""
    wake.beat_heart("media")
    if fetching.has_work(timezone.now()):
        fetch()


@shared_task(name="documents.tasks.tidy")
def tidy() -> None:
    """Files that no document names any more. Two at once do no harm."""
    tidying.tidy(timezone.now())


@shared_task(name="documents.tasks.upload")
def upload() -> int:
    """Give WhatsApp the kept files that it does not have for a number. Any number at once do no harm."""
    return uploads.work()
