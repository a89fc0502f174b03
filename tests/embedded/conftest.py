import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def folder():
    """A folder with a space in its name that PostgreSQL's own user can reach when the tests run as root."""
    base = Path(tempfile.mkdtemp(prefix="embedded-"))
    base.chmod(0o755)
    place = base / "a clone" / ".local"
    place.parent.mkdir(mode=0o755)
    yield place
    shutil.rmtree(base)


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], object]:
    """Wait until a function returns something true, 60 s at most, and return that."""

    def wait(question: Callable[[], object], within: float = 60.0) -> object:
        deadline = time.monotonic() + within
        while not (answer := question()):
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.02)
        return answer

    return wait
