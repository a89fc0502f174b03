"""How often one may ask: guesses of passwords and codes from everywhere, many requests at once, Redis away."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.db import connection
from django.test import Client, override_settings
from rest_framework.test import APIClient

from accounts import limits, throttle
from accounts.doors import throttling
from accounts.doors.views import OpenDoor
from accounts.limits import Limit
from accounts.models import KnownPlace

from .asking import as_key, as_person, sign_in
from .conftest import NOWHERE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

PASSWORD = "three brown buffaloes"
DAY = 24 * 3600
FORGED = [f"{first}.{second}.7.9" for first in range(40, 60) for second in range(10, 20)]


@pytest.fixture(autouse=True)
def password(alice):
    alice.set_password(PASSWORD)
    alice.save(update_fields=["password"])


@pytest.fixture(autouse=True)
def long_windows(monkeypatch):
    """A day each, so that no window ends, and the next begins, in the middle of a test."""
    for name in ("PAIR", "NETWORK", "ACCOUNT", "CODES"):
        monkeypatch.setattr(throttle, name, replace(getattr(throttle, name), seconds=DAY))
    monkeypatch.setattr(OpenDoor, "limit", replace(throttling.AUTH, seconds=DAY))


def guess(address: str, email: str, password: str = "three brown cows, no", code: str | None = None) -> int:
    return sign_in(email, password, code, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=address).status_code


# --- guessing -----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_without_a_trusted_proxy_200_forged_addresses_are_one_network(alice, settings):
    settings.TRUSTED_PROXY_COUNT = 0
    codes = [guess(address, alice.email) for address in FORGED]
    assert codes.count(401) == throttle.PAIR.count
    assert codes.count(429) == 200 - throttle.PAIR.count


@pytest.mark.slow
def test_behind_a_proxy_what_stands_left_of_its_word_is_not_believed(alice, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    codes = [guess(f"{address}, 203.0.113.7", alice.email) for address in FORGED]
    assert codes.count(401) == throttle.PAIR.count


@pytest.mark.slow
def test_guesses_from_200_real_networks_are_limited_by_the_account_and_its_owner_still_gets_in(alice, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    throttle.succeeded(alice, "198.51.100.20")
    codes = [guess(address, alice.email) for address in FORGED]
    assert codes.count(401) == throttle.ACCOUNT.count
    assert guess("192.0.2.99", alice.email, PASSWORD) == 429  # the right password from a new place, too
    assert guess("198.51.100.20", alice.email, PASSWORD) == 200
    assert codes.count(429) == 200 - throttle.ACCOUNT.count


def test_who_guesses_all_accounts_from_one_network_is_stopped(alice):
    codes = [sign_in(f"person{n}@dairy.example", "three brown cows, no").status_code for n in range(40)]
    assert codes == [401] * throttling.AUTH.count + [429] * (40 - throttling.AUTH.count)


def test_too_many_attempts_say_how_long_to_wait(alice):
    for _ in range(throttle.PAIR.count):
        sign_in(alice.email, "three brown cows, no")
    answer = sign_in(alice.email, PASSWORD)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(answer["Retry-After"]) <= DAY


def test_a_right_password_begins_anew(alice):
    for _ in range(3):
        for _ in range(throttle.PAIR.count - 1):
            assert guess("192.0.2.1", alice.email) == 401
        assert guess("192.0.2.1", alice.email, PASSWORD) == 200


@pytest.mark.slow
def test_codes_of_the_second_factor_are_not_guessed_either(alice, settings):
    """Who has the password and 200 networks has ten guesses in a quarter of an hour."""
    settings.TRUSTED_PROXY_COUNT = 1
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    throttle.succeeded(alice, "198.51.100.20")
    now = int(time.time()) // 30
    right = {format_hotp_value(hotp_value(secret, now + step)) for step in range(-2, 4)}
    wrong = [code for code in (f"{n:06}" for n in range(300)) if code not in right]
    codes = [guess(address, alice.email, PASSWORD, wrong.pop()) for address in FORGED]
    assert codes.count(401) == throttle.CODES.count
    assert codes.count(429) == 200 - throttle.CODES.count


# --- many at once -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_50_parallel_requests_at_a_limit_of_10_exactly_10_get_through(monkeypatch):
    monkeypatch.setattr(OpenDoor, "limit", Limit("test of 50 at once", 10, DAY))
    start = threading.Barrier(50)

    def one(number: int) -> int:
        try:
            start.wait()
            return sign_in(f"person{number}@dairy.example", "three brown cows, no").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        codes = sorted(pool.map(one, range(50)))
    assert codes == [401] * 10 + [429] * 40


def test_of_many_threads_in_one_process_without_redis_as_many_get_through_as_may(redis_away):
    limit, start = Limit("test of threads", 10, DAY), threading.Barrier(50)

    def one(_) -> bool:
        start.wait()
        return limits.take(limit, "somebody").refused

    with ThreadPoolExecutor(50) as pool:
        assert sorted(pool.map(one, range(50))) == [False] * 10 + [True] * 40


# --- Redis away ---------------------------------------------------------------------------------------------------------------


def test_without_redis_sign_in_works_and_is_limited_and_health_says_so(alice, redis_away):
    assert sign_in(alice.email, PASSWORD).status_code == 200
    codes = [sign_in(alice.email, "three brown cows, no").status_code for _ in range(15)]
    assert codes == [401] * throttle.PAIR.count + [429] * (15 - throttle.PAIR.count)
    assert Client().get("/health/ready").json()["limits"] == {"ok": True, "counted_in": "process"}


def test_a_limit_that_is_used_up_stays_so_when_redis_goes_away(alice, monkeypatch):
    monkeypatch.setattr(limits, "_local", limits._Local())
    limit = Limit("test of going away", 3, 3600)
    assert [limits.take(limit, "somebody").refused for _ in range(3)] == [False] * 3
    with override_settings(CACHES=NOWHERE):
        assert limits.take(limit, "somebody").refused
        assert not limits.take(limit, "somebody else").refused


def test_without_redis_the_api_goes_on_and_tells_its_limits(dairy, bob, redis_away, settings):
    answer = as_person(bob).get("/api/products")
    assert answer.status_code == 200
    assert f"q={settings.API_REQUESTS_PER_MINUTE}" in answer["RateLimit-Policy"]


# --- the limits of the API ----------------------------------------------------------------------------------------------------


def test_each_person_and_each_key_has_a_limit_of_its_own(dairy, alice, bob, monkeypatch):
    monkeypatch.setattr(throttling, "by_person", lambda: Limit("test by person", 2, 3600))
    monkeypatch.setattr(throttling, "by_key", lambda: Limit("test by key", 3, 3600))
    client, other, key = as_person(alice), as_person(bob), as_key(dairy, "products:read", by=alice)
    assert [client.get("/api/products").status_code for _ in range(3)] == [200, 200, 429]
    assert [other.get("/api/products").status_code for _ in range(3)] == [200, 200, 429]
    assert [key.get("/api/products").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_a_network_is_limited_before_anything_else_is_looked_at(db, monkeypatch):
    monkeypatch.setattr(throttling, "by_network", lambda: Limit("test by network", 2, 3600))
    answers = [APIClient().get("/api/nothing") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    refused = answers[2]
    assert refused.json()["code"] == "too_many_requests"
    assert refused.json()["requestId"] == refused["X-Request-ID"]
    assert int(refused["Retry-After"]) > 0
    assert refused["RateLimit"].startswith('"test by network";r=0;t=')


def test_failed_sign_ins_make_no_place_known(alice):
    sign_in(alice.email, "three brown cows, no")
    assert not KnownPlace.objects.exists()
