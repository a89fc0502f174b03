"""What the team does in conversations beside answering: notes, labels, canned replies, drafts, blocking, bulk acts, and the
lines that tell of it in the thread.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope

from accounts import preferences
from accounts.errors import DomainError
from accounts.models import AuditEvent
from conversations import (
    assignment,
    blocking,
    bulk,
    canned,
    consent,
    drafts,
    labels,
    notes,
    outbound,
    queries,
    retention,
    returning,
    thread,
    writing,
)
from conversations.models import Contact, Conversation, Label, Message, Note, ReplyDraft, Status, ThreadEvent
from tests.factories import RAVI, Chat, customer, deliver, drain, new_wamid, text_body, value_body

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_the_dairy(dairy):
    with scope(business=dairy):
        yield


@pytest.fixture
def meera() -> Chat:
    return Chat()


def says(chat: Chat, text: str) -> list[Message]:
    """Her message, and what the bot queued for it."""
    return chat.says(text)


def the_one(**filters) -> Conversation:
    return Conversation.objects.select_related("business", "contact", "number").get(**filters)


def lines(conversation: Conversation) -> list[str]:
    return [thread.told(event) for event in ThreadEvent.objects.filter(conversation=conversation).order_by("seq")]


def shown(conversation: Conversation) -> list[tuple[str, str]]:
    found = thread.thread(conversation, timezone.now())
    return [(bubble.side, bubble.text) for day in found.days for bubble in day.bubbles]


# --- lines ----------------------------------------------------------------------------------------------------------------


def test_the_thread_tells_who_did_what(meera, alice, bob):
    says(meera, "price")
    now = timezone.now()
    assignment.take_over(the_one(), by=bob, now=now)
    assignment.assign(the_one(), alice, by=bob)
    assignment.assign(the_one(), bob, by=bob)
    assignment.assign(the_one(), None, by=alice)
    assignment.return_to_bot(the_one(), by=alice)
    assignment.close(the_one(), by=None, now=now)
    assignment.reopen(the_one(), by=bob)
    assert lines(the_one()) == [
        "Bob took over from the bot.",
        "A reply of the bot's that was waiting was not sent.",
        "Bob gave the conversation to Alice.",
        "Bob took the conversation.",
        "Alice gave the conversation to nobody.",
        "Alice returned the conversation to the bot.",
        "A program closed the conversation.",
        "Bob reopened the conversation.",
    ]
    assert [side for side, _text in shown(the_one())].count("line") == 8


def test_what_changes_nothing_makes_no_line(meera, bob):
    says(meera, "price")
    for _ in range(2):
        assignment.take_over(the_one(), by=bob, now=timezone.now())
        assignment.assign(the_one(), bob, by=bob)
    assert [e.kind for e in ThreadEvent.objects.order_by("seq")] == ["taken_over", "cancelled"]


def test_a_takeover_cancels_what_the_bot_has_queued_at_once_and_says_why(meera, bob):
    [reply] = says(meera, "price")
    assignment.take_over(the_one(), by=bob, now=timezone.now())
    reply.refresh_from_db()
    assert reply.status == Status.CANCELLED
    assert thread.trouble_of(reply).what.startswith("Not sent: a person had taken the conversation over")


def test_an_agents_own_message_is_not_cancelled_by_a_takeover(meera, alice, bob):
    says(meera, "price")
    own = outbound.queue_text(the_one(), "I am here", by=bob)
    assignment.take_over(the_one(), by=alice, now=timezone.now())
    assert Message.objects.get(pk=own).status == Status.QUEUED


def test_what_may_have_left_is_not_called_cancelled(meera, bob):
    [reply] = says(meera, "price")
    Message.objects.filter(pk=reply.pk).update(attempt=1)
    assignment.take_over(the_one(), by=bob, now=timezone.now())
    reply.refresh_from_db()
    assert reply.status == Status.QUEUED


def test_an_answer_in_the_phones_app_is_a_takeover_with_a_line(meera):
    [reply] = says(meera, "price")
    echo = {"from": "918047180011", "to": meera.sender.phone, "id": new_wamid(), "type": "text", "text": {"body": "Hi"}}
    echo["timestamp"] = str(int(timezone.now().timestamp()))
    deliver(value_body({"message_echoes": [echo]}, field="smb_message_echoes"))
    drain()
    reply.refresh_from_db()
    assert reply.status == Status.CANCELLED
    assert lines(the_one())[0] == "Somebody answered in the phone's app: a person answers from here on."


def test_lines_and_notes_go_with_the_messages_of_their_time(meera, bob, dairy):
    says(meera, "price")
    assignment.take_over(the_one(), by=bob, now=timezone.now())
    notes.write(the_one(), "calls in the evening", by=bob)
    preferences.change(dairy, actor=None, messages_kept_days=30)
    ThreadEvent.objects.filter(kind="taken_over").update(at=timezone.now() - timedelta(days=31))
    Note.objects.update(created_at=timezone.now() - timedelta(days=31))
    turn = retention._Turn(dairy.pk, timezone.now() - timedelta(days=30))
    turn.take(10)
    assert [e.kind for e in ThreadEvent.objects.all()] == ["cancelled"]
    assert not Note.objects.exists()


# --- back to the bot by itself ----------------------------------------------------------------------------------------------


@pytest.fixture
def left(meera, bob, dairy):
    """Bob has answered Meera, an hour ago; conversations go back after half an hour."""
    preferences.change(dairy, actor=None, auto_return_minutes=30)
    says(meera, "zzz qqq")
    outbound.queue_text(the_one(), "Here you are", by=bob)
    _an_hour_passes()
    return the_one()


def _an_hour_passes() -> None:
    at = timezone.now() - timedelta(hours=1)
    Conversation.objects.update(last_message_at=at, handled_at=at)


def _beat() -> int:
    """What returning.return_left_ones does, without its commits."""
    return sum(returning._settle(row, timezone.now()) for row in returning._left(timezone.now()))


def test_what_a_person_answered_goes_back_to_the_bot_after_a_while(left):
    assert _beat() == 1
    assert the_one().owner == "bot"
    assert lines(left)[-1] == "Nobody has written for a while: the bot answers again."
    assert AuditEvent.objects.filter(action="conversation.returned_to_bot", details__alone=True).count() == 1
    assert _beat() == 0


@pytest.mark.parametrize("change", [{"auto_return_minutes": 0}, {"auto_return_minutes": 61}, {"bot_on": False}])
def test_not_where_the_owner_does_not_want_it_or_not_yet(left, dairy, change):
    preferences.change(dairy, actor=None, **change)
    assert _beat() == 0
    assert the_one().owner == "human"


def test_not_while_the_customer_waits_then_it_is_nobodys_and_waits(left, meera, bob):
    says(meera, "and the second one?")
    _an_hour_passes()
    assert _beat() == 1
    found = the_one()
    assert (found.owner, found.assignee, found.waiting_since is not None) == ("human", None, True)
    assert lines(found)[-1] == "Bob has not answered: the conversation waits for somebody else."
    assert _beat() == 0
    assert [c.pk for c in queries.of_tab("unassigned", bob)] == [found.pk]


def test_an_answer_that_failed_is_none(left):
    Message.objects.filter(source="agent").update(status=Status.FAILED)
    assert _beat() == 1
    assert (the_one().owner, the_one().assignee) == ("human", None)


def test_who_has_just_taken_over_has_time(left, bob):
    assignment.take_over(the_one(), by=bob, now=timezone.now())
    assert _beat() == 0


# --- STOP -----------------------------------------------------------------------------------------------------------------


def test_stop_counts_while_a_person_owns_the_chat_and_an_answer_is_allowed(meera, bob):
    says(meera, "price")
    assignment.take_over(the_one(), by=bob, now=timezone.now())
    assert says(meera, "STOP") == []
    assert the_one().contact.opted_out_at
    assert not consent.allows("marketing", stopped=True)
    assert "You may still answer" in thread.thread(the_one(), timezone.now()).notice
    sent, is_new = writing.send(
        the_one(), writing.Draft("text", text="Your refund is on its way"), author=outbound.Author.of_person(bob)
    )
    assert (is_new, sent.purpose) == (True, "reply")


# --- notes ----------------------------------------------------------------------------------------------------------------


def test_a_note_stands_in_the_thread_and_never_leaves(meera, bob):
    says(meera, "price")
    note = notes.write(the_one(), " She always haggles. ", by=bob)
    assert ("note", "She always haggles.") in shown(the_one())
    assert not Message.objects.filter(text__contains="haggles").exists()
    [bubble] = [b for b in thread.since(the_one(), after=note.seq - 1, again=0) if b.seq >= note.seq]
    assert (bubble.side, bubble.name, bubble.author) == ("note", "Bob", str(bob.pk))


def test_its_writer_and_an_owner_change_a_note_and_nobody_else(meera, alice, bob, vera):
    says(meera, "price")
    note = notes.write(the_one(), "first", by=bob)
    for who, role in ((vera, "agent"), (None, None)):
        with pytest.raises(DomainError) as refused:
            notes.change(note, "mine now", by=who, role=role)
        assert (refused.value.code, refused.value.status) == ("not_yours", 403)
    assert notes.change(note, "second", by=bob, role="agent").edited_at
    notes.delete(note, by=alice, role="owner")
    assert not Note.objects.exists()
    told = AuditEvent.objects.filter(action__startswith="note.").order_by("id")
    assert [(event.action, "first" in str(event.details)) for event in told] == [
        ("note.added", False),
        ("note.changed", False),
        ("note.deleted", False),
    ]


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4097])
def test_a_note_has_something_in_it(meera, bob, text):
    says(meera, "price")
    with pytest.raises(DomainError):
        notes.write(the_one(), text, by=bob)


# --- canned replies -------------------------------------------------------------------------------------------------------


def test_a_canned_reply_is_filled_for_the_customer(meera, bob, dairy):
    says(meera, "price")
    preferences.change(dairy, actor=None, delivery_area="Indiranagar")
    reply = canned.create(
        dairy,
        by=bob,
        shortcut="/Thanks",
        title="Thanks",
        text="Thank you {name}! {agent}, {business}, {number}, {delivery_area}",
    )
    assert reply.shortcut == "thanks"
    reply.text += " {x"  # as it could be saved once
    filled = canned.render(reply, the_one(), by=bob)
    assert filled == "Thank you Meera Iyer! Bob, Shuddh Dairy, +91 80 4718 0011, Indiranagar {x"
    Contact.objects.update(name="", profile_name="9876 500001")
    assert canned.render(reply, the_one(), by=None).startswith("Thank you!, Shuddh Dairy")


def test_a_shortcut_is_there_once_in_a_language_and_unknown_placeholders_are_refused(bob, dairy):
    canned.create(dairy, by=bob, shortcut="hi", title="Hi", text="Hello")
    canned.create(dairy, by=bob, shortcut="hi", title="Hi", text="नमस्ते", language="hi")
    with pytest.raises(DomainError) as refused, transaction.atomic():
        canned.create(dairy, by=bob, shortcut="HI", title="Hi again", text="Hello")
    assert (refused.value.code, refused.value.status) == ("taken", 409)
    with pytest.raises(ValidationError) as wrong:
        canned.create(dairy, by=bob, shortcut="bad", title="Bad", text="Pay {amount}")
    assert "amount" in str(wrong.value.message_dict["text"])
    with pytest.raises(ValidationError) as wrong:
        canned.create(dairy, by=bob, shortcut="bad", title="Bad", text="Dear {name")
    assert wrong.value.message_dict == {"text": ["A brace is not closed: {name"]}
    assert [r.language for r in canned.matching("/h")] == ["", "hi"]
    assert canned.matching("zzz") == []


# --- labels ---------------------------------------------------------------------------------------------------------------


def test_labels_are_put_on_and_taken_off_and_counted_once(meera, bob, dairy):
    says(meera, "price")
    vip, new = (labels.create(dairy, by=bob, name=name, colour="good") for name in ("VIP", "New"))
    assert labels.put(the_one(), vip, by=bob)
    assert not labels.put(the_one(), vip, by=bob)
    assert labels.replace(the_one(), [new.pk], by=bob) == [new]
    with pytest.raises(DomainError) as refused, transaction.atomic():
        labels.create(dairy, by=bob, name="vip")
    assert refused.value.code == "taken"
    labels.delete(new, by=bob)
    assert labels.of(the_one()) == []
    acts = AuditEvent.objects.filter(action__startswith="conversation.").order_by("id")
    assert [(act.action, act.details) for act in acts] == [
        ("conversation.labelled", {"label": "VIP"}),
        ("conversation.unlabelled", {"label": "VIP"}),
        ("conversation.labelled", {"label": "New"}),
    ]


def test_a_label_of_another_business_is_none(meera, bob, dairy, masala):
    says(meera, "price")
    with scope(business=masala):
        foreign = labels.create(masala, by=None, name="Theirs")
    with pytest.raises(DomainError) as refused:
        labels.replace(the_one(), [foreign.pk], by=bob)
    assert refused.value.status == 404


# --- drafts ---------------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_for_each_person_until_it_is_sent(meera, alice, bob):
    says(meera, "price")
    drafts.save(the_one(), bob, "Dear Me")
    drafts.save(the_one(), bob, "Dear Meera")
    drafts.save(the_one(), alice, "Hm")
    assert (drafts.of(the_one(), bob).text, drafts.of(the_one(), alice).text) == ("Dear Meera", "Hm")
    outbound.queue_text(the_one(), "Dear Meera, yes.", by=bob)
    assert [d.person for d in ReplyDraft.objects.all()] == [alice]
    assert drafts.save(the_one(), alice, "  ") is None
    assert not ReplyDraft.objects.exists()


# --- blocking -------------------------------------------------------------------------------------------------------------


def test_a_blocked_customer_is_not_answered_and_tells_nobody(meera, bob):
    [reply] = says(meera, "price")
    assert blocking.block(the_one().contact, by=bob, now=timezone.now())
    assert not blocking.block(the_one().contact, by=bob, now=timezone.now())
    reply.refresh_from_db()
    assert reply.status == Status.CANCELLED
    for text in ("price", "hello?", "I want to talk to a human"):
        assert says(meera, text) == []
    found = the_one()  # still the one
    assert (found.state, found.unread, found.waiting_since) == ("closed", 0, None)
    assert Message.objects.filter(direction="in").count() == 4
    assert "blocked" in thread.may_write(found, timezone.now())[1]
    with pytest.raises(DomainError) as refused:
        assignment.reopen(found, by=bob)
    assert refused.value.code == "blocked"
    assert says(meera, "STOP") == []
    assert the_one().contact.opted_out_at


def test_an_unblocked_customer_is_a_customer_again(meera, bob):
    says(meera, "price")
    blocking.block(the_one().contact, by=bob, now=timezone.now())
    says(meera, "price")
    assert blocking.unblock(the_one().contact, by=bob, now=timezone.now())
    assert len(says(meera, "price")) == 1
    assert the_one(state="open").unread == 1
    kinds = [e.kind for e in ThreadEvent.objects.filter(conversation=the_one(state="closed")).order_by("seq")]
    assert kinds == ["blocked", "closed", "cancelled", "unblocked"]


def test_who_is_blocked_does_not_silence_others_in_the_same_pass(meera, bob):
    says(meera, "price")
    blocking.block(the_one().contact, by=bob, now=timezone.now())
    deliver(text_body(new_wamid(), "price", meera.sender))
    deliver(text_body(new_wamid(), "price", RAVI))
    drain()
    assert the_one(state="open").contact.phone == RAVI.phone
    assert Message.objects.filter(direction="out", conversation=the_one(state="open")).count() == 1


# --- the list -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(bob) -> list[Conversation]:
    """Twelve customers: three of Bob's, three of nobody's that wait, three of the bot's, three closed."""
    for place in range(12):
        deliver(text_body(new_wamid(), "zzz qqq" if 3 <= place < 6 else "price", customer(place)))
        drain()
    found = list(Conversation.objects.order_by("last_message_at", "id"))
    for place, conversation in enumerate(found):
        Conversation.objects.filter(pk=conversation.pk).update(
            last_message_at=timezone.now() - timedelta(minutes=place)
        )
        if place < 3:
            assignment.take_over(the_one(pk=conversation.pk), by=bob, now=timezone.now())
        if place >= 9:
            assignment.close(the_one(pk=conversation.pk), by=bob, now=timezone.now())
    return list(Conversation.objects.order_by("-last_message_at"))


