"""The sweep beside workers that are awake: it takes what is late, and wakes somebody for the rest."""

from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone

from conversations import wake
from webhooks import tasks

from .. import factories


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
