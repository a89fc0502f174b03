"""When the shop is open, and when it opens next."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from aibot.hours import is_open, next_opening, opens

INDIA = ZoneInfo("Asia/Kolkata")
SPLIT = {"mon": [["09:00", "13:00"], ["16:00", "20:00"]], "tue": [["09:00", "13:00"]], "sat": [["10:00", "12:00"]]}


def at(day: int, clock: str) -> datetime:
    """A day of the week that begins on Monday, 2026-11-23."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, 23 + day, hour, minute, tzinfo=INDIA)


@pytest.mark.parametrize(
    ("day", "clock", "open_"),
    [
        (0, "08:59", False),
        (0, "09:00", True),
        (0, "12:59", True),
        (0, "13:00", False),
        (0, "16:00", True),
        (2, "10:00", False),
    ],
)
def test_open_from_the_first_minute_to_before_the_last(day, clock, open_):
    assert is_open(SPLIT, at(day, clock)) is open_


@pytest.mark.parametrize(
    ("day", "clock", "words"),
    [
        (0, "10:00", ("now", "अभी", "abhi")),
        (0, "07:00", ("today at 9:00", "आज 9:00 बजे", "aaj 9:00 baje")),
        (0, "14:30", ("today at 16:00", "आज 16:00 बजे", "aaj 16:00 baje")),
        (0, "21:00", ("tomorrow at 9:00", "कल 9:00 बजे", "kal 9:00 baje")),
        (1, "14:00", ("on Saturday at 10:00", "शनिवार को 10:00 बजे", "Shanivar ko 10:00 baje")),
        (5, "12:00", ("on Monday at 9:00", "सोमवार को 9:00 बजे", "Somvar ko 9:00 baje")),
    ],
)
def test_the_next_opening_in_words(day, clock, words):
    assert tuple(opens(SPLIT, at(day, clock), language) for language in ("en", "hi", "hi-Latn")) == words


def test_the_only_opening_of_the_week_is_a_week_away_after_it():
    assert next_opening({"mon": [["09:00", "10:00"]]}, at(0, "11:00")) == at(7, "09:00")


def test_hours_that_name_no_day_close_nothing():
    assert is_open({}, at(0, "03:00"))
    assert is_open({"mon": [], "tue": []}, at(0, "03:00"))
    assert next_opening({}, at(0, "03:00")) is None
