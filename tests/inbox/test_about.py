"""The pane beside the thread: which language, what was allowed, notes, files and conversations of before."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope

from conversations import assignment, consent, notes
from conversations.models import ConsentEvent, Contact, Conversation, Note, ReplyDraft

from .. import factories
from .acting import act, page


@pytest.fixture
def said(conversation):
    """``said(kind, source)``: a word of the customer's about offers, at 3 November."""

    def say(kind: ConsentEvent.Kind, source: str, how: str = "") -> None:
        at = timezone.make_aware(timezone.datetime(2026, 11, 3, 12))
        word = consent.Word(conversation.business_id, conversation.contact_id, kind.value, source, at, how=how)
        with transaction.atomic():
            consent.record_many([word])

    return say


def pane(client, conversation) -> str:
    answer = client.get(f"/inbox/{conversation.pk}", headers={"HX-Request": "true", "X-Part": "contact"})
    assert answer.status_code == 200
    html = answer.content.decode()
    assert html.lstrip().startswith("<aside")
    return html


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["hello", "do you deliver?"], "English"),
        (["नमस्ते", "दूध चाहिए", "ok"], "हिन्दी"),
        (["bhai doodh chahiye", "kitna hai", "thanks"], "Hinglish"),
    ],
)
def test_the_language_of_most_of_what_they_wrote(visit, bob, dairy, texts, language):
    chat = factories.Chat()
    for text in texts:
        chat.says(text)
    with scope(business=dairy):
        [conversation] = Conversation.objects.all()
    assert f"<dd>{language}</dd>" in pane(visit(bob), conversation)


def test_who_wrote_no_words_has_no_language(visit, bob, dairy):
    factories.Chat().sends("location", {"latitude": 12.9, "longitude": 77.5})
    with scope(business=dairy):
        [conversation] = Conversation.objects.all()
    assert "Writes in" not in pane(visit(bob), conversation)


@pytest.mark.parametrize(
    ("kind", "source", "how", "words"),
    [
        ("stop", "message", "", "None since 3 Nov 2026, by a message"),
        ("stop", "error_131050", "", "None since 3 Nov 2026, as WhatsApp told us"),
        ("start", "agent", "by phone", "Allowed on 3 Nov 2026, noted by the team, “by phone”"),
        ("start", "a source of tomorrow", "", "Allowed on 3 Nov 2026"),
    ],
)
def test_what_they_allowed_is_said_in_words_with_its_date(visit, bob, conversation, said, kind, source, how, words):
    client = visit(bob)
    assert "Neither allowed nor stopped" in pane(client, conversation)
    said(ConsentEvent.Kind(kind), source, how)
    html = pane(client, conversation)
    assert f"{words}</dd>" in html
    assert ("Stopped</span>" in html) == (kind == "stop")


def test_notes_of_every_conversation_of_theirs_and_nobody_elses(visit, alice, bob, dairy, conversation):
    factories.Chat(factories.RAVI).says("hello")
    with scope(business=dairy):
        notes.write(conversation, "Pays on Friday", by=alice)
        notes.write(Conversation.objects.get(contact__phone=factories.RAVI.phone), "Ravi's own", by=bob)
        with transaction.atomic():
            assignment.close(conversation, by=bob, now=timezone.now())
        factories.Chat().says("hello again")
        new = Conversation.objects.get(contact=conversation.contact, state="open")
        old = Note.objects.get(text="Pays on Friday")
    html = pane(visit(bob), new)
    assert "Pays on Friday" in html
    assert f"{alice} · " in html
    assert f'href="/inbox/{conversation.pk}#m-{old.pk}"' in html
    assert f'href="/inbox/{conversation.pk}"' in html  # among the other conversations
    assert "Ravi" not in html


def test_a_note_added_beside_the_thread_leaves_the_draft_alone(visit, bob, dairy, conversation):
    client = visit(bob)
    act(client, conversation, "draft", 204, text="half an answ")
    act(client, conversation, "note", text="Call her", beside="on")
    with scope(business=dairy):
        assert ReplyDraft.objects.get().text == "half an answ"
    act(client, conversation, "note", text="half an answ")
    with scope(business=dairy):
        assert not ReplyDraft.objects.exists()
    assert "Call her" in pane(client, conversation)


def test_a_viewer_sees_it_and_changes_nothing(visit, vera, conversation):
    html = pane(visit(vera), conversation)
    assert "Notes of the team" in html
    assert "<form" not in html


def test_a_username_is_shown_once_marked(visit, bob, dairy):
    factories.Chat(factories.ZOYA).says("hello")
    with scope(business=dairy):
        conversation = Conversation.objects.get(contact__phone="")
    html = page(visit(bob), conversation)
    assert "@zoya.writes" in html
    assert "@@" not in html


def test_the_number_of_statements_does_not_grow(visit, alice, bob, dairy, conversation):
    client = visit(bob)
    before = _statements(client, conversation)
    with scope(business=dairy):
        for place in range(12):
            notes.write(conversation, f"note {place}", by=alice)
            Conversation.objects.create(
                business=dairy, contact=conversation.contact, number=conversation.number, state="closed"
            )
        Contact.objects.update(opted_out_at=timezone.now() - timedelta(days=1))
    assert _statements(client, conversation) == before


def _statements(client, conversation) -> int:
    pane(client, conversation)
    with CaptureQueriesContext(connection) as caught:
        pane(client, conversation)
    return len(caught)
