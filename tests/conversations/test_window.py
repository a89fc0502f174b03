"""The 24-hour window, counted from Meta's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations import window

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(0), True),
        (timedelta(hours=23, minutes=59), True),
        (timedelta(hours=24), False),
        (timedelta(hours=24) - timedelta(seconds=10), False),  # it would arrive too late
        (timedelta(days=3), False),
    ],
)
def test_a_free_form_message_may_leave_for_twenty_four_hours(ago, expected):
    assert window.is_open(NOON - ago, NOON) is expected


def test_whoever_never_wrote_has_no_window():
    assert window.is_open(None, NOON) is False
    assert window.closes_at(None) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (NOON - timedelta(hours=2), NOON - timedelta(hours=2)),
        (NOON + timedelta(minutes=2), NOON + timedelta(minutes=2)),
        (NOON + timedelta(hours=2), NOON + timedelta(minutes=5)),
        (NOON - timedelta(days=8), NOON - timedelta(days=7)),
        (datetime(2017, 9, 4, tzinfo=UTC), NOON - timedelta(days=7)),
    ],
)
def test_metas_time_is_held_within_what_can_be_true(said, expected):
    assert window.believable(int(said.timestamp()), NOON) == expected


@pytest.mark.parametrize("nonsense", [None, 10**30, -(10**30)])
def test_an_unreadable_time_is_that_of_the_arrival(nonsense):
    assert window.believable(nonsense, NOON) == NOON
