"""What a message object says: its kind, the kind's own object, a readable line, the id of a tapped choice."""

from typing import Any

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


def _caption(payload: dict) -> str:
    return string(payload.get("caption"))


def _tapped(interactive: dict) -> dict:
    return mapping(interactive.get(string(interactive.get("type"))))


def _interactive_text(payload: dict) -> str:
    tapped = _tapped(payload)
    return string(tapped.get("title")) or string(tapped.get("body"))


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
    "reaction": lambda payload: string(payload.get("emoji")),
    "order": lambda payload: string(payload.get("text")),
}
