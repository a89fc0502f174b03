"""Invitations: how somebody becomes a member."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts import invitations
from accounts.errors import DomainError
from accounts.models import AuditEvent, Invitation, Membership, User

from .conftest import PASSWORD, is_signed_in, link_in, mails, sign_in

pytestmark = pytest.mark.slow

PAGE = "/account/members"
DINA = "dina@example.com"


@pytest.fixture
def owner(ready, alice) -> Client:
    client = Client()
    sign_in(client, alice.email)
    return client


def invite(owner: Client, email: str = DINA, role: str = "agent"):
    return owner.post(PAGE, {"email": email, "role": role})


def invited(owner: Client, email: str = DINA, role: str = "agent") -> str:
    """The path of the link."""
    assert invite(owner, email, role).status_code == 200
    return link_in(mails()[-1])


def the_invitation() -> Invitation:
    with scopes_disabled():
        return Invitation.objects.latest("created_at")


def roles_of(person: User) -> dict[str, str]:
    return dict(Membership.objects.filter(user=person).values_list("business__slug", "role"))


def new_person(client: Client, link: str, name: str = "Dina", password: str = PASSWORD):
    return client.post(link, {"name": name, "password1": password})


# --- inviting -----------------------------------------------------------------------------------------------------------------


def test_the_link_is_mailed_and_shown_once(owner, dairy):
    page = invite(owner, "Dina@Example.com")
    (message,) = mails()
    assert message.to == [DINA]
    assert message.subject == "Shuddh Dairy invites you"
    link = link_in(message)
    assert link in page.text
    again = owner.get(PAGE).text
    assert DINA in again
    assert link not in again
    row = the_invitation()
    assert link.rpartition("/")[2] not in (row.digest, row.email)
    assert timedelta(days=6.9) < row.expires_at - timezone.now() < timedelta(days=7.1)
    event = AuditEvent.objects.get(action="invitation.sent")
    assert (event.target, event.details) == (str(row.pk), {"role": "agent"})


def test_the_link_names_our_address_whatever_host_is_asked(owner, settings):
    settings.ALLOWED_HOSTS, settings.FRONTEND_URL = ["*"], "http://chat.dairy.example"
    page = owner.post(PAGE, {"email": DINA, "role": "agent"}, HTTP_HOST="evil.example")
    assert page.status_code == 200
    assert "http://chat.dairy.example/account/join/" in mails()[0].body
    assert "evil" not in mails()[0].body
    assert "http://chat.dairy.example/account/join/" in page.text


def test_a_name_writes_no_paragraph_of_a_mail(owner, alice, dairy):
    alice.name, dairy.name = "Alice\n\nhttp://evil.example", "Dairy\nBcc: all@evil.example"
    alice.save()
    dairy.save()
    invite(owner)
    (message,) = mails()
    assert message.subject == "Dairy Bcc: all@evil.example invites you"
    assert not re.search("^(http://evil|Bcc)", message.body, re.M)


@pytest.mark.parametrize(
    ("email", "role", "says"),
    [
        ("no address", "agent", "Enter a valid email address."),
        ("bob@shuddh-dairy.example", "agent", "This person is a member already."),
        (DINA, "superuser", "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_refused(owner, email, role, says):
    refused = invite(owner, email, role)
    assert refused.status_code == 422
    assert says in refused.text
    assert mails() == []


def test_without_a_mail_server_the_owner_sends_it(owner, settings):
    settings.PRODUCTION, settings.EMAIL_HOST = True, ""
    page = invite(owner)
    assert "No mail server is set up here: send the link yourself." in page.text
    assert mails() == []
    assert Client().get(re.search(r"/account/join/[\w-]+", page.text)[0]).status_code == 200


def test_a_new_invitation_ends_the_old(owner):
    first, second = invited(owner), invited(owner, role="viewer")
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    with scopes_disabled():
        assert Invitation.objects.filter(ended_at=None).count() == 1


def test_fifty_a_day(owner):
    for n in range(50):
        assert invite(owner, f"person{n}@example.com").status_code == 200
    assert "That is enough invitations for today." in invite(owner).text


def test_one_mailbox_is_not_flooded_by_many_businesses(owner, dairy, masala, alice, charlie):
    for business, by in [(dairy, alice), (masala, charlie)] * 4:
        _row, token = invitations.invite(business, DINA, "agent", actor=by)
        assert invitations.find(token) is not None
    assert len(mails()) == 5
    assert len(mails()) == len([message for message in mails() if message.to == [DINA]])


def test_a_withdrawn_one_does_not_work(owner, alice):
    link = invited(owner)
    row = the_invitation()
    assert owner.get(f"/account/invitations/{row.pk}/withdraw").status_code == 405
    owner.post(f"/account/invitations/{row.pk}/withdraw")
    assert Client().get(link).status_code == 410
    assert new_person(Client(), link).status_code == 410
    assert DINA not in owner.get(PAGE).text
    assert AuditEvent.objects.get(action="invitation.withdrawn").actor == alice


def test_nobody_elses_is_withdrawn(owner, charlie, ready):
    invited(owner)
    theirs = Client()
    sign_in(theirs, charlie.email)
    assert theirs.post(f"/account/invitations/{the_invitation().pk}/withdraw").status_code == 404
    assert the_invitation().ended_at is None


# --- accepting ----------------------------------------------------------------------------------------------------------------


def test_somebody_new_says_their_name_and_is_in(owner, dairy):
    link = invited(owner)
    client = Client()
    page = client.get(link)
    assert (page.status_code, User.objects.filter(email=DINA).exists()) == (200, False)
    assert "Shuddh Dairy" in page.text
    done = new_person(client, link)
    assert (done.status_code, done["Location"]) == (302, "/admin/")
    dina = User.objects.get(email=DINA)
    assert (dina.name, roles_of(dina)) == ("Dina", {"shuddh-dairy": "agent"})
    assert client.get("/admin/aibot/rule/").status_code == 200
    assert AuditEvent.objects.get(action="member.joined").actor == dina
    client.post("/account/logout")
    assert sign_in(client, DINA).status_code == 302


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("Dina", "short"), ("Dina", "dina@example.com")])
def test_somebody_new_with_a_bad_password_or_no_name_is_asked_again(owner, name, password):
    link = invited(owner)
    assert new_person(Client(), link, name, password).status_code == 422
    assert not User.objects.filter(email=DINA).exists()
    assert the_invitation().ended_at is None


def test_somebody_with_an_account_signs_in_and_accepts(owner, charlie, dairy):
    link = invited(owner, charlie.email, "viewer")
    client = Client()
    assert f"/account/login?next={link}" in client.get(link).text
    assert new_person(client, link, "Mallory", "another-kefir-curd").status_code == 200  # no second account, no sign-in
    assert not is_signed_in(client)
    done = client.post("/account/login", {"login": charlie.email, "password": PASSWORD, "next": link})
    assert done["Location"] == link
    assert "Accept" in client.get(link).text
    assert roles_of(charlie) == {"masala-junction": "owner"}  # looking at it changes nothing
    assert client.post(link)["Location"] == "/admin/"
    assert roles_of(charlie) == {"masala-junction": "owner", "shuddh-dairy": "viewer"}
    assert client.get("/account/").context["request"].business == dairy
    charlie.refresh_from_db()
    assert charlie.check_password(PASSWORD)


def test_the_wrong_person_is_told_and_gets_nothing(owner, bob, ready):
    link = invited(owner)
    client = Client()
    sign_in(client, bob.email)
    assert "this invitation is for somebody else" in client.get(link).text
    assert client.post(link).status_code == 403
    assert client.post(link, {"name": "Dina", "password1": PASSWORD}).status_code == 403
    assert roles_of(bob) == {"shuddh-dairy": "agent"}
    assert not User.objects.filter(email=DINA).exists()
    assert the_invitation().ended_at is None


def test_it_is_good_once(owner, charlie):
    link = invited(owner, charlie.email)
    client = Client()
    sign_in(client, charlie.email)
    assert client.post(link).status_code == 302
    assert client.post(link).status_code == 410
    assert Client().get(link).status_code == 410


def test_it_ends_after_seven_days(owner):
    link = invited(owner)
    with scopes_disabled():
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    late = Client().get(link)
    assert late.status_code == 410
    assert "This invitation has ended" in late.text
    assert new_person(Client(), link).status_code == 410
    assert DINA not in owner.get(PAGE).text


def test_an_unknown_link_is_not_there(db):
    for token in ("x", "a" * 43, "../../admin", "%00"):
        assert Client().get(f"/account/join/{token}").status_code == 404


def test_one_of_a_business_that_is_switched_off_does_not_work(owner, dairy):
    link = invited(owner)
    dairy.active = False
    dairy.save(update_fields=["active"])
    assert Client().get(link).status_code == 410


def test_who_became_a_member_meanwhile_keeps_their_role(owner, charlie, dairy):
    link = invited(owner, charlie.email, "viewer")
    Membership.objects.create(user=charlie, business=dairy, role="owner")
    client = Client()
    sign_in(client, charlie.email)
    client.post(link)
    assert roles_of(charlie)["shuddh-dairy"] == "owner"


def test_links_are_not_to_be_guessed_in_numbers(db):
    statuses = [Client().get(f"/account/join/{n:043d}").status_code for n in range(70)]
    assert statuses == [404] * 60 + [429] * 10


def test_an_invitation_alone_opens_no_business_for_who_took_the_e_mail_first(owner, charlie, dairy):
    """An account with a foreign e-mail is worth nothing without the link, which comes to the mailbox."""
    squatter = Client()
    sign_in(squatter, charlie.email)
    invited(owner, charlie.email)
    assert roles_of(charlie) == {"masala-junction": "owner"}
    assert not re.search("shuddh-dairy", squatter.get("/account/").text, re.I)


# --- at the same moment -------------------------------------------------------------------------------------------------------


def at_once(count: int, act) -> list[str]:
    def one(number: int) -> str:
        try:
            act(number)
            return "done"
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_accept_at_once_one_does(dairy, alice, charlie):
    row, token = invitations.invite(dairy, charlie.email, "agent", actor=alice)
    assert at_once(20, lambda _: invitations.accept(token, charlie)) == ["done"] + ["ended"] * 19
    assert roles_of(charlie) == {"shuddh-dairy": "agent"}
    assert AuditEvent.objects.filter(action="member.joined", details__invitation=str(row.pk)).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_join_at_once_one_does(dairy, alice):
    _row, token = invitations.invite(dairy, DINA, "agent", actor=alice)
    done = at_once(20, lambda n: invitations.join(token, f"Dina {n}", PASSWORD))
    assert done == ["done"] + ["ended"] * 19
    assert roles_of(User.objects.get(email=DINA)) == {"shuddh-dairy": "agent"}


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_invite_at_once_one_invitation_is_open(dairy, alice):
    found = at_once(20, lambda _: invitations.invite(dairy, DINA, "agent", actor=alice))
    assert set(found) <= {"done", "invited_already"}
    assert "done" in found
    with scopes_disabled():
        assert Invitation.objects.filter(ended_at=None).count() == 1
