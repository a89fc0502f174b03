"""Why WhatsApp would refuse a message, in the language of who wrote it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cloud_api.errors import InvalidMessage

# cloud_api knows no Django: its sentences (messages.TOO_LONG, BLANK) and the fields that people fill stand here once more.
SENTENCES = (
    gettext_noop("The %(field)s has %(count)s characters; WhatsApp allows %(limit)s."),
    gettext_noop("The %(field)s is empty; WhatsApp needs 1 to %(limit)s characters."),
)
FIELDS = (gettext_noop("text body"),)


def told(error: InvalidMessage) -> str:
    """What no person can cause stays as the client says it."""
    if error.sentence not in SENTENCES or error.values["field"] not in FIELDS:
        return str(error)
    return _(error.sentence) % {**error.values, "field": _(error.values["field"])}