def test_each_conversation_stands_in_its_tab(crowd, bob, alice):
    of = {tab: [c.pk for c in queries.page_of_list(tab, bob).rows] for tab in queries.TABS}
    assert {tab: len(rows) for tab, rows in of.items()} == {
        "mine": 3,
        "unassigned": 3,
        "bot": 3,
        "all": 9,
        "closed": 3,
    }
    assert sorted(of["all"]) == sorted(of["mine"] + of["unassigned"] + of["bot"])
    assert queries.page_of_list("mine", alice).rows == []
    assert queries.counts(bob) == {"mine": 3, "unassigned": 3, "bot": 3, "all": 9, "unread": 3}
    assert queries.counts(None)["mine"] == 0


def test_pages_follow_one_another_without_a_gap_and_nonsense_is_the_first(crowd, bob):
    seen, before = [], ""
    while True:
        page = queries.page_of_list("all", bob, before=before, most=4)
        seen += [c.pk for c in page.rows]
        before = page.next
        if not before:
            break
    assert seen == [c.pk for c in crowd if c.state == "open"]
    for nonsense in ("x", "~", "2026~y", "2026-01-01T00:00:00~" + str(crowd[0].pk)):
        assert queries.page_of_list("all", bob, before=nonsense, most=4).rows[0] == crowd[0]


