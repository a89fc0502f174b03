"""What a person has chosen for the inbox, as every page of it shows it: rendered by the server, so that nothing flashes."""

from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST

from . import gate, preferring
from .answers import asked_for
from .models import Preference


def choices(request) -> dict:
    """A context processor. The row is read where a page shows it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"preference": SimpleLazyObject(lambda: preferring.of(user))}


@gate.at_least(gate.VIEWER)
@require_POST
def choose(request):
    """One of them, from the menu of the bar."""
    changes = {name: request.POST[name] == "on" for name in ("keys", "sound") if name in request.POST}
    if request.POST.get("theme") in Preference.Theme.values:
        changes["theme"] = request.POST["theme"]
    if changes:
        preferring.change(request.user, **changes)
    return redirect(asked_for(request) or "inbox")
