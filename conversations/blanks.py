"""What a template has: its parts, its blanks, the examples that Meta keeps of them, and how it looks when they are filled.

It is known from Meta's list (templates.py). ``parts`` are Meta's components of a template, as Template.components holds
them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from .models import Template

_BLANK = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# Of a value. Meta's reference of messages, "parameter object": a body that stands alone may hold more.
HEADER, BODY, BODY_ALONE = 60, 1024, 32_768
OTP, COUPON, ADDRESS = 15, 20, 2000
FILES = ("image", "video", "document")
_OTP_ADDRESS = "whatsapp.com/otp/"  # what Meta makes of a button OTP: an address with the code in it
_AUTHENTICATION = "*{{1}}*"  # where Meta's list leaves out the text, which is its own


@dataclass(frozen=True, slots=True)
class Blanks:
    """Names in their order ("1", "2" or "first_name"); ``media``: what the header shows, "" for none; ``buttons``:
    index -> the kind of the button that needs a value: url, copy_code or otp; ``longest``: characters of a body's value.
    """

    header: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    media: str = ""
    buttons: Mapping[int, str] = field(default_factory=dict)
    longest: int = BODY_ALONE


@dataclass(frozen=True, slots=True)
class Button:
    kind: str  # quick_reply, url, phone_number, copy_code, otp, flow, ..
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A template as the customer gets it; a blank without a value stays as it is written."""

    media: str  # image, video, document; "" for none
    header: str
    body: str
    footer: str
    buttons: tuple[Button, ...]


def blanks_of(template: Template) -> Blanks | None:
    """None where we do not know the template's parts."""
    return blanks_in(template.components)


def blanks_in(parts: Sequence[dict]) -> Blanks | None:
    if not parts:
        return None
    header, buttons = part(parts, "HEADER"), _needy(parts)
    shown = str(header.get("format", "TEXT")).lower()
    return Blanks(
        header=_names(header.get("text", "")) if shown == "text" else (),
        body=_names(_body(parts)),
        media="" if shown == "text" else shown,
        buttons=buttons,
        longest=BODY_ALONE if {_kind(one) for one in parts} == {"BODY"} else BODY,
    )


def examples_of(template: Template) -> dict[str, dict[str, str]]:
    """ "header", "body", "buttons" -> name of the blank (index of the button) -> what Meta was shown for it."""
    parts = template.components
    found = {"header": _examples(part(parts, "HEADER"), "header"), "body": _examples(part(parts, "BODY"), "body")}
    found["buttons"] = {
        str(index): example
        for index, button in enumerate(_buttons(parts))
        if (example := _first_text(button.get("example")))
    }
    return found


def unfillable(template: Template) -> str:
    """Why the template cannot be filled here, in words; "" where it can. A program may still give components itself."""
    parts = template.components
    shown = str(part(parts, "HEADER").get("format", "TEXT")).lower()
    if shown not in ("text", *FILES):
        return _("Its header shows something that cannot be filled here: %s.") % shown
    for kind, words in (
        ("CAROUSEL", _("It has cards to swipe through, which cannot be filled here.")),
        ("LIMITED_TIME_OFFER", _("It has an offer with an end, which cannot be filled here.")),
    ):
        if part(parts, kind):
            return words
    if any(_kind(button) in ("MPM", "SPM") for button in _buttons(parts)):
        return _("It shows products of a catalogue, which cannot be chosen here.")
    return ""


def show(
    template: Template, *, header: Mapping[str, str] | None = None, body: Mapping[str, str] | None = None
) -> Shown:
    parts = template.components
    head, shown = part(parts, "HEADER"), str(part(parts, "HEADER").get("format", "TEXT")).lower()
    return Shown(
        media="" if shown == "text" else shown,
        header=filled(_text(head), header or {}) if shown == "text" else "",
        body=filled(_body(parts), body or {}),
        footer=_text(part(parts, "FOOTER")),
        buttons=tuple(Button(kind_of(button), _text(button)) for button in _buttons(parts)),
    )


def words_of(template: Template) -> str:
    """All that it says, on one line, for lists and searches."""
    shown = show(template)
    return " ".join(" ".join((shown.header, shown.body)).split())


def part(parts: Sequence[dict], kind: str) -> dict:
    return next((one for one in parts if _kind(one) == kind), {})


def filled(text: str, values: Mapping[str, str]) -> str:
    return _BLANK.sub(lambda blank: values.get(blank[1]) or blank[0], text)


def kind_of(button: dict) -> str:
    kind = _kind(button).lower()
    is_otp = kind == "otp" or (kind == "url" and _OTP_ADDRESS in str(button.get("url", "")))
    return "otp" if is_otp else kind


def _needy(parts: Sequence[dict]) -> dict[int, str]:
    """The buttons that are nothing without a value: an address with a blank, a code to copy, a password for once."""
    kinds = {index: kind_of(button) for index, button in enumerate(_buttons(parts))}
    addressed = {index for index, button in enumerate(_buttons(parts)) if _names(button.get("url", ""))}
    return {i: kind for i, kind in kinds.items() if kind in ("copy_code", "otp") or (kind == "url" and i in addressed)}


def _body(parts: Sequence[dict]) -> str:
    text = _text(part(parts, "BODY"))
    is_code = any(kind_of(button) == "otp" for button in _buttons(parts))
    return text or (_AUTHENTICATION if is_code else "")


def _buttons(parts: Sequence[dict]) -> list[dict]:
    given = part(parts, "BUTTONS").get("buttons")
    return [one if isinstance(one, dict) else {} for one in given] if isinstance(given, list) else []


def _names(text) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(_BLANK.findall(text if isinstance(text, str) else "")))
    return tuple(sorted(names, key=int)) if all(name.isdecimal() for name in names) else names


def _examples(one: dict, where: str) -> dict[str, str]:
    """Positional ones come as a list, of a body as a list in a list; named ones as [{"param_name", "example"}]."""
    given = one.get("example")
    given = given if isinstance(given, dict) else {}
    named = given.get(f"{where}_text_named_params")
    if isinstance(named, list):
        rows = [row for row in named if isinstance(row, dict)]
        return {str(row.get("param_name")): str(row.get("example")) for row in rows}
    texts = given.get(f"{where}_text")
    if isinstance(texts, list) and texts and isinstance(texts[0], list):
        texts = texts[0]
    return {str(place): str(text) for place, text in enumerate(texts, 1)} if isinstance(texts, list) else {}


def _first_text(example) -> str:
    first = example[0] if isinstance(example, list) and example else example
    return first if isinstance(first, str) else ""


def _text(one: dict) -> str:
    text = one.get("text", "")
    return text if isinstance(text, str) else ""


def _kind(one: dict) -> str:
    return str(one.get("type", "")).upper()
