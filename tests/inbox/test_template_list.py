"""/inbox/templates: what WhatsApp last told, and the list fetched on demand."""

import pytest
from django_scopes import scopes_disabled

from accounts.models import AuditEvent, WhatsAppNumber
from conversations.models import Template
from tests.api.talking import template
from tests.simulated import DAIRY, simulated

from .test_picker import BODY, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meta(settings):
    with simulated(settings) as simulator:
        yield simulator


@pytest.fixture
def at_work(client, bob, dairy):
    client.force_login(bob)
    return client


def fetch(client, number):
    return client.post(f"/inbox/templates/{number.pk}/fetch", follow=True)


def test_state_quality_category_and_reason_are_shown(dairy, at_work):
    template(dairy, "refused", BODY, status="REJECTED", reason="PROMOTIONAL", quality="RED", category="MARKETING")
    told = text_of(at_work.get("/inbox/templates"))
    for words in ("refused", "Rejected", "PROMOTIONAL", "Low", "Marketing", "Never fetched yet", "Dear {{1}}"):
        assert words in told


def test_fetching_says_what_it_brought(meta, dairy, dairy_number, at_work, bob):
    told = text_of(fetch(at_work, dairy_number))
    assert "WhatsApp has 1 template. New: 1, changed: 0, deleted: 0." in told
    assert "Last fetched: now" in told
    assert "Nothing has changed" in text_of(fetch(at_work, dairy_number))
    [added] = meta.get("/templates", phone_number_id=DAIRY["phone_number_id"])["templates"]
    meta.post(f"/templates/{added['id']}/pause")
    meta.post("/templates", {"phone_number_id": DAIRY["phone_number_id"], "name": "fresh", "body": "Hello"})
    assert "WhatsApp has 2 templates. New: 1, changed: 1, deleted: 0." in text_of(fetch(at_work, dairy_number))
    with scopes_disabled():
        assert set(Template.objects.values_list("name", "status")) == {("fresh", "APPROVED"), ("order_ready", "PAUSED")}
    event = AuditEvent.objects.filter(action="template.fetched").order_by("pk").last()
    assert (event.actor, event.target, event.details["changed"]) == (bob, str(dairy_number.pk), 1)


def test_a_list_without_templates_has_been_fetched_too(settings, dairy, dairy_number, at_work):
    with simulated(settings, templates=[]):
        told = text_of(fetch(at_work, dairy_number))
    assert "WhatsApp has 0 templates." in told
    assert "Last fetched: now" in told


def test_a_refusal_of_whatsapps_is_told_in_words(meta, dairy, dairy_number, at_work):
    WhatsAppNumber._base_manager.update(waba_id="999999999999999")
    dairy_number.refresh_from_db()
    assert 'class="notice notice-error"' in fetch(at_work, dairy_number).content.decode()
    WhatsAppNumber._base_manager.update(waba_id="")
    assert "We do not know this number" in text_of(fetch(at_work, dairy_number))


def test_who_may_only_look_does_not_fetch(client, vera, dairy_number):
    client.force_login(vera)
    assert "Fetch from WhatsApp" not in text_of(client.get("/inbox/templates"))
    assert client.post(f"/inbox/templates/{dairy_number.pk}/fetch").status_code == 403


def test_without_templates_the_page_says_what_to_do(at_work):
    assert "Make one in WhatsApp Manager" in text_of(at_work.get("/inbox/templates"))


def test_the_number_of_another_business_is_not_there(at_work, masala_number):
    assert fetch(at_work, masala_number).status_code == 404
    page = at_work.get("/inbox/templates", {"number": masala_number.pk})
    assert page.context["number"] != masala_number
    assert masala_number.display_phone_number not in text_of(page)
