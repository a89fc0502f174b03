"""Webhooks that a tester writes by hand: whose secret signs them, and what they tell of customers."""

import json
import time

from .business import Number
from .phones import Customer
from .world import World
from .writing import keep, unix_seconds


def secret_for(world: World, raw: bytes) -> str | None:
    """The app secret of the first number that the body names: by phone_number_id, else by account."""
    for entry, value in _changes(raw):
        number = _number(world, value) or world.numbers.of_account(str(entry.get("id")))
        if number:
            return number.app_secret
    return None


def learn(world: World, raw: bytes) -> None:
    """Takes note of the customers' messages in the body, so that they have a phone and an open window. What it does
    not understand it leaves alone: the body is sent as it is anyway."""
    for _entry, value in _changes(raw):
        number = _number(world, value)
        messages = value.get("messages")
        if number and isinstance(messages, list):
            contacts = value.get("contacts")
            profiles = _profiles(contacts if isinstance(contacts, list) else [])
            for message in messages:
                if isinstance(message, dict):
                    _learn_message(world, number, message, profiles)


def _learn_message(world: World, number: Number, message: dict, profiles: dict) -> None:
    wamid = message.get("id")
    if not isinstance(wamid, str) or world.phones.message(wamid):
        return
    try:
        timestamp = unix_seconds(message.get("timestamp", time.time()))
        customer = _sender(world, number, message, profiles)
    except ValueError:
        return  # no time or no sender to show it for
    kind = message["type"] if isinstance(message.get("type"), str) else "unknown"
    text = message["text"].get("body") if isinstance(message.get("text"), dict) else ""
    kept = keep(world, customer, number, kind, {"text": str(text or "")}, timestamp, wamid=wamid)
    kept.status = "taken"
    world.changed(kept)


def _sender(world: World, number: Number, message: dict, profiles: dict) -> Customer:
    phone, user_id = _string(message.get("from")), _string(message.get("from_user_id"))
    known = world.phones.by_user_id(user_id, number.waba_id)
    if known:
        return known
    profile = profiles.get(user_id) or profiles.get(phone) or {}
    name = _string(profile.get("name"))
    if phone:
        customer = world.phones.add(name or phone, phone, None, number)
    else:
        customer = world.phones.add(name, None, _string(profile.get("username")) or user_id, number)
    if user_id:
        world.phones.bind_user_id(customer, number.waba_id, user_id)
    return customer


def _profiles(contacts: list) -> dict:
    """{wa_id or user_id: profile}"""
    named = [one for one in contacts if isinstance(one, dict) and isinstance(one.get("profile"), dict)]
    return {_string(one.get(key)): one["profile"] for one in named for key in ("wa_id", "user_id") if one.get(key)}


def _number(world: World, value: dict) -> Number | None:
    metadata = value.get("metadata")
    return world.numbers.get(_string(metadata.get("phone_number_id"))) if isinstance(metadata, dict) else None


def _string(value) -> str:
    return value if isinstance(value, str) else ""


def _changes(raw: bytes):
    """(entry, value) of every change in the body; nothing for what is not a webhook."""
    try:
        body = json.loads(raw)
    except ValueError:
        return
    entries = body.get("entry") if isinstance(body, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        changes = entry.get("changes") if isinstance(entry, dict) else None
        for change in changes if isinstance(changes, list) else ():
            if isinstance(change, dict) and isinstance(change.get("value"), dict):
                yield entry, change["value"]
