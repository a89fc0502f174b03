"""Files that are sent: checked before, given to Meta once, tied to their message; by a page and by a program."""

import io
import subprocess
import uuid
from datetime import timedelta

import imageio_ffmpeg
import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from PIL import Image

from accounts import businesses
from accounts.errors import DomainError
from conversations import outbound
from conversations.models import Conversation, Message
from documents import lengths, outgoing, storage, tidying
from documents.models import Document, StoredFile
from tests import factories
from tests.api.asking import as_key, as_person
from tests.cloud_api.conftest import Answer
from webhooks import tasks as webhook_tasks

from . import files
from .corpus import BAD, DOCX, HTML
from .test_fetching import fetch

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def in_the_dairy(dairy, host):
    with scope(business=dairy):
        yield


@pytest.fixture
def conversation() -> Conversation:
    factories.receive(factories.text_body(factories.new_wamid(), "hello"))
    return Conversation.objects.get()


@pytest.fixture
def give(dairy, bob):
    def act(content: bytes, name: str = "", mime: str = "", **more) -> Document:
        return outgoing.receive(dairy, io.BytesIO(content), name, by=bob, mime=mime, **more)

    return act


def refused(act, *args, **more) -> str:
    with pytest.raises(DomainError) as error:
        act(*args, **more)
    assert str(error.value.message)
    assert not Document.objects.exists()
    return error.value.code


# --- what is taken --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "mime", "kind"),
    [
        (files.picture(), "shop.jpg", "image/jpeg", "image"),
        (files.picture("PNG"), "shop.png", "image/png", "image"),
        (files.picture("PNG"), "shop.jpg", "application/octet-stream", "image"),
        (files.pdf(), "prices.pdf", "application/pdf", "document"),
        (files.docx(), "offer.docx", DOCX, "document"),
        (b"ghee 750\n", "prices.txt", "text/plain", "document"),
        (files.sound("mp3", codec="libmp3lame"), "jingle.mp3", "audio/mpeg", "audio"),
    ],
)
def test_what_whatsapp_takes(give, content, name, mime, kind):
    document = give(content, name, mime)
    assert (document.kind, document.state, document.direction, document.name) == (kind, "draft", "out", name)
    assert document.file.size == document.size


def test_what_whatsapp_refuses_is_refused_before(give, settings):
    assert refused(give, b"", "a.txt", "text/plain") == "file_empty"
    assert refused(give, b"x" * (17 * files.MB), "a.txt", "text/plain") == "file_too_large"
    noisy = Image.effect_noise((1500, 1500), 120).convert("RGB")
    sticker = io.BytesIO()
    noisy.save(sticker, "WEBP", quality=90)
    assert refused(give, sticker.getvalue(), "a.webp", "image/webp") == "file_too_large"
    assert not any((settings.MEDIA_FOLDER / "work").iterdir())


@pytest.mark.parametrize(
    "content", [files.zipped({"a.txt": b"x"}), b"\x00\x01\x02 nothing known", b"GIF89a" + bytes(90)]
)
def test_types_that_whatsapp_does_not_take(give, content):
    assert refused(give, content, "a.bin", "application/octet-stream") == "file_type"


@pytest.mark.parametrize(
    "name", [name for name, bad in BAD.items() if bad.state == "quarantined" and bad.kind == "document"]
)
def test_what_could_do_harm_is_not_sent_either(give, name):
    bad = BAD[name]
    assert refused(give, bad.make(), bad.name, bad.declared) == "file_refused"


def test_a_large_photo_is_made_smaller_until_it_fits(give):
    noisy = Image.effect_noise((5000, 4000), 120).convert("RGB")
    target = io.BytesIO()
    noisy.save(target, "JPEG", quality=80)
    assert 5 * files.MB < len(target.getvalue()) < 16 * files.MB
    document = give(target.getvalue(), "market.jpg", "image/jpeg")
    assert document.file.size <= 5 * files.MB
    assert document.file.width > 1000


def test_a_recording_of_a_browser_becomes_a_voice_message(give, conversation, bob, host):
    document = give(files.sound("webm"), "", "audio/webm;codecs=opus", voice=True)
    assert (document.kind, document.voice, document.mime) == ("audio", True, "audio/ogg")
    message, _ = outgoing.send(conversation, document, author=outbound.Author.of_person(bob))
    assert message.payload["audio"] == {"id": "9000001", "voice": True}
    mime, content = host.uploads[0]
    assert mime == "audio/ogg"
    assert content[28:36] == b"OpusHead"


