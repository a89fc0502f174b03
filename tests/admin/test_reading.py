"""Times, phone numbers and names as people read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts import reading

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_india():
    with timezone.override(ZoneInfo("Asia/Kolkata")):
        yield


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=3), "3 min"),
        (timedelta(hours=5, minutes=59), "5 h"),
        (timedelta(hours=24), "21 Nov"),
        (timedelta(days=400), "18 Oct 2025"),
    ],
)
def test_near_times_are_relative_and_far_ones_dates(passed, words):
    assert reading.ago(NOW - passed, NOW) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=30), "less than a minute"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=3, minutes=12, seconds=59), "3 h 12 min"),
        (timedelta(hours=47, minutes=59), "47 h 59 min"),
        (timedelta(days=3, hours=5), "3 days"),
    ],
)
def test_spans(length, words):
    assert reading.span(length) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW, "Today"),
        (datetime(2026, 11, 21, 18, 30, tzinfo=UTC), "Today"),  # midnight in India
        (datetime(2026, 11, 21, 18, 29, tzinfo=UTC), "Yesterday"),
        (datetime(2026, 11, 19, 6, 0, tzinfo=UTC), "Thursday, 19 November"),
        (datetime(2025, 11, 19, 6, 0, tzinfo=UTC), "Wednesday, 19 November 2025"),
    ],
)
def test_days_are_the_businesss(at, words):
    assert reading.day(at, NOW) == words


def test_the_full_time_is_on_hovering():
    assert reading.time_tag(NOW, NOW) == (
        '<time datetime="2026-11-22T12:00:00+00:00" title="22 Nov 2026, 17:30">now</time>'
    )
    assert reading.time_tag(None, NOW) == ""


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("919876500001", "+91 98765 00001"),
        ("14155552671", "+1 415-555-2671"),
        ("999", "+999"),
        ("", ""),
    ],
)
def test_phone_numbers_are_grouped(digits, words):
    assert reading.phone(digits) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Meera Iyer", "MI"),
        ("zoya", "Z"),
        ("A B C", "AC"),
        ("मीरा अय्यर", "मअ"),
        ("+91 98", "#"),
        ("👋", "#"),
        ("", "#"),
    ],
)
def test_initials(name, letters):
    assert reading.initials(name) == letters
