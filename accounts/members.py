"""Who works in a business, and as what: the page, the API and the admin come here.

How one becomes a member: invitations.py. A business never loses its last owner.
"""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from . import audit, invitations, keys
from .errors import DomainError
from .models import Business, Membership, User

OWNER = Membership.Role.OWNER


def of(business: Business) -> QuerySet[Membership]:
    """With their ``user``, and ``two_factor``: whether it is on."""
    codes = Authenticator.objects.filter(user_id=OuterRef("user_id"), type=Authenticator.Type.TOTP)
    rows = Membership.objects.filter(business=business).select_related("user")
    return rows.annotate(two_factor=Exists(codes)).order_by("created_at")


@transaction.atomic
def set_role(membership: Membership, role: str, *, actor: User | None) -> Membership:
    """An owner who becomes less loses the API keys that they made. Raises DomainError: last_owner, not_a_member (removed
    meanwhile)."""
    held = _held(membership)
    if role not in Membership.Role:
        raise DomainError("invalid", _("There is no such role."), role=_("There is no such role."))
    if held.role == role:
        return held
    if role != OWNER:
        _keep_an_owner(held)
        keys.revoke_made_by(held.user, held.business, actor=actor)
    before, held.role = held.role, role
    held.save(update_fields=["role"])
    _record("member.role", held, actor, before={"role": before}, after={"role": role})
    return held


@transaction.atomic
def remove(membership: Membership, *, actor: User | None) -> None:
    """The person stays, and what they did; a link by which they could come back, and the API keys that they made, do not
    work any more. Raises DomainError: last_owner, not_a_member."""
    held = _held(membership)
    _keep_an_owner(held)
    keys.revoke_made_by(held.user, held.business, actor=actor)
    invitations.withdraw_all(held.business, held.user.email, actor=actor)
    _record("member.removed", held, actor, before={"role": held.role}, after={})
    held.delete()


def is_last_owner(membership: Membership, *, lock: bool = False) -> bool:
    """Whether the business would have no owner without this one who can sign in. ``lock`` holds its owners until the
    commit."""
    owners = Membership.objects.filter(business=membership.business_id, role=OWNER).order_by("pk")
    found = list((owners.select_for_update() if lock else owners).values_list("pk", flat=True))
    others = owners.filter(user__is_active=True).exclude(pk=membership.pk)
    return membership.pk in found and not others.exists()


def _held(membership: Membership) -> Membership:
    # The owners first, in one order for everybody: two who take each other's role must not wait for each other.
    owners = Membership.objects.filter(business=membership.business_id, role=OWNER).order_by("pk")
    list(owners.select_for_update().values_list("pk", flat=True))
    held = Membership.objects.select_for_update().filter(pk=membership.pk).first()
    if held is None:
        raise DomainError("not_a_member", _("This person is not a member any more."), status=404)
    return held


def _keep_an_owner(held: Membership) -> None:
    if held.role == OWNER and is_last_owner(held, lock=True):
        words = _("A business needs an owner. Make somebody else an owner first.")
        raise DomainError("last_owner", words, status=409)


def _record(action: str, held: Membership, actor: User | None, *, before: dict, after: dict) -> None:
    audit.record(action, business=held.business, actor=actor, target=str(held.user_id), before=before, after=after)
