"""Every page of every model, asked for by everybody. A model that is registered and not named here fails the test."""

import uuid

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

pytestmark = pytest.mark.slow

OK, LOGIN, FORBIDDEN, ABSENT = 200, 302, 403, 404
PEOPLE = pytest.mark.parametrize("who", ["nobody", "charlie", "vera", "bob", "alice", "root"])

# What each may do with a row of the dairy's: the list, the row, adding one, changing it, deleting it.
# v: a viewer and upwards, a: an agent and upwards, o: an owner and upwards, r: the installation's owner, -: nobody.
MAY = {
    "accounts.settings": "v v - o -",
    "accounts.product": "v v o o o",
    "accounts.whatsappnumber": "o o o o -",
    "accounts.membership": "o o - o -",  # who joins is invited; the first member is the last owner: not to be deleted
    "accounts.auditevent": "o o - - -",
    "accounts.business": "r r r r -",
    "accounts.user": "r r r r -",
    "aibot.budget": "o o - - -",
    "aibot.price": "r r r r r",
    "aibot.promptversion": "o o - - -",
    "aibot.reservation": "o o - - -",
    "aibot.answer": "v v o o o",
    "aibot.rule": "v v o o o",
    "aibot.trap": "v v o o o",
    "aibot.turn": "v v - - -",
    "conversations.contact": "v v - a -",
    "conversations.conversation": "v v - - -",  # its page answers by addresses of its own: test_conversation.py
    "conversations.message": "v v - - -",
    "conversations.consentevent": "v v - - -",
    "conversations.template": "v v - - -",
    "conversations.label": "v v a a a",
    "conversations.cannedreply": "v v a a a",
    "documents.document": "v v - - -",
    "leads.lead": "v v - a -",
    "leads.proposal": "v v - - -",
    "webhooks.delivery": "r r - - -",
    "webhooks.faileditem": "o o - - -",
    "webhooks.channelevent": "o o - - -",
    "django_celery_beat.periodictask": "r r - r -",
}
RANK = {"vera": "v", "bob": "va", "alice": "vao", "charlie": "vao", "root": "vaor"}
INSTALLATION = {
    "accounts.business",
    "accounts.user",
    "webhooks.delivery",
    "django_celery_beat.periodictask",
    "aibot.price",
}
OF_ALL = INSTALLATION | {
    "aibot.budget",
    "accounts.auditevent",
    "webhooks.faileditem",
    "webhooks.channelevent",
}  # for the superuser


def may(label: str, who: str, act: str) -> bool:
    needed = dict(zip(("list", "row", "add", "change", "delete"), MAY[label].split(), strict=True))[act]
    return needed in RANK[who]


def url(label: str, page: str, *args) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


@pytest.fixture
def client_of(request, visit, dairy, root):
    """A client by name; root works in the dairy."""

    def enter(who: str):
        if who == "nobody":
            return visit()
        person = request.getfixturevalue(who)
        return visit(person, dairy if who == "root" else None)

    return enter


def wrong(expected: dict, found: dict) -> dict:
    """What differs, for a message that says it all: {what: (expected, found)}."""
    return {key: (expected[key], found[key]) for key in expected if found[key] not in _several(expected[key])}


def _several(value):
    return value if isinstance(value, tuple) else (value,)


def test_every_registered_model_is_named_here():
    assert {model._meta.label_lower for model in admin.site._registry} == set(MAY)


@PEOPLE
def test_lists(client_of, dairy_rows, masala, who):
    client = client_of(who)
    found = {label: client.get(url(label, "changelist")).status_code for label in MAY}
    expected = {
        label: LOGIN if who == "nobody" else OK if may(label, who, "list") else FORBIDDEN
        for label in MAY
        if label != "accounts.settings"  # its list leads to its one row
    }
    assert wrong(expected, found) == {}


@PEOPLE
def test_rows(client_of, dairy_rows, masala, who):
    client = client_of(who)
    found = {label: client.get(url(label, "change", dairy_rows[label].pk)).status_code for label in MAY}
    here = ABSENT if who == "charlie" else OK
    expected = {label: LOGIN if who == "nobody" else here if may(label, who, "row") else FORBIDDEN for label in MAY}
    assert wrong(expected, found) == {}


@PEOPLE
def test_adding(client_of, dairy_rows, masala, who):
    client = client_of(who)
    asked = {label: client.get(url(label, "add")).status_code for label in MAY}
    posted = {label: client.post(url(label, "add"), {"nonsense": "1"}).status_code for label in MAY}
    expected = {label: LOGIN if who == "nobody" else OK if may(label, who, "add") else FORBIDDEN for label in MAY}
    assert wrong(expected, asked) == {}
    assert wrong(expected, posted) == {}


@PEOPLE
def test_changing(client_of, dairy_rows, masala, who):
    """An empty form: refused by role, absent for a stranger, else shown again with its errors, or saved."""
    client = client_of(who)
    found = {
        label: client.post(url(label, "change", dairy_rows[label].pk), {"nonsense": "1"}).status_code for label in MAY
    }
    here = ABSENT if who == "charlie" else (OK, 302)
    expected = {label: LOGIN if who == "nobody" else here if may(label, who, "change") else FORBIDDEN for label in MAY}
    if who != "nobody":
        expected["conversations.conversation"] = 405
    assert wrong(expected, found) == {}


