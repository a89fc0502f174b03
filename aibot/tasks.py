"""Celery's door to what the bot tidies up."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from . import answers, hits


@shared_task(name="aibot.tasks.prune")
def prune() -> int:
    """Forget old matches of rules, one step; the next beat takes the next one."""
    with transaction.atomic():
        return hits.prune(timezone.now())


@shared_task(name="aibot.tasks.read_examples")
def read_examples() -> int:
    """Make the vectors of examples that are new, one step: in the process that answers, which holds the model."""
    return answers.fill_vectors()
