"""Invitations: how a person becomes a member of a business.

An owner names an e-mail and a role; whoever opens the link that is mailed takes the place, by a POST, as the person
with that e-mail. So nobody is put into a business by somebody else's word for who has an e-mail: an account may have
been opened with a foreign one (registration does not prove it), the link comes only to its mailbox, or by the owner's
own hand.

The token is kept as a hash. One invitation of an e-mail is open at a time: a new one ends the old. All of it is read
without a scope: who opens a link is not in the business yet.
"""

import hashlib
import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from . import audit, limits, mail
from .errors import DomainError
from .limits import Limit
from .models import Business, Invitation, Membership, User

LIFETIME = timedelta(days=7)
A_DAY = Limit("invitations of a business", 50, 24 * 3600)
# Of all businesses together: whoever opens one may invite, and a mailbox is not to be flooded by many of them.
MAILED = Limit("invitations mailed to an e-mail", 5, 24 * 3600)


def invite(business: Business, email: str, role: str, *, actor: User) -> tuple[Invitation, str]:
    """Make an invitation and mail its link, unless that e-mail has had enough of them for today. Returns the token too,
    which is not stored: ``link`` makes the address of it.

    Raises DomainError: invalid, already_a_member, too_many_invitations.
    """
    email = _checked(business, email, role)
    if limits.take(A_DAY, str(business.pk)).refused:
        raise DomainError("too_many_invitations", _("That is enough invitations for today."), status=429)
    token = secrets.token_urlsafe(32)
    row = _placed(business, email, role, token, actor)
    if not limits.take(MAILED, email).refused:
        mail.invitation(row, business, actor, link(token))
    return row, token


def link(token: str) -> str:
    return mail.address(reverse("account_join", args=[token]))


@transaction.atomic
def withdraw(row: Invitation, *, actor: User | None) -> None:
    """The link does not work any more. One that has ended already stays ended."""
    with scopes_disabled():
        if Invitation.objects.filter(pk=row.pk, ended_at=None).update(ended_at=timezone.now()):
            audit.record("invitation.withdrawn", business=row.business, actor=actor, target=str(row.pk))


def withdraw_all(business: Business, email: str, *, actor: User | None) -> None:
    """Those of an e-mail."""
    with scopes_disabled():
        for row in Invitation.objects.filter(business=business, email=email, ended_at=None):
            withdraw(row, actor=actor)


def pending(business: Business) -> QuerySet[Invitation]:
    return Invitation.objects.filter(business=business, ended_at=None, expires_at__gt=timezone.now())


def find(token: str) -> Invitation | None:
    """The invitation of a link, also where it has ended."""
    with scopes_disabled():
        return Invitation.objects.select_related("business").filter(digest=_digest(token)).first()


def is_open(row: Invitation) -> bool:
    return row.ended_at is None and row.expires_at > timezone.now() and row.business.active


@transaction.atomic
def accept(token: str, user: User) -> Membership:
    """The person takes the place. Of any number at once one succeeds. Who is a member already keeps their role.

    Raises DomainError: not_found, ended, wrong_person.
    """
    row = _held(token)
    if user.email != row.email:
        raise DomainError("wrong_person", _("This invitation is for somebody else."), status=403)
    return _taken(row, user)


def join(token: str, name: str, password: str) -> User:
    """A person who has no account yet gets one, and the place. The password has been validated.

    Raises DomainError: not_found, ended, has_account.
    """
    try:
        with transaction.atomic():
            row = _held(token)
            user = User.objects.create_user(row.email, password, name=name)
            _taken(row, user)
    except IntegrityError:  # somebody has opened an account with this e-mail meanwhile
        raise DomainError("has_account", _("You have an account here. Sign in first."), status=409) from None
    return user


def _checked(business: Business, email: str, role: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise DomainError("invalid", error.messages[0], email=error.messages[0]) from None
    if role not in Membership.Role:
        raise DomainError("invalid", _("There is no such role."), role=_("There is no such role."))
    if Membership.objects.filter(business=business, user__email=email).exists():
        words = _("This person is a member already.")
        raise DomainError("already_a_member", words, status=409, email=words)
    return email


def _placed(business: Business, email: str, role: str, token: str, actor: User) -> Invitation:
    for _again in range(3):
        try:
            with transaction.atomic(), scopes_disabled():
                Invitation.objects.filter(business=business, email=email, ended_at=None).update(ended_at=timezone.now())
                row = Invitation.objects.create(
                    business=business,
                    email=email,
                    role=role,
                    digest=_digest(token),
                    invited_by=actor,
                    expires_at=timezone.now() + LIFETIME,
                )
                audit.record("invitation.sent", business=business, actor=actor, target=str(row.pk), role=role)
                return row
        except IntegrityError:
            continue  # another invitation of this e-mail came in between: it is ended like the one before
    raise DomainError("invited_already", _("Somebody else invites this person at this moment."), status=409)


def _held(token: str) -> Invitation:
    with scopes_disabled():
        rows = Invitation.objects.select_related("business").select_for_update(of=("self",))
        row = rows.filter(digest=_digest(token)).first()
    if row is None:
        raise DomainError("not_found", _("There is no such invitation."), status=404)
    if not is_open(row):
        raise DomainError("ended", _("This invitation has ended. Ask for a new one."), status=410)
    return row


def _taken(row: Invitation, user: User) -> Membership:
    with scopes_disabled():
        Invitation.objects.filter(pk=row.pk).update(ended_at=timezone.now())
    membership, created = Membership.objects.get_or_create(
        business=row.business, user=user, defaults={"role": row.role}
    )
    user.__dict__.pop("is_staff", None)
    audit.record(
        "member.joined",
        business=row.business,
        actor=user,
        target=str(user.pk),
        role=membership.role,
        invitation=str(row.pk),
        was_member=not created,
    )
    return membership


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
