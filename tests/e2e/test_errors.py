"""Errors of the Graph API in the running product: what reaches the phone, and how often."""

from urllib.parse import urlsplit

import pytest
import redis

PRICE = "price?"


def _fails(world, mode: str, code: int = 131000, **more) -> None:
    world.control("PUT", "/_sim/faults", {"graph": {"mode": mode, "code": code, "times": 1, **more}})


def _arrived(world, phone: str) -> list[str]:
    return [m["text"] for m in world.answers(phone) if m["status"] in ("delivered", "read")]


@pytest.mark.parametrize("mode", ["error", "failed"], ids=["at once", "later"])
@pytest.mark.parametrize("code", [130429, 131056])
def test_a_limit_that_was_hit_delays_the_answer_and_doubles_nothing(world, mode, code):
    phone = world.new_phone()
    _fails(world, mode, code)
    world.write(phone, PRICE)
    world.until(lambda: len(_arrived(world, phone)) == 1, within=60)
    world.calm()
    assert len(_arrived(world, phone)) == 1


@pytest.mark.parametrize("mode", ["error", "failed"], ids=["at once", "later"])
def test_a_dead_token_stops_the_number_and_what_waits_leaves_when_it_is_mended(world, mode):
    phone, other = world.new_phone(), world.new_phone()
    _fails(world, mode, 190)
    world.write(phone, PRICE)
    world.until(lambda: world.query("SELECT 1 FROM accounts_whatsappnumber WHERE stopped_at IS NOT NULL"))
    world.write(other, PRICE)
    assert _arrived(world, phone) + _arrived(world, other) == []
    world.query("UPDATE accounts_whatsappnumber SET stopped_at = NULL, stopped_reason = ''")
    world.until(lambda: len(_arrived(world, phone)) == len(_arrived(world, other)) == 1, within=60)


def test_an_answer_whose_acceptance_was_never_seen_is_settled_by_its_status(world):
    phone = world.new_phone()
    _fails(world, "timeout_after", hold_ms=0)
    world.write(phone, PRICE)
    world.until(
        lambda: world.query(
            """
            SELECT 1 FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id
            JOIN conversations_contact p ON p.id = c.contact_id
            WHERE p.phone = %s AND m.direction = 'out' AND m.status = 60 AND m.attempt = 1 AND m.wamid IS NOT NULL
            """,
            phone,
        )
    )
    assert len(_arrived(world, phone)) == 1


def test_the_running_product_knows_that_webhooks_are_heard(world):
    cache = urlsplit(world.stack.env["REDIS_URL"])._replace(path="/1").geturl()
    keys = redis.Redis.from_url(cache)
    world.until(lambda: list(keys.keys("*silence:heard")), within=40)
