"""What pages show of files: one query for any number of messages."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q

from conversations.models import Contact

from .models import Document

_BARE = Q(message__kind="text") | Q(message__kind="interactive", message__payload__interactive__header__isnull=True)
_LEFT_OUT = ExpressionWrapper(Q(_BARE, direction="out"), output_field=BooleanField())


def of_messages(messages: Iterable[UUID]) -> dict[UUID, Document]:
    """Message -> its document, with its file, for those that have one. ``left_out``: WhatsApp refused the file, and the words went
    without it (fates.py).
    """
    rows = Document.objects.filter(message__in=list(messages)).select_related("file").annotate(left_out=_LEFT_OUT)
    return {row.message_id: row for row in rows}


def read_in(messages: Iterable[UUID]) -> dict[UUID, str]:
    """Message -> what a machine read in its file, for those of which it read anything."""
    rows = Document.objects.filter(message__in=list(messages)).exclude(text="")
    return dict(rows.values_list("message_id", "text"))


def of_contact(contact: Contact, most: int = 30) -> list[Document]:
    """The newest files of all conversations with this person."""
    rows = Document.objects.filter(conversation__contact=contact).select_related("file")
    return list(rows.order_by("-created_at")[:most])


def drafts(ids: Iterable[UUID]) -> list[Document]:
    """Those of these ids that are drafts of the business, in the order in which they were named."""
    named = list(ids)
    rows = {row.pk: row for row in Document.objects.filter(pk__in=named, state=Document.State.DRAFT)}
    return [rows[one] for one in named if one in rows]
