"""Log lines: JSON, with ids, codes and durations, and nothing that a person wrote or that opens a door."""

import json
import logging

import pytest
import structlog
from django.db import IntegrityError, transaction
from django.urls import clear_url_caches, path

from accounts.models import User
from whatsapp_automation import urls
from whatsapp_automation.celery import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog):
    """What would be printed, one dict a line."""
    (handler,) = (
        h for h in logging.getLogger().handlers if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter)
    )
    caplog.set_level("INFO")

    def printed() -> list[dict]:
        return [json.loads(handler.format(record)) for record in caplog.records if handler.filter(record)]

    return printed


def test_a_request_is_one_line_without_its_query(client, lines):
    client.get("/health?token=hunter2&phone=919876500001", headers={"X-Request-ID": "abcd-1234-efgh"})
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert line.pop("ms") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "address": "127.0.0.1",
        "event": "request",
        "level": "info",
        "logger": "whatsapp_automation.logs",
        "method": "GET",
        "request_id": "abcd-1234-efgh",
        "route": "health",
        "status": 200,
    }


@pytest.mark.parametrize(
    "path", ["/nowhere/919876500001?q=hunter2", "/admin/accounts/user/919876500001/change/?q=hunter2"]
)
def test_no_line_holds_what_stands_in_an_address(client, lines, path):
    client.get(path)
    text = json.dumps(lines())
    assert '"request"' in text
    assert "hunter2" not in text
    assert "919876500001" not in text


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "a b c d e f g h", "पनीर-पनीर-पनीर", "abc\tdefgh", "<script>alert"]
)
def test_an_id_that_does_not_look_like_one_is_replaced(client, given):
    answered = client.get("/health", headers={"X-Request-ID": given.encode().decode("latin-1")})["X-Request-ID"]
    assert answered != given
    assert len(answered) == 32
    assert answered.isalnum()


def test_an_id_that_looks_like_one_comes_back(client):
    assert client.get("/health", headers={"X-Request-ID": "0198c2a4-aa-42"})["X-Request-ID"] == "0198c2a4-aa-42"


def test_one_requests_id_is_not_on_the_next_ones_lines(client, lines):
    client.get("/health", headers={"X-Request-ID": "first-request"})
    structlog.contextvars.bind_contextvars(conversation="of the first request")
    client.get("/health", headers={"X-Request-ID": "second-request"})
    first, second = (line for line in lines() if line["event"] == "request")
    assert (first["request_id"], second["request_id"]) == ("first-request", "second-request")
    assert "conversation" not in second


def test_the_standard_librarys_records_are_lines_too(lines):
    logging.getLogger("some.library").warning("it is %s", "late")
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == ("it is late", "warning", "some.library")


def test_an_exception_is_told_by_type_and_place_without_its_words(lines):
    try:
        try:
            int("hunter2")
        except ValueError as error:
            raise KeyError("919876500001") from error
    except KeyError:
        structlog.get_logger("x").exception("it_broke")
        logging.getLogger("y").exception("it broke")
    for line in lines():
        assert line["exception"].startswith("KeyError\n  ")
        assert "\nValueError\n  " in line["exception"]
        assert f"{__file__}:" in line["exception"]
    assert len(lines()) == 2
    assert "hunter2" not in json.dumps(lines())
    assert "919876500001" not in json.dumps(lines())


def test_the_databases_words_are_not_told_but_its_code_is(lines, dairy):
    try:
        with transaction.atomic():
            User.objects.create_user("alice@shuddh-dairy.example", name="Another")
    except IntegrityError:
        structlog.get_logger("x").exception("it_broke")
    (line,) = [line for line in lines() if line["event"] == "it_broke"]
    assert "psycopg.errors.UniqueViolation 23505" in line["exception"]
    assert "alice@" not in line["exception"]


def test_a_failed_task_is_told_without_its_exceptions_words(lines):
    @app.task(name="tests.breaks")
    def breaks(word):
        raise ValueError(word)

    try:
        breaks.apply(args=["hunter2"], throw=False)
    finally:
        app.tasks.pop("tests.breaks")
    (line,) = lines()
    assert line["logger"] == "celery.app.trace"
    assert line["exception"].startswith("ValueError\n  ")
    assert "hunter2" not in json.dumps(lines())


def test_a_page_that_breaks_is_told_by_its_route(client, lines, monkeypatch):
    def breaks(request, word):
        raise ValueError(word)

    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, path("breaks/<word>", breaks)])
    clear_url_caches()
    client.raise_request_exception = False
    assert client.get("/breaks/hunter2").status_code == 500
    clear_url_caches()
    (line,) = [line for line in lines() if line["logger"] == "django.request"]
    assert line["event"] == "Internal Server Error: breaks/<word>"
    assert "hunter2" not in json.dumps(lines())
