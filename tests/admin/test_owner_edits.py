"""What an owner changes: rules, products, settings, members; and what keeps them from breaking something."""

import pytest
from django.urls import reverse
from django_scopes import scope, scopes_disabled

from accounts.models import AuditEvent, Business, Membership, Product, Settings, User
from aibot.models import Rule
from conversations.models import Contact
from leads.models import Lead, LeadEvent

pytestmark = pytest.mark.slow


def change(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def errors_of(answer) -> dict:
    return answer.context["adminform"].form.errors


# --- rules --------------------------------------------------------------------------------------------------------------------


def rule_fields(**given) -> dict:
    return {
        "intent": "pricing",
        "language": "en",
        "enabled": "on",
        "priority": "30",
        "phrases": "how much\n  price list \n\nhow much\n",
        "whole_phrases": "",
        "unless_phrases": "how much time",
        "reply": "Our prices:\n{prices}",
        "buttons-0-title": "Talk to us",
        "buttons-0-intent": "support",
        "buttons-1-title": "",
        "buttons-1-intent": "",
        **given,
    }


@pytest.fixture
def rule(dairy) -> Rule:
    with scope(business=dairy):
        return Rule.objects.get(intent="pricing", language="en")


def test_phrases_are_written_one_a_line(visit, alice, rule):
    assert visit(alice).post(change(rule), rule_fields()).status_code == 302
    with scopes_disabled():
        rule = Rule.objects.get(pk=rule.pk)
    assert rule.phrases == ["how much", "price list"]
    assert (rule.whole_phrases, rule.unless_phrases) == ([], ["how much time"])
    assert rule.buttons == [{"intent": "support", "title": "Talk to us"}]


def test_the_page_shows_them_one_a_line_and_the_reply_as_it_is_sent(visit, alice, rule):
    shown = visit(alice).get(change(rule))
    assert "price list\npricing" in shown.text.replace("\r", "") or "price\nprices" in shown.text
    assert "Fresh paneer (200 g): ₹90.50" in shown.text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"phrases": "x" * 501}, "phrases"),
        ({"buttons-0-title": "more than twenty letters"}, "buttons"),
        ({"buttons-0-intent": ""}, "buttons"),
        ({"buttons-1-title": "Talk to us", "buttons-1-intent": "demo"}, "buttons"),
        ({"reply": ""}, "reply"),
        ({"intent": "nonsense"}, "intent"),
        ({"language": "hi"}, "__all__"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(visit, alice, rule, given, field):
    refused = visit(alice).post(change(rule), rule_fields(**given))
    assert refused.status_code == 200
    assert field in errors_of(refused)


def test_a_second_rule_for_an_intent_and_language_is_refused_in_plain_words(visit, alice, rule):
    refused = visit(alice).post("/admin/aibot/rule/add/", rule_fields())
    assert errors_of(refused)["__all__"] == ["There is a rule for this intent in this language already."]


def test_a_changed_rule_answers_the_next_message(visit, alice, rule, chat):
    visit(alice).post(change(rule), rule_fields(phrases="what do you ask for it", reply="Ask us on the phone."))
    [reply] = chat.says("what do you ask for it?")
    assert reply.text == "Ask us on the phone."


# --- products -----------------------------------------------------------------------------------------------------------------


def products_form(products, **given) -> dict:
    data = {"form-TOTAL_FORMS": len(products), "form-INITIAL_FORMS": len(products), "_save": "Save"}
    for place, product in enumerate(products):
        data |= {f"form-{place}-id": str(product.pk), f"form-{place}-price": product.price}
        data |= {f"form-{place}-active": "on"}
    return data | given


@pytest.fixture
def products(dairy) -> list[Product]:
    with scope(business=dairy):
        return list(Product.objects.all())


def test_prices_are_changed_in_the_list(visit, alice, dairy, products):
    data = products_form(products, **{"form-0-price": "799"})
    data.pop("form-1-active")
    assert visit(alice).post("/admin/accounts/product/", data).status_code == 302
    with scope(business=dairy):
        assert [(int(p.price), p.active) for p in Product.objects.all()] == [(799, True), (90, False), (72, True)]


@pytest.mark.parametrize("who", ["bob", "vera"])
def test_prices_are_the_owners(request, visit, dairy, products, who):
    client = visit(request.getfixturevalue(who))
    refused = client.post("/admin/accounts/product/", products_form(products, **{"form-0-price": "1"}))
    assert refused.status_code == 403
    assert 'name="form-0-price"' not in client.get("/admin/accounts/product/").text


def test_a_foreign_product_cannot_be_slipped_into_the_list(visit, alice, dairy, masala, products):
    with scope(business=masala):
        theirs = Product.objects.get()
    data = products_form(products, **{"form-0-id": str(theirs.pk), "form-0-price": "1"})
    visit(alice).post("/admin/accounts/product/", data)
    with scope(business=masala):
        assert Product.objects.get().price == 95


def test_a_product_belongs_to_the_requests_business_whatever_the_form_says(visit, alice, dairy, masala):
    data = {"name": "Curd", "unit": "500 g", "price": "40", "aliases": "dahi\ndahee", "active": "on", "position": "9"}
    assert visit(alice).post("/admin/accounts/product/add/", {**data, "business": masala.pk}).status_code == 302
    with scopes_disabled():
        made = Product.objects.get(name="Curd")
    assert (made.business_id, made.aliases) == (dairy.pk, ["dahi", "dahee"])


def test_a_product_that_is_there_already_is_refused_in_plain_words(visit, alice, products):
    data = {"name": "COW GHEE", "unit": "1 KG", "price": "40", "active": "on", "position": "9"}
    refused = visit(alice).post("/admin/accounts/product/add/", data)
    assert errors_of(refused)["__all__"] == ["There is a product of this name and unit already."]


def test_another_business_may_have_a_product_of_the_same_name(visit, charlie, masala, products):
    data = {"name": "Cow ghee", "unit": "1 kg", "price": "40", "active": "on", "position": "9"}
    assert visit(charlie).post("/admin/accounts/product/add/", data).status_code == 302


def test_each_change_is_in_the_audit_log_with_what_was_there_before_and_after(visit, alice, dairy, products):
    data = {"name": "Cow ghee", "unit": "1 kg", "price": "801", "active": "on", "position": "0"}
    visit(alice).post(change(products[0]), data)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.actor_id, event.business_id) == ("product.changed", alice.pk, dairy.pk)
    assert (event.details["before"]["price"], event.details["after"]["price"]) == ("750.00", "801")
    visit(alice).post(reverse("admin:accounts_product_delete", args=[products[0].pk]), {"post": "yes"})
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.details["before"]["name"]) == ("product.removed", "Cow ghee")


