"""Celery's door to the notices."""

from celery import shared_task
from django.utils import timezone

from . import notifying


@shared_task(name="inbox.tasks.tell")
def tell() -> None:
    """Two at once do no harm: each wait is told once."""
    notifying.tell(timezone.now())
