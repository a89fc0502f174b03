"""The file in a template's header: where it comes from. The one place that knows."""

import re

from django.utils.translation import gettext as _

from accounts.errors import DomainError

FIELD = "template.parameters.headerMedia"
_META_ID = re.compile(r"\d{5,40}")


def given(text: str) -> dict[str, str]:
    """A web address that WhatsApp fetches, or WhatsApp's own id of an upload, as writing.Draft takes it: {"link"} or {"id"}.
    Raises DomainError.
    """
    text = text.strip()
    if _META_ID.fullmatch(text):
        return {"id": text}
    if not text.lower().startswith("https://") or any(letter.isspace() for letter in text):
        words = _("Give an address that begins with https://, or WhatsApp's id of a file.")
        raise DomainError("invalid", words, **{FIELD: words})
    return {"link": text}
