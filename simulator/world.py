"""Everything that the simulator remembers, in one place, and how it is forgotten."""

import asyncio
import hashlib
import json
import time
from collections import deque
from dataclasses import dataclass

from . import faults, rates
from .business import Number, Numbers
from .files import File, Files
from .live import Hub
from .phones import Message, Phones
from .webhooks import Answer, Clock, Webhooks

MAX_CALLS = 200_000

# Two people for each number: one with a phone, one who has a username and hides the phone.
PEOPLE = (
    ("Asha Verma", "Ravi Nair", "ravi.nair"),
    ("Meera Joshi", "Imran Shaikh", "imran.s"),
    ("Kavita Rao", "Arjun Das", "arjun.das"),
    ("Sunita Patel", "Farah Khan", "farah.k"),
)


@dataclass(slots=True)
class Call:
    """One Graph call. `status` is None while it runs and 0 where the caller got no answer."""

    n: int
    received_at: float
    method: str
    path: str
    raw: bytes
    status: int | None = None
    wamid: str | None = None

    def view(self) -> dict:
        return {
            "n": self.n,
            "received_at": self.received_at,
            "method": self.method,
            "path": self.path,
            "body": _parsed(self.raw),
            "status": self.status,
            "wamid": self.wamid,
        }


class World:
    def __init__(self, webhook_url: str, clock: Clock | None = None):
        self.numbers = Numbers()
        self.phones = Phones()
        self.faults = faults.Faults()
        self.hub = Hub()
        self.files = Files()
        self.base_url = ""  # where this simulator is reached, as far as it knows
        self.pair = rates.Buckets(*rates.PAIR)
        self.throughput = rates.Buckets(*rates.THROUGHPUT)
        self.webhooks = Webhooks(webhook_url, clock or Clock(), self.faults, self._webhook_result)
        self.changes = 0
        self._age = 0
        self._forget_calls()

    def add_number(self, number: Number) -> None:
        """Adds or replaces a number. A number without customers gets two to start with."""
        self.numbers.put(number)
        self.people_of(number)
        self.hub.touch()

    def add_template(self, waba_id: str, template: dict) -> None:
        """To all numbers of the account; one of the same name and language is replaced."""
        for number in self.numbers:
            if number.waba_id == waba_id:
                number.templates[template["name"], template["language"]] = template

    def find_template(self, template_id: str) -> tuple[Number, dict]:
        """(a number of its account, the template). Raises LookupError."""
        for number in self.numbers:
            for template in number.templates.values():
                if template["id"] == template_id:
                    return number, template
        raise LookupError(f"no template {template_id}")

    def people_of(self, number: Number) -> None:
        """Gives the number two customers if it has none."""
        if any(customer.home == number.phone_number_id for customer in self.phones):
            return
        digest = int.from_bytes(hashlib.sha256(number.phone_number_id.encode()).digest()[:4], "big")
        place = list(self.numbers).index(number)
        with_phone, without, username = PEOPLE[place % len(PEOPLE)]
        suffix = "" if place < len(PEOPLE) else str(place)
        self.phones.add(with_phone, f"+9198765{digest % 100_000:05d}", None, number)
        self.phones.add(without, None, username + suffix, number)

    async def reset(self) -> None:
        """Back to the start: numbers stay; customers, threads, calls, faults and webhooks under way are forgotten."""
        self._age += 1
        self.faults.clear()
        await self.webhooks.reset()
        self.phones.clear()
        self.pair.clear()
        self.throughput.clear()
        self.files.clear()
        self._forget_calls()
        for number in self.numbers:
            number.start_templates()
            self.people_of(number)
        self.changes += 1
        self.hub.everyone("reload")
        self.hub.touch()

    def file_url(self, file: File, base: str = "") -> str:
        """An address of the file that expires as `faults.media` says; "" where no base is known."""
        base = base or self.base_url
        return base and self.files.url(base, file, int(time.time() * 1000) + self.faults.media.url_ms)

    def record(self, method: str, path: str, raw: bytes) -> Call:
        self.calls_seen += 1
        call = Call(self.calls_seen, time.time(), method, path, raw)
        self.calls.append(call)
        return call

    def calls_since(self, n: int, limit: int | None = None) -> list[Call]:
        """The calls after number n, oldest first."""
        newest = min(len(self.calls), max(self.calls_seen - n, 0))
        start = len(self.calls) - newest
        stop = len(self.calls) if limit is None else min(start + limit, len(self.calls))
        return [self.calls[at] for at in range(start, stop)]

    def later(self, ms: float, function, *args) -> None:
        """Calls function(*args) in some milliseconds, unless the world is reset before."""
        age = self._age

        def run():
            if age == self._age:
                function(*args)

        asyncio.get_running_loop().call_later(ms / 1000, run)

    def changed(self, message: Message) -> None:
        """Shows a bubble again on the phones that look at it."""
        self.changes += 1
        self.hub.publish(message.customer.id, "message", message.view)
        self.hub.touch()

    def state(self) -> dict:
        """What the tester's panel shows."""
        counters, call = self.webhooks.counters, self.calls[-1] if self.calls else None
        return {
            "webhook_url": self.webhooks.url,
            "last_webhook": self.webhooks.last,
            "webhooks": {name: getattr(counters, name) for name in counters.__slots__},
            "faults_on": self.faults.on(),
            "calls": self.calls_seen,
            "last_call": call and {"method": call.method, "path": call.path, "status": call.status},
        }

    def _webhook_result(self, item, answer: Answer, final: str | None) -> None:
        message = item.message
        if message is not None and message.direction == "inbound":
            message.delivery = {
                "status": answer.status,
                "error": answer.error,
                "ms": round(answer.ms, 1),
                "tries": (message.delivery["tries"] if message.delivery else 0) + 1,
            }
            if message.status not in ("taken", "read"):
                message.status = final or "retried"
            self.changed(message)
        else:
            self.hub.touch()

    def _forget_calls(self) -> None:
        self.calls: deque[Call] = deque(maxlen=MAX_CALLS)
        self.calls_seen = 0


def _parsed(raw: bytes):
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
