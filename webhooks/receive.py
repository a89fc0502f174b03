"""The webhook's own door: a small ASGI application that never enters Django's request handling.

GET answers Meta's verification. POST checks the signature over the raw bytes, stores them, and answers 200 once they
are committed: nothing else happens here. Requests that wait for a commit share one INSERT (``Intake``).

200 stored            401 not signed, or by nobody we know      413 over 4 MB 403 wrong verify token    405 another
method                        503 no secret is configured, or PostgreSQL is away

Meta takes anything but 200 for a failure and tries again for up to seven days (Cloud API, "Webhooks").
"""

import asyncio
import contextlib
import hmac
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import parse_qs

import psycopg
import structlog
from django.conf import settings
from django.db import connections

from cloud_api import signature
from conversations import silence, wake

from .signers import SECRETS_SQL, Signer, Signers, lane, peek

log = structlog.get_logger(__name__)

LARGEST = 4 * 1024 * 1024  # Meta posts up to 3 MB
COMMIT_APART = 0.003  # seconds from one commit's start that the next one waits for company, at most
ENOUGH = 32  # bodies that are worth a commit: nobody waits for more
LARGEST_COMMIT = 16 * 1024 * 1024
STORE_SECONDS = 10.0  # a database that hangs is away

_VERIFY_TOKENS_SQL = "SELECT DISTINCT verify_token FROM accounts_whatsappnumber WHERE verify_token <> ''"
_STORE_SQL = """
    INSERT INTO webhooks_delivery (lane, body, size, verified_by, received_at, outcome)
    SELECT lane, body, length(body), verified_by, received_at, '{}'
    FROM unnest(%b::smallint[], %b::bytea[], %b::text[], %b::timestamptz[]) AS w(lane, body, verified_by, received_at)
"""

Send = Callable[[dict], Awaitable[None]]


class Away(Exception):
    """PostgreSQL cannot be reached."""


class Door:
    """The ASGI application. ``start`` and ``stop`` belong to the server's lifespan."""

    def __init__(self):
        self._intake = Intake()
        self._signers = Signers(settings.WHATSAPP_APP_SECRET)
        self._asking = asyncio.Lock()
        self._telling: asyncio.Task | None = None

    async def start(self) -> None:
        await self._intake.start()
        self._telling = asyncio.get_running_loop().create_task(self._tell())

    async def stop(self) -> None:
        if self._telling:
            self._telling.cancel()
        await self._intake.stop()

    async def _tell(self) -> None:
        """Say every few seconds that the door is open, and since when it has refused nothing (conversations.silence)."""
        last = time.time()
        while True:
            if time.time() - last > silence.STALE:  # this process was frozen
                self._intake.well_since = time.time()
            last = time.time()
            await asyncio.to_thread(silence.web_is_up, self._intake.well_since)
            await asyncio.sleep(silence.EVERY)

    async def __call__(self, scope, receive, send) -> None:
        if scope["method"] == "POST":
            await self._take(scope, receive, send)
        elif scope["method"] in ("GET", "HEAD"):
            await self._verify(scope, send)
        else:
            await _answer(send, 405, "Only GET and POST.", [(b"allow", b"GET, POST")])

    async def _take(self, scope, receive, send) -> None:
        headers = dict(scope["headers"])
        header = headers.get(b"x-hub-signature-256", b"").decode("latin-1")
        if _announced(headers) > LARGEST:
            return await _answer(send, 413, f"The body is over {LARGEST} bytes.")
        body = await _read(receive)
        if body is None:
            return await _answer(send, 413, f"The body is over {LARGEST} bytes.")
        try:
            key = peek(body)
            signer = await self._signer(key, body, header) if signature.is_well_formed(header) else None
            if signer is None and not await self._any_secret():
                log.error("webhook_refused", reason="no app secret is configured")
                return await _answer(send, 503, "No app secret is configured: set WHATSAPP_APP_SECRET.")
            if signer is None:
                return await _answer(send, 401, "The signature is missing or wrong.")
            await self._intake.store(lane(key), body, signer.mark)
        except Away:
            return await _answer(send, 503, "The database is away. Try again.", [(b"retry-after", b"5")])
        return await _answer(send, 200, "ok")

    async def _signer(self, key: str, body: bytes, header: str) -> Signer | None:
        """Whose secret signed; asked twice, since a secret may have been entered a moment ago."""
        return _signed_by(body, header, await self._signers_of(key)) or _signed_by(
            body, header, await self._signers_of(key, fresh=True)
        )

    async def _signers_of(self, key: str, *, fresh: bool = False) -> tuple[Signer, ...]:
        signers = self._signers.kept(key, fresh=fresh)
        if signers is not None:
            return signers
        async with self._asking:  # who waited here finds what the first one was told
            signers = self._signers.kept(key, fresh=fresh)
            if signers is None:
                signers = self._signers.keep(key, await self._intake.ask(SECRETS_SQL, {"key": key}) if key else [])
            return signers

    async def _any_secret(self) -> bool:
        """Whether the installation or any number has a secret: without one nothing can be believed, and that is our
        fault (503).
        """
        return self._signers.any_configured or bool(
            await self._intake.ask("SELECT 1 FROM accounts_whatsappnumber WHERE app_secret <> '' LIMIT 1", {})
        )

    async def _verify(self, scope, send) -> None:
        """Meta's GET: echo the challenge, as plain text, to who knows a verify token."""
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        mode, token, challenge = (query.get(f"hub.{name}", [""])[0] for name in ("mode", "verify_token", "challenge"))
        known = [settings.WHATSAPP_VERIFY_TOKEN]
        with contextlib.suppress(Away):
            known += [row[0] for row in await self._intake.ask(_VERIFY_TOKENS_SQL, {})]
        fits = any(t and hmac.compare_digest(t.encode(), token.encode()) for t in known)
        if mode == "subscribe" and fits:
            return await _answer(send, 200, challenge)
        return await _answer(send, 403, "The verify token is wrong.")


