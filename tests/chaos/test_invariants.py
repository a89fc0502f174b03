"""The checker fails for each kind of damage, and for nothing else: a checker that finds nothing proves nothing."""

import time
import uuid
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from aibot import budget
from aibot.budget import Usage, Worst
from cloud_api.client import Sent
from conversations import delivery, sending
from conversations.models import Contact, Status
from tests.chaos import invariants
from tests.chaos.invariants import check
from tests.chaos.truth import Bubble, Call, Said, Truth
from tests.factories import DAIRY_NUMBER, MASALA_NUMBER, customer, deliver, drain, receive, status_body, text_body

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ASKS = {"price?": "pricing", "hi": "greeting", "bye": "bye"}


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


class Day:
    """Some customers and what became of their messages: the database is the product's, the truth is written down here
    where the simulator would know it.
    """

    def __init__(self):
        self.truth = Truth()

    def says(self, place: int, text: str, number: str = DAIRY_NUMBER) -> str:
        wamid = f"wamid.{place}.{ASKS.get(text, 'poison')}.{number}"
        sender = customer(place) if text in ASKS else replace(customer(place), phone="", user_id="")
        receive(text_body(wamid, text, sender, number))
        self.truth.said.append(Said(customer(place).phone, number, wamid, ASKS.get(text, ""), poison=text not in ASKS))
        return wamid

    def post(self, post: sending.Post) -> Sent:
        wamid = f"wamid.sent.{len(self.truth.bubbles):03d}"
        self.truth.calls.append(Call(str(post.message_id), post.attempt, wamid, time.time()))
        self.truth.bubbles.append(
            Bubble(post.to.phone, post.phone_number_id, wamid, "delivered", len(self.truth.bubbles), time.time())
        )
        return Sent(wamid=wamid, wa_id="", user_id="", message_status="")

    def ends(self) -> None:
        """Everything is sent, and its news have come."""
        sending.work(post=self.post, linger=0.05)
        for bubble, call in zip(self.truth.bubbles, self.truth.calls, strict=True):
            said = delivery.callback_data(uuid.UUID(call.message), call.attempt)
            receive(status_body(bubble.wamid, "delivered", number=bubble.number, callback=said))

    def check(self, **options) -> invariants.Report:
        return check(rows, self.truth, **options)


def rows(sql: str, *params) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        if not cursor.description:
            return []
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture
def day(dairy, masala_number) -> Day:
    """Three customers ask two things each, one of them the other shop too; one body cannot be worked off."""
    day = Day()
    for place in range(3):
        day.says(place, "price?")
        day.says(place, "bye")
    day.says(0, "price?", MASALA_NUMBER)
    day.ends()
    return day


def counts(report: invariants.Report) -> tuple[int, int, int]:
    return report.lost, report.doubled, report.reordered


def test_the_statuses_are_the_products():
    for name in ("QUEUED", "SENDING", "UNKNOWN", "ACCEPTED", "SENT", "FAILED", "DELIVERED", "READ", "CANCELLED"):
        assert getattr(invariants, name) == Status[name]


def test_where_nothing_happened_nothing_is_found(day):
    report = day.check()
    assert report.findings == []
    assert (report.messages, counts(report)) == (7, (0, 0, 0))
    assert (report.unconfirmed, report.doubled_allowed) == (0, 0)


def test_a_poison_that_is_shown_as_failed_is_no_finding(day):
    day.says(9, "poison")
    assert day.check().findings == []


def test_a_poison_that_is_shown_nowhere_is_lost(day):
    day.says(9, "poison")
    rows("DELETE FROM webhooks_faileditem")
    assert counts(day.check()) == (1, 0, 0)


# --- the customers' messages --------------------------------------------------------------------------------------------------


def test_a_message_without_its_row_is_lost(day):
    rows("DELETE FROM conversations_message WHERE wamid = %s", day.truth.said[0].wamid)
    report = day.check()
    assert report.lost == 1
    assert "taken, and has no row" in report.findings[0]


def test_a_message_whose_webhook_was_never_taken_is_lost(day):
    day.truth.said.append(Said(customer(1).phone, DAIRY_NUMBER, "wamid.given.up", "pricing", taken=False))
    assert counts(day.check()) == (1, 0, 0)


def test_a_row_that_nobody_wrote_is_too_many(day):
    rows("UPDATE conversations_message SET wamid = 'wamid.invented' WHERE wamid = %s", day.truth.said[0].wamid)
    report = day.check()
    assert (report.lost, report.doubled) == (1, 2)  # the row and its reply


def test_messages_in_another_order_than_they_came_are_found(day):
    swap_seq("direction = 'in'")
    assert day.check().reordered >= 1


# --- the replies --------------------------------------------------------------------------------------------------------------


def test_a_question_without_its_reply_is_lost(day):
    rows("DELETE FROM conversations_message WHERE id = %s", uuid.UUID(day.truth.calls[0].message))
    report = day.check()
    assert any("no reply about pricing" in finding for finding in report.findings)
    assert report.lost == 1


