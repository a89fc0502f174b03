"""For a running product with a language model: a scripted server of the tests' own process (tests/aibot/provider_server.py)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.aibot.provider_server import MODEL, OpenAi
from tests.serving import serving
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
def provider() -> Iterator[OpenAi]:
    with serving(OpenAi()) as server:
        try:
            yield server
        finally:
            server.over.set()


@contextmanager
def workers_with(stack: Stack, *names: str, **settings: str) -> Iterator[None]:
    """These workers run with other settings while the block does."""
    usual = dict(stack.env)
    stack.env.update(settings)  # the programs' own: it is read at each start
    try:
        _start_anew(stack, names)
        yield
    finally:
        stack.env.clear()
        stack.env.update(usual)
        _start_anew(stack, names)


def _start_anew(stack: Stack, names: tuple[str, ...]) -> None:
    for name in names:
        stack.supervisor.stop(name)
        stack.supervisor.start_again(name)


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