def test_a_safari_recording_too(give):
    document = give(_m4a(), "", "audio/mp4", voice=True)
    assert (document.voice, document.mime) == (True, "audio/ogg")
    assert document.file.seconds == pytest.approx(2, abs=0.2)


def _m4a() -> bytes:
    """ffmpeg writes MP4 into a file alone, for it goes back to its beginning; in pieces it need not."""
    made = ["-f", "lavfi", "-i", "sine=duration=2", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *made, "pipe:1"]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def test_what_is_no_recording_is_no_voice_message(give):
    assert refused(give, b"\x1a\x45\xdf\xa3" + b"nothing" * 90, "", "audio/webm", voice=True) == "file_refused"
    assert refused(give, HTML, "", "audio/webm", voice=True) == "file_refused"


# --- how it goes ----------------------------------------------------------------------------------------------------------


def test_it_goes_with_its_caption_and_is_the_messages_from_then_on(give, conversation, bob, host):
    document = give(files.pdf(), "prices.pdf", "application/pdf")
    message, is_new = outgoing.send(
        conversation, document, author=outbound.Author.of_person(bob), key="one", caption="Our prices"
    )
    document.refresh_from_db()
    assert is_new
    assert message.payload["document"] == {"id": "9000001", "caption": "Our prices", "filename": "prices.pdf"}
    assert (document.message_id, document.conversation_id, document.state) == (message.pk, conversation.pk, "stored")
    again, is_new = outgoing.send(
        conversation, document, author=outbound.Author.of_person(bob), key="one", caption="Our prices"
    )
    assert (again.pk, is_new) == (message.pk, False)
    assert len(host.uploads) == 1
    assert Document.objects.count() == 1


def test_a_second_time_a_copy_goes_and_nothing_is_uploaded(give, conversation, bob, host):
    document = give(files.pdf(), "prices.pdf", "application/pdf")
    for _ in range(2):
        outgoing.send(conversation, document, author=outbound.Author.of_person(bob))
    one, two = Document.objects.order_by("created_at")
    assert one.message_id != two.message_id
    assert one.file_id == two.file_id
    assert len(host.uploads) == 1


def test_metas_id_is_renewed_after_29_days_and_for_another_number(give, conversation, host, alice):
    document = give(files.pdf(), "prices.pdf", "application/pdf")
    now = timezone.now()
    assert outgoing.media_id(document, conversation.number, now=now) == "9000001"
    assert outgoing.media_id(document, conversation.number, now=now + timedelta(days=28)) == "9000001"
    assert outgoing.media_id(document, conversation.number, now=now + timedelta(days=29, seconds=1)) == "9000002"
    other = businesses.connect_number(document.business, "77777", access_token="token-of-another-0003", actor=alice)
    assert outgoing.media_id(document, other, now=now) == "9000003"


def test_a_customers_photo_can_be_sent_on(send, give, conversation, bob, host):
    with scopes_disabled():
        received = fetch(send("image", files.picture(), "image/jpeg"))
        message, _ = outgoing.send(conversation, received, author=outbound.Author.of_person(bob))
        received.refresh_from_db()
        copy = Document.objects.get(message=message)
    assert received.message_id != message.pk
    assert received.media_id == "555001"
    assert (copy.direction, copy.file_id) == ("out", received.file_id)


def test_where_meta_refuses_nothing_is_sent(give, conversation, bob, host):
    document = give(files.pdf(), "prices.pdf", "application/pdf")
    host.answers = [Answer(400, {"error": {"code": 100, "message": "Bad file."}})]
    before = Message.objects.count()
    with pytest.raises(DomainError) as error:
        outgoing.send(conversation, document, author=outbound.Author.of_person(bob))
    assert error.value.code == "upload_failed"
    assert "Bad file." in str(error.value.message)
    assert Message.objects.count() == before


def test_a_draft_that_nobody_sent_goes_after_30_days(give):
    give(files.pdf(), "prices.pdf", "application/pdf")
    tidying.tidy(timezone.now() + timedelta(days=29))
    assert Document.objects.count() == 1
    assert tidying.tidy(timezone.now() + timedelta(days=31)) == 1
    assert not StoredFile.objects.exists()


