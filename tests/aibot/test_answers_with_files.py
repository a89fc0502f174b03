"""An owner's answer carries a picture or a document: the customer's phone gets one message, or the words alone and the trace says why.

The Graph API is the simulator, over HTTP; the answers are rows, the matcher alone knows them word by word (above.py).
"""

import io
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from accounts import businesses
from accounts.errors import DomainError
from accounts.models import AuditEvent, WhatsAppNumber
from aibot import attaching, meant, owner_answers, tiers, turns
from aibot.models import Answer, PendingTurn, Turn
from aibot.reasons import of_message
from conversations import assignment, outbound, refused
from conversations.graph import client_of
from conversations.models import Message, RefusedFile, Status
from documents import kept, outgoing, tidying, uploads
from documents.models import Document, StoredFile, Upload
from tests.conversations.test_faults import PHONE, Wire, all_businesses, now_of, wire  # noqa: F401 - fixtures
from tests.documents import files

from .above import written

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ASKED, SAID = "What do you have today?", "This is our menu."
BUTTONS = [{"intent": "pricing", "title": "Prices"}]
PDF, DOCX = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(autouse=True)
def line(settings, tmp_path, dairy, wire) -> Wire:  # noqa: F811
    settings.MEDIA_FOLDER = tmp_path / "media"
    client_of.cache_clear()
    yield wire
    client_of.cache_clear()


@pytest.fixture
def give(dairy, alice):
    def act(content: bytes = b"", name: str = "menu.png", mime: str = "image/png") -> Document:
        with scope(business=dairy):
            content = content or files.picture("PNG")
            return outgoing.receive(dairy, io.BytesIO(content), name, by=alice, mime=mime)

    return act


@pytest.fixture
def write(dairy, alice, give, monkeypatch):
    """The dairy's one answer."""

    def act(document: Document | None = None, **fields) -> Answer:
        fields = {"question": ASKED, "text": SAID, "document": document or give()} | fields
        with scope(business=dairy):
            answer = owner_answers.add(dairy, actor=alice, **fields)
        monkeypatch.setattr(tiers, "INSTALLED", written(dairy, answer))
        return answer

    return act


def look(now=None) -> None:
    """One look of the worker, its threads run in this one."""
    turns.one_pass(now or timezone.now(), tiers.INSTALLED, lambda act: act())


def asks(line: Wire, text: str = ASKED) -> Message:
    """Meera asks, the worker looks once; what waits to be sent."""
    line.simulator.write(PHONE, text)
    line.hears()
    look()
    return Message.objects.filter(direction="out").latest("seq")


def shown(line: Wire) -> dict:
    """The last that Meera's phone shows of ours."""
    ours = [one for one in line.simulator.thread(PHONE) if one["direction"] == "outbound" and one["status"] != "failed"]
    return ours[-1]


