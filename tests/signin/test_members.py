"""The members of a business, on the page of its owners."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django_scopes import scope

from accounts import businesses, invitations, keys, members
from accounts.errors import DomainError
from accounts.models import AuditEvent, Membership, User

from .conftest import App, sign_in

pytestmark = pytest.mark.slow

PAGE = "/account/members"


@pytest.fixture
def visit(ready):
    def enter(person: User) -> Client:
        client = Client()
        sign_in(client, person.email)
        return client

    return enter


def membership(person: User, business) -> Membership:
    return Membership.objects.get(user=person, business=business)


def role_of(person: User) -> str:
    return Membership.objects.get(user=person).role


def test_an_owner_sees_who_is_there_and_how_they_sign_in(visit, alice, bob, dairy):
    App(bob)
    page = visit(alice).get(PAGE)
    assert page.status_code == 200
    rows = {row.user.name: (row.role, row.two_factor, bool(row.user.last_login)) for row in page.context["members"]}
    assert rows == {"Alice": ("owner", False, True), "Bob": ("agent", True, False), "Vera": ("viewer", False, False)}
    assert "charlie" not in page.text


@pytest.mark.parametrize("who", ["bob", "vera"])
def test_agents_and_viewers_may_not(visit, request, who, alice, dairy):
    client = visit(request.getfixturevalue(who))
    mine = membership(alice, dairy).pk
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"email": "dina@example.com", "role": "owner"}).status_code == 403
    for path in (f"{PAGE}/{mine}/role", f"{PAGE}/{mine}/remove"):
        assert client.post(path, {"role": "viewer"}).status_code == 403
    assert role_of(alice) == "owner"


def test_nobody_else_may(client, alice, dairy, ready):
    assert client.get(PAGE)["Location"].startswith("/account/login")
    assert client.post(f"{PAGE}/{membership(alice, dairy).pk}/role", {"role": "viewer"}).status_code == 302
    assert role_of(alice) == "owner"


def test_a_stranger_owner_finds_nothing_there(visit, charlie, alice, bob, dairy):
    client = visit(charlie)
    for path in (f"{PAGE}/{membership(bob, dairy).pk}/role", f"{PAGE}/{membership(bob, dairy).pk}/remove"):
        assert client.post(path, {"role": "owner"}).status_code == 404
    assert role_of(bob) == "agent"


def test_a_role_is_changed(visit, alice, bob, dairy):
    client = visit(alice)
    assert (
        "The role has been changed."
        in client.post(f"{PAGE}/{membership(bob, dairy).pk}/role", {"role": "viewer"}, follow=True).text
    )
    assert role_of(bob) == "viewer"
    event = AuditEvent.objects.get(action="member.role", target=str(bob.pk), details__has_key="before")
    assert event.details == {"before": {"role": "agent"}, "after": {"role": "viewer"}}
    assert event.actor == alice


def test_a_role_that_there_is_not_is_refused(visit, alice, bob, dairy):
    client = visit(alice)
    page = client.post(f"{PAGE}/{membership(bob, dairy).pk}/role", {"role": "superuser"}, follow=True)
    assert "There is no such role." in page.text
    assert role_of(bob) == "agent"


def test_a_member_is_removed_after_a_question(visit, alice, bob, dairy):
    client, theirs = visit(alice), visit(bob)
    path = f"{PAGE}/{membership(bob, dairy).pk}/remove"
    assert "Remove Bob?" in client.get(path).text
    assert Membership.objects.filter(user=bob).exists()
    client.post(path)
    assert not Membership.objects.filter(user=bob).exists()
    assert User.objects.filter(pk=bob.pk).exists()
    assert theirs.get("/admin/aibot/rule/").status_code == 302
    assert AuditEvent.objects.get(action="member.removed").target == str(bob.pk)


def test_the_last_owner_stays(visit, alice, dairy):
    client, mine = visit(alice), membership(alice, dairy).pk
    for path, data in ((f"{PAGE}/{mine}/role", {"role": "viewer"}), (f"{PAGE}/{mine}/remove", {})):
        assert "A business needs an owner." in client.post(path, data, follow=True).text
    assert role_of(alice) == "owner"


def test_an_owner_who_is_switched_off_counts_for_none(visit, alice, bob, dairy):
    businesses.add_member(dairy, bob, "owner")
    User.objects.filter(pk=bob.pk).update(is_active=False)
    client = visit(alice)
    assert "A business needs an owner." in client.post(f"{PAGE}/{membership(alice, dairy).pk}/remove", follow=True).text
    assert (
        client.post(f"/admin/accounts/membership/{membership(alice, dairy).pk}/change/", {"role": "agent"}).status_code
        == 200
    )
    assert role_of(alice) == "owner"
    client.post(f"{PAGE}/{membership(bob, dairy).pk}/remove")
    assert not Membership.objects.filter(user=bob).exists()


def test_who_is_removed_does_not_come_back_by_an_old_invitation(visit, alice, charlie, dairy):
    row, token = invitations.invite(dairy, charlie.email, "owner", actor=alice)
    businesses.add_member(dairy, charlie, "agent")
    visit(alice).post(f"{PAGE}/{membership(charlie, dairy).pk}/remove")
    with pytest.raises(DomainError, match="ended"):
        invitations.accept(token, charlie)
    assert AuditEvent.objects.filter(action="invitation.withdrawn", target=str(row.pk), actor=alice).exists()


def test_an_owner_who_is_not_the_last_may_leave(visit, alice, bob, dairy):
    businesses.add_member(dairy, bob, "owner")
    client = visit(alice)
    left = client.post(f"{PAGE}/{membership(alice, dairy).pk}/remove", follow=True)
    assert left.redirect_chain[-1][0] == "/account/"
    assert not Membership.objects.filter(user=alice).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_demote_each_other_one_stays(dairy, alice, bob):
    businesses.add_member(dairy, bob, "owner")

    def demote(person: User) -> str:
        try:
            members.set_role(membership(person, dairy), "viewer", actor=None)
            return "done"
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    for _ in range(5):
        Membership.objects.filter(user__in=[alice, bob]).update(role="owner")
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(demote, [alice, bob])) == ["done", "last_owner"]
        assert Membership.objects.filter(business=dairy, role="owner").count() == 1


def test_the_page_asks_no_more_for_more_members(visit, alice, dairy, django_assert_max_num_queries):
    client = visit(alice)
    client.get(PAGE)
    for n in range(30):
        person = User.objects.create_user(f"person{n}@shuddh-dairy.example", name=f"Person {n}")
        businesses.add_member(dairy, person, "agent")
    with django_assert_max_num_queries(12):
        client.get(PAGE)


@pytest.mark.parametrize("act", ["remove", "lower"])
def test_the_api_keys_of_who_is_no_owner_any_more_end(visit, alice, bob, dairy, act):
    businesses.add_member(dairy, bob, "owner", actor=alice)
    with scope(business=dairy):
        theirs, text = keys.create(dairy, "Till", ["leads:read"], actor=bob)
        mine, other = keys.create(dairy, "Sheet", ["leads:read"], actor=alice)
    client, page = visit(alice), f"{PAGE}/{membership(bob, dairy).pk}"
    if act == "remove":
        asks = client.get(f"{page}/remove")
        assert "Till" in asks.text
        assert "Sheet" not in asks.text
        client.post(f"{page}/remove")
    else:
        client.post(f"{page}/role", {"role": "agent"})
    assert keys.find(text) is None
    assert keys.find(other) == mine
    assert AuditEvent.objects.get(action="key.revoked").target == str(theirs.pk)
