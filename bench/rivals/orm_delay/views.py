from django.conf import settings
from django.http import HttpResponse

from cloud_api import signature

from .models import WebhookEvent
from .tasks import process


def webhook(request):
    """Check the signature over the raw bytes, store the body, queue a task for it, answer 200."""
    if not signature.verify(request.body, request.headers.get("X-Hub-Signature-256"), [settings.APP_SECRET]):
        return HttpResponse(status=401)
    event = WebhookEvent.objects.create(body=request.body)
    process.delay(event.pk)
    return HttpResponse("ok")


def health(request):
    return HttpResponse("ok")