def test_a_second_reply_to_a_question_is_found(day):
    rows(
        """
        INSERT INTO conversations_message (id, business_id, conversation_id, number_id, direction, kind, source, source_ref, source_name,
            purpose, text, payload, reply_to, wa_timestamp, status, error_text, attempt, created_at)
        SELECT gen_random_uuid(), business_id, conversation_id, number_id, direction, kind, source, source_ref, source_name,
            purpose, text, payload, reply_to, wa_timestamp, 20, '', attempt, created_at
        FROM conversations_message WHERE id = %s
        """,
        uuid.UUID(day.truth.calls[0].message),
    )
    report = day.check()
    assert (report.doubled, report.unconfirmed) == (1, 1)


def test_replies_that_were_queued_in_another_order_than_the_questions_are_found(day):
    swap_seq("direction = 'out'")
    report = day.check()
    assert any("replies queued about" in finding for finding in report.findings)


def swap_seq(which: str) -> None:
    """Let the first customer's two messages of this kind change places."""
    rows(
        f"""
        WITH two AS (
            SELECT m.id, m.seq FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id
            JOIN conversations_contact p ON p.id = c.contact_id JOIN accounts_whatsappnumber n ON n.id = m.number_id
            WHERE p.phone = %s AND n.phone_number_id = %s AND {which} ORDER BY m.seq LIMIT 2
        )
        UPDATE conversations_message m SET seq = (SELECT sum(seq) FROM two) - m.seq FROM two WHERE m.id = two.id
        """,
        customer(1).phone,
        DAIRY_NUMBER,
    )


# --- the phones ---------------------------------------------------------------------------------------------------------------


def test_a_reply_that_no_phone_shows_is_lost(day):
    day.truth.bubbles.pop()
    assert counts(day.check()) == (1, 0, 0)


def test_a_reply_of_which_nobody_knows_is_unconfirmed_and_not_lost(day):
    call = day.truth.calls.pop()
    day.truth.bubbles.pop()
    rows("UPDATE conversations_message SET status = 20, wamid = NULL WHERE id = %s", uuid.UUID(call.message))
    report = day.check()
    assert (report.findings, report.unconfirmed) == ([], 1)


def test_a_refused_reply_is_lost_and_its_reason_said(day):
    call = day.truth.calls.pop()
    day.truth.bubbles.pop()
    rows(
        "UPDATE conversations_message SET status = 50, error_text = 'The window is closed.' WHERE id = %s",
        uuid.UUID(call.message),
    )
    report = day.check()
    assert report.lost == 1
    assert "The window is closed." in report.findings[0]


def test_a_bubble_that_comes_twice_is_doubled(day):
    again(day, day.truth.calls[0], after=3, attempt=2)
    assert counts(day.check()) == (0, 1, 0)


def test_a_bubble_that_comes_twice_in_one_attempt_is_doubled_however_late(day):
    again(day, day.truth.calls[0], after=500, attempt=1)
    assert day.check().doubled == 1


def test_a_reply_that_was_sent_again_after_a_long_doubt_is_allowed_and_counted(day):
    again(day, day.truth.calls[0], after=invariants.RESEND_AFTER + 1, attempt=2)
    report = day.check()
    assert (report.findings, report.doubled_allowed) == ([], 1)


def test_a_bubble_that_is_nobodys_message_is_doubled(day):
    day.truth.bubbles.append(Bubble(customer(1).phone, DAIRY_NUMBER, "wamid.stray", "delivered", 99, time.time()))
    assert counts(day.check()) == (0, 1, 0)


def test_bubbles_in_another_order_than_their_rows_are_found(day):
    mine = [place for place, one in enumerate(day.truth.bubbles) if one.phone == customer(1).phone]
    first, second = (day.truth.bubbles[place] for place in mine)
    day.truth.bubbles[mine[0]] = replace(first, place=second.place)
    day.truth.bubbles[mine[1]] = replace(second, place=first.place)
    assert counts(day.check()) == (0, 0, 1)


def again(day: Day, call: Call, *, after: float, attempt: int) -> None:
    first = next(bubble for bubble in day.truth.bubbles if bubble.wamid == call.wamid)
    day.truth.calls.append(replace(call, attempt=attempt, wamid="wamid.again", at=call.at + after))
    day.truth.bubbles.append(replace(first, wamid="wamid.again", place=99, at=call.at + after))


# --- statuses and queues ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "word"), [(70, "at most"), (30, "though WhatsApp said")])
def test_a_status_that_the_simulator_did_not_say_is_found(day, status, word):
    rows("UPDATE conversations_message SET status = %s WHERE id = %s", status, uuid.UUID(day.truth.calls[0].message))
    report = day.check()
    assert [word in finding for finding in report.findings] == [True]


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SENDING])
def test_a_message_that_is_stuck_is_found(day, status):
    call = day.truth.calls.pop()
    day.truth.bubbles.pop()
    rows("UPDATE conversations_message SET status = %s WHERE id = %s", int(status), uuid.UUID(call.message))
    report = day.check()
    assert [f"stuck in status {int(status)}" in finding for finding in report.findings] == [True]


