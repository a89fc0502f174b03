"""What an agent does with a conversation: take over, return, assign, close, reopen, mark as unread, decide about what is not
confirmed; labels, notes, the customer's name, what was read about the lead, blocking. The same with many: many.py.
"""

from functools import wraps
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseBadRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.errors import DomainError
from accounts.models import User
from conversations import assignment, blocking, contacts, deciding, drafts, labels, notes
from conversations.models import Conversation, Label
from leads import proposals
from leads.models import Proposal

from . import gate
from .answers import Done, done, refused


def act(does):
    """The view of an act: ``does(request, conversation) -> Done``, in a transaction. What it refuses is told."""

    @gate.at_least(gate.AGENT)
    @require_POST
    @wraps(does)
    def view(request, conversation_id):
        conversation = gate.writable(request, conversation_id)
        try:
            with transaction.atomic():
                what = does(request, conversation)
        except DomainError as error:
            return refused(request, conversation, error)
        return done(request, conversation, what)

    return view


@act
def take_over(request, conversation: Conversation) -> Done:
    assignment.take_over(conversation, by=request.user, now=timezone.now())
    return Done(_("You answer from here on; the bot is silent."), _at("inbox_return", conversation))


@act
def return_to_bot(request, conversation: Conversation) -> Done:
    assignment.return_to_bot(conversation, by=request.user)
    return Done(_("The bot answers the customer's next message."), _at("inbox_takeover", conversation))


@act
def assign(request, conversation: Conversation) -> Done:
    to = person_of(request.POST.get("to", ""), request.user)
    assignment.assign(conversation, to, by=request.user)
    return Done(_("Given to %(name)s.") % {"name": to} if to else _("Nobody's now."))


@act
def close(request, conversation: Conversation) -> Done:
    if not assignment.close(conversation, by=request.user, now=timezone.now()):
        return Done(_("This conversation is closed already."))
    return Done(_("Closed."), _at("inbox_reopen", conversation))


@act
def reopen(request, conversation: Conversation) -> Done:
    if not assignment.reopen(conversation, by=request.user):
        return Done(_("This conversation is open already."))
    return Done(_("Open again."), _at("inbox_close", conversation))


@act
def unread(request, conversation: Conversation) -> Done:
    assignment.mark_unread(conversation)
    return Done(_("Unread again, for the whole team."))


@gate.at_least(gate.AGENT)
@require_POST
def resend(request, conversation_id):
    """Send a message once more that is not confirmed."""
    return _decide(request, conversation_id, deciding.resend)


@gate.at_least(gate.AGENT)
@require_POST
def dismiss(request, conversation_id):
    """Leave it as it is."""
    return _decide(request, conversation_id, deciding.dismiss)


def person_of(wanted: str, me: User) -> User | None:
    """``me``, nobody ("") or a person's id. Raises DomainError for one who is not there."""
    if wanted in ("", "me"):
        return me if wanted else None
    try:
        person = User.objects.filter(pk=UUID(wanted)).first()
    except ValueError:
        person = None
    if person is None:
        raise assignment.no_such_member()
    return person


def _at(name: str, conversation: Conversation) -> str:
    return reverse(name, args=[conversation.pk])


def _decide(request, conversation_id, decide):
    conversation = gate.writable(request, conversation_id)
    try:
        decided = decide(conversation, request.POST.get("message", ""), by=request.user)
    except ValueError:
        return HttpResponseBadRequest()
    words = "" if decided else _("There is nothing to decide about this message any more.")
    return done(request, conversation, Done(words))


# --- labels, notes, blocking ----------------------------------------------------------------------------------------------


def label_of(wanted: str) -> Label:
    """Raises DomainError for one that is not there."""
    found = Label.objects.filter(pk=wanted).first() if is_uuid(wanted) else None
    if found is None:
        raise labels.no_such_label()
    return found


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@act
def label(request, conversation: Conversation) -> Done:
    """Put a label on the conversation, or take it off: ``on`` or ``off`` names it."""
    if "off" in request.POST:
        labels.take_off(conversation, label_of(request.POST["off"]), by=request.user)
    else:
        labels.put(conversation, label_of(request.POST.get("on", "")), by=request.user)
    return Done()


@act
def note(request, conversation: Conversation) -> Done:
    """Of the composer, whose draft it was until then; or of the pane beside the thread."""
    notes.write(conversation, request.POST.get("text", ""), by=request.user)
    if "beside" not in request.POST:
        drafts.forget(conversation, request.user)
    return Done()


@act
def rename(request, conversation: Conversation) -> Done:
    """What the business calls the customer; nothing: as they call themselves in WhatsApp."""
    name = request.POST.get("name", "").replace("\0", "").strip()
    try:
        contacts.change(conversation.contact, actor=request.user, name=name)
    except ValidationError as error:
        raise DomainError("invalid", error.messages[0], status=422) from None
    return Done(_("Saved."))


@act
def proposal(request, conversation: Conversation) -> Done:
    """Accept or dismiss what the language model has read about the lead: ``accept`` or ``dismiss`` names it."""
    if "dismiss" in request.POST:
        proposals.dismiss(_proposal(conversation, request.POST["dismiss"]), actor=request.user, now=timezone.now())
        return Done(_("Dismissed."))
    proposals.accept(_proposal(conversation, request.POST.get("accept", "")), actor=request.user, now=timezone.now())
    return Done(_("Accepted."))


def _proposal(conversation: Conversation, wanted: str) -> Proposal:
    """Of the conversation's contact. Raises DomainError for one that is not there."""
    rows = Proposal.objects.filter(lead__contact=conversation.contact_id)
    found = rows.filter(pk=wanted).first() if is_uuid(wanted) else None
    if found is None:
        raise DomainError("not_found", _("There is no such proposal."), status=404)
    return found


@act
def block(request, conversation: Conversation) -> Done:
    """Block the customer, or with ``off`` unblock them."""
    if "off" in request.POST:
        blocking.unblock(conversation.contact, by=request.user, now=timezone.now())
        return Done(_("Unblocked. Their next message opens a conversation."))
    blocking.block(conversation.contact, by=request.user, now=timezone.now())
    return Done(_("Blocked: nobody is told what they write."))
