"""The whole product as script/server runs it, on services of its own: one for all tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from whatsapp_automation.embedded.environment import Ports

from ..product import running
from .world import World, calm


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.fspath).parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="package")
def stack(tmp_path_factory, django_db_blocker):
    ports = Ports(web=28100, simulator=29190, postgres=25532, valkey=26479)
    with running(tmp_path_factory.mktemp("e2e"), {"LOG_LEVEL": "INFO"}, ports, django_db_blocker) as stack:
        yield stack


@pytest.fixture
def world(stack) -> Iterator[World]:
    with calm(stack) as world:
        yield world
