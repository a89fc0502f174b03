"""What a person has begun to write and not sent, kept here so that it is there on another machine too. Theirs alone."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import User

from .models import Conversation, ReplyDraft

MOST = 4096  # characters: as many as WhatsApp takes


def save(conversation: Conversation, person: User, text: str, *, reply_to: UUID | None = None) -> ReplyDraft | None:
    """Keep it in the place of an earlier one; an empty one is forgotten, and None is returned. Raises DomainError for a text
    that is too long to be sent.
    """
    if len(text) > MOST:
        words = _("A message has at most 4,096 characters.")
        raise DomainError("invalid", words, text=words)
    if not text.strip():
        forget(conversation, person)
        return None
    draft, _is_new = ReplyDraft.objects.update_or_create(
        business_id=conversation.business_id,
        conversation=conversation,
        person=person,
        defaults={"text": text.replace("\0", ""), "reply_to": reply_to},
    )
    return draft


def of(conversation: Conversation, person: User) -> ReplyDraft | None:
    return ReplyDraft.objects.filter(conversation=conversation, person=person).first()


def begun(conversations: Iterable[Conversation], person: User) -> set[UUID]:
    """In which of these the person has one."""
    rows = ReplyDraft.objects.filter(person=person, conversation__in=[one.pk for one in conversations])
    return set(rows.values_list("conversation", flat=True))


def forget(conversation: Conversation, person: User) -> None:
    ReplyDraft.objects.filter(conversation=conversation, person=person).delete()
