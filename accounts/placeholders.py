"""The placeholders that a text of the owner's may hold. What stands for them, aibot fills in."""

import re
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

KNOWN = frozenset({"business", "name", "prices", "hours", "opens", "delivery_area"})


def check(text: str, known: Collection[str] = KNOWN) -> None:
    """Raises ValidationError for a placeholder that nothing fills."""
    unknown = sorted(set(re.findall(r"\{(\w+)\}", text)).difference(known))
    if unknown:
        raise ValidationError(
            _("%(unknown)s: there is no such placeholder. Known are %(known)s."),
            params={
                "unknown": ", ".join(f"{{{name}}}" for name in unknown),
                "known": ", ".join(f"{{{name}}}" for name in sorted(known)),
            },
        )
