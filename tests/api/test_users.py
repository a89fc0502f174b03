"""/api/users: the members of a business, their roles, and invitations."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope

from accounts import businesses, invitations
from accounts.models import AuditEvent, Invitation, Membership, User

from .asking import as_key, as_person

pytestmark = pytest.mark.django_db

OWNER = Membership.Role.OWNER


def invite(client, email="meera@shuddh-dairy.example", role="agent"):
    return client.post("/api/users/invitations", {"email": email, "role": role}, format="json")


# --- members ------------------------------------------------------------------------------------------------------------------


def test_an_owner_sees_who_belongs_to_the_business(dairy, masala, alice, bob):
    rows = as_person(alice).get("/api/users").json()["results"]
    assert [row["name"] for row in rows] == ["Alice", "Bob", "Vera"]
    assert rows[1] | {"memberSince": ""} == {
        "id": str(bob.pk),
        "name": "Bob",
        "role": "agent",
        "email": bob.email,
        "phone": "",
        "twoFactor": False,
        "lastSignInAt": None,
        "memberSince": "",
    }


@pytest.mark.parametrize("who", ["bob", "vera"])
def test_agents_and_viewers_read_names_alone(dairy, request, who):
    client = as_person(request.getfixturevalue(who))
    rows = client.get("/api/users").json()["results"]
    assert len(rows) == 3
    assert all(set(row) == {"id", "name", "role"} for row in rows)
    assert set(client.get(f"/api/users/{rows[0]['id']}").json()) == {"id", "name", "role"}


def test_a_list_costs_the_same_for_three_and_for_thirty(dairy, alice, empty_cache):
    client = as_person(alice)
    client.get("/api/users")
    with CaptureQueriesContext(connection) as few:
        client.get("/api/users")
    for number in range(27):
        user = User.objects.create_user(f"agent{number}@shuddh-dairy.example", name=f"Agent {number}")
        businesses.add_member(dairy, user, Membership.Role.AGENT)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get("/api/users").json()["results"]) == 30
    assert len(many) == len(few)


def test_a_role_changes_from_the_next_request_on(dairy, alice, bob):
    client = as_person(alice)
    answer = client.patch(f"/api/users/{bob.pk}", {"role": "owner"}, format="json")
    assert (answer.status_code, answer.json()["role"]) == (200, "owner")
    assert as_person(bob).get("/api/keys").status_code == 200
    event = AuditEvent.objects.filter(action="member.role", actor=alice, target=str(bob.pk)).latest("id")
    assert event.details == {"before": {"role": "agent"}, "after": {"role": "owner"}}


def test_a_removed_member_is_out_at_once(dairy, alice, bob):
    his = as_person(bob)
    assert his.get("/api/products").status_code == 200
    assert as_person(alice).delete(f"/api/users/{bob.pk}").status_code == 204
    assert his.get("/api/products").json()["code"] == "no_business"
    assert AuditEvent.objects.get(action="member.removed").target == str(bob.pk)
    assert User.objects.filter(pk=bob.pk).exists()


def test_the_last_owner_stays(dairy, alice, bob):
    client = as_person(alice)
    for answer in (
        client.delete(f"/api/users/{alice.pk}"),
        client.patch(f"/api/users/{alice.pk}", {"role": "viewer"}, format="json"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
    client.patch(f"/api/users/{bob.pk}", {"role": "owner"}, format="json")
    assert client.delete(f"/api/users/{alice.pk}").status_code == 204


@pytest.mark.parametrize("who", ["bob", "vera"])
def test_only_an_owner_changes_anything(dairy, request, alice, who):
    client = as_person(request.getfixturevalue(who))
    for answer in (
        client.patch(f"/api/users/{alice.pk}", {"role": "viewer"}, format="json"),
        client.delete(f"/api/users/{alice.pk}"),
        client.get("/api/users/invitations"),
        invite(client),
    ):
        assert answer.status_code == 403


def test_a_stranger_is_as_one_that_is_not_there(dairy, masala, alice, charlie):
    client = as_person(alice)
    for answer in (
        client.get(f"/api/users/{charlie.pk}"),
        client.patch(f"/api/users/{charlie.pk}", {"role": "viewer"}, format="json"),
        client.delete(f"/api/users/{charlie.pk}"),
    ):
        assert answer.status_code == 404
    assert Membership.objects.get(user=charlie).role == OWNER


def test_a_key_reads_members_and_makes_no_owner(dairy, alice, bob):
    assert as_key(dairy, "users:read", by=alice).get("/api/users").json()["results"][0]["email"] == alice.email
    client = as_key(dairy, "users:write", by=alice)
    assert client.patch(f"/api/users/{bob.pk}", {"role": "viewer"}, format="json").status_code == 200
    for answer in (
        client.patch(f"/api/users/{bob.pk}", {"role": "owner"}, format="json"),
        client.patch(f"/api/users/{alice.pk}", {"role": "viewer"}, format="json"),
        client.delete(f"/api/users/{alice.pk}"),
        invite(client, role="owner"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "person_needed")


# --- invitations --------------------------------------------------------------------------------------------------------------


def test_an_owner_invites_and_sees_the_link_once(dairy, alice, settings):
    client = as_person(alice)
    made = invite(client, email="Meera@Shuddh-Dairy.example")
    assert made.status_code == 201, made.json()
    body = made.json()
    assert body["email"] == "meera@shuddh-dairy.example"
    assert body["link"].startswith(f"{settings.FRONTEND_URL}/account/join/")
    [row] = client.get("/api/users/invitations").json()["results"]
    assert row == {name: value for name, value in body.items() if name != "link"}


def test_a_second_invitation_takes_the_place_of_the_first(dairy, alice):
    client = as_person(alice)
    first, second = invite(client).json(), invite(client, role="viewer").json()
    assert [row["id"] for row in client.get("/api/users/invitations").json()["results"]] == [second["id"]]
    assert first["link"] != second["link"]


def test_a_member_is_not_invited_again(dairy, alice, bob):
    answer = invite(as_person(alice), email=bob.email.upper())
    assert (answer.status_code, answer.json()["code"]) == (409, "already_a_member")


def test_an_owner_withdraws_an_invitation(dairy, alice):
    client = as_person(alice)
    made = invite(client).json()
    assert client.delete(f"/api/users/invitations/{made['id']}").status_code == 204
    assert client.get("/api/users/invitations").json()["results"] == []
    assert client.delete(f"/api/users/invitations/{made['id']}").status_code == 404


def test_an_invitation_of_another_business_is_not_there(dairy, masala, alice, charlie):
    with scope(business=masala):
        foreign, _token = invitations.invite(masala, "x@y.example", "agent", actor=charlie)
    client = as_person(alice)
    assert client.delete(f"/api/users/invitations/{foreign.pk}").status_code == 404
    assert client.get("/api/users/invitations").json()["results"] == []
    assert Invitation._base_manager.get(pk=foreign.pk).ended_at is None


def test_one_that_has_run_out_is_not_shown(dairy, alice):
    client = as_person(alice)
    made = invite(client).json()
    Invitation._base_manager.filter(pk=made["id"]).update(expires_at=timezone.now())
    assert client.get("/api/users/invitations").json()["results"] == []


@pytest.mark.parametrize(("email", "role", "field"), [("no e-mail", "agent", "email"), ("a@b.example", "root", "role")])
def test_what_will_not_do_says_which_field(dairy, alice, email, role, field):
    answer = invite(as_person(alice), email, role)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_remove_each_other_one_stays(dairy, alice, bob):
    businesses.add_member(dairy, bob, OWNER)

    def remove(pair) -> int:
        try:
            return as_person(pair[0]).delete(f"/api/users/{pair[1].pk}").status_code
        finally:
            connection.close()

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            codes = sorted(pool.map(remove, [(alice, bob), (bob, alice)]))
        assert Membership.objects.filter(business=dairy, role=OWNER).count() == 1, codes
        for user in (alice, bob):
            businesses.add_member(dairy, user, OWNER)
