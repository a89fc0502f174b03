"""What an audit event's details say, as rows that people read."""

import json

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .models import Business, Membership, Product, Settings, WhatsAppNumber

_MODELS = (Settings, Business, Product, WhatsAppNumber, Membership)


def changes(details: dict) -> list[tuple[str, str, str]]:
    """(what, before, after) of each value that changed; of what lies deeper, its path: "Texts, away, en"."""
    before, after = (dict(_flat(details.get(side) or {})) for side in ("before", "after"))
    paths = list(dict.fromkeys([*before, *after]))
    return [(_label(path), _words(before.get(path)), _words(after.get(path))) for path in paths]


def others(details: dict) -> list[tuple[str, str]]:
    """What else stands there: (name, value)."""
    return [(_label((name,)), _words(value)) for name, value in details.items() if name not in ("before", "after")]


def summary(details: dict) -> str:
    """One line: what changed, else what stands there."""
    names = list(dict.fromkeys([*(details.get("before") or {}), *(details.get("after") or {})]))
    if names:
        return ", ".join(_label((name,)) for name in names)
    return ", ".join(f"{name}: {value}" for name, value in others(details))


def _flat(value: dict, path: tuple[str, ...] = ()):
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield from _flat(inner, (*path, name))
        else:
            yield (*path, name), inner


def _label(path: tuple[str, ...]) -> str:
    name, *deeper = path
    fields = (f for model in _MODELS for f in model._meta.fields if f.name == name)
    known = next(fields, None)
    return ", ".join([capfirst(str(known.verbose_name)) if known else capfirst(name.replace("_", " ")), *deeper])


def _words(value) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    if isinstance(value, list) and all(isinstance(item, list) for item in value):
        return ", ".join("–".join(map(str, span)) for span in value)  # opening hours
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return "\n".join(" ".join(map(str, item.values())) for item in value)  # holidays, buttons
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
