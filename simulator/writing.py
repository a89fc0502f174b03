"""What a customer does on the phone: writes, taps, reacts. Each becomes a bubble and a webhook."""

import time

from . import bodies
from .business import Number
from .phones import Customer, Message
from .world import World

STICKER = {"mime_type": "image/webp", "sha256": "c2ltdWxhdGVkIHN0aWNrZXI=", "id": "900000000000001", "animated": False}


def write(world: World, customer: Customer, number: Number, spec: dict) -> Message:
    """Sends what `spec` says as this customer: {"type": .., ...} as README.md lists it. Raises ValueError with a
    sentence where spec is wrong."""
    shape = SHAPES.get(spec.get("type"))
    if shape is None:
        raise ValueError(f"type must be one of {', '.join(SHAPES)}")
    now = time.time()
    timestamp = unix_seconds(spec.get("timestamp", now))
    payload, content, reply_to = shape(customer, number, spec)
    message = keep(world, customer, number, spec["type"], content, timestamp, reply_to)
    user_id = world.phones.user_id(customer, number.waba_id)
    if message.kind == "reaction":
        _react(world, message)
    world.changed(message)
    world.webhooks.send(bodies.inbound(message, user_id, payload, int(timestamp)))
    return message


def keep(world, customer, number, kind, content, timestamp, reply_to=None, wamid=None) -> Message:
    """The bubble of a customer's message, and the window that it opens."""
    message = world.phones.keep(
        number,
        customer,
        wamid=wamid,
        direction="inbound",
        kind=kind,
        content=content,
        at=timestamp,
        status="waiting",
        reply_to=reply_to,
    )
    if kind != "reaction":  # nobody says that a reaction opens the window
        thread = customer.thread(number)
        thread.last_inbound_at = max(thread.last_inbound_at, timestamp)
    return message


def unix_seconds(value) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError("timestamp must be unix seconds") from None


def _text(_customer, _number, spec):
    text = spec.get("text")
    if not isinstance(text, str) or not text:
        raise ValueError("text must be a non-empty string")
    return {"type": "text", "text": {"body": text}}, {"text": text}, spec.get("reply_to")


def _button_reply(customer, number, spec):
    asked, button = _offered(customer, number, spec, "buttons")
    reply = {"id": button["id"], "title": button["title"]}
    payload = {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}
    return payload, {"text": reply["title"], "choice": reply}, asked


def _list_reply(customer, number, spec):
    asked, row = _offered(customer, number, spec, "rows")
    reply = {name: row[name] for name in ("id", "title", "description") if row.get(name)}
    payload = {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": reply}}
    return payload, {"text": reply["title"], "choice": reply}, asked


def _button(_customer, _number, spec):
    """The tap on a template's quick-reply button."""
    text = spec.get("text") or spec.get("title")
    if not isinstance(text, str) or not text:
        raise ValueError("text must be the button's label")
    payload = {"type": "button", "button": {"payload": spec.get("payload", text), "text": text}}
    return payload, {"text": text}, spec.get("reply_to")


def _location(_customer, _number, spec):
    place = {name: spec[name] for name in ("latitude", "longitude", "name", "address", "url") if name in spec}
    if not all(isinstance(place.get(name), int | float) for name in ("latitude", "longitude")):
        raise ValueError("latitude and longitude must be numbers")
    return {"type": "location", "location": place}, {"location": place}, spec.get("reply_to")


def _reaction(_customer, _number, spec):
    """An empty emoji takes the reaction back; then the key is absent, as in Meta's webhooks."""
    target, emoji = spec.get("reply_to") or spec.get("message_id"), spec.get("emoji", "")
    if not target or not isinstance(emoji, str):
        raise ValueError("reply_to must be a wamid and emoji a string")
    reaction = {"message_id": target, "emoji": emoji} if emoji else {"message_id": target}
    return {"type": "reaction", "reaction": reaction}, {"emoji": emoji, "to_wamid": target}, None


def _sticker(_customer, _number, spec):
    return {"type": "sticker", "sticker": STICKER}, {}, spec.get("reply_to")


def _contacts(_customer, _number, spec):
    contacts = spec.get("contacts") or [
        {
            "name": {"formatted_name": "Barbara Johnson", "first_name": "Barbara"},
            "phones": [{"phone": "+1 (415) 555-0829", "wa_id": "14155550829", "type": "MOBILE"}],
        }
    ]
    if not isinstance(contacts, list):
        raise ValueError("contacts must be a list")
    return {"type": "contacts", "contacts": contacts}, {"contacts": contacts}, spec.get("reply_to")


SHAPES = {
    "text": _text,
    "button_reply": _button_reply,
    "list_reply": _list_reply,
    "button": _button,
    "location": _location,
    "reaction": _reaction,
    "sticker": _sticker,
    "contacts": _contacts,
}


def _offered(customer: Customer, number: Number, spec: dict, part: str) -> tuple[str | None, dict]:
    """(wamid of the newest message that offers this button or row, the choice). A test may tap what was never
    offered if it gives the title too."""
    reply_to = spec.get("reply_to")
    if not spec.get("id"):
        raise ValueError("id must be the id of the button or row")
    for message in reversed(customer.thread(number).messages):
        if reply_to in (None, message.wamid):
            for choice in message.content.get(part, ()):
                if choice["id"] == spec["id"]:
                    return message.wamid, {**choice, **spec}
    if not spec.get("title"):
        raise ValueError(f"no message offers {spec['id']}; give its title to tap it nevertheless")
    return reply_to, spec


def _react(world: World, reaction: Message) -> None:
    target = world.phones.message(reaction.content["to_wamid"])
    if target and target.customer is reaction.customer:
        target.reactions["inbound"] = reaction.content["emoji"]
        world.changed(target)
