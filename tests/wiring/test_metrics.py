"""/metrics: who may read it, and that each value is what it says."""

import asyncio
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from django_scopes import scopes_disabled
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import WhatsAppNumber
from conversations import wake
from conversations.models import Message, Status
from tests.factories import Chat, customer, deliver, new_wamid, receive, text_body
from whatsapp_automation import metrics

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
HERE = {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1"}
TOKEN = "a-token-of-the-metrics"


@pytest.fixture
def read(client):
    """{"name{label=value}": value} of all samples."""

    def values() -> dict[str, float]:
        answer = client.get("/metrics", **HERE)
        assert answer.status_code == 200
        return {
            sample.name + "".join(f"{{{key}={value}}}" for key, value in sample.labels.items()): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    return values


# --- who may read it ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "unix:"},
        {"HTTP_HOST": "chat.example.com"},
        {"HTTP_X_FORWARDED_FOR": "10.0.0.7"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_VIA": "1.1 proxy"},
    ],
)
def test_without_a_token_only_this_machine_itself_reads_it(client, settings, other):
    settings.ALLOWED_HOSTS = ["*"]
    assert client.get("/metrics", **HERE).status_code == 200
    assert client.get("/metrics", **HERE | {"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:8000"}).status_code == 200
    assert client.get("/metrics", **HERE | other).status_code == 404


def test_in_production_nobody_reads_it_without_a_token(client, settings):
    settings.PRODUCTION = True
    assert client.get("/metrics", **HERE).status_code == 404


@pytest.mark.parametrize("production", [True, False])
def test_with_a_token_who_has_it_reads_it_from_anywhere_and_nobody_else(client, settings, production):
    settings.PRODUCTION, settings.METRICS_TOKEN = production, TOKEN
    far = {"REMOTE_ADDR": "10.0.0.7"}
    assert client.get("/metrics", **far, HTTP_AUTHORIZATION=f"Bearer {TOKEN}").status_code == 200
    for given in ({}, {"HTTP_AUTHORIZATION": "Bearer another"}, {"HTTP_AUTHORIZATION": TOKEN}):
        assert client.get("/metrics", **far, **given).status_code == 404
        assert client.get("/metrics", **HERE, **given).status_code == 404


def test_it_is_only_to_be_read(client):
    assert client.post("/metrics", **HERE).status_code == 405


# --- what it says -------------------------------------------------------------------------------------------------------------


def test_what_waits_is_counted_with_the_age_of_the_oldest(read, dairy):
    assert read()["whatsapp_oldest_seconds{queue=inbound}"] == 0
    receive(text_body(new_wamid(), "hello"))
    deliver(text_body(new_wamid(), "hi"), at=timezone.now() - timedelta(seconds=40))
    found = read()
    assert found["whatsapp_waiting{queue=inbound}"] == 1
    assert 40 <= found["whatsapp_oldest_seconds{queue=inbound}"] < 100
    assert found["whatsapp_waiting{queue=send}"] == 1
    assert 0 <= found["whatsapp_oldest_seconds{queue=send}"] < 60


def test_sends_are_counted_by_outcome_and_replies_by_source_for_five_minutes(read, dairy):
    Chat().says("hello")
    Chat(customer(1)).says("price?")
    with scopes_disabled():
        Message.objects.filter(conversation__contact__phone=customer(1).phone, direction="out").update(
            status=Status.DELIVERED
        )
    found = read()
    assert (found["whatsapp_sends{outcome=queued}"], found["whatsapp_sends{outcome=delivered}"]) == (1, 1)
    assert (found["whatsapp_sends{outcome=failed}"], "whatsapp_sends{outcome=received}" in found) == (0, False)
    assert (found["whatsapp_replies{source=rule}"], found["whatsapp_replies{source=agent}"]) == (2, 0)


def test_an_older_message_is_not_among_them(dairy):
    Chat().says("hello")
    later = timezone.now() + metrics.RECENT + timedelta(seconds=1)
    assert [row.count for row in metrics._recent_messages(timezone.now())] == [1]
    assert metrics._recent_messages(later) == []


def test_items_are_counted_by_their_end(read, dairy):
    twice = text_body(new_wamid(), "hello")
    receive(twice, twice, b"{nope", text_body(new_wamid(), "hi", number="100000000000099"))
    found = read()
    assert {end: found[f"whatsapp_items{{end={end}}}"] for end in ("done", "duplicate", "failed", "ignored")} == {
        "done": 1,
        "duplicate": 1,
        "failed": 1,
        "ignored": 1,
    }
    assert found["whatsapp_failed_items_open"] == 1


def test_stopped_numbers_and_workers_are_told(read, dairy):
    with scopes_disabled():
        WhatsAppNumber.objects.update(stopped_at=timezone.now())
    wake.beat_heart("send")
    cache.delete("heart:inbound")
    found = read()
    assert found["whatsapp_numbers_stopped"] == 1
    assert 0 <= found["whatsapp_worker_heard_seconds{queue=send}"] < 60
    assert "whatsapp_worker_heard_seconds{queue=inbound}" not in found


def test_the_statements_do_not_grow_with_the_rows(client, dairy, masala, tmp_path):
    """Counted on the wire: set statements are none of Django's."""
    for place in range(3):
        with open(tmp_path / str(place), "w+") as trace:
            connection.connection.pgconn.trace(trace.fileno())
            client.get("/metrics", **HERE)
            connection.connection.pgconn.untrace()
            trace.seek(0)
            sent = [line.split("\t")[3] for line in trace if line.count("\t") > 2 and line.split("\t")[1] == "F"]
        assert sum(kind in ("Execute", "Query") for kind in sent) == metrics.STATEMENTS, sent
        for one in range(5):
            Chat(customer(10 * place + one)).says("price?")


def test_nothing_of_a_business_or_a_customer_is_in_it(client, dairy):
    Chat(customer(7)).says("price of ghee?")
    text = client.get("/metrics", **HERE).text
    for secret in ("Shuddh", customer(7).phone, "ghee", "109876543210011", "4718"):
        assert secret not in text


def test_a_valkey_that_is_away_is_0_and_the_rest_is_told(read, dairy):
    nowhere = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/1"}
    with override_settings(CACHES={"default": nowhere}):
        found = read()
    assert (found["whatsapp_up{part=valkey}"], found["whatsapp_up{part=database}"]) == (0, 1)
    assert found["whatsapp_numbers_stopped"] == 0


def test_a_database_that_does_not_answer_is_0_and_the_rest_is_told(read):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1")
        cursor.execute("SAVEPOINT before")
        with pytest.raises(Exception, match="statement timeout"):
            cursor.execute("SELECT pg_sleep(1)")  # the transaction is broken: every statement of it fails
        found = read()
        cursor.execute("ROLLBACK TO SAVEPOINT before")
        cursor.execute("SET LOCAL statement_timeout = 0")
    assert (found["whatsapp_up{part=valkey}"], found["whatsapp_up{part=database}"]) == (1, 0)


def test_each_answer_of_the_webhooks_door_is_counted_and_timed(read):
    async def door(scope, receive, send):
        if scope["method"] == "PUT":
            raise OSError("the client hung up")
        await send({"type": "http.response.start", "status": 200 if scope["method"] == "POST" else 403})

    async def nothing(_message=None):
        return None

    async def ask(method: str):
        await metrics.Timed(door)({"method": method}, nothing, nothing)

    before = read()
    for method in ("POST", "POST", "GET"):
        asyncio.run(ask(method))
    with pytest.raises(OSError, match="hung up"):
        asyncio.run(ask("PUT"))
    after = read()
    grown = {name: value - before.get(name, 0) for name, value in after.items() if name.startswith("whatsapp_webhook")}
    assert grown["whatsapp_webhook_answers_total{method=POST}{status=200}"] == 2
    assert grown["whatsapp_webhook_answers_total{method=GET}{status=403}"] == 1
    assert grown["whatsapp_webhook_answers_total{method=other}{status=none}"] == 1
    assert grown["whatsapp_webhook_seconds_count"] == 2
