"""/api/auth: sign in, refresh, sign out, one's own account and password."""

import time

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from rest_framework.test import APIClient

from accounts import access, throttle
from accounts.models import AuditEvent, KnownPlace, Settings

from .. import hashing
from .asking import as_key, as_person, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

PASSWORD = "three brown buffaloes"


@pytest.fixture(autouse=True)
def passwords(alice, bob):
    for user in (alice, bob):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])


@pytest.fixture
def secret(alice) -> str:
    """Alice has switched two-factor sign-in on."""
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    return secret


def code_of(secret: str, seconds: float = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time() + seconds) // 30))


def actions() -> list[str]:
    """What was done by this door, in order."""
    return list(AuditEvent.objects.filter(details__by="api").order_by("id").values_list("action", flat=True))


# --- sign in ------------------------------------------------------------------------------------------------------------------


def test_an_owner_signs_in_and_is_told_who_she_is_and_where(dairy, alice):
    answer = sign_in("Alice@Shuddh-Dairy.example ", PASSWORD)
    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert set(body) == {"access", "refresh", "expiresIn", "user", "businesses"}
    assert body["user"] == {"id": str(alice.pk), "email": alice.email, "name": "Alice", "phone": ""}
    assert body["businesses"] == [{"id": str(dairy.pk), "name": "Shuddh Dairy", "role": "owner"}]
    assert body["expiresIn"] == 600
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {body['access']}")
    assert client.get("/api/products").status_code == 200
    event = AuditEvent.objects.get(action="sign_in")
    assert (event.actor, event.details, event.address) == (alice, {"by": "api"}, "127.0.0.1")
    alice.refresh_from_db()
    assert alice.last_login is not None


