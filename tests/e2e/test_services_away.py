"""PostgreSQL or Valkey away, flushed or hanging: webhooks are accepted or honestly refused, and nothing is lost."""

import time

import redis

from tests.factories import Customer, text_body
from whatsapp_automation.embedded.environment import DEMO_PHONE_NUMBER_ID


def _post(world, phone: str) -> tuple[int, float]:
    """One customer's message posted as Meta would, and how long the answer took. Past the simulator's own retries."""
    body = text_body(f"wamid.{time.time_ns()}", "price?", Customer("Meera", phone), DEMO_PHONE_NUMBER_ID)
    started = time.monotonic()
    return world.post_webhook(body), time.monotonic() - started


def test_without_valkey_a_webhook_is_taken_at_once_and_worked_off_later(world):
    world.kill("valkey")
    phones = [world.new_phone() for _ in range(3)]
    answers = [_post(world, phone) for phone in phones]
    assert [status for status, _ in answers] == [200] * 3
    assert max(seconds for _, seconds in answers) < 5
    world.start_again("valkey")
    world.until(lambda: all(len(world.answers(phone)) == 1 for phone in phones), within=60)


def test_a_hanging_valkey_costs_no_webhook_anything(world):
    with world.frozen("valkey"):
        phones = [world.new_phone() for _ in range(5)]
        answers = [_post(world, phone) for phone in phones]
    assert [status for status, _ in answers] == [200] * 5
    assert max(seconds for _, seconds in answers) < 5
    world.until(lambda: all(len(world.answers(phone)) == 1 for phone in phones), within=60)


def test_a_flushed_valkey_loses_nothing(world):
    world.kill("inbound")
    phone = world.new_phone()
    world.write(phone, "price?")
    redis.Redis.from_url(world.stack.env["REDIS_URL"]).flushall()
    world.start_again("inbound")
    world.until(lambda: len(world.answers(phone)) == 1, within=60)


def test_without_postgres_the_answer_is_503_and_metas_retry_brings_the_message(world):
    phone = world.new_phone()
    world.kill("postgres")
    status, seconds = _post(world, phone)
    assert status == 503
    assert seconds < 10
    world.write(phone, "price?")  # the simulator retries this one, as Meta does
    world.start_again("postgres")
    world.until(lambda: len(world.answers(phone)) == 1, within=60)
    assert world.http("GET", world.web + "/health/ready")[0] in (200, 503)
