"""What a person does on a phone: writes, taps, reacts, edits, takes back. Each becomes a bubble and a webhook.

The customer does it (`write`), or the business's own people in the phone app that shares the number (`echo`).
"""

import time
from dataclasses import dataclass

from . import attachments, bodies
from .business import Number
from .phones import Customer, Message
from .world import World

ABOUT_ANOTHER = ("reaction", "edit", "revoke")  # no bubble of their own, and no window


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes in which thread. `direction` is inbound for the customer, outbound for the phone app."""

    world: World
    customer: Customer
    number: Number
    direction: str


def write(world: World, customer: Customer, number: Number, spec: dict) -> Message:
    """Sends what `spec` says as this customer: {"type": .., ...} as README.md lists it. Raises ValueError with a
    sentence where spec is wrong."""
    pen = Pen(world, customer, number, "inbound")
    payload, content, reply_to, timestamp = _shaped(pen, spec, SHAPES)
    message = keep(world, customer, number, _kind(spec), content, timestamp, reply_to)
    user_id = world.phones.user_id(customer, number.waba_id)
    _act_on_target(world, message)
    world.changed(message)
    world.webhooks.send(bodies.inbound(message, user_id, payload, int(timestamp)))
    return message


def echo(world: World, customer: Customer, number: Number, spec: dict) -> Message:
    """Sends what `spec` says from the business's phone app: the customer gets it, and the product hears of it."""
    pen = Pen(world, customer, number, "outbound")
    payload, content, reply_to, timestamp = _shaped(pen, spec, ECHOES)
    message = world.phones.keep(
        number,
        customer,
        direction="outbound",
        kind=payload["type"],
        content={**content, "echo": True},
        at=timestamp,
        status="read",  # nobody tells the product more of it
        reply_to=reply_to,
        looked_at=True,
    )
    _act_on_target(world, message)
    world.changed(message)
    user_id = world.phones.user_id(customer, number.waba_id)
    world.webhooks.send(bodies.echo(message, user_id, payload, int(timestamp)))
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
    if kind not in ABOUT_ANOTHER:  # nobody says that a reaction opens the window
        thread = customer.thread(number)
        thread.last_inbound_at = max(thread.last_inbound_at, timestamp)
    return message


def _kind(spec: dict) -> str:
    return "audio" if spec["type"] == "voice" else spec["type"]


def _shaped(pen: Pen, spec: dict, shapes: dict) -> tuple[dict, dict, str | None, float]:
    shape = shapes.get(spec.get("type"))
    if shape is None:
        raise ValueError(f"type must be one of {', '.join(shapes)}")
    timestamp = unix_seconds(spec.get("timestamp", time.time()))
    return *shape(pen, spec), timestamp


def unix_seconds(value) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError("timestamp must be unix seconds") from None


def _text(_pen, spec):
    text = spec.get("text")
    if not isinstance(text, str) or not text:
        raise ValueError("text must be a non-empty string")
    return {"type": "text", "text": {"body": text}}, {"text": text}, spec.get("reply_to")


def _button_reply(pen, spec):
    asked, button = _offered(pen.customer, pen.number, spec, "buttons")
    reply = {"id": button["id"], "title": button["title"]}
    payload = {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}
    return payload, {"text": reply["title"], "choice": reply}, asked


