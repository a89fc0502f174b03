"""The squashed migrations end where the old files do, and go on from wherever these have stopped: docs/decisions/0027."""

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests import database

pytestmark = pytest.mark.slow  # old files migrate for seconds

STOPS = [
    {"conversations": "0010", "aibot": "0006", "webhooks": "0003"}
]  # four others were tried when the files were squashed


@pytest.fixture(autouse=True)
def may_connect(django_db_setup, django_db_blocker):
    """In no transaction: databases are made."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def schema(django_db_setup, django_db_blocker) -> list[str]:
    """As the squashed ones make it."""
    with django_db_blocker.unblock(), database.another() as address:
        call_command("migrate", verbosity=0)
        return schema_of(address)


def test_the_old_files_make_the_same_schema_and_leave_nothing_to_do(schema):
    with database.another() as address:
        migrate_by_old_files()
        assert [str(one) for one, _backwards in plan() if one.replaces] == [], "what is squashed counts as applied"
        call_command("migrate", verbosity=0)  # what is newer than both
        assert schema_of(address) == schema


@pytest.mark.parametrize("stop", STOPS, ids=" ".join)
def test_a_database_that_stopped_among_the_old_files_goes_on(schema, stop):
    with database.another() as address:
        migrate_by_old_files(stop)
        assert plan() != []
        call_command("migrate", verbosity=0)
        assert schema_of(address) == schema
        assert plan() == []


def test_both_tell_the_same_of_the_models():
    old, new = old_loader(), MigrationLoader(None)
    ends = last_old_files(old)
    squashed = {**ends, **{app: (app, name) for app, name in new.replacements}}
    assert old.project_state(list(ends.values())).models == new.project_state(list(squashed.values())).models


def migrate_by_old_files(stop: dict[str, str] | None = None) -> None:
    """To the end, or of the apps of ``stop`` to the file that begins so, with what they depend on."""
    executor = MigrationExecutor(connection)
    loader = executor.loader = old_loader(connection)
    targets = [old_file(loader, *at) for at in stop.items()] if stop else list(last_old_files(loader).values())
    executor.migrate(targets)


def old_file(loader: MigrationLoader, app: str, number: str) -> tuple[str, str]:
    files = loader.disk_migrations.keys() - loader.replacements.keys()
    [found] = [(of, name) for of, name in files if of == app and name.startswith(f"{number}_")]
    return found


def old_loader(connection=None) -> MigrationLoader:
    """One that takes no squashed migration in the place of what it replaces."""
    return MigrationLoader(connection, replace_migrations=False)


def last_old_files(loader: MigrationLoader) -> dict[str, tuple[str, str]]:
    """Of each app, of others' too. A file that is newer than the squashed one is no old one: it depends on that."""
    ends = {app: (app, name) for app, name in loader.graph.leaf_nodes()}
    return ends | {app: max(squashed.replaces) for (app, _name), squashed in loader.replacements.items()}


def plan() -> list:
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def schema_of(address: str) -> list[str]:
    """Its lines, without how they are indented. pg_dump sorts by name, and columns as they stand in the table."""
    lines = database.dumped(address, "--schema-only").decode().splitlines()
    lines = [re.sub(r"\s+", " ", line).strip() for line in lines]
    return [line for line in lines if line and not line.startswith(("--", "\\restrict", "\\unrestrict"))]
