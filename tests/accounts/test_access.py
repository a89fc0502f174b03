"""A person's business and role are read anew with every request, and open the scope of that business alone."""

import pytest

from accounts import access, businesses
from accounts.ids import uuid7
from accounts.models import Membership, User

OWNER, AGENT, VIEWER = Membership.Role.OWNER, Membership.Role.AGENT, Membership.Role.VIEWER
DAIRY_PRODUCTS = ["Cow ghee", "Cow milk", "Fresh paneer"]
NOWHERE = {"business": None, "role": None, "products": None}


@pytest.fixture(autouse=True)
def pages(settings, dairy, masala):
    settings.ROOT_URLCONF = "tests.accounts.pages"


@pytest.fixture
def where(client):
    """Sign in as somebody (once), and ask where they are."""

    def ask(user=None) -> dict:
        if user:
            client.force_login(user)
        return client.get("/where").json()

    return ask


def test_each_role_is_that_of_the_membership(where, alice, bob, vera):
    for person, role in ((alice, "owner"), (bob, "agent"), (vera, "viewer")):
        assert where(person) == {"business": "shuddh-dairy", "role": role, "products": DAIRY_PRODUCTS}


def test_a_role_may_what_lower_ones_may():
    roles = [None, VIEWER, AGENT, OWNER]
    for place, role in enumerate(roles):
        assert [access.may(role, least) for least in roles[1:]] == [place >= p for p in (1, 2, 3)]
    assert not access.may("king", VIEWER)


def test_who_is_not_signed_in_has_no_business_and_no_scope(where):
    assert where() == NOWHERE


def test_who_belongs_to_no_business_sees_nothing(where):
    assert where(User.objects.create_user("dora@nowhere.example", name="Dora")) == NOWHERE


def test_charlie_sees_his_own_and_cannot_choose_the_dairy(client, where, charlie, dairy):
    assert where(charlie)["products"] == ["Garam masala"]
    assert client.post("/switch", {"business": dairy.pk}).status_code == 403
    assert where()["business"] == "masala-junction"


def test_a_business_that_is_not_there_is_refused_as_another_ones(client, charlie):
    client.force_login(charlie)
    for wanted in (uuid7(), "x", ""):
        assert client.post("/switch", {"business": wanted}).status_code == 403


def test_the_session_holds_which_of_two_businesses_it_is(client, where, alice, masala, dairy):
    businesses.add_member(masala, alice, VIEWER)
    assert where(alice)["business"] == "shuddh-dairy"  # the one that she joined first, until she chooses
    assert client.post("/switch", {"business": masala.pk}).status_code == 204
    assert where() == {"business": "masala-junction", "role": "viewer", "products": ["Garam masala"]}
    assert client.post("/switch", {"business": dairy.pk}).status_code == 204
    assert where() == {"business": "shuddh-dairy", "role": "owner", "products": DAIRY_PRODUCTS}


def test_a_membership_that_is_taken_away_ends_with_the_next_request(where, bob, dairy):
    assert where(bob)["role"] == "agent"
    Membership.objects.filter(user=bob).delete()
    assert where() == NOWHERE


def test_a_chosen_business_that_was_lost_gives_way_to_the_other(client, where, alice, masala):
    businesses.add_member(masala, alice, AGENT)
    client.force_login(alice)
    client.post("/switch", {"business": masala.pk})
    assert where()["business"] == "masala-junction"
    Membership.objects.filter(user=alice, business=masala).delete()
    assert where() == {"business": "shuddh-dairy", "role": "owner", "products": DAIRY_PRODUCTS}


def test_a_new_role_counts_from_the_next_request(where, bob, dairy):
    assert where(bob)["role"] == "agent"
    businesses.add_member(dairy, bob, VIEWER)
    assert where()["role"] == "viewer"
    assert Membership.objects.filter(user=bob).count() == 1


def test_a_person_who_is_switched_off_is_nobody(where, bob):
    assert where(bob)["role"] == "agent"
    bob.is_active = False
    bob.save(update_fields=["is_active"])
    assert where() == NOWHERE
    assert access.businesses_of(bob) == []


def test_a_business_that_is_switched_off_is_out_of_reach(where, alice, dairy):
    dairy.active = False
    dairy.save(update_fields=["active"])
    assert where(alice) == NOWHERE
    assert not User.objects.get(pk=alice.pk).is_staff


def test_the_installations_owner_may_enter_any_business_as_its_owner(client, where, dairy):
    root = User.objects.create_superuser("root@installation.example", name="Root")
    assert where(root)["business"] == "masala-junction"
    client.post("/switch", {"business": dairy.pk})
    assert where() == {"business": "shuddh-dairy", "role": "owner", "products": DAIRY_PRODUCTS}


def test_members_of_a_business_alone_may_enter_the_admin(alice, charlie):
    assert alice.is_staff
    assert charlie.is_staff
    assert not User.objects.create_user("dora@nowhere.example", name="Dora").is_staff
    assert not alice.has_perm("accounts.change_business")
    assert not alice.has_module_perms("accounts")
