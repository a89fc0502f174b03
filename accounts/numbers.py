"""Connect a WhatsApp number and change it: the page and the API come here."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import businesses, phones, proof
from .errors import DomainError
from .models import Business, User, WhatsAppNumber
from .secrets import SecretError

# It goes into a header, which holds nothing else: a message with another one would never leave, and nobody could say so.
valid_token = RegexValidator(r"^[!-~]+\Z", _("Only letters, digits and signs, as Meta shows it; no space."))
_GOES_ON = {"stopped_at": None, "stopped_reason": "", "stopped_by_account": False}


def valid_phone_number(value: str) -> None:
    """As phones.is_number. Empty: nobody has said it."""
    if value and not phones.is_number(value):
        raise ValidationError(_("A phone number has 7 to 15 digits, and beside them only spaces, +, - and brackets."))


def connect(
    business: Business,
    phone_number_id: str,
    *,
    access_token: str,
    actor: User | None,
    waba_id: str = "",
    proven: bool = False,
    **given,
) -> WhatsAppNumber:
    """A new number. ``given`` as businesses.connect_number takes it. Meta is asked whether it is theirs, unless the caller
    has asked (``proven``): call it outside a transaction.

    Raises DomainError: what proof.prove raises; number_taken (409), alike for one of this business and of another.
    """
    _refuse_taken(phone_number_id)
    if not proven:
        prove(None, phone_number_id, access_token=access_token, waba_id=waba_id)
    try:
        with transaction.atomic():
            return businesses.connect_number(
                business, phone_number_id, access_token=access_token, waba_id=waba_id, actor=actor, **given
            )
    except (IntegrityError, ValueError):  # at the same moment by somebody else
        raise _taken() from None


def change(
    number: WhatsAppNumber, *, actor: User | None, resume: bool = False, proven: bool = False, **given
) -> WhatsAppNumber:
    """Change what is given. A new access token, or ``resume``, starts the sending again where it is stopped. Another
    account is one that Meta shows to the token, as in ``connect``.
    """
    if not proven:
        prove(number, number.phone_number_id, **{k: given[k] for k in ("access_token", "waba_id") if k in given})
    if resume or given.get("access_token"):
        given |= _GOES_ON
    return businesses.connect_number(number.business, number.phone_number_id, actor=actor, **given)


def prove(
    number: WhatsAppNumber | None, phone_number_id: str, *, access_token: str | None = None, waba_id: str | None = None
) -> None:
    """Ask Meta where something new is claimed: a number (``number`` is None), or another account for one that is there.

    Raises DomainError as proof.prove does.
    """
    claims_account = waba_id not in (None, "", number.waba_id if number else "")
    if number is None:
        proof.prove(access_token, phone_number_id=phone_number_id, waba_id=waba_id or "")
    elif claims_account:
        proof.prove(access_token or _stored_token(number), waba_id=waba_id)


def _stored_token(number: WhatsAppNumber) -> str:
    try:
        token = number.access_token.reveal()
    except SecretError:
        token = None
    if not token:
        text = gettext("Enter the access token again: the stored one cannot be used.")
        raise DomainError("not_proven", text, accessToken=text)
    return token


def _refuse_taken(phone_number_id: str) -> None:
    if WhatsAppNumber._base_manager.filter(phone_number_id=phone_number_id).exists():
        raise _taken()


def _taken() -> DomainError:
    return DomainError("number_taken", gettext("This number is connected already."), status=409)