def test_a_stray_file_of_a_worker_that_died_goes_after_a_day(give, monkeypatch):
    kept = give(files.pdf(), "prices.pdf", "application/pdf")
    key = uuid.uuid4()
    source = storage._path(kept.file.key, False)
    storage.put("local", key, source)
    left = storage._folder() / "work" / "of-a-dead-worker"
    left.mkdir()
    (left / "came").write_bytes(b"half a file")
    tidying.tidy(timezone.now())
    assert storage._path(key, False).exists()
    assert left.exists()
    monkeypatch.setattr(tidying, "_STRAY_SECONDS", -1.0)
    tidying.tidy(timezone.now())
    assert not storage._path(key, False).exists()
    assert not left.exists()
    assert source.exists()


# --- a program ------------------------------------------------------------------------------------------------------------


def test_a_program_gives_a_file_and_sends_it(dairy, alice, conversation, host):
    client = as_key(dairy, "conversations:write", "conversations:read", by=alice)
    given = client.post("/api/media", {"file": ContentFile(files.pdf(), name="bill.pdf")}, format="multipart")
    assert given.status_code == 201, given.content
    told = given.json()
    assert (told["type"], told["mimeType"], told["name"]) == ("document", "application/pdf", "bill.pdf")
    sent = client.post(
        f"/api/conversations/{conversation.pk}/messages",
        {"type": "document", "media": {"documentId": told["id"], "caption": "Your bill"}},
        format="json",
        HTTP_IDEMPOTENCY_KEY="bill-1",
    )
    assert sent.status_code == 201, sent.content
    message = Message.objects.get(pk=sent.json()["id"])
    assert message.payload["document"] == {"id": "9000001", "caption": "Your bill", "filename": "bill.pdf"}
    assert message.document.pk == uuid.UUID(told["id"])
    wrong = client.post(
        f"/api/conversations/{conversation.pk}/messages",
        {"type": "image", "media": {"documentId": told["id"]}},
        format="json",
    )
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["media.documentId"])


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"file": "no file"}, 400, "invalid"),
        ({"file": ContentFile(b"", name="a.txt")}, 400, "file_empty"),
        ({"file": ContentFile(HTML, name="a.html")}, 400, "file_refused"),
        ({"file": ContentFile(b"x" * 16_500_000, name="a.txt")}, 413, None),
        ({"file": ContentFile(b"x", name="a.txt"), "more": "1"}, 400, "invalid"),
        ({"file": [ContentFile(b"x", name="a.txt"), ContentFile(b"y", name="b.txt")]}, 400, "invalid"),
    ],
)
def test_what_a_program_gets_for_a_wrong_form(alice, dairy, form, status, code):
    answer = as_person(alice).post("/api/media", form, format="multipart")
    assert answer.status_code == status, answer.content
    if code:
        assert answer.json()["code"] == code
    assert not Document.objects.exists()


def test_opus_is_asked_for(tmp_path):
    path = tmp_path / "vorbis.ogg"
    path.write_bytes(files.sound("ogg", codec="libvorbis"))
    assert not lengths.is_opus(path)


def test_a_program_names_one_file(dairy, alice, conversation):
    given = {"documentId": str(uuid.uuid4()), "id": "123"}
    answer = as_person(alice).post(
        f"/api/conversations/{conversation.pk}/messages", {"type": "image", "media": given}, format="json"
    )
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["media"])


def test_the_phones_deletion_of_a_message_whose_wamid_came_later_takes_its_file_along(
    give, conversation, bob, settings
):
    """WhatsApp tells of the deletion before the Graph API has told the message's wamid."""
    document = give(files.picture(), "shop.jpg")
    with transaction.atomic():
        message = Message.objects.get(pk=outbound.queue_text(conversation, "our shop", by=bob))
        outgoing.attach(document, message)
    revoke = {"type": "revoke", "revoke": {"original_message_id": "wamid.late"}}
    now = str(int(timezone.now().timestamp()))
    item = {
        "id": factories.new_wamid(),
        "from": "918047180011",
        "to": factories.MEERA.phone,
        "timestamp": now,
        **revoke,
    }
    factories.receive(factories.value_body({"message_echoes": [item]}, field="smb_message_echoes"))
    webhook_tasks.sweep()
    assert Document.objects.filter(pk=document.pk).exists()
    Message.objects.filter(pk=message.pk).update(wamid="wamid.late")
    webhook_tasks.sweep()
    message.refresh_from_db()
    assert (message.text, bool(message.revoked_at)) == ("", True)
    assert not Document.objects.filter(pk=document.pk).exists()
    tidying.tidy(timezone.now() + timedelta(hours=2))
    assert [path for path in settings.MEDIA_FOLDER.rglob("*") if path.is_file()] == []
