"""Fill a template: whether what is given fills its blanks (blanks.py), and how it reads then.

Where Meta's list was never fetched, or does not tell a template's parts, WhatsApp decides.
"""

import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from accounts.errors import DomainError

from . import blanks as having
from .blanks import Blanks
from .models import Template

_UNFIT = re.compile(r"[\n\r\t]| {5,}")  # Meta refuses them within a value
_PLACES = [str(place) for place in range(10)]  # of buttons: Meta takes ten

Given = Sequence[str] | Mapping[str, str]


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
        for value, most in _values(component, blanks):
            _check_value(value, most, where)
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


def still_fits(parts: Sequence[dict], components: list[dict]) -> bool:
    """Whether what filled a template once fills it as it is now: Meta's list may have brought another text since."""
    blanks = having.blanks_in(parts)
    if blanks is None:
        return True
    try:
        check(blanks, components)
    except DomainError:
        return False
    return True


def read(template: Template, components: list[dict]) -> str:
    """The template's words with the values in their places; its name where we do not know them."""
    values = {kind: _by_name(_parameters(components, kind)) for kind in ("header", "body")}
    shown = having.show(template, **values)
    return "\n".join(filter(None, (shown.header, shown.body))) or f"{template.name} ({template.language})"


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
    sub_type = "url" if kind == "otp" else kind  # Meta makes an address of a button OTP
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]}


def _parameters(components: list[dict], kind: str) -> list[dict]:
    return [one for c in components if str(c["type"]).lower() == kind for one in c.get("parameters", [])]


def _check_count(names: tuple[str, ...], given: list[dict], where: str) -> None:
    told = tuple(one["parameter_name"] for one in given if "parameter_name" in one)
    by_name = bool(told) or any(
        not name.isdecimal() for name in names
    )  # Meta takes no values by place for named blanks
    complete = set(told) == set(names) if by_name else True
    if not complete or len(given) != len(names):
        raise _refusal(
            where,
            _("The template has %(needed)s blanks here (%(names)s), and %(given)s are filled.")
            % {"needed": len(names), "names": _shown(names) or "-", "given": len(given)},
        )


def _values(component: dict, blanks: Blanks | None) -> list[tuple]:
    """Each with the characters that it may have."""
    most = _longest(component, blanks)
    texts = [(one["text"], most) for one in component.get("parameters", []) if "text" in one]
    codes = [one["coupon_code"] for one in component.get("parameters", []) if "coupon_code" in one]
    return [*texts, *((code, having.COUPON) for code in codes)]


def _longest(component: dict, blanks: Blanks | None) -> int:
    kind = str(component["type"]).lower()
    if kind == "header":
        return having.HEADER
    if kind == "button":
        is_code = blanks is not None and blanks.buttons.get(_index(component)) == "otp"
        return having.OTP if is_code else having.ADDRESS
    return blanks.longest if blanks is not None else having.BODY_ALONE


def _index(component: dict) -> int | None:
    index = str(component.get("index"))
    return int(index) if index.isascii() and index.isdecimal() and len(index) < 3 else None


def fault_of(value, most: int) -> str:
    """What is wrong with a value of at most so many characters, in words; "" where nothing is."""
    if not isinstance(value, str) or not value.strip():
        return _("A value of a template must not be empty.")
    if _UNFIT.search(value):
        return _("A value of a template holds no line break, no tab and no five spaces in a row.")
    if len(value) > most:
        return _("This value has %(count)s characters; WhatsApp allows %(limit)s.") % {
            "count": len(value),
            "limit": most,
        }
    return ""


def _check_value(value, most: int, where: str) -> None:
    if fault := fault_of(value, most):
        raise _refusal(where, fault)


def _is_parameters(value) -> bool:
    rows = isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return rows and all(isinstance(one.get("parameter_name", ""), str) for one in value)


def _by_name(parameters: list[dict]) -> dict[str, str]:
    """Positional values by their place, named ones by their name."""
    return {
        str(one.get("parameter_name") or place): str(one.get("text", "")) for place, one in enumerate(parameters, 1)
    }


def _shown(names: Sequence[str]) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)


def _refusal(where: str, words: str) -> DomainError:
    return DomainError("template_incomplete", words, **{f"template.{where}": words})
