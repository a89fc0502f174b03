"""The typed readers of the environment."""

import base64
from datetime import timedelta
from decimal import Decimal

import pytest

from whatsapp_automation import env

NAME = "SOME_SETTING"
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()  # fixed: it stands in the names of tests


@pytest.fixture(autouse=True)
def reads_are_not_the_settings(monkeypatch):
    monkeypatch.setattr(env, "READ", set())


@pytest.fixture
def given(monkeypatch):
    """Set the variable, or take it away, and read it."""

    def read(value, reader, *arguments, **options):
        monkeypatch.delenv(NAME, raising=False)
        if value is not None:
            monkeypatch.setenv(NAME, value)
        return reader(NAME, *arguments, **options)

    return read


@pytest.mark.parametrize(
    ("reader", "value", "options", "expected"),
    [
        (env.text, "  here ", {}, "here"),
        (env.text, None, {"default": "x"}, "x"),
        (env.text, "  ", {"default": "x"}, "x"),
        (env.text, "b", {"choices": ("a", "b")}, "b"),
        (env.integer, "0", {}, 0),
        (env.integer, "-5", {"least": -5}, -5),
        (env.integer, "1000000000000", {"most": 10**12}, 10**12),
        (env.integer, None, {"default": 7}, 7),
        (env.amount, "12.50", {}, Decimal("12.50")),
        (env.amount, None, {}, None),
        (env.currency, "AED", {"default": "USD"}, "AED"),
        (env.currency, None, {"default": "USD"}, "USD"),
        (env.boolean, "TRUE", {"default": False}, True),
        (env.boolean, "off", {"default": True}, False),
        (env.boolean, "", {"default": True}, True),
        (env.duration, "900", {}, timedelta(seconds=900)),
        (env.duration, "10m", {}, timedelta(minutes=10)),
        (env.duration, "12 h", {}, timedelta(hours=12)),
        (env.duration, None, {"default": "7d"}, timedelta(days=7)),
        (env.items, " a, b ,,c,", {}, ["a", "b", "c"]),
        (env.items, None, {}, []),
        (env.secret, "x" * 32, {}, "x" * 32),
        (env.fernet_keys, f"{KEY}, {KEY}", {}, [KEY, KEY]),
        (env.rows, '[{"a": 1}]', {}, [{"a": 1}]),
        (env.rows, None, {}, []),
        (env.url, "https://chat.example.com/", {}, "https://chat.example.com"),
        (env.url, None, {"default": ""}, ""),
    ],
)
def test_a_good_value_is_read(given, reader, value, options, expected):
    assert given(value, reader, **options) == expected
    assert {NAME} == env.READ


@pytest.mark.parametrize(
    ("reader", "value", "options", "words"),
    [
        (env.text, None, {}, "is not set"),
        (env.text, "   ", {}, "is not set"),
        (env.text, "c", {"choices": ("a", "b")}, "must be one of a, b, not 'c'"),
        (env.integer, None, {}, "is not set"),
        (env.integer, "1.5", {}, "must be a whole number"),
        (env.integer, "8_000", {}, "must be a whole number"),
        (env.integer, "५", {}, "must be a whole number"),
        (env.integer, "9", {"least": 1, "most": 8}, "from 1 to 8, not '9'"),
        (env.integer, "9" * 40, {}, "must be a whole number"),
        (env.currency, "rupees", {"default": "USD"}, "the code of a currency in use such as USD, not 'rupees'"),
        (env.currency, "XXX", {"default": "USD"}, "the code of a currency in use such as USD, not 'XXX'"),
        (env.boolean, "maybe", {"default": True}, "must be true or false, not 'maybe'"),
        (env.duration, "soon", {}, "must be a duration such as 10m"),
        (env.duration, "0", {}, "must be a duration"),
        (env.duration, "-5m", {}, "must be a duration"),
        (env.duration, "999999999d", {}, "a year at most"),
        (env.secret, None, {}, "is not set"),
        (env.secret, "y" * 31, {}, "at least 32 characters, it has 31"),
        (env.fernet_keys, None, {}, "is not set"),
        (env.fernet_keys, ",", {}, "must hold Fernet keys"),
        (env.fernet_keys, "not-a-key", {}, "must hold Fernet keys"),
        (env.fernet_keys, f"{KEY},{KEY[:-4]}", {}, "must hold Fernet keys"),
        (env.rows, "{}", {}, "must be a JSON list of objects"),
        (env.rows, "[1]", {}, "must be a JSON list of objects"),
        (env.rows, "[{", {}, "must be a JSON list of objects"),
        (env.url, "chat.example.com", {}, "must be a URL that starts with http:// or https://"),
        (env.url, "ftp://chat.example.com", {}, "must be a URL"),
        (env.url, "https://", {}, "must be a URL"),
        (env.url, "https://host:port", {}, "must be a URL"),
        (env.url, "https://host:99999", {}, "must be a URL"),
        (env.url, "https://[::1", {}, "must be a URL"),
        (env.database, "mysql://u:p@h/d", {}, "must be a URL that starts with postgresql://"),
        (env.database, "postgresql://u:p@h:5432", {}, "must be a URL|names no database"),
        (env.database, "postgresql://u:p@h/d?sslmode=require", {}, "PGSSLMODE"),
    ],
)
def test_a_bad_value_is_refused_by_name(given, reader, value, options, words):
    with pytest.raises(env.ConfigError, match=words) as refused:
        given(value, reader, **options)
    assert str(refused.value).startswith(NAME)


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (env.secret, "hunter2-hunter2"),
        (env.fernet_keys, "hunter2-hunter2"),
        (env.rows, '{"access_token": "hunter2-hunter2"}'),
        (env.url, "redis://:hunter2-hunter2@host:port/0"),
        (env.url, "postgresql://u:hunter2-hunter2@[host/d"),
        (env.database, "postgresql://u:hunter2-hunter2@host:port/d"),
        (env.database, "postgresql://u:hunter2-hunter2@host/d?sslmode=require"),
        (env.database, "postgresql://u:hunter2-hunter2@host/"),
    ],
)
def test_a_secret_is_never_in_the_message(given, reader, value):
    with pytest.raises(env.ConfigError) as refused:
        given(value, reader)
    seen = refused.value
    while seen:
        assert "hunter2" not in str(seen)
        seen = seen.__cause__


def test_a_database_url_becomes_djangos_settings(given):
    assert given("postgres://al%40ice:p%2Fw@db.example.com/what%20sapp", env.database) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "what sapp",
        "USER": "al@ice",
        "PASSWORD": "p/w",
        "HOST": "db.example.com",
        "PORT": 5432,
    }
