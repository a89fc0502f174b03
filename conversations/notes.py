"""Private notes of the team in a thread. The customer never gets one; who wrote it, or an owner, may change it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import access, audit
from accounts.errors import DomainError
from accounts.models import Membership, User

from .models import Conversation, Note

MOST = 4096  # characters


@transaction.atomic
def write(conversation: Conversation, text: str, *, by: User | None, name: str = "") -> Note:
    """``by``: the person, None for a program, whose ``name`` is then its key's. A closed conversation takes notes too. Raises
    DomainError for an empty or a too long text.
    """
    note = Note.objects.create(
        business_id=conversation.business_id,
        conversation=conversation,
        author=by,
        author_name=(str(by) if by else name)[:150],
        text=_checked(text),
    )
    audit.record("note.added", business=conversation.business, actor=by, target=str(note.pk))
    note.refresh_from_db(fields=["seq"])
    return note


@transaction.atomic
def change(note: Note, text: str, *, by: User | None, role: str | None, now: datetime | None = None) -> Note:
    """``role``: of the person in the business; of a program, which writes as nobody, None. Raises DomainError."""
    _let(note, by, role)
    text = _checked(text)
    if text != note.text:
        note.text, note.edited_at = text, now or timezone.now()
        note.save(update_fields=["text", "edited_at"])
        audit.record("note.changed", business=note.business, actor=by, target=str(note.pk))
    return note


@transaction.atomic
def delete(note: Note, *, by: User | None, role: str | None) -> None:
    """Raises DomainError for who neither wrote it nor is an owner."""
    _let(note, by, role)
    audit.record("note.deleted", business=note.business, actor=by, target=str(note.pk))
    note.delete()


def may_change(note: Note, person: User | None, role: str | None) -> bool:
    """Who writes here may change what is nobody's: a program's, or of one who has gone. A program nothing of a person's."""
    if note.author_id is None:
        return True
    return person is not None and (note.author_id == person.pk or access.may(role, Membership.Role.OWNER))


def _let(note: Note, by: User | None, role: str | None) -> None:
    if not may_change(note, by, role):
        raise DomainError(
            "not_yours", _("Only who wrote a note, or an owner of the business, can change it."), status=403
        )


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not text or len(text) > MOST:
        words = _("A note has 1 to 4,096 characters.")
        raise DomainError("invalid", words, text=words)
    return text
