"""What is old is deleted in small steps; what waits or failed stays."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_scopes import scopes_disabled

from tests import factories
from tests.factories import MEERA, deliver, drain, receive, text_body
from webhooks import deadletters, retention, tasks
from webhooks.models import ChannelEvent, Delivery, FailedItem, Tally


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


def _old(count: int, days: int = 31) -> list[int]:
    """Deliveries that were received and worked off so long ago."""
    at = timezone.now() - timedelta(days=days)
    made = [deliver(text_body(f"wamid.{days}.{n}", "price?", MEERA), at=at) for n in range(count)]
    drain()
    return [delivery.pk for delivery in made]


def _left() -> set[int]:
    return set(Delivery.objects.values_list("pk", flat=True))


def test_old_deliveries_go_and_young_ones_stay(dairy):
    _old(3, days=31)
    young = _old(2, days=29)
    pruned = retention.prune(timezone.now())
    assert pruned["deliveries"] == 3
    assert _left() == set(young)


def test_how_long_is_a_setting(dairy, settings):
    settings.DELIVERIES_KEPT = timedelta(days=10)
    _old(1, days=11)
    young = _old(1, days=9)
    retention.prune(timezone.now())
    assert _left() == set(young)


def test_what_waits_or_has_an_open_failed_item_stays_until_it_is_solved(dairy):
    at = timezone.now() - timedelta(days=40)
    failed = deliver(b'{"entry": 7}', at=at)
    _old(2)
    waiting = deliver(text_body("wamid.w", "price?"), at=at)
    retention.prune(timezone.now())
    assert _left() == {failed.pk, waiting.pk}
    Delivery.objects.filter(pk=failed.pk).update(body=text_body("wamid.f", "price?"))
    deadletters.replay([FailedItem.objects.get().pk], by=None)
    retention.prune(timezone.now())
    assert _left() == {waiting.pk}
    assert not FailedItem.objects.exists()


def test_steps_go_past_what_stays_and_end_in_time(dairy):
    at = timezone.now() - timedelta(days=40)
    kept = [deliver(b'{"entry": 7}', at=at).pk for _ in range(5)]
    drain()
    _old(7)
    assert retention.prune(timezone.now(), step=3, seconds=0) == {}
    assert retention.prune(timezone.now(), step=3)["deliveries"] == 7
    assert _left() == set(kept)


def test_an_event_loses_its_delivery_and_stays_if_it_is_a_businesss(dairy):
    own = factories.value_body({"event": "APPROVED"}, field="message_template_status_update")
    foreign = text_body("wamid.u", "hello", number="999999999999999")
    receive(own, foreign)
    old = timezone.now() - timedelta(days=31)
    Delivery.objects.update(received_at=old)
    ChannelEvent.objects.update(created_at=old)
    assert retention.prune(timezone.now()) == {"deliveries": 2, "events": 1}
    event = ChannelEvent.objects.get()
    assert (event.business, event.delivery) == (dairy, None)
    ChannelEvent.objects.update(created_at=timezone.now() - timedelta(days=366))
    assert retention.prune(timezone.now()) == {"events": 1}


def test_tallies_go_with_the_deliveries_but_thirty_days_are_always_there(dairy, settings):
    settings.DELIVERIES_KEPT = timedelta(days=2)
    _old(1, days=32)
    _old(1, days=30)
    retention.prune(timezone.now())
    assert (Delivery.objects.count(), Tally.objects.count()) == (0, 1)


def test_two_beats_at_once_do_no_harm(dairy, transactional_db):
    _old(40)
    found, barrier = [], threading.Barrier(2)

    def go():
        try:
            barrier.wait()
            found.append(retention.prune(timezone.now(), step=5)["deliveries"])
        finally:
            connection.close()

    beats = [threading.Thread(target=go) for _ in range(2)]
    for beat in beats:
        beat.start()
    for beat in beats:
        beat.join()
    retention.prune(timezone.now())
    assert len(found) == 2
    assert sum(found) <= 40
    assert _left() == set()


def test_the_beat_starts_the_job():
    entry = settings.CELERY_BEAT_SCHEDULE["prune deliveries"]
    assert entry["task"] == tasks.prune.name
    assert entry["options"]["queue"] in settings.QUEUES
