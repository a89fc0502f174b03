"""A template's blanks: which it has, whether what is given fills them, and how it reads then.

What a template has is known from Meta's list (templates.py). Where the list was never fetched, or does not tell a
template's parts, WhatsApp decides.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.errors import DomainError

from .models import Template

_BLANK = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_UNFIT = re.compile(r"[\n\r\t]| {5,}")  # Meta refuses them within a value
_PLACES = [str(place) for place in range(10)]  # of buttons: Meta takes ten

Given = Sequence[str] | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Blanks:
    """Names in their order ("1", "2" or "first_name"); ``media``: what the header shows, "" for none; ``buttons``:
    index -> the kind of the button that needs a value.
    """

    header: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    media: str = ""
    buttons: Mapping[int, str] = field(default_factory=dict)


def blanks_of(template: Template) -> Blanks | None:
    """None where we do not know the template's parts."""
    if not template.components:
        return None
    header, body = _part(template, "HEADER"), _part(template, "BODY")
    shown = str(header.get("format", "TEXT")).lower()
    return Blanks(
        header=_names(header.get("text", "")),
        body=_names(body.get("text", "")),
        media="" if shown == "text" else shown,
        buttons=_needy(_part(template, "BUTTONS").get("buttons")),
    )


def fill(
    blanks: Blanks | None, *, header: Given = (), body: Given = (), media: dict | None = None, buttons: Given = ()
) -> list[dict]:
    """The components that Meta takes. ``media`` is {"type": "image", "image": {...}}. Raises DomainError for what is
    missing, too much or unfit.
    """
    components = []
    if media:
        components.append({"type": "header", "parameters": [media]})
    elif texts := _texts(blanks and blanks.header, header, "header"):
        components.append({"type": "header", "parameters": texts})
    if texts := _texts(blanks and blanks.body, body, "body"):
        components.append({"type": "body", "parameters": texts})
    if buttons:
        components += _buttons(blanks, buttons)
    check(blanks, components, "parameters")
    return components


def check(blanks: Blanks | None, components: list[dict], where: str = "components") -> None:
    """Whether components fill the blanks, no fewer and no more. Raises DomainError, with ``template.<where>`` as its
    field.
    """
    for component in components:
        if not isinstance(component.get("type"), str) or not _is_parameters(component.get("parameters", [])):
            raise _refusal(
                where, _('A component is {"type": "body", "parameters": [{"type": "text", "text": "..."}]}.')
            )
        for value in _values(component):
            _check_value(value, where)
    if blanks is None:
        return
    _check_count(blanks.body, _parameters(components, "body"), f"{where}.body")
    header = _parameters(components, "header")
    if not blanks.media:
        _check_count(blanks.header, header, f"{where}.header")
    elif [str(one.get("type")).lower() for one in header] != [blanks.media]:
        raise _refusal(f"{where}.headerMedia", _("The template's header needs one file of the kind %s.") % blanks.media)
    filled = {str(c.get("index")) for c in components if str(c["type"]).lower() == "button" and c.get("parameters")}
    missing = [str(index) for index in blanks.buttons if str(index) not in filled]
    if missing:
        raise _refusal(f"{where}.buttons", _("A value is missing for the template's button %s.") % ", ".join(missing))


def read(template: Template, components: list[dict]) -> str:
    """The template's words with the values in their places; its name where we do not know them."""
    parts = []
    for kind in ("HEADER", "BODY"):
        text = _part(template, kind).get("text", "")
        if isinstance(text, str) and text:
            parts.append(_filled(text, _parameters(components, kind.lower())))
    return "\n".join(parts) or f"{template.name} ({template.language})"


# --- what a template has --------------------------------------------------------------------------------------------------


def _part(template: Template, kind: str) -> dict:
    return next((part for part in template.components if str(part.get("type", "")).upper() == kind), {})


