"""Canned replies: texts that agents send often, found by a shortcut, with placeholders that are filled when one is taken."""

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit, placeholders, reading
from accounts.errors import DomainError
from accounts.models import Business, Settings, User

from .models import CannedReply, Conversation

KNOWN = frozenset({"name", "agent", "business", "number", "delivery_area"})
FIELDS = ("shortcut", "title", "text", "language")
MOST = 500  # of a business
_NAME = re.compile(r"(,? )?\{(" + "|".join(sorted(KNOWN)) + r")\}")


@transaction.atomic
def create(business: Business, *, by: User | None, **given) -> CannedReply:
    """``given``: FIELDS. Raises DomainError (taken: 409) and ValidationError."""
    Business.objects.select_for_update(no_key=True).get(pk=business.pk)  # one at a time: the count is right
    if CannedReply.objects.count() >= MOST:
        raise DomainError("too_many", _("A business has %s canned replies at most.") % MOST, status=409)
    reply = CannedReply(business=business, created_by=by)
    _put(reply, given)
    _save(reply)
    audit.record("cannedreply.added", business=business, actor=by, target=str(reply.pk), shortcut=reply.shortcut)
    return reply


@transaction.atomic
def change(reply: CannedReply, *, by: User | None, **given) -> CannedReply:
    """Change the named FIELDS. Raises as ``create``."""
    held = CannedReply.objects.select_for_update().get(pk=reply.pk)
    before = {name: getattr(held, name) for name in FIELDS}
    _put(held, given)
    changed = [name for name in FIELDS if getattr(held, name) != before[name]]
    if changed:
        _save(held)
        audit.record("cannedreply.changed", business=held.business, actor=by, target=str(held.pk), fields=changed)
    return held


@transaction.atomic
def delete(reply: CannedReply, *, by: User | None) -> None:
    audit.record(
        "cannedreply.deleted", business=reply.business, actor=by, target=str(reply.pk), shortcut=reply.shortcut
    )
    reply.delete()


def _put(reply: CannedReply, given: Mapping[str, str]) -> None:
    for name in FIELDS:
        if name in given:
            setattr(reply, name, given[name].strip())
    reply.shortcut = reply.shortcut.removeprefix("/").lower()
    reply.text = reply.text.replace("\r\n", "\n")
    reply.clean_fields(exclude=["business", "created_by"])
    try:
        placeholders.check(reply.text, KNOWN)
    except ValidationError as error:
        raise ValidationError({"text": error}) from None


def _save(reply: CannedReply) -> None:
    try:
        with transaction.atomic():
            reply.save()
    except IntegrityError:
        words = _("There is a canned reply with this shortcut in this language already.")
        raise DomainError("taken", words, status=409, shortcut=words) from None


# --- taking one -----------------------------------------------------------------------------------------------------------


def render(reply: CannedReply, conversation: Conversation, *, by: User | None) -> str:
    """The text for this customer. An empty value takes the space before it along: "Hello {name}!" -> "Hello!"."""
    return filled(reply.text, values_for(conversation, by=by))


def filled(text: str, values: Mapping[str, str]) -> str:
    def put(match: re.Match) -> str:
        value = values.get(match[2], "")
        return (match[1] or "") + value if value else ""

    return _NAME.sub(put, text)


def values_for(conversation: Conversation, *, by: User | None) -> dict[str, str]:
    """What the placeholders of all replies stand for in a conversation: for a list of them, asked for once."""
    contact = conversation.contact
    name = contact.name or contact.profile_name
    return {
        "name": name if any(c.isalpha() for c in name) else "",  # many are named by their number
        "agent": by.name if by else "",
        "business": conversation.business.name,
        "number": reading.phone(re.sub(r"\D", "", conversation.number.display_phone_number)),
        "delivery_area": Settings.objects.values_list("delivery_area", flat=True).get(),
    }


def matching(words: str = "", *, most: int = 50) -> list[CannedReply]:
    """Those whose shortcut begins with the words, then those that have them in their title."""
    rows = list(CannedReply.objects.all()[:MOST])
    wanted = words.removeprefix("/").strip().lower()
    first = [r for r in rows if r.shortcut.startswith(wanted)]
    then = [r for r in rows if r not in first and wanted in f"{r.title} {r.shortcut}".lower()]
    return (first + then)[:most]
