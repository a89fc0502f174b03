"""Files that come and go. A ``Document`` is a file of a conversation, and while it waits it is its own row in the queue
of fetching.py; a ``StoredFile`` is what lies in the store, once for all documents of a business with the same content.

intake.py and fetching.py write these tables with set SQL: a change of a column is a change there too.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User, WhatsAppNumber
from accounts.scoping import OwnedModel, TiedModel
from conversations.models import Conversation, Message

from . import reasons


class StoredFile(OwnedModel):
    """A file in the store. Pictures lie there re-encoded, without what a camera wrote into them; ``held`` ones lie as
    they came and are never handed out.

    It goes when no document names it any more (tidying.py).
    """

    sha256 = models.CharField(max_length=64)  # of the bytes that came
    held = models.BooleanField(default=False)
    place = models.CharField(max_length=10)  # local | cloudinary: see storage.py
    key = models.UUIDField(unique=True)  # its name in the store, and the only one
    has_thumb = models.BooleanField(default=False)
    mime = models.CharField(max_length=100)
    size = models.BigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    pages = models.PositiveIntegerField(null=True)
    seconds = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            models.UniqueConstraint(fields=["business", "sha256", "held"], name="file_once"),
            models.UniqueConstraint(fields=["business", "id"], name="file_of_business"),
        ]


class Document(OwnedModel):
    """A file that a customer sent, or that is sent to one. Without a message it is a draft: chosen, not yet sent; or it is kept,
    to be sent to many (kept.py).
    """

    class Kind(models.TextChoices):
        IMAGE = "image", _("picture")
        DOCUMENT = "document", _("document")
        AUDIO = "audio", _("audio")
        VIDEO = "video", _("video")
        STICKER = "sticker", _("sticker")

    class State(models.TextChoices):
        DRAFT = "draft", _("not sent yet")
        KEPT = "kept", _("kept for an answer")
        WAITING = "waiting", _("waiting")
        FETCHING = "fetching", _("being fetched")
        STORED = "stored", _("stored")
        QUARANTINED = "quarantined", _("kept back")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("gone at WhatsApp")

    OPEN = (State.WAITING, State.FETCHING)

    message = models.OneToOneField(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="document", verbose_name=_("message")
    )
    conversation = models.ForeignKey(
        Conversation,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="documents",
        verbose_name=_("conversation"),
    )
    direction = models.CharField(_("direction"), max_length=3, choices=Message.Direction)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=11, choices=State)
    why = models.CharField(_("why"), max_length=30, blank=True)  # a code of reasons.py
    name = models.CharField(_("file name"), max_length=200, blank=True)  # as shown; never one on a disk
    declared = models.CharField(_("type, as it was said"), max_length=100, blank=True)
    mime = models.CharField(_("type, as it was found"), max_length=100, blank=True)
    size = models.BigIntegerField(_("size"), null=True, blank=True)  # bytes, as it came
    voice = models.BooleanField(default=False)
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="documents"
    )
    # At Meta: an inbound id lives 7 days, one of our uploads 30 days, for the number that uploaded it.
    media_id = models.CharField(max_length=200, blank=True)
    media_until = models.DateTimeField(null=True, blank=True)
    media_number = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    uploaded_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    # What a machine has read in it, written once: reading.py.
    text = models.TextField(_("read by a machine"), blank=True, default="", db_default="")
    read_by = models.CharField(_("who read it"), max_length=120, blank=True, default="", db_default="")
    read_why = models.CharField(_("why it was not read"), max_length=40, blank=True, default="", db_default="")
    read_at = models.DateTimeField(_("read"), null=True, blank=True)  # or given up
    read_attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    read_until = models.DateTimeField(null=True, blank=True)  # whoever has it in hand has ended by then
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    stored_at = models.DateTimeField(_("stored"), null=True, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [models.UniqueConstraint(fields=["business", "id"], name="document_of_business")]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state__in=["waiting", "fetching"]), name="documents_due"),
            models.Index(fields=["business", "-created_at"], name="documents_of_business"),
            models.Index(
                fields=["conversation", "-created_at"],
                condition=Q(conversation__isnull=False),
                name="documents_of_conversation",
            ),
            models.Index(fields=["created_at"], condition=Q(state="draft"), name="documents_drafts"),
            models.Index(fields=["business"], condition=Q(state="kept"), name="documents_kept"),
        ]

    def __str__(self):
        return self.name or str(self.get_kind_display())

    @property
    def is_shown(self) -> bool:
        """Whether there is a file to hand out."""
        return self.file_id is not None and self.state in (self.State.STORED, self.State.DRAFT, self.State.KEPT)

    @property
    def sentence(self) -> str:
        """Why it is as it is, for a person; "" where there is nothing to say."""
        return str(reasons.SENTENCES[self.why]) if self.why else ""


class Upload(TiedModel):
    """A kept file at WhatsApp, for one number: Meta's id of it there, or why there is none (uploads.py)."""

    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="uploads"
    )
    number = models.ForeignKey(WhatsAppNumber, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    media_id = models.CharField(max_length=200, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=30, blank=True)  # the last attempt's failure: a code of outgoing.media_id's
    attempts = models.PositiveSmallIntegerField(default=0)  # that failed, in a row
    # Nobody begins another attempt before: one is in hand, or the last one has failed a moment ago.
    not_before = models.DateTimeField()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="upload_once")]

    def __str__(self):
        return str(self.document)
