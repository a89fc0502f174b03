"""What a person says of themselves."""

from django.core.validators import RegexValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from . import audit
from .models import User

valid_phone = RegexValidator(r"^\+?[0-9][0-9 ()./-]{4,18}\Z", _("A phone number, such as +91 98765 43210."))


@transaction.atomic
def change(user: User, **fields) -> User:
    """Change name or phone of one who has asked for it themselves."""
    held = User.objects.select_for_update().get(pk=user.pk)
    changed = [name for name, value in fields.items() if getattr(held, name) != value]
    for name in changed:
        setattr(held, name, fields[name])
    held.clean_fields(exclude={field.name for field in held._meta.fields} - set(changed))
    if changed:
        held.save(update_fields=changed)
        audit.record("person.changed", business=None, actor=held, target=str(held.pk), fields=sorted(changed))
    return held
