"""Whose a conversation is, by the API: taking over, returning, assigning, closing, reopening, reading."""

import threading
import time

import pytest
from django.db import connection
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts import businesses
from accounts.models import AuditEvent, Membership
from conversations import sending
from conversations.models import Conversation, Status
from tests.conversations.test_sending import Graph
from tests.factories import MEERA

from .asking import as_key, as_person
from .talking import NOWHERE, at, fresh, messages_of, written

pytestmark = pytest.mark.django_db(transaction=True)


def acts(conversation) -> list[tuple]:
    rows = AuditEvent.objects.filter(target=str(conversation.pk)).order_by("id")
    return [(row.action, row.actor and row.actor.name, row.api_key[:4], row.details) for row in rows]


def post(client, conversation, act: str, **body):
    return client.post(at(conversation, act), body, format="json")


def test_an_agent_takes_over_and_what_the_bot_has_queued_does_not_leave(dairy, bob):
    meera = written("what is the price")
    told = post(as_person(bob), meera, "takeover")
    assert told.status_code == 200
    assert (told.json()["owner"], told.json()["assignee"]["name"], told.json()["unread"]) == ("human", "Bob", 0)
    graph = Graph()
    sending.work(post=graph, linger=0.05)
    assert graph.posts == []
    [answer] = messages_of(meera, direction="out")
    assert answer.status == Status.CANCELLED
    shown = as_person(bob).get(at(meera, "messages", answer.pk)).json()
    assert shown["status"] == "cancelled"
    assert shown["error"]["text"].startswith("Not sent: a person had taken the conversation over")
    assert shown["error"]["whatToDo"].startswith("Nothing.")
    assert acts(meera) == [("conversation.taken_over", "Bob", "", {})]


def test_a_takeover_and_the_sender_at_the_same_moment_agree(dairy, bob):
    """Whichever comes first: after the takeover's answer nothing of the bot's begins to leave."""
    meera = written("what is the price")
    client, graph = as_person(bob), Graph()
    over = threading.Event()
    late = []

    def note(post):
        if over.is_set():
            late.append(post)
        return graph(post)

    sender = threading.Thread(target=_work, args=(note,))
    sender.start()
    assert post(client, meera, "takeover").status_code == 200
    over.set()
    sender.join()
    [answer] = messages_of(meera, direction="out")
    assert answer.status in (Status.ACCEPTED, Status.CANCELLED)
    assert (answer.status == Status.ACCEPTED) == bool(graph.posts)
    if answer.status == Status.CANCELLED:
        assert late == []


def _work(post):
    try:
        with scopes_disabled():
            sending.work(post=post, linger=0.2)
    finally:
        connection.close()


def test_a_program_takes_over_without_becoming_the_assignee(dairy, alice):
    meera = written()
    key = as_key(dairy, "conversations:write", by=alice)
    told = post(key, meera, "takeover").json()
    assert (told["owner"], told["assignee"]) == ("human", None)
    assert acts(meera) == [("conversation.taken_over", None, "wak_", {})]


def test_a_returned_conversation_is_the_bots_again(dairy, bob):
    meera = written()
    client = as_person(bob)
    post(client, meera, "takeover")
    assert post(client, meera, "return").json()["owner"] == "bot"
    assert [act for act, *_ in acts(meera)] == ["conversation.taken_over", "conversation.returned_to_bot"]
    assert fresh(meera).turn == meera.turn + 2


def test_an_agent_assigns_a_conversation_and_the_bot_goes_on(dairy, bob, alice):
    meera = written()
    client = as_person(bob)
    told = post(client, meera, "assign", userId=str(alice.pk)).json()
    assert (told["assignee"]["name"], told["owner"]) == ("Alice", "bot")
    assert fresh(meera).turn == meera.turn
    assert post(client, meera, "assign", userId=None).json()["assignee"] is None
    assert [details for *_, details in acts(meera)] == [
        {"before": None, "after": str(alice.pk)},
        {"before": str(alice.pk), "after": None},
    ]


