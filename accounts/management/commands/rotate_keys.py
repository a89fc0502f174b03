"""manage.py rotate_keys: encrypt every stored secret with the first key of FIELD_ENCRYPTION_KEYS.

To rotate: put a new key in front of the others, restart, run this, then take the old key away. It may run while the
product does, and may be run again.
"""

from collections.abc import Iterator

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django_scopes import scopes_disabled

from accounts import audit
from accounts.secrets import SecretError, SecretField, reseal
from accounts.signin import codes

BATCH = 200


class Command(BaseCommand):
    help = "Encrypt every stored secret with today's first key. The keys before it must still be there."

    def handle(self, **options):
        total, lost = 0, []
        with scopes_disabled():
            for field in secret_fields():
                for rows in _batches(field):
                    count, failed = _reseal(field, rows)
                    total += count
                    lost += failed
        count, failed = codes.reseal_all()
        total, lost = total + count, lost + failed
        audit.record("secrets.resealed", business=None, actor=None, count=total, lost=len(lost))
        self.stdout.write(f"Encrypted {total} {'secret' if total == 1 else 'secrets'} with the first key.")
        if lost:
            raise CommandError(
                f"{len(lost)} could not be opened and stay as they are; enter them again: {', '.join(lost)}"
            )


def secret_fields() -> list[SecretField]:
    """Every SecretField of every model."""
    return [
        field for model in apps.get_models() for field in model._meta.local_fields if isinstance(field, SecretField)
    ]


def _batches(field: SecretField) -> Iterator[list]:
    """The keys of the rows that hold a secret, some at a time, in the order of the keys."""
    rows = field.model._base_manager.exclude(**{field.attname: ""}).order_by("pk").values_list("pk", flat=True)
    last = None
    while batch := list((rows.filter(pk__gt=last) if last else rows)[:BATCH]):
        yield batch
        last = batch[-1]


@transaction.atomic
def _reseal(field: SecretField, keys: list) -> tuple[int, list[str]]:
    """How many were encrypted anew, and the names of those that no key opens. Locks the rows, so that a secret
    entered at this moment is not put back.
    """
    rows = field.model._base_manager
    held = rows.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    lost = []
    for key, business_id, stored in held.values_list("pk", "business_id", field.attname):
        try:
            rows.filter(pk=key).update(**{field.attname: reseal(stored, business_id)})
        except SecretError:
            lost.append(f"{field.model._meta.label}.{field.name} of {key}")
    return len(keys) - len(lost), lost
