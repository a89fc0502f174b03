"""A conversation's page: what it shows, and what can be done on it."""

import html
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts.models import AuditEvent
from conversations import queries, troubles
from conversations.models import Conversation, Message, Status

from .. import factories
from .conftest import let_time_pass, messages_of

pytestmark = pytest.mark.slow

NOBODY = uuid.UUID(int=7)  # fixed: the names of tests are the same in every process


def page_of(conversation: Conversation) -> str:
    return reverse("admin:conversations_conversation_change", args=[conversation.pk])


def act(conversation: Conversation, name: str) -> str:
    return reverse(f"admin:conversations_conversation_{name}", args=[conversation.pk])


def answer(client, conversation, text="Yes, we deliver.", client_ref=None):
    data = {"text": text, "client_ref": str(client_ref or uuid.uuid4())}
    return client.post(act(conversation, "answer"), data)


def fresh(conversation: Conversation) -> Conversation:
    with scopes_disabled():
        return Conversation.objects.get(pk=conversation.pk)


# --- answering ----------------------------------------------------------------------------------------------------------------


def test_an_answer_is_queued_once_in_the_agents_name(visit, bob, conversation):
    done = answer(visit(bob), conversation)
    [message] = messages_of(conversation, source="agent")
    assert done.status_code == 302
    assert (message.text, message.source_name, message.source_ref) == ("Yes, we deliver.", "Bob", bob.pk)
    assert message.status == Status.QUEUED
    assert (fresh(conversation).owner, fresh(conversation).assignee_id) == ("human", bob.pk)


def test_the_same_answer_posted_twice_is_one_message(visit, bob, conversation):
    client, ref = visit(bob), uuid.uuid4()
    for _ in range(2):
        assert answer(client, conversation, client_ref=ref).status_code == 302
    assert len(messages_of(conversation, source="agent")) == 1


def test_each_page_offers_a_reference_of_its_own(visit, bob, conversation):
    client = visit(bob)
    first, second = (client.get(page_of(conversation)).context["form"]["client_ref"].value() for _ in range(2))
    assert first != second


def test_the_sender_is_woken_after_the_commit(
    visit, bob, conversation, empty_cache, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        answer(visit(bob), conversation)
    assert "wake_up" in [callback.__name__ for callback in callbacks]


@pytest.mark.parametrize("text", ["", "   ", "x" * 4097])
def test_a_text_that_whatsapp_would_refuse_is_shown_again_with_the_reason(visit, bob, conversation, text):
    refused = answer(visit(bob), conversation, text)
    assert refused.status_code == 422
    assert "WhatsApp" in refused.context["form"].errors["text"][0]
    assert text.strip() in refused.text
    assert messages_of(conversation, source="agent") == []
    assert fresh(conversation).owner == "bot"


def test_a_broken_reference_is_refused_and_the_text_kept(visit, bob, conversation):
    refused = visit(bob).post(act(conversation, "answer"), {"text": "keep me", "client_ref": "no-uuid"})
    assert refused.status_code == 422
    assert "keep me" in refused.text
    assert messages_of(conversation, source="agent") == []


def test_the_reason_is_said_in_hindi(visit, bob, conversation):
    client = visit(bob)
    client.cookies["django_language"] = "hi"
    [too_long] = answer(client, conversation, "x" * 4097).context["form"].errors["text"]
    [blank] = answer(client, conversation, " ").context["form"].errors["text"]
    assert too_long == "संदेश में 4097 अक्षर हैं; WhatsApp में 4096 तक हो सकते हैं।"
    assert blank == "संदेश खाली है; WhatsApp को 1 से 4096 अक्षर चाहिए।"


def test_four_thousand_hindi_characters_fit(visit, bob, conversation):
    assert answer(visit(bob), conversation, "प" * 4096).status_code == 302


def test_after_the_window_has_closed_the_answer_is_refused_in_plain_words(visit, bob, conversation):
    let_time_pass(conversation, hours=25)
    client = visit(bob)
    refused = answer(client, conversation)
    assert refused.status_code == 422
    assert "The 24-hour window closed at" in refused.context["form"].errors["text"][0]
    assert messages_of(conversation, source="agent") == []
    assert 'data-can-write="no"' in client.get(page_of(conversation)).text


@pytest.mark.parametrize("name", ["answer", "take-over", "return", "close", "seen", "resend", "dismiss"])
def test_a_viewer_only_looks(visit, vera, conversation, name):
    client = visit(vera)
    assert client.post(act(conversation, name), {"text": "hi", "client_ref": uuid.uuid4()}).status_code == 403
    shown = client.get(page_of(conversation))
    assert shown.status_code == 200
    assert "data-composer" not in shown.text
    assert fresh(conversation).turn == conversation.turn


@pytest.mark.parametrize("name", ["answer", "take-over", "return", "close", "seen", "thread", "resend", "dismiss"])
def test_a_strangers_conversation_is_absent_on_every_address(visit, charlie, masala, conversation, name):
    client, missing = visit(charlie), Conversation(pk=uuid.uuid4())
    call = client.get if name == "thread" else client.post
    foreign, absent = (call(act(c, name)) for c in (conversation, missing))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.content == absent.content
    assert fresh(conversation).turn == conversation.turn


@pytest.mark.parametrize("name", ["answer", "take-over", "return", "close", "seen", "resend", "dismiss"])
def test_a_look_changes_nothing(visit, alice, conversation, name):
    assert visit(alice).get(act(conversation, name)).status_code == 405


def test_without_the_forms_token_nothing_is_done(bob, conversation):
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    assert client.post(act(conversation, "take-over")).status_code == 403
    assert fresh(conversation).owner == "bot"


# --- who answers --------------------------------------------------------------------------------------------------------------


def test_take_over_return_and_close(visit, bob, conversation):
    client = visit(bob)
    assert client.post(act(conversation, "take-over")).status_code == 302
    assert (fresh(conversation).owner, fresh(conversation).turn) == ("human", conversation.turn + 1)
    assert "Bob answers" in client.get(page_of(conversation)).text
    client.post(act(conversation, "return"))
    assert fresh(conversation).owner == "bot"
    client.post(act(conversation, "close"))
    assert fresh(conversation).state == "closed"


def test_a_closed_conversation_stays_as_it_is(visit, bob, conversation):
    client = visit(bob)
    client.post(act(conversation, "close"))
    turn = fresh(conversation).turn
    for name in ("take-over", "return", "close"):
        assert client.post(act(conversation, name)).status_code == 302
    assert answer(client, conversation).status_code == 422
    assert (fresh(conversation).turn, fresh(conversation).owner) == (turn, "bot")


def test_each_act_is_in_the_audit_log(visit, bob, conversation, dairy):
    visit(bob).post(act(conversation, "take-over"))
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.business_id, event.actor_id, event.target) == (
        "conversation.taken_over",
        dairy.pk,
        bob.pk,
        str(conversation.pk),
    )


