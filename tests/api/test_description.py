"""/api/schema and /api/docs: the API describes itself, wholly, and shows it without a foreign host."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.urls import get_resolver
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

# Addresses under /api/ that the description leaves out: they are the description.
NOT_DESCRIBED = {"/api/schema", "/api/docs"}


@pytest.fixture(scope="module")
def told() -> dict:
    from whatsapp_automation.api.description import document

    return document("en")


def operations(told: dict):
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_it_is_valid_and_nothing_had_to_be_guessed(tmp_path, capfd):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))
    assert "Warning" not in capfd.readouterr().err


def test_it_is_public_and_the_same_for_everybody(told):
    answer = APIClient().get("/api/schema")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi+json")
    assert answer.json()["paths"].keys() == told["paths"].keys()
    validate_schema(answer.json())


def test_every_address_of_the_api_is_in_it(told):
    routes = {re.sub(r"<(?:\w+:)?(\w+)>", "{}", route) for route in _routes(get_resolver(), "/") if "/api/" in route}
    described = {re.sub(r"\{\w+\}", "{}", path) for path in told["paths"]}
    assert routes - described == NOT_DESCRIBED
    assert described <= routes


def _routes(resolver, before: str):
    for entry in resolver.url_patterns:
        here = before + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            if not here.startswith("/admin"):
                yield from _routes(entry, here)
        else:
            yield here


def test_every_operation_tells_the_error_shape_the_headers_and_a_summary(told):
    for name, operation in operations(told):
        responses = operation["responses"]
        failing = {code: body for code, body in responses.items() if code.startswith("4")}
        assert {"400", "429", "4XX"} <= failing.keys(), name
        for code, body in failing.items():
            assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}, (name, code)
        for code, body in responses.items():
            assert {"X-Request-ID", "RateLimit", "RateLimit-Policy"} <= body["headers"].keys(), (name, code)
        assert "Retry-After" in responses["429"]["headers"], name
        assert operation.get("summary"), name
        assert len(operation["tags"]) == 1, name
    assert set(told["components"]["schemas"]["Error"]["properties"]) == {"code", "message", "fields", "requestId"}


def test_whoever_must_sign_in_is_told_and_where_a_business_is_meant(told):
    scheme = told["components"]["securitySchemes"]["Bearer"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    open_doors = {name for name, operation in operations(told) if not operation.get("security")}
    assert open_doors == {f"POST /api/auth/{act}" for act in ("login", "logout", "refresh", "register")}
    for name, operation in operations(told):
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("X-Business" in names) is not ("/api/auth/" in name), name


def test_every_tag_is_introduced_and_operation_ids_are_unique(told):
    introduced = {tag["name"] for tag in told["tags"]}
    assert {operation["tags"][0] for _name, operation in operations(told)} <= introduced
    ids = [operation["operationId"] for _name, operation in operations(told)]
    assert len(ids) == len(set(ids))


def test_names_are_camel_case(told):
    words = re.compile(r"[a-z][a-zA-Z0-9]*")
    for name, schema in told["components"]["schemas"].items():
        wrong = [field for field in schema.get("properties", {}) if not words.fullmatch(field)]
        assert not wrong, name


def test_the_page_loads_from_this_host_alone(client):
    answer = client.get("/api/docs")
    assert answer.status_code == 200
    page = answer.content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert all(address.startswith("/") for address in addresses)
    for address in addresses:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address
    assert "<script>" not in page
    assert "style=" not in page
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert client.post("/api/docs").status_code == 405
