"""The sweep beside workers that are awake: it takes what is late, and wakes somebody for the rest."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from django_scopes import scopes_disabled

from conversations import tasks as sending_tasks
from conversations import wake
from conversations.models import Message
from webhooks import tasks

from .. import factories

# --- the drain ------------------------------------------------------------------------------------------------------------------


def delivered(ago: timedelta):
    return factories.deliver(factories.text_body(factories.new_wamid(), "hello"), at=timezone.now() - ago)


def is_worked_off(delivery) -> bool:
    delivery.refresh_from_db()
    return delivery.processed_at is not None


def test_what_has_just_come_is_left_to_who_is_awake(dairy_number, empty_cache):
    wake.stay_awake("inbound")
    delivery = delivered(timedelta())
    tasks.sweep()
    assert not is_worked_off(delivery)


def test_somebody_is_woken_for_what_has_just_come(dairy_number, empty_cache):
    delivered(timedelta())
    tasks.sweep()
    assert cache.get("awake:inbound")


def test_what_is_late_is_worked_off_and_nobody_s_flag_is_cleared(dairy_number, empty_cache):
    """Where the worker that set it is alive, another one would be woken beside it; where it has died, the flag ends by itself."""
    wake.stay_awake("inbound")
    delivery = delivered(2 * wake.LATE)
    tasks.sweep()
    assert is_worked_off(delivery)
    assert cache.get("awake:inbound")


# --- the sender -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(dairy_number, settings) -> Message:
    """A reply that waits to be sent, where nobody listens."""
    settings.GRAPH_API_URL = "http://127.0.0.1:9"
    factories.receive(factories.text_body(factories.new_wamid(), "hello"))
    with scopes_disabled():
        return Message.objects.get(direction="out")


def attempts_of(message: Message) -> int:
    with scopes_disabled():
        return Message.objects.get(pk=message.pk).attempt


def test_a_reply_that_has_just_been_queued_is_left_to_the_sender_that_is_awake(waiting, empty_cache):
    wake.stay_awake("send")
    sending_tasks.sweep()
    assert attempts_of(waiting) == 0


def test_a_sender_is_woken_for_a_reply_that_has_just_been_queued(waiting, empty_cache):
    cache.delete("awake:send")
    sending_tasks.sweep()
    assert (attempts_of(waiting), cache.get("awake:send")) == (0, 1)


def test_a_reply_that_is_late_is_sent_by_the_sweep(waiting, empty_cache):
    wake.stay_awake("send")
    with scopes_disabled():
        Message.objects.filter(pk=waiting.pk).update(send_after=timezone.now() - 2 * wake.LATE)
    sending_tasks.sweep()
    assert attempts_of(waiting) >= 1
    assert cache.get("awake:send")
