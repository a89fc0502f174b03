"""Message templates as Meta has them: brought up to date by its events and by its list.

Meta owns a template. Each aspect (state, quality, category) keeps the time of its last news, so that an old event that
comes late changes nothing. An event carries no time of its own; entry.time is the webhook's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django_scopes import scopes_disabled

from cloud_api.events import TemplateChange

from . import window
from .models import Template


@dataclass(frozen=True, slots=True)
class Told:
    """A template's news, and the business whose WABA it is of."""

    business_id: UUID
    event: TemplateChange
    received_at: datetime


def note_many(told: Sequence[Told]) -> None:
    """Apply what Meta says of templates, in the caller's transaction."""
    with scopes_disabled():  # every query names the business
        for one in told:
            template = _template(one)
            if template is not None:
                _apply(template, one.event, window.past(one.event.timestamp, one.received_at))


def _template(told: Told) -> Template | None:
    """The row, locked, made where a name tells what to call it. An event may name a template by its id alone."""
    event = told.event
    mine = Template.objects.select_for_update(no_key=True).filter(business=told.business_id, waba_id=event.waba_id[:40])
    if not event.name:
        return mine.filter(template_id=event.template_id[:40]).first()
    key = {"name": event.name[:512], "language": event.language[:20]}
    Template.objects.bulk_create(
        [Template(business_id=told.business_id, waba_id=event.waba_id[:40], **key)], ignore_conflicts=True
    )
    return mine.get(**key)


def _apply(template: Template, event: TemplateChange, at: datetime) -> None:
    changed = _changes(template, event, at)
    if event.template_id:
        changed["template_id"] = event.template_id[:40]
    for name, value in changed.items():
        setattr(template, name, value)
    template.save(update_fields=[*changed, "updated_at"])


def _changes(template: Template, event: TemplateChange, at: datetime) -> dict:
    changed: dict = {}
    if event.status and _is_news(template.status_at, at):
        changed |= {"status": event.status[:30], "status_at": at, "reason": event.reason[:500]}
    if event.quality and _is_news(template.quality_at, at):
        changed |= {"quality": event.quality[:20], "quality_at": at}
    if event.category and event.category_from:
        changed |= {"next_category": event.category[:30], "next_category_at": window.future(event.category_from, at)}
    elif event.category and _is_news(template.category_at, at):
        changed |= {"category": event.category[:30], "category_at": at, "next_category": "", "next_category_at": None}
    return changed


def _is_news(last: datetime | None, at: datetime) -> bool:
    return last is None or last <= at
