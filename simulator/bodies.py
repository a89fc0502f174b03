"""The bodies of webhooks, in the shape of 2026: BSUIDs everywhere, phones and usernames where there are any.

Source: Cloud API "messages webhook reference" and "Business-scoped user IDs". A key that has no value is absent,
never an empty text.
"""

import json
from dataclasses import dataclass

from .business import Number
from .errors import DETAILS, title
from .phones import Customer, Message


@dataclass(slots=True)
class Item:
    """One update: an entry of `messages` or of `statuses`. `message` is the bubble it tells of."""

    number: Number
    field: str
    entry: dict
    contact: dict | None
    message: Message


def inbound(message: Message, user_id: str, payload: dict, timestamp: int) -> Item:
    """A customer's message. `payload` is {"type": .., <type>: ..}."""
    customer = message.customer
    entry = {"from_user_id": user_id, "id": message.wamid, "timestamp": str(timestamp), **payload}
    if customer.phone:
        entry = {"from": customer.phone, **entry}
    if message.reply_to:
        entry = {"context": {"from": message.number.digits, "id": message.reply_to}, **entry}
    return Item(message.number, "messages", entry, _contact(customer, user_id, by_bsuid=False, named=True), message)


def status(message: Message, user_id: str, name: str, timestamp: int, pricing: dict | None) -> Item:
    """sent, delivered or read. A message that went to a BSUID tells no phone."""
    entry = {"id": message.wamid, "status": name, "timestamp": str(timestamp)}
    if not message.by_bsuid:
        entry["recipient_id"] = message.customer.phone
    entry["recipient_user_id"] = user_id
    if message.callback is not None:
        entry["biz_opaque_callback_data"] = message.callback
    if pricing:
        entry["pricing"] = pricing
    contact = _contact(message.customer, user_id, message.by_bsuid, named=name != "sent")
    return Item(message.number, "statuses", entry, contact, message)


def failed(message: Message, user_id: str, code: int, timestamp: int) -> Item:
    """A failed status has no contacts; it names the phone or the BSUID, as the message was addressed."""
    name = title(code)
    error = {"code": code, "title": name, "message": name, "error_data": {"details": DETAILS.get(code, name)}}
    entry = {"id": message.wamid, "status": "failed", "timestamp": str(timestamp)}
    if message.by_bsuid:
        entry["recipient_user_id"] = user_id
    else:
        entry["recipient_id"] = message.customer.phone
    if message.callback is not None:
        entry["biz_opaque_callback_data"] = message.callback
    return Item(message.number, "statuses", {**entry, "errors": [error]}, None, message)


def build(items: list[Item]) -> bytes:
    """One webhook body: an entry for each account, in it a change for each number, in it all items of the number."""
    accounts: dict[str, dict[str, dict]] = {}
    for item in items:
        changes = accounts.setdefault(item.number.waba_id, {})
        value = changes.get(item.number.phone_number_id)
        if value is None:
            value = changes[item.number.phone_number_id] = {
                "messaging_product": "whatsapp",
                "metadata": item.number.metadata,
            }
        if item.contact and item.contact not in value.setdefault("contacts", []):
            value["contacts"].append(item.contact)
        value.setdefault(item.field, []).append(item.entry)
    entries = [
        {"id": waba_id, "changes": [{"value": value, "field": "messages"} for value in changes.values()]}
        for waba_id, changes in accounts.items()
    ]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}, separators=(",", ":")).encode()


def _contact(customer: Customer, user_id: str, by_bsuid: bool, named: bool) -> dict:
    """`named`: the username is in inbound messages and in delivered and read, not in sent."""
    profile = {"name": customer.name}
    if named and customer.username:
        profile["username"] = customer.username
    if customer.phone and not by_bsuid:
        return {"profile": profile, "wa_id": customer.phone, "user_id": user_id}
    return {"profile": profile, "user_id": user_id}
