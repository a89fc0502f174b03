"""Somebody who works in two businesses, and everybody's own page."""

import pytest
from django.test import Client

from accounts import businesses
from accounts.models import AuditEvent, User

from .conftest import sign_in

pytestmark = pytest.mark.slow

PAGE = "/account/businesses"


@pytest.fixture
def hers(ready, alice, masala) -> Client:
    """Alice, who also looks after the masala shop."""
    businesses.add_member(masala, alice, "viewer")
    client = Client()
    sign_in(client, alice.email)
    return client


def where(client: Client) -> str:
    return str(client.get("/account/").context["request"].business)


def test_she_chooses_and_is_there(hers, masala):
    assert where(hers) == "Shuddh Dairy"
    assert "Masala Junction" in hers.get(PAGE).text
    assert hers.post(PAGE, {"business": masala.pk})["Location"] == "/admin/"
    assert where(hers) == "Masala Junction"


def test_looking_changes_nothing(hers, masala):
    hers.get(f"{PAGE}?business={masala.pk}")
    assert where(hers) == "Shuddh Dairy"


def test_after_the_next_sign_in_she_is_where_she_was_last(hers, alice, masala):
    hers.post(PAGE, {"business": masala.pk})
    hers.post("/account/logout")
    sign_in(hers, alice.email)
    assert where(hers) == "Masala Junction"
    assert AuditEvent.objects.filter(action="sign_in").latest("id").business == masala


def test_the_admins_switch_is_remembered_too(hers, alice, masala):
    hers.post(f"/admin/business/{masala.pk}/")
    hers.post("/account/logout")
    sign_in(hers, alice.email)
    assert where(hers) == "Masala Junction"


def test_two_browsers_may_be_in_two_businesses(hers, alice, dairy, masala):
    other = Client()
    sign_in(other, alice.email)
    other.post(PAGE, {"business": dairy.pk})
    hers.post(PAGE, {"business": masala.pk})
    assert (where(hers), where(other)) == ("Masala Junction", "Shuddh Dairy")


def test_one_that_she_has_left_is_not_where_she_is(hers, alice, masala):
    hers.post(PAGE, {"business": masala.pk})
    alice.memberships.filter(business=masala).delete()
    assert where(hers) == "Shuddh Dairy"


@pytest.mark.parametrize("wanted", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_one_that_is_not_there_is_404(hers, wanted):
    assert hers.post(PAGE, {"business": wanted}).status_code == 404


def test_a_foreign_one_is_404_alike(ready, bob, masala):
    client = Client()
    sign_in(client, bob.email)
    foreign, missing = (
        client.post(PAGE, {"business": key}) for key in (masala.pk, "00000000-0000-0000-0000-000000000000")
    )
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


def test_name_and_phone_are_ones_own_to_change(ready, bob):
    client = Client()
    sign_in(client, bob.email)
    assert client.post("/account/", {"name": "Robert", "phone": "+91 98765 43210"})["Location"] == "/account/"
    bob.refresh_from_db()
    assert (bob.name, bob.phone) == ("Robert", "+91 98765 43210")
    event = AuditEvent.objects.get(action="person.changed")
    assert (event.details, event.target) == ({"fields": ["name", "phone"]}, str(bob.pk))
    refused = client.post("/account/", {"name": "", "phone": "", "email": "eve@evil.example", "is_superuser": "on"})
    assert refused.status_code == 422
    bob.refresh_from_db()
    assert (bob.name, bob.email, bob.is_superuser) == ("Robert", "bob@shuddh-dairy.example", False)


def test_a_phone_that_is_none_is_refused(ready, bob):
    client = Client()
    sign_in(client, bob.email)
    refused = client.post("/account/", {"name": "Bob", "phone": "call me"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["phone"])
    bob.refresh_from_db()
    assert bob.phone == ""


def test_pages_lead_to_each_other(ready, alice):
    client = Client()
    sign_in(client, alice.email)
    home = client.get("/account/").text
    for path in ("/admin/", "/account/password", "/account/two-factor", "/account/members", "/account/logout"):
        assert f'"{path}"' in home
    admin = client.get("/admin/").text
    for path in ("/account/", "/account/password", "/account/two-factor", "/account/members", "/account/logout"):
        assert f'"{path}"' in admin


def test_an_agent_is_not_shown_what_is_not_theirs(ready, bob):
    client = Client()
    sign_in(client, bob.email)
    assert "/account/members" not in client.get("/account/").text
    assert "/account/members" not in client.get("/admin/").text


def test_the_installations_owner_enters_all(root, dairy, masala):
    client = Client()
    sign_in(client, root.email)
    page = client.get("/account/")
    assert {place["business"].slug for place in page.context["places"]} == {"shuddh-dairy", "masala-junction"}


def test_somebody_of_no_business_has_a_page(db):
    dora = User.objects.create_user("dora@nowhere.example", "kefir-curd-butter", name="Dora")
    client = Client()
    assert sign_in(client, dora.email)["Location"] == "/account/"
    assert "You are not a member of any business." in client.get("/account/").text
    assert client.get("/account/members").status_code == 403
    assert client.get(PAGE).status_code == 200
