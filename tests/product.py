"""The whole product for tests, as script/server runs it, on services of its own.

Migrating takes a processor ten seconds and more, and the demo's shops as much again: their answers become vectors. The first
product of a run makes them, by ``manage.py demo`` in a database that is filled from the tests' own, and the others get a copy, as
does the next run while nothing of ours has changed. What opens the shops' secrets is the same in all of them, therefore; a product
that is given secrets of its own makes its shops itself, with the product's own settings. That script/server makes all from nothing
is tested in tests/embedded/test_stack.py.
"""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.apps import apps

from aibot import embedding
from whatsapp_automation.embedded import keys, lock
from whatsapp_automation.embedded.environment import Ports
from whatsapp_automation.embedded.paths import REPO, local_dir
from whatsapp_automation.embedded.stack import Stack

from . import database


@contextmanager
def running(
    folder: Path, given: Mapping[str, str], ports: Ports, django_db_blocker, *, durable: bool = False
) -> Iterator[Stack]:
    """With the demo's shops; all of it has stopped after the block."""
    shops = _Shops(local_dir() / "shops")
    is_usual = not keys.MAKERS.keys() & given.keys()
    if is_usual:
        given = {"DJANGO_SETTINGS_MODULE": "tests.quick_settings", **given}
        shops.lend_keys(folder)
    with Stack(folder, given, preferred=ports, durable=durable) as stack:
        stack.start_services()
        if is_usual:
            shops.copy_into(stack, django_db_blocker)
        else:
            _make(stack, django_db_blocker)
        stack.start_programs()
        yield stack


class _Shops:
    """The demo's, as SQL for psql, and the keys that they are sealed with."""

    def __init__(self, folder: Path):
        self._folder = folder

    def lend_keys(self, folder: Path) -> None:
        with lock.hold(self._folder / "lock", wait=True):
            keys.load(self._folder)
        shutil.copy(keys.secrets_file(self._folder), keys.secrets_file(folder))

    def copy_into(self, stack: Stack, django_db_blocker) -> None:
        with lock.hold(self._folder / "lock", wait=True):  # one makes them, the others wait for it
            kept = self._folder / f"{_fingerprint(keys.load(self._folder))}.sql"
            if not kept.exists():
                _make(stack, django_db_blocker)
                self._keep(kept, database.dumped(stack.env["DATABASE_URL"]))
                return
            dump = kept.read_bytes()
        database.filled(stack.env["DATABASE_URL"], dump)

    def _keep(self, kept: Path, dump: bytes) -> None:
        for old in self._folder.glob("*.sql"):
            old.unlink()
        keys.write_private(kept, dump.decode())


def _make(stack: Stack, django_db_blocker) -> None:
    # In a thread: Playwright's event loop may live in this one.
    with django_db_blocker.unblock(), ThreadPoolExecutor(1) as thread:
        dump = thread.submit(database.migrated).result()
    database.filled(stack.env["DATABASE_URL"], dump)
    stack.manage("demo")


def _fingerprint(secrets: Mapping[str, str]) -> str:
    """Of everything that the shops are made of: their next holiday depends on the day."""
    digest = hashlib.sha256(f"{sorted(secrets.items())} {date.today()} {embedding.is_there()}".encode())
    for path in sorted(_sources()):
        digest.update(str(path.relative_to(REPO)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    yield Path(__file__).with_name("quick_settings.py")
    yield from REPO.glob("requirements*.txt")
    for app in apps.get_app_configs():
        if Path(app.path).parent == REPO:
            yield from (path for path in Path(app.path).rglob("*") if path.suffix in {".py", ".csv", ".txt"})
