"""The second factor: set up, asked for, lost, and where a business asks for it."""

import json
import re
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django_scopes import scopes_disabled
from rest_framework.test import APIClient

from accounts import businesses, passwords, tokens, twofactor
from accounts.errors import DomainError
from accounts.models import AuditEvent, Settings, User

from .conftest import PASSWORD, App, actions, is_signed_in, link_in, mails, sign_in
from .test_reset import NEW, ask, open_link, set_new

pytestmark = pytest.mark.slow

CODE = "/account/two-factor/code"


@pytest.fixture
def hers(ready, alice) -> Client:
    client = Client()
    sign_in(client, alice.email)
    return client


def again(client: Client):
    """The password once more, as before everything that changes who can sign in."""
    assert client.post("/account/reauthenticate", {"password": PASSWORD}).status_code == 302


def half_way(person) -> Client:
    """The password was right."""
    client = Client()
    assert sign_in(client, person.email)["Location"] == CODE
    assert not is_signed_in(client)
    return client


def recovery_codes(client: Client) -> list[str]:
    page = client.get("/account/two-factor/recovery-codes")
    return re.findall(r"<code>(\d{8})</code>", page.text)


def test_alice_sets_it_up_and_is_asked_for_it(hers, alice, django_capture_on_commit_callbacks):
    assert hers.get("/account/two-factor/on")["Location"].startswith("/account/reauthenticate?next=")
    again(hers)
    page = hers.get("/account/two-factor/on")
    assert 'src="data:image/svg+xml;base64,' in page.text
    secret = page.context["form"].secret
    assert "".join(page.context["groups"]) == secret
    assert hers.post("/account/two-factor/on", {"code": "000000"}).status_code == 422
    app = App.__new__(App)
    app.secret = secret
    with django_capture_on_commit_callbacks(execute=True):
        done = hers.post("/account/two-factor/on", {"code": f"{app.code()[:3]} {app.code()[3:]}"})
    assert done["Location"] == "/account/two-factor/recovery-codes"
    assert len(recovery_codes(hers)) == 10
    assert "two_factor.on" in actions(actor=alice)
    assert mails()[-1].subject == "Two-factor sign-in is on"

    client = half_way(alice)
    assert client.post(CODE, {"code": app.code(1)})["Location"] == "/admin/"
    assert is_signed_in(client)


def test_switching_it_on_ends_what_the_password_alone_has_opened(hers, ready, alice):
    """Somebody who knew the password was in already."""
    elsewhere, program = Client(), APIClient()
    sign_in(elsewhere, alice.email)
    first = tokens.open_family(alice)
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {first.access_token}")
    assert (is_signed_in(elsewhere), program.get("/api/auth/me").status_code) == (True, 200)
    again(hers)
    app = App.__new__(App)
    app.secret = hers.get("/account/two-factor/on").context["form"].secret
    assert hers.post("/account/two-factor/on", {"code": app.code()}).status_code == 302
    assert is_signed_in(hers)
    assert not is_signed_in(elsewhere)
    assert program.get("/api/auth/me").status_code == 401
    assert program.post("/api/auth/refresh", {"refresh": str(first)}, format="json").status_code == 401


def test_the_code_that_switches_it_on_is_used_up(hers, alice):
    again(hers)
    app = App.__new__(App)
    app.secret = hers.get("/account/two-factor/on").context["form"].secret
    code = app.code()
    hers.post("/account/two-factor/on", {"code": code})
    assert half_way(alice).post(CODE, {"code": code}).status_code == 422


def test_the_secret_is_not_readable_in_the_database(hers, alice):
    app = App(alice)
    again(hers)
    hers.post("/account/two-factor/recovery-codes/new")
    stored = [json.dumps(row.data) for row in Authenticator.objects.filter(user=alice)]
    assert len(stored) == 2
    for text in stored:
        assert app.secret not in text
        assert '"k1:' in text


def test_keys_are_rotated_with_the_others(alice, bob, settings):
    app = App(alice)
    old = settings.FIELD_ENCRYPTION_KEYS
    new = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="
    before = Authenticator.objects.get(user=alice).data["secret"]
    with override_settings(FIELD_ENCRYPTION_KEYS=[new, *old]):
        call_command("rotate_keys", stdout=StringIO())
    assert Authenticator.objects.get(user=alice).data["secret"] != before
    with override_settings(FIELD_ENCRYPTION_KEYS=[new]):
        assert twofactor.take(alice, app.code()) is not None


