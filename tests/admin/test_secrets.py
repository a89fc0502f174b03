"""Tokens and secrets of numbers: they go in and never come out."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.businesses import secret_mark
from accounts.models import AuditEvent, WhatsAppNumber

from .. import factories
from ..cloud_api.conftest import Answer
from ..meta import meta_at, refusal

pytestmark = pytest.mark.slow

TOKEN = "EAAG-new-token-of-the-dairy-7777"
SECRET = "app-secret-of-the-dairy-8888"
ADD = "/admin/accounts/whatsappnumber/add/"


def fields(**given) -> dict:
    return {
        "display_phone_number": "+91 80 4718 0099",
        "waba_id": factories.DAIRY_WABA,
        "new_access_token": "",
        "new_app_secret": "",
        "verify_token": "",
        "active": "on",
        "per_second": "80",
        **given,
    }


def page_of(number: WhatsAppNumber) -> str:
    return reverse("admin:accounts_whatsappnumber_change", args=[number.pk])


def fresh(number: WhatsAppNumber) -> WhatsAppNumber:
    with scopes_disabled():
        return WhatsAppNumber.objects.get(pk=number.pk)


@pytest.fixture
def meta(settings):
    with meta_at(settings) as meta:
        yield meta


def test_a_number_is_connected_to_the_requests_business(visit, alice, dairy, masala, meta):
    given = fields(phone_number_id="109876543210099", new_access_token=TOKEN, business=str(masala.pk))
    assert visit(alice).post(ADD, given).status_code == 302
    with scopes_disabled():
        number = WhatsAppNumber.objects.get(phone_number_id="109876543210099")
    assert number.business_id == dairy.pk
    assert number.access_token.reveal() == TOKEN


@pytest.mark.parametrize(
    ("token", "number", "apps", "field"),
    [
        ("", None, None, "new_access_token"),
        (TOKEN, refusal(190, status=401), None, "new_access_token"),
        (TOKEN, refusal(100), None, "phone_number_id"),
        (TOKEN, None, refusal(100), "waba_id"),
        (TOKEN, Answer(500, {}), None, "__all__"),
    ],
)
def test_a_number_that_meta_does_not_show_to_the_token_is_not_connected(
    visit, alice, dairy, meta, token, number, apps, field
):
    meta.number, meta.apps = number or meta.number, apps or meta.apps
    page = visit(alice).post(ADD, fields(phone_number_id="109876543210099", new_access_token=token))
    assert list(page.context["adminform"].form.errors) == [field]
    with scopes_disabled():
        assert not WhatsAppNumber.objects.filter(phone_number_id="109876543210099").exists()


def test_another_account_is_asked_for_on_the_page_too(visit, alice, dairy_number, meta):
    meta.apps = refusal(100)
    page = visit(alice).post(page_of(dairy_number), fields(waba_id="777"))
    assert list(page.context["adminform"].form.errors) == ["waba_id"]
    assert fresh(dairy_number).waba_id == factories.DAIRY_WABA


def test_an_empty_input_keeps_what_is_stored(visit, alice, dairy_number):
    done = visit(alice).post(page_of(dairy_number), fields(per_second="20"))
    assert done.status_code == 302
    assert fresh(dairy_number).access_token.reveal() == "token-of-the-dairy-0001"
    assert fresh(dairy_number).per_second == 20


def test_a_new_token_and_secret_replace_the_old_ones(visit, alice, dairy_number):
    visit(alice).post(page_of(dairy_number), fields(new_access_token=TOKEN, new_app_secret=SECRET))
    number = fresh(dairy_number)
    assert (number.access_token.reveal(), number.app_secret.reveal()) == (TOKEN, SECRET)
    assert number.app_secret_mark == secret_mark(SECRET)


def test_an_app_secret_can_be_removed(visit, charlie, masala_number):
    visit(charlie).post(page_of(masala_number), fields(forget_app_secret="on", waba_id=factories.MASALA_WABA))
    assert not fresh(masala_number).app_secret
    assert fresh(masala_number).app_secret_mark == ""


def test_the_page_says_only_how_the_token_ends(visit, alice, dairy_number):
    shown = visit(alice).get(page_of(dairy_number))
    assert "it ends in 0001" in shown.text
    assert "token-of-the-dairy" not in shown.text


def test_a_number_of_another_business_cannot_be_connected(visit, alice, dairy, masala_number):
    refused = visit(alice).post(ADD, fields(phone_number_id=masala_number.phone_number_id, new_access_token=TOKEN))
    assert refused.context["adminform"].form.errors == {"phone_number_id": ["This number is connected already."]}
    assert fresh(masala_number).access_token.reveal() == "token-of-the-masala-0002"


def test_a_stopped_number_says_why_and_starts_again_with_a_new_token(visit, alice, dairy_number):
    with scopes_disabled():
        WhatsAppNumber.objects.update(stopped_at=timezone.now(), stopped_reason="(190) Token expired")
    client = visit(alice)
    assert "enter it under Numbers. What waits is sent then." in client.get("/admin/").text
    client.post(page_of(dairy_number), fields())
    assert fresh(dairy_number).stopped_at is not None
    client.post(page_of(dairy_number), fields(new_access_token=TOKEN))
    assert (fresh(dairy_number).stopped_at, fresh(dairy_number).stopped_reason) == (None, "")


def test_a_stopped_number_starts_again_at_the_owners_word(visit, alice, dairy_number):
    with scopes_disabled():
        WhatsAppNumber.objects.update(stopped_at=timezone.now(), stopped_reason="(131042) Payment")
    visit(alice).post(page_of(dairy_number), fields(resume="on"))
    assert fresh(dairy_number).stopped_at is None


def test_no_page_log_or_list_holds_a_secret(visit, alice, root, dairy, dairy_number):
    client = visit(alice)
    client.post(page_of(dairy_number), fields(new_access_token=TOKEN, new_app_secret=SECRET))
    refused = client.post(page_of(dairy_number), fields(new_access_token=TOKEN, per_second="no number"))
    assert refused.status_code == 200
    sealed = [fresh(dairy_number).__dict__[name] for name in ("access_token", "app_secret")]
    secrets = [TOKEN, SECRET, *sealed, fresh(dairy_number).app_secret_mark]
    pages = [refused.text]
    for person in (client, visit(root, dairy)):
        for model in admin.site._registry:
            opts = model._meta
            pages.append(person.get(f"/admin/{opts.app_label}/{opts.model_name}/", follow=True).text)
        pages += [person.get(page_of(dairy_number) + tail, follow=True).text for tail in ("", "../history/")]
    logged = [str(entry) + entry.change_message for entry in LogEntry.objects.all()]
    audited = [str(event.details) for event in AuditEvent.objects.all()]
    for text in [*pages, *logged, *audited]:
        assert not [secret for secret in secrets if secret in text]


@pytest.mark.parametrize("lookup", ["access_token__startswith", "app_secret_mark__startswith", "verify_token"])
def test_a_secret_cannot_be_guessed_through_a_filter(visit, alice, dairy_number, lookup):
    assert visit(alice).get("/admin/accounts/whatsappnumber/", {lookup: "k"}).status_code == 400


def test_a_password_cannot_be_guessed_through_a_filter(visit, root, dairy):
    assert visit(root).get("/admin/accounts/user/", {"password__startswith": "a"}).status_code == 400


def test_a_secret_that_cannot_be_opened_does_not_break_the_page(visit, alice, dairy_number, settings):
    settings.FIELD_ENCRYPTION_KEYS = ["QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="]
    shown = visit(alice).get(page_of(dairy_number))
    assert shown.status_code == 200
    assert "encrypted with a key that FIELD_ENCRYPTION_KEYS does not hold" in shown.text


def test_passwords_are_not_on_any_page_of_people(visit, root, dairy, bob):
    bob.set_password("a-long-password-of-bobs")
    bob.save()
    shown = visit(root).get(reverse("admin:accounts_user_change", args=[bob.pk]))
    assert bob.password not in shown.text
    assert factories.DAIRY_NUMBER not in shown.text
