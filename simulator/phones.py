"""The customers, what their phones show, and where a message of theirs is kept. In memory, with bounds."""

import base64
import hashlib
import secrets
from collections import deque
from dataclasses import dataclass, field
from itertools import islice

from .business import Number

MAX_CUSTOMERS = 100_000
MAX_MESSAGES = 200_000
MAX_THREAD = 1_000

RANK = {"accepted": 0, "sent": 1, "failed": 2, "delivered": 3, "read": 4}
COUNTRIES = {"91": "IN", "1": "US", "44": "GB", "49": "DE", "55": "BR", "971": "AE", "65": "SG"}


@dataclass(slots=True)
class Message:
    """One bubble. `content` is what the phone shows; `direction` is the business's: inbound is the customer's.

    `status` of an outbound message is Meta's (accepted, sent, delivered, read, failed); of an inbound one it is
    waiting, retried, taken (the webhook was answered with 200), dropped or read (the business marked it as read).
    """

    n: int
    wamid: str
    number: Number
    customer: "Customer"
    direction: str
    kind: str
    content: dict
    at: float
    status: str
    reply_to: str | None = None
    callback: str | None = None
    by_bsuid: bool = False
    looked_at: bool = False
    history: list = field(default_factory=list)
    delivery: dict | None = None
    reactions: dict = field(default_factory=dict)

    def view(self) -> dict:
        return {
            "n": self.n,
            "wamid": self.wamid,
            "phone_number_id": self.number.phone_number_id,
            "direction": self.direction,
            "kind": self.kind,
            **self.content,
            "at": self.at,
            "reply_to": self.reply_to,
            "status": self.status,
            "statuses": [{"status": status, "at": at} for status, at in self.history],
            "reactions": self.reactions,
            "delivery": self.delivery,
        }


@dataclass(slots=True)
class Thread:
    """What one customer and one business number said to each other."""

    messages: deque = field(default_factory=lambda: deque(maxlen=MAX_THREAD))
    last_inbound_at: float = 0.0
    typing_until: float = 0.0
    unread: int = 0


@dataclass(slots=True)
class Customer:
    id: str
    name: str
    phone: str | None
    username: str | None
    home: str
    threads: dict[str, Thread] = field(default_factory=dict)
    user_ids: dict[str, str] = field(default_factory=dict)
    active_n: int = 0

    @property
    def identity(self) -> str:
        return self.phone or f"@{self.username}"

    def thread(self, number: Number) -> Thread:
        thread = self.threads.get(number.phone_number_id)
        if thread is None:
            thread = self.threads[number.phone_number_id] = Thread()
        return thread

    def messages(self, phone_number_id: str | None = None) -> list[Message]:
        """In order; of one number, or of all of them."""
        if phone_number_id:
            thread = self.threads.get(phone_number_id)
            return list(thread.messages) if thread else []
        return sorted((one for thread in self.threads.values() for one in thread.messages), key=lambda one: one.n)


