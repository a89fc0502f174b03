"""Of whom or of what an event of the audit log tells: its row's name and page, as they are when the log is read.

The log itself holds ids alone, so that a person or a customer who is deleted is in it no more; of what is gone the end of its id
is shown.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse

from .models import ApiKey, AuditEvent, Business, Invitation, Membership, Product, User, WhatsAppNumber

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Kind:
    """``row``: of the one that was found, the one that has the name and the page; ``joined``: what it needs for that. ``pages``: of
    targets and a request, the addresses of those whose page is not the row's own.
    """

    model: type[models.Model]
    joined: tuple[str, ...] = ()
    row: Callable = lambda found: found
    pages: Callable = lambda targets, request: {}


def _members(targets: Collection[str], request) -> dict[str, str]:
    """Where an owner sees a person: among the members of their business."""
    if request.user.is_superuser:  # who has the page of the person
        return {}
    rows = Membership._base_manager.filter(business=request.business, user__in=targets)
    return {
        str(user): reverse("admin:accounts_membership_change", args=[pk]) for pk, user in rows.values_list("pk", "user")
    }


def _settings(targets: Collection[str], request) -> dict[str, str]:
    own = request.business is not None and str(request.business.pk)
    return {target: reverse("admin:accounts_settings_changelist") for target in targets if target == own}


_PERSON, _KEY, _NUMBER = Kind(User, pages=_members), Kind(ApiKey), Kind(WhatsAppNumber)
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(
        (
            "member",
            "person",
            "user",
            "password",
            "recovery_codes",
            "two_factor",
            "sign_in",
            "sign_in_failed",
            "sign_out",
        ),
        _PERSON,
    ),
    **dict.fromkeys(("apikey", "key"), _KEY),
    **dict.fromkeys(("number", "whatsappnumber"), _NUMBER),
    "business": Kind(Business),
    "invitation": Kind(Invitation),
    "product": Kind(Product),
    "settings": Kind(Business, pages=_settings),
}
_ELSEWHERE = {"template.fetched": _NUMBER}  # actions that are done to another thing than they begin with


def know(**kinds: Kind) -> None:
    """What apps above this one write of, by the word with which their actions begin."""
    _KINDS.update(kinds)


def find(events: Iterable[AuditEvent], request) -> None:
    """Give each event ``of``: its target for a page. One query for each kind, however many events there are."""
    events = list(events)
    wanted: dict[Kind, set] = defaultdict(set)
    for event in events:
        if kind := _kind_of(event):
            wanted[kind].add(event.target)
    found = {kind: _rows(kind, targets) for kind, targets in wanted.items()}
    pages = {kind: kind.pages(rows.keys(), request) for kind, rows in found.items()}
    for event in events:
        kind = _kind_of(event)
        row = found.get(kind, {}).get(event.target)
        if row is None or not _is_of(event, row):
            event.of = _shown(event.target)
        else:
            event.of = _shown(event.target, str(row), pages[kind].get(event.target) or _page(row, request))


def short(identifier: str) -> str:
    """The end of an id, which is what differs; what is no id stays."""
    return f"…{identifier[-8:]}" if _UUID.fullmatch(identifier) else identifier


def _kind_of(event: AuditEvent) -> Kind | None:
    return _ELSEWHERE.get(event.action) or _KINDS.get(event.action.partition(".")[0])


def _rows(kind: Kind, targets: set[str]) -> dict[str, models.Model]:
    ids = [pk for target in targets if (pk := _read(kind, target)) is not None]
    rows = kind.model._base_manager.filter(pk__in=ids).select_related(*kind.joined) if ids else []
    return {str(found.pk): kind.row(found) for found in rows}


def _read(kind: Kind, target: str):
    try:
        return kind.model._meta.pk.to_python(target) if target else None
    except ValidationError:
        return None


def _is_of(event: AuditEvent, row: models.Model) -> bool:
    """A name of another business's row is told to nobody."""
    return getattr(row, "business_id", event.business_id) == event.business_id


def _shown(target: str, name: str = "", page: str = "") -> str:
    if not target:
        return ""
    return render_to_string(
        "admin/accounts/_of.html", {"name": name, "page": page, "id": target, "short": short(target)}
    )


def _page(row: models.Model, request) -> str:
    """ "" where the reader has none for it. A business's rows are seen by who works in it."""
    page = admin.site._registry.get(type(row))
    if page is None or not page.has_view_permission(request):
        return ""
    business = getattr(row, "business_id", None)
    if business is not None and (request.business is None or request.business.pk != business):
        return ""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
