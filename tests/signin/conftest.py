"""People with a password, and what a form says."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail as outbox
from django.test import Client

from accounts import mail
from accounts.models import AuditEvent, User

PASSWORD = "kefir-curd-butter"
LOGIN = "/account/login"


class Clock:
    """The limits' clock: it stands still, and goes on when a test says so."""

    def __init__(self):
        self.now = time.time()

    def time(self) -> float:
        return self.now

    def ahead(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(empty_cache, monkeypatch) -> Clock:
    """Each test begins with no attempts, and no window ends in the middle of it."""
    clock = Clock()
    monkeypatch.setattr("django_ratelimit.core.time", clock)
    return clock


@pytest.fixture
def ready(alice, bob, vera, charlie, dairy, masala):
    """Everybody has the same password."""
    for person in (alice, bob, vera, charlie):
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])


@pytest.fixture
def root(db) -> User:
    return User.objects.create_superuser("root@installation.example", PASSWORD, name="Root")


def sign_in(client: Client, email: str, password: str = PASSWORD, address: str = "203.0.113.7", page=LOGIN, **more):
    """By the form, from an address."""
    return client.post(page, {"login": email, "password": password}, REMOTE_ADDR=address, **more)


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def mails() -> list:
    """What has been sent in this test."""
    mail.settle()
    return list(outbox.outbox)


def link_in(message) -> str:
    """The path of the one link in a mail."""
    (found,) = re.findall(r"^http://\S+$", message.body, re.M)
    return re.sub(r"^http://[^/]+", "", found)


class App:
    """An authenticator app that somebody has set up."""

    def __init__(self, user: User):
        self.secret = generate_totp_secret()
        self.row = TOTP.activate(user, self.secret).instance

    def code(self, later: int = 0) -> str:
        """What it shows now, or so many half minutes later."""
        return format_hotp_value(hotp_value(self.secret, int(time.time()) // 30 + later))


def actions(**filters) -> list[str]:
    """What the audit log has of it, in order."""
    return list(AuditEvent.objects.filter(**filters).order_by("id").values_list("action", flat=True))
