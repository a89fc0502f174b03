"""/events/: the pokes of a business as server-sent events, by an ASGI application that never enters Django's request handling.

    data: {"conversation": "01939c4e-...", "seq": 812, "kind": "message"}

``kind`` is message, status, state or typing; without a conversation it is ``many`` (ask for everything anew), ``paused`` (pokes do not
come at present) or ``resumed``. Whoever may read the business's conversations may listen. The session is looked at again every
minute; when it ends, or leads to another business, the stream ends. It ends after a quarter of an hour in any case, and the
browser opens the next one. Where nothing happens an event ``beat`` comes every 20 seconds.

200 a stream         401 not signed in      403 no business, or no second factor      405 another method
429 too many of this person                 503 this process has no room, or the database is away
"""

import asyncio
import contextlib
import json
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog
from django.db import DatabaseError

from .listeners import Listener, Refusal, listener_of, session_of
from .pokes import Hub, Line, Poke, Stream

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Limits:
    """Seconds, and counts of streams."""

    heartbeat: float = 20.0  # a proxy closes what says nothing
    check: float = 60.0  # whether the person may still listen
    life: float = 15 * 60.0
    apart: float = 0.1  # pokes within it leave together
    streams: int = 300  # of this process
    of_person: int = 10


class Door:
    """The ASGI application. ``start`` and ``stop`` belong to the server's lifespan."""

    def __init__(self, limits: Limits = Limits()):
        self.limits = limits
        self.hub = Hub()
        self._line = Line(self.hub)
        self._asking = ThreadPoolExecutor(2, thread_name_prefix="listeners")
        self._ending = False

    async def start(self) -> None:
        self._line.start()

    async def stop(self) -> None:
        self.end()
        await self._line.stop()
        self._asking.shutdown(wait=False, cancel_futures=True)

    def end(self) -> None:
        """End all streams and open no more: a server that stops waits for its answers."""
        self._ending = True
        self.hub.end()

    def end_on_signals(self) -> None:
        """Granian tells of the end only once every answer is complete, and a stream would keep it waiting. So we hear its
        signals too, before it does.
        """
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ValueError):  # not the main thread: a server in a test
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, _also(loop, self.end, signal.getsignal(number)))

    async def __call__(self, scope, receive, send) -> None:
        if scope["method"] != "GET":
            return await _answer(send, 405, "Only GET.", (b"allow", b"GET"))
        if self._ending or len(self.hub.streams) >= self.limits.streams:
            return await _answer(send, 503, "No room for one more stream.", _LATER)
        session = session_of(_cookies(scope))
        who = await self._who(session)
        if isinstance(who, Refusal):
            return await _answer(send, who.status, who.words, *([_LATER] if who.status == 503 else []))
        if self.hub.of_person(who.person) >= self.limits.of_person:
            return await _answer(send, 429, "You have too many streams open.", _LATER)
        if self._ending or len(self.hub.streams) >= self.limits.streams:  # others came while we asked
            return await _answer(send, 503, "No room for one more stream.", _LATER)
        return await self._stream(session, who, receive, send)

    async def _who(self, session: str) -> Listener | Refusal:
        if not session:
            return Refusal(401, "Sign in first.")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._asking, listener_of, session)
        except DatabaseError as error:
            log.warning("events_database_away", error=type(error).__name__)
            return Refusal(503, "The database is away. Try again.")

    async def _stream(self, session: str, who: Listener, receive, send) -> None:
        stream = self.hub.open(who.business, who.person)
        watch = asyncio.get_running_loop().create_task(_end_when_gone(stream, receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await _write(send, b"retry: 2000\n\n")
            await self._tell(stream, session, who, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.hub.close(stream)
            watch.cancel()

    async def _tell(self, stream: Stream, session: str, who: Listener, send) -> None:
        """Until its life is over, its reader is gone, or may not listen any more."""
        over = time.monotonic() + self.limits.life
        check = time.monotonic() + self._until_check()
        while not stream.ended and time.monotonic() < over:
            wait = min(self.limits.heartbeat, over - time.monotonic(), check - time.monotonic())
            pokes = await stream.take(max(wait, 0.0))
            if time.monotonic() >= check:
                if await self._who(session) != who:
                    return
                check = time.monotonic() + self._until_check()
            if stream.ended:
                return
            await _write(send, b"".join(_event(poke) for poke in pokes) or _BEAT)
            if pokes:
                await asyncio.sleep(self.limits.apart)

    def _until_check(self) -> float:
        return self.limits.check * random.uniform(0.8, 1.0)  # noqa: S311 - not all streams at once


def _also(loop, act, previous):
    def handle(number, frame) -> None:
        loop.call_soon_threadsafe(act)
        if callable(previous):
            previous(number, frame)

    return handle


_LATER = (b"retry-after", b"15")
_BEAT = b"event: beat\ndata: 1\n\n"  # no comment, which a page could not hear: silence tells it that the line is dead
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),  # nginx would keep it until a buffer is full
]


async def _end_when_gone(stream: Stream, receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


def _cookies(scope) -> str:
    """HTTP/2 may split the header."""
    return "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")


def _event(poke: Poke) -> bytes:
    about = {"conversation": poke.conversation, "seq": poke.seq} if poke.conversation else {}
    return b"data: " + json.dumps(about | {"kind": poke.kind}).encode() + b"\n\n"


async def _write(send, text: bytes) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": True})


async def _answer(send, status: int, words: str, *headers: tuple[bytes, bytes]) -> None:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [kind, *headers]})
    await send({"type": "http.response.body", "body": words.encode()})
