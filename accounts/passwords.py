"""Passwords: their change, and their reset by mail. The pages, the admin and the API come here."""

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse

from . import audit, limits, mail, tokens
from .address import network
from .limits import Limit
from .models import User

HOUR = 3600
RESETS_OF_AN_EMAIL = Limit("password resets of an e-mail", 3, HOUR)
RESETS_OF_A_NETWORK = Limit("password resets from a network", 20, HOUR)


def change(user: User, password: str, *, actor: User | None, by_mail: bool = False) -> None:
    """Set a validated password. All sessions end (their hash is the old password's: a page that keeps its own calls
    ``update_session_auth_hash``), and so does every sign-in by the API.
    """
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        tokens.revoke_all(user)
        audit.record("password.changed", business=None, actor=actor, target=str(user.pk), by_mail=by_mail)
    mail.password_changed(user)


@transaction.atomic
def take_away(user: User, *, actor: User) -> None:
    """The person has none any more, and is signed out everywhere. A reset by mail gives a new one."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    tokens.revoke_all(user)
    audit.record("password.removed", business=None, actor=actor, target=str(user.pk))


def ask_for_reset(email: str, address: str | None) -> None:
    """Mail a link to whoever has an account with this e-mail. Silent in every case: nobody learns who has one, or that
    a limit was met.
    """
    email = email.strip().lower()
    of_email = limits.take(RESETS_OF_AN_EMAIL, email)  # both are counted, whatever the other says
    of_network = limits.take(RESETS_OF_A_NETWORK, network(address))
    if of_email.refused or of_network.refused:
        return
    user = User.objects.filter(email=email, is_active=True).first()
    if user is not None:
        mail.password_reset(user, _link(user))


def _link(user: User) -> str:
    key = default_token_generator.make_token(user)
    return mail.address(reverse("account_reset_password_from_key", kwargs={"uidb36": user.pk.hex, "key": key}))
