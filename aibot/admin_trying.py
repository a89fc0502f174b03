"""The page "Try it": a conversation with one's own bot, and a business's own test lines, which come from it."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from accounts import audit
from accounts.errors import DomainError

from . import made_up, standing, trial_lines, trials
from .models import Rule, Trap
from .rules import shop_of
from .trying import failing


def intent_choices() -> list[tuple[str, str]]:
    return [("", _("nothing: no rule should answer")), *Rule.Intent.choices]


class TryForm(forms.Form):
    """A message in words, or a tap on a button of the bot's."""

    text = forms.CharField(required=False, max_length=4096)
    tap = forms.CharField(required=False, max_length=256)
    at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    model = forms.BooleanField(required=False)

    def clean(self):
        super().clean()
        if not self.errors and not self.cleaned_data["text"] and not self.cleaned_data["tap"]:
            self.add_error("text", _("Write what a customer writes."))
        return self.cleaned_data


class TrapForm(forms.Form):
    intent = forms.ChoiceField(
        label=gettext_lazy("It should mean"), choices=intent_choices, required=False, widget=UnfoldAdminSelectWidget
    )


def page(request, admin):
    """What is written comes by POST, so that no address holds a customer's words. A script gets the part that is new: of a POST all
    but the frame, of a GET the thread.
    """
    if not admin.has_view_permission(request):
        raise PermissionDenied
    if request.method == "POST":
        return _posted(request, admin)
    if request.htmx and request.GET.get("state") == _state(request):
        return HttpResponse(status=204)  # nothing is swapped: what somebody has opened there stays open
    return _shown(request, admin, part="admin/aibot/_try_news.html")


def _state(request) -> str:
    return trial_lines.state_of(trials.of(request.business, request.user), timezone.now())


def _posted(request, admin):
    if "keep" in request.POST:
        return _keep(request, admin)
    form = TryForm(request.POST)
    if "over" in request.POST:
        trials.start_over(request.business, request.user)
    elif form.is_valid():
        _say(request, admin, form)
    if request.htmx or (form.errors and "over" not in request.POST):
        return _shown(request, admin, None if "over" in request.POST else form, part="admin/aibot/_try.html")
    return HttpResponseRedirect(reverse("admin:aibot_rule_try"))


def _say(request, admin, form) -> None:
    """Who may not change the bot may not spend its owner's money either."""
    now, given = timezone.now(), form.cleaned_data
    try:
        trials.say(
            request.business,
            request.user,
            text=given["text"],
            tap=given["tap"],
            said_at=given["at"] or now,
            with_model=given["model"] and admin.has_change_permission(request),
            now=now,
        )
    except DomainError as error:
        form.add_error("text", error.message)


def _shown(request, admin, form=None, *, part: str):
    """``form``: what was posted. What a script asks for is swapped in as it is, with its errors, by a 200."""
    now, shop = timezone.now(), shop_of(request.business.pk)
    trial = trials.of(request.business, request.user)
    model = standing.of(request.business, now)
    errors = form.errors if form is not None else {}
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Try it"),
        "thread": trial_lines.thread_of(trial, shop, now),
        "errors": [words for of in errors.values() for words in of],
        "text": form["text"].value() if form is not None and (errors or form["tap"].value()) else "",
        "at": form["at"].value() or "" if form is not None else "",
        "with_model": trial.with_model if trial else True,
        "model": model,
        "model_most": number_format(model.most, force_grouping=True),
        "customer": made_up.NAME,
        "is_off": not shop.settings.bot_on,
        "settings_link": reverse("admin:accounts_settings_changelist"),
        "intents": intent_choices(),
        "may_write": admin.has_change_permission(request),
    }
    if request.htmx:
        return TemplateResponse(request, part, context)
    return TemplateResponse(request, "admin/aibot/try.html", context, status=422 if errors else 200)


def _keep(request, admin):
    if not admin.has_change_permission(request):
        raise PermissionDenied
    form, text = TrapForm(request.POST), request.POST.get("text", "").strip()
    if not form.is_valid() or not text:
        raise Http404
    keep_trap(request, text, form.cleaned_data["intent"])
    return HttpResponseRedirect(reverse("admin:aibot_rule_try"))


def keep_trap(request, text: str, intent: str) -> None:
    """Make a line one of the business's test lines, or change what it should mean, and say so."""
    text = text[: Trap._meta.get_field("text").max_length]
    trap, is_new = Trap.objects.update_or_create(business=request.business, text=text, defaults={"intent": intent})
    what = "created" if is_new else "changed"
    audit.record(f"trap.{what}", business=request.business, actor=request.user, target=str(trap.pk))
    if failing(shop_of(request.business.pk).book, [trap]):
        messages.warning(request, _("It is a test line now. The rules do not understand it yet: change their phrases."))
    else:
        messages.success(request, _("It is a test line now, and the rules understand it."))
