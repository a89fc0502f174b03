"""The product's addresses, and a silent /events/: the server of these tests has Django's pages alone (tests/together has the real
one). Playwright could answer in its place, but a page of which it looks through the requests loads all its files anew each time.
"""

from django.http import HttpResponse
from django.urls import path

from whatsapp_automation.urls import *  # noqa: F403
from whatsapp_automation.urls import urlpatterns as ours

NO_EVENTS = "retry: 600000\n\n"


def events(request) -> HttpResponse:
    return HttpResponse(NO_EVENTS, content_type="text/event-stream")


urlpatterns = [path("events/", events), *ours]
