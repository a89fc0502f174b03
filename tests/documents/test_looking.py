"""What a file is, and what becomes of it: no database, no store, a child process for whatever must be opened."""

import pytest
from django.test import override_settings
from PIL import Image

from documents import decoding, keeping, lengths, names, reasons, sniffing

from . import files
from .corpus import BAD, DOCX, NAMES

pytestmark = pytest.mark.slow


@pytest.fixture
def look(tmp_path):
    def at(content: bytes, kind: str, declared: str, name: str = "") -> keeping.Found:
        path = tmp_path / "came"
        path.write_bytes(content)
        return keeping.look(path, kind, declared, name)

    return at


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_ends_in_the_right_state_with_a_sentence(look, name):
    bad = BAD[name]
    found = look(bad.make(), bad.kind, bad.declared, bad.name)
    assert found.why == bad.why
    assert str(reasons.SENTENCES[found.why]).endswith((".", ")."))
    state = "quarantined" if found.held else "stored" if found.is_usable else "failed"
    assert state == bad.state


@pytest.mark.parametrize(
    ("kind", "declared", "content", "mime"),
    [
        ("image", "image/jpeg", files.picture(), "image/jpeg"),
        ("image", "image/jpeg", files.picture("PNG"), "image/png"),
        ("image", "image/png", files.picture("PNG", mode="RGBA"), "image/png"),
        ("image", "image/jpeg", files.picture("JPEG", mode="CMYK"), "image/jpeg"),
        ("image", "image/png", files.picture("PNG", mode="1"), "image/png"),
        ("sticker", "image/webp", files.picture("WEBP"), "image/webp"),
        ("sticker", "image/webp", files.moving_sticker(), "image/webp"),
        ("document", "image/png", files.picture("PNG"), "image/png"),
    ],
)
def test_a_picture_is_encoded_anew_with_a_small_one_beside_it(look, kind, declared, content, mime):
    found = look(content, kind, declared)
    assert (found.why, found.held, found.mime) == ("", False, mime)
    assert found.path.name == "made"
    with Image.open(found.path) as image, Image.open(found.thumb) as thumb:
        assert f"image/{image.format.lower()}" == mime
        assert image.size == (found.width, found.height)
        assert max(thumb.size) <= 320


def test_a_sticker_still_moves(look):
    with Image.open(look(files.moving_sticker(4), "sticker", "image/webp").path) as image:
        assert image.n_frames == 4


def test_a_photo_is_turned_and_loses_its_place_and_camera(look):
    content = files.photo_with_place()
    assert b"Secret Camera" in content
    found = look(content, "image", "image/jpeg")
    made = found.path.read_bytes()
    assert (found.width, found.height) == (200, 300)
    assert b"Secret Camera" not in made
    assert b"Exif" not in made
    assert found.sha256 != keeping._read(found.path)[1]


def test_a_pictures_comment_and_profile_do_not_come_through(look):
    for kind, more in (("JPEG", {"comment": b"<?php evil()"}), ("PNG", {}), ("WEBP", {})):
        content = files.picture(kind, icc_profile=b"profile <?php evil()", **more)
        assert b"<?php evil()" in content or kind == "PNG"  # there it is packed
        made = look(content, "sticker" if kind == "WEBP" else "image", f"image/{kind.lower()}").path.read_bytes()
        assert b"evil" not in made
        assert b"iCCP" not in made
        assert b"ICC" not in made


def test_what_hides_behind_a_picture_does_not_come_through(look):
    content = files.picture() + files.zipped({"evil.js": b"alert(1)"}) + b"<script>alert(1)</script>"
    made = look(content, "image", "image/jpeg").path.read_bytes()
    assert b"evil.js" not in made
    assert b"<script" not in made


def test_a_pdf_is_counted_and_a_locked_one_said_to_be_locked(look):
    assert look(files.pdf(3), "document", "application/pdf", "a.pdf").pages == 3
    locked = look(files.pdf(3, "secret"), "document", "application/pdf", "a.pdf")
    assert (locked.why, locked.is_usable, locked.pages) == ("pdf_encrypted", True, None)
    half = files.pdf(3)
    assert look(half[: len(half) // 2], "document", "application/pdf", "a.pdf").why in ("pdf_broken", "")


def test_documents_that_businesses_send_each_other_are_taken(look):
    for content, declared, name, mime in (
        (files.docx(), DOCX, "offer.docx", DOCX),
        (files.docx(), "application/octet-stream", "offer.docx", DOCX),
        (files.zipped({"a.txt": b"x"}), "application/zip", "a.zip", "application/zip"),
        ("नमस्ते, 2 kg घी".encode(), "text/plain", "order.txt", "text/plain"),
        (b"a,b\n1,2\n", "text/csv", "list.csv", "text/plain"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "application/msword", "a.doc", "application/msword"),
        (b"1 < 2 and 3 > 2", "text/plain", "math.txt", "text/plain"),
    ):
        found = look(content, "document", declared, name)
        assert (found.why, found.held, found.mime) == ("", False, mime), name


def test_recordings_are_told_apart_and_measured(look):
    ogg = files.sound("ogg", seconds=2)
    found = look(ogg, "audio", "audio/ogg; codecs=opus")
    assert found.mime == "audio/ogg"
    assert found.seconds == pytest.approx(2.0, abs=0.1)
    mp3 = look(files.sound("mp3", codec="libmp3lame"), "audio", "audio/mpeg")
    assert (mp3.why, mp3.mime) == ("", "audio/mpeg")


def test_a_browsers_recording_becomes_one_channel_of_opus(tmp_path):
    source, target = tmp_path / "came", tmp_path / "voice"
    source.write_bytes(files.sound("webm", seconds=3))
    assert sniffing.sniff(source.read_bytes()[:4096]) == "video/webm"
    assert decoding.recording(source, target)
    assert lengths.is_opus(target)
    assert target.read_bytes()[37] == 1  # OpusHead: channels
    assert lengths.seconds(target, "audio/ogg") == pytest.approx(3.0, abs=0.15)
    source.write_bytes(b"\x1a\x45\xdf\xa3" + b"nothing" * 50)
    assert not decoding.recording(source, tmp_path / "other")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_without_what_could_deceive(name):
    assert names.cleaned(name) == NAMES[name]


def test_a_child_that_does_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "SECONDS", 0.01)
    path = tmp_path / "came"
    path.write_bytes(files.picture())
    assert decoding.picture(path, tmp_path / "made", tmp_path / "thumb") == {"why": "too_heavy"}


def test_the_child_imports_nothing_of_ours():
    source = decoding._CHILD.read_text()
    assert "import django" not in source
    assert not any(f"from {app}" in source for app in ("documents", "accounts", "conversations", "cloud_api"))


def test_settings_are_not_needed_to_look(look):
    with override_settings(MEDIA_FOLDER="/nonexistent/folder"):
        assert look(b"hello", "document", "text/plain", "a.txt").why == ""
