"""The people of a business: their roles. A business always has an owner."""

from django.db import transaction
from django.utils.translation import gettext as _

from . import audit
from .errors import DomainError
from .models import Membership, User

OWNER = Membership.Role.OWNER


@transaction.atomic
def set_role(membership: Membership, role: str, *, actor: User | None) -> Membership:
    """Raises DomainError (last_owner, 409)."""
    held = _held(membership)
    if role != OWNER:
        _keep_an_owner(held)
    if held.role != role:
        before, held.role = held.role, role
        held.save(update_fields=["role"])
        _record("member.role", held, actor, before=before, role=role)
    return held


@transaction.atomic
def remove(membership: Membership, *, actor: User | None) -> None:
    """Raises DomainError (last_owner, 409)."""
    held = _held(membership)
    _keep_an_owner(held)
    _record("member.removed", held, actor, role=held.role)
    held.delete()


def is_last_owner(membership: Membership, *, lock: bool = False) -> bool:
    """Whether the business would have no owner without this one. ``lock`` holds its owners until the commit."""
    owners = Membership.objects.filter(business=membership.business_id, role=OWNER).order_by("pk")
    return list((owners.select_for_update() if lock else owners).values_list("pk", flat=True)) == [membership.pk]


def _held(membership: Membership) -> Membership:
    """The row as it is now. The owners are locked first, by all in the same order: of two who remove each other one
    stays."""
    list(Membership.objects.select_for_update().filter(business=membership.business_id, role=OWNER).order_by("pk"))
    return Membership.objects.select_for_update(of=("self",)).select_related("user", "business").get(pk=membership.pk)


def _keep_an_owner(membership: Membership) -> None:
    if is_last_owner(membership, lock=True):
        raise DomainError("last_owner", _("A business needs an owner. Make somebody else an owner first."), status=409)


def _record(action: str, membership: Membership, actor: User | None, **details) -> None:
    audit.record(action, business=membership.business, actor=actor, target=str(membership.user_id), **details)
