"""Opening a business oneself, where the installation allows it."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.exceptions import ValidationError
from django.test import Client
from django_scopes import scope

from accounts.models import Business, Settings, User
from aibot.models import Rule
from whatsapp_automation import registration

from .conftest import PASSWORD, mails, sign_in

pytestmark = pytest.mark.slow

PAGE = "/account/register"
FORM = {
    "business_name": "Chai Point",
    "name": "Dina",
    "email": "Dina@Example.com",
    "phone": "+91 98765 43210",
    "password": PASSWORD,
}


@pytest.fixture(autouse=True)
def is_open(settings, db):
    settings.OPEN_REGISTRATION = True


def register(**given):
    return Client().post(PAGE, FORM | given, REMOTE_ADDR="203.0.113.7")


def test_dina_opens_a_business_and_signs_in():
    assert register()["Location"] == "/account/registered"
    dina = User.objects.get(email="dina@example.com")
    assert (dina.name, dina.phone, dina.is_superuser, dina.check_password(PASSWORD)) == (
        "Dina",
        "+91 98765 43210",
        False,
        True,
    )
    business = Business.objects.get()
    assert (business.name, business.slug, business.ai_daily_tokens) == ("Chai Point", "chai-point", 0)
    assert business.memberships.get().role == "owner"
    with scope(business=business):
        assert Rule.objects.count() == 24
        assert Settings.objects.count() == 1
    client = Client()
    assert sign_in(client, "dina@example.com")["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_where_it_is_closed_there_is_no_page_and_no_link(client, settings):
    assert PAGE in client.get("/account/login").text
    settings.OPEN_REGISTRATION = False
    assert client.get(PAGE).status_code == 404
    assert register().status_code == 404
    assert PAGE not in client.get("/account/login").text
    assert not User.objects.exists()


def test_a_known_e_mail_is_answered_alike_and_its_owner_is_told(alice):
    known, new = register(email=alice.email), register()
    assert (known.status_code, known["Location"], known.content) == (new.status_code, new["Location"], new.content)
    assert [message.to for message in mails()] == [[alice.email]]
    assert mails()[0].subject == "You have an account already"
    assert alice.memberships.count() == 0
    alice.refresh_from_db()
    assert (alice.name, alice.has_usable_password()) == ("Alice", True) or alice.name == "Alice"
    assert Business.objects.count() == 1


def test_its_owner_is_not_flooded(alice):
    for _ in range(6):
        register(email=alice.email)
    assert len(mails()) == 3


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"business_name": " "}, "business_name"),
        ({"name": ""}, "name"),
        ({"email": "no address"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "dina@example.com"}, "password"),
        ({"phone": "9" * 21}, "phone"),
        ({"phone": "call me"}, "phone"),
    ],
)
def test_what_cannot_be_is_refused(given, field):
    refused = register(**given)
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == [field]
    assert not User.objects.exists()


def test_the_use_case_refuses_by_itself():
    with pytest.raises(ValidationError) as refused:
        registration.register("", "", "no address", "short", "9" * 21)
    assert set(refused.value.error_dict) == {"business_name", "name", "email", "password", "phone"}


def test_two_businesses_may_have_one_name():
    register()
    register(email="emil@example.com")
    slugs = list(Business.objects.order_by("created_at").values_list("slug", flat=True))
    assert slugs[0] == "chai-point"
    assert slugs[1].startswith("chai-point-")


def test_a_name_in_hindi_is_a_name():
    register(business_name="शुद्ध डेयरी")
    assert Business.objects.get().slug == "shop"


def test_ten_an_hour_from_a_network():
    statuses = [register(email=f"person{n}@example.com").status_code for n in range(12)]
    assert statuses == [302] * 10 + [429] * 2


class Counting(MD5PasswordHasher):
    made = 0

    def encode(self, *args):
        Counting.made += 1
        return super().encode(*args)


def test_what_is_refused_for_its_number_costs_nothing(settings):
    settings.PASSWORD_HASHERS = ["tests.signin.test_register.Counting"]
    for at in range(12):
        register(email=f"guest{at}@example.com")
    assert (Counting.made, User.objects.count()) == (10, 10)
