"""A person or a program writes into a conversation: everything that can be known is checked before the message is
queued.

``send`` is the act; ``Draft`` says what is to be sent, in the API's names. The sender checks again at the moment of
sending (claiming.verdict), when other things may be true.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from cloud_api import messages
from cloud_api.errors import InvalidMessage

from . import assignment, blanks, claiming, consent, filling, outbound, sending, stopping, thread
from .models import Contact, Conversation, Message, Template, WhatsAppNumber

MEDIA = ("image", "document", "audio", "video", "sticker")
KINDS = ("text", "template", *MEDIA, "buttons", "list")
KEY = 200  # characters of an Idempotency-Key

# What cloud_api.messages calls a part, by its beginning, and where it stands in a draft.
_FIELDS = {
    "text body": "text",
    "button message body": "text",
    "list body": "text",
    "button": "buttons",
    "list": "list",
    "rows of": "list",
    "header": "header",
    "footer": "footer",
    "caption": "media.caption",
    "file name": "media.filename",
    "link": "media.link",
    "template": "template",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be sent. Of ``text``, ``template``, ``media``, ``buttons`` and ``list`` those that the kind needs."""

    kind: str  # one of KINDS
    text: str = ""
    preview_url: bool = False
    header: str = ""
    footer: str = ""
    template: Mapping[str, Any] = field(default_factory=dict)
    media: Mapping[str, Any] = field(default_factory=dict)
    buttons: tuple[Mapping[str, str], ...] = ()
    list: Mapping[str, Any] = field(default_factory=dict)
    reply_to: uuid.UUID | None = None  # our message's id
    takes_over: bool = True


def send(
    conversation: Conversation, draft: Draft, *, author: outbound.Author, key: str = "", now: datetime | None = None
) -> tuple[Message, bool]:
    """Queue it. Returns the message, and whether this call queued it: the same ``key`` (an Idempotency-Key) gives the
    first call's message again, and sends nothing.

    Raises DomainError where it cannot be sent, and where the key was used for something else.
    """
    now = now or timezone.now()
    with transaction.atomic():
        # Of two with one key, one waits here.
        conversation.refresh_from_db(from_queryset=Conversation.objects.select_for_update(no_key=True))
        client_ref = uuid.uuid5(conversation.business_id, key) if key else None
        digest = _digest(conversation, draft) if key else ""
        if earlier := _earlier(client_ref, digest):
            return earlier, False
        _check_place(conversation, conversation.number)
        body, text, purpose = _content(conversation, draft)
        _check_moment(conversation, body, purpose, now)
        queued = outbound.queue_one(
            conversation,
            body,
            text,
            author=author,
            takes_over=draft.takes_over,
            purpose=purpose,
            client_ref=client_ref,
            reply_to=_wamid(conversation, draft.reply_to),
            now=now,
        )
        if queued is None:  # the key was used in another conversation a moment ago
            raise _conflict()
        if digest:
            Message.objects.filter(pk=queued).update(client_digest=digest)
        transaction.on_commit(sending.wake_up)
    return Message.objects.get(pk=queued), True


# --- once for a key -------------------------------------------------------------------------------------------------------


def _digest(conversation: Conversation, draft: Draft) -> str:
    asked = json.dumps([str(conversation.pk), asdict(draft)], sort_keys=True, default=str)
    return sha256(asked.encode()).hexdigest()


def _earlier(client_ref: uuid.UUID | None, digest: str) -> Message | None:
    earlier = Message.objects.filter(client_ref=client_ref).first() if client_ref else None
    if earlier is not None and earlier.client_digest != digest:
        raise _conflict()
    return earlier


def _conflict() -> DomainError:
    return DomainError(
        "idempotency_conflict",
        _("This Idempotency-Key was used for another message. Take a new key for each message."),
        status=409,
    )


# --- may it be sent? ------------------------------------------------------------------------------------------------------


def _check_place(conversation: Conversation, number: WhatsAppNumber) -> None:
    if conversation.state == Conversation.State.CLOSED:
        raise assignment.closed()
    if not number.active:
        raise DomainError("number_off", _("The WhatsApp number is switched off."), status=409)
    if number.stopped_at:
        raise DomainError("number_stopped", stopping.in_words(number), status=409)


def _check_moment(conversation: Conversation, body: dict, purpose: str, now: datetime) -> None:
    if body["type"] != "template":
        is_open, words = thread.may_write(conversation, now)
        if not is_open:
            raise DomainError("window_closed", words, status=409)
    contact: Contact = conversation.contact
    if not consent.allows(purpose, stopped=contact.opted_out_at is not None):
        raise DomainError(
            "opted_out",
            _("The customer has asked for no offers and reminders. You may still answer what they ask."),
            status=409,
        )


