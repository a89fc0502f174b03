"""Passwords: whose it is, and a new one."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from . import audit, tokens
from .errors import DomainError
from .models import User


def owner_of(email: str, password: str) -> User | None:
    """The active person with this e-mail and password. An account that is not there takes as long to answer as one
    that is.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        make_password(password)
        return None
    return user if user.check_password(password) and user.is_active else None


@transaction.atomic
def change(user: User, old: str, new: str, *, by: str) -> User:
    """Give a person a new password: every session and every sign-in by the API ends, the one that asks too. ``by``:
    which door. Raises DomainError, with ``old`` or ``new`` among its fields.
    """
    held = User.objects.select_for_update().get(pk=user.pk)
    if not held.check_password(old):
        raise DomainError("wrong_password", _("The present password is not right."), old=_("This is not right."))
    accept(new, held, field="new")
    held.set_password(new)
    held.save(update_fields=["password"])  # a session holds a mark of the password, and ends by that
    tokens.revoke_all(held)
    audit.record("password.changed", business=None, actor=held, target=str(held.pk), by=by)
    return held


def accept(password: str, user: User, *, field: str = "password") -> None:
    """Raises DomainError where the password is too weak for this person."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise DomainError("weak_password", _("Choose another password."), **{field: error.messages}) from None
