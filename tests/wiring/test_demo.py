"""manage.py demo: two shops, once."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django_scopes import scopes_disabled

from accounts.models import AuditEvent, Business, Membership, Product, Settings, User, WhatsAppNumber
from aibot import embedding
from aibot.models import Example
from conversations import wake
from whatsapp_automation import env

PASSWORD = "correct horse battery"
NUMBERS = [
    {
        "phone_number_id": f"10987654321000{place}",
        "waba_id": f"20987654321000{place}",
        "display_phone_number": f"+91 80 4718 000{place}",
        "access_token": f"token-{place}",
        "app_secret": f"app-secret-{place}",
    }
    for place in (1, 2)
]

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


@pytest.fixture
def demo(settings, monkeypatch, capsys):
    """Run the command, as script/server does, and return what it printed. Without the answers' vectors, which cost seconds
    and change nothing of the rest.
    """
    settings.ANSWERS_BY_MEANING = False
    settings.SIMULATOR_NUMBERS = NUMBERS
    settings.WHATSAPP_PHONE_NUMBER_ID = NUMBERS[0]["phone_number_id"]
    settings.WHATSAPP_ACCESS_TOKEN = NUMBERS[0]["access_token"]
    settings.WHATSAPP_WABA_ID = NUMBERS[0]["waba_id"]
    settings.WHATSAPP_DISPLAY_PHONE_NUMBER = NUMBERS[0]["display_phone_number"]
    monkeypatch.setenv("DEMO_OWNER_EMAIL", "Owner@Shuddh-Dairy.example")
    monkeypatch.setenv("DEMO_OWNER_PASSWORD", PASSWORD)

    def run(*arguments) -> str:
        call_command("demo", *arguments)
        return capsys.readouterr().out

    return run


def rows() -> dict[str, list]:
    """All that our tables hold, but for the number's sealed texts and the audit log."""
    with scopes_disabled():
        return {
            model._meta.label: list(model._base_manager.order_by("pk").values_list("pk", flat=True))
            for app in ("accounts", "aibot", "leads", "conversations")
            for model in apps.get_app_config(app).get_models()
            if model is not AuditEvent
        }


def test_it_makes_two_shops_with_their_people_products_and_numbers(demo):
    demo()
    assert sorted(Business.objects.values_list("slug", flat=True)) == ["masala-junction", "shuddh-dairy"]
    of_dairy = Membership.objects.filter(business__slug="shuddh-dairy").order_by("role")
    assert list(of_dairy.values_list("role", flat=True)) == ["agent", "agent", "owner"]
    with scopes_disabled():
        assert {p.name_hi for p in Product.objects.all()} >= {"गाय का घी", "ताज़ा पनीर", "गाय का दूध", "गरम मसाला"}
        assert Settings.objects.get(business__slug="shuddh-dairy").hours["sun"] == [["07:00", "13:00"]]
        assert "Indiranagar" in Settings.objects.get(business__slug="shuddh-dairy").delivery_area
        numbers = {str(n.business): n for n in WhatsAppNumber.objects.select_related("business")}
    assert numbers["Shuddh Dairy"].access_token.reveal() == "token-1"
    assert not numbers["Shuddh Dairy"].app_secret  # the installation's signs for it
    assert numbers["Masala Junction"].access_token.reveal() == "token-2"
    assert numbers["Masala Junction"].app_secret.reveal() == "app-secret-2"


def test_a_second_time_makes_no_row_and_changes_no_password(demo):
    demo()
    before = rows()
    owner = User.objects.get(email="owner@shuddh-dairy.example")
    owner.set_password("another password")
    owner.save()
    demo()
    assert rows() == before
    assert User.objects.get(pk=owner.pk).check_password("another password")


@pytest.mark.django_db(transaction=True)
def test_its_answers_are_ready_to_be_found_by_meaning(demo, settings):
    settings.ANSWERS_BY_MEANING = True
    if not embedding.is_there():
        pytest.skip("the model is not installed")
    demo()
    with scopes_disabled():
        assert Example.objects.exists()
        assert not Example.objects.filter(matcher="").exists()
        assert {len(vector) for vector in Example.objects.values_list("vector", flat=True)} == {384 * 4}


def test_what_the_owner_changed_stays(demo):
    demo()
    with scopes_disabled():
        Product.objects.filter(name="Cow milk").update(price=1)
        Product.objects.filter(name="Buffalo milk").delete()
    demo()
    with scopes_disabled():
        assert Product.objects.get(name="Cow milk").price == 1
        assert not Product.objects.filter(name="Buffalo milk").exists()


def test_the_password_is_printed_only_when_asked_for(demo):
    assert PASSWORD not in demo()
    said = demo("--password")
    assert said.count(PASSWORD) == 1
    assert "owner@shuddh-dairy.example" in said
    assert "Owner of Shuddh Dairy" in said
    assert "owner of the installation" in said


def test_everyone_can_sign_in_with_it(demo, client):
    demo()
    assert User.objects.count() == 5
    for user in User.objects.all():
        assert client.login(username=user.email, password=PASSWORD), user.email


def test_it_refuses_in_production(demo, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="createbusiness"):
        demo()
    assert not Business.objects.exists()


@pytest.mark.parametrize(("name", "value"), [("DEMO_OWNER_EMAIL", ""), ("DEMO_OWNER_PASSWORD", "short")])
def test_it_needs_the_owners_address_and_a_password(demo, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(env.ConfigError, match=name):
        demo()
    assert not User.objects.exists()


def test_it_starts_no_worker(demo, settings):
    demo()
    assert [wake.heart_age(queue) for queue in settings.QUEUES] == [None] * len(settings.QUEUES)
