"""/api/conversations: the list, its filters and pages, one conversation."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import AuditEvent
from conversations import indexing
from conversations.models import Conversation
from tests.factories import MEERA, RAVI, ZOYA, customer

from .asking import as_key, as_person
from .talking import NOWHERE, at, fresh, let_time_pass, opt_out, without_id, written, written_to_masala

pytestmark = pytest.mark.django_db


def names(client, **query) -> list[str]:
    answer = client.get("/api/conversations", query)
    assert answer.status_code == 200, answer.json()
    return [row["contact"]["name"] for row in answer.json()["results"]]


def change(conversation: Conversation, **fields) -> None:
    with scopes_disabled():
        Conversation.objects.filter(pk=conversation.pk).update(**fields)


def test_a_viewer_reads_the_conversations_of_her_business_alone(dairy, masala, vera, charlie):
    written("hello", MEERA)
    written("नमस्ते 🙏", ZOYA)
    written_to_masala()
    assert names(as_person(vera)) == ["Zoya", "Meera Iyer"]
    assert names(as_person(charlie)) == ["Ravi Kumar"]


def test_one_conversation_tells_all_that_an_inbox_needs(dairy, dairy_number, vera, bob):
    meera = written("what is the price")
    change(meera, assignee=bob, ai_call_count=2)
    told = as_person(vera).get(at(meera)).json()
    assert told["id"] == told["sessionId"] == str(meera.pk)
    assert (told["status"], told["owner"], told["aiCallCount"], told["unread"]) == ("open", "bot", 2, 1)
    assert told["phone"] == MEERA.phone
    assert told["contact"] == {
        "id": str(meera.contact_id),
        "name": "Meera Iyer",
        "phone": MEERA.phone,
        "username": "",
        "optedOut": False,
    }
    assert told["number"] == {"id": str(dairy_number.pk), "phone": "+91 80 4718 0011"}
    assert told["assignee"] == {"id": str(bob.pk), "name": "Bob"}
    assert told["window"]["open"] is True
    assert told["window"]["closesAt"].endswith("+05:30")
    assert told["lastMessage"]["direction"] == "out"
    assert told["lead"]["status"] == "new"
    assert told["waitingSince"] is None


def test_a_closed_window_says_when_it_closed(dairy, vera):
    meera = written()
    let_time_pass(meera, hours=30)
    told = as_person(vera).get(at(meera)).json()["window"]
    assert told["open"] is False
    assert told["closesAt"] < timezone.now().isoformat()


def test_each_filter_finds_what_it_names(dairy, dairy_number, bob, alice):
    meera, zoya, asha = written("hello", MEERA), written("hello", ZOYA), written("gibberish qwxz", customer(0))
    name = asha.contact.profile_name
    change(meera, state="closed", closed_at=timezone.now())
    change(zoya, owner="human", assignee=bob, unread=0)
    client = as_person(bob)
    assert names(client, status="open") == [name, "Zoya"]
    assert names(client, status="closed") == ["Meera Iyer"]
    assert names(client, owner="human") == ["Zoya"]
    assert names(client, owner="bot") == [name, "Meera Iyer"]
    assert names(client, assignee="me") == names(client, assignee=str(bob.pk)) == ["Zoya"]
    assert names(client, assignee=str(alice.pk)) == []
    assert names(client, assignee="none") == [name, "Meera Iyer"]
    assert names(client, waiting="true") == [name]
    assert names(client, waiting="false") == ["Zoya", "Meera Iyer"]
    assert names(client, unread="false") == ["Zoya"]
    assert names(client, unread="true") == [name, "Meera Iyer"]
    assert names(client, phone="+91 98765 00001") == ["Meera Iyer"]
    assert names(client, contact=str(zoya.contact_id)) == ["Zoya"]
    assert names(client, number=str(dairy_number.pk), status="closed") == ["Meera Iyer"]
    told = fresh(zoya).last_message_at
    assert names(client, updatedAfter=told.isoformat()) == [name]


def test_a_filter_by_another_business_finds_nothing(dairy, masala, masala_number, bob, charlie):
    written()
    ravi = written_to_masala()
    change(ravi, assignee=charlie)
    client = as_person(bob)
    assert names(client, number=str(masala_number.pk)) == names(client, number=NOWHERE) == []
    assert names(client, contact=str(ravi.contact_id)) == []
    assert names(client, assignee=str(charlie.pk)) == []
    assert names(client, phone=RAVI.phone) == []


@pytest.mark.parametrize(
    "query",
    [
        "status=both",
        "owner=nobody",
        "assignee=bob",
        "waiting=perhaps",
        "number=1",
        "contact=%00",
        "updatedAfter=yesterday",
        "colour=red",
        "status=open&status=closed",
        "cursor=x",
    ],
)
def test_a_filter_that_will_not_do_is_refused(dairy, bob, query):
    answer = as_person(bob).get(f"/api/conversations?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()["fields"]) == [query.partition("=")[0]]


def test_a_key_has_no_conversations_of_its_own(dairy, alice):
    answer = as_key(dairy, "conversations:read", by=alice).get("/api/conversations?assignee=me")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["assignee"])


def test_pages_follow_each_other_in_the_order_of_the_last_message(dairy, bob):
    for place in range(7):
        written("hello", customer(place))
    moment = fresh(written("hello", MEERA)).last_message_at
    with scopes_disabled():
        Conversation.objects.filter(contact__profile_name__startswith="Customer").update(last_message_at=moment)
    client, seen, cursor = as_person(bob), [], ""
    while cursor is not None:
        page = client.get("/api/conversations", {"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["id"] for row in page["results"]]
        cursor = page["next"]
    with scopes_disabled():
        rows = Conversation.objects.filter(business=dairy).order_by("-last_message_at", "-id")
        assert seen == [str(pk) for pk in rows.values_list("pk", flat=True)]
    assert len(seen) == 8


def test_one_without_any_message_is_in_the_list_once(dairy, bob):
    for place in range(5):
        written("hello", customer(place))
    with scopes_disabled():
        rows = Conversation.objects.order_by("id")
        Conversation.objects.filter(pk__in=[row.pk for row in rows[1:4]]).update(last_message_at=None)
        wanted = [
            str(pk) for pk in Conversation.objects.order_by("-last_message_at", "-id").values_list("pk", flat=True)
        ]
    client, seen, cursor = as_person(bob), [], ""
    while cursor is not None:
        page = client.get("/api/conversations", {"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["id"] for row in page["results"]]
        cursor = page["next"]
    assert seen == wanted


def test_a_page_is_read_from_the_index_where_the_one_before_ended(dairy, bob):
    """PostgreSQL begins at the cursor, and sorts nothing."""
    written("hello", MEERA)
    written("hello", ZOYA)
    client = as_person(bob)
    cursor = client.get("/api/conversations?limit=1").json()["next"]
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/conversations", {"limit": 1, "cursor": cursor}).status_code == 200
    [sql] = [q["sql"] for q in queries if 'ORDER BY "conversations_conversation"."last_message_at"' in q["sql"]]
    with connection.cursor() as raw:
        raw.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        raw.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in raw.fetchall())
    assert "Sort" not in plan, plan
    [condition] = [line for line in plan.splitlines() if "Index Cond" in line and "last_message_at" in line]
    assert "business_id" in condition


def test_a_list_costs_the_same_for_three_and_for_thirty(dairy, bob):
    client = as_person(bob)
    for place in range(3):
        written("hello", customer(place))
    with CaptureQueriesContext(connection) as of_three:
        assert len(client.get("/api/conversations").json()["results"]) == 3
    for place in range(3, 30):
        written("hello", customer(place))
    with CaptureQueriesContext(connection) as of_thirty:
        assert len(client.get("/api/conversations").json()["results"]) == 30
    assert len(of_thirty) == len(of_three)
    assert not [q for q in of_thirty if "COUNT(" in q["sql"]]


def test_a_foreign_conversation_is_answered_as_one_that_is_not_there(dairy, masala, bob):
    ravi = written_to_masala()
    client, before = as_person(bob), fresh(ravi)
    for method, rest, body in [
        ("get", (), None),
        ("get", ("messages",), None),
        ("get", ("messages", NOWHERE), None),
        ("post", ("messages",), {"text": "hello"}),
        ("post", ("takeover",), {}),
        ("post", ("return",), {}),
        ("post", ("close",), {}),
        ("post", ("reopen",), {}),
        ("post", ("assign",), {"userId": str(bob.pk)}),
        ("post", ("read",), {"upTo": 1}),
        ("post", ("unread",), {}),
    ]:
        answers = [getattr(client, method)(at(pk, *rest), body, format="json") for pk in (ravi.pk, NOWHERE)]
        assert [a.status_code for a in answers] == [404, 404], rest
        assert without_id(answers[0]) == without_id(answers[1])
    after = fresh(ravi)
    assert (after.turn, after.owner, after.state, after.unread) == (
        before.turn,
        before.owner,
        before.state,
        before.unread,
    )
    assert not AuditEvent.objects.filter(target=str(ravi.pk)).exists()


def test_who_may_not_is_told_so(dairy, vera, alice, client):
    meera = written()
    opt_out(meera)
    for rest, body in [
        (("messages",), {"text": "hello"}),
        (("takeover",), {}),
        (("return",), {}),
        (("close",), {}),
        (("reopen",), {}),
        (("assign",), {"userId": None}),
        (("read",), {"upTo": 1}),
        (("unread",), {}),
    ]:
        viewer = as_person(vera).post(at(meera, *rest), body, format="json")
        assert (viewer.status_code, viewer.json()["code"]) == (403, "not_allowed"), rest
        reader = as_key(dairy, "conversations:read", "contacts:write", by=alice).post(
            at(meera, *rest), body, format="json"
        )
        assert (reader.status_code, reader.json()["code"]) == (403, "scope_missing"), rest
        assert client.post(at(meera, *rest), body, content_type="application/json").status_code == 401
    blind = as_key(dairy, "contacts:read", by=alice).get("/api/conversations")
    assert (blind.status_code, blind.json()["code"]) == (403, "scope_missing")


def test_a_search_finds_words_names_and_numbers_in_either_script(dairy, masala, bob):
    written("मुझे दूध चाहिए", MEERA)
    written("paneer hai?", RAVI)
    written_to_masala("doodh", ZOYA)
    indexing.index_all()
    client = as_person(bob)
    assert (
        names(client, search="doodh")
        == names(client, search="meera")
        == names(client, search="00001")
        == ["Meera Iyer"]
    )
    assert names(client, search="पनीर") == ["Ravi Kumar"]
    assert names(client, search="doodh", status="closed") == names(client, search="%") == []


def test_a_search_has_pages(dairy, bob):
    for place in range(5):
        written("jalebi please", customer(place))
    indexing.index_all()
    client, seen, cursor = as_person(bob), [], {}
    while cursor is not None:
        answer = client.get("/api/conversations", {"search": "jalebi", "limit": 2, **cursor}).json()
        seen += [row["id"] for row in answer["results"]]
        cursor = {"cursor": answer["next"]} if answer["next"] else None
    assert len(seen) == len(set(seen)) == 5
    assert client.get("/api/conversations", {"search": "jalebi", "cursor": "AAAA"}).status_code == 400
