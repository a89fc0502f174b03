"""received = done + duplicate + ignored + failed: for each number and in all, whatever came."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from tests import factories
from tests.factories import MEERA, customer, deliver, drain, receive, status_body, text_body, together
from webhooks import counts
from webhooks import drain as draining
from webhooks.models import Tally

from .test_deadletters import check_the_counts


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


def report(**more) -> counts.Report:
    return counts.report(timezone.now() - timedelta(hours=1), **more)


def test_every_kind_of_end_is_counted_for_its_number(dairy, masala, masala_number):
    text = text_body("wamid.1", "price?")
    receive(
        together(text, text, text_body("wamid.2", "hi", factories.Customer(name="Nobody"))),
        together(text, text_body("wamid.3", "hi", group_id="g"), status_body("wamid.9", "odd")),
        text_body("wamid.4", "hello", number="999999999999999"),
        b"{nope",
        factories.value_body({"event": "APPROVED"}, field="message_template_status_update"),
    )
    receive(text_body("wamid.m", "hello", number=factories.MASALA_NUMBER), verified_by=masala_number.app_secret_mark)
    receive(text_body("wamid.d", "hello"), verified_by=masala_number.app_secret_mark)  # it may not speak for the dairy
    of_dairy = counts.Figures(received=7, done=2, duplicate=2, ignored=2, failed=1)
    of_masala = counts.Figures(received=1, done=1)
    of_nobody = counts.Figures(received=3, ignored=2, failed=1)
    assert report().total == counts.Figures(received=11, done=3, duplicate=2, ignored=4, failed=2)
    assert dict(report().numbers) == {"+91 80 4718 0011": of_dairy, "+91 80 4718 0022": of_masala, "": of_nobody}
    assert report(business_id=dairy.pk) == counts.Report(of_dairy, [("+91 80 4718 0011", of_dairy)])
    check_the_counts()


def test_many_deliveries_of_a_quarter_are_one_row_a_number(dairy):
    at = timezone.now()
    for place in range(30):
        deliver(text_body(f"wamid.{place}", "price?", customer(place)), at=at)
    drain()
    [row] = Tally.objects.all()
    assert (row.received, row.done, row.slot) == (30, 30, counts.slot_of(at))


def test_a_delivery_counts_when_it_was_received(dairy):
    deliver(text_body("wamid.1", "price?"), at=timezone.now() - timedelta(days=2))
    drain()
    assert report().total.received == 0
    assert counts.report(timezone.now() - timedelta(days=3)).total.received == 1


@pytest.mark.parametrize(
    ("at", "slot"),
    [
        (datetime(2026, 11, 1, 10, 14, 59, 999, UTC), datetime(2026, 11, 1, 10, 0, tzinfo=UTC)),
        (datetime(2026, 11, 1, 10, 15, 0, 0, UTC), datetime(2026, 11, 1, 10, 15, tzinfo=UTC)),
        (datetime.fromisoformat("2026-11-02T00:00:00+05:30"), datetime(2026, 11, 1, 18, 30, tzinfo=UTC)),
        (datetime.fromisoformat("2026-11-02T00:00:00+05:45"), datetime(2026, 11, 1, 18, 15, tzinfo=UTC)),
    ],
)
def test_a_day_begins_with_a_quarter_in_every_zone(at, slot):
    assert counts.slot_of(at) == slot


def test_the_database_refuses_a_tally_in_which_an_item_is_missing(db):
    with pytest.raises(IntegrityError, match="tally_complete"), transaction.atomic():
        Tally.objects.create(slot=timezone.now(), received=3, done=1, duplicate=1, ignored=0, failed=0)


def test_what_nobody_counted_is_not_taken_back(db):
    at = timezone.now()
    counts.add([(at, None, None, "message")])
    counts.take_back([(at, None, None, "failed"), (at, None, None, "message"), (at, None, None, "message")])
    assert report().total == counts.Figures()


def test_an_item_that_gets_no_word_is_failed_and_not_lost(dairy):
    body = together(text_body("wamid.1", "price?"), text_body("wamid.2", "price?", MEERA))
    items = draining.parse([deliver(body)])
    done, failures = draining.Done({(items[0].delivery_id, 0): "message"}), []
    draining.fail_the_forgotten(items, done, failures)
    assert list(done.words.values()) == ["message", "failed"]
    assert failures == [(items[1], "Nothing took it.")]


@pytest.mark.parametrize(
    ("word", "end"),
    [
        ("message", "done"),
        ("status", "done"),
        ("notice", "done"),
        ("a_word_of_next_year", "done"),
        ("duplicate", "duplicate"),
        ("unknown_number", "ignored"),
        ("unknown_status", "ignored"),
        ("not_covered", "ignored"),
        ("group_message", "ignored"),
        ("group_status", "ignored"),
        ("failed", "failed"),
    ],
)
def test_every_word_has_one_of_four_ends(word, end):
    assert counts.end_of(word) == end
