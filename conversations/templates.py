"""Message templates as Meta has them: brought up to date by its events and by its list.

Meta owns a template. Each aspect (state, quality, category) keeps the time of its last news, so that an old event that
comes late changes nothing. An event carries no time of its own; entry.time is the webhook's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import Business
from accounts.secrets import SecretError
from cloud_api.errors import GraphError
from cloud_api.events import TemplateChange
from cloud_api.templates import Template as Listed

from . import sets, window
from .graph import client_of
from .models import Template

log = structlog.get_logger(__name__)

APPROVED, DELETED = "APPROVED", "DELETED"


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


# --- Meta's list ----------------------------------------------------------------------------------------------------------


def refresh(business: Business, *, now: Callable[[], datetime] = timezone.now) -> int:
    """Ask WhatsApp for the templates of the business's accounts; returns how many there are.

    Raises GraphError or SecretError. No transaction is open while WhatsApp is asked.
    """
    accounts = sets.fetch(
        """
        SELECT DISTINCT ON (waba_id) waba_id, access_token AS sealed_token FROM accounts_whatsappnumber
        WHERE business_id = %(business)s AND active AND waba_id <> '' ORDER BY waba_id, id
        """,
        business=business.pk,
    )
    total = 0
    for account in accounts:
        asked_at = now()
        listed = client_of(account.sealed_token, business.pk).templates(account.waba_id)
        with transaction.atomic():
            store_list(business, account.waba_id, listed, asked_at)
        total += len(listed)
    return total


def store_list(business: Business, waba_id: str, listed: Sequence[Listed], asked_at: datetime) -> None:
    """Bring our copies to what the list said when it was asked for. What it does not name is deleted at Meta."""
    with scopes_disabled():  # every query names the business
        mine = Template.objects.filter(business=business, waba_id=waba_id)
        Template.objects.bulk_create(
            [
                Template(business=business, waba_id=waba_id, name=one.name[:512], language=one.language[:20])
                for one in listed
            ],
            ignore_conflicts=True,
        )
        kept = {(t.name, t.language): t for t in mine.select_for_update(no_key=True)}
        for one in listed:
            _apply_listed(kept.pop((one.name[:512], one.language[:20])), one, asked_at)
        for gone in kept.values():
            if gone.status != DELETED and _is_news(gone.status_at, asked_at):
                gone.status, gone.status_at, gone.reason = DELETED, asked_at, ""
                gone.save(update_fields=["status", "status_at", "reason", "updated_at"])


def _apply_listed(template: Template, listed: Listed, at: datetime) -> None:
    changed: dict = {"template_id": listed.id[:40], "components": listed.components, "listed_at": at}
    if _is_news(template.status_at, at):
        changed |= {"status": listed.status[:30], "status_at": at, "reason": listed.rejected_reason[:500]}
    if listed.quality and _is_news(template.quality_at, at):
        changed |= {"quality": listed.quality[:20], "quality_at": at}
    if listed.category and _is_news(template.category_at, at):
        changed |= {"category": listed.category[:30], "category_at": at}
    for name, value in changed.items():
        setattr(template, name, value)
    template.save(update_fields=[*changed, "updated_at"])


def refresh_all() -> int:
    """The same for every business; one whose account refuses is noted and the others go on."""
    total = 0
    for business in Business.objects.filter(active=True).order_by("pk"):
        try:
            total += refresh(business)
        except (GraphError, SecretError) as error:
            log.warning("templates_not_fetched", business=str(business.pk), code=getattr(error, "code", None))
    return total
