"""Customers who write at a steady rate while something breaks, until all is quiet again; then the checker looks.

    Scene(world, messages=60).play(fault)       # -> Result

A thread of its own offers the messages through the simulator, which posts and resends the webhooks as Meta does. The
fault runs in the caller's thread (the supervisor's children hang on it) and steps forward with the offering: a third of
the messages before it breaks something, the rest while it is broken and after.
"""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psycopg

from tests.aibot.provider_server import OpenAi, late
from tests.e2e.thinking import ODD

from .invariants import BOT, Report, check
from .truth import Said, Truth, last_call, told

QUIET_WITHIN = 150.0  # seconds until all must be worked off
QUIET_FOR = 0.5  # seconds that it must stay so: a status may be due
IN_FLIGHT = 10.0  # seconds: a row that says ``sending`` for longer has lost its sender
APART = 0.4  # seconds between a customer's lines

# What is left of our customers' messages; all counts are 0 when nothing is on the way but what waits for certainty: a message
# that may or may not have left holds its line (conversations.settling). The parameter says whether that counts too.
ON_THE_WAY = """
    WITH asked AS (SELECT %s::bool AS everything), doubtful AS (SELECT conversation_id, status, sending_since FROM conversations_message
                      WHERE status IN (10, 20) AND settled_at IS NULL)
    SELECT (SELECT count(*) FROM webhooks_delivery WHERE processed_at IS NULL) AS unprocessed,
           (SELECT count(*) FROM conversations_message WHERE status = 0 AND (
                (SELECT everything FROM asked) OR conversation_id NOT IN (SELECT conversation_id FROM doubtful))) AS queued,
           (SELECT count(*) FROM doubtful
            WHERE (SELECT everything FROM asked) OR (status = 10 AND sending_since > now() - %s * interval '1 second')) AS doubtful,
           (SELECT count(*) FROM conversations_parkedstatus p
            JOIN conversations_message m ON m.number_id = p.number_id AND m.wamid = p.wamid) AS parked,
           (SELECT count(*) FROM aibot_pendingturn) AS turns,
           (SELECT count(*) FROM aibot_reservation WHERE state = 'open' AND (SELECT everything FROM asked)) AS reserved
"""

LINES = {"hi": "greeting", "price?": "pricing", "bye": "bye", ODD: BOT}  # what a customer writes -> who answers
THINKS = 0.3  # seconds
Fault = Callable[["Scene"], None]


@dataclass(frozen=True, slots=True)
class Line:
    """One message to be written."""

    due: float  # seconds after the start
    phone: str
    number: str
    text: str


@dataclass(slots=True)
class Result:
    name: str
    report: Report
    seconds_to_calm: float  # from the last message offered


