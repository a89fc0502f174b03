"""From the webhook to the store: fetched at once, once, from Meta's hosts alone, and again where it did not work."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import Settings, WhatsAppNumber
from cloud_api.media import MB
from conversations import retention
from documents import fetching, intake, tasks, tidying
from documents.models import Document, StoredFile
from documents.storage import _path
from tests import factories
from tests.cloud_api.conftest import Answer, hang_up
from tests.factories import MEERA, RAVI, receive
from whatsapp_automation import health
from whatsapp_automation.checkup import installation

from . import files
from .conftest import PHOTO
from .corpus import BAD

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
State = Document.State


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


def fetch(document: Document, at=None) -> Document:
    fetching.work(clock=lambda: at or timezone.now())
    document.refresh_from_db()
    return document


def due(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(next_try_at=timezone.now())


# --- it comes -------------------------------------------------------------------------------------------------------------


def test_a_photo_is_waiting_when_the_webhook_is_worked_off_and_stored_at_the_first_try(send, host):
    document = send("image", PHOTO, "image/jpeg", caption="the old bill")
    assert (document.state, document.kind, document.attempts) == (State.WAITING, "image", 0)
    assert document.conversation_id == document.message.conversation_id
    assert host.requests == []  # the drain asks nobody
    fetch(document)
    assert (document.state, document.why, document.attempts) == (State.STORED, "", 1)
    assert (document.file.width, document.file.height, document.file.has_thumb) == (640, 480, True)
    assert document.size == len(PHOTO)
    assert host.asked == ["GET /v26.0/555001", "GET /file/555001"]
    assert host.tokens_at("/") == {"Bearer token-of-the-dairy-0001"}


def test_a_message_without_a_file_makes_no_document_and_asks_nothing(dairy, django_assert_num_queries):
    receive(factories.text_body("wamid.plain", "hello"))
    assert not Document.objects.exists()
    with django_assert_num_queries(0):
        assert intake.take_up([(dairy.pk, "wamid.plain", "text")] * 50, timezone.now()) == 0


def test_a_second_delivery_makes_no_second_document(send, dairy):
    body = factories.message_body("wamid.twice", "image", {"id": "77", "mime_type": "image/jpeg"})
    receive(body, body)
    assert Document.objects.count() == 1


def test_what_a_person_sends_from_the_phone_app_is_filed_too(host, dairy):
    echo = {
        "from": "918047180011",
        "to": MEERA.phone,
        "id": "wamid.echo",
        "timestamp": str(int(timezone.now().timestamp())),
        "type": "image",
        "image": {"id": "4242", "mime_type": "image/jpeg"},
    }
    host.files["4242"] = PHOTO
    receive(factories.value_body({"message_echoes": [echo]}, field="smb_message_echoes"))
    document = fetch(Document.objects.get())
    assert (document.direction, document.state) == ("out", State.STORED)


def test_a_file_that_whatsapp_could_not_take_says_so(dairy):
    receive(factories.message_body("wamid.lost", "video", {"mime_type": "video/mp4"}))
    document = Document.objects.get()
    assert (document.state, document.why, document.next_try_at) == (State.FAILED, "not_given", None)
    assert "again" in document.sentence


def test_the_name_of_the_file_is_shown_and_never_used(send, host, settings):
    document = fetch(send("document", files.pdf(), "application/pdf", filename="../../../tmp/evil\u202egpj.pdf"))
    assert (document.name, document.state, document.file.pages) == ("evilgpj.pdf", State.STORED, 2)
    lying = [path.name for path in settings.MEDIA_FOLDER.rglob("*") if path.is_file()]
    assert lying == [document.file.key.hex]
    assert settings.MEDIA_FOLDER.stat().st_mode & 0o077 == 0
    assert _path(document.file.key, False).stat().st_mode & 0o077 == 0


def test_a_voice_message_is_known_as_one(send):
    document = fetch(send("audio", files.sound("ogg"), "audio/ogg; codecs=opus", voice=True))
    assert (document.state, document.voice, document.mime) == (State.STORED, True, "audio/ogg")
    assert document.file.seconds == pytest.approx(2, abs=0.1)


# --- once -----------------------------------------------------------------------------------------------------------------


def test_the_same_file_twice_is_stored_once(send, settings):
    one, two = send("image", PHOTO, "image/jpeg"), send("image", PHOTO, "image/jpeg")
    fetch(one)
    two.refresh_from_db()
    assert (one.state, two.state) == (State.STORED, State.STORED)
    assert one.file_id == two.file_id
    assert len([path for path in settings.MEDIA_FOLDER.rglob("*") if path.is_file()]) == 2  # itself and its small form


def test_two_businesses_share_no_file(send, masala, host):
    one = fetch(send("image", PHOTO, "image/jpeg"))
    payload = {"id": "88", "mime_type": "image/jpeg"}
    host.files["88"] = PHOTO
    body = factories.message_body("wamid.m", "image", payload, RAVI, factories.MASALA_NUMBER)
    receive(body, verified_by=WhatsAppNumber.objects.get(business=masala).app_secret_mark)
    other = fetch(Document.objects.get(business=masala))
    assert other.file_id != one.file_id
    assert other.file.key != one.file.key


def test_two_workers_take_different_files_and_one_content_once(send, host):
    documents = [send("image", PHOTO, "image/jpeg") for _ in range(8)]
    tried = []

    def worker():
        with scopes_disabled():
            tried.append(fetching.work())
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(tried) == 8
    assert min(tried) > 0
    for document in documents:
        document.refresh_from_db()
    assert {document.state for document in documents} == {State.STORED}
    assert {document.attempts for document in documents} == {1}
    assert StoredFile.objects.count() == 1
    assert len([one for one in host.asked if one.startswith("GET /file/")]) == 8


def test_a_file_whose_worker_died_comes_again_when_its_lease_is_over(send):
    document = send("image", PHOTO, "image/jpeg")
    now = timezone.now()
    claim = fetching.take(now)
    assert claim.id == document.pk
    assert fetching.take(now + timedelta(minutes=4)) is None
    later = fetching.take(now + timedelta(minutes=6))
    assert (later.id, later.attempts) == (document.pk, 2)
    fetching._end(claim, State.FAILED, "too_large")  # the first one was only slow: it has no say any more
    document.refresh_from_db()
    assert document.state == State.FETCHING


# --- it does not come -----------------------------------------------------------------------------------------------------


def gone() -> Answer:
    return Answer(404, {"error": {"code": 100, "message": "Unsupported get request."}})


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([gone()], "refused"),
        ([Answer(503, b"busy")], "unreachable"),
        ([Answer(429, {"error": {"code": 80007, "message": "Too many"}})], "refused"),
        ([Answer(act=hang_up)], "unreachable"),
        ([Answer(401, {"error": {"code": 190, "message": "Expired"}})], "token"),
    ],
)
def test_what_does_not_work_now_is_tried_again_and_works_then(send, host, answers, why):
    document = send("image", PHOTO, "image/jpeg")
    host.answers = list(answers)
    before = timezone.now()
    fetch(document)
    assert (document.state, document.why, document.attempts) == (State.WAITING, why, 1)
    assert timedelta(seconds=2) < document.next_try_at - before < timedelta(seconds=10)
    due(document)
    fetch(document)
    assert (document.state, document.why, document.attempts) == (State.STORED, "", 2)


def test_an_address_that_has_ended_is_asked_for_anew(send, host):
    document = send("image", PHOTO, "image/jpeg")
    look_up = Answer(200, {"id": "555001", "url": f"{host.url}/file/555001-old", "mime_type": "image/jpeg"})
    host.answers = [look_up, gone()]
    fetch(document)
    assert (document.state, document.why) == (State.WAITING, "refused")
    due(document)
    assert fetch(document).state == State.STORED
    assert [path for path in host.asked if "/v26.0/" in path] == ["GET /v26.0/555001"] * 2


def test_a_foreign_host_gets_neither_question_nor_token(send, host):
    document = send("image", PHOTO, "image/jpeg")
    host.address = f"http://localhost:{host.server_address[1]}"  # another name than Meta's, here the same machine
    fetch(document)
    assert (document.state, document.why) == (State.WAITING, "foreign_host")
    assert host.asked == ["GET /v26.0/555001"]


def test_a_file_that_is_too_large_ends_while_it_streams(send, host, monkeypatch):
    monkeypatch.setattr(fetching, "MOST", 2 * MB)
    document = send("video", b"\x00" * 100 + b"x" * (5 * MB), "video/mp4")
    fetch(document)
    assert (document.state, document.why, document.file) == (State.FAILED, "too_large", None)


def test_a_full_disk_is_tried_again(send, settings, tmp_path):
    document = send("image", PHOTO, "image/jpeg")
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, where the folder should be")
    folder, settings.MEDIA_FOLDER = settings.MEDIA_FOLDER, blocked
    fetch(document)
    assert (document.state, document.why) == (State.WAITING, "no_room")
    settings.MEDIA_FOLDER = folder
    due(document)
    assert fetch(document).state == State.STORED


def test_pauses_grow_over_the_days_and_the_seventh_ends_it(send, host):
    document = send("image", PHOTO, "image/jpeg")
    host.files.clear()
    now, tries = timezone.now(), 0
    while document.state == State.WAITING:
        fetch(document, at=now)
        tries += 1
        now = max(now, document.next_try_at or now)
    assert (document.state, document.why) == (State.EXPIRED, "gone")
    assert 30 < tries < 70
    assert fetching.pause(100) <= timedelta(hours=6) * 1.25
    assert not fetching.try_again(document, timezone.now() + timedelta(days=8))


def test_the_alarm_comes_on_the_fifth_day(send, host):
    document = send("image", PHOTO, "image/jpeg")
    now = document.created_at
    assert installation._media(now + timedelta(minutes=1)).state == "ok"
    assert installation._media(now + timedelta(hours=2)).state == "warn"
    assert installation._media(now + timedelta(days=5, minutes=1)).state == "bad"
    Document.objects.update(created_at=timezone.now() - timedelta(days=5, hours=1))
    assert health._files()["ok"] is False
    fetch(document)
    assert health._files() == {"ok": True, "seconds": 0.0, "waiting": 0}


def test_a_failed_one_is_tried_again_where_somebody_asks(send, host):
    document = send("image", PHOTO[:400], "image/jpeg")
    fetch(document)
    assert (document.state, document.why) == (State.FAILED, "image_broken")
    host.files["555001"] = PHOTO
    assert fetching.try_again(document, timezone.now())
    assert fetch(document).state == State.STORED
    assert not fetching.try_again(document, timezone.now())


def test_the_task_works_off_what_waits(send):
    document = send("image", PHOTO, "image/jpeg")
    assert tasks.fetch() == 1
    document.refresh_from_db()
    assert document.state == State.STORED
    tasks.sweep()


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_that_comes_over_the_wire_ends_as_it_should(send, name, settings):
    bad = BAD[name]
    document = fetch(send(bad.kind, bad.make(), bad.declared, **({"filename": bad.name} if bad.name else {})))
    assert (document.state, document.why) == (bad.state, bad.why)
    assert document.sentence
    assert (document.file is not None) == (bad.state in ("stored", "quarantined"))
    assert (document.file is not None and document.file.held) == (bad.state == "quarantined")
    assert not any((settings.MEDIA_FOLDER / "work").iterdir())


# --- it goes --------------------------------------------------------------------------------------------------------------


def test_a_file_goes_with_the_last_message_that_names_it(send, settings):
    one, two = send("image", PHOTO, "image/jpeg"), send("image", PHOTO, "image/jpeg")
    fetch(one)
    two.refresh_from_db()
    now = timezone.now() + timedelta(hours=2)
    one.message.delete()
    assert tidying.tidy(now) == 0
    two.message.delete()
    assert not Document.objects.exists()
    assert tidying.tidy(timezone.now()) == 0  # a file is left alone for an hour: its document may be about to come
    assert tidying.tidy(now) == 1
    assert not StoredFile.objects.exists()
    assert [path for path in settings.MEDIA_FOLDER.rglob("*") if path.is_file()] == []


def deletion_of(document: Document) -> bytes:
    return factories.message_body(
        factories.new_wamid(), "revoke", {"original_message_id": document.message.wamid}, MEERA
    )


def test_a_message_that_its_writer_deletes_takes_its_file_with_it(send, settings):
    document = fetch(send("image", PHOTO, "image/jpeg"))
    receive(deletion_of(document))
    assert not Document.objects.exists()
    tidying.tidy(timezone.now() + timedelta(hours=2))
    assert [path for path in settings.MEDIA_FOLDER.rglob("*") if path.is_file()] == []


def test_it_is_not_stored_either_where_the_deletion_came_while_it_was_fetched(send, host):
    document = send("image", PHOTO, "image/jpeg")
    claim = fetching.take(timezone.now())
    receive(deletion_of(document))
    fetching.fetch(claim, timezone.now, fetching._client)
    assert not Document.objects.exists()
    assert not StoredFile.objects.filter(documents__isnull=False).exists()


def test_old_messages_take_their_files_with_them(send, dairy, settings):
    document = fetch(send("image", PHOTO, "image/jpeg"))
    Settings.objects.filter(business=dairy).update(messages_kept_days=30)
    later = timezone.now() + timedelta(days=31)
    assert retention.prune(later)
    assert not Document.objects.filter(pk=document.pk).exists()
    assert tidying.tidy(later) == 1
