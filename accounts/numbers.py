"""Connect a WhatsApp number and change it: the page and the API come here."""

from django.core.validators import RegexValidator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import businesses
from .errors import DomainError
from .models import Business, User, WhatsAppNumber

# It goes into a header, which holds nothing else: a message with another one would never leave, and nobody could say so.
valid_token = RegexValidator(r"^[!-~]+\Z", _("Only letters, digits and signs, as Meta shows it; no space."))
_GOES_ON = {"stopped_at": None, "stopped_reason": "", "stopped_by_account": False}


@transaction.atomic
def connect(business: Business, phone_number_id: str, *, actor: User | None, **given) -> WhatsAppNumber:
    """A new number. ``given`` as businesses.connect_number takes it. Raises DomainError (number_taken, 409): alike for
    one of this business and of another.
    """
    taken = DomainError("number_taken", gettext("This number is connected already."), status=409)
    if WhatsAppNumber._base_manager.filter(phone_number_id=phone_number_id).exists():
        raise taken
    try:
        with transaction.atomic():
            return businesses.connect_number(business, phone_number_id, actor=actor, **given)
    except (IntegrityError, ValueError):  # at the same moment by somebody else
        raise taken from None


def change(number: WhatsAppNumber, *, actor: User | None, resume: bool = False, **given) -> WhatsAppNumber:
    """Change what is given. A new access token, or ``resume``, starts the sending again where it is stopped."""
    if resume or given.get("access_token"):
        given |= _GOES_ON
    return businesses.connect_number(number.business, number.phone_number_id, actor=actor, **given)
