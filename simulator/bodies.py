"""The bodies of webhooks, in the shape of 2026: BSUIDs everywhere, phones and usernames where there are any.

Source: Cloud API "messages webhook reference" and "Business-scoped user IDs". A key that has no value is absent,
never an empty text.
"""

import json
import time
from dataclasses import dataclass

from .business import Number
from .errors import DETAILS, title
from .phones import Customer, Message


@dataclass(slots=True)
class Item:
    """One update: an entry of `messages`, `statuses` or `message_echoes`. `message` is the bubble it tells of; without
    one the entry is the whole value of the webhook field `field`."""

    number: Number
    field: str
    entry: dict
    contact: dict | None
    message: Message | None


# The webhook field of the lists that do not come under `messages`.
FIELDS = {"message_echoes": "smb_message_echoes"}


def inbound(message: Message, user_id: str, payload: dict, timestamp: int) -> Item:
    """A customer's message. `payload` is {"type": .., <type>: ..}."""
    customer = message.customer
    entry = {"from_user_id": user_id, "id": message.wamid, "timestamp": str(timestamp), **payload}
    if customer.phone:
        entry = {"from": customer.phone, **entry}
    if message.reply_to:
        entry = {"context": {"from": message.number.digits, "id": message.reply_to}, **entry}
    return Item(message.number, "messages", entry, _contact(customer, user_id, by_bsuid=False, named=True), message)


def echo(message: Message, user_id: str, payload: dict, timestamp: int) -> Item:
    """What the business wrote in the phone app. A username user has no `to`; there are no contacts."""
    entry = {"from": message.number.digits, "to_user_id": user_id, "id": message.wamid, "timestamp": str(timestamp)}
    if message.customer.phone:
        entry["to"] = message.customer.phone
    return Item(message.number, "message_echoes", {**entry, **payload}, None, message)


def account_news(number: Number, field: str, value: dict) -> Item:
    """A webhook of the account, such as a template's status."""
    return Item(number, field, value, None, None)


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


def build(items: list[Item], now: float | None = None) -> bytes:
    """One webhook body: an entry for each account, in it a change for each number and field, in it all its items. News
    of an account have an entry with a time each."""
    accounts: dict[str, dict[tuple, dict]] = {}
    for item in items:
        if item.message is not None:
            _add(accounts.setdefault(item.number.waba_id, {}), item)
    entries = [
        {"id": waba_id, "changes": [{"value": value, "field": field} for (_, field), value in changes.items()]}
        for waba_id, changes in accounts.items()
    ]
    entries += [_account_entry(item, now or time.time()) for item in items if item.message is None]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}, separators=(",", ":")).encode()


def _add(changes: dict[tuple, dict], item: Item) -> None:
    key = item.number.phone_number_id, FIELDS.get(item.field, "messages")
    value = changes.get(key)
    if value is None:
        value = changes[key] = {"messaging_product": "whatsapp", "metadata": item.number.metadata}
    if item.contact and item.contact not in value.setdefault("contacts", []):
        value["contacts"].append(item.contact)
    value.setdefault(item.field, []).append(item.entry)


def _account_entry(item: Item, now: float) -> dict:
    return {"id": item.number.waba_id, "time": int(now), "changes": [{"value": item.entry, "field": item.field}]}


def _contact(customer: Customer, user_id: str, by_bsuid: bool, named: bool) -> dict:
    """`named`: the username is in inbound messages and in delivered and read, not in sent."""
    profile = {"name": customer.name}
    if named and customer.username:
        profile["username"] = customer.username
    if customer.phone and not by_bsuid:
        return {"profile": profile, "wa_id": customer.phone, "user_id": user_id}
    return {"profile": profile, "user_id": user_id}
