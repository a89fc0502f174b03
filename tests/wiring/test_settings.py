"""A missing or malformed setting refuses to start and says which; .env.example shows them all."""

import ast
import importlib.util
import os
import subprocess
import sys
from functools import cache

import pytest
from cryptography.fernet import Fernet
from django.conf import settings

from whatsapp_automation import env
from whatsapp_automation.embedded import dotenv
from whatsapp_automation.settings import BASE_DIR

READERS = {name for name in vars(env) if callable(getattr(env, name)) and name.islower() and not name.startswith("_")}
OURS = ["accounts", "aibot", "cloud_api", "conversations", "leads", "webhooks", "whatsapp_automation"]
GOOD = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "s" * 50,
    "JWT_SECRET": "j" * 32,
    "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "FRONTEND_URL": "https://chat.example.com",
    "DATABASE_URL": "postgresql://wa:pass-word@db.example.com:5432/wa",
    "REDIS_URL": "redis://:pass-word@cache.example.com:6379/0",
}


@pytest.fixture
def start(monkeypatch):
    """Read the settings anew, in an environment of these values alone; None takes one away."""
    for name in dotenv.names(BASE_DIR / ".env.example"):
        monkeypatch.delenv(name, raising=False)

    def read(**values):
        for name, value in (GOOD | values).items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        place = BASE_DIR / "whatsapp_automation" / "settings.py"
        spec = importlib.util.spec_from_file_location("whatsapp_automation.settings_again", place)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return read


MISSING = ["SECRET_KEY", "JWT_SECRET", "FIELD_ENCRYPTION_KEYS", "FRONTEND_URL", "DATABASE_URL", "REDIS_URL"]


@pytest.mark.parametrize("name", MISSING)
@pytest.mark.parametrize("value", [None, "", "   "])
def test_what_has_no_default_refuses_to_start_without_it(start, name, value):
    with pytest.raises(env.ConfigError, match=f"^{name} is not set"):
        start(**{name: value})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ENVIRONMENT", "prod", "must be one of production, embedded, test"),
        ("DEBUG", "maybe", "must be true or false"),
        ("DEBUG", "true", "must not be on when ENVIRONMENT is production"),
        ("SECRET_KEY", "too-short", "at least 50 characters, it has 9"),
        ("JWT_SECRET", "too-short", "at least 32 characters, it has 9"),
        ("JWT_EXPIRES_IN", "soon", "must be a duration"),
        ("SESSION_EXPIRES_IN", "0", "must be a duration"),
        ("ANSWER_AGE_LIMIT", "quarter of an hour", "must be a duration"),
        ("DELIVERIES_KEPT", "30", "must be a day or more"),
        ("FIELD_ENCRYPTION_KEYS", "too-short", "must hold Fernet keys"),
        ("PORT", "http", "must be a whole number from 1 to 65535"),
        ("PORT", "70000", "must be a whole number from 1 to 65535"),
        ("FRONTEND_URL", "chat.example.com", "must be a URL that starts with http:// or https://"),
        ("DATABASE_URL", "sqlite:///db.sqlite3", "must be a URL that starts with postgresql://"),
        ("DATABASE_URL", "postgresql://wa:pass-word@db.example.com", "names no database"),
        ("DATABASE_POOL", "1", "must be a whole number from 2 to 200"),
        ("REDIS_URL", "http://cache.example.com", "must be a URL that starts with redis:// or rediss://"),
        ("BROKER_URL", "kafka://broker", "must be a URL that starts with redis://"),
        ("CACHE_URL", "memcached://cache", "must be a URL that starts with redis://"),
        ("SWEEP_SECONDS", "0", "must be a whole number from 1 to 60"),
        ("TRUSTED_PROXY_COUNT", "-1", "must be a whole number from 0 to 10"),
        ("GRAPH_API_URL", "graph.facebook.com", "must be a URL"),
        ("GRAPH_API_VERSION", "26", "must look like v26.0"),
        ("WHATSAPP_PHONE_NUMBER_ID", "+91 80 4718 0001", "must be the id's digits"),
        ("WHATSAPP_PHONE_NUMBER_ID", "109876543210001", "WHATSAPP_ACCESS_TOKEN is not set"),
        ("WHATSAPP_DISPLAY_PHONE_NUMBER", "my shop", "must be a phone number"),
        ("WHATSAPP_DISPLAY_PHONE_NUMBER", "12345", "must be a phone number"),
        ("SIMULATOR_URL", "localhost:9090", "must be a URL"),
        ("SIMULATOR_NUMBERS", "109876543210001", "must be a JSON list"),
        ("AI_BASE_URL", "api.example.com", "must be a URL"),
        ("AI_DAILY_TOKEN_BUDGET", "lots", "must be a whole number"),
        ("AI_MAX_CALLS_PER_USER_PER_HOUR", "many", "must be a whole number"),
        ("CLOUDINARY_API_KEY", "123456", "must be set together"),
        ("METRICS_TOKEN", "too-short", "at least 16 characters, it has 9"),
        ("LOG_LEVEL", "LOUD", "must be one of DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_a_malformed_value_refuses_to_start_and_says_which(start, name, value, words):
    with pytest.raises(env.ConfigError, match=words) as refused:
        start(**{name: value})
    assert name in str(refused.value)
    assert "pass-word" not in str(refused.value)


def test_good_values_start(start):
    read = start()
    assert read.PRODUCTION
    assert not read.DEBUG
    assert read.ALLOWED_HOSTS == ["chat.example.com", "127.0.0.1", "localhost"]
    assert read.SESSION_COOKIE_SECURE
    assert read.CACHES["default"]["LOCATION"] == "redis://:pass-word@cache.example.com:6379/1"
    assert read.CELERY_BROKER_URL == "redis://:pass-word@cache.example.com:6379/0"
    assert read.WHATSAPP_APP_SECRET == []


def test_several_app_secrets_are_separated_by_commas(start):
    assert start(WHATSAPP_APP_SECRET="new-secret, old-secret").WHATSAPP_APP_SECRET == ["new-secret", "old-secret"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("JWT_EXPIRES_IN", "soon", "JWT_EXPIRES_IN must be a duration such as 10m, 12h or 7d"),
        (
            "DATABASE_URL",
            "postgresql://wa:pass-word@[db/wa",
            "DATABASE_URL must be a URL that starts with postgresql://",
        ),
    ],
)
def test_manage_py_says_it_in_one_line_and_ends(name, value, words):
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=BASE_DIR,
        env={**os.environ, **GOOD, name: value},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"Configuration: {words}")
    assert done.stderr.count("\n") == 1
    assert "pass-word" not in done.stderr


