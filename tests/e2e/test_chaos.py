"""The short form of script/chaos: some faults in mid-work, and every invariant afterwards."""

import pytest

from tests.chaos.faults import FAULTS
from tests.chaos.invariants import check
from tests.chaos.scene import Scene
from tests.product import running
from whatsapp_automation.embedded.environment import Ports

from .thinking import provider, settings_of


@pytest.fixture(scope="module")
def model():
    with provider() as model:
        yield model


@pytest.fixture(scope="module")
def stack(tmp_path_factory, model, django_db_blocker):
    """One of its own: the other tests' PostgreSQL may forget what it has committed when it is killed."""
    ports = Ports(web=28500, simulator=29590, postgres=25932, valkey=26879)
    folder = tmp_path_factory.mktemp("chaos")
    with running(folder, settings_of(model), ports, django_db_blocker, durable=True) as stack:
        yield stack


@pytest.mark.parametrize("name", ["inbound", "web+postgres", "valkey-full"])
def test_nothing_is_lost_doubled_or_reordered(world, name):
    report = Scene(world, messages=100, rate=40).play(name, FAULTS[name]).report
    assert report.findings == []
    assert (report.messages, report.lost, report.doubled, report.reordered) == (100, 0, 0, 0)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_whom_the_model_answers_is_neither_forgotten_nor_answered_twice(world, model):
    """Whatever ends, no reservation stays: those of the dead are charged when their leases are over, which is waited for once."""
    scenes = {}
    for name in ("bot-thinking", "bot-charging", "provider-down"):
        scenes[name] = Scene(world, model=model, messages=40, rate=10)
        report = scenes[name].play(name, FAULTS[name]).report
        assert report.findings == [], name
        assert (report.messages, report.lost, report.doubled, report.reordered) == (40, 0, 0, 0), name
    scenes[name].until_quiet(leases_over=True, within=300)
    for name, scene in scenes.items():
        assert check(world.query, scene.truth()).findings == [], name
