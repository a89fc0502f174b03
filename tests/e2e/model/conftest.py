"""One product with a language model for all tests of this folder: the others' has none."""

from collections.abc import Iterator

import pytest

from tests.aibot.provider_server import OpenAi
from whatsapp_automation.embedded.environment import Ports

from ...product import running
from ..thinking import provider, settings_of


@pytest.fixture(scope="package")
def model() -> Iterator[OpenAi]:
    with provider() as model:
        yield model


@pytest.fixture(scope="package")
def stack(model, tmp_path_factory, django_db_blocker):
    ports = Ports(web=28900, simulator=29990, postgres=26332, valkey=27279)
    with running(tmp_path_factory.mktemp("model"), settings_of(model), ports, django_db_blocker) as stack:
        yield stack
