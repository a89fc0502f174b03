"""How an act of the inbox is answered: a page's form goes back to the conversation, a script gets what is new in it.

A script (``X-Part: live``) sends ``after``, the last seq that it has, and gets the live fragment: the one form in which news
comes, whatever brought it about. What is refused comes as its sentence, with the status of the error.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.errors import DomainError
from conversations.models import Conversation

from . import showing


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in a sentence; and the address of the act that undoes it."""

    words: str = ""
    undo: str = ""


def done(request, conversation: Conversation, what: Done) -> HttpResponse:
    if by_script(request):
        conversation = Conversation.objects.select_related("contact", "number", "assignee", "business").get(
            pk=conversation.pk
        )
        after = seq_of(request.POST.get("after", "")) or 0
        context = showing.news(request, conversation, after, timezone.now())
        return render(request, "inbox/_live.html", {**context, "told": what})
    if what.words:
        messages.success(request, what.words)
    return redirect(back_to(request, conversation))


def refused(request, conversation: Conversation, error: DomainError) -> HttpResponse:
    if by_script(request):
        context = {"words": words_of(error), "code": error.code}
        return render(request, "inbox/_refused.html", context, status=error.status)
    messages.error(request, words_of(error))
    return redirect(back_to(request, conversation))


def words_of(error: DomainError) -> str:
    """What is told of it: the sentence about a field, where there is one."""
    return next((str(words) for words in error.fields.values() if words), str(error.message))


def by_script(request) -> bool:
    return request.headers.get("X-Part") == "live"


def back_to(request, conversation: Conversation) -> str:
    """The page that the form stood on, where it is one of the inbox; else the conversation."""
    return asked_for(request) or reverse("inbox_thread", args=[conversation.pk])


def asked_for(request) -> str:
    """The page of the inbox that the form names as the next; empty where it names none of ours."""
    wanted = request.POST.get("next", "")
    ours = wanted.startswith(reverse("inbox")) and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours else ""


def seq_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
