"""Security headers outside of the matrix: static files, unknown addresses, faults of ours, the webhook's door, cookies under HTTPS."""

import asyncio
import os
import secrets
import string
import subprocess
import sys

import pytest

from whatsapp_automation import asgi, headers

from .test_settings import GOOD

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def production_env() -> dict[str, str]:
    """A production's environment as README's section on it says."""
    alphabet = string.ascii_letters + string.digits
    long = "".join(secrets.choice(alphabet) for _ in range(64))
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | GOOD | {"SECRET_KEY": long, "JWT_SECRET": long[::-1]}


@pytest.mark.parametrize(
    "path", ["/static/owner/tokens.css", "/nothing-here", "/admin/nothing-here/", "/api/nothing-here", "/"]
)
def test_what_is_no_page_has_them_too(client, path):
    answer = client.get(path)
    answer.close()  # a static file
    for name, value in headers.of(path).items():
        assert answer[name] == value, name


def test_a_fault_of_ours_has_them_too(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("whatsapp_automation.health._database", lambda: 1 / 0)
    answer = client.get("/health/ready")
    assert answer.status_code == 500
    for name, value in headers.of("/health/ready").items():
        assert answer[name] == value, name


def test_the_webhook_s_door_has_them_too():
    sent = []

    async def refused():
        scope = {"type": "http", "method": "PUT", "path": "/webhook", "headers": [], "query_string": b""}

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        await asgi.application(scope, receive, send)

    asyncio.run(refused())
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert sent[0]["status"] == 405
    for name, value in headers.of("/webhook").items():
        assert found[name.lower()] == value
    assert found["cache-control"] == "no-store"


def test_under_https_cookies_belong_to_this_host_alone(production_env):
    names = ["SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE"]
    code = f"from whatsapp_automation import settings as s; print(*(getattr(s, name) for name in {names}))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=production_env, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["__Host-sessionid", "True", "__Host-csrftoken", "True"]


def test_the_production_settings_pass_djangos_deployment_check(production_env):
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=production_env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
