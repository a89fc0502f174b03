"""When the shop is open, and when it opens next."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aibot.hours import is_open, next_opening, opens

INDIA = ZoneInfo("Asia/Kolkata")
SPLIT = {"mon": [["09:00", "13:00"], ["16:00", "20:00"]], "tue": [["09:00", "13:00"]], "sat": [["10:00", "12:00"]]}


def at(day: int, clock: str) -> datetime:
    """A day of the week that begins on Monday, 2026-11-23."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, 23, hour, minute, tzinfo=INDIA) + timedelta(days=day)


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


# --- holidays ------------------------------------------------------------------------------------------------------------------


def holidays(*days: int) -> set[str]:
    return {at(day, "00:00").date().isoformat() for day in days}


def test_a_holiday_is_closed_and_the_day_after_is_not():
    assert not is_open(SPLIT, at(0, "10:00"), holidays(0))
    assert is_open(SPLIT, at(1, "10:00"), holidays(0))


@pytest.mark.parametrize(
    ("day", "clock", "closed", "words"),
    [
        (0, "10:00", (0,), ("tomorrow at 9:00", "कल 9:00 बजे", "kal 9:00 baje")),
        (0, "07:00", (0, 1), ("on Saturday at 10:00", "शनिवार को 10:00 बजे", "Shanivar ko 10:00 baje")),
        (0, "07:00", (0, 1, 5), ("on Monday at 9:00", "सोमवार को 9:00 बजे", "Somvar ko 9:00 baje")),
        (0, "07:00", (0, 1, 5, 7), ("on 1 December at 9:00", "1 दिसंबर को 9:00 बजे", "1 December ko 9:00 baje")),
        (1, "14:00", range(5, 40), ("on 2 January at 10:00", "2 जनवरी को 10:00 बजे", "2 January ko 10:00 baje")),
    ],
)
def test_the_next_opening_passes_over_holidays(day, clock, closed, words):
    said = tuple(opens(SPLIT, at(day, clock), language, holidays(*closed)) for language in ("en", "hi", "hi-Latn"))
    assert said == words


def test_who_has_no_hours_is_closed_on_holidays_alone():
    assert not is_open({}, at(0, "10:00"), holidays(0))
    assert next_opening({}, at(0, "10:00"), holidays(0, 1)) == at(2, "00:00")
    assert next_opening({}, at(2, "10:00"), holidays(0)) is None


def test_a_shop_that_is_closed_for_longer_than_anybody_knows_says_nothing():
    assert opens(SPLIT, at(0, "10:00"), "en", holidays(*range(400))) == ""
