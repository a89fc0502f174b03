"""Server-sent events for the phone page: the bubbles of one customer, and the tester's state."""

import asyncio
import json
from collections import deque

from aiohttp import web

STATE_EVERY_S = 0.25
HEARTBEAT_S = 15
MAX_WAITING = 500


class Hub:
    """Who looks at which customer. Publishing costs one dictionary look-up where nobody looks."""

    def __init__(self):
        self._watchers: dict[str, set[Watcher]] = {}
        self.closed = False

    def publish(self, customer_id: str, kind: str, data) -> None:
        """`data` is a dictionary, or a function without arguments that makes it (called only if somebody looks)."""
        watchers = self._watchers.get(customer_id)
        if watchers:
            event = _event(kind, data() if callable(data) else data)
            for watcher in watchers:
                watcher.push(event)

    def touch(self) -> None:
        """The tester's state or the list of customers changed."""
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.touch()

    def everyone(self, kind: str) -> None:
        for customer_id in list(self._watchers):
            self.publish(customer_id, kind, {})

    def close(self) -> None:
        self.closed = True
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.wake.set()

    async def stream(self, request: web.Request, customer_id: str, state) -> web.StreamResponse:
        """Streams to one page until it leaves or the server stops. `state()` makes the tester's state."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        watcher = Watcher()
        self._watchers.setdefault(customer_id, set()).add(watcher)  # first: nothing may fall between thread and stream
        try:
            await response.prepare(request)
            await response.write(b"retry: 1000\n\n")
            await watcher.run(response, state, lambda: self.closed)
        except ConnectionResetError:
            pass  # the page went away
        finally:
            self._watchers[customer_id].discard(watcher)
            if not self._watchers[customer_id]:
                del self._watchers[customer_id]
        return response


class Watcher:
    """One open page."""

    def __init__(self):
        self.wake = asyncio.Event()
        self._events: deque[bytes] = deque()
        self._state_ripe = True
        self._timer: asyncio.TimerHandle | None = None

    def push(self, event: bytes) -> None:
        self._events.append(event)
        if len(self._events) > MAX_WAITING:
            self._events.clear()
            self._events.append(_event("reload", {}))
        self.wake.set()

    def touch(self) -> None:
        """The state is sent a moment later, once for all changes until then."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(STATE_EVERY_S, self._ripen)

    def _ripen(self) -> None:
        self._timer = None
        self._state_ripe = True
        self.wake.set()

    async def run(self, response: web.StreamResponse, state, closed) -> None:
        while not closed():
            self.wake.clear()
            while self._events:
                await response.write(self._events.popleft())
            if self._state_ripe:
                self._state_ripe = False
                await response.write(_event("state", state()))
            try:
                await asyncio.wait_for(self.wake.wait(), HEARTBEAT_S)
            except TimeoutError:
                await response.write(b": still here\n\n")


def _event(kind: str, data: dict) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode()
