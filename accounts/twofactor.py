"""The second factor: codes of an authenticator app (TOTP) and recovery codes, both allauth's.

Every attempt at a code counts (throttle.py), and a code that was used once is not taken again.
"""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from . import limits, throttle
from .errors import DomainError
from .models import Business, Settings, User


def is_on(user: User) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def who_has_it(user_ids: list) -> set:
    """Those of these people for whom it is on."""
    rows = Authenticator.objects.filter(user_id__in=user_ids, type=Authenticator.Type.TOTP)
    return set(rows.values_list("user_id", flat=True))


def is_missing(user: User, business: Business) -> bool:
    """Whether the business asks its members for a second factor, and this one has none."""
    required = Settings._base_manager.filter(business=business, two_factor_required=True).exists()
    return required and not is_on(user)


def check(user: User, code: str) -> None:
    """Take a code, or a recovery code, of a person whose password was right. Raises DomainError, TooManyAttempts."""
    throttle.attempt_code(user)
    try:
        right = _take(user, code.strip())
    except limits.AWAY:  # allauth notes a used code in the cache: without it one could be used twice
        raise DomainError(
            "try_again", _("Codes cannot be checked just now. Try again in a minute."), status=503
        ) from None
    if not right:
        raise DomainError("wrong_code", _("This code is not right, or it was used before."), status=401)


@transaction.atomic
def _take(user: User, code: str) -> bool:
    """The rows are locked: of two uses of one recovery code at once, one succeeds."""
    held = Authenticator.objects.select_for_update().filter(user_id=user.pk)
    for authenticator in held.exclude(type=Authenticator.Type.WEBAUTHN):
        if authenticator.wrap().validate_code(code):
            authenticator.record_usage()
            return True
    return False
