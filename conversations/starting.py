"""A business writes first: to a phone number or a contact that it knows, with a template, which is all that WhatsApp takes
before the customer has written.

Whether a number is on WhatsApp nobody can ask: where it is not, the message fails (131026), and the thread says so.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import phonenumbers
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.errors import DomainError
from accounts.models import WhatsAppNumber
from cloud_api.events import Person

from . import assignment, consent, contacts, identity, inbound, outbound, writing
from .deadlocks import again_after_deadlock
from .models import ConsentEvent, Contact, Conversation, Message


@dataclass(frozen=True, slots=True)
class Started:
    """``is_new``: this call queued the message; the same key before has queued it otherwise."""

    conversation: Conversation
    message: Message
    is_new: bool


@again_after_deadlock
def start(
    number: WhatsAppNumber,
    to: str | Contact,
    draft: writing.Draft,
    *,
    author: outbound.Author,
    opt_in: str = "",
    key: str = "",
    now: datetime | None = None,
) -> Started:
    """Queue a template for somebody, in their open conversation with this number, which is made where there is none; so are
    contact and identity, and of two who start at once both get the same. ``to`` is a phone number as ``read_phone`` takes it.

    ``opt_in`` is how the customer allowed offers, and is recorded: a marketing template needs it, now or earlier. ``key``
    as in ``writing.send``. Raises DomainError, for who is blocked too; nothing is made then.
    """
    now = now or timezone.now()
    digits = "" if isinstance(to, Contact) else read_phone(to, number)
    contact = to if isinstance(to, Contact) else _contact(number, digits, now)
    _refuse_blocked(contact)
    conversation, is_new = _open(number, contact, now)
    if not _was_used(number, key):
        _hear(contact, opt_in, draft, author, conversation, now)
    message, queued = writing.send(conversation, draft, author=author, key=key, now=now)
    if is_new:
        audit.record(
            "conversation.started",
            business=number.business,
            actor=author.person,
            target=str(conversation.pk),
            number=str(number.pk),
        )
    return Started(conversation, message, queued)


def read_phone(text: str, number: WhatsAppNumber) -> str:
    """The digits of a phone number, with its country code. Written as in the country of the business's number, or with
    + and any country's code. Raises DomainError.
    """
    try:
        parsed = phonenumbers.parse(text, country_of(number) or None)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        words = _("This is no phone number. Write it with its country code, such as +91 98765 00001.")
        raise DomainError("invalid", words, to=words)
    digits = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
    if digits == _digits(number.display_phone_number):
        words = _("This is your own number. Write the customer's.")
        raise DomainError("invalid", words, to=words)
    return digits


def country_of(number: WhatsAppNumber) -> str:
    """Two letters, such as IN; "" where its number is not known."""
    try:
        parsed = phonenumbers.parse(f"+{_digits(number.display_phone_number)}")
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(parsed) or ""


def has_opted_in(contact: Contact) -> bool:
    """Whether their last recorded word allows offers."""
    last = consent.last_word(contact)
    return last is not None and last.kind == ConsentEvent.Kind.START


def _contact(number: WhatsAppNumber, digits: str, now: datetime) -> Contact:
    [key] = identity.contacts_for([identity.Wanted(number.business_id, Person(phone=digits))], now)
    return Contact.objects.get(pk=key)


def _refuse_blocked(contact: Contact) -> None:
    """Their row is held, so that nobody blocks them while a conversation is opened."""
    held = Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk).first()
    if held is not None and held.blocked_at:
        raise assignment.blocked()


def _open(number: WhatsAppNumber, contact: Contact, now: datetime) -> tuple[Conversation, bool]:
    """The open conversation, locked, and whether it is new: nothing was ever said in it."""
    place = (number.business_id, contact.pk, number.pk)
    try:
        [row] = inbound.open_conversations([place], now).values()
    except inbound.Vanished:
        raise DomainError("not_found", _("There is nothing here."), status=404) from None
    conversation = Conversation.objects.select_related("contact", "number", "business").get(pk=row.id)
    return conversation, conversation.last_message_at is None


def _was_used(number: WhatsAppNumber, key: str) -> bool:
    return bool(key) and Message.objects.filter(client_ref=uuid.uuid5(number.business_id, key)).exists()


def _hear(contact, opt_in: str, draft, author, conversation, now: datetime) -> None:
    """Record the permission. Raises DomainError for an offer to somebody who has never allowed any."""
    if opt_in.strip():
        contacts.note_consent(contact, allowed=True, how=opt_in, actor=author.person, now=now)
        conversation.contact.refresh_from_db()
        return
    template = writing.sendable_template(conversation.number, draft.template["name"], draft.template["language"])
    if writing.is_marketing(template) and contact.opted_out_at is None and not has_opted_in(contact):
        words = _(
            "This template is an offer. Say how the customer allowed offers, such as: form in the shop, 21 November."
        )
        raise DomainError("opt_in_missing", words, optIn=words)


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())