@PEOPLE
def test_deleting(client_of, dairy_rows, masala, who):
    client = client_of(who)
    asked, done, left = {}, {}, {}
    for label in MAY:
        row = dairy_rows[label]
        asked[label] = client.get(url(label, "delete", row.pk)).status_code
        done[label] = client.post(url(label, "delete", row.pk), {"post": "yes"}).status_code
        left[label] = type(row)._base_manager.filter(pk=row.pk).exists()
    deletes = {label: who not in ("nobody", "charlie") and may(label, who, "delete") for label in MAY}
    refused = LOGIN if who == "nobody" else (FORBIDDEN, ABSENT)
    assert wrong({label: OK if deletes[label] else refused for label in MAY}, asked) == {}
    assert wrong({label: 302 if deletes[label] else refused for label in MAY}, done) == {}
    assert wrong({label: not deletes[label] for label in MAY}, left) == {}


@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_a_foreign_row_is_as_absent_as_a_missing_one(visit, charlie, masala, dairy_rows, page):
    """Charlie owns another business: same status and same body for both, on every page of a row."""
    client = visit(charlie)
    for label in MAY:
        key = dairy_rows[label].pk
        missing = uuid.uuid4() if isinstance(key, uuid.UUID) else 999_999_999
        foreign, absent = (client.get(url(label, page, pk)) for pk in (key, missing))
        assert (label, foreign.status_code) == (label, absent.status_code)
        assert foreign.status_code in (ABSENT, FORBIDDEN)
        assert foreign.content == absent.content


def test_djangos_view_on_site_tells_no_id_apart(visit, charlie, masala, dairy_rows):
    client = visit(charlie)
    kind = ContentType.objects.get_for_model(dairy_rows["conversations.contact"]).pk
    foreign = client.get(f"/admin/r/{kind}/{dairy_rows['conversations.contact'].pk}/")
    absent = client.get(f"/admin/r/{kind}/{uuid.uuid4()}/")
    assert (foreign.status_code, absent.status_code) == (ABSENT, ABSENT)
    assert foreign.content == absent.content


def test_what_is_no_id_is_absent_too(visit, alice, dairy_rows):
    client = visit(alice)
    found = {label: client.get(url(label, "change", "no-id")).status_code for label in MAY}
    assert wrong({label: FORBIDDEN if label in INSTALLATION else ABSENT for label in MAY}, found) == {}


def test_a_list_shows_no_row_of_another_business(visit, alice, dairy_rows, masala_rows):
    client = visit(alice)
    for label in set(MAY) - INSTALLATION:
        answer = client.get(url(label, "changelist"), follow=True)
        rows = [answer.context["original"]] if label == "accounts.settings" else answer.context["cl"].result_list
        assert dairy_rows[label] in rows, label
        assert {row.business_id for row in rows} == {dairy_rows.business.pk}, label


def test_the_installations_owner_sees_tenant_rows_of_one_business_at_a_time(visit, root, dairy_rows, masala_rows):
    in_masala = visit(root, masala_rows.business)
    found = {label: in_masala.get(url(label, "change", dairy_rows[label].pk)).status_code for label in MAY}
    assert wrong({label: OK if label in OF_ALL else ABSENT for label in MAY}, found) == {}


def test_without_any_business_there_is_nothing_to_see(visit, root):
    client = visit(root)
    for label in set(MAY) - OF_ALL:
        assert client.get(url(label, "changelist")).status_code == FORBIDDEN
        assert client.get(url(label, "change", uuid.uuid4())).status_code == FORBIDDEN
    for label in OF_ALL:
        assert client.get(url(label, "changelist")).status_code == OK


def test_without_any_business_the_first_page_says_what_to_do(visit, root):
    answer = visit(root).get("/admin/")
    assert answer.status_code == OK
    assert "There is no business yet." in answer.text


def test_a_person_whose_business_is_switched_off_does_not_get_in(visit, alice, dairy):
    client = visit(alice)
    dairy.active = False
    dairy.save()
    assert client.get("/admin/").status_code == LOGIN


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(visit, bob, dairy):
    client = visit(bob)
    bob.memberships.update(role="viewer")
    assert client.get("/admin/").status_code == OK
    bob.memberships.all().delete()
    assert client.get("/admin/").status_code == LOGIN


@pytest.mark.parametrize("path", ["search/?s=rule", "auth/group/", "django_celery_beat/intervalschedule/"])
def test_what_is_left_out_is_not_there(visit, root, dairy, path):
    assert visit(root).get(f"/admin/{path}").status_code == ABSENT


def test_related_choices_are_not_to_be_searched_across_businesses(visit, alice, dairy, masala_rows):
    """Django's autocomplete address, for a field that asks for none."""
    query = {"app_label": "leads", "model_name": "lead", "field_name": "contact", "term": "Ravi"}
    assert "Ravi" not in visit(alice).get("/admin/autocomplete/", query).text