def test_nobody_else_can_be_the_assignee(dairy, masala, bob, vera, charlie, alice):
    meera = written()
    bodies = []
    for nobody in (charlie.pk, vera.pk, NOWHERE):
        answer = post(as_person(bob), meera, "assign", userId=str(nobody))
        assert (answer.status_code, list(answer.json()["fields"])) == (404, ["userId"])
        bodies.append(answer.json() | {"requestId": ""})
    assert bodies[0] == bodies[1] == bodies[2]
    Membership.objects.filter(user=alice).update(role="agent")
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    assert post(as_person(bob), meera, "assign", userId=str(alice.pk)).status_code == 404
    assert fresh(meera).assignee_id is None
    businesses.add_member(dairy, charlie, Membership.Role.AGENT)
    assert post(as_person(bob), meera, "assign", userId=str(charlie.pk)).status_code == 200


@pytest.mark.parametrize("body", [{}, {"userId": "bob"}, {"userId": ["x"]}, {"user": None}])
def test_an_assignment_names_a_person(dairy, bob, body):
    answer = post(as_person(bob), written(), "assign", **body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_an_act_without_a_body_takes_none(dairy, bob):
    answer = post(as_person(bob), written(), "takeover", force=True)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["force"])


def test_a_closed_conversation_can_only_be_reopened(dairy, bob):
    meera = written()
    client = as_person(bob)
    told = post(client, meera, "close").json()
    assert told["status"] == "closed"
    assert told["closedAt"] is not None
    assert post(client, meera, "close").status_code == 200
    for act, body in [("takeover", {}), ("return", {}), ("assign", {"userId": None})]:
        answer = post(client, meera, act, **body)
        assert (answer.status_code, answer.json()["code"]) == (409, "conversation_closed")
    told = post(client, meera, "reopen").json()
    assert (told["status"], told["closedAt"]) == ("open", None)
    assert post(client, meera, "reopen").status_code == 200
    assert [act for act, *_ in acts(meera)] == ["conversation.closed", "conversation.reopened"]


def test_one_is_not_reopened_while_the_customer_has_another(dairy, bob):
    meera = written()
    client = as_person(bob)
    post(client, meera, "close")
    other = written("hello again", MEERA)
    assert other.pk != meera.pk
    answer = post(client, meera, "reopen")
    assert (answer.status_code, answer.json()["code"]) == (409, "another_is_open")
    assert fresh(meera).state == "closed"
    listed = client.get("/api/conversations", {"contact": str(meera.contact_id), "status": "open"}).json()["results"]
    assert [row["id"] for row in listed] == [str(other.pk)]
    post(client, other, "close")
    assert post(client, meera, "reopen").status_code == 200


def test_what_has_been_seen_is_read_unless_the_customer_has_written_since(dairy, bob):
    meera = written()
    seen = messages_of(meera)[0].seq
    client = as_person(bob)
    assert post(client, meera, "read", upTo=seen).json()["unread"] == 0
    again = written("one more thing", MEERA)
    assert again.pk == meera.pk
    assert post(client, meera, "read", upTo=seen).json()["unread"] == 1
    for body in ({}, {"upTo": -1}, {"upTo": "x"}, {"upTo": 2**70}):
        assert post(client, meera, "read", **body).status_code == 400


def test_what_was_read_is_marked_as_unread_and_what_is_unread_keeps_its_count(dairy, bob):
    meera = written()
    client = as_person(bob)
    post(client, meera, "read", upTo=messages_of(meera)[0].seq)
    assert post(client, meera, "unread").json()["unread"] == 1
    written("and one more", MEERA)
    assert post(client, meera, "unread").json()["unread"] == 2
    assert client.get("/api/conversations", {"unread": "true"}).json()["results"][0]["id"] == str(meera.pk)
    post(client, meera, "close")
    refused = post(client, meera, "unread")
    assert (refused.status_code, refused.json()["code"]) == (409, "conversation_closed")


def test_an_open_one_made_meanwhile_wins_over_a_reopening(dairy, bob):
    """The database decides: of a new conversation and a reopened one, one is open."""
    meera = written()
    client = as_person(bob)
    post(client, meera, "close")
    results = []

    def reopen():
        try:
            results.append(post(client, meera, "reopen").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=reopen) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.01)
    written("hello again", MEERA)
    for thread in threads:
        thread.join()
    assert set(results) <= {200, 409}
    with scopes_disabled():
        assert Conversation.objects.filter(contact=meera.contact_id, state="open").count() == 1
        assert Conversation.objects.filter(contact=meera.contact_id, created_at__lte=timezone.now()).exists()