def test_the_list_logs_the_price_that_changed_alone(visit, alice, dairy, products):
    visit(alice).post("/admin/accounts/product/", products_form(products, **{"form-0-price": "799"}))
    [event] = AuditEvent.objects.filter(action="product.changed")
    assert event.details == {"before": {"price": "750.00"}, "after": {"price": "799"}}


def test_other_names_are_checked_as_the_api_checks_them(visit, alice, dairy):
    data = {"name": "Curd", "unit": "500 g", "price": "40", "active": "on", "position": "9"}
    for aliases in ("x" * 81, "\n".join(f"name {n}" for n in range(51))):
        refused = visit(alice).post("/admin/accounts/product/add/", {**data, "aliases": aliases})
        assert "aliases" in errors_of(refused)


# --- settings -----------------------------------------------------------------------------------------------------------------


def settings_fields(**given) -> dict:
    return {
        "name": "Shuddh Dairy",
        "time_zone": "Asia/Kolkata",
        "language": "en",
        "currency": "INR",
        "hours-mon-0-from": "07:00",
        "hours-mon-0-to": "13:00",
        "hours-mon-1-from": "16:00",
        "hours-mon-1-to": "21:00",
        "delivery_area": "Indiranagar",
        "fallback_text": "One moment.",
        "fallback_text_hi": "",
        "auto_return_minutes": "0",
        "notify_after_minutes": "10",
        **given,
    }


def test_hours_are_written_without_json(visit, alice, dairy):
    client = visit(alice)
    assert client.post(change(dairy.settings), settings_fields()).status_code == 302
    with scope(business=dairy):
        saved = Settings.objects.get()
    assert saved.hours == {"mon": [["07:00", "13:00"], ["16:00", "21:00"]]} | {
        day: [] for day in ("tue", "wed", "thu", "fri", "sat", "sun")
    }
    assert 'value="16:00"' in client.get(change(dairy.settings)).text


@pytest.mark.parametrize(
    "given",
    [
        {"hours-mon-0-to": ""},
        {"hours-mon-0-to": "06:00"},
        {"hours-mon-1-from": "12:00"},
        {"hours-mon-0-from": "25:00"},
        {"hours-mon-0-from": "nine"},
    ],
)
def test_hours_that_cannot_be_are_refused_with_the_days_name(visit, alice, dairy, given):
    refused = visit(alice).post(change(dairy.settings), settings_fields(**given))
    assert errors_of(refused)["hours"][0].startswith("Monday:")


