"""A delivery of which its worker dies: no error is raised and nothing is caught, yet it must not be tried for ever."""

import time
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from tests.children import Child
from tests.factories import RAVI, deliver, drain, text_body
from webhooks import drain as draining
from webhooks.models import Delivery, FailedItem

TRAP = """
    CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.text = 'poison' THEN PERFORM pg_advisory_xact_lock(78, 78); END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER trap BEFORE INSERT ON conversations_message FOR EACH ROW EXECUTE FUNCTION trap()
"""
LONG_AGO = draining.OVERDUE + timedelta(seconds=1)


@pytest.fixture
def trapped(transactional_db):
    """Holds whoever stores the text "poison". Yields a function: the backend that is held just now, if any."""
    params = connection.get_connection_params()
    wanted = {key: params[key] for key in ("dbname", "user", "password", "host", "port")}
    with connection.cursor() as cursor:
        cursor.execute(TRAP)
    with psycopg.connect(**wanted, autocommit=True) as keeper:
        keeper.execute("SELECT pg_advisory_lock(78, 78)")
        held = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"
        yield lambda: [pid for (pid,) in keeper.execute(held)]
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION trap CASCADE")


def dies(trapped) -> bool:
    """One pass in a process of its own; killed -9 once it is held. Whether that was so."""
    worker = Child(one_pass)
    try:
        while worker.is_alive:
            if held := trapped():
                worker.kill()
                _forget(held)
                return True
            time.sleep(0.02)
        assert worker.told() == "passed"
        return False
    finally:
        worker.kill()


def one_pass(pipe) -> None:
    draining.one_pass(timezone.now())
    pipe.send("passed")


def _forget(held: list[int]) -> None:
    """End what the dead worker has left in PostgreSQL, which notices by itself when it next reads from it."""
    with connection.cursor() as cursor:
        for pid in held:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.slow
def test_a_delivery_of_which_workers_die_is_given_up_and_its_neighbours_go_on(dairy, trapped):
    at = timezone.now() - LONG_AGO
    first, poison, last = (
        deliver(text_body("wamid.first", "price?"), at=at),
        deliver(text_body("wamid.poison", "poison", RAVI), at=at),
        deliver(text_body("wamid.last", "hi"), at=at),
    )
    deaths = 0
    while Delivery.objects.filter(processed_at=None).exists():
        deaths += dies(trapped)
        assert deaths <= draining.GIVE_UP_AFTER
    assert deaths == draining.GIVE_UP_AFTER
    for delivery in (first, poison, last):
        delivery.refresh_from_db()
    assert (first.outcome, poison.outcome, last.outcome) == ({"message": 1}, {"failed": 1}, {"message": 1})
    failed = FailedItem.objects.get()
    assert (failed.delivery_id, failed.kind) == (poison.pk, "delivery")
    assert "worker" in failed.reason


def test_what_is_worked_off_in_time_is_not_counted_and_what_is_late_once(dairy, transactional_db):
    young = deliver(text_body("wamid.young", "price?"))
    late = deliver(text_body("wamid.late", "price?", RAVI), at=timezone.now() - LONG_AGO)
    assert drain() == 2
    young.refresh_from_db()
    late.refresh_from_db()
    assert (young.attempts, late.attempts) == (0, 1)
    assert (young.outcome, late.outcome) == ({"message": 1}, {"message": 1})