@dataclass
class Scene:
    """``rate`` messages a second, to so many of the simulator's numbers (``shops``). ``said_at`` shifts the messages' own
    time, in seconds, as a clock that is off would. ``webhook`` is how the simulator's webhooks misbehave.
    The Graph API answers ``graph_ms`` after it has accepted, so that a fault finds messages on the wire. With ``model`` most
    customers write what the language model must answer, which it thinks about for THINKS seconds.
    """

    world: object
    messages: int = 1_000
    rate: float = 100.0
    said_at: float = 0.0
    shops: int = 2
    webhook: dict = field(default_factory=dict)
    graph_ms: int = 100
    model: OpenAi | None = None
    said: list[Said] = field(default_factory=list)

    def __post_init__(self):
        known = self.world.control("GET", "/_sim/numbers")["numbers"]
        self.numbers = [one["phone_number_id"] for one in known][: self.shops]
        self.since_delivery = self._last_delivery()
        self._until_delivery = 2**62
        self.since_call = last_call(self.world)
        self.lines = list(self._plan())
        self._offered = 0
        self._writer = threading.Thread(target=self._offer, daemon=True)
        self._error: Exception | None = None

    def play(self, name: str, fault: Fault) -> Result:
        """Offer, break, wait, check. What goes wrong on the way is a finding too."""
        self.world.control("PUT", "/_sim/faults", {"webhook": self.webhook, "graph": {"delay_ms": self.graph_ms}})
        if self.model:
            self.model.usual = late(self.model, THINKS)
        troubles = []
        try:
            fault(self)
        except AssertionError as error:
            troubles.append(f"{name}: {error}")
        self.until_offered(1.0)
        self._writer.join()
        ended = time.monotonic()
        self.world.revive()
        self._until(self._database_answers, within=60)
        try:
            self.until_quiet()
        except AssertionError as error:
            troubles.append(f"{name}: {error}")
        seconds = time.monotonic() - ended
        self._until_delivery = self._last_delivery()  # later ones are the next scene's
        report = check(self.world.query, self.truth(), leases_over=False)
        for trouble in troubles:
            report.note("other", trouble)
        return Result(name, report, seconds)

    def truth(self) -> Truth:
        deliveries = (self.since_delivery, self._until_delivery)
        return told(self.world, self.said, since_call=self.since_call, deliveries=deliveries)

    # --- for the faults ---

    def until_offered(self, share: float) -> None:
        """Return when this share (0 to 1) of the messages has been written. The first call lets the customers begin."""
        if self._writer.ident is None:
            self._writer.start()
        wanted = share * len(self.lines)
        self._until(lambda: self._error or self._offered >= wanted, within=60 + len(self.lines) / self.rate * 3)
        if self._error:
            raise self._error

    def hold(self, seconds: float) -> None:
        """Let things stay as they are for a while."""
        over = time.monotonic() + seconds
        self._until(lambda: time.monotonic() >= over, within=seconds + 5)

    def _until(self, found: Callable, within: float) -> None:
        """As the world's, and Ctrl-C is obeyed."""
        self.world.until(lambda: self.world.stack.supervisor.signals.check() or found(), within=within)

    def until_quiet(self, *, leases_over: bool = False, within: float = QUIET_WITHIN) -> None:
        """Return when nothing has been on the way for QUIET_FOR seconds. ``leases_over``: nor anything in doubt."""
        quiet_since = None

        def quiet() -> bool:
            nonlocal quiet_since
            left = self._on_the_way(leases_over)
            quiet_since = None if left else quiet_since or time.monotonic()
            return not left and time.monotonic() - quiet_since >= QUIET_FOR

        deadline = time.monotonic() + within
        while not quiet():
            assert time.monotonic() < deadline, f"not quiet within {within:.0f} s: {self._on_the_way(leases_over)}"
            self.hold(0.1)

    def _database_answers(self) -> bool:
        """It may still be replaying its log."""
        try:
            return bool(self.world.query("SELECT 1"))
        except psycopg.OperationalError:
            return False

    def _last_delivery(self) -> int:
        return self.world.query("SELECT coalesce(max(id), 0) AS id FROM webhooks_delivery")[0]["id"]

    def _on_the_way(self, leases_over: bool) -> dict[str, int]:
        counts = dict(self.world.query(ON_THE_WAY, leases_over, IN_FLIGHT)[0])
        counts["webhooks"] = self.world.control("GET", "/_sim/webhooks")["pending"]
        return {name: count for name, count in counts.items() if count}

    # --- what is written ---

    def _plan(self) -> Iterable[Line]:
        """Messages in the order in which they are due. Every third customer writes several lines, every fifth writes to
        both shops.
        """
        one, several = ("price?",), ("hi", "price?", "bye")
        if self.model:
            one, several = (ODD,), ("price?", ODD)
        lines, place = [], 0
        while len(lines) < self.messages:
            due, phone = len(lines) / self.rate, self.world.new_phone()
            texts = several if place % 3 == 0 else one
            numbers = self.numbers if place % 5 == 0 else [self.numbers[place % len(self.numbers)]]
            lines += [
                Line(due + at * APART, phone, number, text) for number in numbers for at, text in enumerate(texts)
            ]
            place += 1
        return sorted(lines[: self.messages], key=lambda line: line.due)

    def _offer(self) -> None:
        try:
            address = urlsplit(self.world.simulator)
            with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=30)) as simulator:
                started = time.monotonic()
                for line in self.lines:
                    time.sleep(max(0.0, started + line.due - time.monotonic()))
                    self.said.append(self._write(simulator, line))
                    self._offered += 1
        except Exception as error:  # noqa: BLE001 - the caller's thread must hear of it: it waits for the offering
            self._error = error

    def _write(self, simulator: http.client.HTTPConnection, line: Line) -> Said:
        message = {"type": "text", "text": line.text, "phone_number_id": line.number}
        if self.said_at:
            message["timestamp"] = time.time() + self.said_at
        simulator.request("POST", f"/_sim/customers/{line.phone}/messages", json.dumps(message))
        answer = simulator.getresponse()
        body = json.loads(answer.read())
        assert answer.status == 200, body
        return Said(line.phone, line.number, body["wamid"], LINES[line.text])


def new_wamids() -> Iterable[str]:
    """For hand-made bodies: unlike any other of this machine."""
    stamp = time.time_ns()
    return (f"wamid.chaos.{stamp}.{place:05d}" for place in itertools.count())
