"""The placeholders that a text of the owner's may hold. What stands for them, aibot fills in."""

import re
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

KNOWN = frozenset({"business", "name", "prices", "hours", "opens", "delivery_area"})
_BRACES = re.compile(r"\{(?P<name>[^{}\n]*)\}|(?P<open>\{+[^\s{}]{0,30})|(?P<close>[^\s{}]{0,30}\}+)")


def check(text: str, known: Collection[str] = KNOWN, *, slots: re.Pattern | None = None) -> None:
    """Raises ValidationError for a placeholder that nothing fills, and for a brace without its other half: a customer would read
    it. ``slots``: what may stand in braces beside the known names.
    """
    found = list(_BRACES.finditer(slots.sub("", text) if slots else text))
    _check_halves(found)
    unknown = sorted({match[0] for match in found if match["name"] not in known})
    if unknown:
        raise ValidationError(
            _("%(unknown)s: there is no such placeholder. Known are %(known)s."),
            params={
                "unknown": ", ".join(unknown),
                "known": ", ".join(f"{{{name}}}" for name in sorted(known)),
            },
        )


def _check_halves(found: list[re.Match]) -> None:
    for match in found:
        if match["open"]:
            raise ValidationError(_("A brace is not closed: %(text)s"), params={"text": match["open"]})
        if match["close"]:
            raise ValidationError(_("A brace is not opened: %(text)s"), params={"text": match["close"]})
