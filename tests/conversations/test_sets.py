"""A set statement is planned once, not at each call."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from conversations import claiming, sets


@pytest.fixture(autouse=True)
def _nothing_is_prepared(transactional_db):
    connection.close()  # statements live as long as their connection


def _prepared(words: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{words}%"]
        )
        return cursor.fetchall()


def test_a_statement_is_prepared_once_and_then_keeps_its_plan():
    for _ in range(12):
        with transaction.atomic():
            claiming.heads(timezone.now(), 10)
    [(generic, custom)] = _prepared("row_number() OVER (PARTITION BY head.number_id")
    assert (generic, custom) == (7, 5)  # PostgreSQL plans the first five anew


def test_more_statements_than_psycopg_keeps_by_itself_stay_prepared():
    for _ in range(2):
        for place in range(150):
            sets.fetch(f"SELECT %(value)s::int AS statement_{place}", value=1)
    assert len(_prepared("AS statement_")) == 150


def test_after_a_rollback_it_goes_on():
    sets.fetch("SELECT %(value)s::int AS kept", value=1)
    with transaction.atomic():
        sets.fetch("SELECT %(value)s::int AS kept", value=2)
        transaction.set_rollback(True)
    [row] = sets.fetch("SELECT %(value)s::int AS kept", value=3)
    assert row.kept == 3