def test_reading_it_makes_it_read_up_to_what_was_shown(visit, bob, chat, conversation):
    client = visit(bob)
    shown = fresh(conversation).last_inbound_seq
    chat.says("and one more thing")
    assert client.post(act(conversation, "seen"), {"up_to": shown}).status_code == 204
    assert fresh(conversation).unread == 2
    assert client.post(act(conversation, "seen"), {"up_to": fresh(conversation).last_inbound_seq}).status_code == 204
    assert (fresh(conversation).unread, fresh(conversation).owner, fresh(conversation).turn) == (0, "bot", 0)
    assert client.post(act(conversation, "seen"), {"up_to": "x"}).status_code == 400


# --- what is not confirmed ----------------------------------------------------------------------------------------------------


@pytest.fixture
def unknown(conversation) -> Message:
    """The greeting: nobody knows whether it left, and no word will come any more."""
    with scopes_disabled():
        Message.objects.filter(direction="out").update(status=Status.UNKNOWN, attempt=1, settled_at=timezone.now())
        return Message.objects.get(direction="out")


def decide(client, conversation, name: str, message: Message, attempt: int = 1):
    return client.post(act(conversation, name), {"message": f"{message.pk}.{attempt}"})


def state(message: Message) -> Status:
    with scopes_disabled():
        message.refresh_from_db()
    return Status(message.status)


def test_resend_sends_it_once_more_however_often_it_is_clicked(visit, bob, conversation, unknown):
    client = visit(bob)
    assert "Resend" in client.get(page_of(conversation)).text
    for _ in range(2):
        assert decide(client, conversation, "resend", unknown).status_code == 302
    assert state(unknown) == Status.QUEUED
    assert "Resend" not in client.get(page_of(conversation)).text
    events = AuditEvent.objects.filter(action="conversation.message_resent")
    assert [(event.actor_id, event.details["message"]) for event in events] == [(bob.pk, str(unknown.pk))]


def test_dismiss_leaves_it_and_takes_the_question_away(visit, bob, conversation, unknown):
    client = visit(bob)
    for _ in range(2):
        decide(client, conversation, "dismiss", unknown)
    assert state(unknown) == Status.UNKNOWN
    assert "Resend" not in client.get(page_of(conversation)).text
    assert AuditEvent.objects.filter(action="conversation.message_dismissed").count() == 1
    decide(client, conversation, "resend", unknown)
    assert state(unknown) == Status.UNKNOWN


@pytest.mark.parametrize("attempt", [2, 0])
def test_a_click_on_a_page_that_is_out_of_date_sends_nothing(visit, bob, conversation, unknown, attempt):
    decide(visit(bob), conversation, "resend", unknown, attempt)
    assert state(unknown) == Status.UNKNOWN


