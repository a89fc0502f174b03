"""The quiet time: what nobody has asked for waits until it is over, and stands in nobody's way."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts import preferences
from accounts.models import Settings
from conversations import quiet, sending, tasks, thread
from conversations.models import Message, Status
from tests.factories import MASALA_NUMBER, Chat, customer

from .test_sending import Graph, _conversation, _end, _queue, _work

NIGHT = time(21), time(8, 30)
NOON = time(12), time(14)


def india(day: int, clock: str) -> datetime:
    """A time in India in November 2026, as UTC."""
    return datetime.fromisoformat(f"2026-11-{day:02d}T{clock}:00+05:30").astimezone(UTC)


@pytest.mark.parametrize(
    ("window", "now", "end"),
    [
        (NIGHT, india(10, "20:59"), None),
        (NIGHT, india(10, "21:00"), india(11, "08:30")),
        (NIGHT, india(10, "23:59"), india(11, "08:30")),
        (NIGHT, india(11, "00:00"), india(11, "08:30")),
        (NIGHT, india(11, "08:29"), india(11, "08:30")),
        (NIGHT, india(11, "08:30"), None),
        (NOON, india(10, "11:59"), None),
        (NOON, india(10, "12:00"), india(10, "14:00")),
        (NOON, india(10, "14:00"), None),
        ((None, None), india(10, "12:00"), None),
    ],
)
def test_when_the_quiet_time_ends(window, now, end):
    assert quiet.ends(*window, "Asia/Kolkata", now) == end


def test_it_is_the_clock_of_the_businesss_zone_through_a_change_of_the_clocks():
    # Berlin puts its clocks back in the night to 25 October 2026: 08:30 is 07:30 UTC from then on, 06:30 before.
    assert quiet.ends(*NIGHT, "Europe/Berlin", datetime(2026, 10, 23, 20, tzinfo=UTC)).hour == 6
    assert quiet.ends(*NIGHT, "Europe/Berlin", datetime(2026, 10, 24, 20, tzinfo=UTC)).hour == 7


def test_in_the_hour_that_comes_twice_it_ends_later_and_not_in_the_past():
    now = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time
    assert quiet.ends(time(22), time(2, 30), "Europe/Berlin", now) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    before = datetime(2026, 10, 25, 0, 10, tzinfo=UTC)
    assert quiet.ends(time(22), time(2, 30), "Europe/Berlin", before) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_zone_that_is_none_holds_nothing_and_breaks_nothing():
    assert quiet.ends(*NIGHT, "Mars/Base", india(10, "23:00")) is None


# --- through the outbox --------------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def quiet_now(dairy, alice, now):
    """From an hour ago to in an hour, by the clock of the dairy."""
    local = now.astimezone(dairy.zone).replace(second=0, microsecond=0)
    begin, end = local - timedelta(hours=1), local + timedelta(hours=1)
    preferences.change(dairy, actor=alice, quiet_from=begin.time(), quiet_until=end.time())
    return end


@pytest.mark.parametrize("purpose", ["marketing", "follow_up"])
def test_an_offer_waits_for_the_end_and_leaves_then(dairy, quiet_now, purpose):
    offer = _queue(_conversation(dairy), "Ghee is cheap", purpose=purpose, turn=None)
    graph = Graph()
    assert _work(graph) == 0
    assert _end(offer) == (Status.QUEUED, quiet.HELD)
    assert (offer.send_after, offer.attempt) == (quiet_now, 0)
    assert thread.bubble(offer).status == "Waits for the end of the quiet time"
    assert not sending.has_work(timezone.now())  # nobody looks at it again and again
    assert _work(graph, clock=lambda: quiet_now - timedelta(seconds=1)) == 0
    assert _work(graph, clock=lambda: quiet_now) == 1
    assert _end(offer) == (Status.ACCEPTED, "")


@pytest.mark.parametrize("purpose", ["reply", "notice"])
def test_an_answer_leaves_at_once(dairy, quiet_now, purpose):
    _queue(_conversation(dairy), "hello", purpose=purpose)
    assert _work(Graph()) == 1


def test_an_answer_passes_what_is_held_before_it(dairy, quiet_now):
    conversation = _conversation(dairy)
    for text in ("offer one", "offer two"):
        _queue(conversation, text, purpose="marketing", turn=None)
    _queue(conversation, "answer")
    _queue(conversation, "answer two")
    graph = Graph()
    assert _work(graph) == 2
    assert graph.texts == ["answer", "answer two"]
    _work(graph, clock=lambda: quiet_now)
    assert graph.texts == ["answer", "answer two", "offer one", "offer two"]


def test_an_answer_does_not_wait_for_the_next_sweep_behind_many_that_are_held(dairy, quiet_now):
    conversation = _conversation(dairy)
    for place in range(30):  # each pass of the sender meets one
        _queue(conversation, f"offer {place}", purpose="marketing", turn=None)
    _queue(conversation, "answer")
    assert _work(Graph()) == 1


def test_another_businesss_quiet_time_holds_nothing(dairy, masala, quiet_now):
    Chat(customer(7), MASALA_NUMBER).says("what do you sell")
    conversation = Message.objects.filter(business=masala).latest("seq").conversation
    Message.objects.filter(direction="out").delete()
    _queue(conversation, "an offer", purpose="marketing", turn=None)
    assert _work(Graph()) == 1


def test_an_owner_who_ends_the_quiet_time_lets_go_what_was_held(dairy, alice, quiet_now):
    offer = _queue(_conversation(dairy), "Ghee is cheap", purpose="marketing", turn=None)
    _work(Graph())
    assert quiet.release(timezone.now()) == 0
    preferences.change(dairy, actor=alice, quiet_from=None, quiet_until=None)
    assert quiet.release(timezone.now()) == 1
    assert _work(Graph()) == 1
    assert _end(offer)[0] == Status.ACCEPTED


def test_an_owner_who_makes_it_longer_holds_it_longer(dairy, alice, quiet_now):
    offer = _queue(_conversation(dairy), "Ghee is cheap", purpose="marketing", turn=None)
    _work(Graph())
    later = quiet_now + timedelta(hours=1)
    preferences.change(dairy, actor=alice, quiet_until=later.time())
    assert _work(Graph(), clock=lambda: quiet_now) == 0
    _end(offer)
    assert offer.send_after == later


def test_the_sweep_releases(dairy, quiet_now):
    offer = _queue(_conversation(dairy), "Ghee is cheap", purpose="marketing", turn=None)
    _work(Graph())
    Settings.objects.update(quiet_from=None, quiet_until=None)
    number = offer.conversation.number
    number.stopped_at = timezone.now()  # so that the sweep itself sends nothing
    number.save(update_fields=["stopped_at"])
    tasks.sweep()
    _end(offer)
    assert offer.send_after <= timezone.now()


def test_who_stops_offers_meanwhile_gets_none_in_the_morning(dairy, quiet_now):
    conversation = _conversation(dairy)
    offer = _queue(conversation, "Ghee is cheap", purpose="marketing", turn=None)
    _work(Graph())
    conversation.contact.opted_out_at = timezone.now()
    conversation.contact.save(update_fields=["opted_out_at"])
    assert _work(Graph(), clock=lambda: quiet_now) == 0
    assert _end(offer)[0] == Status.CANCELLED
