"""Create a business, its people and its numbers."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django_scopes import scope, scopes_disabled

from accounts import businesses
from accounts.models import AuditEvent, Business, Membership, Product, Settings, User, WhatsAppNumber
from tests.factories import DAIRY_NUMBER, MASALA_NUMBER


def test_a_new_business_has_settings_and_an_audit_event(alice):
    business = businesses.create("Café Ömür", actor=alice, time_zone="Europe/Berlin", currency="EUR", language="en")
    assert (business.slug, business.currency, str(business.zone)) == ("cafe-omur", "EUR", "Europe/Berlin")
    with scope(business=business):
        assert Settings.objects.get().hours["mon"] == [["09:00", "21:00"]]
    event = AuditEvent.objects.get(action="business.created")
    assert (event.business, event.actor) == (business, alice)


def test_a_name_that_makes_no_short_name_gets_one(db):
    assert businesses.create("शुद्ध डेयरी").slug == "shop"


def test_a_short_name_that_is_taken_is_refused_and_leaves_nothing(dairy):
    before = Business.objects.count()
    for name, slug in (("Shuddh Dairy", ""), ("Another", "shuddh-dairy")):
        with pytest.raises(businesses.BusinessExists, match="shuddh-dairy"):
            businesses.create(name, slug=slug)
    assert Business.objects.count() == before


@pytest.mark.parametrize(
    "wrong", [{"time_zone": "Asia/Nowhere"}, {"currency": "rupees"}, {"currency": "inr"}, {"language": "xx"}]
)
def test_a_wrong_value_is_refused(db, wrong):
    with pytest.raises(ValidationError):
        businesses.create("Shop", **wrong)
    assert not Business.objects.exists()


def test_a_member_has_one_role(dairy, bob, alice):
    businesses.add_member(dairy, bob, Membership.Role.OWNER, actor=alice)
    assert Membership.objects.get(user=bob).role == "owner"
    event = AuditEvent.objects.first()
    assert (event.action, event.target, event.details) == ("member.role", str(bob.pk), {"role": "owner"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=bob, business=dairy, role="viewer")


def test_an_address_is_one_persons_whatever_its_capitals(alice):
    assert User.objects.create_user("Dora@Nowhere.Example", name="Dora").email == "dora@nowhere.example"
    assert User.objects.get_by_natural_key("ALICE@shuddh-dairy.example") == alice
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("Alice@Shuddh-Dairy.example", name="Alice again")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=alice.pk).update(email="Alice@shuddh-dairy.example")


# --- numbers ------------------------------------------------------------------------------------------------------------------


def number_of(business: Business) -> WhatsAppNumber:
    with scope(business=business):
        return WhatsAppNumber.objects.get()


def test_a_number_of_another_business_is_refused_and_stays_as_it_is(dairy, masala, charlie):
    with pytest.raises(ValueError, match="another business"):
        businesses.connect_number(masala, DAIRY_NUMBER, access_token="stolen", actor=charlie)
    assert number_of(dairy).access_token.reveal() == "token-of-the-dairy-0001"


def test_a_token_of_none_stays_and_an_empty_one_goes(masala):
    businesses.connect_number(masala, MASALA_NUMBER, display_phone_number="+91 1")
    number = number_of(masala)
    assert number.display_phone_number == "+91 1"
    assert number.access_token.reveal() == "token-of-the-masala-0002"
    assert number.app_secret.reveal() == "masala-app-secret-of-its-own"
    businesses.connect_number(masala, MASALA_NUMBER, access_token="a-new-token", app_secret="")
    number = number_of(masala)
    assert number.access_token.reveal() == "a-new-token"
    assert not number.app_secret
    assert number.app_secret_mark == ""
    businesses.connect_number(masala, MASALA_NUMBER, access_token="")
    assert not number_of(masala).access_token


def test_the_mark_names_a_secret_and_tells_nothing_of_it(masala_number, settings):
    mark = businesses.secret_mark("masala-app-secret-of-its-own")
    assert masala_number.app_secret_mark == mark
    assert businesses.secret_mark("another") != mark
    assert businesses.secret_mark("") == ""
    assert "masala" not in mark
    settings.SECRET_KEY = "another key of the installation, as long as it has to be"
    assert businesses.secret_mark("masala-app-secret-of-its-own") != mark


SECRETS = (
    "token-of-the-dairy-0001",
    "token-of-the-masala-0002",
    "masala-app-secret-of-its-own",
    "a-new-token",
    "a word",
)


def test_the_audit_log_says_what_a_number_was_and_is_and_holds_no_secret(dairy, masala, charlie):
    businesses.connect_number(
        masala, MASALA_NUMBER, access_token="a-new-token", verify_token="a word", per_second=20, actor=charlie
    )
    businesses.connect_number(masala, MASALA_NUMBER, per_second=20, actor=charlie)  # which changes nothing
    made, changed = AuditEvent.objects.filter(business=masala, action__startswith="number.").order_by("id")
    assert made.action == "number.connected"
    assert made.details["after"]["display_phone_number"] == "+91 80 4718 0022"
    assert made.details["secrets_changed"] == ["access_token", "app_secret"]
    assert (changed.action, changed.actor) == ("number.changed", charlie)
    assert changed.details == {
        "before": {"per_second": 80},
        "after": {"per_second": 20},
        "secrets_changed": ["access_token", "verify_token"],
    }
    everything = "".join(str(event.details) for event in AuditEvent.objects.all())
    assert not [secret for secret in SECRETS if secret in everything]


# --- what the installation's owner changes ------------------------------------------------------------------------------------


def test_a_grant_of_the_models_tokens_is_logged(dairy, alice):
    businesses.administer(dairy, actor=alice, ai_daily_tokens=5_000, active=True)
    dairy.refresh_from_db()
    assert dairy.ai_daily_tokens == 5_000
    event = AuditEvent.objects.get(action="business.changed")
    assert event.details == {"before": {"ai_daily_tokens": None}, "after": {"ai_daily_tokens": 5000}}
    with pytest.raises(ValidationError):
        businesses.administer(dairy, actor=alice, ai_daily_tokens=-1)


# --- products -----------------------------------------------------------------------------------------------------------------


def test_a_product_is_there_once_for_each_unit(dairy, masala):
    with scope(business=dairy):
        Product.objects.create(business=dairy, name="Cow ghee", unit="500 g", price=390)
        with pytest.raises(IntegrityError), transaction.atomic():
            Product.objects.create(business=dairy, name="COW GHEE", unit="1 KG", price=700)
    with scope(business=masala):
        Product.objects.create(business=masala, name="Cow ghee", unit="1 kg", price=800)
    with scopes_disabled():
        assert Product.objects.filter(name="Cow ghee").count() == 3


def test_a_price_is_never_negative(dairy):
    with pytest.raises(ValidationError), scope(business=dairy):
        Product(business=dairy, name="Curd", unit="1 kg", price=-1).full_clean()
