"""What every answer of the API carries, and who may read it from another page."""

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from .asking import as_person

pytestmark = pytest.mark.django_db

FOREIGN = "https://evil.example"


def answers(bob) -> dict:
    """One of each kind."""
    client, nobody = as_person(bob), APIClient()
    return {
        200: client.get("/api/products"),
        400: client.get("/api/products?colour=red"),
        401: nobody.get("/api/products"),
        403: client.get("/api/keys"),
        404: client.get("/api/nothing"),
        405: client.put("/api/products"),
        406: client.get("/api/products", HTTP_ACCEPT="text/html"),
        413: nobody.post("/api/auth/login", "x" * 20_000, content_type="application/json"),
        415: nobody.post("/api/auth/login", "a=b", content_type="application/x-www-form-urlencoded"),
    }


def test_every_answer_has_the_headers_and_every_error_the_shape(dairy, bob):
    for status, answer in answers(bob).items():
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/json"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["RateLimit"]
        assert answer["RateLimit-Policy"]
        assert not answer.cookies
        if status != 200:
            assert set(answer.json()) == {"code", "message", "fields", "requestId"}
            assert answer.json()["requestId"] == answer["X-Request-ID"]


def test_a_request_id_that_was_given_is_kept(dairy, bob):
    answer = as_person(bob).get("/api/nothing", HTTP_X_REQUEST_ID="abc-123-abc-123")
    assert answer["X-Request-ID"] == answer.json()["requestId"] == "abc-123-abc-123"


def test_only_our_own_frontend_may_read_answers_from_a_page(dairy, bob):
    client = as_person(bob)
    ours = client.get("/api/products", HTTP_ORIGIN=settings.FRONTEND_URL)
    assert ours["Access-Control-Allow-Origin"] == settings.FRONTEND_URL
    assert "retry-after" in ours["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in ours
    for origin in (FOREIGN, "null", f"{settings.FRONTEND_URL}.evil.example", settings.FRONTEND_URL.upper() + "x"):
        assert "Access-Control-Allow-Origin" not in client.get("/api/products", HTTP_ORIGIN=origin)


@pytest.mark.parametrize(("origin", "allowed"), [(settings.FRONTEND_URL, True), (FOREIGN, False)])
def test_a_preflight_is_answered_for_our_frontend_alone(db, origin, allowed):
    answer = APIClient().options(
        "/api/products",
        HTTP_ORIGIN=origin,
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="PATCH",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization, x-business, idempotency-key",
    )
    assert ("Access-Control-Allow-Origin" in answer) is allowed
    if allowed:
        assert {"authorization", "x-business", "idempotency-key"} <= set(
            answer["Access-Control-Allow-Headers"].split(", ")
        )


def test_a_page_outside_the_api_is_not_to_be_read_from_anywhere(client, db):
    assert "Access-Control-Allow-Origin" not in client.get("/health", HTTP_ORIGIN=settings.FRONTEND_URL)


def test_a_session_opens_no_door_of_the_api(client, dairy, alice):
    """A foreign page could make a browser send it."""
    client.force_login(alice)
    assert client.get("/api/products").status_code == 401
