"""GET /media/<uuid>: who gets a file, how much of it, and what the browser is told about it."""

import io
import uuid

import pytest
from django.test import Client
from django_scopes import scope

from documents import outgoing
from documents.models import Document

from . import files
from .test_fetching import fetch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visit():
    def enter(person=None) -> Client:
        client = Client()
        if person:
            client.force_login(person)
        return client

    return enter


@pytest.fixture
def text(dairy, alice, settings, tmp_path) -> Document:
    settings.MEDIA_FOLDER = tmp_path / "media"
    with scope(business=dairy):
        return outgoing.receive(dairy, io.BytesIO(b"0123456789"), "भाव list.txt", by=alice)


@pytest.fixture
def photo(dairy, alice, settings, tmp_path) -> Document:
    settings.MEDIA_FOLDER = tmp_path / "media"
    with scope(business=dairy):
        return outgoing.receive(dairy, io.BytesIO(files.picture(size=(1200, 900))), "shop.jpg", by=alice)


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def at(document: Document) -> str:
    return f"/media/{document.pk}"


def test_everybody_of_the_business_may_see_it_and_nobody_else(visit, text, alice, bob, vera, charlie, masala):
    for person in (alice, bob, vera):
        assert body(visit(person).get(at(text))) == b"0123456789"
    foreign, missing = visit(charlie).get(at(text)), visit(charlie).get(f"/media/{uuid.uuid4()}")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.content == missing.content
    answer = visit().get(at(text))
    assert answer.status_code == 302
    assert "/account/login" in answer["Location"]


def test_it_is_handed_out_with_headers_under_which_it_can_do_nothing(visit, text, photo, alice):
    answer = visit(alice).get(at(text))
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%E0%A4%AD" in answer["Content-Disposition"]
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    for one in (answer, visit(alice).get(at(photo))):
        assert one["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in one["Content-Security-Policy"]
        assert "default-src 'none'" in one["Content-Security-Policy"]
        assert one["Cache-Control"] == "private, no-cache"
        assert one["Cross-Origin-Resource-Policy"] == "same-origin"
        body(one)
    assert one["Content-Type"] == "image/jpeg"
    assert one["Content-Disposition"].startswith("inline; ")


@pytest.mark.parametrize(
    ("asked", "status", "content", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-300", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=5-2", 200, b"0123456789", None),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=x", 200, b"0123456789", None),
    ],
)
def test_a_part_of_it(visit, text, alice, asked, status, content, told):
    answer = visit(alice).get(at(text), headers={"Range": asked})
    assert (answer.status_code, body(answer), answer.get("Content-Range")) == (status, content, told)
    if status != 416:
        assert int(answer["Content-Length"]) == len(content)


def test_its_head_and_its_tag(visit, text, alice):
    answer = visit(alice).head(at(text))
    assert (answer.status_code, answer["Content-Length"], answer["Accept-Ranges"]) == (200, "10", "bytes")
    assert body(answer) == b""
    again = visit(alice).get(at(text), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert visit(alice).post(at(text)).status_code == 405


def test_the_small_form_of_a_picture(visit, photo, text, alice):
    whole, small = visit(alice).get(at(photo)), visit(alice).get(at(photo) + "?size=thumb")
    assert small["Content-Type"] == "image/webp"
    assert whole["ETag"] != small["ETag"]
    assert 0 < len(body(small)) < len(body(whole)) / 5
    assert body(visit(alice).get(at(text) + "?size=thumb")) == b"0123456789"  # none: the file itself


def test_what_is_kept_back_is_told_and_not_given(visit, send, alice):
    document = fetch(send("document", b"<html><script>alert(1)</script>", "application/pdf", filename="bill.pdf"))
    answer = visit(alice).get(at(document))
    assert answer.status_code == 403
    assert "This file is a web page" in answer.content.decode()
    assert b"alert(1)" not in answer.content


def test_what_is_not_there_yet_is_told(visit, send, host, alice):
    document = send("image", files.picture(), "image/jpeg")
    assert "still being fetched" in visit(alice).get(at(document)).content.decode()
    host.files.clear()
    fetch(document)
    answer = visit(alice).get(at(document))
    assert answer.status_code == 404
    assert "It is tried again" in answer.content.decode()


def test_a_file_that_somebody_took_out_of_the_store(visit, text, alice, settings):
    for path in settings.MEDIA_FOLDER.rglob("*"):
        if path.is_file():
            path.unlink()
    assert visit(alice).get(at(text)).status_code == 503
