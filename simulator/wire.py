"""The HTTP client that posts webhooks: HTTP/1.1, keep-alive, one request at a time on a connection.

aiohttp's client is good and costs 320 microseconds of CPU for a paced request on the machine where this was measured;
this one costs 125. The simulator posts three webhooks for every reply and runs beside what it measures, hence this file.
"""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_ANSWER = 1024 * 1024


@dataclass(slots=True)
class Reply:
    status: int
    body: bytes


class BrokenReply(ConnectionError):
    """The other side closed the connection or sent what is not HTTP before a whole answer was there."""


class Wire:
    """Posts to one URL. As many connections as there are posts at the same time; idle ones are used again."""

    def __init__(self, url: str, timeout: float):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an http address: {url}")
        self._host = parts.hostname
        self._tls = parts.scheme == "https"
        self._port = parts.port or (443 if self._tls else 80)
        self._timeout = timeout
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._head = f"POST {target} HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\n"
        self._idle: list[_Connection] = []

    async def post(self, body: bytes, headers: dict[str, str]) -> Reply:
        """Raises OSError (BrokenReply among them) without an answer, TimeoutError if it takes too long. A connection
        that turns out to be closed already is replaced once."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = f"{self._head}{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body
        async with asyncio.timeout(self._timeout):
            while self._idle:
                connection = self._idle.pop()
                if connection.is_open:
                    try:
                        return await self._exchange(connection, request)
                    except BrokenReply:
                        if connection.heard:
                            raise
                        break
            return await self._exchange(await self._connect(), request)

    def close(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    async def _connect(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(_Connection, self._host, self._port, ssl=self._tls or None)
        return connection

    async def _exchange(self, connection: "_Connection", request: bytes) -> Reply:
        try:
            reply = await connection.exchange(request)
        except BaseException:
            connection.close()
            raise
        if connection.is_open:
            self._idle.append(connection)
        return reply


class _Connection(asyncio.Protocol):
    def __init__(self):
        self.is_open = False
        self.heard = False
        self._buffer = b""
        self._waiter: asyncio.Future | None = None

    def exchange(self, request: bytes) -> asyncio.Future:
        self._buffer = b""
        self.heard = False
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiter

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()

    def connection_made(self, transport) -> None:
        self._transport = transport
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        self.heard = True
        self._buffer += data
        self._look(at_end=False)

    def eof_received(self) -> bool:
        self.is_open = False
        self._look(at_end=True)
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        self._look(at_end=True)
        self._fail("connection closed without an answer")

    def _look(self, at_end: bool) -> None:
        """Settles the waiter if the buffer holds a whole answer."""
        if self._waiter is None or self._waiter.done():
            return
        try:
            reply, keep = _parse(self._buffer, at_end)
        except ValueError:
            self._fail("the answer is not HTTP")
            self.close()
            return
        if reply:
            if not keep:
                self.close()
            self._waiter.set_result(reply)
        elif len(self._buffer) > MAX_ANSWER:
            self._fail("the answer is too long")
            self.close()

    def _fail(self, reason: str) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(BrokenReply(reason))


def _parse(data: bytes, at_end: bool) -> tuple[Reply | None, bool]:
    """(the reply, whether the connection stays), or (None, True) while it is not whole. ValueError if not HTTP."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if data and not b"HTTP/1.".startswith(data[:7]):
            raise ValueError("no status line")
        return None, True
    head = data[:end].lower()
    status = int(head[9:12])
    if status < 200:
        return _parse(data[end + 4 :], at_end)
    rest = data[end + 4 :]
    keep = head.startswith(b"http/1.1") and b"\r\nconnection: close" not in head
    if b"\r\ntransfer-encoding: chunked" in head:
        return (Reply(status, _unchunked(rest)), keep) if rest.endswith(b"0\r\n\r\n") else (None, True)
    _, found, value = head.partition(b"\r\ncontent-length:")
    if not found:
        return (Reply(status, rest), False) if at_end or status in (204, 304) else (None, True)
    length = int(value.partition(b"\r\n")[0])
    return (Reply(status, rest[:length]), keep) if len(rest) >= length else (None, True)


def _unchunked(data: bytes) -> bytes:
    parts = []
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        parts.append(data[:length])
        data = data[length + 2 :]
    return b"".join(parts)
