"""What Meta says of a channel rather than of a message now: history, contacts, calls, handovers, preferences, templates, health.

One item of an array, or one whole value -> one event (a chunk of history: many). Every function takes any JSON object
and never raises; a shape that says nothing known becomes a ChannelNotice. Source: Meta's webhook reference, by field.
"""

from collections.abc import Iterator
from typing import Any

from cloud_api.event_items import (
    People,
    Where,
    digits,
    inbound,
    notice,
    person,
    reply_to_of,
    unix_seconds,
)
from cloud_api.event_text import kind_of, payload_of, readable_line
from cloud_api.event_types import (
    ContactSync,
    Event,
    Handover,
    HealthChange,
    HistoryMessage,
    Malformed,
    Preference,
    TemplateChange,
)
from cloud_api.storable import identifier, mapping, string

_NO_REASON = frozenset({"", "NONE"})


# --- items of arrays ------------------------------------------------------------------------------------------------------


def preference(where: Where, people: People, item: dict) -> Event:
    """An item of `user_preferences`."""
    return Preference(
        **where,
        person=person(people, item.get("wa_id"), item.get("user_id"), item.get("parent_user_id")),
        category=string(item.get("category")),
        value=string(item.get("value")),
        timestamp=unix_seconds(item.get("timestamp")),
        raw=item,
    )


def synced_contact(where: Where, people: People, item: dict) -> Event:
    """An item of `state_sync`. Another type than a contact is a notice."""
    contact = mapping(item.get("contact"))
    phone = digits(contact.get("phone_number"))
    if item.get("type") != "contact" or not phone:
        return notice(where, "state_sync", item, None)
    return ContactSync(
        **where,
        phone=phone,
        name=string(contact.get("full_name")) or string(contact.get("first_name")),
        action=string(item.get("action")),
        timestamp=unix_seconds(mapping(item.get("metadata")).get("timestamp")),
        raw=item,
    )


def call(where: Where, people: People, item: dict) -> Event:
    """An item of `calls`: the start of a customer's call counts as a message, for it opens the window; else a notice."""
    wamid = identifier(item.get("id"))
    if not wamid or item.get("event") != "connect" or item.get("direction") != "USER_INITIATED":
        return notice(where, string(item.get("event")) or "calls", item, None)
    session_left_out = {key: value for key, value in item.items() if key not in ("session", "connection")}
    return inbound(where, people, {**session_left_out, "type": "call", "call": {"event": "connect"}}, wamid)


def history_media(where: Where, people: People, item: dict) -> Event:
    """An item of `messages` under the field `history`: the file of an earlier media_placeholder."""
    ours = bool(where["display_phone_number"]) and digits(item.get("from")) == where["display_phone_number"]
    other = item.get("to") if ours else item.get("from")
    user_id = item.get("to_user_id") if ours else item.get("from_user_id")
    return _history_message(where, people, item, (other, user_id), ours)


def history_chunk(where: Where, people: People, item: dict) -> Iterator[Event]:
    """An item of `history`: a notice of its progress (or of the refusal), then every message of every thread."""
    threads = item.get("threads")
    kind = "history_declined" if item.get("errors") else "history"
    yield notice(where, kind, {key: value for key, value in item.items() if key != "threads"}, None)
    for thread in threads if isinstance(threads, list) else ():
        if not isinstance(thread, dict) or not isinstance(thread.get("messages"), list):
            yield Malformed(reason="bad_item", raw=thread, **where)
            continue
        other = (thread.get("id"), mapping(thread.get("context")).get("user_id") or thread.get("user_id"))
        for message in thread["messages"]:
            if not isinstance(message, dict):
                yield Malformed(reason="bad_item", raw=message, **where)
                continue
            ours = digits(message.get("from")) != digits(thread.get("id")) if digits(thread.get("id")) else False
            ours = ours or message.get("from_me") is True
            yield _history_message(where, people, message, other, ours)


