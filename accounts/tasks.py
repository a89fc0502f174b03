"""Celery's door to what is tidied up among the accounts."""

from celery import shared_task
from django.utils import timezone

from . import tidying


@shared_task(name="accounts.tasks.tidy")
def tidy() -> None:
    """Two at once do no harm: each row is deleted once."""
    tidying.tidy(timezone.now())
