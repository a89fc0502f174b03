"""Log lines: JSON, with ids, codes and durations, and nothing that a person wrote or that opens a door."""

import json
import logging

import pytest
import structlog

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog):
    """What would be printed, one dict a line."""
    (handler,) = (
        h for h in logging.getLogger().handlers if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter)
    )
    caplog.set_level("INFO")

    def printed() -> list[dict]:
        return [json.loads(handler.format(record)) for record in caplog.records]

    return printed


def test_a_request_is_one_line_without_its_query(client, lines):
    client.get("/health?token=hunter2&phone=919876500001", headers={"X-Request-ID": "abcd-1234-efgh"})
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert line.pop("ms") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
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
