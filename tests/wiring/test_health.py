"""Is it well? /health says that the web process answers, /health/ready that the work gets done."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from accounts import limits
from conversations import wake
from tests.factories import deliver, drain, text_body
from whatsapp_automation import health

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


@pytest.fixture
def workers():
    """Each worker's sweep has just run."""
    for queue in settings.QUEUES:
        wake.beat_heart(queue)


def test_the_web_process_says_that_it_answers_without_asking_anybody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_all_well_is_200_and_names_each_part(client, workers):
    response = client.get("/health/ready")
    body = response.json()
    assert response.status_code == 200, body
    assert body["status"] == "ok"
    assert set(body) == {
        "status",
        "database",
        "broker",
        "limits",
        "answers",
        "oldest_unprocessed",
        "failed_items",
        "files",
        "model",
        "worker_inbound",
        "worker_send",
        "worker_media",
        "worker_bot",
    }
    assert all(part["ok"] for name, part in body.items() if name != "status")
    assert body["oldest_unprocessed"]["seconds"] == 0
    assert body["limits"]["counted_in"] == "redis"


@pytest.mark.parametrize("queue", ["inbound", "send"])
def test_a_worker_without_a_heartbeat_is_503_and_named(client, workers, queue):
    cache.delete(f"heart:{queue}")
    response = client.get("/health/ready")
    assert (response.status_code, response.json()["status"]) == (503, "degraded")
    wrong = [name for name, part in response.json().items() if name != "status" and not part["ok"]]
    assert wrong == [f"worker_{queue}"]


def test_a_worker_whose_heart_beat_long_ago_is_503(client, workers):
    cache.set("heart:send", timezone.now().timestamp() - health.HEART_SECONDS - 1)
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["worker_send"]["seconds"] > health.HEART_SECONDS


def test_a_delivery_that_nobody_works_off_is_503_once_it_is_old(client, workers, dairy):
    deliver(text_body("wamid.young", "hi"), at=timezone.now())
    assert client.get("/health/ready").status_code == 200
    deliver(text_body("wamid.old", "hi"), at=timezone.now() - timedelta(seconds=90))
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert 89 < response.json()["oldest_unprocessed"]["seconds"] < 900
    drain()
    assert client.get("/health/ready").status_code == 200


def test_what_failed_is_told_and_makes_nothing_unwell(client, workers, dairy):
    deliver(b"{nope")
    drain()
    response = client.get("/health/ready")
    assert (response.status_code, response.json()["failed_items"]) == (200, {"ok": True, "open": 1})


def test_a_valkey_that_is_away_is_503_and_said(client, monkeypatch):
    monkeypatch.setattr(limits, "_local", limits._Local())  # which else rests for the tests that follow
    nowhere = {**settings.CACHES["default"], "LOCATION": "redis://:pass-word@127.0.0.1:1/1"}
    with override_settings(CACHES={"default": nowhere}):
        response = client.get("/health/ready")
    assert response.status_code == 503
    assert not response.json()["broker"]["ok"]
    assert response.json()["database"]["ok"]
    assert response.json()["limits"] == {"ok": True, "counted_in": "process"}
    assert "pass-word" not in response.content.decode()


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_it_is_only_to_be_read(client, workers, path):
    assert client.head(path).status_code == 200
    for method in (client.post, client.put, client.delete):
        assert method(path).status_code == 405
