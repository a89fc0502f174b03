"""Guessing is stopped at every door, and the person who is guessed at is not."""

import pytest
from django.conf import settings
from django.test import Client, override_settings

from accounts import limits, throttle

from .conftest import LOGIN, PASSWORD, App, is_signed_in, sign_in

pytestmark = pytest.mark.slow

FORGED = [f"192.0.2.{n}" for n in range(200)]


def guess(client, email: str, forged: str, proxies: int, password: str = "a-guess-of-mine", page=LOGIN):
    """By one attacker who writes the header as they like; a trusted proxy appends where they really are."""
    told = f"{forged}, 198.51.100.9" if proxies else forged
    return sign_in(client, email, password, address="198.51.100.9", page=page, HTTP_X_FORWARDED_FOR=told)


@pytest.mark.slow
@pytest.mark.parametrize("proxies", [0, 1])
def test_two_hundred_forged_addresses_are_one_guesser(settings, ready, alice, proxies):
    settings.TRUSTED_PROXY_COUNT = proxies
    statuses = [guess(Client(), alice.email, forged, proxies).status_code for forged in FORGED]
    assert statuses == [422] * 10 + [429] * 190
    right = guess(Client(), alice.email, "192.0.2.201", proxies, PASSWORD)
    assert right.status_code == 429
    assert 0 < int(right["Retry-After"]) <= throttle.WINDOW
    assert "Too many attempts. Try again in" in right.text


@pytest.mark.slow
@pytest.mark.parametrize("proxies", [0, 1])
def test_the_admins_door_looks_at_no_guess(settings, ready, alice, proxies):
    settings.TRUSTED_PROXY_COUNT = proxies
    client = Client()
    for forged in FORGED:
        told = f"{forged}, 198.51.100.9"
        given = {"username": alice.email, "password": PASSWORD}
        assert client.post("/admin/login/", given, HTTP_X_FORWARDED_FOR=told)["Location"] == LOGIN
    assert not is_signed_in(client)


@pytest.mark.slow
@pytest.mark.parametrize("proxies", [0, 1])
def test_codes_are_guessed_ten_times_whatever_the_address_says(settings, ready, alice, proxies):
    settings.TRUSTED_PROXY_COUNT = proxies
    app, client = App(alice), Client()
    guess(client, alice.email, "192.0.2.1", proxies, PASSWORD)
    statuses = [
        client.post("/account/two-factor/code", {"code": _wrong(app)}, HTTP_X_FORWARDED_FOR=forged).status_code
        for forged in FORGED
    ]
    assert statuses == [422] * 10 + [429] * 190
    assert client.post("/account/two-factor/code", {"code": app.code()}).status_code == 429
    assert not is_signed_in(client)


def _wrong(app: App) -> str:
    right = {app.code(later) for later in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in right)


@pytest.mark.slow
def test_alice_signs_in_from_a_known_place_while_the_whole_world_guesses(ready, alice):
    mine = Client()
    sign_in(mine, alice.email, address="203.0.113.7")
    mine.post("/account/logout")
    for n in range(60):
        sign_in(Client(), alice.email, "a-guess-of-mine", address=f"198.51.100.{n}")
    assert sign_in(Client(), alice.email, address="198.51.100.200").status_code == 429  # a new place waits
    assert sign_in(mine, alice.email, address="198.51.100.201").status_code == 302  # her browser
    assert sign_in(Client(), alice.email, address="203.0.113.7").status_code == 302  # her network


def test_a_made_up_device_is_not_known(ready, alice):
    for n in range(31):
        sign_in(Client(), alice.email, "a-guess-of-mine", address=f"198.51.100.{n}")
    client = Client()
    client.cookies[throttle.DEVICE_COOKIE] = "A" * 32
    assert sign_in(client, alice.email, address="198.51.100.200").status_code == 429


def test_somebody_elses_device_opens_no_way_to_alice(ready, alice, bob):
    client = Client()
    sign_in(client, bob.email, address="203.0.113.9")
    client.post("/account/logout")
    for n in range(31):
        sign_in(Client(), alice.email, "a-guess-of-mine", address=f"198.51.100.{n}")
    assert sign_in(client, alice.email, address="203.0.113.9").status_code == 429


def test_it_ends_with_its_window(ready, alice, clock):
    for _ in range(11):
        refused = sign_in(Client(), alice.email, "a-guess-of-mine")
    assert refused.status_code == 429
    clock.ahead(int(refused["Retry-After"]) + 1)
    assert sign_in(Client(), alice.email).status_code == 302


def test_a_right_password_begins_anew(ready, alice):
    client = Client()
    for _ in range(3):
        for _ in range(9):
            assert sign_in(client, alice.email, "a-guess-of-mine").status_code == 422
        assert sign_in(client, alice.email).status_code == 302
        client.post("/account/logout")


@pytest.mark.slow
def test_one_network_may_not_try_everybody(ready, alice):
    statuses = [sign_in(Client(), f"person{n}@nowhere.example", "a-guess").status_code for n in range(105)]
    assert statuses == [422] * 100 + [429] * 5


def test_it_makes_no_difference_whether_there_is_such_an_account(ready, alice):
    """Or the refusal would tell."""
    for email in (alice.email, "nobody@nowhere.example"):
        statuses = [sign_in(Client(), email, "a-guess", address="198.51.100.1").status_code for _ in range(12)]
        assert statuses == [422] * 10 + [429] * 2


def test_the_password_asked_for_again_is_counted_too(client, ready, alice):
    sign_in(client, alice.email)
    for page, field in (("/account/reauthenticate", "password"), ("/account/password", "oldpassword")):
        given = {field: "a-guess", "password1": "another-kefir-curd", "password2": "another-kefir-curd"}
        statuses = [client.post(page, given, REMOTE_ADDR=f"198.51.100.{len(page)}").status_code for _ in range(12)]
        assert statuses == [422] * 10 + [429] * 2


def test_while_redis_is_away_guesses_are_still_counted_and_alice_still_signs_in(monkeypatch, ready, alice, bob):
    monkeypatch.setattr(limits, "_local", limits._Local())
    dead = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/1"}
    with override_settings(CACHES={"default": dead}):
        assert sign_in(Client(), alice.email).status_code == 302
        statuses = [sign_in(Client(), bob.email, "a-guess-of-mine").status_code for _ in range(12)]
        assert statuses == [422] * 10 + [429] * 2
        app, client = App(alice), Client()
        sign_in(client, alice.email)
        assert client.post("/account/two-factor/code", {"code": app.code()}).status_code == 302
        assert is_signed_in(client)
