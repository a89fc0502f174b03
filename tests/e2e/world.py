"""What a test does to the running product: write as a customer, post webhooks, look into its database, kill its processes."""

import itertools
import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg
import requests
from psycopg.rows import dict_row

from whatsapp_automation.embedded.environment import DEMO_OWNER_EMAIL

CALM_SECONDS = (
    150  # a killed sender's message is given up after 90 s (settling.LEASE), and holds its line for 110 (HOLD)
)
_phones = itertools.count(919_700_000_000)


@contextmanager
def calm(stack) -> Iterator["World"]:
    """The running product and its customers, quiet and without faults. A process that a test killed runs again afterwards."""
    with closing(World(stack)) as world:
        world.calm()
        yield world
        world.revive()
        world.calm()


class World:
    """``close`` it in the end."""

    def __init__(self, stack):
        self.stack = stack
        self.web = stack.web_url
        self.simulator = stack.simulator_url
        self._down: set[str] = set()
        self._database: psycopg.Connection | None = None

    def close(self) -> None:
        if self._database:
            self._database.close()

    # --- the customer's side ---

    def new_phone(self) -> str:
        return str(next(_phones))

    def write(self, phone: str, text: str, **message) -> str:
        """A customer's text, or any other message of the simulator's control API; returns its wamid."""
        body = {"type": "text", "text": text, **message}
        return self.control("POST", f"/_sim/customers/{phone}/messages", body)["wamid"]

    def thread(self, phone: str) -> list[dict]:
        return self.control("GET", f"/_sim/customers/{phone}/thread")["messages"]

    def answers(self, phone: str) -> list[dict]:
        """What the business sent to this customer, in order."""
        return [message for message in self.thread(phone) if message["direction"] == "outbound"]

    def answer(self, phone: str, text: str, *, count: int = 1, within: float = 10, **message) -> dict:
        """Write, wait for the ``count``-th answer of the thread, return it."""
        self.write(phone, text, **message)
        return self.until(lambda: len(found := self.answers(phone)) >= count and found[count - 1], within=within)

    def control(self, method: str, path: str, body=None) -> dict:
        raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        status, answer = self.http(method, self.simulator + path, raw)
        assert status in (200, 201), answer
        return json.loads(answer)

    def post_webhook(self, body: bytes, **query) -> int:
        """Sign a body as Meta would and post it; the product's status code."""
        words = "&".join(f"{key}={value}" for key, value in query.items())
        return self.control("POST", f"/_sim/webhook?{words}", body)["status"]

    # --- the product's side ---

    def http(self, method: str, url: str, body: bytes | None = None, headers: dict | None = None, timeout: float = 30):
        """(status, body)"""
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        request.add_header("content-type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def owner(self) -> requests.Session:
        """The first shop's owner, signed in at the API."""
        session = requests.Session()
        body = {"email": DEMO_OWNER_EMAIL, "password": self.stack.env["DEMO_OWNER_PASSWORD"]}
        told = session.post(f"{self.web}/api/auth/login", json=body, timeout=10).json()
        session.headers["Authorization"] = f"Bearer {told['access']}"
        return session

    def query(self, sql: str, *params) -> list[dict]:
        """On one connection: tests ask some hundred times until something has happened, and a new one is a new process of
        PostgreSQL's. Where PostgreSQL has died since, on another.
        """
        try:
            cursor = self._connection().execute(sql, params)
        except psycopg.OperationalError:
            if not self._database or not self._database.broken:
                raise
            cursor = self._connection().execute(sql, params)
        return cursor.fetchall() if cursor.description else []

    def _connection(self) -> psycopg.Connection:
        if not self._database or self._database.closed:
            url = self.stack.env["DATABASE_URL"]
            self._database = psycopg.connect(url, autocommit=True, row_factory=dict_row)
        return self._database

    def until(self, found: Callable, *, within: float = 60):
        """What ``found`` returns once it is true; a failed assertion after ``within`` seconds."""
        deadline = time.monotonic() + within
        while True:
            result = found()
            if result:
                return result
            assert time.monotonic() < deadline, f"not within {within} s: {result!r}"
            time.sleep(0.05)
            self.stack.supervisor.tick()

    def all_processed(self) -> bool:
        return not self.query("SELECT 1 FROM webhooks_delivery WHERE processed_at IS NULL LIMIT 1")

    def going_on(self) -> dict[str, int]:
        """What is on the way in either direction; empty when all is quiet. It is looked twice, in the order in which things go: what
        leaves one place before it is looked at there is found in the next.
        """
        return self._seen_going_on() or self._seen_going_on()

    def _seen_going_on(self) -> dict[str, int]:
        webhooks = self.control("GET", "/_sim/webhooks")["pending"]
        counts = self.query(
            """
            SELECT (SELECT count(*) FROM webhooks_delivery WHERE processed_at IS NULL) AS unprocessed,
                   (SELECT count(*) FROM aibot_pendingturn) AS turns,
                   (SELECT count(*) FROM conversations_message WHERE status = 0) AS queued,
                   (SELECT count(*) FROM conversations_message WHERE status = 10) AS sending
            """
        )[0]
        return {name: count for name, count in {"webhooks": webhooks, **counts}.items() if count}

    def quiet(self) -> bool:
        return not self.going_on()

    def calm(self) -> None:
        """End all faults and wait until all is quiet; a failed assertion says what is not."""
        self.control("PUT", "/_sim/faults", {"graph": {}, "webhook": {}, "limits": {}, "statuses": {}})
        deadline = time.monotonic() + CALM_SECONDS
        while left := self.going_on():
            assert time.monotonic() < deadline, f"not quiet within {CALM_SECONDS} s: {left}"
            time.sleep(0.05)
            self.stack.supervisor.tick()

    def revive(self) -> None:
        """Start what a test killed, and wait until it is well."""
        for name in sorted(self._down):
            self.start_again(name)
        self.stack.wait_healthy()

    def kill(self, name: str) -> None:
        """kill -9; it stays down until ``start_again``."""
        self._down.add(name)
        self.stack.supervisor.kill(name)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Nothing of this process runs while the block does. Begin it when all is quiet: what it holds it keeps."""
        process = self.stack.supervisor.pid(name)
        os.killpg(process, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(process, signal.SIGCONT)

    def start_again(self, name: str) -> None:
        self._down.discard(name)
        self.stack.supervisor.start_again(name)
