"""Who may hear the pokes of a business: whoever may read its conversations, by the session of their browser.

As the middleware of the pages reads a session (accounts.access, accounts.signin.required), in a few short queries on a
connection that is given back at once: a stream that is open for a quarter of an hour holds none.
"""

from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from accounts import access, twofactor


@dataclass(frozen=True, slots=True)
class Listener:
    """A person in a business."""

    person: str
    business: str


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int  # 401: not signed in; 403: no business, or the second factor is missing
    words: str


def session_of(cookies: str) -> str:
    """The key of the session that a Cookie header names; "" where it names none, or what can be none."""
    key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")
    return key if key.isascii() and key.isalnum() else ""


def listener_of(session: str) -> Listener | Refusal:
    """Who listens by this session, as the database says now. For a thread: it leaves no connection open."""
    try:
        return _listener(session)
    finally:
        connection.close()


def _listener(session: str) -> Listener | Refusal:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session)
    user = get_user(request)
    if not user.is_authenticated:
        return Refusal(401, "Sign in first.")
    wanted = request.session.get(access.SESSION_KEY), user.last_business
    business = access.current(access.businesses_of(user), *wanted)
    if business is None:
        return Refusal(403, "You are not a member of any business.")
    if twofactor.is_missing(user, business):
        return Refusal(403, "This business asks for two-factor sign-in.")
    return Listener(str(user.pk), str(business.pk))