class Phones:
    """All customers. A customer has one BSUID for each WhatsApp Business Account, as one person has one for each
    business portfolio; it follows from phone or username alone, so that it survives a restart."""

    def __init__(self):
        self.clear()

    def clear(self) -> None:
        self._by_id: dict[str, Customer] = {}
        self._by_phone: dict[str, Customer] = {}
        self._by_username: dict[str, Customer] = {}
        self._by_bsuid: dict[tuple[str, str], Customer] = {}
        self.messages: dict[str, Message] = {}  # by wamid, oldest first
        self._last_id = 0
        self._last_n = 0

    def __iter__(self):
        return iter(self._by_id.values())

    def add(self, name: str, phone: str | None, username: str | None, number: Number) -> Customer:
        """A new customer, or the one that has this phone or username already. Raises ValueError without either."""
        phone = phone_digits(phone) if phone else None
        username = (username or "").lstrip("@").lower() or None
        if not phone and not username:
            raise ValueError("a customer needs a phone or a username")
        known = self._by_phone.get(phone) if phone else self._by_username.get(username)
        if known:
            known.name = name or known.name
            return known
        customer = Customer(f"c{self._last_id + 1}", name or f"@{username}", phone, username, number.phone_number_id)
        self.adopt(customer)
        self.user_id(customer, number.waba_id)
        return customer

    def find(self, ref: str) -> Customer | None:
        """By our id, by phone (with or without "+"), by @username or by BSUID."""
        if ref in self._by_id:
            return self._by_id[ref]
        if ref.startswith("@"):
            return self._by_username.get(ref[1:].lower())
        if "." in ref:
            return next((one for (_, user_id), one in self._by_bsuid.items() if user_id == ref), None)
        return self._by_phone.get(ref.lstrip("+"))

    def by_phone(self, phone: str) -> Customer | None:
        return self._by_phone.get(phone.lstrip("+"))

    def by_user_id(self, user_id: str, waba_id: str) -> Customer | None:
        return self._by_bsuid.get((waba_id, user_id))

    def user_id(self, customer: Customer, waba_id: str) -> str:
        known = customer.user_ids.get(waba_id)
        return known or self.bind_user_id(customer, waba_id, make_user_id(customer.identity, waba_id))

    def bind_user_id(self, customer: Customer, waba_id: str, user_id: str) -> str:
        customer.user_ids[waba_id] = user_id
        self._by_bsuid[waba_id, user_id] = customer
        return user_id

    def newest(self, count: int) -> list[Customer]:
        return list(islice(reversed(self._by_id.values()), max(count, 0)))

    def message(self, wamid: str | None) -> Message | None:
        return self.messages.get(wamid)

    def keep(self, number: Number, customer: Customer, *, wamid: str | None = None, **fields) -> Message:
        """A new message at the end of the thread."""
        message = Message(self._last_n + 1, wamid or new_wamid(customer), number, customer, **fields)
        customer.active_n = message.n
        self.adopt_message(message)
        return message

    def adopt_message(self, message: Message) -> None:
        """Takes a message that has its number already."""
        message.customer.thread(message.number).messages.append(message)
        self._last_n = message.n
        self.messages[message.wamid] = message
        if len(self.messages) > MAX_MESSAGES:
            del self.messages[next(iter(self.messages))]

    def adopt(self, customer: Customer) -> None:
        """Takes a customer that has its id already."""
        self._last_id = max(self._last_id, int(customer.id[1:]))
        self._by_id[customer.id] = customer
        self._by_bsuid.update(dict.fromkeys(customer.user_ids.items(), customer))
        if customer.phone:
            self._by_phone[customer.phone] = customer
        if customer.username:
            self._by_username[customer.username] = customer
        if len(self._by_id) > MAX_CUSTOMERS:
            self._forget(next(iter(self._by_id.values())))

    def _forget(self, customer: Customer) -> None:
        del self._by_id[customer.id]
        self._by_phone.pop(customer.phone, None)
        self._by_username.pop(customer.username, None)
        for pair in customer.user_ids.items():
            self._by_bsuid.pop(pair, None)


def phone_digits(phone: str) -> str:
    """The wa_id of a phone as a person types it. Raises ValueError where it has not 7 to 15 digits."""
    digits = "".join(filter(str.isdigit, str(phone)))
    if not 7 <= len(digits) <= 15:
        raise ValueError("a phone number has 7 to 15 digits, with its country code")
    return digits


def make_user_id(identity: str, waba_id: str) -> str:
    """A BSUID: country code, a dot, digits (Meta's have up to 128 letters or digits)."""
    digest = hashlib.sha256(f"{waba_id}:{identity}".encode()).digest()
    country = next((code for prefix, code in COUNTRIES.items() if identity.startswith(prefix)), "IN")
    return f"{country}.{int.from_bytes(digest[:8], 'big') % 10**17:017d}"


def new_wamid(customer: Customer) -> str:
    """Looks like Meta's: base64 of the other side's identity and of a random part."""
    identity = customer.identity.encode()[:40]
    raw = (
        bytes((0x1C, 0x18, len(identity)))
        + identity
        + b"\x15\x02\x00\x12\x18\x14"
        + secrets.token_hex(10).upper().encode()
    )
    return "wamid." + base64.b64encode(raw + b"\x00").decode()