def _history_message(where: Where, people: People, item: dict, other: tuple[Any, Any], ours: bool) -> Event:
    wamid = identifier(item.get("id"))
    if not wamid:
        return Malformed(reason="no_wamid", raw=item, **where)
    kind = kind_of(item)
    return HistoryMessage(
        **where,
        wamid=wamid,
        timestamp=unix_seconds(item.get("timestamp")),
        person=person(people, *other, None),
        ours=ours,
        status=string(mapping(item.get("history_context")).get("status")).upper(),
        kind=kind,
        text=readable_line(kind, item),
        payload=payload_of(kind, item),
        reply_to=reply_to_of(item),
        raw=item,
    )


# --- whole values ---------------------------------------------------------------------------------------------------------


def handover(where: Where, value: dict, entry_time: int | None) -> Event:
    """A value of `messaging_handovers`. The user may be missing, and who has the thread now is seldom named."""
    kind = string(value.get("type"))
    sender = mapping(value.get("sender"))
    phone = sender.get("phone_number") or sender.get("wa_id")
    new_owner = string(mapping(value.get(kind)).get("new_owner_app_id")) or string(value.get("new_owner"))
    at = unix_seconds(value.get("timestamp"))
    return Handover(
        **where,
        kind=kind,
        person=person({}, phone, sender.get("user_id"), sender.get("parent_user_id")),
        to_us=kind == "control_passed" and new_owner != "meta_business_agent",
        timestamp=entry_time if at is None else at,
        raw=value,
    )


def template(where: Where, value: dict, entry_time: int | None) -> Event:
    """A value of one of the five template fields. Meta's own quality example comes under the status field."""
    name, template_id = string(value.get("message_template_name")), identifier(value.get("message_template_id"))
    if not (name or template_id):
        return notice(where, kind_of_value(value), value, entry_time)
    announced = string(value.get("correct_category"))
    return TemplateChange(
        **where,
        kind=where["field"].removeprefix("message_template_").removeprefix("template_"),
        template_id=template_id,
        name=name,
        language=string(value.get("message_template_language")).replace("-", "_"),
        status=string(value.get("event")).upper(),
        reason=_reason(value),
        quality=string(value.get("new_quality_score")).upper(),
        category=announced or string(value.get("new_category")) or string(value.get("message_template_category")),
        category_from=unix_seconds(value.get("category_update_timestamp")) if announced else None,
        timestamp=entry_time,
        raw=value,
    )


def _reason(value: dict) -> str:
    other, rejected = mapping(value.get("other_info")), mapping(value.get("rejection_info"))
    said = [value.get("reason"), rejected.get("reason"), rejected.get("recommendation"), other.get("title")]
    said += [other.get("description"), mapping(value.get("disable_info")).get("disable_date")]
    return ": ".join(text for text in map(string, said) if text not in _NO_REASON)


def health(where: Where, value: dict, entry_time: int | None) -> Event:
    """A value of a field that speaks of the account or of a number."""
    read = _HEALTH.get(where["field"])
    aspects = read(value) if read else {}
    return HealthChange(**where, kind=kind_of_value(value), timestamp=entry_time, raw=value, **aspects)


def channel_error(where: Where, people: People, item: dict) -> Event:
    """An item of a value's `errors`: a trouble of the account or the system, of no message."""
    code = item.get("code")
    details = string(mapping(item.get("error_data")).get("details"))
    words = [string(item.get("title")) or string(item.get("message")), details]
    said = ": ".join(dict.fromkeys(word for word in words if word))
    at = unix_seconds(item.get("timestamp"))
    number = f"({code}) " if isinstance(code, int) and not isinstance(code, bool) else ""
    return HealthChange(**where, kind="errors", warning=f"{number}{said}"[:300], timestamp=at, raw=item)


def _account(value: dict) -> dict:
    event = string(value.get("event")).upper()
    if event == "DISABLED_UPDATE":
        return _ban(mapping(value.get("ban_info")))
    if event == "ACCOUNT_RESTRICTION":
        return _restriction(value.get("restriction_info"))
    if event == "ACCOUNT_VIOLATION":
        violation = mapping(value.get("violation_info"))
        said = [string(violation.get("violation_type")), string(violation.get("remediation"))]
        return {"warning": ": ".join(filter(None, ["Violation", ". ".join(filter(None, said))]))}
    if event in _GONE:
        return {"stops": True, "warning": _GONE[event]}
    return {"stops": False} if event == "ACCOUNT_RECONNECTED" else {}


