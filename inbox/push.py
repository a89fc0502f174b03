"""Web Push: notes to browsers of people who have allowed it (RFC 8030, 8291, 8292).

A note leaves in a thread of its own, encrypted for the one browser. It may be lost: the e-mail and the list do not depend on
it. An address that its service does not know any more (404, 410) is forgotten.

The server posts to addresses that browsers name, so only those of known push services are taken (WEB_PUSH_HOSTS), and no
redirect is followed.
"""

import base64
import binascii
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from email.utils import parseaddr
from functools import cache
from threading import Lock
from urllib.parse import urlsplit

import requests
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from py_vapid import Vapid02

from accounts.errors import DomainError
from accounts.models import User

from .models import PushSubscription

log = structlog.get_logger(__name__)

BROWSERS = 10  # of a person; the oldest goes
SECONDS = 5
KEPT_SECONDS = 3600  # by the service, for a browser that is off
GONE = (404, 410)
WAITING_AT_MOST = 1000
_sender = ThreadPoolExecutor(2, thread_name_prefix="push")
_lock = Lock()
_waiting: set[Future] = set()


def is_on() -> bool:
    return bool(settings.VAPID_PRIVATE_KEY)


def public_key() -> str:
    """What a browser needs to subscribe (applicationServerKey)."""
    point = _vapid(settings.VAPID_PRIVATE_KEY).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


@transaction.atomic
def subscribe(user: User, endpoint: str, p256dh: str, auth: str) -> None:
    """This browser shows this person's notes from now on. Raises DomainError for what is no subscription of a known service."""
    if not (is_allowed(endpoint) and _is_point(p256dh) and len(_decoded(auth)) == 16):
        raise DomainError("not_a_subscription", _("This browser's push service is not known here."))
    PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults={"user": user, "p256dh": p256dh, "auth": auth}
    )
    old = PushSubscription.objects.filter(user=user).order_by("-created_at", "-id").values_list("pk", flat=True)
    PushSubscription.objects.filter(pk__in=list(old[BROWSERS:])).delete()


def unsubscribe(user: User, endpoint: str) -> None:
    PushSubscription.objects.filter(user=user, endpoint=endpoint).delete()


def is_allowed(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
    except ValueError:
        return False
    schemes = ("https",) if settings.PRODUCTION else ("https", "http")
    known = any(host == name or host.endswith(f".{name}") for name in settings.WEB_PUSH_HOSTS)
    return known and parts.scheme in schemes and not parts.username and len(endpoint) <= 1000


def send(row: PushSubscription, note: str) -> None:
    """Send it when there is time. Never raises."""
    with _lock:
        if len(_waiting) >= WAITING_AT_MOST:
            log.warning("push_not_sent", reason="too many wait")
            return
        future = _sender.submit(_deliver, row, note)
        _waiting.add(future)
    future.add_done_callback(_done)


def settle(timeout: float = 10) -> None:
    """Wait until what is on its way has left."""
    with _lock:
        futures = list(_waiting)
    wait(futures, timeout)


def _done(future: Future) -> None:
    with _lock:
        _waiting.discard(future)


def _deliver(row: PushSubscription, note: str) -> None:
    from pywebpush import WebPushException  # with aiohttp and all, it takes 6 MB of each process that has it

    try:
        with requests.Session() as session:
            session.max_redirects = 0
            _post(session, row, note)
    except WebPushException as error:
        if error.status_code in GONE:
            _quietly(lambda: PushSubscription.objects.filter(pk=row.pk).delete())
        log.warning("push_not_sent", status=error.status_code, subscription=str(row.pk))
    except Exception as error:  # noqa: BLE001 - whatever it is, the thread goes on, and the log says its kind
        log.warning("push_not_sent", error=type(error).__name__, subscription=str(row.pk))


def _post(session: requests.Session, row: PushSubscription, note: str) -> None:
    from pywebpush import webpush

    webpush(
        {"endpoint": row.endpoint, "keys": {"p256dh": row.p256dh, "auth": row.auth}},
        data=note,
        vapid_private_key=_vapid(settings.VAPID_PRIVATE_KEY),
        vapid_claims={"sub": f"mailto:{parseaddr(settings.EMAIL_FROM)[1]}"},
        ttl=KEPT_SECONDS,
        headers={"urgency": "high"},
        timeout=SECONDS,
        requests_session=session,
    )


def _quietly(act: Callable) -> None:
    try:
        act()
    finally:
        connection.close()  # this thread's own


@cache
def _vapid(key: str) -> Vapid02:
    return Vapid02.from_raw(key.encode())


def _is_point(text: str) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(text))
    except ValueError:
        return False
    return len(text) <= 100


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
