"""The site as a whole: first page, navigation, choice of the business, filters, and how much it all costs."""

import json
import uuid
from datetime import timedelta
from operator import attrgetter

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_scopes import scope, scopes_disabled

from accounts import businesses, tokens
from accounts.admin_base import InstallationAdmin, OwnedAdmin
from accounts.models import AuditEvent, Business, Membership, Product, TokenFamily, User, WhatsAppNumber
from aibot.models import Rule
from conversations import indexing, queries, stopping
from conversations.models import Conversation, Message, Status
from tests.api.asking import as_person
from webhooks.admin import laid_out
from whatsapp_automation.admin import environment_badge

from .. import factories

pytestmark = pytest.mark.slow

LISTS = [f"/admin/{m._meta.app_label}/{m._meta.model_name}/" for m in admin.site._registry]


# --- the first page -----------------------------------------------------------------------------------------------------------


def figures(client) -> dict[str, int]:
    return {figure["label"]: figure["number"] for figure in client.get("/admin/").context["figures"]}


def test_the_first_page_counts_today_and_names_who_waits(visit, alice, dairy, masala, chat):
    chat.says("hello")
    chat.says("such nonsense")
    factories.Chat(factories.RAVI).says("namaste")
    with scopes_disabled():
        Message.objects.filter(source="system").update(status=Status.FAILED)
    client = visit(alice)
    assert figures(client) == {
        "Wait for a person": 1,
        "Messages received today": 3,
        "Our messages today": 3,
        "Not delivered today": 1,
        "New leads today": 2,
    }
    assert [row["name"] for row in client.get("/admin/").context["waiting"]] == ["Meera Iyer"]


def test_each_figure_leads_to_its_rows(visit, alice, dairy, chat):
    chat.says("hello")
    chat.says("such nonsense")
    with scopes_disabled():
        Message.objects.filter(source="system").update(status=Status.FAILED)
    client = visit(alice)
    for figure in client.get("/admin/").context["figures"]:
        rows = client.get(figure["link"]).context["cl"].result_list
        assert len(rows) == figure["number"], figure["label"]


def test_the_figures_are_of_the_current_business(visit, charlie, masala, chat):
    chat.says("such nonsense")
    client = visit(charlie)
    assert set(figures(client).values()) == {0}
    assert "Nobody waits." in client.get("/admin/").text


def test_without_a_number_the_first_page_says_what_to_do(visit, alice, bob, dairy):
    with scopes_disabled():
        WhatsAppNumber.objects.filter(business=dairy).delete()
    assert "Connect a number" in visit(alice).get("/admin/").text
    agents = visit(bob).get("/admin/").text
    assert "No WhatsApp number is connected yet" in agents
    assert "Connect a number" not in agents


# --- navigation ---------------------------------------------------------------------------------------------------------------


def titles(client) -> list[str]:
    groups = client.get("/admin/").context["sidebar_navigation"]
    return [str(item["title"]) for group in groups for item in group["items"]]


EVERYBODY = [
    "Today",
    "Inbox",
    "Conversations",
    "Contacts",
    "Leads",
    "Proposals",
    "Messages",
    "Rules",
    "Test lines",
    "Answers",
    "Turns",
    "Products",
    "Settings",
]


def test_the_navigation_shows_what_the_role_may_see(visit, vera, alice, root, dairy):
    business = ["Numbers", "Templates", "Members"]
    of_the_model = ["Calls of the model", "Budgets of the model", "Prompts"]
    owners = [*EVERYBODY, *business, "Consent", "Channel events", "Failed items", *of_the_model, "Audit log"]
    assert titles(visit(vera)) == [*EVERYBODY, "Templates", "Consent"]
    assert titles(visit(alice)) == owners
    assert titles(visit(root)) == [*owners, "Businesses", "People", "Prices of models", "Deliveries", "Periodic tasks"]


@pytest.mark.parametrize("who", ["vera", "bob", "alice", "root"])
def test_every_entry_of_the_navigation_opens(request, visit, dairy, root, who):
    client = visit(request.getfixturevalue(who))
    for group in client.get("/admin/").context["sidebar_navigation"]:
        for item in group["items"]:
            assert client.get(item["link"], follow=True).status_code == 200


