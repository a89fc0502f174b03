"""The API of the team's own things, beyond what the matrix asks: whose note it is, and what a label finds."""

import pytest
from django_scopes import scope

from conversations import notes
from conversations.models import Conversation, Message
from tests.factories import MEERA, RAVI, Chat

from .asking import as_key, as_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def chats(dairy) -> dict[str, Conversation]:
    """Meera's and Ravi's."""
    for who in (MEERA, RAVI):
        Chat(who).says("price")
    with scope(business=dairy):
        return {c.contact.display_name: c for c in Conversation.objects.select_related("contact", "business")}


def test_a_label_finds_its_conversations(chats, bob):
    client = as_person(bob)
    made = client.post("/api/labels", {"name": "Wholesale", "colour": "good"}, format="json").json()
    address = f"/api/conversations/{chats['Meera Iyer'].pk}/labels"
    assert client.put(address, {"labels": [made["id"]]}, format="json").json() == {"labels": [made]}
    found = client.get("/api/conversations", {"label": made["id"]}).json()["results"]
    assert [row["contact"]["name"] for row in found] == ["Meera Iyer"]
    assert client.delete(f"/api/labels/{made['id']}").status_code == 204
    assert client.get(address).json() == {"labels": []}


def test_a_note_is_its_writers_and_an_owners(chats, alice, bob, dairy):
    address = f"/api/conversations/{chats['Meera Iyer'].pk}/notes"
    own = as_person(bob).post(address, {"text": "Calls at six"}, format="json").json()
    assert own["author"] == {"id": str(bob.pk), "name": "Bob"}
    program = as_key(dairy, "conversations:write", by=alice)
    refused = program.patch(f"{address}/{own['id']}", {"text": "Mine"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")
    assert as_person(alice).patch(f"{address}/{own['id']}", {"text": "Calls at 7"}, format="json").status_code == 200
    assert program.post(address, {"text": "From the shop's system"}, format="json").json()["author"] is None
    with scope(business=dairy):
        assert not Message.objects.filter(text__contains="Calls").exists()
        assert notes.Note.objects.get(author=None).author_name == "Test"


def test_a_blocked_customer_is_told_as_blocked(chats, bob):
    client = as_person(bob)
    contact = chats["Meera Iyer"].contact_id
    assert client.post(f"/api/contacts/{contact}/block").json()["blockedAt"]
    assert client.get(f"/api/conversations/{chats['Meera Iyer'].pk}").json()["status"] == "closed"
    assert client.post(f"/api/conversations/{chats['Meera Iyer'].pk}/reopen").json()["code"] == "blocked"
    assert [row["id"] for row in client.get("/api/contacts", {"blocked": "true"}).json()["results"]] == [str(contact)]
    assert client.post(f"/api/contacts/{contact}/unblock").json()["blockedAt"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"shortcut": "two words", "title": "x", "text": "x"}, "shortcut"),
        ({"shortcut": "x", "title": "x", "text": "Pay {amount}"}, "text"),
        ({"shortcut": "x", "title": "x", "text": "x", "language": "ta"}, "language"),
    ],
)
def test_a_canned_reply_that_will_not_do_is_refused_by_field(dairy, bob, body, field):
    answer = as_person(bob).post("/api/replies", body, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
