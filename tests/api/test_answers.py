"""/api/answers: the owner's answers, written by a program."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from aibot import owner_answers
from aibot.models import Answer

from .asking import as_key, as_person
from .talking import NOWHERE, without_id

pytestmark = pytest.mark.django_db

WHERE = {
    "question": "Where is it?",
    "otherWays": ["the place", "which road"],
    "answer": "There.",
    "answerHi": "वहाँ।",
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
    assert (told.json()["answerHinglish"], told.json()["products"], told.json()["enabled"]) == ("", [], True)
    changed = client.patch(of(told.json()["id"]), {"otherWays": ["which road"], "enabled": False}, format="json")
    assert (changed.status_code, changed.json()["otherWays"], changed.json()["enabled"]) == (200, ["which road"], False)
    assert client.get(of(told.json()["id"])).json() == changed.json()
    assert [row["question"] for row in client.get("/api/answers?enabled=false").json()["results"]] == ["Where is it?"]
    assert client.get("/api/answers?enabled=true").json()["results"] == []
    assert client.delete(of(told.json()["id"])).status_code == 204
    assert client.get("/api/answers").json()["results"] == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"answer": "It costs {price:moon}."}, "answer"),
        ({"question": "???"}, "question"),
        ({"otherWays": ["🙏"]}, "otherWays"),
        ({"otherWays": ["x"] * 201}, "otherWays"),
        ({"answer": "x" * 1501}, "answer"),
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
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "answer_exists")


def test_a_key_needs_the_scope_of_rules(dairy, alice, answer):
    assert as_key(dairy, "rules:read", by=alice).get(of(answer)).status_code == 200
    assert as_key(dairy, "rules:read", by=alice).patch(of(answer), {"answer": "No."}, format="json").status_code == 403
    assert as_key(dairy, "rules:write", by=alice).patch(of(answer), {"answer": "No."}, format="json").status_code == 200
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
    told = as_person(alice).post("/api/answers", WHERE | {"otherWays": ways}, format="json")
    assert told.status_code == 201
