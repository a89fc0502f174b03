"""No answer of the API holds a secret: every address that can be read is read by the one who may read most."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django_scopes import scope, scopes_disabled

from accounts import invitations, keys
from accounts.models import ApiKey, Invitation, WhatsAppNumber
from tests.factories import Chat
from whatsapp_automation.api.description import document

from .asking import as_key, as_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


@pytest.fixture
def secrets(dairy, dairy_number, alice) -> dict[str, str]:
    """One of each kind, as it was given and as it is stored."""
    alice.set_password("three brown buffaloes")
    alice.save(update_fields=["password"])
    code = generate_totp_secret()
    TOTP.activate(alice, code)
    Chat().says("price?")
    with scope(business=dairy):
        _key, key = keys.create(dairy, "Website", ["products:read"], actor=alice)
        _row, token = invitations.invite(dairy, "meera@shuddh-dairy.example", "agent", actor=alice)
    with scopes_disabled():
        stored = WhatsAppNumber.objects.values_list("access_token", flat=True).get()
        return {
            "access token": "token-of-the-dairy-0001",
            "access token, sealed": str(getattr(stored, "_stored", stored)),
            "password": alice.password,
            "code's secret": code,
            "code's secret, sealed": Authenticator.objects.get().data["secret"],
            "key": key,
            "key's hash": ApiKey.objects.get().digest,
            "invitation": token,
            "invitation's hash": Invitation.objects.get().digest,
        }


def read(client, path: str, seen: dict) -> None:
    """The address, and for a list the first of its rows."""
    if "{" in path:
        return
    answer = client.get(path)
    assert answer.status_code in (200, 403), (path, answer.content)
    seen[path] = answer.content.decode()
    rows = answer.json().get("results", []) if answer.status_code == 200 else []
    if rows and f"{path}/{{id}}" in document("en")["paths"] and "id" in rows[0]:
        one = client.get(f"{path}/{rows[0]['id']}")
        assert one.status_code in (200, 405), path
        seen[f"{path}/{{id}}"] = one.content.decode()


@pytest.mark.parametrize("who", ["owner", "key"])
def test_nothing_that_can_be_read_holds_a_secret(secrets, dairy, alice, who):
    client = as_person(alice) if who == "owner" else as_key(dairy, *keys.SCOPES, by=alice)
    seen: dict[str, str] = {}
    for path, methods in document("en")["paths"].items():
        if "get" in methods:
            read(client, path, seen)
    assert {"/api/numbers", "/api/numbers/{id}", "/api/users", "/api/users/invitations"} <= seen.keys()
    for path, body in seen.items():
        assert [name for name, secret in secrets.items() if secret in body] == [], path
