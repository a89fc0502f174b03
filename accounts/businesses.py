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

SECRETS = ("access_token", "app_secret", "verify_token")  # of a number


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


OF_INSTALLATION = ("slug", "active", "ai_daily_tokens")


@transaction.atomic
def administer(business: Business, *, actor: User | None, **fields) -> Business:
    """What the installation's owner alone changes of a business: OF_INSTALLATION, such as the model's tokens that it is
    granted. Raises ValidationError.
    """
    held = Business.objects.select_for_update(no_key=True).get(pk=business.pk)
    before = {name: getattr(held, name) for name in fields if name in OF_INSTALLATION}
    for name in before:
        setattr(held, name, fields[name])
    changed = [name for name in before if getattr(held, name) != before[name]]
    if not changed:
        return held
    held.full_clean(exclude={f.name for f in held._meta.fields} - set(changed))
    held.save(update_fields=changed)
    after = {name: getattr(held, name) for name in changed}
    before = {name: before[name] for name in changed}
    audit.record("business.changed", business=held, actor=actor, target=str(held.pk), before=before, after=after)
    return held


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
    """Create the number, or refresh it. A token or secret of None stays as it is; "" removes it. The audit log gets what
    was there before and after, and of secrets only that they are others now.

    Raises ValueError where the number belongs to another business.
    """
    with scopes_disabled():
        number = WhatsAppNumber.objects.select_for_update().filter(phone_number_id=phone_number_id).first()
        if number and number.business_id != business.pk:
            raise ValueError(f"The number {phone_number_id} belongs to another business.")
        number = number or WhatsAppNumber(business=business, phone_number_id=phone_number_id)
        is_new, before = number._state.adding, _told(number, fields)
        for field, value in fields.items():
            setattr(number, field, value)
        if access_token is not None:
            set_secret(number, "access_token", access_token)
        if app_secret is not None:
            set_app_secret(number, app_secret)
        number.save()
    secrets = {"access_token": access_token, "app_secret": app_secret, "verify_token": fields.get("verify_token")}
    _record_number(
        number, actor, is_new, before, _told(number, fields), [n for n, v in secrets.items() if v is not None]
    )
    return number


def _told(number: WhatsAppNumber, fields) -> dict:
    """The values of columns as JSON holds them; a secret's is not among them."""
    plain = [f for f in number._meta.concrete_fields if f.name in fields and f.name not in SECRETS]
    return {f.name: v if isinstance(v := getattr(number, f.name), bool | int | None) else str(v) for f in plain}


def _record_number(number: WhatsAppNumber, actor, is_new: bool, before: dict, after: dict, secrets: list[str]) -> None:
    changed = [name for name in after if is_new or before[name] != after[name]]
    if not (is_new or changed or secrets):
        return
    audit.record(
        "number.connected" if is_new else "number.changed",
        business=number.business,
        actor=actor,
        target=str(number.pk),
        before={} if is_new else {name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        secrets_changed=sorted(secrets),
    )


def set_app_secret(number: WhatsAppNumber, app_secret: str) -> None:
    """Put an app secret, and the mark that names it, into a number that is not saved yet."""
    set_secret(number, "app_secret", app_secret)
    number.app_secret_mark = secret_mark(app_secret)


def secret_mark(app_secret: str) -> str:
    """A name of a secret that tells nothing of it: equal secrets have equal marks. The empty secret's is empty."""
    if not app_secret:
        return ""
    return hmac.new(settings.SECRET_KEY.encode(), b"app-secret:" + app_secret.encode(), hashlib.sha256).hexdigest()