def test_one_without_a_message_stands_first_and_the_next_page_goes_on(crowd, bob):
    Conversation.objects.filter(pk=crowd[4].pk).update(last_message_at=None)
    first = queries.page_of_list("all", bob, most=1)
    assert [c.pk for c in first.rows] == [crowd[4].pk]
    assert queries.page_of_list("all", bob, before=first.next, most=1).rows == [crowd[0]]


def test_a_page_costs_the_same_however_many_rows(crowd, bob, dairy):
    label = labels.create(dairy, by=bob, name="VIP")
    bulk.label([c.pk for c in crowd[:5]], label, by=bob)
    counts = []
    for most in (1, 9):
        with CaptureQueriesContext(
            connection,
        ) as queried:
            page = queries.page_of_list("all", bob, label=label.pk, most=most)
            [(c.contact.display_name, c.number.pk, c.assignee, page.labels[c.pk]) for c in page.rows]
            queries.counts(bob)
        counts.append(len(queried))
    assert counts == [3, 3]
    assert len(page.rows) == 5
    assert all(page.labels[c.pk] == [label] for c in page.rows)


@pytest.mark.parametrize("tab", queries.TABS)
def test_a_tab_is_read_by_its_index(crowd, bob, tab):
    """With no other way allowed than an index: no sort, no filter over what the index has not sorted out."""
    own = {"mine": "inbox_mine", "unassigned": "inbox_unassigned", "bot": "inbox_bot"}
    index = own.get(tab, "conversations_by_state")
    rows = queries.of_tab(tab, bob).order_by("-last_message_at", "-id")[:50]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        for other in {*_indexes_of(cursor)} - {index}:  # to twelve rows any index is as good
            cursor.execute(f'DROP INDEX "{other}"')
    plan = rows.explain()
    assert index in plan, plan
    assert "Sort" not in plan, plan


