"""What a model has read about a lead: proposed with its source, and a person's word on it. Nothing changes by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.ids import uuid7
from accounts.models import User
from conversations import sets
from conversations.models import Contact

from .models import Lead, LeadEvent, Proposal


@dataclass(frozen=True, slots=True)
class Fact:
    """``what`` is of Proposal.What; ``message_id``: the message in which it was read."""

    what: str
    value: str
    message_id: UUID


def propose(contact_id: UUID, facts: Iterable[Fact], now: datetime) -> int:
    """Note facts of a contact's lead, each once; returns how many are new. One statement, in the caller's transaction. What the
    contact has already is no news.
    """
    rows = [
        {
            "id": uuid7(),
            "contact_id": contact_id,
            "what": fact.what,
            "value": fact.value[:200],
            "message_id": fact.message_id,
        }
        for fact in {(fact.what, fact.value): fact for fact in facts}.values()
        if fact.what in Proposal.What.values and fact.value.strip()
    ]
    return len(
        sets.fetch(
            """
            INSERT INTO leads_proposal (id, business_id, lead_id, message_id, what, value, state, created_at)
            SELECT w.id, l.business_id, l.id, w.message_id, w.what, w.value, 'open', %(now)s
            FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, contact_id uuid, what text, value text, message_id uuid)
            JOIN leads_lead l ON l.contact_id = w.contact_id
            JOIN conversations_contact c ON c.id = l.contact_id
            JOIN conversations_message m ON m.id = w.message_id AND m.business_id = l.business_id
            WHERE NOT (w.what = 'name' AND lower(w.value) IN (lower(c.name), lower(c.profile_name)))
              AND NOT (w.what = 'email' AND lower(w.value) = lower(c.email))
              AND NOT (w.what = 'product_interest' AND lower(w.value) = lower(l.product_interest))
            ON CONFLICT (lead_id, what, value) DO NOTHING RETURNING id
            """,
            rows,
            now=now,
        )
    )


def to_decide(contact: Contact) -> QuerySet[Proposal]:
    """The newest first."""
    return Proposal.objects.filter(lead__contact=contact, state=Proposal.State.OPEN).order_by("-created_at", "pk")


@transaction.atomic
def accept(proposal: Proposal, *, actor: User, now: datetime) -> None:
    """Make it so: a name and an e-mail address become the contact's, the product of interest the lead's; all else is a line of the
    lead's history. Raises DomainError: decided (409) where somebody was faster, bad_value (400).
    """
    _decide(proposal, Proposal.State.ACCEPTED, actor, now)
    lead = Lead.objects.select_for_update().get(pk=proposal.lead_id)
    before = _APPLY[proposal.what](lead, proposal.value) if proposal.what in _APPLY else ""
    LeadEvent.objects.create(
        business_id=lead.business_id,
        lead=lead,
        actor=actor,
        what=proposal.what,
        before=before[:200],
        after=proposal.value,
    )


@transaction.atomic
def dismiss(proposal: Proposal, *, actor: User, now: datetime) -> None:
    """It stays dismissed when the model reads the same again. Raises DomainError: decided (409)."""
    _decide(proposal, Proposal.State.DISMISSED, actor, now)


def _decide(proposal: Proposal, state: Proposal.State, actor: User, now: datetime) -> None:
    of = Proposal.objects.filter(pk=proposal.pk, state=Proposal.State.OPEN)
    if not of.update(state=state, decided_by=actor, decided_at=now):
        raise DomainError("decided", _("Somebody has decided about this already."), status=409)
    proposal.refresh_from_db()


def _name(lead: Lead, value: str) -> str:
    return _of_contact(lead, "name", value)


def _email(lead: Lead, value: str) -> str:
    try:
        validate_email(value)
    except ValidationError:
        raise DomainError("bad_value", _("This is no e-mail address."), status=400) from None
    return _of_contact(lead, "email", value)


def _of_contact(lead: Lead, name: str, value: str) -> str:
    contact = Contact.objects.select_for_update(no_key=True).get(pk=lead.contact_id)
    before = getattr(contact, name)
    setattr(contact, name, value)
    contact.save(update_fields=[name])
    return before


def _interest(lead: Lead, value: str) -> str:
    before, lead.product_interest = lead.product_interest, value
    lead.save(update_fields=["product_interest", "updated_at"])
    return before


_APPLY = {Proposal.What.NAME: _name, Proposal.What.EMAIL: _email, Proposal.What.PRODUCT: _interest}
