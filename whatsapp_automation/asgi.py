"""The one web server's application, with a door for each kind of caller.

``/webhook`` goes to webhooks.receive and ``/events/`` to inbox.events, which never enter Django's request handling; everything
else to Django's WSGI application in threads (a2wsgi): Django's own ASGI handler takes four times as long for a page.
"""

import asyncio
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whatsapp_automation.settings")

import structlog
from a2wsgi import WSGIMiddleware
from django.db import DatabaseError, connection

from .oddities import pages

_pages = WSGIMiddleware(pages(), workers=8)

# These need Django's apps to be ready, which pages() has seen to.
from inbox import events
from webhooks.receive import Door

from .headers import WithHeaders
from .metrics import Timed, event_streams
from .onboarding import refresh_first_number

log = structlog.get_logger(__name__)
_door, _events = Door(), events.Door()
event_streams.set_function(lambda: len(_events.hub.streams))
# What never reaches Django's addresses: path -> application.
DOORS = dict.fromkeys(("/webhook", "/webhook/"), WithHeaders(Timed(_door))) | {"/events/": WithHeaders(_events)}


async def application(scope, receive, send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] in DOORS:
        await DOORS[scope["path"]](scope, receive, send)
    elif scope["type"] == "http":

        async def read():  # Granian's receive is no coroutine function, which a2wsgi asks for: every POST would be answered 500
            return await receive()

        await _pages(scope, read, send)


def _refresh_first_number() -> None:
    """A database that is away at start must not keep the webhook's door shut."""
    try:
        refresh_first_number()
    except DatabaseError as error:
        log.warning("first_number_not_refreshed", error=type(error).__name__)
    finally:
        connection.close()


async def _lifespan(receive, send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await asyncio.to_thread(_refresh_first_number)
            await _door.start()
            await _events.start()
            _events.end_on_signals()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await _events.stop()
            await _door.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
