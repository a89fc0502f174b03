"""The short form of script/chaos: three faults in mid-work, and every invariant afterwards."""

import pytest

from tests.chaos.faults import FAULTS
from tests.chaos.scene import Scene


@pytest.mark.parametrize("name", ["inbound", "web+postgres", "valkey-full"])
def test_nothing_is_lost_doubled_or_reordered(world, name):
    report = Scene(world, messages=100, rate=40).play(name, FAULTS[name]).report
    assert report.findings == []
    assert (report.messages, report.lost, report.doubled, report.reordered) == (100, 0, 0, 0)
