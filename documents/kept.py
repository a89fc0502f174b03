"""Files that are kept to be sent to many, such as the picture of an answer: a document of their own, until it is let go.

A message that sends one gets a copy of it (outgoing.attach); both name the same file of the store.
"""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from conversations.models import Message

from . import outgoing
from .models import Document


def named(document_id: UUID, *, field: str = "documentId") -> Document:
    """The file that somebody of the business has given to be sent. Raises DomainError: 404 ``not_found``, as for a file that came
    from a customer, which is nobody else's to see.
    """
    ours = Document.objects.select_related("file").filter(pk=document_id, direction=Message.Direction.OUT)
    found = ours.first()
    if found is None or not found.is_shown:
        words = _("There is no document with this id.")
        raise DomainError("not_found", _("There is nothing here."), status=404, **{field: words})
    return found


def keep(document: Document) -> Document:
    """The draft itself, kept from now on; of one that was sent or is kept already, a copy."""
    if Document.objects.filter(pk=document.pk, state=Document.State.DRAFT, message=None).update(
        state=Document.State.KEPT
    ):
        document.state = Document.State.KEPT
        return document
    return outgoing.copy_of(document, state=Document.State.KEPT)


def let_go(document: Document) -> None:
    """Nothing sends it any more. What was sent of it stays; tidying.py takes a file out of the store that no document names."""
    Document.objects.filter(pk=document.pk, state=Document.State.KEPT).delete()
