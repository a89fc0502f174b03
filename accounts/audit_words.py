"""What an audit event's details say, as rows that people read."""

import json

from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .audit_targets import short
from .models import DAYS, Business, Membership, Product, Settings, WhatsAppNumber

_MODELS = [Settings, Business, Product, WhatsAppNumber, Membership]
# Names that no field of these models has: of rules, of a text's kinds, of what an act adds.
_NAMES = {
    "again": gettext_lazy("asked once more"),
    "asks": gettext_lazy("asks for"),
    "attempt": gettext_lazy("attempt"),
    "automated": gettext_lazy("automated"),
    "away": gettext_lazy("away"),
    "away_reply": gettext_lazy("reply outside opening hours"),
    "bad": gettext_lazy("what is wrong"),
    "buttons": gettext_lazy("buttons"),
    "by": gettext_lazy("at which door"),
    "by_mail": gettext_lazy("by a mailed link"),
    "code": gettext_lazy("code"),
    "conversation": gettext_lazy("conversation"),
    "count": gettext_lazy("how many"),
    "document": gettext_lazy("picture or document"),
    "done": gettext_lazy("done"),
    "email": gettext_lazy("e-mail"),
    "enabled": gettext_lazy("on"),
    "failed": gettext_lazy("failed again"),
    "fields": gettext_lazy("what changed"),
    "greeting": gettext_lazy("greeting"),
    "handover": gettext_lazy("handed over to the team"),
    "intent": gettext_lazy("intent"),
    "invitation": gettext_lazy("invitation"),
    "items": gettext_lazy("items"),
    "kind": gettext_lazy("kind"),
    "lost": gettext_lazy("could not be opened"),
    "message": gettext_lazy("message"),
    "opt_out": gettext_lazy("opt-out"),
    "phrases": gettext_lazy("phrases"),
    "priority": gettext_lazy("priority"),
    "reply": gettext_lazy("reply"),
    "scopes": gettext_lazy("may do"),
    "secrets_changed": gettext_lazy("new secrets"),
    "took_over": gettext_lazy("taken over"),
    "unless_phrases": gettext_lazy("but not with"),
    "ways": gettext_lazy("more ways to ask"),
    "was_member": gettext_lazy("was a member before"),
    "whole_phrases": gettext_lazy("whole messages"),
}
# Keys below a name: days of the opening hours, languages of a text.
_PARTS = {
    **{day: WEEKDAYS[place] for place, day in enumerate(DAYS)},
    **dict(Business._meta.get_field("language").flatchoices),
}
_DOORS = {
    "api": gettext_lazy("the API"),
    "account event": gettext_lazy("news of the account from WhatsApp"),
}


def know(*models) -> None:
    """Models of apps above this one, whose fields and choices are in the log too."""
    _MODELS.extend(models)


def changes(details: dict) -> list[tuple[str, str, str]]:
    """(what, before, after) of each value that changed; of what lies deeper, its path: "Texts, away, en"."""
    before, after = (dict(_flat(details.get(side) or {})) for side in ("before", "after"))
    paths = list(dict.fromkeys([*before, *after]))
    return [(_label(path), *(_words(side.get(path), path[-1]) for side in (before, after))) for path in paths]


def others(details: dict) -> list[tuple[str, str]]:
    """What else stands there: (name, value)."""
    return [(_label((name,)), _told(name, value)) for name, value in details.items() if name not in ("before", "after")]


def _told(name: str, value) -> str:
    return ", ".join(_label((field,)) for field in value) if name == "fields" and value else _words(value, name)


def summary(details: dict) -> str:
    """One line: what changed, else what stands there. Of what is new or gone all has changed, and the names of all say nothing."""
    before, after = details.get("before") or {}, details.get("after") or {}
    if before and after:
        return ", ".join(_label((name,)) for name in dict.fromkeys([*before, *after]))
    return ", ".join(f"{name}: {value}" for name, value in others(details))


def _flat(value: dict, path: tuple[str, ...] = ()):
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield from _flat(inner, (*path, name))
        else:
            yield (*path, name), inner


def _label(path: tuple[str, ...]) -> str:
    name, *deeper = path
    return ", ".join([capfirst(_called(name)), *(str(_PARTS.get(part) or _NAMES.get(part, part)) for part in deeper)])


def _called(name: str) -> str:
    """What has no words stays as it is written."""
    known = next(_fields(name), None)
    return str(known.verbose_name if known else _NAMES.get(name, name.replace("_", " ")))


def _fields(name: str):
    return (field for model in _MODELS for field in model._meta.fields if field.name == name)


def _choice(name: str, value: str) -> str:
    """What a value is called where its field has choices; else the value."""
    found = (dict(field.flatchoices)[value] for field in _fields(name) if value in dict(field.flatchoices))
    return str(next(found, _DOORS.get(value, value) if name == "by" else value))


def _words(value, name: str = "") -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(map(short, value))
    if isinstance(value, list) and all(isinstance(item, list) for item in value):
        return ", ".join("–".join(map(str, span)) for span in value)  # opening hours
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return "\n".join(" ".join(_words(v, k) for k, v in item.items()) for item in value)  # holidays, buttons
    return short(_choice(name, value)) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
