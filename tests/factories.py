"""What Meta posts, as bytes, and the way it takes here. Plain functions; nothing of ours is imitated.

The bodies have the shape of 2026: contacts with ``user_id``, ids beside the phone, statuses with contacts and pricing.
"""

import itertools
import json
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django_scopes import scopes_disabled

from conversations.models import Message
from webhooks import drain as draining
from webhooks.models import Delivery
from webhooks.signers import INSTALLATION, lane, peek

DAIRY_NUMBER = "109876543210011"  # phone_number_id
DAIRY_WABA = "209876543210011"
MASALA_NUMBER = "109876543210022"
MASALA_WABA = "209876543210022"
MASALA_APP_SECRET = "masala-app-secret-of-its-own"
_WABAS = {DAIRY_NUMBER: DAIRY_WABA, MASALA_NUMBER: MASALA_WABA}
_counter = itertools.count(1)


@dataclass(frozen=True)
class Customer:
    """Somebody who writes to a shop. An empty field is left out of the bodies, as Meta leaves it out."""

    name: str = ""
    phone: str = ""
    user_id: str = ""
    username: str = ""

    @property
    def contact(self) -> dict:
        profile = _filled(name=self.name, username=self.username)
        return _filled(profile=profile, wa_id=self.phone, user_id=self.user_id)


MEERA = Customer("Meera Iyer", "919876500001", "IN.1001")
RAVI = Customer("Ravi Kumar", "919876500002", "IN.1002")
ZOYA = Customer("Zoya", "", "IN.1003", "@zoya.writes")  # a username user: no phone


def customer(place: int) -> Customer:
    """One of any number of customers."""
    return Customer(f"Customer {chr(65 + place % 26)}", f"9198{place:08d}", f"IN.{20_000 + place}")


def new_wamid() -> str:
    return f"wamid.test{next(_counter):06d}"


# --- bodies -------------------------------------------------------------------------------------------------------------------


def text_body(
    wamid: str, text: str, sender=MEERA, number: str = DAIRY_NUMBER, at: datetime | None = None, **more
) -> bytes:
    """A customer's text. ``number`` is a phone_number_id; ``more`` is added to the message: referral={...}."""
    return message_body(wamid, "text", {"body": text}, sender, number, at, **more)


def tap_body(
    wamid: str, button_id: str, title: str, sender=MEERA, number: str = DAIRY_NUMBER, at: datetime | None = None
) -> bytes:
    """A tap on a reply button of ours."""
    reply = {"type": "button_reply", "button_reply": {"id": button_id, "title": title}}
    return message_body(wamid, "interactive", reply, sender, number, at)


def message_body(
    wamid: str, kind: str, payload, sender=MEERA, number: str = DAIRY_NUMBER, at: datetime | None = None, **more
) -> bytes:
    """A customer's message of any kind: ``payload`` is Meta's object of that kind."""
    message = {
        **_filled(**{"from": sender.phone}, from_user_id=sender.user_id),
        "id": wamid,
        "timestamp": _seconds(at),
        "type": kind,
        kind: payload,
        **more,
    }
    return value_body({"contacts": [sender.contact], "messages": [message]}, number=number)


def status_body(
    wamid: str,
    status: str,
    recipient=MEERA,
    number: str = DAIRY_NUMBER,
    at: datetime | None = None,
    callback: str = "",
    **more,
) -> bytes:
    """News of a message of ours. ``more`` is added to the status: errors=[...], pricing={...}."""
    item = {
        "id": wamid,
        "status": status,
        "timestamp": _seconds(at),
        **_filled(recipient_id=recipient.phone, recipient_user_id=recipient.user_id, biz_opaque_callback_data=callback),
        **more,
    }
    contacts = {} if status == "failed" else {"contacts": [recipient.contact]}
    return value_body({**contacts, "statuses": [item]}, number=number)


def value_body(value: dict, *, number: str = DAIRY_NUMBER, field: str = "messages") -> bytes:
    """Any value of a number's webhook."""
    whole = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "918047180011", "phone_number_id": number},
        **value,
    }
    return entries_body([{"id": _WABAS.get(number, "209999999999999"), "changes": [{"field": field, "value": whole}]}])


def entries_body(entries: list[dict]) -> bytes:
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}, ensure_ascii=False).encode()


def together(*bodies: bytes) -> bytes:
    """One body with the entries of all."""
    return entries_body([entry for body in bodies for entry in json.loads(body)["entry"]])


# --- the way in ---------------------------------------------------------------------------------------------------------------


def deliver(body: bytes, verified_by: str = INSTALLATION, at: datetime | None = None) -> Delivery:
    """Store a body as the webhook's door does. ``verified_by`` may be a number's app_secret_mark."""
    return Delivery.objects.create(
        lane=lane(peek(body)),
        body=body,
        size=len(body),
        verified_by=verified_by,
        received_at=at or timezone.now(),
    )


def drain(now: datetime | None = None) -> int:
    """Work off all that was delivered. Returns the number of deliveries."""
    total = 0
    while count := draining.one_pass(now or timezone.now()):
        total += count
    return total


def receive(*bodies: bytes, verified_by: str = INSTALLATION) -> list[Delivery]:
    """Deliver and drain, each body in a pass of its own. Returns the deliveries, worked off."""
    delivered = []
    for body in bodies:
        delivered.append(deliver(body, verified_by))
        drain()
        delivered[-1].refresh_from_db()
    return delivered


@dataclass
class Chat:
    """A customer in conversation with a shop: ``says`` posts a message and returns what was queued for it."""

    sender: Customer = MEERA
    number: str = DAIRY_NUMBER
    wamids: list[str] = field(default_factory=list)

    def says(self, text: str, *, at: datetime | None = None, **more) -> list:
        return self._answers(lambda wamid: text_body(wamid, text, self.sender, self.number, at, **more))

    def taps(self, button_id: str, title: str) -> list:
        return self._answers(lambda wamid: tap_body(wamid, button_id, title, self.sender, self.number))

    def sends(self, kind: str, payload, **more) -> list:
        return self._answers(lambda wamid: message_body(wamid, kind, payload, self.sender, self.number, **more))

    def _answers(self, body) -> list:
        """The outbound messages that this one brought about, in their order."""
        self.wamids.append(new_wamid())
        with scopes_disabled():
            before = list(Message.objects.values_list("pk", flat=True))
            receive(body(self.wamids[-1]))
            return list(Message.objects.filter(direction="out").exclude(pk__in=before).order_by("seq"))


def _seconds(at: datetime | None) -> str:
    return str(int((at or timezone.now()).timestamp()))


def _filled(**values) -> dict:
    return {name: value for name, value in values.items() if value}