@pytest.mark.parametrize(("environment", "badge"), [("production", None), ("embedded", "Demo"), ("test", "Test")])
def test_the_badge_says_where_one_is(rf, settings, environment, badge):
    settings.ENVIRONMENT = environment
    found = environment_badge(rf.get("/admin/"))
    assert (found and found[0]) == badge


# --- the current business -----------------------------------------------------------------------------------------------------


def test_a_person_of_two_businesses_changes_between_them(visit, alice, dairy, masala):
    businesses.add_member(masala, alice, Membership.Role.VIEWER)
    client = visit(alice, masala)
    assert client.get("/admin/").context["title"] == "Masala Junction"
    assert client.get("/admin/accounts/whatsappnumber/").status_code == 403  # a viewer there
    assert client.post(f"/admin/business/{dairy.pk}/").status_code == 302
    assert client.get("/admin/accounts/whatsappnumber/").status_code == 200


@pytest.mark.parametrize("business", ["masala", "missing"])
def test_a_business_where_one_has_no_place_is_absent(visit, alice, dairy, masala, business):
    client = visit(alice)
    wanted = masala.pk if business == "masala" else uuid.uuid4()
    assert client.post(f"/admin/business/{wanted}/").status_code == 404
    assert client.get("/admin/").context["title"] == "Shuddh Dairy"


def test_the_choice_is_no_link(visit, root, dairy):
    assert visit(root).get(f"/admin/business/{dairy.pk}/").status_code == 405


def test_one_business_is_no_choice(visit, alice, root, dairy, masala):
    assert "popovertarget" not in visit(alice).get("/admin/").text
    chooser = visit(root).get("/admin/").text
    assert f'action="/admin/business/{dairy.pk}/"' in chooser
    assert f'action="/admin/business/{masala.pk}/"' in chooser


# --- lists --------------------------------------------------------------------------------------------------------------------


_OF_PEOPLE = {
    "conversations/conversation": "contact",
    "conversations/contact": "",
    "conversations/message": "conversation.contact",
    "conversations/consentevent": "contact",
    "leads/lead": "contact",
}


@pytest.mark.parametrize("term", ["meera", "मीरा", "+91 98765 00001", "98765-00001", "919876500001"])
@pytest.mark.parametrize("model", _OF_PEOPLE)
def test_people_are_found_by_name_in_either_script_and_by_phone_as_it_is_written(
    visit, alice, chat, dairy, masala, model, term
):
    for one in (chat, factories.Chat(factories.RAVI)):
        one.says("STOP")
    factories.receive(factories.text_body(factories.new_wamid(), "STOP", factories.MEERA, factories.MASALA_NUMBER))
    indexing.index_all()
    found = visit(alice).get(f"/admin/{model}/", {"q": term}).context["cl"].result_list
    names = {str(attrgetter(_OF_PEOPLE[model])(row) if _OF_PEOPLE[model] else row) for row in found}
    assert (names, {row.business_id for row in found}) == ({"Meera Iyer"}, {dairy.pk})
    assert list(visit(alice).get(f"/admin/{model}/", {"q": "nobody at all"}).context["cl"].result_list) == []


def test_a_search_of_the_admin_reads_no_list_of_messages_or_contacts_through(visit, alice, chat, dairy):
    chat.says("hello")
    client = visit(alice)
    for model in _OF_PEOPLE:
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/admin/{model}/", {"q": "meera"})
        assert not [query["sql"] for query in asked if "UPPER(" in query["sql"]]


def test_filters_of_conversations(visit, alice, dairy, chat):
    chat.says("such nonsense")
    factories.Chat(factories.RAVI).says("hello")
    with scopes_disabled():
        Conversation.objects.filter(contact__profile_name="Ravi Kumar").update(owner="human", state="closed")
    client = visit(alice)

    def found(**query) -> list[str]:
        return [str(row) for row in client.get("/admin/conversations/conversation/", query).context["cl"].result_list]

    assert found(waiting="yes") == found(state__exact="open") == found(owner__exact="bot") == ["Meera Iyer"]
    assert found(waiting="no") == found(state__exact="closed") == found(owner__exact="human") == ["Ravi Kumar"]
    assert len(found(waiting="nonsense")) == 2


