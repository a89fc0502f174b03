"""One item of a webhook's array -> one event. Every function takes any JSON object and never raises."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cloud_api.event_text import kind_of, payload_of, readable_line, tap_id_of
from cloud_api.event_types import (
    ChannelNotice,
    Echo,
    Edit,
    Error,
    Event,
    InboundMessage,
    Malformed,
    MessageStatus,
    Person,
    Reaction,
    Revoke,
    SystemChange,
)
from cloud_api.storable import identifier, mapping, string

People = Mapping[str, dict]
"""A value's contacts by user_id, wa_id and parent_user_id."""

Where = dict[str, str]
"""The fields of Origin."""

# CC.xxxx, or CC.ENT.xxxx for a parent (Meta, "Business-scoped user ids").
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_PHONE_PUNCTUATION = str.maketrans("", "", "+-() .\u00a0")
_END_OF_TIME = 253_402_300_799  # 9999-12-31: the last second that datetime and PostgreSQL both hold
_SYSTEM_KINDS = frozenset({"user_changed_number", "user_changed_user_id", "customer_identity_changed"})


def message(where: Where, people: People, item: dict) -> Event:
    """An item of `messages`."""
    wamid = identifier(item.get("id"))
    if not wamid:
        return Malformed(reason="no_wamid", raw=item, **where)
    build = _OTHER_THAN_INBOUND.get(kind_of(item), inbound)
    return build(where, people, item, wamid)


def status(where: Where, people: People, item: dict) -> Event:
    """An item of `statuses`."""
    wamid = identifier(item.get("id"))
    if not wamid:
        return Malformed(reason="no_wamid", raw=item, **where)
    in_group = item.get("recipient_type") == "group"
    return MessageStatus(
        **where,
        wamid=wamid,
        status=string(item.get("status")),
        timestamp=unix_seconds(item.get("timestamp")),
        recipient=_participant(people, item) if in_group else _recipient(people, item),
        callback_data=string(item.get("biz_opaque_callback_data")),
        pricing=mapping(item.get("pricing")),
        conversation=mapping(item.get("conversation")),
        errors=errors_of(item),
        group_id=identifier(item.get("recipient_id")) if in_group else "",
        raw=item,
    )


def echo(where: Where, people: People, item: dict) -> Event:
    """An item of `message_echoes`. Meta's agent's own echoes hold the body that it sent under `message`."""
    wamid = identifier(item.get("id"))
    if not wamid:
        return Malformed(reason="no_wamid", raw=item, **where)
    change = _CHANGES.get(kind_of(item))
    if change:
        return replace(change(where, people, item, wamid), ours=True)
    sent = item.get("message")
    content = sent if isinstance(sent, dict) else item
    kind = kind_of(content)
    to = item.get("to") or content.get("to")
    user_id = item.get("to_user_id") or content.get("recipient")
    return Echo(
        **where,
        wamid=wamid,
        timestamp=unix_seconds(item.get("timestamp")),
        recipient=person(people, to, user_id, item.get("to_parent_user_id")),
        kind=kind,
        text=readable_line(kind, content),
        payload=payload_of(kind, content),
        reply_to=reply_to_of(content),
        raw=item,
    )


def notice(where: Where, kind: str, item: dict, entry_time: int | None) -> ChannelNotice:
    """An item of any other array, or a whole value."""
    own = item.get("timestamp")
    if own is None:
        own = mapping(item.get("metadata")).get("timestamp")  # state_sync keeps it there
    at = unix_seconds(own)
    return ChannelNotice(**where, kind=kind, at=entry_time if at is None else at, raw=item)


def people_of(contacts: Any) -> People:
    """The contacts of a value by each of their ids. May be absent, shorter than the messages, or in another order."""
    people: dict[str, dict] = {}
    for contact in contacts if isinstance(contacts, list) else ():
        if isinstance(contact, dict):
            for key in ("user_id", "wa_id", "parent_user_id"):
                known_as = identifier(contact.get(key))
                if known_as:
                    people.setdefault(known_as, contact)
    return people


def errors_of(item: dict) -> tuple[Error, ...]:
    errors = item.get("errors")
    return tuple(_error(error) for error in errors if isinstance(error, dict)) if isinstance(errors, list) else ()


def digits(value: Any) -> str:
    """A phone number without plus and punctuation; "" for what is no phone number."""
    text = identifier(value)
    if not (text.isascii() and text.isdigit()):
        text = text.translate(_PHONE_PUNCTUATION)
    return text if text.isascii() and text.isdigit() else ""


def reply_to_of(item: dict) -> str:
    """The wamid that a message quotes: perhaps one that we never had, perhaps the sender's own."""
    return identifier(mapping(item.get("context")).get("id"))


