"""A webhook's body -> events: every entry, every change, every item of every array, in the body's order.

`parse` never raises. What it cannot read becomes Malformed, what it does not know a ChannelNotice, and both leave their
neighbours alone. All text is fit for PostgreSQL (`storable`). Sources: Meta's webhook reference, "Webhooks overview".
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from cloud_api import event_channel, event_items, storable
from cloud_api.event_items import People, Where, digits, unix_seconds
from cloud_api.event_types import (
    ChannelNotice,
    ContactSync,
    Echo,
    Edit,
    Error,
    Event,
    Handover,
    HealthChange,
    HistoryMessage,
    InboundMessage,
    Malformed,
    MessageStatus,
    Origin,
    Person,
    Preference,
    Reaction,
    Revoke,
    SystemChange,
    TemplateChange,
)
from cloud_api.storable import identifier, string

__all__ = [
    "NAMED_FIELDS",
    "ChannelNotice",
    "ContactSync",
    "Echo",
    "Edit",
    "Error",
    "Event",
    "Handover",
    "HealthChange",
    "HistoryMessage",
    "InboundMessage",
    "Malformed",
    "MessageStatus",
    "Origin",
    "Person",
    "Preference",
    "Reaction",
    "Revoke",
    "SystemChange",
    "TemplateChange",
    "parse",
]

NAMED_FIELDS = frozenset(
    {
        "account_alerts",
        "account_review_update",
        "account_settings_update",
        "account_update",
        "automatic_events",
        "business_capability_update",
        "business_username_update",
        "business_username_updates",
        "calls",
        "flows",
        "group_lifecycle_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
        "history",
        "message_template_components_update",
        "message_template_quality_update",
        "message_template_status_update",
        "messages",
        "messaging_handovers",
        "partner_solutions",
        "payment_configuration_update",
        "phone_number_name_update",
        "phone_number_quality_update",
        "security",
        "smb_app_state_sync",
        "smb_message_echoes",
        "standby",
        "template_category_update",
        "template_correct_category_detection",
        "user_preferences",
    }
)
"""The webhook fields that Meta documents. Any other is kept as a ChannelNotice too."""

Builder = Callable[[Where, People, dict], Event]


def _in_standby(build: Builder) -> Builder:
    def built(where: Where, people: People, item: dict) -> Event:
        event = build(where, people, item)
        return replace(event, standby=True) if isinstance(event, InboundMessage | Echo) else event

    return built


# The arrays that hold more than notices. `messages` counts as the customer's words under its own field alone: the same
# key under `history` or in an echo's value must not start a bot.
_ITEMS: dict[str, dict[str, Builder]] = {
    "messages": {
        "messages": event_items.message,
        "statuses": event_items.status,
        "message_echoes": event_items.echo,
        "errors": event_channel.channel_error,
        "calls": event_channel.call,
    },
    "smb_message_echoes": {
        "message_echoes": event_items.echo,
        "statuses": event_items.status,
    },
    "standby": {
        "messages": _in_standby(event_items.message),
        "message_echoes": _in_standby(event_items.echo),
        "statuses": event_items.status,
    },
    "history": {"messages": event_channel.history_media},
    "smb_app_state_sync": {"state_sync": event_channel.synced_contact},
    "user_preferences": {"user_preferences": event_channel.preference},
    "calls": {"calls": event_channel.call},
}
_MANY_OF_ONE = {("history", "history"): event_channel.history_chunk}
_WHOLE = {
    "messaging_handovers": event_channel.handover,
    **dict.fromkeys(event_channel.TEMPLATE_FIELDS, event_channel.template),
    **dict.fromkeys(event_channel.HEALTH_FIELDS, event_channel.health),
}
_ENVELOPE = frozenset({"messaging_product", "metadata", "contacts", "field"})


def parse(body: bytes | str) -> list[Event]:
    """The events of one webhook body, at least one. Never raises, whatever the bytes; verify the signature first."""
    try:
        document = storable.loads(body)
    except storable.NotJson:
        return [Malformed(reason="not_json", raw=_opening(body))]
    except storable.TooDeep:
        return [Malformed(reason="too_deep", raw=_opening(body))]
    if not isinstance(document, dict):
        return [Malformed(reason="not_an_object", raw=document)]
    entries = document.get("entry")
    if not isinstance(entries, list):
        return [Malformed(reason="no_entry", raw=document)]
    if not entries:
        return [ChannelNotice(kind="empty", raw=document)]
    return [event for entry in entries for event in _of_entry(entry)]


def _of_entry(entry: Any) -> Iterator[Event]:
    if not isinstance(entry, dict):
        yield Malformed(reason="bad_entry", raw=entry)
        return
    waba_id = identifier(entry.get("id"))
    changes = entry.get("changes")
    if not isinstance(changes, list):
        yield Malformed(reason="bad_entry", raw=entry, waba_id=waba_id)
        return
    entry_time = unix_seconds(entry.get("time"))
    if not changes:
        yield ChannelNotice(kind="empty", at=entry_time, raw=entry, waba_id=waba_id)
    for change in changes:
        yield from _of_change(change, waba_id, entry_time)


def _of_change(change: Any, waba_id: str, entry_time: int | None) -> Iterator[Event]:
    value = change.get("value") if isinstance(change, dict) else None
    if not isinstance(value, dict):
        field = string(change.get("field")) if isinstance(change, dict) else ""
        yield Malformed(reason="bad_change", raw=change, waba_id=waba_id, field=field)
        return
    # Two of Meta's account_update examples print `field` inside the value.
    field = string(change.get("field")) or string(value.get("field"))
    where = _where(field, waba_id, value)
    if not value.keys() - _ENVELOPE:
        yield event_items.notice(where, "empty", value, entry_time)
    elif field in _ITEMS:
        nested = value.get("standby")  # one level deeper than elsewhere
        yield from _of_items(where, nested if field == "standby" and isinstance(nested, dict) else value, entry_time)
    elif field in _WHOLE:
        yield _WHOLE[field](where, value, entry_time)
    else:
        yield from _of_notices(where, value, entry_time)


def _of_items(where: Where, value: dict, entry_time: int | None) -> Iterator[Event]:
    """Every array of the value; what stands beside the known ones (errors, user_actions, ...) becomes notices."""
    builders = _ITEMS[where["field"]]
    people = event_items.people_of(value.get("contacts"))
    found = False
    for key, content in value.items():
        if key in _ENVELOPE:
            continue
        for event in _of_array(where, key, content, entry_time, people, builders.get(key)):
            found = True
            yield event
    if not found:
        yield event_items.notice(where, "empty", value, entry_time)


def _of_array(
    where: Where, key: str, content: Any, entry_time: int | None, people: People, build: Builder | None
) -> Iterator[Event]:
    """The events under one key. A bare string or number beside the arrays says nothing of its own and gives none."""
    if isinstance(content, list):
        for item in content:
            if not isinstance(item, dict):
                yield Malformed(reason="bad_item", raw=item, **where)
            elif (where["field"], key) in _MANY_OF_ONE:
                yield from _MANY_OF_ONE[where["field"], key](where, people, item)
            elif build:
                yield build(where, people, item)
            else:
                yield event_items.notice(where, key, item, entry_time)
    elif build and content is not None:
        yield Malformed(reason="bad_item", raw=content, **where)
    elif isinstance(content, dict):
        yield event_items.notice(where, key, content, entry_time)


def _of_notices(where: Where, value: dict, entry_time: int | None) -> Iterator[Event]:
    arrays = {key: content for key, content in value.items() if key not in _ENVELOPE}
    if not all(isinstance(content, list) and content for content in arrays.values()):
        yield event_items.notice(where, event_channel.kind_of_value(value), value, entry_time)
        return
    for key, content in arrays.items():
        yield from _of_array(where, key, content, entry_time, {}, None)


def _where(field: str, waba_id: str, value: dict) -> Where:
    metadata = value.get("metadata")
    if not isinstance(metadata, dict):
        metadata = _stand_in_for_metadata(value)
    waba = value.get("waba_info")
    if isinstance(waba, dict):
        waba_id = identifier(waba.get("waba_id")) or waba_id
    display = metadata.get("display_phone_number") or value.get("display_phone_number") or value.get("phone_number")
    return {
        "field": field,
        "waba_id": waba_id,
        "phone_number_id": identifier(metadata.get("phone_number_id")),
        "display_phone_number": digits(display),
    }


def _stand_in_for_metadata(value: dict) -> dict:
    """Where handovers and account settings name the number; `standby` nests its whole value one level deeper."""
    standby = value.get("standby")
    nested = standby.get("metadata") if isinstance(standby, dict) else None
    for candidate in (nested, value.get("recipient"), value.get("phone_number_settings")):
        if isinstance(candidate, dict):
            return candidate
    return {}


def _opening(body: bytes | str) -> str:
    return storable.clean_text(storable.decoded(body[:800]))[:200]
