"""Statuses of two attempts: in any order, as often as they like, they end the same."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled
from hypothesis import given
from hypothesis import strategies as st

from conversations import delivery
from conversations.attempts import Known
from conversations.models import EarlierAttempt, Message, Status
from tests.factories import receive, status_body, text_body

NEWS = [Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED]
STARTS = [(Status.SENDING, 0), (Status.UNKNOWN, 0), (Status.ACCEPTED, Status.ACCEPTED)]


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


def end(start, news) -> tuple:
    known = Known(*start, attempt=2, earlier={1: 0})
    for attempt, status in news:
        known.hear(attempt, status)
    return known.status, known.heard, known.earlier, known.doubled


@given(
    start=st.sampled_from(STARTS),
    news=st.lists(st.tuples(st.sampled_from([1, 2]), st.sampled_from(NEWS)), max_size=6),
    chance=st.randoms(use_true_random=False),
)
def test_any_order_and_repetition_of_the_news_of_two_attempts_ends_the_same(start, news, chance):
    other = [*news, *chance.sample(news, k=min(2, len(news)))]
    chance.shuffle(other)
    assert end(start, other) == end(start, news)


@given(news=st.lists(st.tuples(st.sampled_from([1, 2]), st.sampled_from(NEWS)), min_size=1, max_size=6))
def test_what_has_reached_the_customer_is_never_shown_as_failed(news):
    status, *_ = end((Status.ACCEPTED, Status.ACCEPTED), news)
    arrived = {heard for _, heard in news if heard >= Status.DELIVERED}
    assert status >= max(arrived, default=0)
    assert not (arrived and status == Status.FAILED)


@pytest.fixture
def twice(dairy) -> Message:
    """A rule's answer that was sent a second time, since nobody knew whether it had left."""
    receive(text_body("wamid.question", "price?"))
    Message.objects.filter(direction="out").update(
        status=Status.ACCEPTED, wamid="wamid.second", attempt=2, heard=Status.ACCEPTED, resent_at=timezone.now()
    )
    message = Message.objects.get(direction="out")
    EarlierAttempt.objects.create(message=message, number_id=message.number_id, attempt=1)
    return message


def _bodies(message: Message) -> dict[str, bytes]:
    at = timezone.now().replace(microsecond=0)
    first, second = (delivery.callback_data(message.pk, n) for n in (1, 2))
    return {
        "sent 1": status_body("wamid.first", "sent", callback=first, at=at),
        "delivered 1": status_body("wamid.first", "delivered", callback=first, at=at + timedelta(seconds=1)),
        "sent 2": status_body("wamid.second", "sent", callback=second, at=at + timedelta(seconds=2)),
        "failed 2": status_body("wamid.second", "failed", callback=second, errors=[{"code": 131026, "title": "No"}]),
    }


@pytest.mark.parametrize("order", list(itertools.permutations(["sent 1", "delivered 1", "sent 2", "failed 2"])))
def test_through_the_webhook_too(twice, order):
    bodies = _bodies(twice)
    receive(*(bodies[name] for name in order), *(bodies[name] for name in order[::2]))
    twice.refresh_from_db()
    [earlier] = twice.earlier_attempts.all()
    assert (twice.status, twice.wamid, twice.heard, twice.doubled_at) == (
        Status.DELIVERED,
        "wamid.second",
        Status.FAILED,
        None,
    )
    assert (earlier.wamid, earlier.heard, twice.error_code, twice.error_text) == (
        "wamid.first",
        Status.DELIVERED,
        None,
        "",
    )


def test_a_message_that_arrived_twice_says_so_and_both_wamids_are_known(twice):
    bodies = _bodies(twice)
    receive(bodies["sent 2"])
    twice.refresh_from_db()
    assert twice.doubled_at is None
    receive(bodies["delivered 1"], bodies["delivered 1"])
    twice.refresh_from_db()
    assert twice.doubled_at
    assert {twice.wamid, twice.earlier_attempts.get().wamid} == {"wamid.second", "wamid.first"}


def test_a_wamid_alone_finds_the_earlier_attempt(twice):
    EarlierAttempt.objects.update(wamid="wamid.first")
    receive(status_body("wamid.first", "delivered"))
    assert twice.earlier_attempts.get().heard == Status.DELIVERED