def unix_seconds(value: Any) -> int | None:
    """Seconds since 1970 from Meta's string or number; None for anything that is no time between 1970 and 9999."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) <= 12 else None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return int(value) if 0 < value <= _END_OF_TIME else None


def inbound(where: Where, people: People, item: dict, wamid: str) -> InboundMessage:
    kind = kind_of(item)
    payload = payload_of(kind, item)
    context = mapping(item.get("context"))
    return InboundMessage(
        **where,
        wamid=wamid,
        timestamp=unix_seconds(item.get("timestamp")),
        sender=_sender(people, item),
        kind=kind,
        text=readable_line(kind, item),
        payload=payload,
        tap_id=tap_id_of(kind, payload),
        reply_to=reply_to_of(item),
        group_id=identifier(item.get("group_id")),
        forwarded=context.get("forwarded") is True or context.get("frequently_forwarded") is True,
        referral=mapping(item.get("referral")),
        product=mapping(context.get("referred_product")),
        errors=errors_of(item),
        raw=item,
    )


def _edit(where: Where, people: People, item: dict, wamid: str) -> Edit:
    edit = mapping(item.get("edit"))
    content = mapping(edit.get("message"))
    kind = kind_of(content)
    return Edit(
        **where,
        wamid=wamid,
        timestamp=unix_seconds(item.get("timestamp")),
        original_wamid=identifier(edit.get("original_message_id")),
        kind=kind,
        text=readable_line(kind, content),
        payload=payload_of(kind, content),
        raw=item,
    )


def _revoke(where: Where, people: People, item: dict, wamid: str) -> Revoke:
    return Revoke(
        **where,
        wamid=wamid,
        timestamp=unix_seconds(item.get("timestamp")),
        original_wamid=identifier(mapping(item.get("revoke")).get("original_message_id")),
        raw=item,
    )


def _reaction(where: Where, people: People, item: dict, wamid: str) -> Reaction:
    """Taken away: the key `emoji` is absent (Meta's text) or "" (seen)."""
    reaction = mapping(item.get("reaction"))
    return Reaction(
        **where,
        wamid=wamid,
        timestamp=unix_seconds(item.get("timestamp")),
        original_wamid=identifier(reaction.get("message_id")),
        emoji=string(reaction.get("emoji")),
        raw=item,
    )


def _system(where: Where, people: People, item: dict, wamid: str) -> SystemChange:
    """The old identity stands in `from` and previous_user_id, the new one in system.wa_id and system.user_id."""
    system = mapping(item.get("system"))
    kind = string(system.get("type"))
    changed_number = kind == "user_changed_number"
    changed_user_id = changed_number or kind == "user_changed_user_id"
    new = identifier(system.get("user_id")) if changed_user_id else ""
    previous = identifier(system.get("previous_user_id")) if changed_user_id else ""
    named = identifier(item.get("from_user_id"))
    parent = system.get("previous_parent_user_id") or item.get("from_parent_user_id")
    return SystemChange(
        **where,
        wamid=wamid,
        timestamp=unix_seconds(item.get("timestamp")),
        sender=person(people, item.get("from"), previous or (named if named != new else ""), parent),
        kind=kind if kind in _SYSTEM_KINDS else "other",
        text=string(system.get("body")),
        new_phone=digits(system.get("wa_id") or system.get("new_wa_id")) if changed_number else "",
        new_bsuid=new,
        previous_bsuid=previous,
        raw=item,
    )


_CHANGES = {"edit": _edit, "revoke": _revoke, "reaction": _reaction}
_OTHER_THAN_INBOUND = {**_CHANGES, "system": _system}


def _sender(people: People, item: dict) -> Person:
    return person(people, item.get("from"), item.get("from_user_id"), item.get("from_parent_user_id"))


def _recipient(people: People, item: dict) -> Person:
    return person(people, item.get("recipient_id"), item.get("recipient_user_id"), _parent_of_recipient(item))


def _participant(people: People, item: dict) -> Person:
    phone = item.get("recipient_participant_id") or item.get("participant_recipient_id")
    user_id = item.get("recipient_participant_user_id") or item.get("participant_recipient_user_id")
    return person(people, phone, user_id, None)


def _parent_of_recipient(item: dict) -> Any:
    """Meta's own examples print this key in three ways."""
    for key in ("recipient_parent_user_id", "parent_recipient_user_id", "parent_user_id"):
        if key in item:
            return item[key]
    return None


def person(people: People, phone: Any, user_id: Any, parent_user_id: Any) -> Person:
    """Who is meant: the ids that the item itself names, completed from the contact that has one of them."""
    phone, user_id, parent_user_id = identifier(phone), identifier(user_id), identifier(parent_user_id)
    contact = people.get(user_id) or people.get(phone) or people.get(parent_user_id) or {}
    profile = mapping(contact.get("profile"))
    wa_id = identifier(contact.get("wa_id"))
    return Person(
        phone=digits(phone) or digits(wa_id),
        bsuid=user_id or identifier(contact.get("user_id")) or _bsuid_in(phone) or _bsuid_in(wa_id),
        parent_bsuid=parent_user_id or identifier(contact.get("parent_user_id")),
        name=string(profile.get("name")),
        username=(string(profile.get("username")) or string(contact.get("username"))).removeprefix("@"),
    )


def _bsuid_in(place_of_a_phone: str) -> str:
    """A BSUID was seen in `from` and `wa_id`, where a phone number belongs."""
    return place_of_a_phone if _BSUID.fullmatch(place_of_a_phone) else ""


def _error(error: dict) -> Error:
    code = error.get("code")
    if isinstance(code, str):
        code = int(code) if code.isascii() and code.isdigit() and len(code) < 10 else 0
    return Error(
        code=code if isinstance(code, int) and not isinstance(code, bool) and abs(code) < 2**31 else 0,
        title=string(error.get("title")),
        message=string(error.get("message")),
        details=string(mapping(error.get("error_data")).get("details")),
    )
