"""Sign in by the API: a password, and the code of the second factor where there is one. Every attempt is counted first,
as on the pages (signin/). And the end of all sign-ins of a person, at every door.
"""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import update_last_login
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from . import access, audit, throttle, tokens, twofactor
from .errors import DomainError
from .models import User


def enter(email: str, password: str, code: str = "", *, address: str | None, device: str) -> tuple[User, str]:
    """The person, and the token by which their device is known from now on.

    Raises TooManyAttempts and DomainError (401): ``wrong_credentials`` alike for an unknown e-mail, a wrong password
    and an account that is switched off; ``two_factor_code_needed`` once the password was right; ``wrong_code``.
    """
    throttle.attempt(email, address, device)
    known = User.objects.filter(email=email.strip().lower()).first()
    if known is None or not known.check_password(password) or not known.is_active:
        if known is None:
            make_password(password)  # takes as long as to check one
        audit.record("sign_in_failed", business=None, actor=None, target=str(known.pk if known else ""), by="api")
        raise DomainError("wrong_credentials", _("The e-mail or the password is not right."), status=401)
    if twofactor.is_on(known):
        _second_factor(known, code)
    device = throttle.succeeded(known, address, device)
    update_last_login(None, known)
    _record("sign_in", known)
    return known, device


@transaction.atomic
def end_all(user: User) -> None:
    """End every session of a person and every sign-in by the API, also what is half way. A page that keeps its own session
    calls ``update_session_auth_hash``."""
    User.objects.filter(pk=user.pk).update(sign_ins_ended=F("sign_ins_ended") + 1)
    user.refresh_from_db(fields=["sign_ins_ended"])
    tokens.revoke_all(user)


def left(user: User) -> None:
    """They have signed out."""
    _record("sign_out", user)


def _second_factor(user: User, code: str) -> None:
    if not code:
        raise DomainError(
            "two_factor_code_needed", _("Enter the code of your authenticator app, or a recovery code."), status=401
        )
    try:
        twofactor.check(user, code)
    except DomainError:
        audit.record("sign_in_failed", business=None, actor=user, target=str(user.pk), by="api", at="code")
        raise


def _record(action: str, user: User) -> None:
    business = access.current(access.businesses_of(user), user.last_business)
    audit.record(action, business=business, actor=user, target=str(user.pk), by="api")
