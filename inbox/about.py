"""The pane beside a thread: who the customer is, what they allowed, what the team noted, what there was before."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import reading
from accounts.models import LANGUAGE_NAMES
from conversations import consent, labels, queries
from conversations.models import ConsentEvent, Contact, Conversation, Identity, Label, Note
from conversations.thread import last_words
from documents.models import Document
from leads import proposals
from leads.models import Lead

from . import gate

MOST = 10  # notes, files, conversations, proposals

_HOW = {
    "message": gettext_lazy("by a message"),
    "preference": gettext_lazy("in WhatsApp's settings"),
    "error_131050": gettext_lazy("as WhatsApp told us"),
    "agent": gettext_lazy("noted by the team"),
    "api": gettext_lazy("noted by a program"),
}


def contact(request, conversation: Conversation) -> dict:
    """What inbox/_contact.html shows, in ten statements."""
    whose = conversation.contact
    earlier = Conversation.objects.filter(contact=whose).exclude(pk=conversation.pk).select_related("number")
    others = list(earlier.order_by("-created_at")[:MOST])
    of_theirs = {"conversation__in": [conversation.pk, *(other.pk for other in others)]}  # by ids: each has an index
    return {
        "conversation": conversation,
        "contact": whose,
        "acts": gate.acts(request),
        "address": address_of(whose),
        "initials": reading.initials(str(whose)),
        "speaks": LANGUAGE_NAMES.get(queries.language_of(conversation), ""),
        "allowed": allowed(whose),
        "identities": list(Identity.objects.filter(contact=whose).order_by("kind", "created_at")),
        "lead": Lead.objects.filter(contact=whose).first(),
        "proposals": list(proposals.to_decide(whose).select_related("message")[:MOST]),
        "on_it": labels.of(conversation),
        "labels_there_are": list(Label.objects.all()),
        "notes": list(Note.objects.filter(**of_theirs).order_by("-created_at")[:MOST]),
        "files": list(Document.objects.filter(**of_theirs).select_related("file").order_by("-created_at")[:MOST]),
        "others": [(other, last_words(other)) for other in others],
    }


def address_of(whose: Contact) -> str:
    return reading.phone(whose.phone) or (f"@{whose.username}" if whose.username else "")


def allowed(whose: Contact) -> str:
    """Whether they want offers and reminders, since when, and how they said so."""
    word = consent.last_word(whose)
    if whose.opted_out_at:
        told = _("None since %(day)s") % {"day": reading.day_of(whose.opted_out_at)}
    elif word and word.kind == ConsentEvent.Kind.START:
        told = _("Allowed on %(day)s") % {"day": reading.day_of(word.at)}
    else:
        return _("Neither allowed nor stopped")
    ways = [str(_HOW.get(word.source, "")), f"“{word.how}”" if word.how else ""] if word else []
    return ", ".join([told, *filter(None, ways)])
