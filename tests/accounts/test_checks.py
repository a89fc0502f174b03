"""A database whose trigrams know no Hindi is refused."""

import os

import pytest
from django.core.checks import run_checks
from django.db import connection, connections

OTHER = "without_hindi"


@pytest.fixture
def database_without_hindi(django_db_setup, django_db_blocker):
    """With the locale C, where the trigrams of Devanagari are empty."""
    name = f"test_without_hindi_{os.getpid()}"
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        connections.databases[OTHER] = {**connection.settings_dict, "NAME": name}
        try:
            with connections[OTHER].cursor() as cursor:
                cursor.execute("CREATE EXTENSION pg_trgm")
            yield
        finally:
            connections[OTHER].close()
            del connections[OTHER], connections.databases[OTHER]
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name}")
            connection.close()


@pytest.mark.django_db
def test_this_database_knows_hindi():
    assert [e for e in run_checks(databases=["default"]) if e.id == "accounts.E001"] == []


def test_one_with_the_locale_c_is_refused_with_what_to_do(database_without_hindi):
    errors = [e for e in run_checks(databases=[OTHER]) if e.id == "accounts.E001"]
    assert len(errors) == 1
    assert "ENCODING 'UTF8'" in errors[0].hint


def test_before_the_first_migration_there_is_nothing_to_say(database_without_hindi):
    with connections[OTHER].cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm")
    assert [e for e in run_checks(databases=[OTHER]) if e.id == "accounts.E001"] == []
