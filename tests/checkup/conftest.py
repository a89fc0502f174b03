import pytest

from ..meta import meta_at


@pytest.fixture
def meta(settings):
    with meta_at(settings) as meta:
        yield meta