@pytest.mark.slow
def test_every_choice_of_every_filter_gives_a_list(visit, root, dairy, dairy_rows):
    client = visit(root, dairy)
    asked = 0
    for address in LISTS:
        page = client.get(address, follow=True).context
        for spec in page["cl"].filter_specs if "cl" in page else ():
            [choice] = spec.choices(page["cl"])
            for name, field in choice["form"].fields.items():
                for value, _ in field.choices:
                    asked += 1
                    assert client.get(address, {name: value}).status_code == 200, (address, name, value)
    assert asked > 50


def test_what_is_on_sale_and_what_is_solved_can_be_asked_for(visit, alice, dairy, dairy_rows):
    with scope(business=dairy):
        Product.objects.filter(name="Cow milk").update(active=False)
    client = visit(alice)

    def names(address: str, **query) -> set[str]:
        return {str(row) for row in client.get(address, query).context["cl"].result_list}

    assert names("/admin/accounts/product/", active="no") == {"Cow milk (1 litre)"}
    assert len(names("/admin/accounts/product/", active="yes")) == 2
    assert names("/admin/webhooks/faileditem/", state="solved") == set()
    assert len(names("/admin/webhooks/faileditem/", state="open")) == 1


def test_since_counts_days_in_the_businesss_zone(visit, alice, conversation):
    client = visit(alice)
    for since in ("today", "week", "month"):
        found = client.get("/admin/conversations/message/", {"since": since}).context["cl"].result_list
        assert len(found) == 2
    old = uuid.UUID(int=queries.first_id_of(timezone.now() - timedelta(days=10)).int + 1)
    with scopes_disabled():
        Message.objects.filter(direction="in").update(id=old)
    found = client.get("/admin/conversations/message/", {"since": "week"}).context["cl"].result_list
    assert [message.direction for message in found] == ["out"]


def test_filters_offer_no_number_of_another_business(visit, alice, dairy, masala):
    businesses.connect_number(dairy, "109876543210033", display_phone_number="+91 80 4718 0033")
    for model in ("conversation", "message"):
        shown = visit(alice).get(f"/admin/conversations/{model}/").text
        assert "+91 80 4718 0033" in shown
        assert "+91 80 4718 0022" not in shown


def test_no_filter_reaches_into_another_business(visit, alice, dairy, masala_rows):
    number = masala_rows["accounts.whatsappnumber"]
    query = {"number__id__exact": str(number.pk)}
    answer = visit(alice).get("/admin/conversations/conversation/", query)
    assert list(answer.context["cl"].result_list) == []


def test_every_form_of_a_business_leaves_the_business_out(rf, alice, dairy, dairy_rows):
    request = rf.get("/")
    request.user, request.business, request.role = alice, dairy, "owner"
    for model, page in admin.site._registry.items():
        if isinstance(page, OwnedAdmin) and model is not AuditEvent:
            with scope(business=dairy):
                assert "business" not in page.get_form(request, dairy_rows[model._meta.label_lower]).base_fields


def test_every_page_of_rows_stands_on_one_of_the_two_classes():
    assert [m for m, page in admin.site._registry.items() if not isinstance(page, OwnedAdmin | InstallationAdmin)] == []


@pytest.mark.slow
def test_a_list_costs_as_many_queries_with_three_rows_as_with_thirty(visit, root, dairy, dairy_rows):
    client = visit(root, dairy)
    multiply(dairy, 2)
    few = {address: count_queries(client, address) for address in LISTS}
    multiply(dairy, 25)
    many = {address: count_queries(client, address) for address in LISTS}
    log = "/admin/accounts/auditevent/"  # one for each kind of thing that its page tells of: test_audit_log.py
    assert many[log] <= few[log]
    assert many == few | {log: many[log]}
    assert max(few.values()) <= 22


def test_the_first_page_costs_a_fixed_number_of_queries(visit, alice, dairy, dairy_rows):
    client = visit(alice)
    multiply(dairy, 2)
    few = count_queries(client, "/admin/")
    multiply(dairy, 25)
    assert count_queries(client, "/admin/") <= few + 1  # one more to count who waits, where not all are shown


