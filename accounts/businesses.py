"""Create a business and its people and numbers."""

import hashlib
import hmac

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django_scopes import scopes_disabled

from . import audit
from .models import Business, Membership, Settings, User, WhatsAppNumber
from .secrets import set_secret


class BusinessExists(Exception):
    """A business with this short name is there already."""


@transaction.atomic
def create(name: str, *, slug: str = "", actor: User | None = None, **fields) -> Business:
    """A business with its settings. Raises BusinessExists. ``fields``: time_zone, language, currency."""
    slug = slug or slugify(name) or "shop"
    if Business.objects.filter(slug=slug).exists():
        raise BusinessExists(f"A business with the short name {slug!r} is there already. Choose another with --slug.")
    business = Business(name=name, slug=slug, **fields)
    business.full_clean()
    business.save()
    with scopes_disabled():
        Settings.objects.create(business=business)
    audit.record("business.created", business=business, actor=actor, target=str(business.pk))
    return business


@transaction.atomic
def add_member(business: Business, user: User, role: str, *, actor: User | None = None) -> Membership:
    """Give a person a role; one who has a role already gets the new one."""
    membership, _ = Membership.objects.update_or_create(business=business, user=user, defaults={"role": role})
    user.__dict__.pop("is_staff", None)
    audit.record("member.role", business=business, actor=actor, target=str(user.pk), role=role)
    return membership


@transaction.atomic
def connect_number(
    business: Business,
    phone_number_id: str,
    *,
    access_token: str | None = None,
    app_secret: str | None = None,
    actor: User | None = None,
    **fields,
) -> WhatsAppNumber:
    """Create the number, or refresh it. A token or secret of None stays as it is; "" removes it.

    Raises ValueError where the number belongs to another business.
    """
    with scopes_disabled():
        number = WhatsAppNumber.objects.select_for_update().filter(phone_number_id=phone_number_id).first()
        if number and number.business_id != business.pk:
            raise ValueError(f"The number {phone_number_id} belongs to another business.")
        number = number or WhatsAppNumber(business=business, phone_number_id=phone_number_id)
        for field, value in fields.items():
            setattr(number, field, value)
        if access_token is not None:
            set_secret(number, "access_token", access_token)
        if app_secret is not None:
            set_app_secret(number, app_secret)
        number.save()
    audit.record("number.connected", business=business, actor=actor, target=str(number.pk), fields=sorted(fields))
    return number


def set_app_secret(number: WhatsAppNumber, app_secret: str) -> None:
    """Put an app secret, and the mark that names it, into a number that is not saved yet."""
    set_secret(number, "app_secret", app_secret)
    number.app_secret_mark = secret_mark(app_secret)


def secret_mark(app_secret: str) -> str:
    """A name of a secret that tells nothing of it: equal secrets have equal marks. The empty secret's is empty."""
    if not app_secret:
        return ""
    return hmac.new(settings.SECRET_KEY.encode(), b"app-secret:" + app_secret.encode(), hashlib.sha256).hexdigest()
