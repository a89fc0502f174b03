"""The second factor: codes of an authenticator app (TOTP) and recovery codes, both allauth's.

Every attempt at a code counts (throttle.py), and a code that was used once is not taken again.
"""

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from . import throttle
from .errors import DomainError
from .models import Business, Settings, User


def is_on(user: User) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def is_missing(user: User, business: Business) -> bool:
    """Whether the business asks its members for a second factor, and this one has none."""
    required = Settings._base_manager.filter(business=business, two_factor_required=True).exists()
    return required and not is_on(user)


def check(user: User, code: str) -> None:
    """Take a code, or a recovery code, of a person whose password was right. Raises DomainError, TooManyAttempts."""
    throttle.attempt_code(user)
    for authenticator in Authenticator.objects.filter(user_id=user.pk).exclude(type=Authenticator.Type.WEBAUTHN):
        if authenticator.wrap().validate_code(code.strip()):
            authenticator.record_usage()
            return
    raise DomainError("wrong_code", _("This code is not right, or it was used before."), status=401)