def test_nothing_opens_half_way(alice, ready):
    App(alice)
    client = half_way(alice)
    for path in ("/admin/", "/account/", "/account/members", "/account/two-factor", "/account/password"):
        assert client.get(path).status_code == 302
    assert client.get("/account/login")["Location"] == CODE
    client.post("/account/logout")
    assert client.get("/account/login").status_code == 200


def test_a_new_password_ends_what_the_old_one_has_half_opened(alice, ready):
    app, client = App(alice), half_way(alice)
    passwords.change(alice, NEW, actor=alice)
    answer = client.post(CODE, {"code": app.code()})
    assert (answer.status_code, answer["Location"]) == (302, "/account/login")
    assert not is_signed_in(client)
    assert client.get("/account/login").status_code == 200
    assert actions(action="sign_in") == []


def test_who_is_switched_off_half_way_gets_no_further(alice, ready):
    app, client = App(alice), half_way(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.post(CODE, {"code": app.code()})["Location"] == "/account/login"
    assert actions(action="sign_in") == []


def test_a_code_is_good_once(alice, ready):
    app = App(alice)
    code = app.code()
    first, second = half_way(alice), half_way(alice)
    assert first.post(CODE, {"code": code}).status_code == 302
    assert second.post(CODE, {"code": code}).status_code == 422
    assert second.post(CODE, {"code": app.code(-1)}).status_code == 422  # an older one neither
    assert not is_signed_in(second)


def test_a_used_code_stays_used_when_the_cache_is_lost(alice, empty_cache):
    app = App(alice)
    twofactor.check(alice, app.code())
    cache.delete_pattern("*")
    with pytest.raises(DomainError):
        twofactor.check(alice, app.code())


def test_a_phone_may_be_half_a_minute_off(alice):
    app = App(alice)
    assert twofactor.take(alice, app.code(-1)) is not None
    assert twofactor.take(alice, app.code(1)) is not None
    assert twofactor.take(alice, app.code(5)) is None


def test_a_recovery_code_is_good_once(hers, alice):
    App(alice)
    again(hers)
    hers.post("/account/two-factor/recovery-codes/new")
    code = recovery_codes(hers)[0]
    first, second = half_way(alice), half_way(alice)
    assert first.post(CODE, {"code": code}).status_code == 302
    assert second.post(CODE, {"code": code}).status_code == 422
    assert code not in recovery_codes(hers)


def test_new_recovery_codes_end_the_old(hers, alice, django_capture_on_commit_callbacks):
    App(alice)
    again(hers)
    hers.post("/account/two-factor/recovery-codes/new")
    old = recovery_codes(hers)
    with django_capture_on_commit_callbacks(execute=True):
        hers.post("/account/two-factor/recovery-codes/new")
    assert not set(old) & set(recovery_codes(hers))
    assert actions(actor=alice).count("recovery_codes.made") == 2
    assert mails()[-1].subject == "You have new recovery codes"


def test_recovery_codes_are_downloaded(hers, alice):
    App(alice)
    again(hers)
    hers.post("/account/two-factor/recovery-codes/new")
    file = hers.get("/account/two-factor/recovery-codes/download")
    assert file["Content-Type"].startswith("text/plain")
    assert "attachment" in file["Content-Disposition"]
    assert re.findall(r"^\d{8}$", file.text, re.M) == recovery_codes(hers)


def test_it_is_switched_off_after_the_password(hers, alice):
    app = App(alice)
    assert hers.post("/account/two-factor/off")["Location"].startswith("/account/reauthenticate")
    assert twofactor.is_on(alice)
    again(hers)
    assert "Switch off two-factor sign-in?" in hers.get("/account/two-factor/off").text
    hers.post("/account/two-factor/off")
    assert not Authenticator.objects.filter(user=alice).exists()
    assert "two_factor.off" in actions(actor=alice)
    assert mails()[-1].subject == "Two-factor sign-in is off"
    assert app.secret
    assert sign_in(Client(), alice.email)["Location"] == "/admin/"


def test_a_password_reset_does_not_go_round_it(alice, ready):
    App(alice)
    ask(alice.email)
    client = Client()
    set_new(client, open_link(client, link_in(mails()[0])))
    assert sign_in(client, alice.email, NEW)["Location"] == CODE


def test_a_password_reset_gives_no_new_guesses_at_codes(alice, ready):
    App(alice)
    guesser = half_way(alice)
    for _ in range(10):
        assert guesser.post(CODE, {"code": "no code"}).status_code == 422
    ask(alice.email)
    client = Client()
    set_new(client, open_link(client, link_in(mails()[0])))
    assert sign_in(client, alice.email, NEW)["Location"] == CODE
    assert client.post(CODE, {"code": "no code"}).status_code == 429


def test_who_has_lost_phone_and_codes_is_helped_on_the_machine(alice, ready):
    App(alice)
    call_command("two_factor_off", "Alice@shuddh-dairy.example", stdout=StringIO())
    assert not twofactor.is_on(alice)
    assert mails()[-1].to == [alice.email]
    assert AuditEvent.objects.get(action="two_factor.off").target == str(alice.pk)
    with pytest.raises(CommandError):
        call_command("two_factor_off", alice.email)
    with pytest.raises(CommandError):
        call_command("two_factor_off", "nobody@nowhere.example")


def test_who_is_helped_half_way_begins_again(alice, ready):
    App(alice)
    client = half_way(alice)
    call_command("two_factor_off", alice.email, stdout=StringIO())
    assert client.get(CODE)["Location"] == "/account/login"
    assert client.get("/account/login").status_code == 200
    assert sign_in(client, alice.email)["Location"] == "/admin/"


# --- where a business asks for it ---------------------------------------------------------------------------------------------


@pytest.fixture
def required(dairy):
    with scopes_disabled():
        Settings.objects.filter(business=dairy).update(two_factor_required=True)


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/aibot/rule/", "/account/", "/account/members", "/account/password"]
)
def test_members_without_it_are_led_to_it(hers, required, path):
    assert hers.get(path)["Location"] == "/account/two-factor"
    assert hers.post(path, {})["Location"] == "/account/two-factor"


