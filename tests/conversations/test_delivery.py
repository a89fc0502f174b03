"""Statuses: whatever order they come in, how often, and how early, the end is the same."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from conversations import delivery, tasks
from conversations.models import EarlierAttempt, Message, ParkedStatus, Status
from tests import factories
from tests.factories import receive, status_body, text_body, together

WAMID = "wamid.of-the-answer"


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


@pytest.fixture
def answer(dairy) -> Message:
    """A rule's answer that the Graph API has accepted."""
    receive(text_body("wamid.question", "price?"))
    message = Message.objects.get(direction="out")
    Message.objects.filter(pk=message.pk).update(status=Status.ACCEPTED, wamid=WAMID, attempt=1)
    message.refresh_from_db()
    return message


def _news(at):
    return {
        "sent": status_body(WAMID, "sent", at=at, pricing={"category": "service", "billable": False}),
        "delivered": status_body(WAMID, "delivered", at=at + timedelta(seconds=2)),
        "read": status_body(WAMID, "read", at=at + timedelta(seconds=9)),
    }


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read"])), ids="-".join)
def test_any_order_ends_at_read_with_the_same_times(answer, order):
    at = timezone.now().replace(microsecond=0) - timedelta(minutes=1)
    news = _news(at)
    receive(*(news[status] for status in order))
    receive(*(news[status] for status in order))
    answer.refresh_from_db()
    assert answer.status == Status.READ
    assert (answer.sent_at, answer.delivered_at, answer.read_at) == (
        at,
        at + timedelta(seconds=2),
        at + timedelta(seconds=9),
    )
    assert answer.pricing == {"category": "service", "billable": False}


def test_all_in_one_body_end_the_same(answer):
    receive(together(*reversed(list(_news(timezone.now()).values()))))
    answer.refresh_from_db()
    assert answer.status == Status.READ


@pytest.mark.parametrize("first", ["sent", "accepted"])
def test_a_failure_says_why(answer, first):
    failed = status_body(
        WAMID, "failed", errors=[{"code": 131047, "title": "Re-engagement", "error_data": {"details": "24 h"}}]
    )
    receive(*([status_body(WAMID, "sent")] if first == "sent" else []), failed)
    answer.refresh_from_db()
    assert (answer.status, answer.error_code, answer.error_text) == (Status.FAILED, 131047, "24 h")


@pytest.mark.parametrize("order", [("failed", "delivered"), ("delivered", "failed")], ids="-".join)
def test_a_delivery_outranks_a_failure(answer, order):
    bodies = {
        "failed": status_body(WAMID, "failed", errors=[{"code": 131000, "title": "Something went wrong"}]),
        "delivered": status_body(WAMID, "delivered"),
    }
    receive(*(bodies[status] for status in order))
    answer.refresh_from_db()
    assert (answer.status, answer.error_code, answer.error_text) == (Status.DELIVERED, None, "")


def test_a_late_sent_does_not_undo_a_failure(answer):
    receive(
        status_body(WAMID, "failed", errors=[{"code": 131026, "title": "Undeliverable"}]), status_body(WAMID, "sent")
    )
    answer.refresh_from_db()
    assert (answer.status, answer.error_code) == (Status.FAILED, 131026)


def test_a_status_that_knows_only_our_callback_finds_its_message(answer):
    """It came before the Graph API's answer was stored, or that answer never came."""
    Message.objects.filter(pk=answer.pk).update(status=Status.UNKNOWN, wamid=None)
    receive(status_body("wamid.never-seen", "delivered", callback=delivery.callback_data(answer.pk, 1)))
    answer.refresh_from_db()
    assert (answer.status, answer.wamid) == (Status.DELIVERED, "wamid.never-seen")


def test_a_callback_of_another_numbers_message_is_not_believed(answer, masala_number):
    Message.objects.filter(pk=answer.pk).update(status=Status.UNKNOWN, wamid=None)
    callback = delivery.callback_data(answer.pk, 1)
    receive(
        status_body("wamid.x", "read", number=factories.MASALA_NUMBER, callback=callback),
        verified_by=masala_number.app_secret_mark,
    )
    answer.refresh_from_db()
    assert answer.status == Status.UNKNOWN


def test_a_status_of_a_wamid_that_nobody_has_is_parked_and_taken_up_later(answer):
    Message.objects.filter(pk=answer.pk).update(wamid=None)
    receive(status_body(WAMID, "delivered"), status_body(WAMID, "delivered"), status_body(WAMID, "sent"))
    assert ParkedStatus.objects.count() == 2
    Message.objects.filter(pk=answer.pk).update(wamid=WAMID)
    assert delivery.sweep_parked(timezone.now()) == 2
    answer.refresh_from_db()
    assert answer.status == Status.DELIVERED
    assert answer.sent_at
    assert not ParkedStatus.objects.exists()


def test_what_nobody_claims_is_forgotten_after_eight_days(answer):
    receive(status_body("wamid.of-another-app", "sent"))
    delivery.sweep_parked(timezone.now() + timedelta(days=7))
    assert ParkedStatus.objects.count() == 1
    delivery.sweep_parked(timezone.now() + timedelta(days=9))
    assert not ParkedStatus.objects.exists()


def test_a_status_word_of_next_year_is_kept_and_changes_nothing(answer):
    [event] = receive(status_body(WAMID, "teleported"))
    answer.refresh_from_db()
    assert event.outcome == {"unknown_status": 1}
    assert answer.status == Status.ACCEPTED


def test_a_customers_own_message_takes_no_status(dairy):
    receive(text_body("wamid.in", "price?"), status_body("wamid.in", "read"))
    assert Message.objects.get(wamid="wamid.in").status == Status.RECEIVED


def test_two_statuses_that_know_only_our_callback_are_both_heard_at_once(answer):
    Message.objects.filter(pk=answer.pk).update(status=Status.UNKNOWN, wamid=None)
    callback = delivery.callback_data(answer.pk, 1)
    sent, delivered = (status_body("wamid.x", word, callback=callback) for word in ("sent", "delivered"))
    receive(together(sent, delivered))
    answer.refresh_from_db()
    assert answer.status == Status.DELIVERED
    assert not ParkedStatus.objects.exists()


def test_what_was_parked_for_an_attempt_that_another_one_has_followed_is_taken_up(answer):
    """The status was stored while the sender stored the answer: neither saw the other."""
    receive(status_body("wamid.first", "delivered"))
    Message.objects.filter(pk=answer.pk).update(attempt=2, status=Status.UNKNOWN, wamid=None)
    EarlierAttempt.objects.create(message=answer, number_id=answer.number_id, attempt=1, wamid="wamid.first")
    assert delivery.sweep_parked(timezone.now()) == 1
    answer.refresh_from_db()
    assert answer.status == Status.DELIVERED


def test_one_parked_status_that_fits_nothing_does_not_stop_the_sweep(answer):
    """It names a customer's message, and by its callback an answer of ours that knows no wamid."""
    receive(status_body("wamid.question", "delivered", callback=delivery.callback_data(answer.pk, 2)))
    Message.objects.filter(pk=answer.pk).update(attempt=2, status=Status.UNKNOWN, wamid=None)
    lost = Message.objects.create(
        business=answer.business, conversation=answer.conversation, number_id=answer.number_id, direction="out", kind="text",
        source="rule", wa_timestamp=timezone.now(), status=Status.SENDING, attempt=1,
        sending_since=timezone.now() - timedelta(hours=1),
    )  # fmt: skip
    tasks.sweep()
    lost.refresh_from_db()
    assert lost.status == Status.UNKNOWN
