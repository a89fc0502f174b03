"""Replay: what failed gets its end, once, whoever asks for it and however often."""

import json
import threading
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.models import Sum
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import AuditEvent
from conversations.models import Contact, Conversation, Message
from tests import factories
from tests.factories import MEERA, RAVI, customer, deliver, drain, receive, text_body, together
from webhooks import counts, deadletters, tasks
from webhooks import drain as draining
from webhooks.models import Delivery, FailedItem, Tally

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


@pytest.fixture
def refused(db):
    """A database that refuses a message with the text "poison", until it is told to take it. The error is one of the
    item's (a wrong value), or with the code of a cancelled statement one of the database's.
    """

    def refuse(code: str = "22023"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                CREATE OR REPLACE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF NEW.text = 'poison' THEN RAISE EXCEPTION 'no poison here' USING ERRCODE = '{code}'; END IF;
                    RETURN NEW;
                END $$;
                CREATE OR REPLACE TRIGGER refuse_poison BEFORE INSERT ON conversations_message
                FOR EACH ROW EXECUTE FUNCTION refuse_poison();
                """
            )

    yield refuse
    _mend()


def _mend():
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS refuse_poison CASCADE")


def _poisoned(*senders, **more) -> Delivery:
    """A delivery with a good item before and after those that fail."""
    bodies = [text_body(f"wamid.p{n}", "poison", who, **more) for n, who in enumerate(senders)]
    good = [text_body("wamid.first", "price?", customer(1)), text_body("wamid.last", "price?", customer(2))]
    [delivery] = receive(together(good[0], *bodies, good[1]))
    return delivery


def replay(*rows, **more) -> deadletters.Result:
    ids = [row.pk for row in rows or FailedItem.objects.all()]
    return deadletters.replay(ids, **{"by": None, **more})


def check_the_counts():
    """Every item of every delivery stands in the tallies, with its end, and each tally is complete."""
    ends = dict.fromkeys(counts.ENDS, 0)
    for outcome in Delivery.objects.exclude(processed_at=None).values_list("outcome", flat=True):
        for word, count in outcome.items():
            ends[counts.end_of(word)] += count
    sums = Tally.objects.aggregate(**{f"all_{name}": Sum(name, default=0) for name in ("received", *counts.ENDS)})
    assert {name: sums[f"all_{name}"] for name in counts.ENDS} == ends
    assert sums["all_received"] == sum(ends.values())
    assert sum(o.get("failed", 0) for o in Delivery.objects.values_list("outcome", flat=True)) == (
        FailedItem.objects.filter(resolved_at=None).count()
    )


def test_a_failed_item_is_worked_off_and_its_delivery_says_so(dairy, dairy_number, alice, refused):
    refused()
    delivery = _poisoned(MEERA)
    [failed] = FailedItem.objects.all()
    assert (delivery.outcome, failed.number) == ({"message": 2, "failed": 1}, dairy_number)
    _mend()

    result = replay(by=alice)
    assert (result.done, result.failed, result.gone) == (1, 0, 0)
    failed.refresh_from_db()
    delivery.refresh_from_db()
    assert (failed.outcome, failed.replays) == ("message", 1)
    assert failed.resolved_at == failed.replayed_at is not None
    assert delivery.outcome == {"message": 3}
    assert Message.objects.filter(direction="in", text="poison").count() == 1
    event = AuditEvent.objects.get(action="faileditem.replayed")
    assert (event.business, event.actor, event.target) == (dairy, alice, str(failed.pk))
    assert event.details == {"items": [failed.pk], "done": 1, "failed": 0}
    check_the_counts()


def test_an_item_that_fails_again_stays_with_its_new_reason(dairy, refused):
    refused()
    delivery = _poisoned(MEERA)
    [failed] = FailedItem.objects.all()
    FailedItem.objects.update(reason="an older reason")
    result = replay()
    assert (result.done, result.failed) == (0, 1)
    failed.refresh_from_db()
    delivery.refresh_from_db()
    assert (failed.resolved_at, failed.replays) == (None, 1)
    assert "no poison here" in failed.reason
    assert delivery.outcome == {"message": 2, "failed": 1}
    check_the_counts()


def test_of_many_each_has_its_own_end(dairy, refused):
    refused()
    for place in range(12):
        receive(text_body(f"wamid.{place}", "poison", customer(place)))
    receive(*(b'{"entry": %d}' % place for place in range(3)))
    _mend()
    sums = []
    result = replay(told=lambda so_far: sums.append(so_far.done + so_far.failed))
    assert (result.done, result.failed) == (12, 3)
    assert sums[-1] == 15
    assert Message.objects.filter(direction="in").count() == 12
    check_the_counts()


def test_a_second_replay_does_nothing(dairy, refused):
    refused()
    _poisoned(MEERA)
    _mend()
    replay()
    before = list(Message.objects.order_by("pk").values_list("pk", "status"))
    result = replay()
    assert (result.done, result.failed, result.gone) == (0, 0, 1)
    assert list(Message.objects.order_by("pk").values_list("pk", "status")) == before
    assert FailedItem.objects.get().replays == 1
    check_the_counts()


def test_an_item_whose_message_came_another_way_is_a_duplicate(dairy, refused):
    refused()
    delivery = _poisoned(MEERA)
    _mend()
    receive(text_body("wamid.p0", "poison", MEERA))
    answers = Message.objects.filter(direction="out").count()
    assert replay().done == 1
    delivery.refresh_from_db()
    assert (FailedItem.objects.get().outcome, delivery.outcome) == ("duplicate", {"message": 2, "duplicate": 1})
    assert Message.objects.filter(direction="in", text="poison").count() == 1
    assert Message.objects.filter(direction="out").count() == answers
    check_the_counts()


@pytest.mark.parametrize("age", [timedelta(minutes=5), timedelta(hours=3)], ids=["new", "old"])
def test_an_old_message_is_shown_and_not_answered(dairy, refused, age):
    refused()
    receive(text_body("wamid.1", "poison", at=timezone.now() - age))
    _mend()
    assert replay().done == 1
    assert Message.objects.filter(direction="out").exists() is (age < timedelta(minutes=15))
    assert Conversation.objects.get().waiting_since is not None


def test_two_people_at_once_replay_an_item_once(dairy, refused, transactional_db):
    refused()
    for place in range(30):
        receive(text_body(f"wamid.{place}", "poison", customer(place)))
    _mend()
    ids = list(FailedItem.objects.values_list("pk", flat=True))
    results, barrier = [], threading.Barrier(4)

    def go():
        try:
            barrier.wait()
            results.append(deadletters.replay(ids, by=None))
        finally:
            connection.close()

    people = [threading.Thread(target=go) for _ in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(results) == 4
    assert (sum(r.done for r in results), sum(r.failed for r in results)) == (30, 0)
    assert Message.objects.filter(direction="in").count() == 30
    assert set(FailedItem.objects.values_list("replays", flat=True)) == {1}
    check_the_counts()


def test_a_replay_waits_for_the_drain_that_holds_the_lane(dairy, refused, transactional_db):
    refused()
    lane = _poisoned(MEERA).lane
    _mend()
    params = connection.get_connection_params()
    ended = threading.Event()

    def go():
        try:
            replay()
        finally:
            ended.set()
            connection.close()

    with psycopg.connect(**{k: params[k] for k in ("dbname", "user", "password", "host", "port")}) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [draining._LOCK_CLASS, lane])
        thread = threading.Thread(target=go)
        thread.start()
        while not other.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone():
            assert not ended.is_set()
        assert FailedItem.objects.get().resolved_at is None
    thread.join()
    assert FailedItem.objects.get().resolved_at is not None


def test_a_delivery_that_was_given_up_is_replayed_whole(dairy, refused, transactional_db):
    refused("57014")
    delivery = deliver(together(text_body("wamid.1", "price?", RAVI), text_body("wamid.2", "poison", MEERA)))
    for _ in range(draining.GIVE_UP_AFTER):
        with pytest.raises(OperationalError):
            draining.one_pass(timezone.now())
    check_the_counts()

    assert replay().failed == 1  # the database still refuses it: the reason is new, nothing else
    failed = FailedItem.objects.get()
    assert (failed.kind, failed.replays, failed.resolved_at) == (deadletters.WHOLE, 1, None)
    _mend()
    assert replay().done == 1
    failed.refresh_from_db()
    delivery.refresh_from_db()
    assert (failed.outcome, delivery.outcome) == ("2 message", {"message": 2})
    assert Message.objects.filter(direction="in").count() == 2
    check_the_counts()


def test_of_a_delivery_replayed_whole_each_bad_item_is_kept(dairy, refused, transactional_db):
    """The place of the delivery's own row is the first item's, which fails too."""
    nobody = factories.Customer(name="Nobody")
    bodies = [
        text_body("wamid.a", "hi", nobody),
        text_body("wamid.b", "poison", MEERA),
        text_body("wamid.c", "hi", nobody),
    ]
    refused("57014")
    delivery = deliver(together(*bodies))
    for _ in range(draining.GIVE_UP_AFTER):
        with pytest.raises(OperationalError):
            draining.one_pass(timezone.now())
    _mend()
    result = replay()
    assert (result.done, result.failed) == (0, 2)
    delivery.refresh_from_db()
    assert delivery.outcome == {"failed": 2, "message": 1}
    rows = FailedItem.objects.order_by("position").values_list("position", "kind", "business", "resolved_at")
    assert list(rows) == [(0, "InboundMessage", dairy.pk, None), (2, "InboundMessage", dairy.pk, None)]
    check_the_counts()


def test_where_the_parser_reads_a_body_otherwise_now_all_of_it_is_read_again(dairy, dairy_number):
    """As after an upgrade: one item could not be read, now its place holds several, and those behind it have moved."""
    bodies = [text_body(f"wamid.{n}", "price?", customer(n)) for n in range(4)]
    [old] = receive(together(bodies[0], b'{"entry": [7]}', bodies[3]))
    assert old.outcome == {"message": 2, "failed": 1}
    Delivery.objects.filter(pk=old.pk).update(body=together(*bodies))
    result = replay()
    assert (result.done, result.failed) == (1, 0)
    old.refresh_from_db()
    assert old.outcome == {"message": 4}
    assert Message.objects.filter(direction="in").count() == Message.objects.filter(direction="out").count() == 4
    assert FailedItem.objects.get().outcome == "4 message"
    check_the_counts()
    assert counts.report(timezone.now() - timedelta(hours=1)).total == counts.Figures(received=4, done=4)


def test_an_item_of_a_number_that_is_gone_is_ignored_and_solved(dairy, masala, dairy_number, refused):
    refused()
    delivery = _poisoned(MEERA)
    _mend()
    type(dairy_number).objects.filter(pk=dairy_number.pk).update(phone_number_id="555")
    assert replay().done == 1
    delivery.refresh_from_db()
    assert delivery.outcome == {"message": 2, "unknown_number": 1}
    check_the_counts()


# --- many ---------------------------------------------------------------------------------------------------------------------


def test_what_was_asked_for_is_done_by_the_worker_in_the_name_of_who_asked(dairy, alice, refused, empty_cache):
    refused()
    for place in range(7):
        receive(text_body(f"wamid.{place}", "poison", customer(place)))
    _mend()
    assert deadletters.ask(deadletters.open_items(business=dairy), by=alice, now=timezone.now()) == 7
    assert deadletters.ask(deadletters.open_items(), by=None, now=timezone.now()) == 0  # they are asked for already
    assert deadletters.has_work()
    tasks.sweep()
    assert not deadletters.has_work()
    assert FailedItem.objects.filter(resolved_at=None).count() == 0
    asked, done = AuditEvent.objects.filter(action__startswith="faileditem.").order_by("pk")
    assert (asked.action, asked.actor, asked.details) == ("faileditem.replay_asked", alice, {"items": 7})
    assert (done.action, done.actor, done.details["done"]) == ("faileditem.replayed", alice, 7)


def test_what_fails_again_is_not_asked_for_any_more(dairy, refused):
    refused()
    _poisoned(MEERA)
    deadletters.ask(deadletters.open_items(), by=None, now=timezone.now())
    assert deadletters.work() == 1
    assert not deadletters.has_work()
    assert FailedItem.objects.get().resolved_at is None


def test_steps_have_a_commit_each_and_a_bound(dairy, refused, monkeypatch):
    refused()
    for place in range(5):
        receive(text_body(f"wamid.{place}", "poison", customer(place)))
    _mend()
    monkeypatch.setattr(deadletters, "STEP", 2)
    seen = []
    replay(told=lambda so_far: seen.append(so_far.done))
    assert seen == [2, 4, 5]


def test_when_the_time_is_over_the_rest_is_left(dairy, refused):
    refused()
    _poisoned(MEERA, RAVI)
    ids = list(FailedItem.objects.order_by("position").values_list("pk", flat=True))
    assert replay(seconds=0).left == ids
    assert FailedItem.objects.filter(replays=0).count() == 2


# --- manage.py replay -----------------------------------------------------------------------------------------------------------


def run(**options) -> str:
    out = StringIO()
    call_command("replay", stdout=out, **options)
    return out.getvalue().strip()


def test_what_the_database_refuses_in_a_step_costs_its_neighbours_nothing(dairy, refused, transactional_db):
    refused()
    _poisoned(MEERA)
    receive(*(text_body(f"wamid.{place}", "poison", customer(place)) for place in range(4)))
    _mend()
    bad = FailedItem.objects.order_by("pk")[2]
    with connection.cursor() as cursor:  # one of five is cancelled, whenever it is tried
        cursor.execute(
            """
            CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.wamid = 'wamid.1' THEN RAISE EXCEPTION 'cancelled' USING ERRCODE = '57014'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER refuse_poison BEFORE INSERT ON conversations_message FOR EACH ROW EXECUTE FUNCTION refuse_poison();
            """
        )
    result = replay()
    assert (result.done, result.failed) == (4, 1)
    [left] = FailedItem.objects.filter(resolved_at=None)
    assert (left, left.replays) == (bad, 1)
    assert left.reason.startswith("OperationalError: cancelled")
    check_the_counts()


def test_the_command_replays_what_failed_since_a_time(dairy, masala_number, refused):
    refused()
    receive(text_body("wamid.1", "poison", MEERA), text_body("wamid.2", "poison", RAVI))
    receive(text_body("wamid.3", "poison", RAVI, factories.MASALA_NUMBER), verified_by=masala_number.app_secret_mark)
    first = FailedItem.objects.earliest("pk")
    FailedItem.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(days=3))
    _mend()
    since = (timezone.now() - timedelta(days=1)).isoformat()
    assert run(since=since, dry_run=True) == "2 items would be replayed."
    assert run(since=since, number=factories.MASALA_NUMBER) == "1 done, 0 failed again."
    assert run(since=since, business="shuddh-dairy") == "1 done, 0 failed again."
    assert run(since=since) == "Nothing that failed is open."
    assert FailedItem.objects.get(resolved_at=None) == first
    assert run(since="2020-01-01", kind="InboundMessage") == "1 done, 0 failed again."


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"since": "yesterday"}, "--since must be a time"),
        ({"since": "2026-13-40"}, "--since must be a time"),
        ({"since": "2026-11-01T10:00", "number": "12"}, "There is no WhatsApp number"),
        ({"since": "2026-11-01T10:00", "business": "nobodys"}, "There is no business"),
    ],
)
def test_the_command_says_what_it_does_not_understand(db, options, said):
    with pytest.raises(CommandError, match=said):
        run(**options)


def test_nobodys_contact_is_made_by_a_replay_that_fails(dairy):
    receive(text_body("wamid.1", "hello", factories.Customer(name="Nobody")), json.dumps({"entry": 7}).encode())
    assert replay().failed == 2
    assert not Contact.objects.exists()
    assert drain() == 0
