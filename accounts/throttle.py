"""How often a password or a code may be guessed, at every door alike: the form, the admin, the API, the second factor.

Three counts, each for 15 minutes: an account from one network, all accounts from one network, one account from places
that it has never been used from. A person's own browser and networks (KnownPlace) are not held by the third, so that
somebody who guesses from a thousand addresses does not lock them out; and no count lasts longer than its window.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from . import limits
from .address import network
from .errors import DomainError
from .limits import Limit
from .models import KnownPlace, User

WINDOW = 15 * 60
PAIR = Limit("sign-in of an account from a network", 10, WINDOW, forgiving=True)
NETWORK = Limit("sign-ins from a network", 100, WINDOW)
ACCOUNT = Limit("sign-in of an account from new places", 30, WINDOW)
CODES = Limit("codes of an account", 10, WINDOW, forgiving=True)
DEVICE_COOKIE = "device"
KNOWN_FOR = timedelta(days=90)


class TooManyAttempts(DomainError):
    def __init__(self, seconds: int):
        minutes = max(round(seconds / 60), 1)
        super().__init__(
            "too_many_attempts",
            _("Too many attempts. Try again in %(minutes)s min, or reset the password.") % {"minutes": minutes},
            status=429,
            retry_after=seconds,
        )


def attempt(email: str, address: str | None, device: str = "") -> None:
    """Count an attempt to sign in, before the password is looked at. Raises TooManyAttempts. It makes no difference
    whether there is such an account.
    """
    email = email.strip().lower()
    place = network(address)
    counts = [(PAIR, f"{email}|{place}"), (NETWORK, place)]
    if not is_known(email, address, device):
        counts.append((ACCOUNT, email))
    _take(counts)


def attempt_code(user: User) -> None:
    """Count an attempt at a code of the second factor or of recovery. Raises TooManyAttempts."""
    _take([(CODES, str(user.pk))])


def succeeded(user: User, address: str | None, device: str = "") -> str:
    """The sign-in was right, its code too where one was asked for: the counts begin anew, and the place is known from
    here on. Returns the device's token, for the cookie."""
    limits.forget(CODES, str(user.pk))
    return known_from_here(user, address, device)


def known_from_here(user: User, address: str | None, device: str = "") -> str:
    """The password was right, or the mailbox is theirs: the place is known. That says nothing of the codes, whose
    count goes on."""
    limits.forget(PAIR, f"{user.email}|{network(address)}")
    device = device if _well_formed(device) else secrets.token_urlsafe(24)
    now = timezone.now()
    KnownPlace.objects.bulk_create(
        [KnownPlace(user=user, mark=mark, seen_at=now) for mark in _marks(user.email, address, device)],
        update_conflicts=True,
        unique_fields=["user", "mark"],
        update_fields=["seen_at"],
    )
    return device


def keep_device(response, device: str) -> None:
    """Have the browser name its device from now on."""
    response.set_cookie(
        DEVICE_COOKIE,
        device,
        max_age=KNOWN_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def is_known(email: str, address: str | None, device: str = "") -> bool:
    return KnownPlace.objects.filter(
        user__email=email, mark__in=_marks(email, address, device), seen_at__gt=timezone.now() - KNOWN_FOR
    ).exists()


def _take(counts: list[tuple[Limit, str]]) -> None:
    refused = [usage for usage in [limits.take(limit, value) for limit, value in counts] if usage.refused]
    if refused:
        raise TooManyAttempts(max(usage.reset for usage in refused))


def _marks(email: str, address: str | None, device: str) -> list[str]:
    said = [f"network:{network(address)}"] if address else []
    if _well_formed(device):
        said.append(f"device:{device}")
    return [
        hmac.new(settings.SECRET_KEY.encode(), f"{email}|{text}".encode(), hashlib.sha256).hexdigest() for text in said
    ]


def _well_formed(device: str) -> bool:
    return len(device) == 32 and device.replace("-", "").replace("_", "").isalnum() and device.isascii()