def _list_reply(pen, spec):
    asked, row = _offered(pen.customer, pen.number, spec, "rows")
    reply = {name: row[name] for name in ("id", "title", "description") if row.get(name)}
    payload = {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": reply}}
    return payload, {"text": reply["title"], "choice": reply}, asked


def _button(_pen, spec):
    """The tap on a template's quick-reply button."""
    text = spec.get("text") or spec.get("title")
    if not isinstance(text, str) or not text:
        raise ValueError("text must be the button's label")
    payload = {"type": "button", "button": {"payload": spec.get("payload", text), "text": text}}
    return payload, {"text": text}, spec.get("reply_to")


def _location(_pen, spec):
    place = {name: spec[name] for name in ("latitude", "longitude", "name", "address", "url") if name in spec}
    if not all(isinstance(place.get(name), int | float) for name in ("latitude", "longitude")):
        raise ValueError("latitude and longitude must be numbers")
    return {"type": "location", "location": place}, {"location": place}, spec.get("reply_to")


def _reaction(_pen, spec):
    """An empty emoji takes the reaction back; then the key is absent, as in Meta's webhooks."""
    target, emoji = spec.get("reply_to") or spec.get("message_id"), spec.get("emoji", "")
    if not target or not isinstance(emoji, str):
        raise ValueError("reply_to must be a wamid and emoji a string")
    reaction = {"message_id": target, "emoji": emoji} if emoji else {"message_id": target}
    return {"type": "reaction", "reaction": reaction}, {"emoji": emoji, "to_wamid": target}, None


def _media(pen, spec):
    kind = _kind(spec)
    if spec["type"] == "voice":
        spec = {**spec, "voice": True}
    media, content = attachments.attach(pen.world, pen.number, kind, spec)
    return {"type": kind, kind: media}, content, spec.get("reply_to")


def _edit(pen, spec):
    """Of a text, or of the caption of a picture, video or document. Meta allows it for 15 minutes; here always."""
    target, text = _own(pen, spec), spec.get("text")
    if not isinstance(text, str) or not text:
        raise ValueError("text must be the new text")
    message = attachments.edited(pen.world, target, text)
    if target.reply_to:
        message["context"] = {"id": target.reply_to}
    edit = {"original_message_id": target.wamid, "message": message}
    return {"type": "edit", "edit": edit}, {"text": text, "to_wamid": target.wamid}, None


def _revoke(pen, spec):
    """Meta allows it for two days; here always."""
    target = _own(pen, spec)
    return {"type": "revoke", "revoke": {"original_message_id": target.wamid}}, {"to_wamid": target.wamid}, None


def _own(pen: Pen, spec: dict) -> Message:
    wamid = spec.get("message_id") or spec.get("reply_to")
    message = pen.world.phones.message(wamid) if isinstance(wamid, str) else None
    mine = message and (message.customer, message.number, message.direction) == (
        pen.customer,
        pen.number,
        pen.direction,
    )
    if not mine or (pen.direction == "outbound" and not message.content.get("echo")):
        raise ValueError("message_id must be the wamid of a message of one's own")
    if message.kind in ABOUT_ANOTHER or message.content.get("revoked"):
        raise ValueError("there is nothing left to change in that message")
    return message


def _contacts(_pen, spec):
    contacts = spec.get("contacts") or [
        {
            "name": {"formatted_name": "Barbara Johnson", "first_name": "Barbara"},
            "phones": [{"phone": "+1 (415) 555-0829", "wa_id": "14155550829", "type": "MOBILE"}],
        }
    ]
    if not isinstance(contacts, list):
        raise ValueError("contacts must be a list")
    return {"type": "contacts", "contacts": contacts}, {"contacts": contacts}, spec.get("reply_to")


MEDIA = dict.fromkeys(("image", "video", "audio", "voice", "document", "sticker"), _media)
ECHOES = {
    "text": _text,
    **MEDIA,
    "location": _location,
    "contacts": _contacts,
    "edit": _edit,
    "revoke": _revoke,
}
SHAPES = {
    **ECHOES,
    "button_reply": _button_reply,
    "list_reply": _list_reply,
    "button": _button,
    "reaction": _reaction,
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


def _act_on_target(world: World, message: Message) -> None:
    target = world.phones.message(message.content.get("to_wamid"))
    if target is None or target.customer is not message.customer:
        return
    if message.kind == "reaction":
        target.reactions[message.direction] = message.content["emoji"]
    elif message.kind == "edit":
        target.content.update(text=message.content["text"], edited=True)
    elif message.kind == "revoke":
        target.content = {"text": "", "revoked": True}
    world.changed(target)
