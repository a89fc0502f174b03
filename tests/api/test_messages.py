"""/api/conversations/{id}/messages: what was said, by seq."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scopes_disabled

from conversations.models import Message, Status
from documents.models import Document
from tests.factories import MEERA, ZOYA, Chat, receive, status_body, text_body

from .asking import as_person
from .talking import NOWHERE, at, conversation_of, messages_of, without_id, written, written_to_masala

pytestmark = pytest.mark.django_db


def listed(client, conversation, **query) -> dict:
    answer = client.get(at(conversation, "messages"), query)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_a_question_and_its_answer(dairy, vera):
    chat = Chat(MEERA)
    [answer] = chat.says("घी का दाम क्या है? 🙏")
    meera = conversation_of(MEERA)
    [question, reply] = listed(as_person(vera), meera)["results"]
    assert (question["direction"], question["source"], question["content"]) == (
        "in",
        "customer",
        "घी का दाम क्या है? 🙏",
    )
    assert (question["status"], question["aiSource"], question["sentBy"], question["payload"]) == (
        "received",
        None,
        None,
        None,
    )
    assert question["wamid"] == chat.wamids[0]
    assert (reply["id"], reply["direction"], reply["status"]) == (str(answer.pk), "out", "queued")
    assert (reply["source"], reply["aiSource"]) == ("rule", "rule")
    assert reply["sentBy"] == {"id": str(answer.source_ref), "name": answer.source_name}
    assert reply["error"] is None
    assert reply["reactions"] == {"customer": None, "business": None}
    assert reply["at"].endswith("+05:30")


def test_other_kinds_come_with_whatsapps_own_object(dairy, vera):
    Chat(MEERA).sends("location", {"latitude": 12.9, "longitude": 77.6})
    shown = listed(as_person(vera), conversation_of(MEERA))["results"][0]
    assert (shown["kind"], shown["payload"]) == ("location", {"latitude": 12.9, "longitude": 77.6})


def test_a_poll_gets_what_is_new_and_scrolling_what_is_older(dairy, vera):
    chat = Chat(MEERA)
    for place in range(4):
        chat.says(f"question {place}")
    meera, client = conversation_of(MEERA), as_person(vera)
    every = [m.seq for m in messages_of(meera)]
    assert len(every) >= 5

    def seqs(**query):
        page = listed(client, meera, **query)
        return [row["seq"] for row in page["results"]], page["next"], page["previous"]

    assert seqs() == (every, None, None)
    assert seqs(limit=2) == (every[-2:], None, every[-2])
    assert seqs(before=every[-2], limit=2) == (every[-4:-2], every[-3], every[-4])
    assert seqs(before=every[1]) == (every[:1], every[0], None)
    assert seqs(after=every[0], limit=2) == (every[1:3], every[2], every[1])
    assert seqs(after=every[-2]) == (every[-1:], None, every[-1])
    assert seqs(after=every[-1]) == ([], None, None)
    assert seqs(after=0)[0] == every


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", f"after={2**63}", "after=1&before=2", "limit=201", "cursor=x"]
)
def test_a_page_that_will_not_do_is_refused(dairy, vera, query):
    answer = as_person(vera).get(f"{at(written(), 'messages')}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_one_message_tells_how_far_it_got(dairy, vera):
    meera = written()
    [reply] = messages_of(meera, direction="out")
    with scopes_disabled():
        Message.objects.filter(pk=reply.pk).update(status=Status.ACCEPTED, wamid="wamid.ours", attempt=1)
    receive(status_body("wamid.ours", "delivered"))
    shown = as_person(vera).get(at(meera, "messages", reply.pk)).json()
    assert shown["status"] == "delivered"
    assert shown["deliveredAt"] is not None
    assert as_person(vera).get(f"{at(meera, 'messages', reply.pk)}?limit=1").status_code == 400


def test_a_failure_says_what_to_do(dairy, vera):
    meera = written()
    [reply] = messages_of(meera, direction="out")
    with scopes_disabled():
        Message.objects.filter(pk=reply.pk).update(
            status=Status.FAILED, error_code=131047, error_text="Re-engagement message"
        )
    told = as_person(vera).get(at(meera, "messages", reply.pk)).json()["error"]
    assert told["code"] == 131047
    assert "template" in told["whatToDo"]
    in_hindi = as_person(vera).get(at(meera, "messages", reply.pk), HTTP_ACCEPT_LANGUAGE="hi").json()["error"]
    assert in_hindi["whatToDo"] != told["whatToDo"]


def test_an_answer_to_a_message_names_it(dairy, vera):
    chat = Chat(MEERA)
    [answer] = chat.says("hello")
    with scopes_disabled():
        Message.objects.filter(pk=answer.pk).update(wamid="wamid.greeting", status=Status.SENT)
    receive(text_body("wamid.reply", "thank you", MEERA, context={"id": "wamid.greeting"}))
    receive(text_body("wamid.stray", "and this", MEERA, context={"id": "wamid.unknown"}))
    rows = {row["wamid"]: row["replyTo"] for row in listed(as_person(vera), conversation_of(MEERA))["results"]}
    assert rows["wamid.reply"] == {"id": str(answer.pk), "wamid": "wamid.greeting"}
    assert rows["wamid.stray"] == {"id": None, "wamid": "wamid.unknown"}


def test_an_edited_and_a_deleted_message_say_so(dairy, vera):
    meera = written()
    with scopes_disabled():
        question, reply = Message.objects.filter(conversation=meera).order_by("seq")
        now = timezone.now()
        Message.objects.filter(pk=question.pk).update(
            text="new", original_text="old", edited_at=now, reactions={"out": "👍"}
        )
        Message.objects.filter(pk=reply.pk).update(text="", payload={}, revoked_at=now)
    edited, deleted = listed(as_person(vera), meera)["results"]
    assert (edited["content"], edited["originalContent"]) == ("new", "old")
    assert edited["editedAt"] is not None
    assert edited["reactions"] == {"customer": None, "business": "👍"}
    assert (deleted["content"], deleted["deletedAt"] is not None) == ("", True)


def test_a_page_costs_the_same_for_three_and_for_thirty(dairy, vera):
    meera, client = written(), as_person(vera)
    with CaptureQueriesContext(connection) as of_few:
        assert len(listed(client, meera)["results"]) == 2
    with scopes_disabled():
        old = Message.objects.filter(conversation=meera, direction="in").get()
        Message.objects.bulk_create(
            Message(
                business=dairy,
                conversation=meera,
                number=meera.number,
                direction="in",
                kind="text",
                source="customer",
                text="more",
                wa_timestamp=old.wa_timestamp,
                status=Status.RECEIVED,
                wamid=f"wamid.more{place}",
            )
            for place in range(30)
        )
    with CaptureQueriesContext(connection) as of_many:
        assert len(listed(client, meera)["results"]) == 32
    assert len(of_many) == len(of_few)


def test_a_message_is_not_there_in_another_conversation(dairy, masala, vera):
    meera, zoya, ravi = written(), written("hello", ZOYA), written_to_masala()
    client = as_person(vera)
    [of_zoya, *_], [of_ravi, *_] = messages_of(zoya), messages_of(ravi)
    answers = [client.get(at(meera, "messages", pk)) for pk in (of_zoya.pk, of_ravi.pk, NOWHERE)]
    assert [a.status_code for a in answers] == [404, 404, 404]
    assert without_id(answers[0]) == without_id(answers[1]) == without_id(answers[2])


def test_what_a_machine_read_in_a_file_stands_beside_it(dairy, vera):
    Chat(MEERA).sends("audio", {"id": "77", "mime_type": "audio/ogg", "voice": True})
    with scopes_disabled():
        Document.objects.update(text="do you have ghee")
    note = listed(as_person(vera), conversation_of(MEERA))["results"][0]
    assert (note["content"], note["machineRead"]) == ("", "do you have ghee")
