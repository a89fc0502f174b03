import time
from email.utils import formatdate

import pytest

from cloud_api import waits


def test_a_date_is_the_seconds_until_then():
    assert 25 < waits.seconds(formatdate(time.time() + 30, usegmt=True)) <= 30


def test_a_date_that_is_past_is_no_wait():
    assert waits.seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


@pytest.mark.parametrize(
    "header", ["", "soon", "-1", "1.5", "inf", "٣", "9" * 20, "Wed, 99 Oct 2026 07:28:00 GMT", "Wed", "\0"]
)
def test_what_cannot_be_read_says_nothing(header):
    assert waits.seconds(header) is None
