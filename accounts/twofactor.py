"""The second factor: codes of an authenticator app (TOTP) and recovery codes, both allauth's.

Every attempt at a code counts (throttle.py), and a code that was used once is not taken again.
"""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from . import audit, mail, throttle
from .access import businesses_of
from .errors import DomainError
from .models import Business, Settings, User


def is_on(user: User) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def is_missing(user: User, business: Business) -> bool:
    """Whether the business asks its members for a second factor, and this one has none."""
    required = Settings._base_manager.filter(business=business, two_factor_required=True).exists()
    return required and not is_on(user)


def is_required_of(user: User) -> bool:
    """Whether any business of theirs asks for it."""
    return Settings._base_manager.filter(business__in=businesses_of(user), two_factor_required=True).exists()


def check(user: User, code: str) -> None:
    """Take a code, or a recovery code, of a person whose password was right. Raises DomainError, TooManyAttempts."""
    throttle.attempt_code(user)
    taken = take(user, code)
    if taken is None:
        raise DomainError("wrong_code", _("This code is not right, or it was used before."), status=401)
    taken.record_usage()


def take(user: User, code: str) -> Authenticator | None:
    """Use up a code: what it belongs to, or None where it is not right or was used before. The attempt must have been
    counted."""
    code = "".join(code.split())  # apps show 123 456
    for authenticator in Authenticator.objects.filter(user_id=user.pk).exclude(type=Authenticator.Type.WEBAUTHN):
        is_totp = authenticator.type == Authenticator.Type.TOTP
        if _take_totp(authenticator, code) if is_totp else authenticator.wrap().validate_code(code):
            authenticator.user = user
            return authenticator
    return None


def switch_off(user: User, *, actor: User | None) -> bool:
    """Take a person's second factor and recovery codes away: theirs are lost. False where there was none."""
    with transaction.atomic():
        gone, _by_model = Authenticator.objects.filter(user_id=user.pk).delete()
        if gone:
            audit.record("two_factor.off", business=None, actor=actor, target=str(user.pk))
    if gone:
        mail.two_factor(user, on=False)
    return bool(gone)


@transaction.atomic
def _take_totp(authenticator: Authenticator, code: str) -> bool:
    """allauth remembers used codes in the cache, for shorter than they are good, and not at all where Redis has lost
    them. Here the row says up to which half minute codes are used up (RFC 6238, 5.2)."""
    held = Authenticator.objects.select_for_update().filter(pk=authenticator.pk).first()
    if held is None:
        return False
    secret, used = decrypt(held.data["secret"]), held.data.get("used_up_to", 0)
    for counter in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if counter > used and constant_time_compare(code, expected):
            held.data["used_up_to"] = counter
            held.save(update_fields=["data"])
            return True
    return False