def count_queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, follow=True).status_code == 200
    return len(captured)


_place = iter(range(10_000))


def multiply(business: Business, times: int) -> None:
    """So many more customers, each with messages, a lead, a refusal of marketing, and a failed item; and more people,
    products, businesses and tasks.
    """
    for _ in range(times):
        place = next(_place)
        sender = factories.customer(place)
        factories.receive(
            factories.together(
                factories.text_body(factories.new_wamid(), "such nonsense", sender),
                factories.text_body(factories.new_wamid(), "STOP", sender),
                factories.value_body({"messages": [{"type": "text", "n": place}]}),
                factories.value_body({"event": f"EVENT_{place}"}, field="account_update"),
            )
        )
        person = User.objects.create_user(f"person{place}@example.com", name=f"Person {place}")
        businesses.add_member(business, person, Membership.Role.AGENT)
        businesses.create(f"Shop {place}")
        businesses.connect_number(business, f"3000000{place:05d}", access_token="token-of-sixteen-letters")
        task = PeriodicTask.objects.get(name="sweep")
        PeriodicTask.objects.create(name=f"task {place}", task="t", interval=task.interval)


# --- raw rows -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"a":"\xe0\xa4\xaa"}', '{\n  "a": "प"\n}'),
        (b"{nope", "{nope"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"[" * 100_000, "[" * 100_000),
    ],
)
def test_a_body_is_laid_out_where_it_can_be_read(body, shown):
    assert laid_out(body) == shown


def test_a_raw_body_is_shown_as_text(visit, root, dairy):
    body = json.dumps({"object": "<script>alert(1)</script>"}).encode()
    delivery = factories.deliver(body)
    shown = visit(root).get(reverse("admin:webhooks_delivery_change", args=[delivery.pk]))
    assert "&lt;script&gt;" in shown.text
    assert "<script>alert(1)" not in shown.text


def test_a_very_long_body_does_not_fill_the_page(visit, root, dairy):
    delivery = factories.deliver(b'{"a": "' + b"x" * 3_000_000 + b'"}')
    shown = visit(root).get(reverse("admin:webhooks_delivery_change", args=[delivery.pk]))
    assert "Only the first 200000 bytes are shown." in shown.text
    assert len(shown.content) < 400_000


def test_an_owner_sees_the_failed_items_of_the_business_without_their_delivery(visit, alice, root, dairy_rows):
    address = reverse("admin:webhooks_faileditem_change", args=[dairy_rows["webhooks.faileditem"].pk])
    link = reverse("admin:webhooks_delivery_change", args=[dairy_rows["webhooks.delivery"].pk])
    assert link not in visit(alice).get(address).text
    assert link in visit(root).get(address).text


def test_rows_of_no_business_are_the_installations(visit, alice, root, dairy):
    factories.receive(b"{nope")
    assert len(visit(alice).get("/admin/webhooks/faileditem/").context["cl"].result_list) == 0
    assert len(visit(root).get("/admin/webhooks/faileditem/").context["cl"].result_list) == 1


# --- the installation ---------------------------------------------------------------------------------------------------------


def test_a_new_business_is_complete_on_its_first_day(visit, root, alice, dairy):
    data = {
        "name": "Chai Point",
        "slug": "chai-point",
        "owner": alice.pk,
        "time_zone": "Asia/Kolkata",
        "language": "en",
        "currency": "INR",
    }
    assert visit(root).post("/admin/accounts/business/add/", data).status_code == 302
    made = Business.objects.get(slug="chai-point")
    with scope(business=made):
        assert Rule.objects.count() == 24
    assert made.memberships.get().user == alice


def test_nobody_takes_their_own_rights(visit, root, dairy):
    data = {
        "email": root.email,
        "name": "Root",
        "phone": "",
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }
    visit(root).post(reverse("admin:accounts_user_change", args=[root.pk]), data)
    root.refresh_from_db()
    assert (root.is_active, root.is_superuser) == (True, True)


