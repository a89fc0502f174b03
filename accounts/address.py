"""Who asks: the client's address, the request's id, the API key. The one place that decides an address.

Every limiter, log line and audit row takes it from here. ``X-Forwarded-For`` is believed only as far as
TRUSTED_PROXY_COUNT says: each trusted proxy appends the address that it saw, so the client's is that many from the
right, and what stands left of it anybody may have written.
"""

import ipaddress
from contextvars import ContextVar
from dataclasses import dataclass

import structlog
from django.conf import settings


@dataclass(slots=True)
class Asker:
    address: str | None = None
    request_id: str = ""
    api_key: str = ""  # its prefix


_asker: ContextVar[Asker | None] = ContextVar("asker", default=None)


def asker() -> Asker:
    """Of the request that this thread serves; an empty one outside of requests."""
    return _asker.get() or Asker()


def client_address(remote: str, forwarded: str = "") -> str | None:
    """The client's address, in its canonical form. ``remote``: the peer of the connection; ``forwarded``:
    X-Forwarded-For, its lines joined by commas. None where there is no address (a Unix socket).
    """
    proxies = settings.TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in forwarded.split(",")] if forwarded else []
    if proxies and len(hops) >= proxies:  # fewer: this request did not come by the proxies
        told = _parsed(hops[-proxies])
        if told:
            return told
    return _parsed(remote)


def of_request(request) -> str | None:
    return client_address(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def network(address: str | None) -> str:
    """What is counted as one client: an IPv4 address, or the /64 of an IPv6 one, which is what one household gets."""
    if not address:
        return "-"
    parsed = ipaddress.ip_address(address)
    return address if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))


def _parsed(text: str) -> str | None:
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]  # 192.0.2.1:50000
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


class KnowAsker:
    """Middleware: remember who asks for the length of the request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.address = of_request(request)
        structlog.contextvars.bind_contextvars(address=request.address)
        token = _asker.set(Asker(request.address, getattr(request, "id", "")))
        try:
            return self.get_response(request)
        finally:
            _asker.reset(token)
