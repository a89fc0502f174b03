"""Celery's doors to the outbox. Both take no arguments: what is to be sent stands in the rows."""

from uuid import UUID

import structlog
from celery import shared_task
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from . import delivery, indexing, quiet, refused, retention, returning, sending, settling, templates, ticks, wake

log = structlog.get_logger(__name__)


@shared_task(name="conversations.tasks.send")
def send() -> int:
    """Send what waits. Awake while it runs; a last look after it says that it sleeps, so that no wake-up falls
    between.
    """
    wake.stay_awake("send")
    try:
        total = sending.work()
    finally:
        wake.fall_asleep("send")
    if sending.has_work(timezone.now()):
        sending.wake_up()
    return total


@shared_task(name="conversations.tasks.sweep")
def sweep() -> None:
    """What wake-ups cannot do: give up on lost workers, fit parked statuses, settle what is unknown, let go what an ended quiet
    time held, start what was forgotten.
    """
    now = timezone.now()
    wake.beat_heart("send")
    for step in (settling.release_lost, delivery.sweep_parked, settling.settle_unknown, quiet.release):
        try:
            with transaction.atomic():
                step(now)
        except (DataError, IntegrityError) as error:  # a row of one tenant's: all others go on
            log.error("sweep_failed", step=step.__name__, error=type(error).__name__)
    if sending.has_work(now - wake.LATE):
        sending.work()
    elif sending.has_work(now):
        sending.wake_up()


@shared_task(name="conversations.tasks.refresh_templates")
def refresh_templates() -> int:
    """Once a day: WhatsApp's lists of templates, in case an event was missed."""
    return templates.refresh_all()


@shared_task(name="conversations.tasks.fetch_templates")
def fetch_templates() -> int:
    """Twice a minute: the lists of accounts of which an event told that a template has another text, and of new numbers."""
    return templates.fetch_due()


@shared_task(name="conversations.tasks.prune")
def prune() -> None:
    """Delete what the owners do not want to be kept any longer, and ids that have ended. Two at once do no harm."""
    retention.prune(timezone.now())
    refused.forget(timezone.now())


@shared_task(name="conversations.tasks.return_left_ones")
def return_left_ones() -> int:
    """Conversations that people have left go back to the bot, where the owner wants it."""
    return returning.return_left_ones(timezone.now())


@shared_task(name="conversations.tasks.show_ticks")
def show_ticks(conversation: str) -> bool:
    """Blue ticks of the customer's last message."""
    return ticks.send(UUID(conversation))


@shared_task(name="conversations.tasks.show_typing")
def show_typing(conversation: str) -> bool:
    """The sign that somebody types, at the customer's last message."""
    return ticks.send(UUID(conversation), typing=True)


@shared_task(name="conversations.tasks.index")
def index() -> int:
    """Write down the words of what came since, for the search. Any number at once do no harm."""
    try:
        return indexing.work()
    except IntegrityError:  # a message was deleted while its words were written: the next beat takes the others
        log.info("index_interrupted")
        return 0