def visit(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def no_upload(line: Wire, times: int | None = 1) -> None:
    line.fails("error", 131000, times, only="all")


# --- one message -------------------------------------------------------------------------------------------------------------------


def test_a_picture_comes_with_the_words_under_it(line, write):
    write()
    message = asks(line)
    line.sends()
    bubble = shown(line)
    assert (bubble["kind"], bubble["media"]["mime_type"]) == ("image", "image/png")
    assert bubble["text"].startswith(SAID)
    assert len(line.on_the_phone) == 1
    assert message.text == bubble["text"]
    document = Document.objects.get(message=message)
    assert (document.state, document.conversation_id) == ("stored", message.conversation_id)
    assert Turn.objects.get().reason == ""


def test_a_document_keeps_its_name(line, write, give):
    write(give(files.pdf(), "prices.pdf", PDF))
    asks(line)
    line.sends()
    bubble = shown(line)
    assert (bubble["kind"], bubble["filename"], bubble["media"]["mime_type"]) == ("document", "prices.pdf", PDF)


@pytest.mark.parametrize("kind", ["image", "document"])
def test_buttons_stand_under_it(line, write, give, kind):
    write(give(files.pdf(), "menu.pdf", PDF) if kind == "document" else give(), buttons=BUTTONS)
    asks(line)
    line.sends()
    bubble = shown(line)
    assert (bubble["kind"], bubble["header_file"]["kind"]) == ("buttons", kind)
    assert [button["title"] for button in bubble["buttons"]] == ["Prices"]
    assert bubble["text"].startswith(SAID)


def test_a_tap_on_which_answer_is_meant_brings_the_file_too(line, write):
    answer = write()
    line.simulator.write(PHONE, "hello")
    line.hears()
    line.sends()
    body, _ = meant.question([(answer.pk, ASKED)], "en")
    button = body["interactive"]["action"]["buttons"][0]["reply"]
    line.simulator.tap(PHONE, {"type": "button_reply", **button})
    line.hears()
    look()
    line.sends()
    assert shown(line)["kind"] == "image"


def test_where_the_words_grow_too_long_they_go_alone_and_whole(line, write, dairy):
    answer = write()
    Answer.objects.filter(pk=answer.pk).update(text="long " * 260, updated_at=timezone.now())
    message = asks(line)
    line.sends()
    assert shown(line)["kind"] == "text"
    assert message.text.startswith("long " * 250)
    turn = Turn.objects.get()
    assert turn.reason == "file: too_long"
    assert "too long to go with the picture" in dict(of_message(message).facts)["Reason"]
    assert not Document.objects.filter(message=message).exists()


# --- what WhatsApp has -----------------------------------------------------------------------------------------------------------


def test_it_is_uploaded_once_for_each_number_and_ahead_of_the_first_question(line, write, dairy, alice):
    write()
    assert uploads.work() == 1
    assert uploads.work() == 0
    upload = Upload.objects.get()
    assert asks(line).payload["image"]["id"] == upload.media_id
    other = businesses.connect_number(dairy, "77777", access_token="token-of-the-dairy-0001", waba_id="1", actor=alice)
    uploads.work()
    assert set(Upload.objects.values_list("number", flat=True)) == {upload.number_id, other.pk}


def test_an_id_that_has_ended_is_replaced(line, write):
    write()
    first = asks(line).payload["image"]["id"]
    line.sends()
    Upload.objects.update(until=timezone.now())
    Turn.objects.all().delete()  # the same answer is not given twice within ten minutes
    message = asks(line)
    line.sends()
    assert message.payload["image"]["id"] != first
    assert shown(line)["kind"] == "image"
    assert Upload.objects.get().media_id == message.payload["image"]["id"]


def test_the_worker_replaces_what_ends_within_a_day(line, write):
    write()
    uploads.work()
    Upload.objects.update(until=timezone.now() + timedelta(hours=23))
    assert uploads.work() == 1
    assert Upload.objects.get().until > timezone.now() + timedelta(days=28)


@pytest.mark.parametrize("mode", ["error", "failed"], ids=["at once", "later"])
@pytest.mark.parametrize("buttons", [[], BUTTONS], ids=["caption", "buttons"])
def test_where_the_file_is_refused_the_words_still_come_and_the_next_one_gets_it_anew(line, write, mode, buttons):
    write(buttons=buttons)
    message = asks(line)
    line.fails(mode, 131053)
    line.sends()
    line.hears()
    assert RefusedFile.objects.count() == 1
    line.sends()
    line.hears()
    assert now_of(message) >= Status.ACCEPTED
    assert [text.startswith(SAID) for text in line.on_the_phone] == [True]
    assert "header_file" not in shown(line)
    assert shown(line)["kind"] == ("buttons" if buttons else "text")
    assert message.kind == ("interactive" if buttons else "text")
    Turn.objects.all().delete()
    again = asks(line)
    line.sends()
    assert shown(line).get("header_file") or shown(line)["kind"] == "image"
    assert refused.is_refused(again.number_id, Upload.objects.get().media_id) is False


def test_a_file_that_whatsapp_knows_no_more_is_a_refused_one(line, write):
    write()
    uploads.work()
    Upload.objects.update(media_id="999")
    asks(line)
    line.sends()
    line.sends()
    assert shown(line)["kind"] == "text"
    assert uploads.work() == 1


def test_an_agents_file_that_was_refused_fails_and_is_uploaded_anew_the_next_time(line, give, bob, dairy):
    line.simulator.write(PHONE, "hello")
    line.hears()
    line.sends()
    conversation = Message.objects.first().conversation
    document = give()
    message, _ = outgoing.send(conversation, document, author=outbound.Author.of_person(bob))
    line.fails("error", 131053)
    line.sends()
    assert now_of(message) == Status.FAILED
    again, _ = outgoing.send(conversation, document, author=outbound.Author.of_person(bob))
    assert again.payload["image"]["id"] != message.payload["image"]["id"]


def test_refused_ids_are_forgotten_after_their_life(line, dairy_number):
    refused.remember([(dairy_number.pk, "1"), (dairy_number.pk, "1")], timezone.now())
    assert refused.forget(timezone.now() + timedelta(days=30)) == 0
    assert refused.forget(timezone.now() + timedelta(days=32)) == 1


def test_the_thread_shows_it_like_an_agents_and_says_where_it_was_left_out(line, write, vera):
    write()
    message = asks(line)
    page = visit(vera).get(f"/inbox/{message.conversation_id}").content.decode()
    document = Document.objects.get(message=message)
    assert f'src="/media/{document.pk}"' in page
    assert visit(vera).get(f"/media/{document.pk}").getvalue()
    line.fails("error", 131053)
    line.sends()
    page = visit(vera).get(f"/inbox/{message.conversation_id}").content.decode()
    assert f'src="/media/{document.pk}"' not in page
    assert "the words went without it" in page
    assert "the words went without it" in dict(of_message(message).facts)["Reason"]
    assert SAID in page


# --- an upload that fails --------------------------------------------------------------------------------------------------------


def test_the_words_go_alone_and_the_next_customers_do_not_wait_for_it(line, write):
    write()
    no_upload(line, times=None)
    message = asks(line)
    assert (message.kind, Turn.objects.get().reason) == ("text", "file: upload_failed")
    assert "did not take the picture" in dict(of_message(message).facts)["Reason"]
    line.fails("none", times=None)
    line.sends()
    assert shown(line)["text"].startswith(SAID)
    held = uploads.look(Document.objects.get(state="kept").pk, message.number_id, timezone.now())
    assert held == uploads.Held(why="upload_failed")
    assert uploads.work() == 0, "it rests"
    assert uploads.work(clock=lambda: timezone.now() + timedelta(minutes=2)) == 1


def test_each_failure_in_a_row_doubles_the_rest(line, write):
    write()
    no_upload(line, times=None)
    rests = []
    for _ in range(3):
        now = timezone.now()
        Upload.objects.update(not_before=now)
        uploads.work()
        rests.append(round((Upload.objects.get().not_before - timezone.now()) / timedelta(seconds=30)))
    assert rests == [1, 2, 4]


def test_a_file_that_is_gone_from_the_store_does_not_cost_the_words(line, write, settings):
    write()
    for path in settings.MEDIA_FOLDER.glob("[0-9a-f][0-9a-f]/*"):
        path.unlink()
    message = asks(line)
    assert (message.kind, Turn.objects.get().reason) == ("text", "file: file_gone")


def test_one_uploads_and_the_others_wait_a_moment(line, write):
    write()
    document, number = Document.objects.get(state="kept"), WhatsAppNumber.objects.get()
    now = timezone.now()
    assert uploads.begin(document.pk, number.pk, now, seconds=20)
    assert not uploads.begin(document.pk, number.pk, now, seconds=20)
    line.simulator.write(PHONE, ASKED)
    line.hears()
    look()
    assert not Message.objects.filter(direction="out").exists()
    assert PendingTurn.objects.get().look_at > timezone.now()
    uploads.give(document.business_id, document.pk, number.pk, seconds=20)
    look(timezone.now() + turns.FULL)
    assert Message.objects.get(direction="out").kind == "image"


def test_who_has_waited_long_gets_the_words(line, write):
    write()
    document, number = Document.objects.get(state="kept"), WhatsAppNumber.objects.get()
    later = timezone.now() + attaching.PATIENCE + timedelta(seconds=5)
    uploads.begin(document.pk, number.pk, later, seconds=20)
    line.simulator.write(PHONE, ASKED)
    line.hears()
    look(later)
    message = Message.objects.get(direction="out")
    assert (message.kind, Turn.objects.get().reason) == ("text", "file: busy")


def test_an_upload_of_a_worker_that_died_is_anothers_after_its_time(line, write):
    write()
    document, number = Document.objects.get(state="kept"), WhatsAppNumber.objects.get()
    now = timezone.now()
    assert uploads.begin(document.pk, number.pk, now, seconds=20)
    assert uploads.look(document.pk, number.pk, now).busy
    assert uploads.begin(document.pk, number.pk, now + timedelta(seconds=31), seconds=20)


# --- the turn's promises hold while a file is on its way ------------------------------------------------------------------------


def test_nothing_is_uploaded_in_a_transaction_or_the_workers_own_thread(line, write, monkeypatch):
    write()
    seen = []
    upload = outgoing.upload

    def watched(*given, **more):
        seen.append((connection.in_atomic_block, threading.current_thread().name))
        return upload(*given, **more)

    monkeypatch.setattr(outgoing, "upload", watched)
    line.simulator.write(PHONE, ASKED)
    line.hears()
    turns.work(linger=0.1)
    assert [in_transaction for in_transaction, _ in seen] == [False]
    assert seen[0][1].startswith("model")
    assert Message.objects.get(direction="out").kind == "image"


def test_a_person_who_takes_over_meanwhile_is_not_talked_over(line, write, bob):
    write()
    line.simulator.write(PHONE, ASKED)
    line.hears()

    def meanwhile(act):
        conversation = Message.objects.first().conversation
        assignment.take_over(conversation, by=bob, now=timezone.now())
        act()

    turns.one_pass(timezone.now(), tiers.INSTALLED, meanwhile)
    assert not Message.objects.filter(direction="out", source="answer").exists()
    assert not Document.objects.filter(message__isnull=False).exists()


def test_who_writes_again_meanwhile_gets_one_reply_to_all(line, write):
    write()
    line.simulator.write(PHONE, ASKED)
    line.hears()

    def meanwhile(act):
        line.simulator.write(PHONE, "and quickly please")
        line.hears()
        act()

    turns.one_pass(timezone.now(), tiers.INSTALLED, meanwhile)
    assert not Message.objects.filter(direction="out").exists()
    assert PendingTurn.objects.get().ticket is None


def test_a_turn_whose_worker_dies_after_the_upload_is_answered_once(line, write):
    write()
    line.simulator.write(PHONE, ASKED)
    line.hears()

    def dies(act):
        document, number = Document.objects.get(state="kept"), WhatsAppNumber.objects.get()
        uploads.give(document.business_id, document.pk, number.pk, seconds=20)  # and then it is killed

    turns.one_pass(timezone.now(), tiers.INSTALLED, dies)
    look()
    assert not Message.objects.filter(direction="out").exists(), "the lease is the dead one's"
    for _ in range(2):
        look(timezone.now() + turns.LEASE)
        line.sends(after=turns.LEASE)
    assert len(line.on_the_phone) == 1
    assert Upload.objects.count() == 1


def test_a_file_that_the_owner_takes_away_meanwhile_is_left_out(line, write, dairy, alice):
    answer = write()
    line.simulator.write(PHONE, ASKED)
    line.hears()

    def meanwhile(act):
        with scope(business=dairy):
            owner_answers.change(answer, actor=alice, document=None)
        act()

    turns.one_pass(timezone.now(), tiers.INSTALLED, meanwhile)
    message = Message.objects.get(direction="out")
    assert (message.kind, Turn.objects.get().reason) == ("text", "file: file_gone")


# --- the file is the answer's ---------------------------------------------------------------------------------------------------


def test_a_draft_becomes_the_answers_and_stays_when_drafts_go(write, give):
    document = give()
    answer = write(document)
    assert answer.document_id == document.pk
    tidying.tidy(timezone.now() + timedelta(days=40))
    assert Document.objects.get().state == "kept"
    assert StoredFile.objects.count() == 1


def test_replaced_removed_and_deleted_it_goes_and_what_was_sent_stays(line, write, give, dairy, alice):
    answer = write()
    message = asks(line)
    with scope(business=dairy):
        owner_answers.change(answer, actor=alice, document=give(files.pdf(), "menu.pdf", PDF))
    kept = Document.objects.get(state="kept")
    assert (kept.kind, Document.objects.get(message=message).kind) == ("document", "image")
    with scope(business=dairy):
        owner_answers.change(answer, actor=alice, document=None)
    assert not Document.objects.filter(state="kept").exists()
    tidying.tidy(timezone.now() + timedelta(days=1))
    assert [file.mime for file in StoredFile.objects.all()] == ["image/png"], "that of the message"
    with scope(business=dairy):
        owner_answers.change(answer, actor=alice, document=give())
        owner_answers.remove(answer, actor=alice)
    assert not Document.objects.filter(state="kept").exists()
    assert Document.objects.filter(message=message).exists()


def test_the_same_file_again_changes_nothing(write, dairy, alice):
    answer = write()
    with scope(business=dairy):
        after = owner_answers.change(answer, actor=alice, document=answer.document)
    assert after.updated_at == answer.updated_at
    assert Document.objects.get(state="kept").pk == answer.document_id


def test_of_a_file_that_another_answer_has_a_copy_is_kept(write, dairy, alice):
    first = write()
    with scope(business=dairy):
        second = owner_answers.add(dairy, actor=alice, question="And tomorrow?", text=SAID, document=first.document)
        owner_answers.remove(first, actor=alice)
    assert Document.objects.get(state="kept").pk == second.document_id


def test_what_is_done_with_it_is_in_the_log(write, dairy, alice):
    answer = write()
    with scope(business=dairy):
        owner_answers.change(answer, actor=alice, document=None)
    made, changed = AuditEvent.objects.filter(action__startswith="answer.").order_by("id")
    assert made.details["after"]["document"]["name"] == "menu.png"
    assert changed.details["after"] == {"document": None}


# --- what cannot be sent is refused when it is written -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"text": "x" * 1025}, "text", "takes 1024 with a picture or document"),
        ({"text": "{hours}" + "x" * 1020}, "text", "takes 1024 with a picture or document"),
        ({"text_hi": "अ" * 1025}, "text_hi", "takes 1024"),
        (
            {"buttons": [{"intent": i, "title": i} for i in ("pricing", "demo", "person", "bye")]},
            "document_id",
            "three buttons at most",
        ),
    ],
)
def test_what_whatsapp_has_no_message_for(write, fields, place, words):
    with pytest.raises(owner_answers.ValidationError) as error:
        write(**fields)
    assert words in str(error.value.message_dict[place])
    assert not Answer.objects.exists()


def test_a_recording_is_no_answers_file(write, give):
    with pytest.raises(owner_answers.ValidationError) as error:
        write(give(files.sound("mp3", codec="libmp3lame"), "jingle.mp3", "audio/mpeg"))
    assert "a picture (JPEG or PNG) or a document" in str(error.value.message_dict["document_id"])


def test_a_webp_picture_says_why(write, give):
    document = give(files.picture("WEBP"), "menu.webp", "image/webp")
    with pytest.raises(owner_answers.ValidationError):
        write(document)


def test_another_business_s_file_and_a_customers_are_not_there(line, give, dairy, masala):
    document = give()
    with scope(business=masala), pytest.raises(DomainError) as error:
        kept.named(document.pk)
    assert error.value.status == 404
    with scope(business=dairy):
        assert kept.named(document.pk) == document
    Document.objects.update(direction="in")
    with scope(business=dairy), pytest.raises(DomainError):
        kept.named(document.pk)
