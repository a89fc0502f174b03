"""What people say of themselves."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from . import audit
from .models import User

FIELDS = ("name", "phone")
valid_phone = RegexValidator(r"^\+?[0-9][0-9 ()./-]{3,17}[0-9]\Z", _("A phone number, such as +91 98765 43210."))


def check_phone(phone: str) -> None:
    """Raises ValidationError, with ``phone`` as its key. None is right too."""
    try:
        if phone:
            valid_phone(phone)
    except ValidationError as error:
        raise ValidationError({"phone": error}) from None


@transaction.atomic
def change(user: User, *, actor: User | None, **fields) -> None:
    """Change the named fields. Raises ValidationError. The log tells which, not what."""
    changed = [name for name in FIELDS if name in fields and fields[name] != getattr(user, name)]
    for name in changed:
        setattr(user, name, fields[name])
    user.clean_fields(exclude={f.name for f in user._meta.fields} - set(changed))
    if "phone" in changed:
        check_phone(user.phone)
    if changed:
        user.save(update_fields=changed)
        audit.record("person.changed", business=None, actor=actor, target=str(user.pk), fields=changed)
