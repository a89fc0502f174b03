"""Celery's door to what the bot tidies up."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from . import hits


@shared_task(name="aibot.tasks.prune")
def prune() -> int:
    """Forget old matches of rules, one step; the next beat takes the next one."""
    with transaction.atomic():
        return hits.prune(timezone.now())
