"""Files that are sent: taken from a browser or a program, checked as WhatsApp will, given to Meta, put into a message.

document = receive(business, file, name, by=user)     a draft: nothing is sent
message, is_new = send(conversation, document, ...)   the draft goes out
"""

import shutil
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Business, User, WhatsAppNumber
from accounts.secrets import SecretError
from cloud_api import media as limits
from cloud_api.errors import GraphError, InvalidMessage
from conversations import outbound, refused, sets, writing
from conversations.graph import client_of
from conversations.models import Conversation, Message

from . import decoding, keeping, lengths, names, sniffing, storage
from .models import Document

LIVES = timedelta(days=29)  # of the 30 that Meta keeps an upload
LONGEST = 16 * limits.MB  # of what is taken here: it is read by a request
UPLOAD_SECONDS = 60
_RECORDED = frozenset({"audio/webm", "audio/mp4", "audio/ogg"})


def receive(
    business: Business, file: BinaryIO, name: str, *, by: User | None, mime: str = "", voice: bool = False
) -> Document:
    """A draft of this file. ``mime`` is what the sender says it is, ``voice``: a recording, to be sent as a voice
    message.

    Raises DomainError for what WhatsApp would refuse or what may do harm: ``file_empty``, ``file_too_large``,
    ``file_type``, ``file_refused``, ``store_away``.
    """
    name = names.cleaned(name)
    try:
        with storage.workshop() as folder:
            path = folder / "came"
            with path.open("wb") as target:
                shutil.copyfileobj(file, target)
            found = _checked(path, sniffing.base(mime), name, voice=voice)
            stored = keeping.keep(business, found)
    except storage.TROUBLE:
        raise DomainError("store_away", _("The file could not be stored. Try again in a moment."), status=503) from None
    document = Document(
        business=business,
        direction=Message.Direction.OUT,
        kind=limits.kind_of(stored.mime),
        state=Document.State.DRAFT,
        why=found.why,
        name=name,
        declared=mime[:100],
        mime=stored.mime,
        size=stored.size,
        voice=voice and stored.mime == "audio/ogg",
        file=stored,
        uploaded_by=by,
        stored_at=timezone.now(),
    )
    document.save()
    return document


def draft(
    document: Document,
    number: WhatsAppNumber,
    *,
    caption: str = "",
    reply_to: uuid.UUID | None = None,
    takes_over: bool = True,
    filename: str = "",
    now: datetime | None = None,
) -> writing.Draft:
    """What writing.send takes. Uploads the file to Meta where it has none of ours: call it in no transaction."""
    given: dict[str, Any] = {"id": media_id(document, number, now=now)}
    if caption and document.kind in ("image", "video", "document"):
        given["caption"] = caption
    if document.kind == "document":
        given["filename"] = names.cleaned(filename) or document.name or "file"
    if document.kind == "audio" and document.voice:
        given["voice"] = True
    return writing.Draft(kind=document.kind, media=given, reply_to=reply_to, takes_over=takes_over)


def send(
    conversation: Conversation,
    document: Document,
    *,
    author: outbound.Author,
    key: str = "",
    caption: str = "",
    reply_to: uuid.UUID | None = None,
    takes_over: bool = True,
    now: datetime | None = None,
) -> tuple[Message, bool]:
    """Queue the file as a message; the document is that message's from then on (a second time: a copy of it is).

    As writing.send: raises DomainError, and the same ``key`` gives the first message again.
    """
    ready = draft(document, conversation.number, caption=caption, reply_to=reply_to, takes_over=takes_over, now=now)
    return send_draft(conversation, ready, {document.pk: document}, author=author, key=key, now=now)


def send_draft(
    conversation: Conversation,
    ready: writing.Draft,
    documents: Mapping[uuid.UUID, Document],
    *,
    author: outbound.Author,
    key: str = "",
    now: datetime | None = None,
) -> tuple[Message, bool]:
    """Queue a draft that was made of documents, and tie them to the message in the same transaction."""
    with transaction.atomic():
        message, is_new = writing.send(conversation, ready, author=author, key=key, now=now)
        if is_new:
            for document in documents.values():
                attach(document, message)
    return message, is_new


