import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from cloud_api import signature
from webhooks.receive import Door


@dataclass
class Answer:
    status: int
    body: str
    headers: dict[str, str]


class Client:
    """Speaks ASGI to the webhook's door, as the server does."""

    def __init__(self, door: Door):
        self.door = door

    async def post(self, body: bytes, *, secret: str = "", headers: dict | None = None, parts: int = 1) -> Answer:
        """``secret`` signs; ``parts`` sends the body in pieces without announcing its length."""
        given = dict(headers or {})
        if secret:
            given["x-hub-signature-256"] = signature.sign(body, secret)
        if parts == 1:
            given.setdefault("content-length", str(len(body)))
        size = max(1, -(-len(body) // parts))
        pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
        return await self._ask("POST", b"", given, pieces)

    async def get(self, query: str) -> Answer:
        return await self._ask("GET", query.encode(), {}, [b""])

    async def _ask(self, method: str, query: bytes, headers: dict, pieces: list[bytes]) -> Answer:
        left = list(pieces)
        sent = []

        async def receive():
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": "/webhook",
            "query_string": query,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        await self.door(scope, receive, send)
        start, body = sent
        return Answer(start["status"], body["body"].decode(), {k.decode(): v.decode() for k, v in start["headers"]})


@pytest.fixture
def at_the_door(transactional_db) -> Callable[[Callable[[Client], Awaitable]], object]:
    """Run a coroutine function with a client at a door that is open. The door commits on connections of its own."""

    def run(act: Callable[[Client], Awaitable]):
        async def whole():
            door = Door()
            await door.start()
            try:
                return await act(Client(door))
            finally:
                await door.stop()

        return asyncio.run(whole())

    return run
