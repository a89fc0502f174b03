"""Sign in with a password, and the code of the second factor where there is one. Every attempt is counted first."""

from django.contrib.auth.models import update_last_login
from django.utils.translation import gettext as _

from . import audit, passwords, throttle, twofactor
from .errors import DomainError
from .models import User


def enter(email: str, password: str, code: str = "", *, address: str | None, device: str, by: str) -> tuple[User, str]:
    """The person, and the token by which their device is known from now on. ``by``: which door, for the audit log.

    Raises TooManyAttempts and DomainError (401): ``wrong_credentials`` alike for an unknown e-mail, a wrong password
    and an account that is switched off; ``two_factor_code_needed`` once the password was right; ``wrong_code``.
    """
    throttle.attempt(email, address, device)
    user = passwords.owner_of(email, password)
    if user is None:
        audit.record("sign_in_failed", business=None, actor=None, by=by)
        raise DomainError("wrong_credentials", _("The e-mail or the password is not right."), status=401)
    if twofactor.is_on(user):
        _second_factor(user, code, by)
    device = throttle.succeeded(user, address, device)
    update_last_login(None, user)
    audit.record("sign_in", business=None, actor=user, target=str(user.pk), by=by)
    return user, device


def _second_factor(user: User, code: str, by: str) -> None:
    if not code:
        raise DomainError(
            "two_factor_code_needed", _("Enter the code of your authenticator app, or a recovery code."), status=401
        )
    try:
        twofactor.check(user, code)
    except DomainError:
        audit.record("sign_in_failed", business=None, actor=user, target=str(user.pk), by=by, at="code")
        raise
