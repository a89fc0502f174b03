"""What a business changes at a contact: the name and address that it knows, and a word on marketing that it heard."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.errors import DomainError
from accounts.models import User

from . import consent
from .models import ConsentEvent, Contact

FIELDS = ("name", "email")


@transaction.atomic
def change(contact: Contact, *, actor: User | None, **fields) -> Contact:
    """Change the named fields alone. The log says which, not what: it is the customer's. Raises ValidationError."""
    held = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    changed = [name for name in FIELDS if name in fields and getattr(held, name) != fields[name]]
    for name in changed:
        setattr(held, name, fields[name])
    if changed:
        held.clean_fields(exclude={f.name for f in Contact._meta.fields} - set(changed))
        held.save(update_fields=changed)
        audit.record("contact.changed", business=held.business, actor=actor, target=str(held.pk), fields=changed)
    return held


@transaction.atomic
def note_consent(contact: Contact, *, allowed: bool, how: str, actor: User | None, now: datetime) -> Contact:
    """Record that the customer allows or stops marketing, and how they said it. What they say themselves afterwards
    counts more, as the later word. Raises DomainError for a permission of which nobody says how it was given.
    """
    if allowed and not how.strip():
        words = _("Say how the customer gave the permission, such as: form on the web site, 21 November.")
        raise DomainError("invalid", words, how=words)
    held = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    kind = ConsentEvent.Kind.START if allowed else ConsentEvent.Kind.STOP
    consent.record_many(
        [
            consent.Word(
                business_id=held.business_id,
                contact_id=held.pk,
                kind=kind.value,
                source="agent" if actor else "api",
                at=now,
                how=how.strip(),
            )
        ]
    )
    what = "allowed_marketing" if allowed else "stopped_marketing"
    audit.record(f"contact.{what}", business=held.business, actor=actor, target=str(held.pk))
    held.refresh_from_db()
    return held
