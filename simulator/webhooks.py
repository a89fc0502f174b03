"""Signing, delivering and retrying webhooks. Nothing here makes a Graph answer wait.

Meta delivers concurrently and resends what did not get a 200 with growing pauses for up to seven days; here the clock
is compressed (first after 0.2 s, doubled up to 5 s, given up after 300 s; `Clock` changes it).
"""

import asyncio
import hmac
import logging
import os
import socket
import time
from dataclasses import dataclass, field

from . import bodies
from .bodies import Item
from .faults import Faults
from .wire import BrokenReply, Wire

logger = logging.getLogger(__name__)

CONNECTIONS = 32
MAX_PENDING = 50_000
REORDER_MS = 200


@dataclass(frozen=True)
class Clock:
    """Seconds. `give_up` counts from the first attempt of a body; `timeout` is how long one attempt may take."""

    first: float = 0.2
    longest: float = 5.0
    give_up: float = 300.0
    timeout: float = 10.0


@dataclass(slots=True)
class Counters:
    """Bodies, not updates: a batch of 20 counts once. `pending` is everything that is not yet ok or dropped."""

    sent: int = 0
    ok: int = 0
    retried: int = 0
    pending: int = 0
    dropped: int = 0


@dataclass(slots=True, eq=False)
class Job:
    """One signed body on its way."""

    body: bytes
    secret: str
    items: list[Item]
    tries: int = 0
    first_at: float = 0.0


@dataclass(slots=True)
class Answer:
    """What the product said. `status` is 0 where there was no answer, and then `error` says why."""

    status: int
    body: str = ""
    error: str = ""
    ms: float = 0.0


@dataclass(slots=True)
class _Era:
    """Everything that a reset forgets. Work of an older era that is still in flight finds itself forgotten."""

    counters: Counters = field(default_factory=Counters)
    queue: asyncio.Queue = field(default_factory=asyncio.Queue)
    collected: list[Item] = field(default_factory=list)
    timers: set = field(default_factory=set)
    last: dict | None = None


