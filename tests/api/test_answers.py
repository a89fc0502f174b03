"""/api/answers: the owner's answers, written by a program."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from aibot import owner_answers
from aibot.models import Answer
from documents.models import Document
from tests.documents import files

from .asking import as_key, as_person
from .talking import NOWHERE, without_id

pytestmark = pytest.mark.django_db

WHERE = {
    "question": "Where is it?",
    "ways": ["the place", "which road"],
    "text": "There.",
    "textHi": "वहाँ।",
    "buttons": [{"intent": "demo", "title": "Try it"}],
}


@pytest.fixture
def answer(dairy) -> Answer:
    return made(dairy, "How old is it?")


def made(business, question) -> Answer:
    with scope(business=business):
        return owner_answers.add(business, actor=None, question=question, text="A day.", ways=["age"])


def of(answer) -> str:
    return f"/api/answers/{getattr(answer, 'pk', answer)}"


def test_an_owner_writes_reads_changes_and_removes_an_answer(dairy, alice):
    client = as_person(alice)
    told = client.post("/api/answers", WHERE, format="json")
    assert told.status_code == 201, told.json()
    assert {name: told.json()[name] for name in WHERE} == WHERE
    assert (told.json()["textRoman"], told.json()["products"], told.json()["enabled"]) == ("", [], True)
    changed = client.patch(of(told.json()["id"]), {"ways": ["which road"], "enabled": False}, format="json")
    assert (changed.status_code, changed.json()["ways"], changed.json()["enabled"]) == (200, ["which road"], False)
    assert client.get(of(told.json()["id"])).json() == changed.json()
    assert [row["question"] for row in client.get("/api/answers?enabled=false").json()["results"]] == ["Where is it?"]
    assert client.get("/api/answers?enabled=true").json()["results"] == []
    assert client.delete(of(told.json()["id"])).status_code == 204
    assert client.get("/api/answers").json()["results"] == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": "It costs {price:moon}."}, "text"),
        ({"question": "???"}, "question"),
        ({"ways": ["🙏"]}, "ways"),
        ({"ways": ["x"] * 201}, "ways"),
        ({"text": "x" * 1501}, "text"),
        ({"products": ["ghee"]}, "products"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_said_is_refused_at_its_field(dairy, alice, given, field):
    refused = as_person(alice).post("/api/answers", WHERE | given, format="json")
    assert refused.status_code == 400
    assert field in str(refused.json())
    with scope(business=dairy):
        assert not Answer.objects.exists()


def test_a_question_is_there_once(dairy, alice, answer):
    refused = as_person(alice).post("/api/answers", WHERE | {"question": "how OLD is it?"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "answer_exists")


def test_a_key_needs_the_scope_of_rules(dairy, alice, answer):
    assert as_key(dairy, "rules:read", by=alice).get(of(answer)).status_code == 200
    assert as_key(dairy, "rules:read", by=alice).patch(of(answer), {"text": "No."}, format="json").status_code == 403
    assert as_key(dairy, "rules:write", by=alice).patch(of(answer), {"text": "No."}, format="json").status_code == 200
    assert as_key(dairy, "leads:read", by=alice).get(of(answer)).status_code == 403


def test_agents_read_and_do_not_write(dairy, bob, answer):
    assert as_person(bob).get(of(answer)).status_code == 200
    assert as_person(bob).delete(of(answer)).status_code == 403


def test_another_business_s_answer_is_as_absent_as_none(dairy, charlie, masala, answer):
    client = as_person(charlie)
    for act in (client.get, client.delete):
        foreign, none = act(of(answer)), act(of(NOWHERE))
        assert (foreign.status_code, without_id(foreign)) == (404, without_id(none))


def test_the_list_asks_as_often_for_many_as_for_one(dairy, alice, answer):
    client = as_person(alice)
    client.get("/api/answers")

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/api/answers")
        return len(asked)

    for_one = statements()
    for number in range(5):
        made(dairy, f"Question {number}?")
    assert statements() == for_one


def test_a_long_body_is_taken(dairy, alice):
    ways = [f"{'how long does it last ' * 10}{number}" for number in range(150)]
    told = as_person(alice).post("/api/answers", WHERE | {"ways": ways}, format="json")
    assert told.status_code == 201


# --- its picture or document --------------------------------------------------------------------------------------------------


@pytest.fixture
def given(settings, tmp_path):
    """A file that somebody gives to /api/media: its id."""
    settings.MEDIA_FOLDER = tmp_path / "media"

    def act(person, content: bytes = b"", name: str = "menu.png") -> str:
        file = ContentFile(content or files.picture("PNG"), name=name)
        told = as_person(person).post("/api/media", {"file": file}, format="multipart")
        assert told.status_code == 201, told.content
        return told.json()["id"]

    return act


@pytest.mark.slow
def test_a_file_is_given_to_an_answer_told_replaced_and_taken_away(dairy, alice, given):
    client, first = as_person(alice), given(alice)
    told = client.post("/api/answers", WHERE | {"documentId": first}, format="json")
    assert told.status_code == 201, told.json()
    assert (told.json()["document"]["id"], told.json()["document"]["type"]) == (first, "image")
    assert [row["document"]["id"] for row in client.get("/api/answers").json()["results"]] == [first]
    same = client.patch(of(told.json()["id"]), {"documentId": first, "enabled": True}, format="json")
    assert same.json()["document"]["id"] == first
    second = client.patch(of(told.json()["id"]), {"documentId": given(alice, files.pdf(), "menu.pdf")}, format="json")
    assert (second.json()["document"]["type"], second.json()["document"]["name"]) == ("document", "menu.pdf")
    kept = client.patch(of(told.json()["id"]), {"text": "Here."}, format="json")
    assert kept.json()["document"] == second.json()["document"]
    none = client.patch(of(told.json()["id"]), {"documentId": None}, format="json")
    assert (none.status_code, none.json()["document"]) == (200, None)
    with scope(business=dairy):
        assert not Document.objects.exists()


@pytest.mark.slow
def test_a_file_of_another_business_or_none_is_not_there(alice, charlie, masala, answer, given):
    for document in (given(charlie), NOWHERE):
        refused = as_person(alice).patch(of(answer), {"documentId": str(document)}, format="json")
        assert (refused.status_code, list(refused.json()["fields"])) == (404, ["documentId"])


@pytest.mark.slow
def test_what_whatsapp_has_no_message_for_is_refused_at_the_file_or_the_text(alice, answer, given):
    client, picture = as_person(alice), given(alice)
    long = client.patch(of(answer), {"documentId": picture, "text": "x" * 1025}, format="json")
    assert (long.status_code, list(long.json()["fields"])) == (400, ["text"])
    buttons = [{"intent": intent, "title": intent} for intent in ("pricing", "demo", "person", "bye")]
    many = client.patch(of(answer), {"documentId": picture, "buttons": buttons}, format="json")
    assert (many.status_code, list(many.json()["fields"])) == (400, ["documentId"])
    sound = given(alice, files.sound("mp3", codec="libmp3lame"), "jingle.mp3")
    wrong = client.patch(of(answer), {"documentId": sound}, format="json")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["documentId"])
