"""How a person works in the inbox: notifications, sound, keys, colours. And the browsers that they have allowed to show notes."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import DomainError
from accounts.models import User

from . import push
from .models import Preference

FIELDS = ("push", "sound", "keys", "theme")


def of(user: User) -> Preference:
    """What they have chosen, or the defaults in a row that is not stored."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)


def change(user: User, **fields) -> Preference:
    """Of FIELDS."""
    return Preference.objects.update_or_create(user=user, defaults=fields)[0]


class PreferenceForm(forms.Form):
    push = forms.BooleanField(
        label=gettext_lazy("Notifications"),
        required=False,
        help_text=gettext_lazy("When a customer waits for a person, on the devices where you have allowed it."),
    )
    sound = forms.BooleanField(
        label=gettext_lazy("Sound"), required=False, help_text=gettext_lazy("A short one, for each new message.")
    )
    keys = forms.BooleanField(
        label=gettext_lazy("Keys"),
        required=False,
        help_text=gettext_lazy("Single letters move and act in the inbox; ? shows them. Never while you type."),
    )
    theme = forms.ChoiceField(label=gettext_lazy("Colours"), choices=Preference.Theme.choices)


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request):
    row = of(request.user)
    form = PreferenceForm(request.POST or None, initial={name: getattr(row, name) for name in FIELDS})
    if form.is_valid():
        change(request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("inbox_preferences")
    context = {"form": form, "push_key": push.public_key() if push.is_on() else ""}
    return render(request, "inbox/preferences.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def push_key(request):
    """What a browser needs to subscribe. 404 where the installation has no key."""
    if not push.is_on():
        raise Http404
    return JsonResponse({"key": push.public_key()})


@login_required
@require_POST
def push_subscribe(request):
    given = [request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")]
    try:
        push.subscribe(request.user, *given)
    except DomainError as error:
        return JsonResponse({"code": error.code, "message": str(error.message)}, status=400)
    return HttpResponse(status=204)


@login_required
@require_POST
def push_unsubscribe(request):
    push.unsubscribe(request.user, request.POST.get("endpoint", ""))
    return HttpResponse(status=204)