@pytest.mark.parametrize("named", ["", "x", "x.1", "1", f"{NOBODY}", f"{NOBODY}.x"])
def test_a_decision_that_names_no_message_is_refused(visit, bob, conversation, unknown, named):
    assert visit(bob).post(act(conversation, "resend"), {"message": named}).status_code == 400
    assert state(unknown) == Status.UNKNOWN


def test_a_viewer_is_not_asked(visit, vera, conversation, unknown):
    client = visit(vera)
    shown = client.get(page_of(conversation)).text
    assert "Not confirmed" in shown
    assert "Resend" not in shown
    assert decide(client, conversation, "resend", unknown).status_code == 403
    assert state(unknown) == Status.UNKNOWN


def test_a_message_of_another_conversation_is_not_reached(visit, bob, dairy, conversation, unknown):
    factories.Chat(factories.RAVI).says("hello")
    with scopes_disabled():
        other = Conversation.objects.exclude(pk=conversation.pk).get()
    decide(visit(bob), other, "resend", unknown)
    assert state(unknown) == Status.UNKNOWN


# --- the thread ---------------------------------------------------------------------------------------------------------------


def bubbles(client, conversation, query=""):
    thread = client.get(page_of(conversation) + query).context["thread"]
    return [bubble for day in thread.days for bubble in day.bubbles]


def test_the_thread_says_who_wrote_and_how_far_it_got(visit, alice, chat, conversation):
    chat.says("what is all this nonsense")
    client = visit(alice)
    answer(client, conversation, "I am here.")
    with scopes_disabled():
        Message.objects.filter(source="rule").update(status=Status.READ)
        Message.objects.filter(source="system").update(
            status=Status.FAILED, error_code=131026, error_text="Message undeliverable"
        )
    hello, greeting, nonsense, fallback, took_over, cancelled, own = bubbles(client, conversation)
    assert (cancelled.side, cancelled.text) == ("line", "A reply of the bot's that was waiting was not sent.")
    assert (hello.side, hello.text, hello.status) == ("customer", "hello", "")
    assert (greeting.side, greeting.name, greeting.status) == ("bot", "Rule: greeting · English", "Read")
    assert greeting.buttons == ("Prices", "Free sample", "Talk to us")
    assert (nonsense.side, fallback.name, fallback.status) == ("customer", "Bot: no rule answered", "Not delivered")
    assert fallback.trouble.startswith("WhatsApp cannot deliver to this person")
    assert fallback.remedy.startswith("Call the customer.")
    assert fallback.trouble_source == "(131026) Message undeliverable"
    assert (took_over.side, took_over.text) == ("line", "Alice took over from the bot.")
    assert (own.side, own.name, own.status) == ("person", "Alice", "Waiting")


@pytest.mark.parametrize("language", ["en", "hi"])
def test_what_went_wrong_and_what_to_do_is_said_in_the_pages_language(visit, alice, conversation, language):
    with scopes_disabled():
        failed = Message.objects.get(source="rule")
        Message.objects.filter(pk=failed.pk).update(status=Status.FAILED, error_code=131042, error_text="No payment")
    trouble = troubles.CODES[131042]
    client = visit(alice)
    for address in (
        page_of(conversation),
        reverse("admin:conversations_message_changelist"),
        reverse("admin:conversations_message_change", args=[failed.pk]),
    ):
        shown = html.unescape(client.get(address, headers={"accept-language": language}).text)
        assert trouble.what[language] in shown
        assert trouble.do[language] in shown
        assert "(131042) No payment" in shown


def test_a_reply_quotes_what_it_answers(visit, alice, chat, conversation):
    chat.says("this one", context={"id": chat.wamids[0]})
    [replied] = [b for b in bubbles(visit(alice), conversation) if b.quote]
    assert (replied.text, replied.quote) == ("this one", "hello")


def test_reactions_edits_deletions_and_forwards_show_at_their_message(visit, alice, chat, conversation):
    chat.sends("reaction", {"message_id": chat.wamids[0], "emoji": "👍"})
    chat.says("two kilos", context={"forwarded": True})
    edit = {"original_message_id": chat.wamids[-1], "message": {"type": "text", "text": {"body": "five kilos"}}}
    chat.sends("edit", edit)
    chat.says("my secret")
    chat.sends("revoke", {"original_message_id": chat.wamids[-1]})
    hello, edited, deleted = [b for b in bubbles(visit(alice), conversation) if b.side == "customer"]
    assert hello.reactions == ("👍",)
    assert (edited.text, edited.before, edited.marks) == ("five kilos", "two kilos", ("Forwarded", "Edited"))
    assert (deleted.text, deleted.label) == ("", "Deleted by its writer")


