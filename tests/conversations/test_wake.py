"""Wake-ups are hints: one for many, none lost for good, and a broker that is away costs nobody time."""

import threading
import time

import pytest
from django.core.cache import cache
from django.test import override_settings

from conversations import wake
from whatsapp_automation.celery import app


@pytest.fixture(autouse=True)
def asleep(empty_cache):
    wake.forget_failures()
    yield
    wake.forget_failures()


def _waiting(queue: str) -> int:
    with app.connection_for_write() as connection, connection.channel() as channel:
        return channel._size(queue)


def test_a_hundred_wakes_publish_one_message():
    before = _waiting("inbound")
    assert [wake.wake("inbound") for _ in range(100)].count(True) == 1
    assert _waiting("inbound") == before + 1


def test_while_the_worker_is_awake_nothing_is_published_and_afterwards_it_is():
    wake.stay_awake("send")
    assert wake.wake("send") is False
    wake.fall_asleep("send")
    assert wake.wake("send") is True


def test_wakes_from_many_threads_publish_one_message():
    results = []
    threads = [threading.Thread(target=lambda: results.append(wake.wake("inbound"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count(True) == 1


def test_a_broker_that_is_away_is_no_error_and_is_not_asked_again_at_once(settings):
    away = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    started = time.monotonic()
    with override_settings(CACHES=away):
        assert [wake.wake("inbound") for _ in range(50)] == [False] * 50
    assert time.monotonic() - started < 2


def test_a_heart_that_never_beat_has_no_age():
    assert wake.heart_age("send") is None
    wake.beat_heart("send")
    assert 0 <= wake.heart_age("send") < 5


def test_a_killed_workers_flag_goes_by_itself():
    wake.stay_awake("send")
    assert 0 < cache.ttl(wake._flag("send")) <= wake.FLAG_SECONDS
