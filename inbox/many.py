"""One act on all conversations that are ticked in the list. What is refused for one is done for the others, and all of it is told:
"12 conversations given to Bina. 1 not: this conversation is closed."
"""

from collections import Counter
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy
from django.views.decorators.http import require_POST

from accounts.errors import DomainError
from conversations import bulk

from . import gate
from .acting import is_uuid, label_of, person_of
from .answers import Done, asked_for, by_script, words_of

TOLD = 5  # reasons that are told

_DONE = {
    "assign": ngettext_lazy(
        "%(count)s conversation given to %(name)s.", "%(count)s conversations given to %(name)s.", "count"
    ),
    "leave": ngettext_lazy(
        "%(count)s conversation is nobody's now.", "%(count)s conversations are nobody's now.", "count"
    ),
    "close": ngettext_lazy("%(count)s conversation closed.", "%(count)s conversations closed.", "count"),
    "return": ngettext_lazy(
        "%(count)s conversation returned to the bot.", "%(count)s conversations returned to the bot.", "count"
    ),
    "label": ngettext_lazy(
        "%(count)s conversation labelled %(name)s.", "%(count)s conversations labelled %(name)s.", "count"
    ),
}


@gate.at_least(gate.AGENT)
@require_POST
def many(request):
    """``do``: close, return, assign:me, assign:<a person>, assign: (nobody's), label:<a label>."""
    act, _sign, which = request.POST.get("do", "").partition(":")
    chosen = [UUID(one) for one in request.POST.getlist("conversation") if is_uuid(one)]
    try:
        act, name, results = _done(act, which, chosen, request.user)
    except KeyError:
        return HttpResponseBadRequest()
    except DomainError as error:
        return _refused(request, error)
    return _told(request, words(act, name, results), well=all(one.done for one in results))


def words(act: str, name: str, results: list[bulk.Result]) -> str:
    """What was done, and what was not and why."""
    count = sum(one.done for one in results)
    told = [_DONE[act] % {"count": count, "name": name}]
    reasons = Counter(one.why for one in results if not one.done)
    if same := reasons.pop("", 0):
        told.append(ngettext("%(count)s was so already.", "%(count)s were so already.", same) % {"count": same})
    told += [_("%(count)s not: %(why)s") % {"count": times, "why": why} for why, times in reasons.most_common(TOLD)]
    return " ".join(told)


def _done(act: str, which: str, chosen: list[UUID], by) -> tuple[str, str, list[bulk.Result]]:
    """The act, the name of whom or what it is about, and what became of each. Raises KeyError for no act of ours."""
    if act == "assign":
        to = person_of(which, by)
        return ("assign" if to else "leave"), str(to or ""), bulk.assign(chosen, to, by=by)
    if act == "label":
        label = label_of(which)
        return act, label.name, bulk.label(chosen, label, by=by)
    if act == "close":
        return act, "", bulk.close(chosen, by=by, now=timezone.now())
    if act == "return":
        return act, "", bulk.return_to_bot(chosen, by=by)
    raise KeyError(act)


def _refused(request, error: DomainError) -> HttpResponse:
    if by_script(request):
        context = {"words": words_of(error), "code": error.code}
        return render(request, "inbox/_refused.html", context, status=error.status)
    messages.error(request, words_of(error))
    return redirect(asked_for(request) or "inbox")


def _told(request, told: str, *, well: bool) -> HttpResponse:
    if by_script(request):
        return render(request, "inbox/_told.html", {"told": Done(told)})
    (messages.success if well else messages.warning)(request, told)
    return redirect(asked_for(request) or "inbox")
