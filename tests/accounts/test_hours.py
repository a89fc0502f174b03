"""Opening hours: what may be stored."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import default_hours, valid_hours


@pytest.mark.parametrize(
    "hours",
    [
        default_hours(),
        {},
        {"sun": []},
        {"mon": [["00:00", "23:59"]]},
        {"mon": [["07:00", "13:00"], ["16:00", "21:00"]]},
    ],
)
def test_good_hours(hours):
    valid_hours(hours)


@pytest.mark.parametrize(
    "hours",
    [
        None,
        [],
        "mon 9-5",
        {"monday": [["09:00", "18:00"]]},
        {"mon": None},
        {"mon": ""},
        {"mon": {}},
        {"mon": "09:00-18:00"},
        {"mon": ["09:00", "18:00"]},
        {"mon": [["09:00"]]},
        {"mon": [["09:00", "12:00", "18:00"]]},
        {"mon": [["18:00", "09:00"]]},
        {"mon": [["09:00", "09:00"]]},
        {"mon": [["9", "18"]]},
        {"mon": [["9:00", "18:00"]]},
        {"mon": [["09:00", "24:00"]]},
        {"mon": [["09:00", "18:60"]]},
        {"mon": [["09:00+05:30", "18:00+05:30"]]},
        {"mon": [["०९:००", "१८:००"]]},
        {"mon": [[9, 18]]},
        {"mon": [["16:00", "21:00"], ["07:00", "13:00"]]},
        {"mon": [["07:00", "13:00"], ["12:00", "21:00"]]},
    ],
)
def test_bad_hours_are_refused(hours):
    with pytest.raises(ValidationError):
        valid_hours(hours)