def _signed_by(body: bytes, header: str, signers: tuple[Signer, ...]) -> Signer | None:
    secret = signature.verify(body, header, [signer.secret for signer in signers])
    return next((signer for signer in signers if signer.secret == secret), None) if secret else None


def _announced(headers: dict[bytes, bytes]) -> int:
    value = headers.get(b"content-length", b"0")
    return int(value) if value.isdigit() and len(value) < 16 else 0


async def _read(receive) -> bytes | None:
    """The whole body, read once; None where it is too large."""
    message = await receive()
    if not message.get("more_body"):
        body = message.get("body", b"")
        return body if len(body) <= LARGEST else None
    parts, size = [], 0
    while True:
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
        if not message.get("more_body") or message["type"] == "http.disconnect":
            return b"".join(parts)
        message = await receive()


async def _answer(send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]] = []) -> None:  # noqa: B006 - never changed
    body = text.encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
                (b"x-content-type-options", b"nosniff"),
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


class Intake:
    """Stores bodies. Those that come while a commit runs go into the next one together. That one waits until as many are
    there as the last one stored (the clients that were just answered are back), but no longer than COMMIT_APART from
    the last one's start: a fixed pause would halve the rate of a few connections, none would commit them one by one.

    One connection stores; a second one answers questions, so that a look-up never waits behind a commit. Both open
    when first used and again after a failure. They read Django's settings when they open, so that a test's database
    is the one that is used.
    """

    def __init__(self):
        self._waiting: list[tuple[int, bytes, str, datetime, asyncio.Future]] = []
        self._news = asyncio.Event()
        self._company = 1  # how many the last commit stored, ENOUGH at most
        self._complete = asyncio.Event()  # as many as that wait again
        self._storing = False  # a batch is on its way to the database, and its clients wait
        self._writer: psycopg.AsyncConnection | None = None
        self._reader: psycopg.AsyncConnection | None = None
        self._reading = asyncio.Lock()
        self._task: asyncio.Task | None = None
        self._waker = _Waker()
        self.well_since = time.time()  # all that came since then was stored

    async def start(self) -> None:
        self.well_since = time.time()  # the process may have been forked from one that is older
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Store what waits, answer what is being stored, then close."""
        while (self._waiting or self._storing) and self._task and not self._task.done():
            await asyncio.sleep(0.01)
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for open_one in (self._writer, self._reader):
            if open_one is not None:
                await open_one.close()
        self._waker.stop()

    async def store(self, lane: int, body: bytes, verified_by: str) -> None:
        """Return once the body is committed. Raises Away."""
        if self._task is None or self._task.done():
            await self.start()
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((lane, body, verified_by, datetime.now(UTC), stored))
        self._news.set()
        if len(self._waiting) >= self._company:
            self._complete.set()
        await stored

    async def ask(self, sql: str, params: dict) -> list[tuple]:
        """A small question. Raises Away."""
        async with self._reading:
            try:
                if self._reader is None or self._reader.closed:
                    self._reader = await _connect()
                async with asyncio.timeout(STORE_SECONDS):
                    return await (await self._reader.execute(sql, params)).fetchall()
            except (psycopg.Error, OSError, TimeoutError) as error:
                self._reader = await _drop(self._reader)
                self.well_since = time.time()
                log.warning("webhook_database_away", error=type(error).__name__)
                raise Away from error

    async def _run(self) -> None:
        last = 0.0
        while True:
            await self._news.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(last + COMMIT_APART - time.monotonic()):
                    await self._complete.wait()
            last = time.monotonic()
            batch = self._next_batch()
            self._storing = True
            try:
                await self._commit(batch)
            except (psycopg.Error, OSError, TimeoutError) as error:
                self._writer = await _drop(self._writer)
                self.well_since = time.time()
                log.warning("webhook_not_stored", count=len(batch), error=type(error).__name__)
                _resolve(batch, Away())
            else:
                _resolve(batch, None)
                self._waker.wake()
            self._storing = False

    def _next_batch(self) -> list:
        """What waits, in its order, up to a size."""
        size = count = 0
        for _, body, *_ in self._waiting:
            size += len(body)
            count += 1
            if size >= LARGEST_COMMIT:
                break
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        self._company = min(count, ENOUGH)
        self._complete.clear()
        if not self._waiting:
            self._news.clear()
        return batch

    async def _commit(self, batch: list) -> None:
        if self._writer is None or self._writer.closed:
            self._writer = await _connect()
        lanes, bodies, marks, times, _ = zip(*batch, strict=True)
        async with asyncio.timeout(STORE_SECONDS):
            await self._writer.execute(_STORE_SQL, [list(lanes), list(bodies), list(marks), list(times)], prepare=True)


def _resolve(batch: list, error: Exception | None) -> None:
    for *_, stored in batch:
        if stored.done():
            continue  # the client has hung up
        if error is None:
            stored.set_result(None)
        else:
            stored.set_exception(error)


async def _connect() -> psycopg.AsyncConnection:
    """An autocommitting connection of our own to the database that Django uses."""
    params = connections["default"].get_connection_params()
    wanted = {key: params[key] for key in ("dbname", "user", "password", "host", "port", "options") if params.get(key)}
    return await psycopg.AsyncConnection.connect(
        **wanted, autocommit=True, connect_timeout=3, application_name="whatsapp-automation webhook"
    )


async def _drop(connection: psycopg.AsyncConnection | None) -> None:
    if connection is not None:
        with contextlib.suppress(psycopg.Error, OSError):
            await connection.close()


class _Waker:
    """Wakes the drain from a thread of its own: a broker that hangs costs no request anything. One call runs at a
    time; what is stored meanwhile is told by one more call after it.
    """

    def __init__(self):
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="wake")
        self._running = self._again = False

    def wake(self) -> None:
        if self._running:
            self._again = True
            return
        self._running = True
        asyncio.get_running_loop().run_in_executor(self._pool, wake.wake, "inbound").add_done_callback(self._done)

    def _done(self, _future) -> None:
        self._running = False
        if self._again:
            self._again = False
            self.wake()

    def stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