_GONE = {
    "ACCOUNT_DELETED": "The WhatsApp Business account was deleted.",
    "PARTNER_REMOVED": "The app was disconnected from the WhatsApp Business account.",
    "PARTNER_APP_UNINSTALLED": "The app was removed from the WhatsApp Business account.",
    "ACCOUNT_OFFBOARDED": "The phone's app was disconnected from the Cloud API.",
}


def _ban(ban: dict) -> dict:
    state, date = string(ban.get("waba_ban_state")).upper(), string(ban.get("waba_ban_date"))
    if state == "DISABLE":
        return {"stops": True, "warning": f"WhatsApp has disabled the account{f' ({date})' if date else ''}."}
    if state == "SCHEDULE_FOR_DISABLE":
        return {"warning": f"WhatsApp is going to disable the account{f' on {date}' if date else ''}."}
    return {"stops": False} if state == "REINSTATE" else {}


def _restriction(info: Any) -> dict:
    """Answers to customers are only refused under RESTRICTED_CUSTOMER_INITIATED_MESSAGING."""
    items = [item for item in info if isinstance(item, dict)] if isinstance(info, list) else []
    kinds = [string(item.get("restriction_type")) for item in items]
    said = ", ".join(filter(None, (_one_restriction(item) for item in items)))
    refused = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING" in kinds
    return {
        "stops": True if refused else None,
        "warning": f"WhatsApp has restricted the account{said and f': {said}'}.",
    }


def _one_restriction(item: dict) -> str:
    until = identifier(item.get("expiration"))
    kind = string(item.get("restriction_type"))
    return f"{kind} until {until}" if until else kind


def _quality(value: dict) -> dict:
    quality = {"FLAGGED": "RED", "UNFLAGGED": "UNKNOWN"}.get(string(value.get("event")).upper(), "")
    warning = "WhatsApp has flagged the number: many people blocked or reported it." if quality == "RED" else ""
    return {"quality": quality, "messaging_limit": _limit(value), "warning": warning}


def _limit(value: dict) -> str:
    """Documented as TIER_2K and the like, printed as a number too; the older keys meant one phone number."""
    for key in ("max_daily_conversations_per_business", "current_limit", "max_daily_conversation_per_phone"):
        if limit := identifier(value.get(key)):
            return limit[:40]
    return ""


def _name(value: dict) -> dict:
    decision, name = string(value.get("decision")).upper(), string(value.get("requested_verified_name"))
    reason = string(value.get("rejection_reason"))
    refused = f"WhatsApp rejected the display name {name}" + (f": {reason}" if reason not in _NO_REASON else "")
    return {"name": name, "name_decision": decision, "warning": refused if decision == "REJECTED" else ""}


def _alert(value: dict) -> dict:
    info = mapping(value.get("alert_info"))
    if string(info.get("alert_status")).upper() == "RESOLVED":
        return {}
    return {"warning": string(info.get("alert_description")) or string(info.get("alert_type"))}


def _review(value: dict) -> dict:
    rejected = string(value.get("decision")).upper() == "REJECTED"
    return {"warning": "WhatsApp rejected the account in its review."} if rejected else {}


_SECURITY = {
    "PIN_CHANGED": "The number's two-step PIN was changed.",
    "PIN_RESET_REQUEST": "Somebody asked to turn off the number's two-step PIN.",
    "PIN_REQUEST_SUCCESS": "The number's two-step PIN was turned off.",
}

_HEALTH = {
    "account_update": _account,
    "account_review_update": _review,
    "account_alerts": _alert,
    "business_capability_update": lambda value: {"messaging_limit": _limit(value)},
    "phone_number_quality_update": _quality,
    "phone_number_name_update": _name,
    "security": lambda value: {"warning": _SECURITY.get(string(value.get("event")).upper(), "")},
}
HEALTH_FIELDS = frozenset(_HEALTH)
TEMPLATE_FIELDS = frozenset(
    {
        "message_template_components_update",
        "message_template_quality_update",
        "message_template_status_update",
        "template_category_update",
        "template_correct_category_detection",
    }
)


def kind_of_value(value: dict) -> str:
    """Meta's word for what a whole value says."""
    for key in ("event", "decision", "type", "status"):
        if isinstance(value.get(key), str):
            return value[key]
    return ""
