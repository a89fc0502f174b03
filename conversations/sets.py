"""Set SQL: one prepared statement for many rows, on Django's own connection and in its transaction.

``rows`` is a list of dicts that the statement reads with ``jsonb_to_recordset(%(rows)s)``: column names and types
stand in the SQL where they are used. Django sends every statement with its values written in and never prepares; the
hot path cannot afford either.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.rows import namedtuple_row
from psycopg.types.json import JsonbLoader

PREPARED = (
    400  # statements of a connection at most: more than there are in the product, so that none is ever prepared twice
)


def fetch(sql: str, rows: list[dict] | None = None, **params) -> list:
    """Run the statement and return its rows as named tuples. No rows given as an empty list: nothing is run."""
    if rows is not None:
        if not rows:
            return []
        params["rows"] = json.dumps(rows, default=_plain, ensure_ascii=False, separators=(",", ":"))
    with _cursor() as cursor:
        cursor.execute(sql, params, prepare=True)
        return cursor.fetchall()


def run(sql: str, rows: list[dict] | None = None, **params) -> int:
    """Run the statement and return how many rows it touched."""
    if rows is not None:
        if not rows:
            return 0
        params["rows"] = json.dumps(rows, default=_plain, ensure_ascii=False, separators=(",", ":"))
    with _cursor() as cursor:
        cursor.execute(sql, params, prepare=True)
        return cursor.rowcount


def prefer_indexes() -> None:
    """For this transaction: reach rows by their indexes, whatever the planner thinks of the tables' sizes.

    A prepared statement keeps the plan that it got when the tables were small; until they are analyzed again it would read them whole.
    """
    with _cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
        )


@contextmanager
def _cursor() -> Iterator[psycopg.Cursor]:
    """A server-side binding cursor on Django's connection. Errors are Django's (django.db.OperationalError and so
    on).
    """
    django = connections[DEFAULT_DB_ALIAS]
    django.validate_no_broken_transaction()
    django.ensure_connection()
    django.connection.prepared_max = PREPARED
    with django.wrap_database_errors, psycopg.Cursor(django.connection, row_factory=namedtuple_row) as cursor:
        cursor.adapters.register_loader("jsonb", JsonbLoader)  # Django's connections hand JSON out as text
        yield cursor


def _plain(value) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is nothing that a set statement takes")
