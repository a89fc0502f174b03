"""python -m bench.parts.open_loop FILE PORT RATE START: posts prepared requests at their due times, whatever the answers do.

Request number i is due at START + i / RATE (Unix seconds). Prints one line of JSON: how many had which
status (0: no answer), how late they left, how long the answers took. A process of its own: it shares no CPU time with what it
measures but the machine's.
"""

import asyncio
import json
import sys
import time
from collections import Counter, deque
from pathlib import Path

import uvloop

from bench.parts.bodies import read_requests
from bench.parts.figures import percentile

CONNECTIONS = 32  # as many as wait for an answer at once; more are opened when all of them do
PATIENCE = 30.0


class Line(asyncio.Protocol):
    """A kept-alive connection with at most one request on it."""

    def __init__(self, load: "Load"):
        self._load = load
        self._begun = 0.0
        self._answer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport) -> None:
        self.transport = transport

    def post(self, request: bytes) -> None:
        self._begun, self._answer = time.time(), b""
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if found and len(body) >= _length(head):
            self._load.answered(self, int(head.split(b" ", 2)[1]), time.time() - self._begun)

    def connection_lost(self, error) -> None:
        self._load.lost(self)


class Load:
    def __init__(self, port: int, requests: list[bytes], rate: float, start: float):
        self._port, self._requests, self._rate, self._start = port, requests, rate, start
        self._idle: deque[Line] = deque()
        self._busy: set[Line] = set()
        self.statuses: Counter[int] = Counter()
        self.late: list[float] = []
        self.took: list[float] = []

    async def run(self) -> None:
        self._idle.extend([await self._open() for _ in range(CONNECTIONS)])
        for place, request in enumerate(self._requests):
            due = self._start + place / self._rate
            if (pause := due - time.time()) > 0:
                await asyncio.sleep(pause)
            line = self._idle.popleft() if self._idle else await self._open()
            self.late.append(time.time() - due)
            self._busy.add(line)
            line.post(request)
        deadline = time.time() + PATIENCE
        while self._busy and time.time() < deadline:
            await asyncio.sleep(0.01)
        if self._busy:
            self.statuses[0] += len(self._busy)

    def answered(self, line: Line, status: int, seconds: float) -> None:
        self._busy.discard(line)
        self._idle.append(line)
        self.took.append(seconds)
        self.statuses[status] += 1

    def lost(self, line: Line) -> None:
        if line in self._busy:
            self._busy.discard(line)
            self.statuses[0] += 1
        elif line in self._idle:
            self._idle.remove(line)

    async def _open(self) -> Line:
        _, line = await asyncio.get_running_loop().create_connection(lambda: Line(self), "127.0.0.1", self._port)
        return line


def _length(head: bytes) -> int:
    for header in head.split(b"\r\n")[1:]:
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def main() -> None:
    path, port, rate, start = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    load = Load(port, read_requests(path), rate, start)
    uvloop.run(load.run())
    figures = {"late_p99_ms": percentile(load.late, 0.99), "answer_p50_ms": percentile(load.took, 0.5)}
    figures["answer_p99_ms"] = percentile(load.took, 0.99)
    rounded = {name: round(value * 1000, 2) for name, value in figures.items()}
    print(json.dumps({"statuses": load.statuses, **rounded}))


if __name__ == "__main__":
    main()
