"""An agent writes: the composer's message, once however often it is sent."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.errors import DomainError
from conversations import drafts, outbound, writing
from conversations.models import Conversation
from documents import outgoing
from documents.models import Document

from . import gate
from .answers import Done, by_script, done, refused, words_of
from .views import page

BUTTONS = ("button1", "button2", "button3")


@gate.at_least(gate.AGENT)
@require_POST
def send(request, conversation_id):
    conversation = gate.writable(request, conversation_id)
    try:
        _send(request, conversation)
    except DomainError as error:
        if by_script(request):
            return refused(request, conversation, error)
        box = {name: request.POST.get(name, "") for name in ("text", "reply_to")}
        return page(request, conversation, status=error.status, box={**box, "error": words_of(error)})
    return done(request, conversation, Done())


@gate.at_least(gate.AGENT)
@require_POST
def draft(request, conversation_id):
    """Keep what is in the box by now."""
    conversation = gate.writable(request, conversation_id)
    try:
        drafts.save(
            conversation, request.user, request.POST.get("text", ""), reply_to=_uuid(request.POST.get("reply_to", ""))
        )
    except DomainError:  # too long to be sent: the box says so itself
        return HttpResponse(status=422)
    return HttpResponse(status=204)


@gate.at_least(gate.AGENT)
@require_POST
def upload(request):
    """A file that is to be sent: looked at and kept; its fragment goes with the message."""
    came = request.FILES.get("file")
    if came is None:
        return HttpResponseBadRequest()
    try:
        document = outgoing.receive(
            request.business,
            came,
            came.name,
            by=request.user,
            mime=came.content_type or "",
            voice=request.POST.get("voice") == "on",
        )
    except DomainError as error:
        return render(
            request, "inbox/_refused.html", {"words": words_of(error), "code": error.code}, status=error.status
        )
    return render(request, "inbox/_attached.html", {"document": document})


def _send(request, conversation: Conversation) -> None:
    key = _uuid(request.POST.get("client_ref", ""))
    if key is None:
        raise DomainError("invalid", _("Send it once more."), status=422)
    author = outbound.Author.of_person(request.user)
    try:
        if request.POST.get("document"):
            _send_file(request, conversation, author, f"inbox:{key}")
        else:
            writing.send(conversation, draft_of(request.POST), author=author, key=f"inbox:{key}")
    except DomainError as error:
        if error.code != "idempotency_conflict":
            raise
        words = _(
            "This message was sent already, as it was before your last change. Look at the thread, then send again."
        )
        raise DomainError("sent_already", words, status=409) from None
    drafts.forget(conversation, request.user)


def _send_file(request, conversation: Conversation, author: outbound.Author, key: str) -> None:
    found = Document.objects.filter(pk=_uuid(request.POST["document"])).first()
    if found is None:
        raise DomainError("not_found", _("This file is not there, so that it cannot be sent."), status=404)
    outgoing.send(
        conversation,
        found,
        author=author,
        key=key,
        caption=text_of(request.POST),
        reply_to=_uuid(request.POST.get("reply_to", "")),
    )


def text_of(post) -> str:
    return post.get("text", "").replace("\r\n", "\n").replace("\0", "").strip()


def draft_of(post) -> writing.Draft:
    text = text_of(post)
    titles = [title for name in BUTTONS if (title := post.get(name, "").strip())]
    reply_to = _uuid(post.get("reply_to", ""))
    if titles:
        buttons = tuple({"id": f"agent:{place}", "title": title} for place, title in enumerate(titles, 1))
        return writing.Draft("buttons", text=text, buttons=buttons, reply_to=reply_to)
    return writing.Draft("text", text=text, preview_url="://" in text, reply_to=reply_to)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
