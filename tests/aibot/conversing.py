"""Ask the model for many conversations at once, in a process of its own (tests/children.py)."""

from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from uuid import UUID

from django.db import connection
from django.utils import timezone

from aibot import model
from aibot.tiers import Ask

# As the product's workers have them; a busy machine may take its time.
POOL = {"pool": {"min_size": 0, "max_size": 8, "timeout": 100}, "connect_timeout": 60}


def converse(asks: list[tuple[str, str, int]], pipe: Connection) -> None:
    """Says "ready", waits for a word, and tells how each conversation ended."""
    connection.settings_dict["OPTIONS"] |= POOL
    pipe.send("ready")
    pipe.recv()
    with ThreadPoolExecutor(len(asks)) as pool:
        pipe.send(list(pool.map(_reply, asks)))


def _reply(ask: tuple[str, str, int]) -> str:
    business, contact, place = ask
    nobody, text = UUID(int=place + 1), f"what about number {place}"
    asked = Ask(UUID(business), nobody, UUID(contact), nobody, 0, 10**9, (text,), "en", (), False, timezone.now())
    try:
        return model.reply(asked).handover or "said"
    finally:
        connection.close()