@pytest.mark.parametrize(
    ("kind", "payload", "label", "text"),
    [
        ("image", {"id": "1", "caption": "the label"}, "Photo", "the label"),
        ("document", {"id": "1", "filename": "bill.pdf"}, "Document: bill.pdf", ""),
        ("location", {"latitude": 12.9, "longitude": 77.5, "name": "MG Road"}, "Location", "MG Road"),
        ("never_seen", {"a": 1}, "never seen", ""),
    ],
)
def test_what_is_no_text_has_a_name(visit, alice, chat, conversation, kind, payload, label, text):
    chat.sends(kind, payload)
    shown = next(b for b in bubbles(visit(alice), conversation) if b.label)
    assert (shown.label, shown.text) == (label, text)


def test_what_customers_write_is_never_markup(visit, alice, dairy):
    evil = "<script>alert(1)</script>"
    factories.Chat(factories.Customer(evil, "919876500009", "IN.9")).says(evil)
    with scopes_disabled():
        conversation = Conversation.objects.get()
    client = visit(alice)
    for address in ("/admin/", "/admin/conversations/conversation/", page_of(conversation), "/admin/leads/lead/"):
        shown = client.get(address)
        assert evil not in shown.text
        assert "&lt;script&gt;alert(1)" in shown.text


def test_times_are_the_businesss(visit, alice, dairy, conversation):
    with scopes_disabled():
        moment = timezone.now().replace(hour=20, minute=0)
        Message.objects.update(wa_timestamp=moment)
    assert {b.clock for b in bubbles(visit(alice), conversation)} == {"01:30"}  # 20:00 UTC in Asia/Kolkata
    dairy.time_zone = "Europe/Lisbon"
    dairy.save()
    assert {b.clock for b in bubbles(visit(alice), conversation)} <= {"20:00", "21:00"}


def test_older_messages_are_a_page_away(visit, alice, conversation):
    fill(conversation, queries.PAGE + 30)
    client = visit(alice)
    newest = client.get(page_of(conversation)).context["thread"]
    shown = bubbles(client, conversation)
    older = bubbles(client, conversation, f"?before={newest.older}")
    everything = [str(m.pk) for m in messages_of(conversation)]
    assert [b.id for b in shown] == everything[-queries.PAGE :]
    assert [b.id for b in older] == everything[: -queries.PAGE]
    assert client.get(page_of(conversation) + "?before=nonsense").status_code == 200


def test_the_fragment_is_sent_only_when_it_changed(visit, alice, chat, conversation):
    client = visit(alice)
    first = client.get(act(conversation, "thread"))
    assert first.status_code == 200
    assert first.text.strip().startswith('<div id="thread"')
    assert client.get(act(conversation, "thread"), HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    chat.says("hello again")
    assert client.get(act(conversation, "thread"), HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_the_thread_costs_as_many_queries_with_two_messages_as_with_two_hundred(visit, alice, chat, conversation):
    chat.says("this one", context={"id": chat.wamids[0]})
    client = visit(alice)
    addresses = (page_of(conversation), act(conversation, "thread"))
    few = [count_queries(client, address) for address in addresses]
    fill(conversation, 150, reply_to=chat.wamids[0])
    assert [count_queries(client, address) for address in addresses] == few
    assert max(few) <= 12


def count_queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def fill(conversation: Conversation, many: int, **fields) -> None:
    """That many more messages of the customer's."""
    with scope(business=conversation.business):
        Message.objects.bulk_create(
            Message(
                business=conversation.business,
                conversation=conversation,
                number_id=conversation.number_id,
                direction="in",
                kind="text",
                source="customer",
                text=f"message {place}",
                wamid=f"filled.{place}",
                wa_timestamp=timezone.now(),
                status=Status.RECEIVED,
                **fields,
            )
            for place in range(many)
        )


def test_a_messages_page_shows_what_became_of_it(visit, alice, chat, conversation):
    edit = {"original_message_id": chat.wamids[0], "message": {"type": "text", "text": {"body": "hello again"}}}
    chat.sends("edit", edit)
    chat.sends("reaction", {"message_id": chat.wamids[0], "emoji": "👍"})
    [hello, *_] = messages_of(conversation, direction="in")
    shown = visit(alice).get(reverse("admin:conversations_message_change", args=[hello.pk])).text
    changes = shown[shown.index('<table class="changes">') : shown.index("</table>", shown.index('class="changes"'))]
    assert [word in changes for word in ("edit", "hello again", "reaction", "👍", "from the customer")] == [True] * 5
    assert f'#m-{hello.pk}">' in shown
    [greeting] = messages_of(conversation, direction="out")
    untouched = visit(alice).get(reverse("admin:conversations_message_change", args=[greeting.pk])).text
    assert 'class="changes"' not in untouched
