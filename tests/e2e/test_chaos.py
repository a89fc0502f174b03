"""The short form of script/chaos: three faults in mid-work, and every invariant afterwards."""

import pytest

from tests.chaos.faults import FAULTS
from tests.chaos.scene import Scene
from whatsapp_automation.embedded.environment import Ports
from whatsapp_automation.embedded.stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """One of its own: the other tests' PostgreSQL may forget what it has committed when it is killed."""
    ports = Ports(web=28500, simulator=29590, postgres=25932, valkey=26879)
    with Stack(tmp_path_factory.mktemp("chaos"), {"LOG_LEVEL": "INFO"}, preferred=ports, durable=True) as stack:
        stack.start()
        yield stack


@pytest.mark.parametrize("name", ["inbound", "web+postgres", "valkey-full"])
def test_nothing_is_lost_doubled_or_reordered(world, name):
    report = Scene(world, messages=100, rate=40).play(name, FAULTS[name]).report
    assert report.findings == []
    assert (report.messages, report.lost, report.doubled, report.reordered) == (100, 0, 0, 0)
