"""Which templates may be sent to somebody, and why the others may not."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from . import assignment, blanks, claiming, writing
from .models import Contact, Template, WhatsAppNumber

STATES = {
    "APPROVED": gettext_lazy("Approved"),
    "PENDING": gettext_lazy("In review"),
    "REJECTED": gettext_lazy("Rejected"),
    "PAUSED": gettext_lazy("Paused"),
    "DISABLED": gettext_lazy("Disabled"),
    "DELETED": gettext_lazy("Deleted"),
}
CATEGORIES = {
    "MARKETING": gettext_lazy("Marketing"),
    "UTILITY": gettext_lazy("Utility"),
    "AUTHENTICATION": gettext_lazy("Authentication"),
}
QUALITIES = {
    "GREEN": gettext_lazy("High"),
    "YELLOW": gettext_lazy("Medium"),
    "RED": gettext_lazy("Low"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; an empty field takes all."""

    words: str = ""
    language: str = ""
    category: str = ""
    state: str = ""

    def __bool__(self) -> bool:
        return any((self.words, self.language, self.category, self.state))


@dataclass(frozen=True, slots=True)
class Choice:
    template: Template
    words: str  # what it says
    language: str
    category: str
    state: str
    quality: str
    why_not: str  # empty where it may be sent

    @property
    def state_class(self) -> str:
        return {"APPROVED": "good", "PENDING": "", "": ""}.get(self.template.status, "bad")

    @property
    def quality_class(self) -> str:
        return {"GREEN": "good", "RED": "bad"}.get(self.template.quality, "")


def of_number(number: WhatsAppNumber, contact: Contact | None = None) -> list[Choice]:
    """The templates of the number's account that still exist, those that may be sent to the contact first."""
    rows = Template.objects.filter(waba_id=number.waba_id).exclude(status="DELETED") if number.waba_id else ()
    return sorted((choice(row, contact) for row in rows), key=lambda one: (bool(one.why_not), one.template.name))


def among(choices: Iterable[Choice], wanted: Wanted) -> list[Choice]:
    return [one for one in choices if _fits(one, wanted)]


def choice(template: Template, contact: Contact | None = None) -> Choice:
    return Choice(
        template=template,
        words=blanks.words_of(template),
        language=language_name(template.language),
        category=str(CATEGORIES.get(template.category, template.category)),
        state=str(STATES.get(template.status, template.status)),
        quality=str(QUALITIES.get(template.quality, "")),
        why_not=why_not(template, contact),
    )


def why_not(template: Template, contact: Contact | None) -> str:
    """Why it cannot be sent to the contact, in words; "" where it can."""
    if contact is not None and contact.blocked_at:
        return str(assignment.blocked().message)
    if template.status not in claiming.SENDABLE:
        return _because(template)
    if reason := blanks.unfillable(template):
        return reason
    if contact is not None and contact.opted_out_at and writing.is_marketing(template):
        return _("It is an offer, and this customer has asked for no offers.")
    if contact is not None and not contact.phone and template.category == "AUTHENTICATION":
        return _("WhatsApp sends codes to a phone number only, and this customer's is not known.")
    return ""


def language_name(code: str) -> str:
    """ "English (en_US)", "Hindi"; a language that Django does not know keeps its code."""
    try:
        name = get_language_info(code.replace("_", "-").lower())["name_translated"]
    except KeyError:
        return code
    return f"{name} ({code})" if "_" in code else name


def _because(template: Template) -> str:
    if template.status == "PENDING":
        return _("WhatsApp has not approved it yet.")
    state = STATES.get(template.status, template.status)
    said = _("WhatsApp does not let it be sent: %s.") % str(state).lower()
    return f"{said} {template.reason}".strip()


def _fits(one: Choice, wanted: Wanted) -> bool:
    template, words = one.template, wanted.words.casefold()
    return (
        all(
            word in f"{template.name} {template.name.replace('_', ' ')} {one.words}".casefold()
            for word in words.split()
        )
        and wanted.language in ("", template.language)
        and wanted.category in ("", template.category)
        and wanted.state in ("", template.status)
    )
