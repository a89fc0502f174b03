"""What a message holds beside its words, as a card that a page can show: a place, people, an order, what WhatsApp kept back.

The payload is a stranger's: nothing is believed to be there, and of links only those of the web are kept.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import reading

from .models import Message

MOST = 20  # rows of a card; the rest is counted
LONGEST = 200  # characters of a row


@dataclass(frozen=True, slots=True)
class Card:
    kind: str  # location | contacts | order | unsupported
    title: str = ""
    lines: tuple[str, ...] = ()
    link: str = ""
    link_words: str = ""


def card_of(message: Message) -> Card | None:
    """None where the words say it all, and for what was deleted."""
    if message.revoked_at or not isinstance(message.payload, dict | list):
        return None
    build = _CARDS.get(message.kind)
    return build(message.payload) if build else None


def _location(payload) -> Card | None:
    given = _inner(payload, "location")
    latitude, longitude = _number(given.get("latitude"), 90), _number(given.get("longitude"), 180)
    if latitude is None or longitude is None:
        return None
    lines = tuple(filter(None, (_text(given.get("address")), _web(given.get("url")))))
    link = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
    place = _text(given.get("name")) or f"{latitude:.5f}, {longitude:.5f}"
    return Card("location", place, lines, link, _("Show on a map"))


def _contacts(payload) -> Card | None:
    given = payload if isinstance(payload, list) else _listed(payload, "contacts")
    lines = [line for line in map(_person, given[:MOST]) if line]
    return Card("contacts", "", _counted(lines, len(given))) if lines else None


def _person(one) -> str:
    if not isinstance(one, dict):
        return ""
    name = one.get("name") if isinstance(one.get("name"), dict) else {}
    phones = one.get("phones") if isinstance(one.get("phones"), list) else []
    numbers = [_phone(phone) for phone in phones[:5] if isinstance(phone, dict)]
    return " · ".join(filter(None, [_text(name.get("formatted_name")) or _text(name.get("first_name")), *numbers]))


def _phone(given: dict) -> str:
    written, digits = _text(given.get("phone")), _text(given.get("wa_id"))
    return written or (reading.phone(digits) if digits.isdigit() else digits)


def _order(payload) -> Card | None:
    given = _inner(payload, "order")
    items = _listed(given, "product_items")
    lines = [line for line in map(_item, items[:MOST]) if line]
    title = ngettext("%(count)s product", "%(count)s products", len(items)) % {"count": len(items)}
    return Card("order", title, _counted(lines, len(items))) if lines else None


def _item(one) -> str:
    if not isinstance(one, dict):
        return ""
    name, quantity = _text(one.get("product_retailer_id")), _text(one.get("quantity"))
    price = " ".join(filter(None, (_text(one.get("currency")), _text(one.get("item_price")))))
    first = f"{quantity} × {name}" if quantity else name
    return " · ".join(filter(None, (first, price)))


def _unsupported(payload) -> Card:
    given = payload if isinstance(payload, dict) else {}
    inner = given.get("unsupported") if isinstance(given.get("unsupported"), dict) else given
    kind = _text(inner.get("type")).replace("_", " ")
    lines = [_("WhatsApp does not pass this on. Ask the customer to send it as a text or a photo.")]
    return Card("unsupported", kind if kind not in ("", "unsupported", "unknown") else "", tuple(lines))


_CARDS = {"location": _location, "contacts": _contacts, "order": _order, "unsupported": _unsupported}


# --- a stranger's values --------------------------------------------------------------------------------------------------


def _inner(payload, name: str) -> dict:
    """Meta's object of the kind: the payload itself, or below its name (what we have sent)."""
    if not isinstance(payload, dict):
        return {}
    return payload[name] if isinstance(payload.get(name), dict) else payload


def _listed(payload, name: str) -> list:
    found = payload.get(name) if isinstance(payload, dict) else None
    return found if isinstance(found, list) else []


def _text(value) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(str(value).split())[:LONGEST]


def _number(value, most: int) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if -most <= number <= most else None


def _web(value) -> str:
    text = _text(value)
    try:
        return text if urlsplit(text).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _counted(lines: list[str], total: int) -> tuple[str, ...]:
    more = total - MOST
    return (*lines, _("and %(count)s more") % {"count": more}) if more > 0 else tuple(lines)