def test_a_message_whose_sender_was_killed_a_moment_ago_is_unconfirmed_and_so_is_what_waits_behind_it(day):
    mine = [call for call in day.truth.calls if phone_of(day, call) == customer(1).phone]
    day.truth.calls = [call for call in day.truth.calls if call not in mine]
    gone = {call.wamid for call in mine}
    day.truth.bubbles = [bubble for bubble in day.truth.bubbles if bubble.wamid not in gone]
    for call, status in zip(mine, (Status.SENDING, Status.QUEUED), strict=True):
        rows("UPDATE conversations_message SET status = %s WHERE id = %s", int(status), uuid.UUID(call.message))
    report = day.check(leases_over=False)
    assert (report.findings, report.unconfirmed) == ([], 2)
    assert len(day.check().findings) == 2


def phone_of(day: Day, call: Call) -> str:
    return next(bubble.phone for bubble in day.truth.bubbles if bubble.wamid == call.wamid)


def test_a_delivery_that_is_not_worked_off_is_found(day):
    deliver(status_body("wamid.x", "sent"))
    report = day.check()
    assert ["is not worked off" in finding for finding in report.findings] == [True]


def test_an_item_that_no_outcome_counts_is_found(day):
    rows("UPDATE webhooks_delivery SET outcome = '{}' WHERE id = (SELECT max(id) FROM webhooks_delivery)")
    report = day.check()
    assert ["1 items, 0 accounted for" in finding for finding in report.findings] == [True]


def test_a_message_that_is_counted_as_new_twice_is_found(day):
    rows(
        """
        INSERT INTO webhooks_delivery (lane, body, size, verified_by, received_at, processed_at, outcome)
        SELECT lane, body, size, verified_by, received_at, processed_at, outcome FROM webhooks_delivery ORDER BY id LIMIT 1
        """
    )
    assert any("counted as new" in finding for finding in day.check().findings)


def test_a_failed_item_that_was_not_meant_is_found(day):
    deliver(text_body("wamid.nobody", "hi", replace(customer(1), phone="", user_id="")))
    drain(timezone.now())
    assert any("an item failed" in finding for finding in day.check().findings)


# --- the rows' shape ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "damage"),
    [
        ("a contact without exactly one lead", "DELETE FROM leads_lead"),
        ("a conversation whose unread count is wrong", "UPDATE conversations_conversation SET unread = unread + 1"),
        (
            "a phone that is two contacts of one business",
            "UPDATE conversations_contact SET phone = (SELECT min(phone) FROM conversations_contact)",
        ),
    ],
)
def test_a_row_that_should_not_be_is_found(day, what, damage):
    rows(damage)
    assert any(finding.startswith(what) for finding in day.check().findings)


@pytest.mark.parametrize(
    ("what", "constraint", "damage"),
    [
        (
            "a contact with two open conversations on one number",
            "DROP INDEX one_open_conversation",
            """
            INSERT INTO conversations_conversation (id, business_id, contact_id, number_id, state, owner, turn, pending_ask,
                last_inbound_seq, unread, ai_call_count, last_message_text, last_message_inbound, created_at)
            SELECT gen_random_uuid(), business_id, contact_id, number_id, state, owner, turn, '', 0, 0, 0, '', true, created_at
            FROM conversations_conversation LIMIT 1
            """,
        ),
        (
            "an identity of two contacts",
            "ALTER TABLE conversations_identity DROP CONSTRAINT identity_once",
            "UPDATE conversations_identity SET value = 'the same'",
        ),
    ],
)
def test_what_the_database_forbids_would_be_found_without_its_constraint(day, what, constraint, damage):
    with transaction.atomic():
        rows(constraint)
        rows(damage)
        found = day.check().findings
        transaction.set_rollback(True)  # the constraint is back
    assert any(finding.startswith(what) for finding in found)


# --- the model's books ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def call(day, dairy, settings):
    """A call of the model, reserved."""
    settings.AI_DAILY_TOKEN_BUDGET = 10_000
    contact = Contact.objects.filter(business=dairy).first()
    return budget.reserve(dairy.pk, contact.pk, "m", Worst(900, 100), timezone.now())


def test_a_call_that_is_charged_is_no_finding(day, call):
    assert day.check(leases_over=False).findings == []
    budget.settle(call, Usage(300, 50), timezone.now())
    assert day.check().findings == []


def test_a_call_that_is_never_settled_is_found(day, call):
    assert day.check().findings == [f"reservation {call} is never settled"]


@pytest.mark.parametrize("damage", ["reserved = reserved + 1", "used = used + 1", "most = used - 1"])
def test_books_that_are_wrong_are_found(day, call, damage):
    budget.settle(call, Usage(300, 50), timezone.now())
    rows(f"UPDATE aibot_budget SET {damage} WHERE business_id IS NULL")
    assert [finding.partition(":")[0] for finding in day.check().findings] == [*invariants.BOOKS]
