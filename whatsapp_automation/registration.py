"""A person opens a business of their own. Its model is off until the installation's owner grants it tokens."""

import secrets

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts import audit, passwords
from accounts.businesses import BusinessExists
from accounts.models import Business, User

from . import onboarding


class AccountExists(Exception):
    """There is an account with this e-mail. Who asks must not learn it."""


@transaction.atomic
def register(business_name: str, name: str, email: str, password: str, phone: str = "") -> tuple[User, Business]:
    """The person, who owns the business. Raises AccountExists, and DomainError where the password is too weak."""
    email = email.strip().lower()
    passwords.accept(password, User(email=email, name=name))
    if User.objects.filter(email=email).exists():
        raise AccountExists
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name, phone=phone)
    except IntegrityError:  # at the same moment
        raise AccountExists from None
    business = _open(business_name, user)
    Business.objects.filter(pk=business.pk).update(ai_daily_tokens=0)
    business.ai_daily_tokens = 0
    audit.record("registered", business=business, actor=user, target=str(user.pk))
    return user, business


def _open(name: str, owner: User) -> Business:
    """Names may be alike, short names may not: a second one gets a tail."""
    slug = slugify(name)[:50] or "shop"
    for short in (slug, f"{slug}-{secrets.token_hex(3)}"):
        try:
            with transaction.atomic():
                return onboarding.open_business(name, owner=owner, slug=short)
        except (BusinessExists, IntegrityError):
            continue
    raise BusinessExists(f"No short name is free for {name!r}.")
