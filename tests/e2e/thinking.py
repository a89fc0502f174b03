"""The running product with a language model: a scripted server of the tests' own process (tests/aibot/provider_server.py).

with thinking(folder, ports) as (stack, server):
    server.usual = ...
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from tests.aibot.provider_server import MODEL, OpenAi
from tests.serving import serving
from whatsapp_automation.embedded.environment import Ports
from whatsapp_automation.embedded.programs import programs
from whatsapp_automation.embedded.stack import Stack

ODD = "tell me something about the moon over your farm"  # no rule and no answer of the demo's comes near it


def settings_of(server: OpenAi) -> dict[str, str]:
    """A model with more than enough to spend."""
    return {
        "LOG_LEVEL": "INFO",
        "AI_BASE_URL": server.url,
        "AI_MODEL": MODEL,
        "AI_API_KEY": "key-of-the-model",
        "AI_DAILY_TOKEN_BUDGET": "1000000000",
    }


@contextmanager
def thinking(folder: Path, ports: Ports, **settings: str) -> Iterator[tuple[Stack, OpenAi]]:
    with serving(OpenAi()) as server:
        try:
            with Stack(folder, settings_of(server) | settings, preferred=ports, durable=False) as stack:
                stack.start()
                yield stack, server
        finally:
            server.over.set()


@contextmanager
def bot_with(world, **settings: str) -> Iterator[None]:
    """The worker of the bot runs with other settings while the block does."""
    stack = world.stack
    usual = next(one for one in programs(stack.env, stack.given) if one.name == "bot")
    other = replace(usual, name="other-bot", env={**usual.env, **settings})
    stack.supervisor.stop("bot")
    stack.supervisor.start(other)
    try:
        yield
    finally:
        stack.supervisor.stop("other-bot")
        stack.supervisor.start_again("bot")


def new_messages(request: dict) -> list[str]:
    """What the customer is said to have written, in a request to the model."""
    return json.loads(request["json"]["messages"][-1]["content"])["new_messages"]


def turns_of(world, phone: str) -> list[dict]:
    """What the bot's turns with a customer came to, in their order."""
    return world.query(
        """
        SELECT t.tier, t.outcome, t.reason, c.waiting_since IS NOT NULL AS waits FROM aibot_turn t
        JOIN conversations_conversation c ON c.id = t.conversation_id JOIN conversations_contact p ON p.id = c.contact_id
        WHERE p.phone = %s ORDER BY t.at
        """,
        phone,
    )


def reservations_of(world, phone: str) -> list[dict]:
    return world.query(
        """
        SELECT r.state, r.tokens, r.charged, extract(epoch FROM r.at)::float AS at FROM aibot_reservation r
        JOIN conversations_contact p ON p.id = r.contact_id WHERE p.phone = %s ORDER BY r.at
        """,
        phone,
    )


HELD_UP = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 78 AND NOT granted"


@contextmanager
def held_up(world, act: str) -> Iterator[None]:
    """Whoever does that to a row ("UPDATE ON aibot_reservation") waits until the block ends; HELD_UP finds who waits."""
    world.query(
        f"""
        CREATE OR REPLACE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock_shared(78, 78);
            RETURN NEW;
        END $$;
        CREATE OR REPLACE TRIGGER hold_up BEFORE {act} FOR EACH ROW EXECUTE FUNCTION hold_up()
        """
    )
    try:
        with psycopg.connect(world.stack.env["DATABASE_URL"]) as holder:
            holder.execute("SELECT pg_advisory_xact_lock(78, 78)")
            yield
    finally:
        world.query("DROP FUNCTION hold_up CASCADE")
