"""The file in a template's header: one that is uploaded here, a web address that WhatsApp fetches, or WhatsApp's own id of a
file. The one place that knows.
"""

import re
import uuid

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import User, WhatsAppNumber
from documents import outgoing
from documents.models import Document

FIELD = "template.parameters.headerMedia"
_META_ID = re.compile(r"\d{5,40}")


def given(text: str) -> dict[str, str]:
    """A web address or WhatsApp's id, as writing.Draft takes it: {"link"} or {"id"}. Raises DomainError."""
    text = text.strip()
    if _META_ID.fullmatch(text):
        return {"id": text}
    if not text.lower().startswith("https://") or any(letter.isspace() for letter in text):
        words = _("Give an address that begins with https://, or WhatsApp's id of a file.")
        raise DomainError("invalid", words, **{FIELD: words})
    return {"link": text}


def received(file: UploadedFile, kind: str, *, by: User, business) -> Document:
    """The file that was chosen, kept as a draft. Raises DomainError for what WhatsApp would refuse, and for another kind than
    the template shows.
    """
    document = outgoing.receive(business, file, file.name or "", by=by, mime=file.content_type or "")
    if document.kind != kind:
        words = _("The template shows a file of the kind %(wanted)s, and this is of the kind %(kind)s.")
        words %= {"wanted": Document.Kind(kind).label, "kind": document.get_kind_display()}
        raise DomainError("file_type", words, file=words)
    return document


def kept(key: str, kind: str, *, by: User) -> Document | None:
    """A draft of before that the same person chose, where a form comes back."""
    try:
        mine = Document.objects.select_related("file").filter(pk=uuid.UUID(key), uploaded_by=by)
    except ValueError:
        return None
    return mine.filter(kind=kind, direction="out").first()


def uploaded(document: Document, number: WhatsAppNumber) -> dict[str, str]:
    """As writing.Draft takes it; WhatsApp gets the file now. Call it in no transaction. Raises DomainError."""
    made = {"id": outgoing.media_id(document, number)}
    return {**made, "filename": document.name or "file"} if document.kind == Document.Kind.DOCUMENT else made
