"""Where files lie. Cloudinary is a small HTTP server of this machine: no account is needed, and none is there."""

import base64
import hashlib
import io
import os
import time
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django_scopes import scope

from documents import outgoing, storage, tidying
from documents.models import StoredFile
from tests.cloud_api.conftest import Answer, GraphServer
from tests.serving import serving

from . import files

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "secret-of-the-cloud"


class Cloud(GraphServer):
    """Takes signed uploads and hands files out by signed links, as Cloudinary does."""

    def __init__(self):
        super().__init__()
        self.held: dict[str, bytes] = {}
        self.usual = self._answer

    def _answer(self, request) -> Answer:
        parts = urlsplit(request["path"])
        assert parts.path.startswith("/v1_1/shop-cloud/raw/"), parts.path
        act = parts.path.rpartition("/")[2]
        if act == "download":
            return self._download(request, {name: value[0] for name, value in parse_qs(parts.query).items()})
        form = {name: content.decode() if name != "file" else content for name, (_, content) in request["form"].items()}
        assert form["type"] == "authenticated"
        if not _signed(form):
            return Answer(401, {"error": {"message": "Invalid Signature"}})
        if act == "destroy":
            return Answer(200, {"result": "ok" if self.held.pop(form["public_id"], None) else "not found"})
        self.held[form["public_id"]] = self.held.get(form["public_id"], b"") + form["file"]
        return Answer(200, {"public_id": form["public_id"]})

    def _download(self, request, asked) -> Answer:
        if not _signed(asked) or int(asked["expires_at"]) < time.time() or asked["type"] != "authenticated":
            return Answer(401, b"no")
        content = self.held.get(asked["public_id"])
        return Answer(404, b"none") if content is None else Answer(200, content)


def _signed(fields: dict) -> bool:
    told = {k: v for k, v in fields.items() if k not in ("signature", "api_key", "file", "resource_type", "cloud_name")}
    text = "&".join(f"{name}={told[name]}" for name in sorted(told) if told[name] != "")
    return fields.get("signature") in (
        hashlib.sha1((text + SECRET).encode()).hexdigest(),
        hashlib.sha256((text + SECRET).encode()).hexdigest(),
    )


@pytest.fixture
def cloud(settings, tmp_path):
    settings.MEDIA_FOLDER = tmp_path / "media"
    with serving(Cloud()) as server:
        settings.CLOUDINARY_CLOUD_NAME, settings.CLOUDINARY_API_KEY = "shop-cloud", "1234"
        settings.CLOUDINARY_API_SECRET, settings.CLOUDINARY_API_URL = SECRET, server.url
        yield server


def give(dairy, alice, content: bytes, name: str, mime: str = ""):
    with scope(business=dairy):
        return outgoing.receive(dairy, io.BytesIO(content), name, by=alice, mime=mime)


def test_with_cloudinary_no_file_stays_here(cloud, dairy, alice, settings):
    document = give(dairy, alice, files.picture(), "shop.jpg")
    key = document.file.key.hex
    assert document.file.place == "cloudinary"
    assert set(cloud.held) == {key, f"{key}-thumb"}
    assert not any("shop.jpg" in str(request["form"]) for request in cloud.requests)
    assert [path for path in settings.MEDIA_FOLDER.rglob("*") if path.is_file()] == []


def test_it_is_handed_out_after_the_membership_check_by_us(cloud, dairy, alice, charlie, masala):
    document = give(dairy, alice, b"0123456789", "a.txt")
    asked = len(cloud.requests)
    stranger, owner = Client(), Client()
    stranger.force_login(charlie)
    assert stranger.get(f"/media/{document.pk}").status_code == 404
    assert len(cloud.requests) == asked  # nobody made a link
    owner.force_login(alice)
    answer = owner.get(f"/media/{document.pk}")
    assert b"".join(answer.streaming_content) == b"0123456789"
    assert "Location" not in answer
    part = owner.get(f"/media/{document.pk}", headers={"Range": "bytes=3-5"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"345")
    assert cloud.requests[-1]["headers"]["Range"] == "bytes=3-5"


def test_a_link_ends(cloud, dairy, alice):
    document = give(dairy, alice, b"0123456789", "a.txt")
    query = parse_qs(urlsplit(storage.link(document.file.key.hex)).query)
    assert 0 < int(query["expires_at"][0]) - time.time() <= storage.LINK_SECONDS


def test_without_the_right_secret_nothing_is_stored_and_it_is_said(cloud, dairy, alice, settings):
    settings.CLOUDINARY_API_SECRET = "another"
    with pytest.raises(outgoing.DomainError) as error:
        give(dairy, alice, b"0123456789", "a.txt")
    assert error.value.code == "store_away"
    with scope(business=dairy):
        assert not StoredFile.objects.exists()


def test_a_large_file_goes_in_pieces(cloud, tmp_path, settings):
    path, key = tmp_path / "big", uuid4()
    path.write_bytes(os.urandom(storage._CHUNK * 2 + 10))
    storage.put("cloudinary", key, path)
    assert cloud.held[key.hex] == path.read_bytes()
    assert len(cloud.requests) == 3
    storage.copy("cloudinary", key, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == path.read_bytes()


def test_what_was_stored_here_before_stays_within_reach_and_both_are_deleted(cloud, dairy, alice, settings):
    name, settings.CLOUDINARY_CLOUD_NAME = settings.CLOUDINARY_CLOUD_NAME, ""
    here = give(dairy, alice, b"before", "a.txt")
    settings.CLOUDINARY_CLOUD_NAME = name
    there = give(dairy, alice, b"after", "b.txt")
    assert (here.file.place, there.file.place) == ("local", "cloudinary")
    browser = Client()
    browser.force_login(alice)
    assert b"".join(browser.get(f"/media/{here.pk}").streaming_content) == b"before"
    tidying.tidy(here.created_at + tidying.DRAFTS_KEPT * 2)
    assert cloud.held == {}
    assert [path for path in settings.MEDIA_FOLDER.rglob("*") if path.is_file()] == []


def test_the_signature_is_ours_to_check(cloud):
    """The stand-in refuses what is not signed: or the tests above would prove nothing."""
    assert not _signed({"public_id": "x", "timestamp": "1", "signature": base64.b64encode(b"x").decode()})