def attach(document: Document, message: Message) -> Document:
    """The document of this message: the draft itself, or where it was sent before, a copy with the same file."""
    values = {"message": message, "conversation_id": message.conversation_id, "state": Document.State.STORED}
    if Document.objects.filter(pk=document.pk, state=Document.State.DRAFT, message=None).update(**values):
        document.refresh_from_db()
        return document
    return copy_of(document, **values)


def copy_of(document: Document, **values) -> Document:
    """Another document with the same file."""
    copy = Document(
        business_id=document.business_id,
        direction=Message.Direction.OUT,
        kind=document.kind,
        why=document.why,
        name=document.name,
        declared=document.declared,
        mime=document.mime,
        size=document.size,
        voice=document.voice,
        file_id=document.file_id,
        media_id=document.media_id if document.direction == Message.Direction.OUT else "",
        media_until=document.media_until if document.direction == Message.Direction.OUT else None,
        media_number=document.media_number,
        uploaded_by_id=document.uploaded_by_id,
        stored_at=document.stored_at,
        **values,
    )
    copy.save()
    return copy


def media_id(document: Document, number: WhatsAppNumber | None = None, *, now: datetime | None = None) -> str:
    """Meta's id of the file for this number (default: the conversation's), uploaded now where there is none or it ends
    soon.

    Speaks with Meta: call it in no transaction. Raises DomainError: ``file_gone``, ``upload_failed``.
    """
    now = now or timezone.now()
    number = number or document.conversation.number
    if not document.is_shown:
        raise _gone()
    ours = document.direction == Message.Direction.OUT and document.media_number == number.pk
    alive = ours and document.media_id and document.media_until and document.media_until > now
    if alive and not refused.is_refused(number.pk, document.media_id):
        return document.media_id
    uploaded = upload(document, number)
    if document.direction == Message.Direction.OUT:
        document.media_id, document.media_until, document.media_number = uploaded, now + LIVES, number.pk
        document.save(update_fields=["media_id", "media_until", "media_number"])
    return uploaded


def upload(document: Document, number: WhatsAppNumber, *, seconds: float = UPLOAD_SECONDS) -> str:
    """Give WhatsApp the file for this number: Meta's id of it. In no transaction, and whatever ids it has already.

    Raises DomainError: ``file_gone``, ``upload_failed``.
    """
    file = document.file
    try:
        with storage.workshop() as folder:
            path = folder / "out"
            storage.copy(file.place, file.key, path)
            with path.open("rb") as opened:
                client = client_of(_sealed_token(number), number.business_id)
                return client.upload(number.phone_number_id, opened, file.mime, seconds=seconds)
    except FileNotFoundError:
        raise _gone() from None
    except (GraphError, SecretError, *storage.TROUBLE) as error:
        told = error.message if isinstance(error, GraphError) else type(error).__name__
        words = _("WhatsApp did not take the file: %s") % told
        raise DomainError("upload_failed", words, status=502) from None


def in_header(
    number: WhatsAppNumber, draft: writing.Draft, *, now: datetime | None = None
) -> tuple[writing.Draft, Document | None]:
    """A template's draft with the document that its header names in Meta's terms, and the document. As ``resolve``."""
    header = draft.template.get("parameters", {}).get("headerMedia", {})
    if "documentId" not in header:
        return draft, None
    made, document = resolve(number, header, field="template.parameters.headerMedia.documentId", now=now)
    made = {name: value for name, value in made.items() if name != "voice"}
    parameters = {**draft.template["parameters"], "headerMedia": made}
    return replace(draft, template={**draft.template, "parameters": parameters}), document


