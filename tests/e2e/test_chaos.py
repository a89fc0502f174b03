"""The short form of script/chaos: three faults in mid-work, and every invariant afterwards."""

import pytest

from tests.chaos.faults import FAULTS
from tests.chaos.scene import Scene
from tests.product import running
from whatsapp_automation.embedded.environment import Ports


@pytest.fixture(scope="module")
def stack(tmp_path_factory, django_db_blocker):
    """One of its own: the other tests' PostgreSQL may forget what it has committed when it is killed."""
    ports = Ports(web=28500, simulator=29590, postgres=25932, valkey=26879)
    folder = tmp_path_factory.mktemp("chaos")
    with running(folder, {"LOG_LEVEL": "INFO"}, ports, django_db_blocker, durable=True) as stack:
        yield stack


@pytest.mark.parametrize("name", ["inbound", "web+postgres", "valkey-full"])
def test_nothing_is_lost_doubled_or_reordered(world, name):
    report = Scene(world, messages=100, rate=40).play(name, FAULTS[name]).report
    assert report.findings == []
    assert (report.messages, report.lost, report.doubled, report.reordered) == (100, 0, 0, 0)
