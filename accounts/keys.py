"""API keys: a program's way in. Of one business, with scopes, kept as a hash and shown once."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scope, scopes_disabled

from . import audit
from .errors import DomainError
from .models import ApiKey, Business, User

BEGINS = "wak_"
SECTIONS = ("conversations", "contacts", "leads", "rules", "products", "numbers", "settings", "users")
SCOPES = tuple(f"{section}:{verb}" for section in SECTIONS for verb in ("read", "write"))
MOST = 50  # of a business, in force
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create(
    business: Business, name: str, scopes: list[str], *, actor: User, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """The key's row, and the key itself, which nobody sees again. Raises DomainError."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise DomainError("invalid", _("Choose what the key may do."), scopes=_("Known are %s.") % ", ".join(SCOPES))
    Business.objects.select_for_update(no_key=True).get(pk=business.pk)  # one key at a time: the count is right
    if in_force(business).count() >= MOST:
        raise DomainError("too_many_keys", _("A business has %s keys at most. Revoke one first.") % MOST, status=409)
    text = BEGINS + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        business=business,
        name=name.strip(),
        prefix=text[:12],
        digest=_digest(text),
        scopes=sorted(set(scopes)),
        created_by=actor,
        expires_at=expires_at,
    )
    audit.record("key.created", business=business, actor=actor, target=str(key.pk), name=key.name, scopes=key.scopes)
    return key, text


@transaction.atomic
def revoke(key: ApiKey, *, actor: User | None) -> None:
    """End a key, at once and for good."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record("key.revoked", business=key.business, actor=actor, target=str(key.pk))


def revoke_made_by(user: User, business: Business, *, actor: User | None) -> None:
    """End the keys that somebody made: they know them, and are not an owner any more."""
    with scope(business=business):
        for key in in_force(business).filter(created_by=user):
            revoke(key, actor=actor)


def in_force(business: Business):
    now = timezone.now()
    return ApiKey.objects.filter(business=business, revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))


def find(text: str) -> ApiKey | None:
    """The key that is in force, of an active business; its use is noted, once a minute."""
    with scopes_disabled():
        now = timezone.now()
        key = (
            ApiKey.objects.select_related("business")
            .filter(digest=_digest(text), revoked_at=None, business__active=True)
            .filter(Q(expires_at=None) | Q(expires_at__gt=now))
            .first()
        )
        if key and (key.last_used_at is None or now - key.last_used_at > _USE_IS_NOTED_EVERY):
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        return key


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