def _wamid(conversation: Conversation, message_id: uuid.UUID | None) -> str:
    """Of the message that this one answers, which WhatsApp must know."""
    if message_id is None:
        return ""
    answered = Message.objects.filter(conversation=conversation, pk=message_id).first()
    if answered is None:
        raise DomainError(
            "not_found",
            _("There is nothing here."),
            status=404,
            replyTo=_("This conversation has no message with this id."),
        )
    if not answered.wamid:
        raise DomainError(
            "invalid",
            _("The request is not valid."),
            replyTo=_("WhatsApp does not have this message yet, or never got it."),
        )
    return answered.wamid


# --- what is sent ---------------------------------------------------------------------------------------------------------


def _content(conversation: Conversation, draft: Draft) -> tuple[dict, str, str]:
    """The body for WhatsApp, its words for lists and the thread, and what it is for."""
    try:
        if draft.kind == "template":
            return _template(conversation.number, draft.template)
        body, words = _free(draft)
    except InvalidMessage as error:
        place = next((place for part, place in _FIELDS.items() if error.field.startswith(part)), draft.kind)
        if draft.kind == "template" and place != "template":
            place = "template.parameters.headerMedia"
        raise DomainError("invalid_message", str(error), **{place: str(error)}) from None
    return body, words, Message.Purpose.REPLY.value


def _free(draft: Draft) -> tuple[dict, str]:
    if draft.kind == "text":
        return messages.text(draft.text, draft.preview_url), draft.text
    if draft.kind == "buttons":
        pairs = [(button["id"], button["title"]) for button in draft.buttons]
        return messages.buttons(draft.text, pairs, draft.header, draft.footer), draft.text
    if draft.kind == "list":
        return messages.list_menu(
            draft.text, draft.list["button"], _sections(draft.list), draft.header, draft.footer
        ), draft.text
    return media(draft.kind, draft.media), draft.media.get("caption", "")


def _sections(menu: Mapping[str, Any]) -> list[tuple]:
    return [
        (section.get("title", ""), [(row["id"], row["title"], row.get("description", "")) for row in section["rows"]])
        for section in menu["sections"]
    ]


def media(kind: str, given: Mapping[str, Any]) -> dict:
    """A file as WhatsApp takes it. ``given``: id or link, and caption, filename, voice where the kind has them."""
    build = {
        "image": messages.image,
        "document": messages.document,
        "audio": messages.audio,
        "video": messages.video,
        "sticker": messages.sticker,
    }[kind]
    more = {name: value for name, value in given.items() if name not in ("id", "link")}
    return build(given.get("id", ""), link=given.get("link", ""), **more)


def _template(number: WhatsAppNumber, given: Mapping[str, Any]) -> tuple[dict, str, str]:
    template = sendable_template(number, given["name"], given["language"])
    to_fill = blanks.blanks_of(template)
    if "components" in given:
        components = list(given["components"])
        filling.check(to_fill, components)
    else:
        components = filling.fill(to_fill, **_parameters(to_fill, given.get("parameters", {})))
    purpose = Message.Purpose.MARKETING if is_marketing(template) else Message.Purpose.REPLY
    body = messages.template(template.name, template.language, components)
    return body, filling.read(template, components), purpose.value


def _parameters(to_fill: blanks.Blanks | None, given: Mapping[str, Any]) -> dict:
    others = {name: value for name, value in given.items() if name != "headerMedia"}
    shown = given.get("headerMedia")
    if not shown:
        return others
    if to_fill is None or to_fill.media not in blanks.FILES:
        words = _("Nothing is known of a file in this template's header. Give components, if there is one.")
        raise DomainError("template_incomplete", words, **{"template.parameters.headerMedia": words})
    return {**others, "media": media(to_fill.media, shown)}


def sendable_template(number: WhatsAppNumber, name: str, language: str) -> Template:
    """The template of the number's account. Raises DomainError where there is none, or WhatsApp has not approved it."""
    rows = Template.objects.filter(waba_id=number.waba_id, name=name, language=language.replace("-", "_"))
    template = rows.first()
    if template is None or template.status == "DELETED":
        words = _("WhatsApp has no template of this name in this language. Fetch the list on the page Templates.")
        raise DomainError("template_unknown", words, status=409, **{"template.name": words})
    if template.status not in claiming.SENDABLE:
        words = _("WhatsApp does not let this template be sent now: it is %s.") % template.status
        raise DomainError("template_not_approved", words, status=409, **{"template.name": words})
    return template


def is_marketing(template: Template) -> bool:
    """Also where Meta has not told: who has stopped marketing must not get it by mistake."""
    changed = template.next_category_at is not None and template.next_category_at <= timezone.now()
    category = template.next_category if changed else template.category
    return category not in ("UTILITY", "AUTHENTICATION")