def test_the_owner_changes_the_name_and_zone_of_the_business(visit, alice, dairy):
    visit(alice).post(change(dairy.settings), settings_fields(name="Shuddh Dairy & Sons", time_zone="Asia/Dubai"))
    dairy.refresh_from_db()
    assert (dairy.name, dairy.time_zone) == ("Shuddh Dairy & Sons", "Asia/Dubai")


@pytest.mark.parametrize(
    "given", [{"time_zone": "Mars/Base"}, {"currency": "rupee"}, {"currency": "inr"}, {"currency": "XXX"}, {"name": ""}]
)
def test_a_business_that_cannot_be_is_refused(visit, alice, dairy, given):
    refused = visit(alice).post(change(dairy.settings), settings_fields(**given))
    assert list(errors_of(refused)) == list(given)
    dairy.refresh_from_db()
    assert (dairy.name, dairy.currency) == ("Shuddh Dairy", "INR")


def test_a_save_leaves_alone_what_others_changed_meanwhile(visit, alice, dairy):
    """Only the columns that the form changed are written."""
    with scope(business=dairy):
        client = visit(alice)
        client.post(change(dairy.settings), settings_fields())
        Settings.objects.update(delivery_area="Changed by another tab")
        client.post(change(dairy.settings), settings_fields(delivery_area="Changed by another tab", fallback_text="Hm"))
        assert Settings.objects.get().delivery_area == "Changed by another tab"


# --- members ------------------------------------------------------------------------------------------------------------------


def membership(person: User, business: Business) -> Membership:
    return Membership.objects.get(user=person, business=business)


def test_a_role_is_changed(visit, alice, bob, dairy):
    visit(alice).post(change(membership(bob, dairy)), {"role": "owner"})
    assert membership(bob, dairy).role == "owner"


def test_the_last_owner_stays(visit, alice, dairy):
    mine = membership(alice, dairy)
    refused = visit(alice).post(change(mine), {"role": "viewer"})
    assert "A business needs an owner." in errors_of(refused)["role"][0]
    assert (
        visit(alice).post(reverse("admin:accounts_membership_delete", args=[mine.pk]), {"post": "y"}).status_code == 403
    )
    assert membership(alice, dairy).role == "owner"


def test_a_member_is_removed_and_the_person_stays(visit, alice, bob, dairy):
    visit(alice).post(reverse("admin:accounts_membership_delete", args=[membership(bob, dairy).pk]), {"post": "yes"})
    assert not Membership.objects.filter(user=bob).exists()
    assert User.objects.filter(pk=bob.pk).exists()


# --- contacts and leads -------------------------------------------------------------------------------------------------------


def send(client, address: str, data: dict):
    """Post a page that also lists rows of other models, as a browser does."""
    for formset in client.get(address).context["inline_admin_formsets"]:
        form = formset.formset.management_form
        data |= {form.add_prefix(name): form.initial[name] for name in form.fields}
    return client.post(address, data)


def test_an_agent_names_a_contact(visit, bob, conversation):
    send(visit(bob), change(conversation.contact), {"name": "Meera from Whitefield", "phone": "1"})
    with scopes_disabled():
        contact = Contact.objects.get()
    assert (contact.name, contact.phone) == ("Meera from Whitefield", "919876500001")


def test_a_leads_way_is_written_down(visit, bob, conversation):
    with scopes_disabled():
        lead = Lead.objects.get()
    data = {"status": "qualified", "product_interest": "Ghee", "value": "1500", "owner": bob.pk}
    assert send(visit(bob), change(lead), data).status_code == 302
    with scopes_disabled():
        rows = {e.what: (e.before, e.after, e.actor_id) for e in LeadEvent.objects.all()}
    assert rows == {
        "status": ("new", "qualified", bob.pk),
        "product_interest": ("", "Ghee", bob.pk),
        "value": ("", "1500", bob.pk),
        "owner": ("", "Bob", bob.pk),
    }


def test_a_lead_is_given_to_people_of_the_business_only(visit, bob, charlie, masala, conversation):
    with scopes_disabled():
        lead = Lead.objects.get()
    client = visit(bob)
    offered = client.get(change(lead)).context["adminform"].form.fields["owner"].queryset
    assert {person.name for person in offered} == {"Alice", "Bob", "Vera"}
    refused = client.post(change(lead), {"status": "new", "owner": charlie.pk})
    assert "owner" in errors_of(refused)
