"""manage.py createbusiness: the first business of an installation, and its owner."""

import pytest
from django.core.management import CommandError, call_command
from django_scopes import scopes_disabled

from accounts.models import Business, Membership, User, WhatsAppNumber

PASSWORD = "correct horse battery"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def environment(settings, monkeypatch):
    settings.WHATSAPP_PHONE_NUMBER_ID = ""
    monkeypatch.setenv("OWNER_PASSWORD", PASSWORD)


def create(*arguments, owner="Asha@Dairy.example", **options) -> None:
    call_command("createbusiness", *(arguments or ("Shuddh Dairy",)), owner=owner, **options)


def test_it_makes_the_business_and_an_owner_who_can_sign_in(capsys, client):
    create(time_zone="Asia/Kathmandu", currency="NPR", language="hi")
    business = Business.objects.get()
    assert (business.name, business.slug, business.currency, business.language) == (
        "Shuddh Dairy",
        "shuddh-dairy",
        "NPR",
        "hi",
    )
    owner = User.objects.get()
    assert (owner.email, owner.name, owner.is_superuser) == ("asha@dairy.example", "asha", False)
    assert Membership.objects.get(user=owner, business=business).role == "owner"
    assert client.login(username="asha@dairy.example", password=PASSWORD)
    said = capsys.readouterr().out
    assert "shuddh-dairy" in said
    assert PASSWORD not in said


def test_the_first_business_gets_the_number_of_the_environment(settings, capsys):
    settings.WHATSAPP_PHONE_NUMBER_ID = "109876543210099"
    settings.WHATSAPP_ACCESS_TOKEN = "token-of-today"
    settings.WHATSAPP_DISPLAY_PHONE_NUMBER = "+91 80 4718 0099"
    create()
    assert "answers on the WhatsApp number +91 80 4718 0099" in capsys.readouterr().out
    create("Second Shop", owner="chitra@second.example")
    assert "answers on" not in capsys.readouterr().out
    with scopes_disabled():
        assert str(WhatsAppNumber.objects.get().business) == "Shuddh Dairy"


def test_a_person_who_is_there_owns_it_and_keeps_the_password(alice, client):
    alice.set_password("alices own password")
    alice.save()
    create(owner="ALICE@shuddh-dairy.example")
    assert User.objects.get() == alice
    assert Membership.objects.get().user == alice
    assert client.login(username=alice.email, password="alices own password")


@pytest.mark.parametrize("there", [True, False])
def test_the_owner_may_own_the_installation_too(there, request):
    owner = request.getfixturevalue("alice").email if there else "asha@dairy.example"
    create(owner=owner, superuser=True)
    assert User.objects.get().is_superuser


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"time_zone": "Asia/Nowhere"}, "no time zone"),
        ({"currency": "rupees"}, "capitals|characters"),
        ({"currency": "XXX"}, "XXX is not the code of money"),
        ({"owner": "no address"}, "valid email"),
    ],
)
def test_a_wrong_value_is_said_and_leaves_nothing(options, words):
    with pytest.raises(CommandError, match=words):
        create(**options)
    assert not Business.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["short", "12345678901234", "password1234567"[:8]])
def test_a_weak_password_is_refused(monkeypatch, password):
    monkeypatch.setenv("OWNER_PASSWORD", password)
    with pytest.raises(CommandError):
        create()
    assert not User.objects.exists()


def test_a_short_name_that_is_taken_is_said_and_leaves_no_new_person(dairy):
    people = User.objects.count()
    with pytest.raises(CommandError, match="--slug"):
        create()
    assert User.objects.count() == people
    create(slug="shuddh-dairy-2")
    assert Business.objects.filter(slug="shuddh-dairy-2").exists()


def test_where_nobody_can_type_a_password_it_says_what_to_set(monkeypatch):
    monkeypatch.delenv("OWNER_PASSWORD")
    with pytest.raises(CommandError, match="OWNER_PASSWORD"):
        create()