def test_a_new_person_and_a_new_password(visit, root, dairy):
    client = visit(root)
    data = {
        "email": "Emil@Example.com",
        "name": "Emil",
        "password1": "kefir-curd-butter",
        "password2": "kefir-curd-butter",
    }
    assert client.post("/admin/accounts/user/add/", data | {"usable_password": "true"}).status_code == 302
    emil = User.objects.get(email="emil@example.com")
    address = reverse("admin:auth_user_password_change", args=[emil.pk])
    data = {"password1": "another-kefir-curd", "password2": "another-kefir-curd", "usable_password": "true"}
    assert client.post(address, data).status_code == 302
    emil.refresh_from_db()
    assert emil.check_password("another-kefir-curd")


def test_a_password_that_the_installations_owner_sets_ends_what_was_open(visit, root, bob, dairy):
    tokens.open_family(bob)
    theirs = visit(bob)
    data = {"password1": "another-kefir-curd", "password2": "another-kefir-curd", "usable_password": "true"}
    visit(root).post(reverse("admin:auth_user_password_change", args=[bob.pk]), data)
    assert theirs.get("/admin/").status_code == 302
    assert not TokenFamily.objects.filter(user=bob, revoked_at=None).exists()
    event = AuditEvent.objects.get(action="password.changed")
    assert (event.actor, event.target) == (root, str(bob.pk))


def test_the_page_of_ones_own_password_is_elsewhere(visit, bob, dairy):
    assert visit(bob).get("/admin/password_change/")["Location"] == "/account/password"


def test_a_stopped_number_is_on_the_first_page_with_what_to_do(visit, alice, dairy_number):
    with scopes_disabled():
        stopping.stop({dairy_number.pk: "(131042) Business eligibility payment issue [HTTP 400]"}, timezone.now())
        stopping.stop({dairy_number.pk: "(190) A second refusal"}, timezone.now())
    client = visit(alice)
    assert "Mend the payment method in Meta" in client.get("/admin/").text
    page = client.get(f"/admin/accounts/whatsappnumber/{dairy_number.pk}/change/").text
    assert "Mend the payment method in Meta" in page
    assert "Start sending again" in page
    assert [event.details for event in AuditEvent.objects.filter(action="number.stopped")] == [{"code": 131042}]


def test_a_warning_of_whatsapps_is_on_the_first_page_for_a_week(visit, alice, dairy_number):
    client = visit(alice)
    for days, shown in ((6, True), (8, False)):
        with scopes_disabled():
            warned_at = timezone.now() - timedelta(days=days)
            WhatsAppNumber.objects.filter(pk=dairy_number.pk).update(warning="Limits are low", warned_at=warned_at)
        assert ("Limits are low" in client.get("/admin/").text) is shown
    assert "Limits are low" in client.get(f"/admin/accounts/whatsappnumber/{dairy_number.pk}/change/").text


def test_who_is_switched_off_is_signed_out_for_good(visit, root, bob, dairy):
    page, program = visit(bob), as_person(bob)
    assert (page.get("/account/").status_code, program.get("/api/auth/me").status_code) == (200, 200)
    at = f"/admin/accounts/user/{bob.pk}/change/"
    data = {
        "email": bob.email,
        "name": bob.name,
        "phone": "",
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }
    assert visit(root).post(at, data).status_code == 302
    assert visit(root).post(at, data | {"is_active": "on"}).status_code == 302
    bob.refresh_from_db()
    assert bob.is_active
    assert (page.get("/account/").status_code, program.get("/api/auth/me").status_code) == (302, 401)


def test_a_password_that_is_taken_away_is_in_the_log(visit, root, bob, dairy):
    bob.set_password("kefir-curd-butter")
    bob.save(update_fields=["password"])
    program = as_person(bob)
    address = reverse("admin:auth_user_password_change", args=[bob.pk])
    assert visit(root).post(address, {"usable_password": "false", "unset-password": "1"}).status_code == 302
    bob.refresh_from_db()
    assert not bob.has_usable_password()
    assert program.get("/api/auth/me").status_code == 401
    assert AuditEvent.objects.filter(action="password.removed", target=str(bob.pk), actor=root).exists()