def test_they_set_it_up_and_go_on(hers, required, alice):
    assert "Shuddh Dairy asks its members for it" in hers.get("/account/two-factor").text
    again(hers)
    app = App.__new__(App)
    app.secret = hers.get("/account/two-factor/on").context["form"].secret
    assert hers.post("/account/two-factor/on", {"code": app.code()}).status_code == 302
    assert len(recovery_codes(hers)) == 10
    assert hers.get("/admin/").status_code == 200


def test_they_may_leave_and_choose_their_language(hers, required):
    assert hers.post("/language", {"language": "hi", "next": "/account/two-factor"}).status_code == 302
    assert hers.post("/account/logout")["Location"] == "/account/login"


def test_they_may_work_in_another_business(hers, required, alice, masala):
    businesses.add_member(masala, alice, "agent")
    hers.post("/account/businesses", {"business": masala.pk})
    assert hers.get("/admin/").status_code == 200


def test_others_are_not_asked(ready, required, charlie):
    client = Client()
    sign_in(client, charlie.email)
    assert client.get("/admin/").status_code == 200


def test_the_installations_owner_is_asked_too(root, required, dairy):
    client = Client()
    sign_in(client, root.email)
    client.post("/account/businesses", {"business": dairy.pk})
    assert client.get("/admin/")["Location"] == "/account/two-factor"
    assert client.get("/admin/accounts/user/")["Location"] == "/account/two-factor"


def test_it_stays_on_where_it_is_asked_for(hers, required, alice):
    App(alice)
    again(hers)
    for page in (hers.get("/account/two-factor/off"), hers.post("/account/two-factor/off")):
        assert "A business of yours asks for two-factor sign-in: it stays on." in page.text
    assert twofactor.is_on(alice)


def test_the_api_asks_for_it_as_well(required, alice):
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {tokens.open_family(alice).access_token}")
    assert client.get("/api/products").json()["code"] == "two_factor_required"
