"""/inbox/: the list, a conversation, what is new in it. Every page works by its plain address; htmx asks for a part of it."""

from django.db import transaction
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import WhatsAppNumber
from conversations import assignment, queries
from conversations.models import Label

from . import about, gate, lists, showing
from .answers import seq_of

PARTS = {
    "rows": "inbox/_rows.html",
    "list": "inbox/_list.html",
    "chat": "inbox/_chat.html",
    "contact": "inbox/_contact.html",
}


@gate.at_least(gate.VIEWER)
@require_GET
def index(request):
    return page(request)


@gate.at_least(gate.VIEWER)
@require_GET
def conversation(request, conversation_id):
    return page(request, gate.readable(request, conversation_id))


@gate.at_least(gate.VIEWER)
@require_GET
def live(request, conversation_id):
    """What is new after a seq, and the last messages once more: their ticks may have moved."""
    shown = gate.readable(request, conversation_id)
    after = seq_of(request.GET.get("after", "0"))
    if after is None:
        return HttpResponseBadRequest()
    return render(request, "inbox/_live.html", showing.news(request, shown, after, timezone.now()))


@gate.at_least(gate.AGENT)
@require_POST
def read(request, conversation_id):
    """The browser says that it shows the thread up to a seq."""
    shown = gate.writable(request, conversation_id)
    up_to = seq_of(request.POST.get("up_to", ""))
    if up_to is None:
        return HttpResponseBadRequest()
    with transaction.atomic():
        assignment.mark_read(shown, up_to=up_to, by=request.user)
    return HttpResponse(status=204)


def page(request, shown=None, *, status: int = 200, box: dict | None = None):
    """The whole page, or the part that htmx asks for. ``box``: what was written and not taken."""
    now = timezone.now()
    filters = lists.Filters.of(request.GET)
    part = _part(request)
    context = {"filters": filters, "acts": gate.acts(request), "shown": shown}
    if part in ("chat", "contact") and shown is None:
        return render(request, "inbox/_no_chat.html", context)
    if part in ("", "list", "rows"):
        numbers = WhatsAppNumber.objects.count()
        context["page"] = lists.page_of(filters, request.user, now, numbers=numbers)
    if part in ("", "list"):
        counted = queries.counts(request.user)
        context["labels"] = list(Label.objects.all())
        context["tabs"] = [(name, words, counted.get(name, 0)) for name, words in lists.TABS.items()]
        context |= {"most": lists.MOST, "counted": lists.COUNTED}
        context["team"] = showing.team_of(request.business) if context["acts"] and shown is None else []
    if shown is not None and part in ("", "chat"):
        before = seq_of(request.GET.get("until", ""))
        context |= showing.chat(request, shown, now, before=before)
        if box:
            context["box"] = box
    if shown is not None and part == "contact":
        context |= about.contact(request, shown)
    return render(request, PARTS.get(part, "inbox/inbox.html"), context, status=status)


def _part(request) -> str:
    part = request.headers.get("X-Part", "") if request.htmx else ""
    return part if part in PARTS else ""
