"""Signing in and out by the page, and that there is no other door."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.throttle import DEVICE_COOKIE

from .. import hashing
from .conftest import LOGIN, PASSWORD, actions, is_signed_in, sign_in

pytestmark = pytest.mark.slow


def test_alice_signs_in_and_lands_on_the_dashboard(client, ready, alice, dairy):
    done = sign_in(client, "ALICE@shuddh-dairy.example")
    assert (done.status_code, done["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200
    event = AuditEvent.objects.get(action="sign_in")
    assert (event.actor, event.business, event.address) == (alice, dairy, "203.0.113.7")


def test_the_dashboard_asks_who_is_not_signed_in(client, db):
    page = client.get("/admin/aibot/rule/", follow=True)
    assert page.redirect_chain[-1] == ("/account/login?next=%2Fadmin%2Faibot%2Frule%2F", 302)
    assert 'name="next" value="/admin/aibot/rule/"' in page.text


def test_after_signing_in_one_is_where_one_wanted_to_be(client, ready, alice):
    done = client.post(LOGIN, {"login": alice.email, "password": PASSWORD, "next": "/admin/aibot/rule/"})
    assert done["Location"] == "/admin/aibot/rule/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "http://testserver.evil.example/",
        "http://127.0.0.1/",
        "\t//evil.example",
    ],
)
def test_next_leads_nowhere_else(ready, alice, elsewhere):
    form = Client().post(LOGIN, {"login": alice.email, "password": PASSWORD, "next": elsewhere})
    address = Client().post(f"{LOGIN}?next={elsewhere}", {"login": alice.email, "password": PASSWORD})
    assert (form["Location"], address["Location"]) == ("/admin/", "/admin/")


def test_the_sessions_key_changes(client, ready, alice):
    client.get(LOGIN)
    client.session["mark"] = "x"
    session = client.session
    session["mark"] = "x"
    session.save()
    before = client.session.session_key
    assert before
    sign_in(client, alice.email)
    assert client.session.session_key != before
    assert not client.session.exists(before)


def test_wrong_and_unknown_are_answered_alike(client, ready, alice):
    wrong = sign_in(client, alice.email, "not-this-one-at-all")
    unknown = sign_in(client, "nobody@nowhere.example", "not-this-one-at-all")
    assert wrong.status_code == unknown.status_code == 422
    assert _without(wrong.text, alice.email) == _without(unknown.text, "nobody@nowhere.example")
    assert "E-mail or password is not right." in wrong.text
    assert not is_signed_in(client)


def _without(text: str, email: str) -> str:
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", text).replace(email, "")


def test_who_is_switched_off_is_answered_as_with_a_wrong_password(client, ready, bob):
    wrong = sign_in(client, bob.email, "not-this-one-at-all")
    bob.is_active = False
    bob.save(update_fields=["is_active"])
    off = sign_in(client, bob.email)
    assert (off.status_code, _without(off.text, "")) == (wrong.status_code, _without(wrong.text, ""))


def test_an_unknown_person_costs_what_a_wrong_password_does(client, settings, ready, alice):
    settings.PASSWORD_HASHERS = [hashing.NAME]
    alice.set_password(PASSWORD)
    alice.save(update_fields=["password"])

    def cost(email: str) -> int:
        before = hashing.CountedHasher.hashed
        assert sign_in(client, email, "not-this-one-at-all").status_code == 422
        return hashing.CountedHasher.hashed - before

    assert cost(alice.email) == cost("nobody@nowhere.example") > 0


def test_a_failure_is_in_the_log_without_the_e_mail(client, ready, alice):
    sign_in(client, alice.email, "not-this-one-at-all")
    sign_in(client, "nobody@nowhere.example", "not-this-one-at-all")
    known, unknown = AuditEvent.objects.filter(action="sign_in_failed").order_by("id")
    assert (known.target, known.details, known.actor) == (str(alice.pk), {}, None)
    assert (unknown.target, unknown.details) == ("", {})


def test_signing_out_needs_a_post(client, ready, alice):
    sign_in(client, alice.email)
    assert "Sign out?" in client.get("/account/logout").text
    assert is_signed_in(client)
    assert client.post("/account/logout")["Location"] == LOGIN
    assert not is_signed_in(client)
    assert actions(actor=alice, action__startswith="sign") == ["sign_in", "sign_out"]


def test_the_admins_sign_out_is_the_same(client, ready, alice):
    sign_in(client, alice.email)
    assert client.get("/admin/logout/").status_code == 405
    client.post("/admin/logout/")
    assert not is_signed_in(client)
    assert "sign_out" in actions(actor=alice)


def test_the_admin_takes_no_password(client, ready, alice):
    given = {"username": alice.email, "password": PASSWORD, "login": alice.email, "next": "/admin/"}
    answer = client.post("/admin/login/?next=/admin/", given)
    assert (answer.status_code, answer["Location"]) == (302, "/account/login?next=%2Fadmin%2F")
    assert not is_signed_in(client)
    assert actions(action__startswith="sign_in") == []


def test_who_belongs_nowhere_is_not_sent_in_circles(client, ready, alice, dairy):
    sign_in(client, alice.email)
    alice.memberships.all().delete()
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain[-1][0] == "/account/"
    assert "You are not a member of any business." in page.text


def test_a_page_for_the_form_that_has_expired_says_so(ready, alice):
    client = Client(enforce_csrf_checks=True)
    expired = client.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    assert expired.status_code == 403
    assert "This page was open for too long" in expired.text
    assert "<style" not in expired.text


def test_the_devices_cookie_is_for_this_host_and_no_script(client, ready, alice):
    cookie = sign_in(client, alice.email).cookies[DEVICE_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert len(cookie.value) == 32


def test_passwords_are_not_sent_back(client, ready, alice):
    assert "not-this-one-at-all" not in sign_in(client, alice.email, "not-this-one-at-all").text


def test_every_name_that_allauth_asks_for_is_there(db):
    for name in ("account_login", "account_logout", "account_reauthenticate", "account_reset_password"):
        assert reverse(name).startswith("/account/")
    for name in ("mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_view_recovery_codes"):
        assert reverse(name).startswith("/account/two-factor")


def test_allauths_own_sign_up_is_not_there(client, db):
    for path in ("/account/signup", "/accounts/signup/", "/account/email", "/accounts/login/"):
        assert client.get(path).status_code == 404


def test_nothing_on_the_pages_is_inline(client, ready, alice):
    sign_in(client, alice.email)
    pages = ["", "password", "two-factor", "members", "businesses", "logout", "reauthenticate"]
    for page in [client.get(f"/account/{path}") for path in pages] + [Client().get(LOGIN)]:
        assert page.status_code == 200
        assert "unsafe" not in page["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page.text)
        assert page["Cache-Control"].find("no-store") >= 0


def test_the_language_is_chosen_on_the_page(client, db):
    page = client.get(f"{LOGIN}?next=/admin/aibot/rule/")
    assert '<input type="hidden" name="next" value="/account/login?next=/admin/aibot/rule/">' in page.text
    client.post("/language", {"language": "hi", "next": LOGIN})
    assert '<html lang="hi">' in client.get(LOGIN).text