def _names(text) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(_BLANK.findall(text if isinstance(text, str) else "")))
    return tuple(sorted(names, key=int)) if all(name.isdecimal() for name in names) else names


def _needy(buttons) -> dict[int, str]:
    """The buttons that are nothing without a value: an address with a blank, a code to copy."""
    needy = {}
    for index, button in enumerate(buttons if isinstance(buttons, list) else []):
        kind = str(button.get("type", "")).lower() if isinstance(button, dict) else ""
        if (kind == "url" and _names(button.get("url", ""))) or kind == "copy_code":
            needy[index] = kind
    return needy


# --- what is given --------------------------------------------------------------------------------------------------------


def _texts(names: tuple[str, ...] | None, given: Given, part: str) -> list[dict]:
    if not isinstance(given, Mapping):
        given = {str(place): text for place, text in enumerate(given, 1)}
    order = [name for name in names if name in given] if names is not None else list(given)
    unknown = [name for name in given if name not in order]
    if unknown:
        raise _refusal(
            f"parameters.{part}",
            _("The template has no blank %(unknown)s here; it has %(names)s.")
            % {"unknown": _shown(unknown), "names": _shown(names or ()) or "-"},
        )
    return [_text(name, given[name]) for name in order]


def _text(name: str, value: str) -> dict:
    named = {} if name.isdecimal() else {"parameter_name": name}
    return {"type": "text", **named, "text": value}


def _buttons(blanks: Blanks | None, given: Given) -> list[dict]:
    by_index = given if isinstance(given, Mapping) else {str(place): text for place, text in enumerate(given)}
    needed = {str(i): kind for i, kind in blanks.buttons.items()} if blanks else dict.fromkeys(_PLACES, "url")
    unknown = [index for index in by_index if index not in needed]
    if unknown:
        raise _refusal("parameters.buttons", _("The template's button %s takes no value.") % ", ".join(unknown))
    return [_button(index, needed[index], value) for index, value in by_index.items()]


def _button(index: str, kind: str, value: str) -> dict:
    code = {"type": "coupon_code", "coupon_code": value}
    parameter = code if kind == "copy_code" else {"type": "text", "text": value}
    return {"type": "button", "sub_type": kind, "index": index, "parameters": [parameter]}


def _parameters(components: list[dict], kind: str) -> list[dict]:
    return [one for c in components if str(c["type"]).lower() == kind for one in c.get("parameters", [])]


def _check_count(names: tuple[str, ...], given: list[dict], where: str) -> None:
    told = tuple(one["parameter_name"] for one in given if "parameter_name" in one)
    complete = set(told) == set(names) if told else len(given) == len(names)
    if not complete or (told and len(given) != len(names)):
        raise _refusal(
            where,
            _("The template has %(needed)s blanks here (%(names)s), and %(given)s are filled.")
            % {"needed": len(names), "names": _shown(names) or "-", "given": len(given)},
        )


def _values(component: dict) -> list:
    texts = [one["text"] for one in component.get("parameters", []) if "text" in one]
    codes = [one["coupon_code"] for one in component.get("parameters", []) if "coupon_code" in one]
    return [*texts, *codes]


def _check_value(value, where: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise _refusal(where, _("A value of a template must not be empty."))
    if _UNFIT.search(value):
        raise _refusal(where, _("A value of a template holds no line break, no tab and no five spaces in a row."))


def _is_parameters(value) -> bool:
    rows = isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return rows and all(isinstance(one.get("parameter_name", ""), str) for one in value)


def _filled(text: str, parameters: list[dict]) -> str:
    """Positional values by their place, named ones by their name."""
    values = {
        str(one.get("parameter_name") or place): str(one.get("text", "")) for place, one in enumerate(parameters, 1)
    }
    return _BLANK.sub(lambda blank: values.get(blank[1], blank[0]), text)


def _shown(names: Sequence[str]) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)


def _refusal(where: str, words: str) -> DomainError:
    return DomainError("template_incomplete", words, **{f"template.{where}": words})
