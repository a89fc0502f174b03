"""How often the API may be asked. Every request counts for its network (``guard``, before anything else is looked at)
and, once it is known who asks, for the person or key; sign-in and sending have their own, stricter counts.

The answer's ``RateLimit`` headers tell the count that is nearest to its end (IETF
draft-ietf-httpapi-ratelimit-headers-10); ``Retry-After`` comes with 429.
"""

from django.conf import settings
from rest_framework.exceptions import Throttled
from rest_framework.throttling import BaseThrottle

from .. import limits
from ..address import network, of_request
from ..limits import Limit, Usage
from . import errors

AUTH = Limit("api sign-in by network", 30, 60)
SENDS = Limit("api sends", 300, 60)


def by_person() -> Limit:
    return Limit("api by person", settings.API_REQUESTS_PER_MINUTE, 60)


def by_key() -> Limit:
    return Limit("api by key", 2 * settings.API_REQUESTS_PER_MINUTE, 60)


def by_network() -> Limit:
    return Limit("api by network", 4 * settings.API_REQUESTS_PER_MINUTE, 60)


class Throttle(BaseThrottle):
    """Of a view: who asks, and the view's own limit (``limit = throttling.SENDS``)."""

    def allow_request(self, request, view):
        who = _who(request)
        counts = [(by_key() if request.auth else by_person(), who)] if request.user.is_authenticated else []
        own = getattr(view, "limit", None)
        if own is not None and request.method not in ("GET", "HEAD", "OPTIONS"):
            counts.append((own, who))
        used = [limits.take(limit, value) for limit, value in counts]
        remember(request._request, used)
        refused = [usage for usage in used if usage.refused]
        if refused:
            raise Throttled(wait=max(usage.reset for usage in refused))
        return True


class Guard:
    """Middleware: each request under /api/ counts for its network, and the answer tells the counts."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path_info.startswith("/api/"):
            return self.get_response(request)
        usage = limits.take(by_network(), network(of_request(request)))
        remember(request, [usage])
        response = self.get_response(request) if not usage.refused else _refusal(usage)
        _tell(request, response)
        return response


def remember(request, used: list[Usage]) -> None:
    request.usages = [*getattr(request, "usages", []), *used]


def _refusal(usage: Usage):
    response = errors.answer(429)
    response["Retry-After"] = str(usage.reset)
    return response


def _tell(request, response) -> None:
    nearest = min(request.usages, key=lambda usage: usage.left / usage.limit.count)
    name = nearest.limit.name
    response["RateLimit-Policy"] = f'"{name}";q={nearest.limit.count};w={nearest.limit.seconds}'
    response["RateLimit"] = f'"{name}";r={nearest.left};t={nearest.reset}'


def _who(request) -> str:
    if request.auth:
        return f"key:{request.auth.pk}"
    if request.user.is_authenticated:
        return f"person:{request.user.pk}"
    return f"network:{network(of_request(request))}"
