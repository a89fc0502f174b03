"""What really happened, told by the simulator alone: what each customer wrote, what each phone shows, every Graph call.

The product is not asked: this is what it is measured against (invariants.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

PAGE = 1_000  # Graph calls in one answer of the simulator


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a customer, and what must come of it."""

    phone: str  # "" where the message names no sender
    number: str  # phone_number_id that it was written to
    wamid: str
    intent: str = ""  # of the one reply it must get (aibot's intent, or invariants.BOT); "" where it must get none
    taken: bool = True  # a webhook with it was answered with 200
    poison: bool = False  # meant to end as a FailedItem


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message of the business as a customer's phone shows it."""

    phone: str
    number: str
    wamid: str
    status: str  # accepted, sent, delivered, read, failed
    place: int  # in the order of arrival, over all phones
    at: float


@dataclass(frozen=True, slots=True)
class Call:
    """One message that the product posted to the Graph API."""

    message: str  # our message's id, as the callback data says
    attempt: int
    wamid: str | None  # None where it was not accepted
    at: float


@dataclass(slots=True)
class Truth:
    said: list[Said] = field(default_factory=list)
    bubbles: list[Bubble] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    deliveries: tuple[int, int] = (0, 2**62)  # after which and up to which id they are these customers'

    @property
    def phones(self) -> list[str]:
        return sorted({said.phone for said in self.said if said.phone})


def last_call(world) -> int:
    """The number of the newest Graph call."""
    number = 0
    while (last := world.control("GET", f"/_sim/calls?since={number}&limit={PAGE}")["last"]) != number:
        number = last
    return number


def told(world, said: Iterable[Said], *, since_call: int, deliveries: tuple[int, int]) -> Truth:
    """Ask the simulator what became of these messages. ``taken`` is its word, except for hand-made bodies: those it
    does not resend, so whoever posted them knows.
    """
    truth = Truth(deliveries=deliveries, calls=_calls(world, since_call))
    by_phone: dict[str, list[Said]] = {}
    for one in said:
        by_phone.setdefault(one.phone, []).append(one)
    for phone, written in by_phone.items():
        thread = world.thread(phone) if phone else []
        taken = {message["wamid"] for message in thread if message["status"] in ("taken", "read")}
        truth.said += [
            Said(one.phone, one.number, one.wamid, one.intent, one.taken and one.wamid in taken, one.poison)
            for one in written
        ]
        truth.bubbles += [
            Bubble(phone, m["phone_number_id"], m["wamid"], m["status"], m["n"], m["at"])
            for m in thread
            if m["direction"] == "outbound"
        ]
    return truth


def _calls(world, since: int) -> list[Call]:
    calls = []
    while page := world.control("GET", f"/_sim/calls?since={since}&limit={PAGE}")["calls"]:
        calls += [found for call in page if (found := _call(call))]
        since = page[-1]["n"]
    return calls


def _call(call: dict) -> Call | None:
    """None for what sends no message: read marks, look-ups."""
    body = call["body"] if isinstance(call["body"], dict) else {}
    message, _, attempt = body.get("biz_opaque_callback_data", "").rpartition(".")
    if call["method"] != "POST" or not call["path"].endswith("/messages") or "status" in body:
        return None
    return Call(message, int(attempt) if attempt.isdigit() else 0, call["wamid"], call["received_at"])
