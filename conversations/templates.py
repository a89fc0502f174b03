"""Message templates as Meta has them: brought up to date by its events and by its list.

Meta owns a template. Each aspect (state, quality, category) keeps the time of its last news, so that an old event that
comes late changes nothing. An event carries no time of its own; entry.time is the webhook's.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from accounts.errors import DomainError
from accounts.models import Business, WhatsAppNumber
from accounts.secrets import SecretError
from cloud_api.errors import GraphError
from cloud_api.events import TemplateChange
from cloud_api.templates import Template as Listed

from . import sets, window
from .graph import client_of
from .models import Template

log = structlog.get_logger(__name__)

APPROVED, DELETED = "APPROVED", "DELETED"
FETCH_AGAIN = timedelta(minutes=15)  # after a refusal of the list
_LOCK_CLASS = 0x5741_7470  # of advisory locks; the second key is made of the WABA id


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
    if _has_other_parts(template, event):
        changed["fetch_at"] = template.fetch_at or timezone.now()
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


def _has_other_parts(template: Template, event: TemplateChange) -> bool:
    """Events say that there is a text, or another one, but not which. What is approved anew may have been edited."""
    return not template.components or event.kind == "components_update" or event.status == APPROVED


def _is_news(last: datetime | None, at: datetime) -> bool:
    return last is None or last <= at


# --- Meta's list ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a look at Meta's list brought: templates there, and rows of ours that are new, changed or gone by it."""

    total: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0

    def __add__(self, other: "Fetched") -> "Fetched":
        return Fetched(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def refresh(business: Business, *, now: Callable[[], datetime] = timezone.now) -> int:
    """Ask WhatsApp for the templates of the business's accounts; returns how many there are.

    Raises GraphError or SecretError. No transaction is open while WhatsApp is asked.
    """
    return sum((_fetch(business, account, now) for account in _accounts(business)), Fetched()).total


def refresh_number(number: WhatsAppNumber, *, now: Callable[[], datetime] = timezone.now) -> Fetched:
    """The same for the account of one number, on demand. Raises DomainError where we do not know its account, GraphError or
    SecretError.
    """
    if not number.waba_id:
        raise DomainError(
            "account_unknown",
            _("We do not know this number's WhatsApp account. An owner enters its WABA id under Numbers."),
            status=409,
        )
    return sum((_fetch(number.business, account, now) for account in _accounts(number.business, number)), Fetched())


def _accounts(business: Business, number: WhatsAppNumber | None = None) -> list:
    """Each with a token that it may be asked with: the number's own, where one is named."""
    return sets.fetch(
        """
        SELECT DISTINCT ON (waba_id) waba_id, access_token AS sealed_token FROM accounts_whatsappnumber
        WHERE business_id = %(business)s AND active AND waba_id <> '' AND (%(number)s::uuid IS NULL OR id = %(number)s::uuid)
        ORDER BY waba_id, id
        """,
        business=business.pk,
        number=number and number.pk,
    )


def _fetch(business: Business, account, now: Callable[[], datetime]) -> Fetched:
    asked_at = now()
    listed = client_of(account.sealed_token, business.pk).templates(account.waba_id)
    with transaction.atomic():
        return store_list(business, account.waba_id, listed, asked_at)


def store_list(business: Business, waba_id: str, listed: Sequence[Listed], asked_at: datetime) -> Fetched:
    """Bring our copies to what the list said when it was asked for. What it does not name is deleted at Meta. A list that was asked
    for before the last one that is stored changes nothing.
    """
    # One list of an account at a time. The drain locks templates before numbers, so that a lock on these would stand in its way.
    sets.fetch("SELECT pg_advisory_xact_lock(%(kind)s, hashtext(%(waba)s))", kind=_LOCK_CLASS, waba=waba_id)
    with scopes_disabled():  # every query names the business
        numbers = _numbers_of(business, waba_id)
        if numbers.filter(templates_listed_at__gt=asked_at).exists():
            return Fetched(len(listed))
        mine = Template.objects.filter(business=business, waba_id=waba_id)
        known = set(mine.values_list("name", "language"))
        Template.objects.bulk_create(
            [
                Template(business=business, waba_id=waba_id, name=one.name[:512], language=one.language[:20])
                for one in listed
            ],
            ignore_conflicts=True,
        )
        kept = {(t.name, t.language): t for t in mine.select_for_update(no_key=True)}
        new = changed = 0
        for one in listed:
            template = kept.pop((one.name[:512], one.language[:20]))
            is_other = _apply_listed(template, one, asked_at)
            is_new = (template.name, template.language) not in known
            new, changed = new + is_new, changed + (is_other and not is_new)
        gone = _end(kept.values(), asked_at)
        mine.filter(fetch_at__lte=asked_at).update(fetch_at=None)
        numbers.update(templates_listed_at=asked_at, templates_fetch_at=None)
        return Fetched(len(listed), new, changed, gone)


def _numbers_of(business: Business, waba_id: str) -> QuerySet[WhatsAppNumber]:
    return WhatsAppNumber.objects.filter(business=business, waba_id=waba_id)


def _end(missing: Iterable[Template], at: datetime) -> int:
    ended = [one for one in missing if one.status != DELETED and _is_news(one.status_at, at)]
    for gone in ended:
        gone.status, gone.status_at, gone.reason = DELETED, at, ""
        gone.save(update_fields=["status", "status_at", "reason", "updated_at"])
    return len(ended)


def _apply_listed(template: Template, listed: Listed, at: datetime) -> bool:
    """Whether it says something else than we had."""
    news: dict = {"template_id": listed.id[:40], "components": listed.components}
    times: dict = {"listed_at": at}
    if _is_news(template.status_at, at):
        news |= {"status": listed.status[:30], "reason": listed.rejected_reason[:500]}
        times |= {"status_at": at}
    if listed.quality and _is_news(template.quality_at, at):
        news |= {"quality": listed.quality[:20]}
        times |= {"quality_at": at}
    if listed.category and _is_news(template.category_at, at):
        news |= {"category": listed.category[:30]}
        times |= {"category_at": at}
    is_other = any(getattr(template, name) != value for name, value in news.items())
    for name, value in (news | times).items():
        setattr(template, name, value)
    template.save(update_fields=[*news, *times, "updated_at"])
    return is_other


def refresh_all() -> int:
    """The same for every business; one whose account refuses is noted and the others go on."""
    total = 0
    for business in Business.objects.filter(active=True).order_by("pk"):
        try:
            total += refresh(business)
        except (GraphError, SecretError) as error:
            log.warning("templates_not_fetched", business=str(business.pk), code=getattr(error, "code", None))
    return total


def fetch_due(*, now: Callable[[], datetime] = timezone.now) -> int:
    """Ask for the lists of the accounts of which an event told that a template has parts that we do not know, and of those that
    have a new number. Returns how many lists were asked for.
    """
    due = sets.fetch(
        """
        SELECT due.business_id, due.waba_id FROM (
            SELECT business_id, waba_id FROM conversations_template WHERE fetch_at <= %(now)s
            UNION
            SELECT business_id, waba_id FROM accounts_whatsappnumber WHERE templates_fetch_at <= %(now)s AND active AND waba_id <> ''
        ) due JOIN accounts_business b ON b.id = due.business_id AND b.active
        """,
        now=now(),
    )
    for row in due:
        _fetch_one(Business.objects.get(pk=row.business_id), row.waba_id, now)
    return len(due)


def _fetch_one(business: Business, waba_id: str, now: Callable[[], datetime]) -> None:
    accounts = [account for account in _accounts(business) if account.waba_id == waba_id]
    try:
        for account in accounts:
            _fetch(business, account, now)
    except (GraphError, SecretError) as error:
        log.warning("templates_not_fetched", business=str(business.pk), code=getattr(error, "code", None))
        _put_off(business, waba_id, now() + FETCH_AGAIN)
    else:
        if not accounts:  # no number of ours may ask any more
            _put_off(business, waba_id, None)


def _put_off(business: Business, waba_id: str, until: datetime | None) -> None:
    with scopes_disabled():  # the queries name the business
        Template.objects.filter(business=business, waba_id=waba_id, fetch_at__isnull=False).update(fetch_at=until)
        _numbers_of(business, waba_id).filter(templates_fetch_at__isnull=False).update(templates_fetch_at=until)
