"""A new business with all that it needs on its first day, and the number that the environment names."""

import structlog
from django.conf import settings
from django.db import transaction
from django_scopes import scopes_disabled

from accounts import businesses
from accounts.models import Business, Membership, User, WhatsAppNumber
from accounts.secrets import SecretError
from aibot import defaults

log = structlog.get_logger(__name__)


@transaction.atomic
def open_business(name: str, *, owner: User, **fields) -> Business:
    """A business with its owner, its settings and the default rules. Raises accounts.businesses.BusinessExists."""
    business = businesses.create(name, actor=owner, **fields)
    businesses.add_member(business, owner, Membership.Role.OWNER, actor=owner)
    defaults.install(business)
    return business


def refresh_first_number() -> WhatsAppNumber | None:
    """Create the number of the WHATSAPP_ settings for the oldest business, or give it today's token.

    None where the settings name no number, or there is no business yet. An existing number stays with its business; what
    the settings leave empty stays as it is.
    """
    if not settings.WHATSAPP_PHONE_NUMBER_ID:
        return None
    with scopes_disabled():
        known = WhatsAppNumber.objects.filter(phone_number_id=settings.WHATSAPP_PHONE_NUMBER_ID).first()
        business = known.business if known else Business.objects.order_by("created_at").first()
    if business is None:
        log.info("first_number_waits", reason="no business yet: manage.py createbusiness")
        return None
    given = {"waba_id": settings.WHATSAPP_WABA_ID, "display_phone_number": settings.WHATSAPP_DISPLAY_PHONE_NUMBER}
    news = {field: value for field, value in given.items() if value and value != getattr(known, field, None)}
    new_token = known is None or _token(known) != settings.WHATSAPP_ACCESS_TOKEN
    if new_token:
        news |= {"stopped_at": None, "stopped_reason": ""}  # what the old token was refused for is mended
    if known and not news:
        return known
    return businesses.connect_number(
        business,
        settings.WHATSAPP_PHONE_NUMBER_ID,
        access_token=settings.WHATSAPP_ACCESS_TOKEN if new_token else None,
        **news,
    )


def _token(number: WhatsAppNumber) -> str:
    """Empty where no key opens it: today's takes its place."""
    try:
        return number.access_token.reveal()
    except SecretError:
        return ""