class Webhooks:
    """`on_result(item, answer, final)` is called for each item after each attempt; final: None while it is retried,
    else "taken" or "dropped"."""

    def __init__(self, url: str, clock: Clock, faults: Faults, on_result):
        self.url = url
        self.clock = clock
        self._faults = faults
        self._on_result = on_result
        self._era = _Era()
        self._tasks: set[asyncio.Task] = set()
        self._wire = Wire(url, clock.timeout)

    @property
    def counters(self) -> Counters:
        return self._era.counters

    @property
    def last(self) -> dict | None:
        """The latest attempt: {"status", "ms", "error", "about", "at"}."""
        return self._era.last

    async def start(self) -> None:
        self._start_workers()

    async def stop(self) -> None:
        await self._stop_tasks()
        self._wire.close()

    async def reset(self) -> None:
        """Forgets what is on its way and all counters."""
        await self._stop_tasks()
        self._era = _Era()
        self._start_workers()

    def send(self, item: Item) -> None:
        """Sends one update, at once or as the webhook faults say."""
        era, fault = self._era, self._faults.webhook
        if era.counters.pending >= MAX_PENDING:
            era.counters.dropped += 1
            self._on_result(item, Answer(0, error="too many webhooks are waiting"), "dropped")
        elif fault.batch > 1 or fault.reorder:
            self._collect(item)
        elif fault.delay_ms:
            era.counters.pending += 1
            self._later(fault.delay_ms / 1000, self._send_delayed, item)
        else:
            self._enqueue([item])

    async def post(self, body: bytes, secret: str) -> Answer:
        """One attempt with these bytes as they are, signed with `secret`."""
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(body, secret)}
        started = time.perf_counter()
        try:
            reply = await self._wire.post(body, headers)
            answer = Answer(reply.status, reply.body.decode(errors="replace"))
        except TimeoutError:
            answer = Answer(0, error=f"no answer in {self.clock.timeout:g} s")
        except OSError as error:
            answer = Answer(0, error=_reason(error))
        answer.ms = (time.perf_counter() - started) * 1000
        return answer

    def _collect(self, item: Item) -> None:
        era, fault = self._era, self._faults.webhook
        era.collected.append(item)
        era.counters.pending += 1
        if len(era.collected) == 1:
            wait_ms = max(fault.batch_ms, REORDER_MS) if fault.reorder else fault.batch_ms
            self._later(wait_ms / 1000, self._flush)
        elif len(era.collected) >= fault.batch and not fault.reorder:
            self._flush()

    def _flush(self) -> None:
        era, fault = self._era, self._faults.webhook
        items, era.collected = era.collected, []
        era.counters.pending -= len(items)
        if fault.reorder:
            items.reverse()
        by_secret: dict[str, list[Item]] = {}
        for item in items:  # one body has one signature, so it carries the numbers of one app only
            by_secret.setdefault(item.number.app_secret, []).append(item)
        size = max(fault.batch, 1)
        chunks = [group[at : at + size] for group in by_secret.values() for at in range(0, len(group), size)]
        if fault.reorder:
            self._spawn(self._in_turn([job for chunk in chunks for job in self._jobs(chunk)]))
        else:
            for chunk in chunks:
                self._enqueue(chunk)

    def _send_delayed(self, item: Item) -> None:
        self._era.counters.pending -= 1
        self._enqueue([item])

    def _enqueue(self, items: list[Item]) -> None:
        for job in self._jobs(items):
            self._era.queue.put_nowait(job)

    def _jobs(self, items: list[Item]) -> list[Job]:
        body, secret = bodies.build(items), items[0].number.app_secret
        jobs = [Job(body, secret, items) for _ in range(2 if self._faults.webhook.duplicate else 1)]
        self._era.counters.pending += len(jobs)
        return jobs

    async def _work(self) -> None:
        queue = self._era.queue
        while True:
            await self._attempt(await queue.get())

    async def _in_turn(self, jobs: list[Job]) -> None:
        """One after the other, so that what is out of order arrives out of order."""
        for job in jobs:
            await self._attempt(job)

    async def _attempt(self, job: Job) -> None:
        counters = self._era.counters
        if job.tries:
            counters.retried += 1
        else:
            counters.sent += 1
            job.first_at = time.monotonic()
        job.tries += 1
        answer = await self.post(job.body, job.secret)
        self._settle(job, answer)

    def _settle(self, job: Job, answer: Answer) -> None:
        counters = self._era.counters
        pause = min(self.clock.first * 2 ** min(job.tries - 1, 30), self.clock.longest)
        final = None
        if answer.status == 200:
            counters.ok += 1
            final = "taken"
        elif time.monotonic() + pause - job.first_at > self.clock.give_up:
            counters.dropped += 1
            final = "dropped"
        else:
            self._later(pause, self._era.queue.put_nowait, job)
        if final:
            counters.pending -= 1
        self._era.last = {
            "status": answer.status,
            "ms": round(answer.ms, 1),
            "error": answer.error,
            "about": job.items[0].field,
            "at": time.time(),
        }
        for item in job.items:
            self._on_result(item, answer, final)

    def _later(self, seconds: float, function, *args) -> None:
        timers = self._era.timers
        handle = None

        def run():
            timers.discard(handle)
            function(*args)

        handle = asyncio.get_running_loop().call_later(seconds, run)
        timers.add(handle)

    def _start_workers(self) -> None:
        for _ in range(CONNECTIONS):
            self._spawn(self._work())

    def _spawn(self, coroutine) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            logger.error("a webhook worker ended", exc_info=task.exception())

    async def _stop_tasks(self) -> None:
        for timer in self._era.timers:
            timer.cancel()
        self._era.timers.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def sign(body: bytes, secret: str) -> str:
    """The value of X-Hub-Signature-256: HMAC-SHA256 over the raw bytes, keyed with the app secret."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def _reason(error: OSError) -> str:
    if isinstance(error, BrokenReply):
        return str(error)
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "connection closed without an answer"
    if isinstance(error, socket.gaierror):
        return "host name not found"
    return os.strerror(error.errno) if error.errno else type(error).__name__