def _indexes_of(cursor) -> list[str]:
    """Those of the conversations that hold no constraint up."""
    cursor.execute(
        "SELECT indexname FROM pg_indexes WHERE tablename = %s AND indexname NOT IN (SELECT conname FROM pg_constraint)",
        [Conversation._meta.db_table],
    )
    return [name for (name,) in cursor.fetchall()]


# --- many at once ---------------------------------------------------------------------------------------------------------


def test_many_are_done_each_by_itself(crowd, bob, alice):
    named = [c.pk for c in crowd]
    results = bulk.assign(named, alice, by=bob)
    assert [r.conversation for r in results] == named
    assert [r.done for r in results] == [c.state == "open" for c in crowd]
    assert all(bool(r.why) == (not r.done) for r in results)
    assert Conversation.objects.filter(assignee=alice).count() == 9
    assert [r.done for r in bulk.close(named[:2], by=bob, now=timezone.now())] == [True, True]
    assert not any(r.done for r in bulk.close(named[:2], by=bob, now=timezone.now()))
    assert bulk.return_to_bot(named[2:3], by=bob)[0].done
    assert bulk.reopen(named[:1], by=bob)[0].done


def test_a_foreign_one_among_many_is_not_there(crowd, bob, masala, dairy):
    label = labels.create(dairy, by=bob, name="VIP")
    missing = masala.pk
    assert [r.done for r in bulk.label([crowd[0].pk, missing], label, by=bob)] == [True, False]
    assert bulk.unlabel([crowd[0].pk], label, by=bob)[0].done
    with pytest.raises(DomainError):
        bulk.label([missing] * 1 + [Label(business=dairy).pk for _ in range(bulk.MOST)], label, by=bob)
