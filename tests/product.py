"""The whole product for tests, as script/server runs it, on services of its own.

Its database is filled from the tests' own, which is migrated already: migrating takes a processor ten seconds and more. That
script/server makes all from nothing is tested in tests/embedded/test_stack.py.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from whatsapp_automation.embedded.environment import Ports
from whatsapp_automation.embedded.stack import Stack

from . import database


@contextmanager
def running(
    folder: Path, given: Mapping[str, str], ports: Ports, django_db_blocker, *, durable: bool = False
) -> Iterator[Stack]:
    """With the demo's shops; all of it has stopped after the block."""
    with Stack(folder, given, preferred=ports, durable=durable) as stack:
        stack.start_services()
        with (
            django_db_blocker.unblock(),
            ThreadPoolExecutor(1) as thread,
        ):  # Playwright's event loop may live in this one
            dump = thread.submit(database.dumped).result()
        database.filled(stack.env["DATABASE_URL"], dump)
        stack.manage("demo")
        stack.start_programs()
        yield stack
