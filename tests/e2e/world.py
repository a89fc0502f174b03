"""What a test does to the running product: write as a customer, post webhooks, look into its database, kill its processes."""

import itertools
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import psycopg
from psycopg.rows import dict_row

CALM_SECONDS = (
    150  # a killed sender's message is given up after 90 s (settling.LEASE), and holds its line for 110 (HOLD)
)
_phones = itertools.count(919_700_000_000)


class World:
    def __init__(self, stack):
        self.stack = stack
        self.web = stack.web_url
        self.simulator = stack.simulator_url
        self._down: set[str] = set()

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

    def query(self, sql: str, *params) -> list[dict]:
        with psycopg.connect(self.stack.env["DATABASE_URL"], row_factory=dict_row) as connection:
            cursor = connection.execute(sql, params)
            return cursor.fetchall() if cursor.description else []

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
        """What is on the way in either direction; empty when all is quiet."""
        counts = self.query(
            """
            SELECT (SELECT count(*) FROM webhooks_delivery WHERE processed_at IS NULL) AS unprocessed,
                   (SELECT count(*) FROM aibot_pendingturn) AS turns,
                   (SELECT count(*) FROM conversations_message WHERE status = 0) AS queued,
                   (SELECT count(*) FROM conversations_message WHERE status = 10) AS sending
            """
        )[0]
        counts["webhooks"] = self.control("GET", "/_sim/webhooks")["pending"]
        return {name: count for name, count in counts.items() if count}

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

    def start_again(self, name: str) -> None:
        self._down.discard(name)
        self.stack.supervisor.start_again(name)
