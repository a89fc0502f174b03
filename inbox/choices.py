"""What a person chooses for their own browser, kept in cookies that the server reads: no flash of another look."""

from django.conf import settings
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from . import gate
from .answers import asked_for

THEME, KEYS, SOUND = "inbox_theme", "inbox_keys", "inbox_sound"
THEMES = ("system", "light", "dark")
_YEAR = 365 * 24 * 3600


def choices(request) -> dict:
    """For every page of the inbox: a context processor."""
    theme = request.COOKIES.get(THEME, "")
    return {
        "theme": theme if theme in THEMES else "system",
        "keys_on": request.COOKIES.get(KEYS) != "off",
        "sound_on": request.COOKIES.get(SOUND) == "on",
    }


@gate.at_least(gate.VIEWER)
@require_POST
def choose(request):
    answer = redirect(asked_for(request) or "inbox")
    if request.POST.get("theme") in THEMES:
        _keep(answer, THEME, request.POST["theme"])
    for name, cookie in (("keys", KEYS), ("sound", SOUND)):
        if request.POST.get(name) in ("on", "off"):
            _keep(answer, cookie, request.POST[name])
    return answer


def _keep(answer, name: str, value: str) -> None:
    answer.set_cookie(name, value, max_age=_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