def resolve(
    number: WhatsAppNumber,
    given: Mapping[str, Any],
    *,
    kind: str = "",
    field: str = "media.documentId",
    now: datetime | None = None,
) -> tuple[dict[str, Any], Document]:
    """Media as a program names it, {"documentId": ..., "caption": ...}, in Meta's terms, and the document.

    ``kind``: what the document must be. ``field``: where the program named it. Raises DomainError: 404 ``not_found``
    where the business has no such document.
    """
    document = Document.objects.select_related("file").filter(pk=given["documentId"]).first()
    if document is None:
        words = _("There is no document with this id.")
        raise DomainError("not_found", _("There is nothing here."), status=404, **{field: words})
    if kind and kind != document.kind:
        words = _("This file is of the type %s.") % document.kind
        raise DomainError("invalid", _("The request is not valid."), **{field: words})
    more = {name: value for name, value in given.items() if name != "documentId"}
    made = {"id": media_id(document, number, now=now), **more}
    if document.kind == "document":
        made.setdefault("filename", document.name or "file")
    if document.kind == "audio" and document.voice:
        made.setdefault("voice", True)
    return made, document


# --- what may be sent -----------------------------------------------------------------------------------------------------


def _checked(path: Path, mime: str, name: str, *, voice: bool) -> keeping.Found:
    size = path.stat().st_size
    if size > LONGEST:
        raise _too_large("document")
    kind = "audio" if voice or mime.startswith("audio/") else "document"
    found = keeping.look(path, kind, mime if kind == "document" and mime in sniffing.IMAGES else _said(mime), name)
    if found.why == "empty":
        raise DomainError("file_empty", _("The file is empty."), file=_("The file is empty."))
    if not found.is_usable:
        words = str(Document(why=found.why).sentence)
        raise DomainError("file_refused", words, file=words)
    if voice or found.mime == "audio/webm":
        found = _recorded(found)
    if found.mime == "text/xml":
        found = replace(found, mime="text/plain")
    return _sendable(found)


def _said(mime: str) -> str:
    """Of no weight where a browser only guessed."""
    return "" if mime in ("application/octet-stream", "binary/octet-stream") else mime


def _recorded(found: keeping.Found) -> keeping.Found:
    """One channel of Opus in Ogg, whatever the browser made."""
    made = found.path.with_name("voice")
    if found.mime not in _RECORDED or not decoding.recording(found.path, made):
        words = _("The recording cannot be read.")
        raise DomainError("file_refused", words, file=words)
    seconds = lengths.seconds(made, "audio/ogg")
    return replace(found, path=made, mime="audio/ogg", seconds=seconds)


def _sendable(found: keeping.Found) -> keeping.Found:
    kind = limits.kind_of(found.mime)
    if not kind or (found.mime == "audio/ogg" and not lengths.is_opus(found.path)):
        words = _("WhatsApp does not take files of this type. It takes pictures, PDF, Word, Excel, PowerPoint, text, "
                  "MP3, M4A, Ogg/Opus and MP4.")  # fmt: skip
        raise DomainError("file_type", words, file=words)
    with found.path.open("rb") as file:
        try:
            limits.check_upload(file, found.mime)
        except InvalidMessage:
            raise _too_large(kind) from None
    return found


def _too_large(kind: str) -> DomainError:
    most = min(limits.SIZES[kind], LONGEST)
    words = _("The file is too large. The most for its type (%(kind)s) is %(size)s.")
    size = f"{most // limits.MB} MB" if most >= limits.MB else f"{limits.STILL_STICKER // 1024} kB"
    words %= {"kind": Document.Kind(kind).label, "size": size}
    return DomainError("file_too_large", words, file=words)


def _gone() -> DomainError:
    words = _("This file is not there, so that it cannot be sent.")
    return DomainError("file_gone", words, status=409)


def _sealed_token(number: WhatsAppNumber) -> str:
    [row] = sets.fetch("SELECT access_token AS sealed FROM accounts_whatsappnumber WHERE id = %(id)s", id=number.pk)
    return row.sealed
