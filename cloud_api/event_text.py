"""What a message object says: its kind, the kind's own object, a readable line, the id of a tapped choice."""

from typing import Any

from cloud_api import storable
from cloud_api.storable import identifier, mapping, string


def kind_of(item: dict) -> str:
    return string(item.get("type")) or "unknown"


def payload_of(kind: str, item: dict) -> dict[str, Any]:
    """The type's own object; contact cards are a list at Meta and get a dict around it."""
    payload = item.get(kind)
    if isinstance(payload, list):
        return {kind: payload}
    return mapping(payload)


def readable_line(kind: str, item: dict) -> str:
    """One line for lists and for matching; "" where the message has no words. Never raises."""
    if kind == "text":
        return string(mapping(item.get("text")).get("body"))
    read = _READABLE.get(kind)
    return read(payload_of(kind, item)) if read else ""


def tap_id_of(kind: str, payload: dict) -> str:
    """The id of the tapped reply button or list row, or the payload of a template's button; "" for any other message."""
    if kind == "interactive":
        return identifier(_tapped(payload).get("id"))
    return identifier(payload.get("payload")) if kind == "button" else ""


def _order(payload: dict) -> str:
    """ "2 x ghee-1kg, 1 x paneer: please hurry". Quantities come as numbers or as text."""
    items = payload.get("product_items")
    items = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    what = ", ".join(
        f"{_or_mark(item.get('quantity'))} x {_or_mark(item.get('product_retailer_id'))}" for item in items
    )
    return ": ".join(filter(None, (what, string(payload.get("text")))))


def _or_mark(value: Any) -> str:
    return identifier(value) or "?"


def _caption(payload: dict) -> str:
    return string(payload.get("caption"))


def _tapped(interactive: dict) -> dict:
    return mapping(interactive.get(string(interactive.get("type"))))


def _interactive_text(payload: dict) -> str:
    """What was tapped or filled in. A flow's answers are a string that should hold JSON, and may be broken or null."""
    tapped = _tapped(payload)
    answers = _answers(tapped.get("response_json"))
    said = string(tapped.get("title")) or string(tapped.get("response")) or string(tapped.get("body"))
    return f"{said}: {answers}" if said and answers else answers or said


def _answers(response_json: Any) -> str:
    try:
        answers = storable.loads(response_json) if isinstance(response_json, str) else None
    except ValueError:
        return ""
    if not isinstance(answers, dict):
        return ""
    plain = {
        key: value for key, value in answers.items() if key != "flow_token" and isinstance(value, (str, int, float))
    }
    return ", ".join(f"{key}: {value}" for key, value in plain.items())


def _place(payload: dict) -> str:
    named = [part for part in (string(payload.get("name")), string(payload.get("address"))) if part]
    if named:
        return ", ".join(named)
    position = (payload.get("latitude"), payload.get("longitude"))
    return ", ".join(str(part) for part in position) if all(isinstance(part, (int, float)) for part in position) else ""


def _names_on_cards(payload: dict) -> str:
    cards = payload.get("contacts")
    names = [_name_on_card(card) for card in cards if isinstance(card, dict)] if isinstance(cards, list) else []
    return ", ".join(name for name in names if name)


def _name_on_card(card: dict) -> str:
    name = mapping(card.get("name"))
    return string(name.get("formatted_name")) or string(name.get("first_name"))


_READABLE = {
    "image": _caption,
    "video": _caption,
    "audio": _caption,
    "document": _caption,
    "interactive": _interactive_text,
    "button": lambda payload: string(payload.get("text")),
    "location": _place,
    "contacts": _names_on_cards,
    "order": _order,
}
