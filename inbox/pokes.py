"""Pokes: what PostgreSQL tells of changed conversations, handed to the open streams of their business.

A poke says which conversation has changed and how (``message``, ``status``, ``state``, ``typing``), and nothing of what stands in
it: the page then asks for what it may see. Triggers send them (conversations/migrations/0012_pokes.py), so nobody can
forget to, and they come once the change is committed. Each web process has one connection that listens (``Line``); its
``Hub`` knows the streams that are open here.

A poke is a hint: it may be lost while the connection is away. ``paused`` and ``resumed`` say so to the page, which asks for
itself meanwhile.
"""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import structlog
from django.db import connection, connections

log = structlog.get_logger(__name__)

CHANNEL = "pokes"
MOST = 100  # pokes that a stream holds for a reader who is slow; more are one "many"
ALIVE_SECONDS = 20.0  # the connection is asked whether it still lives
ANSWER_SECONDS = 5.0
RETRY_SECONDS = (0.2, 15.0)  # the first and the longest pause before it is opened again
MANY, PAUSED, RESUMED = "many", "paused", "resumed"  # of no conversation: ask anew; pokes have stopped; they go on


@dataclass(frozen=True, slots=True)
class Poke:
    kind: str
    conversation: str = ""
    seq: int = 0  # of the newest message that it is about; 0 where it is about none


def tell(business_id: UUID, kind: str, conversation_id: UUID) -> None:
    """Poke by hand, for what is no row: it leaves with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{business_id}|{kind}|{conversation_id}:0"])


def read(payload: str) -> tuple[str, list[Poke]]:
    """The business and its pokes. A payload that is none is nobody's: ("", [])."""
    business, _, rest = payload.partition("|")
    kind, _, conversations = rest.partition("|")
    if conversations == MANY:
        return business, [Poke(MANY)]
    pokes = []
    for part in conversations.split(","):
        conversation, _, seq = part.partition(":")
        if not seq.isdecimal():
            return "", []
        pokes.append(Poke(kind, conversation, int(seq)))
    return business, pokes


@dataclass(eq=False)
class Stream:
    """What one reader has not been told yet. Never more than MOST pokes, the same one once."""

    business: str
    person: str
    ended: bool = False
    _waiting: dict[tuple[str, str], Poke] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, poke: Poke) -> None:
        key = (poke.kind, poke.conversation)
        if (MANY, "") in self._waiting and poke.conversation:
            return  # they ask for everything anyhow
        if poke.conversation and key not in self._waiting and len(self._waiting) >= MOST:
            self._waiting = {key: other for key, other in self._waiting.items() if not other.conversation}
            key, poke = (MANY, ""), Poke(MANY)
        self._waiting.pop(key, None)  # its place is that of the newest
        self._waiting[key] = poke
        self._news.set()

    def end(self) -> None:
        self.ended = True
        self._news.set()

    async def take(self, seconds: float) -> list[Poke]:
        """What is new; nothing where nothing comes in time, or the stream has ended."""
        if not self._news.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._news.wait()
        if not self.ended:
            self._news.clear()
        pokes, self._waiting = list(self._waiting.values()), {}
        return pokes


class Hub:
    """The streams that are open in this process."""

    def __init__(self):
        self.streams: set[Stream] = set()
        self.paused = True  # until the line is open

    def open(self, business: str, person: str) -> Stream:
        stream = Stream(business, person)
        if self.paused:
            stream.put(Poke(PAUSED))
        self.streams.add(stream)
        return stream

    def close(self, stream: Stream) -> None:
        self.streams.discard(stream)

    def of_person(self, person: str) -> int:
        return sum(stream.person == person for stream in self.streams)

    def tell(self, payload: str) -> None:
        business, pokes = read(payload)
        for stream in self.streams:
            if stream.business == business:
                for poke in pokes:
                    stream.put(poke)

    def pause(self) -> None:
        if not self.paused:
            self._tell_all(Poke(PAUSED))
        self.paused = True

    def resume(self) -> None:
        if self.paused:
            self._tell_all(Poke(RESUMED))
        self.paused = False

    def end(self) -> None:
        for stream in self.streams:
            stream.end()

    def _tell_all(self, poke: Poke) -> None:
        for stream in self.streams:
            stream.put(poke)


class Line:
    """The connection of this process that listens. It opens again by itself, with pauses that grow."""

    def __init__(self, hub: Hub):
        self._hub = hub
        self._task: asyncio.Task | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        pause = RETRY_SECONDS[0]
        while True:
            try:
                async with await _connect() as line:
                    await line.execute(f"LISTEN {CHANNEL}")
                    self._hub.resume()
                    pause = RETRY_SECONDS[0]
                    await self._hear(line)
            except Exception as error:  # noqa: BLE001 - whatever it is, the pages are told, and the line opens again
                log.warning("pokes_paused", error=type(error).__name__)
            self._hub.pause()
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - so that processes do not knock at once
            pause = min(pause * 2, RETRY_SECONDS[1])

    async def _hear(self, line: psycopg.AsyncConnection) -> None:
        while True:
            async for notice in line.notifies(timeout=ALIVE_SECONDS):
                self._hub.tell(notice.payload)
            async with asyncio.timeout(ANSWER_SECONDS):
                await line.execute("SELECT 1")


async def _connect() -> psycopg.AsyncConnection:
    """An autocommitting connection of our own to the database that Django uses, read now: a test's is another one."""
    params = connections["default"].get_connection_params()
    wanted = {key: params[key] for key in ("dbname", "user", "password", "host", "port", "options") if params.get(key)}
    return await psycopg.AsyncConnection.connect(
        **wanted, autocommit=True, connect_timeout=3, application_name="whatsapp-automation events"
    )