# --- .env.example -------------------------------------------------------------------------------------------------------------


@cache
def names_in_the_source() -> set[str]:
    """The names that our source gives to a reader of env.py: env.text("PORT")."""
    names = set()
    for folder in OURS:
        for file in (BASE_DIR / folder).rglob("*.py"):
            calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
            names |= {
                call.args[0].value
                for call in calls
                if isinstance(call.func, ast.Attribute)
                and isinstance(call.func.value, ast.Name)
                and call.func.value.id == "env"
                and call.func.attr in READERS
                and call.args
                and isinstance(call.args[0], ast.Constant)
            }
    return names


OF_DOCKER = {"POSTGRES_PASSWORD", "VALKEY_PASSWORD"}  # read by docker-compose.yml alone: see test_docker.py


def test_every_name_that_is_read_stands_in_the_example_and_the_reverse():
    assert names_in_the_source() | OF_DOCKER == dotenv.names(BASE_DIR / ".env.example")


def test_what_the_settings_read_is_what_the_source_says():
    """No reader is called with a name that only shows when it runs."""
    read = env.READ
    assert read - names_in_the_source() == set()
    assert read >= {"SECRET_KEY", "DATABASE_URL", "ANSWER_AGE_LIMIT"}


def test_nobody_reads_the_settings_past_the_readers():
    """os.environ is for the readers, and for what runs before them."""
    allowed = {"env.py", "asgi.py", "wsgi.py", "celery.py"}  # the last three name the settings' module alone
    found = [
        file.relative_to(BASE_DIR)
        for folder in OURS
        for file in (BASE_DIR / folder).rglob("*.py")
        if "embedded" not in file.parts and file.name not in allowed and "os.environ" in file.read_text()
    ]
    assert found == []


def test_the_example_holds_no_secret_and_its_defaults_are_the_real_ones():
    example = dotenv.read(BASE_DIR / ".env.example")
    for name in ("SECRET_KEY", "JWT_SECRET", "FIELD_ENCRYPTION_KEYS", "WHATSAPP_APP_SECRET", "WHATSAPP_ACCESS_TOKEN"):
        assert example[name] == "", name
    assert example["GRAPH_API_VERSION"] == settings.GRAPH_API_VERSION


def test_the_example_starts_once_its_secrets_are_filled_in(start):
    example = {name: value for name, value in dotenv.read(BASE_DIR / ".env.example").items() if value}
    secrets = {name: GOOD[name] for name in ("SECRET_KEY", "JWT_SECRET", "FIELD_ENCRYPTION_KEYS")}
    assert start(**example, **secrets).FRONTEND_URL == "https://chat.example.com"
