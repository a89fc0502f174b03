from celery import shared_task
from django.utils import timezone

from .models import WebhookEvent


@shared_task
def process(event_id: int) -> None:
    WebhookEvent.objects.filter(pk=event_id, processed_at=None).update(processed_at=timezone.now())
