"""/api/keys: a program's way in, made and ended by an owner."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scope
from rest_framework.test import APIClient

from accounts import keys
from accounts.models import ApiKey, AuditEvent

from .asking import as_key, as_person

pytestmark = pytest.mark.django_db


def make(client, **body):
    return client.post("/api/keys", {"name": "Website", "scopes": ["products:read"]} | body, format="json")


def with_key(text: str) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {text}")


def test_an_owner_makes_a_key_and_sees_it_once(dairy, alice):
    client = as_person(alice)
    made = make(client)
    assert made.status_code == 201, made.json()
    text = made.json()["key"]
    assert text.startswith("wak_")
    assert with_key(text).get("/api/products").status_code == 200
    for answer in (client.get("/api/keys"), client.get(f"/api/keys/{made.json()['id']}")):
        assert text not in answer.content.decode()
        assert "digest" not in answer.content.decode()
    [row] = client.get("/api/keys").json()["results"]
    assert row["prefix"] == text[:12]
    assert row["createdBy"] == str(alice.pk)
    assert AuditEvent.objects.get(action="key.created").details == {"name": "Website", "scopes": ["products:read"]}


def test_its_last_use_is_noted(dairy, alice):
    client = as_person(alice)
    made = make(client).json()
    assert made["lastUsedAt"] is None
    with_key(made["key"]).get("/api/products")
    used = client.get(f"/api/keys/{made['id']}").json()["lastUsedAt"]
    assert used is not None
    with_key(made["key"]).get("/api/products")
    assert client.get(f"/api/keys/{made['id']}").json()["lastUsedAt"] == used  # once a minute


def test_a_revoked_key_and_one_that_has_expired_open_nothing(dairy, alice):
    client = as_person(alice)
    revoked, expired = make(client).json(), make(client, expiresAt=_later(minutes=5)).json()
    assert client.delete(f"/api/keys/{revoked['id']}").status_code == 204
    assert client.delete(f"/api/keys/{revoked['id']}").status_code == 204
    ApiKey._base_manager.filter(pk=expired["id"]).update(expires_at=timezone.now())
    for key in (revoked, expired):
        answer = with_key(key["key"]).get("/api/products")
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_key")
    assert client.get(f"/api/keys/{revoked['id']}").json()["revokedAt"] is not None
    assert AuditEvent.objects.filter(action="key.revoked").count() == 1


def test_a_key_of_a_business_that_is_switched_off_opens_nothing(dairy, alice):
    text = make(as_person(alice)).json()["key"]
    dairy.active = False
    dairy.save(update_fields=["active"])
    assert with_key(text).get("/api/products").status_code == 401


def test_a_key_is_of_its_business_alone(dairy, masala, alice, charlie):
    client = as_key(dairy, "products:read", by=alice)
    assert client.get("/api/products", HTTP_X_BUSINESS=str(masala.pk)).status_code == 404
    assert client.get("/api/products", HTTP_X_BUSINESS=str(dairy.pk)).status_code == 200
    with scope(business=masala):
        foreign, _text = keys.create(masala, "Theirs", ["products:read"], actor=charlie)
    owner = as_person(alice)
    assert owner.get(f"/api/keys/{foreign.pk}").status_code == 404
    assert owner.delete(f"/api/keys/{foreign.pk}").status_code == 404
    assert [row["name"] for row in owner.get("/api/keys").json()["results"]] == ["Test"]
    foreign.refresh_from_db()
    assert foreign.revoked_at is None


def test_only_an_owner_has_to_do_with_keys_and_no_key_has(dairy, alice, bob, vera):
    key = make(as_person(alice)).json()["id"]
    for client in (as_person(bob), as_person(vera), as_key(dairy, *keys.SCOPES, by=alice)):
        for answer in (client.get("/api/keys"), make(client), client.delete(f"/api/keys/{key}")):
            assert answer.status_code == 403
    assert as_key(dairy, *keys.SCOPES, by=alice).get("/api/keys").json()["code"] == "person_needed"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["keys:write"]}, "scopes.0"),
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"expiresAt": "soon"}, "expiresAt"),
        ({"key": "wak_mine"}, "key"),
    ],
)
def test_what_will_not_do_says_which_field(dairy, alice, body, field):
    answer = make(as_person(alice), **body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_there_is_an_end_to_the_number_of_keys(dairy, alice, monkeypatch):
    monkeypatch.setattr(keys, "MOST", 2)
    client = as_person(alice)
    made = [make(client) for _ in range(3)]
    assert [answer.status_code for answer in made] == [201, 201, 409]
    client.delete(f"/api/keys/{made[0].json()['id']}")
    assert make(client).status_code == 201


def _later(**span) -> str:
    return (timezone.now() + timedelta(**span)).isoformat()
