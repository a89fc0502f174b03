"""Tokens that are forged, old, stolen, or used by many at once. On PostgreSQL, with real transactions."""

import base64
import hashlib
import hmac
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken

from accounts import tokens
from accounts.models import TokenFamily

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def refresh(text: str):
    return APIClient().post("/api/auth/refresh", {"refresh": text}, format="json")


def me(text: str):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {text}").get("/api/auth/me")


def claims(token) -> dict:
    return jwt.decode(str(token), options={"verify_signature": False})


def signed(payload: dict, key=None, algorithm="HS256") -> str:
    return jwt.encode(payload, key or settings.JWT_SECRET, algorithm=algorithm)


# --- many at once -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trial", range(3))
def test_of_20_parallel_refreshes_of_one_token_exactly_one_succeeds(alice, trial):
    first = str(tokens.open_family(alice))
    start = threading.Barrier(20)

    def one(_):
        try:
            start.wait()
            return refresh(first)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19
    [winner] = [answer.json() for answer in answers if answer.status_code == 200]
    assert me(winner["access"]).status_code == 200  # twenty tabs at once are no theft
    assert refresh(winner["refresh"]).status_code == 200


# --- a stolen token -----------------------------------------------------------------------------------------------------------


def test_a_token_that_is_used_again_later_ends_the_whole_sign_in(alice):
    first = str(tokens.open_family(alice))
    second = refresh(first).json()
    other = tokens.open_family(alice)
    BlacklistedToken.objects.update(blacklisted_at=timezone.now() - tokens.GRACE - timedelta(seconds=1))
    assert refresh(first).status_code == 401
    assert refresh(second["refresh"]).status_code == 401
    assert me(second["access"]).status_code == 401
    assert me(str(other.access_token)).status_code == 200  # the person's other sign-ins go on
    assert TokenFamily.objects.filter(revoked_at=None).count() == 1


def test_within_the_grace_it_is_only_refused(alice):
    first = str(tokens.open_family(alice))
    second = refresh(first).json()
    BlacklistedToken.objects.update(blacklisted_at=timezone.now() - tokens.GRACE + timedelta(seconds=2))
    assert refresh(first).status_code == 401
    assert me(second["access"]).status_code == 200


# --- forged tokens ------------------------------------------------------------------------------------------------------------


def unsigned(payload: dict, algorithm: str) -> str:
    head = {"alg": algorithm, "typ": "JWT"}
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, payload))
        + "."
    )


def with_an_rsa_key(payload: dict) -> str:
    return signed(payload, rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256")


def with_a_public_key_as_the_secret(payload: dict) -> str:
    """What fools a verifier that lets the token choose between HS256 and RS256."""
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return _by_hand(payload, pem)


def _by_hand(payload: dict, key: bytes) -> str:

    text = unsigned(payload, "HS256").rstrip(".")
    seal = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"


def changed(**claims):
    return lambda payload: signed(payload | claims)


def without(name: str):
    return lambda payload: signed({key: value for key, value in payload.items() if key != name})


PAST = datetime(2020, 1, 1, tzinfo=UTC)
FORGED = {
    "alg none": lambda payload: unsigned(payload, "none"),
    "alg None": lambda payload: unsigned(payload, "None"),
    "no signature": lambda payload: unsigned(payload, "HS256"),
    "RS256": with_an_rsa_key,
    "a public key as the secret": with_a_public_key_as_the_secret,
    "HS512": lambda payload: signed(payload, algorithm="HS512"),
    "another secret": lambda payload: signed(payload, "x" * 40),
    "Django's secret": lambda payload: signed(payload, settings.SECRET_KEY),
    "another audience": changed(aud="somebody-else"),
    "no audience": without("aud"),
    "another issuer": changed(iss="somebody-else"),
    "no issuer": without("iss"),
    "expired": changed(exp=PAST),
    "no expiry": without("exp"),
    "no id": without("jti"),
    "no family": without("family"),
    "no family's id": changed(family="x"),
    "another family": changed(family="01939c4e-0000-7000-8000-000000000000"),
    "no type": without("token_type"),
    "no password": without("password"),
    "no person": without("user_id"),
    "another person": changed(user_id="01939c4e-0000-7000-8000-000000000000"),
}


def test_the_same_token_made_by_hand_is_good(alice):
    """So that the forgeries below fail for what is forged in them."""
    token = tokens.open_family(alice)
    assert me(signed(claims(token.access_token))).status_code == 200
    assert refresh(signed(claims(token))).status_code == 200


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_token_opens_nothing(alice, kind):
    token = tokens.open_family(alice)
    answers = me(FORGED[kind](claims(token.access_token))), refresh(FORGED[kind](claims(token)))
    for answer in answers:
        assert answer.status_code == 401
        assert answer.json()["code"] == ("password_changed" if kind == "no password" else "token_not_valid")
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_refresh_token_is_no_access_token_and_the_other_way_round(alice):
    token = tokens.open_family(alice)
    assert me(str(token)).status_code == 401
    assert refresh(str(token.access_token)).status_code == 401


@pytest.mark.parametrize("text", ["x", "x.y.z", "", "a" * 5000, "wak_", "wak_" + "x" * 43, "é"])
def test_nonsense_is_no_token(alice, text):
    assert me(text).status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Basic YTpi", "wak_x", ""])
def test_another_header_is_no_sign_in(alice, header):
    assert APIClient(HTTP_AUTHORIZATION=header).get("/api/auth/me").status_code == 401


# --- people whose account has ended -------------------------------------------------------------------------------------------


def test_a_deleted_person_is_nobody(alice):
    token = tokens.open_family(alice)
    alice.delete()
    assert me(str(token.access_token)).json()["code"] == "token_not_valid"
    assert refresh(str(token)).json()["code"] == "token_not_valid"


def test_an_account_that_is_switched_off_opens_nothing(alice):
    token = tokens.open_family(alice)
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    assert me(str(token.access_token)).json()["code"] == "user_inactive"
    assert refresh(str(token)).json()["code"] == "user_inactive"


def test_a_password_that_was_changed_by_whatever_door_ends_the_tokens(alice):
    token = tokens.open_family(alice)
    alice.set_password("four white cows at dawn")
    alice.save(update_fields=["password"])
    assert me(str(token.access_token)).json()["code"] == "password_changed"
    assert refresh(str(token)).json()["code"] == "password_changed"
