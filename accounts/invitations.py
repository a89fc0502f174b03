"""Invitations to a business: a link for one e-mail, good for seven days and once."""

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import audit
from .errors import DomainError
from .models import Business, Invitation, Membership, User

GOOD_FOR = timedelta(days=7)


@transaction.atomic
def invite(business: Business, email: str, role: str, *, actor: User | None) -> tuple[Invitation, str]:
    """The invitation, and the token of its link, which nobody sees again. An open one of the same e-mail ends.

    Raises DomainError (already_member, 409).
    """
    email, token = email.strip().lower(), secrets.token_urlsafe(32)
    if Membership.objects.filter(business=business, user__email=email).exists():
        raise DomainError("already_member", _("This person is a member already."), status=409)
    now = timezone.now()
    Invitation.objects.filter(business=business, email=email, ended_at=None).update(ended_at=now)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                business=business,
                email=email,
                role=role,
                digest=hashlib.sha256(token.encode()).hexdigest(),
                invited_by=actor,
                expires_at=now + GOOD_FOR,
            )
    except IntegrityError:  # somebody invited them at the same moment
        raise DomainError("already_invited", _("This person has just been invited."), status=409) from None
    audit.record("invitation.sent", business=business, actor=actor, target=str(invitation.pk), role=role)
    return invitation, token


@transaction.atomic
def withdraw(invitation: Invitation, *, actor: User | None) -> None:
    """End it, at once. One that has ended is no error."""
    if Invitation.objects.filter(pk=invitation.pk, ended_at=None).update(ended_at=timezone.now()):
        audit.record("invitation.withdrawn", business=invitation.business, actor=actor, target=str(invitation.pk))
