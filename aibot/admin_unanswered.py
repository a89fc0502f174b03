"""The page of what found no answer: from a group of messages to an answer in two clicks, and back again."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import reading

from . import owner_answers, unanswered
from .models import Answer

SHOWN = 40  # groups at once
MOST_NAMED = 60  # messages that an address names


class UnansweredPage:
    """Of the answers' admin: ``unanswered/``, and a new answer that begins with the customers' words."""

    def get_urls(self):
        page = self.admin_site.admin_view(self.unanswered_view)
        return [path("unanswered/", page, name="aibot_answer_unanswered"), *super().get_urls()]

    def get_changeform_initial_data(self, request):
        """A new answer to what customers asked: the address names the turns, never the words."""
        texts = [one.text for one in _named(request, request.GET)]
        return {"question": texts[0], "ways": texts[1:]} if texts else super().get_changeform_initial_data(request)

    def response_add(self, request, obj, post_url_continue=None):
        """Back to where the question stood."""
        response = super().response_add(request, obj, post_url_continue)
        if "turn" in request.GET and not {"_continue", "_addanother"} & set(request.POST):
            return HttpResponseRedirect(_page())
        return response

    def unanswered_view(self, request):
        return require_http_methods(["GET", "HEAD", "POST"])(self._unanswered)(request)

    def _unanswered(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._decided(request)
        aside = "aside" in request.GET
        now = timezone.now()
        groups = unanswered.groups(request.business, now, aside=aside)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Unanswered"),
            "aside": aside,
            "groups": [
                (group, [(one, reading.time_tag(one.at, now)) for one in group.asked]) for group in groups[:SHOWN]
            ],
            "more": len(groups) - SHOWN,
            "count": sum(group.times for group in groups),
            "questions": Answer.objects.filter(business=request.business, enabled=True).values_list(
                "question", flat=True
            ),
            "may_write": self.has_change_permission(request),
            "told": self._told(request),
        }
        return TemplateResponse(request, "admin/aibot/unanswered.html", context)

    def _told(self, request) -> dict | None:
        """What was done last and can be undone."""
        turns = _ids(request.GET)
        if request.GET.get("did") == "aside" and turns:
            return {"words": _("Put aside."), "turns": turns, "undo": "back"}
        answer = self.get_object(request, request.GET.get("answer", "")) if request.GET.get("did") == "add" else None
        if answer is None or not turns:
            return None
        words = ngettext("It is a way to ask “%s” now.", "They are ways to ask “%s” now.", len(turns)) % answer.question
        return {"words": words, "turns": turns, "undo": "take", "answer": answer}

    # --- what is decided

    def _decided(self, request):
        if not self.has_change_permission(request):
            raise PermissionDenied
        act = getattr(self, f"_{_act(request.POST)}", None)
        if act is None or not _ids(request.POST):
            raise Http404
        return act(request)

    def _do_write(self, request):
        chosen = _of(_named(request, request.POST))
        turns = [one.turn_id for one in chosen][:MOST_NAMED]
        return HttpResponseRedirect(f"{reverse('admin:aibot_answer_add')}?{urlencode({'turn': turns}, doseq=True)}")

    def _do_add(self, request):
        return self._add(request, self.get_object(request, request.POST.get("answer", "")))

    def _do_other(self, request):
        """To the answer whose question was chosen, or typed."""
        question = " ".join(request.POST.get("question", "").split())
        answer = Answer.objects.filter(business=request.business, question__iexact=question).first()
        if answer is None:
            messages.error(
                request, _("There is no answer to “%s”: choose one of the list, or write a new one.") % question
            )
            return HttpResponseRedirect(_page())
        return self._add(request, answer)

    def _add(self, request, answer: Answer | None):
        chosen = _of(_named(request, request.POST))
        if answer is None:
            raise Http404
        try:
            owner_answers.add_ways(answer, [one.text for one in chosen], actor=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(_page())
        return _back(request, did="add", turn=[one.turn_id for one in chosen], answer=answer.pk)

    def _do_aside(self, request):
        turns = _ids(request.POST)
        if not unanswered.put_aside(request.business, turns, timezone.now(), actor=request.user):
            raise Http404
        return _back(request, did="aside", turn=turns)

    def _do_back(self, request):
        if not unanswered.bring_back(request.business, _ids(request.POST), timezone.now(), actor=request.user):
            raise Http404
        return HttpResponseRedirect(_page())

    def _do_take(self, request):
        """Undo of an added way."""
        answer = self.get_object(request, request.POST.get("answer", ""))
        chosen = _of(_named(request, request.POST, known=True))
        if answer is None:
            raise Http404
        owner_answers.take_ways(answer, [one.text for one in chosen], actor=request.user)
        return HttpResponseRedirect(_page())


def _act(posted) -> str:
    """Enter, in the line where a question is typed, presses the form's first button; that one has no name of an act."""
    return f"do_{posted.get('act') or ('other' if posted.get('question', '').strip() else 'write')}"


def _named(request, given, *, known: bool = False) -> list[unanswered.Asked]:
    turns = _ids(given)
    return unanswered.asked(request.business, timezone.now(), turns=turns, known=known) if turns else []


def _of(found: list[unanswered.Asked]) -> list[unanswered.Asked]:
    if not found:
        raise Http404
    return found


def _ids(given) -> list[UUID]:
    try:
        return [UUID(one) for one in given.getlist("turn")]
    except ValueError:
        return []


def _page() -> str:
    return reverse("admin:aibot_answer_unanswered")


def _back(request, *, turn: list[UUID], **told):
    """To the group that stands where the decided one stood, with the way to undo it where an address can hold that."""
    place = request.POST.get("place", "")
    query = urlencode({**told, "turn": turn}, doseq=True) if len(turn) <= MOST_NAMED else ""
    return HttpResponseRedirect(f"{_page()}?{query}{f'#g{place}' if place.isdigit() else ''}")
