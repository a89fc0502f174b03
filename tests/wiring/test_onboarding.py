"""A new business has all that it needs; the environment's number is created, refreshed, or left alone."""

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import AuditEvent, Business, Membership, Settings, WhatsAppNumber
from aibot.models import Rule
from tests.factories import MASALA_NUMBER
from whatsapp_automation import onboarding

FIRST = "109876543210099"


@pytest.fixture
def first(settings):
    """The environment names a number."""
    settings.WHATSAPP_PHONE_NUMBER_ID = FIRST
    settings.WHATSAPP_ACCESS_TOKEN = "token-of-today"
    settings.WHATSAPP_WABA_ID = "209876543210099"
    settings.WHATSAPP_DISPLAY_PHONE_NUMBER = ""
    return settings


def stored(phone_number_id: str = FIRST) -> WhatsAppNumber:
    with scopes_disabled():
        return WhatsAppNumber.objects.select_related("business").get(phone_number_id=phone_number_id)


def test_a_new_business_has_its_owner_settings_and_rules(alice):
    business = onboarding.open_business("Shuddh Dairy", owner=alice, currency="INR")
    assert Membership.objects.get(business=business).role == "owner"
    with scopes_disabled():
        assert Settings.objects.filter(business=business).count() == 1
        assert Rule.objects.filter(business=business, enabled=True).count() == 24
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"business.created", "member.role"}


def test_no_number_in_the_environment_is_no_number(dairy, settings):
    settings.WHATSAPP_PHONE_NUMBER_ID = ""
    assert onboarding.refresh_first_number() is None


@pytest.mark.django_db
def test_without_a_business_the_number_waits(first):
    assert onboarding.refresh_first_number() is None
    with scopes_disabled():
        assert not WhatsAppNumber.objects.exists()


def test_it_is_created_for_the_oldest_business(dairy, masala, first):
    onboarding.refresh_first_number()
    number = stored()
    assert number.business == dairy
    assert number.access_token.reveal() == "token-of-today"
    assert number.waba_id == "209876543210099"


def test_a_new_token_takes_the_old_ones_place_and_starts_a_stopped_number(dairy, first):
    onboarding.refresh_first_number()
    with scopes_disabled():
        WhatsAppNumber.objects.filter(phone_number_id=FIRST).update(
            stopped_at=timezone.now(), stopped_reason="token refused", display_phone_number="+91 1"
        )
    onboarding.refresh_first_number()
    assert stored().stopped_reason == "token refused"  # the same token: nothing is mended
    first.WHATSAPP_ACCESS_TOKEN = "token-of-tomorrow"
    first.WHATSAPP_WABA_ID = ""
    onboarding.refresh_first_number()
    number = stored()
    assert number.access_token.reveal() == "token-of-tomorrow"
    assert (number.stopped_at, number.stopped_reason) == (None, "")
    assert (number.waba_id, number.display_phone_number) == ("209876543210099", "+91 1")


def test_a_number_that_is_current_is_left_alone(dairy, first, django_assert_num_queries):
    onboarding.refresh_first_number()
    before = stored()
    events = AuditEvent.objects.count()
    with django_assert_num_queries(2):
        onboarding.refresh_first_number()
    assert stored().updated_at == before.updated_at
    assert AuditEvent.objects.count() == events


def test_a_number_stays_with_its_business(dairy, masala, first):
    first.WHATSAPP_PHONE_NUMBER_ID = MASALA_NUMBER
    onboarding.refresh_first_number()
    number = stored(MASALA_NUMBER)
    assert number.business == masala
    assert number.access_token.reveal() == "token-of-today"
    assert number.app_secret.reveal() == "masala-app-secret-of-its-own"


def test_a_token_whose_key_is_lost_is_replaced(dairy, first):
    onboarding.refresh_first_number()
    first.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    onboarding.refresh_first_number()
    assert stored().access_token.reveal() == "token-of-today"
    assert Business.objects.count() == 1