def test_an_unknown_e_mail_a_wrong_password_and_an_account_that_is_off_are_answered_alike(alice, bob):
    bob.is_active = False
    bob.save(update_fields=["is_active"])
    answers = [
        sign_in("nobody@nowhere.example", PASSWORD),
        sign_in(alice.email, "three brown cows, no"),
        sign_in(bob.email, PASSWORD),
        sign_in("no e-mail", PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert [answer["WWW-Authenticate"] for answer in answers] == ['Bearer realm="api"'] * 4
    bodies = [answer.json() | {"requestId": ""} for answer in answers]
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == "wrong_credentials"
    assert actions() == ["sign_in_failed"] * 4
    assert not AuditEvent.objects.filter(details__icontains="nowhere").exists()


def test_an_unknown_e_mail_costs_what_a_wrong_password_does(alice, settings):
    settings.PASSWORD_HASHERS = [hashing.NAME]
    alice.set_password(PASSWORD)
    alice.save(update_fields=["password"])

    def cost(email: str) -> int:
        before = hashing.CountedHasher.hashed
        assert sign_in(email, "three brown cows, no").status_code == 401
        return hashing.CountedHasher.hashed - before

    assert cost(alice.email) == cost("nobody@nowhere.example") > 0


def test_a_body_of_sign_in_is_held_to_its_fields(alice):
    for body in ({}, {"email": alice.email}, {"email": alice.email, "password": PASSWORD, "remember": True}):
        assert APIClient().post("/api/auth/login", body, format="json").status_code == 400
    assert APIClient().get("/api/auth/login").status_code == 405


def test_the_device_is_known_afterwards(alice):
    answer = sign_in(alice.email, PASSWORD)
    cookie = answer.cookies[throttle.DEVICE_COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert throttle.is_known(alice.email, "203.0.113.9", cookie.value)
    assert KnownPlace.objects.filter(user=alice).count() == 2  # this network and this device


# --- the second factor --------------------------------------------------------------------------------------------------------


def test_with_the_second_factor_a_code_is_asked_for_and_is_good_once(alice, secret):
    asked = sign_in(alice.email, PASSWORD)
    assert (asked.status_code, asked.json()["code"]) == (401, "two_factor_code_needed")
    wrong = sign_in(alice.email, PASSWORD, code_of(secret, 3600))
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
    code = code_of(secret)
    assert sign_in(alice.email, PASSWORD, code).status_code == 200
    assert sign_in(alice.email, PASSWORD, code).json()["code"] == "wrong_code"
    assert actions() == ["sign_in_failed", "sign_in", "sign_in_failed"]


def test_a_code_is_not_looked_at_before_the_password(alice, secret):
    assert sign_in(alice.email, "three brown cows, no", code_of(secret)).json()["code"] == "wrong_credentials"


def test_a_recovery_code_is_good_once(alice, secret):
    code = RecoveryCodes.activate(alice).get_unused_codes()[0]
    assert sign_in(alice.email, PASSWORD, code).status_code == 200
    assert sign_in(alice.email, PASSWORD, code).json()["code"] == "wrong_code"


def test_a_code_is_good_once_also_while_redis_is_away(alice, secret, redis_away):
    code = code_of(secret)
    assert sign_in(alice.email, PASSWORD, code).status_code == 200
    assert sign_in(alice.email, PASSWORD, code).json()["code"] == "wrong_code"


def test_who_must_have_a_second_factor_may_only_set_it_up(dairy, alice):
    Settings._base_manager.filter(business=dairy).update(two_factor_required=True)
    body = sign_in(alice.email, PASSWORD).json()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {body['access']}")
    assert client.get("/api/products").json()["code"] == "two_factor_required"
    assert client.get("/api/auth/me").status_code == 200
    TOTP.activate(alice, generate_totp_secret())
    assert client.get("/api/products").status_code == 200


# --- refresh, sign out --------------------------------------------------------------------------------------------------------


def refresh(text: str):
    return APIClient().post("/api/auth/refresh", {"refresh": text}, format="json")


def works(access_token: str) -> bool:
    answer = APIClient(HTTP_AUTHORIZATION=f"Bearer {access_token}").get("/api/auth/me")
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


def test_a_refresh_token_gives_the_next_tokens_and_has_ended(alice):
    first = sign_in(alice.email, PASSWORD).json()
    second = refresh(first["refresh"])
    assert second.status_code == 200
    assert set(second.json()) == {"access", "refresh", "expiresIn"}
    assert works(second.json()["access"])
    again = refresh(first["refresh"])
    assert (again.status_code, again.json()["code"]) == (401, "token_not_valid")
    assert again["WWW-Authenticate"] == 'Bearer realm="api"'
    assert refresh(second.json()["refresh"]).status_code == 200  # two tabs at once are no theft


def test_signing_out_ends_the_access_token_too(alice):
    mine, other = sign_in(alice.email, PASSWORD).json(), sign_in(alice.email, PASSWORD).json()
    assert APIClient().post("/api/auth/logout", {"refresh": mine["refresh"]}, format="json").status_code == 204
    assert not works(mine["access"])
    assert refresh(mine["refresh"]).status_code == 401
    assert works(other["access"])
    assert APIClient().post("/api/auth/logout", {"refresh": mine["refresh"]}, format="json").status_code == 204
    assert APIClient().post("/api/auth/logout", {"refresh": "x.y.z"}, format="json").status_code == 204
    assert actions() == ["sign_in", "sign_in", "sign_out"]


# --- one's own account --------------------------------------------------------------------------------------------------------


def test_a_person_changes_her_name_and_phone_and_nothing_else(dairy, alice):
    client = as_person(alice)
    answer = client.patch("/api/auth/me", {"name": "Alice Verma", "phone": "+91 98765 43210"}, format="json")
    assert answer.json()["user"]["name"] == "Alice Verma"
    assert client.get("/api/auth/me").json() == answer.json()
    for body in ({"email": "x@y.example"}, {"is_superuser": True}, {"name": ""}, {"phone": "call me"}):
        refused = client.patch("/api/auth/me", body, format="json")
        assert (refused.status_code, list(refused.json()["fields"])) == (400, list(body))
    assert AuditEvent.objects.get(action="person.changed").details == {"fields": ["name", "phone"]}


def test_a_key_has_no_account(dairy, alice):
    client = as_key(dairy, "users:write", by=alice)
    assert client.get("/api/auth/me").json()["code"] == "person_needed"
    assert client.post("/api/auth/password", {}, format="json").json()["code"] == "person_needed"


def test_a_new_password_ends_all_that_was_open_and_opens_a_new_sign_in(dairy, alice):
    browser = Client()
    browser.force_login(alice)
    assert browser.get("/admin/").status_code == 200
    mine, other = sign_in(alice.email, PASSWORD).json(), sign_in(alice.email, PASSWORD).json()
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {mine['access']}")
    answer = client.post("/api/auth/password", {"old": PASSWORD, "new": "four white cows at dawn"}, format="json")
    assert answer.status_code == 200, answer.json()
    assert works(answer.json()["access"])
    assert not works(mine["access"])
    assert not works(other["access"])
    assert {refresh(body["refresh"]).status_code for body in (mine, other)} == {401}
    assert refresh(answer.json()["refresh"]).status_code == 200
    assert browser.get("/admin/").status_code == 302  # to sign-in
    assert sign_in(alice.email, PASSWORD).status_code == 401
    assert sign_in(alice.email, "four white cows at dawn").status_code == 200
    assert AuditEvent.objects.get(action="password.changed").actor == alice


def test_a_new_password_needs_the_old_one_and_must_be_good(alice):
    client = as_person(alice)
    for old, new, field in (
        ("three brown cows, no", "four white cows at dawn", "old"),
        (PASSWORD, "short", "new"),
        (PASSWORD, "alice@shuddh-dairy.example", "new"),
    ):
        answer = client.post("/api/auth/password", {"old": old, "new": new}, format="json")
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_the_old_password_cannot_be_guessed_with_a_stolen_access_token(alice):
    client = as_person(alice)
    body = {"old": "three brown cows, no", "new": "four white cows at dawn"}
    answers = [
        client.post("/api/auth/password", body, format="json").status_code for _ in range(throttle.PAIR.count + 1)
    ]
    assert answers == [400] * throttle.PAIR.count + [429]


def test_places_are_read_at_constant_cost(dairy, masala, alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [(b.pk, role) for b, role in access.places_of(alice)] == [(dairy.pk, "owner")]
    alice.is_superuser = True
    assert {role for _, role in access.places_of(alice)} == {"owner"}
