"""A file that lets customers, their newest messages and their 24-hour windows outlive a restart, as Meta's do.

Optional (`--state`). A JSON record a line, written in slices, so that it never holds up the event loop for more than a
millisecond or two: benches run with it. Webhooks under way and Graph calls are not in it; a message whose webhook was
under way is shown as given up.
"""

import asyncio
import contextlib
import json
import logging
import os
from dataclasses import fields
from itertools import islice
from pathlib import Path

from .business import Number
from .phones import Customer, Message, Thread
from .world import World

logger = logging.getLogger(__name__)

EVERY_S = 5
SLICE = 25
MAX_MESSAGES = 1_000
LOOK_BACK = 2_000  # the customers of so many messages are kept, and so many that were added last
MESSAGE_FIELDS = [one.name for one in fields(Message) if one.name not in ("number", "customer")]


@contextlib.asynccontextmanager
async def kept(world: World, path: Path | None):
    """Loads the file, keeps it up to date inside the block, writes it at the end. Nothing without a path."""
    if path is None:
        yield
        return
    load(world, path)
    task = asyncio.get_running_loop().create_task(_keep(world, path))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await save(world, path)


async def save(world: World, path: Path) -> None:
    """Replaces the file in one step, so that a kill leaves the old one whole."""
    messages = list(islice(reversed(world.phones.messages.values()), LOOK_BACK))
    customers = {one.customer.id: one.customer for one in messages}
    customers |= {one.id: one for one in world.phones.newest(LOOK_BACK - len(customers))}
    beside = path.with_suffix(".new")
    with beside.open("w") as file:
        await _write(file, "customer", _customer_record, sorted(customers.values(), key=_age))
        await _write(file, "message", _message_record, messages[:MAX_MESSAGES])
    os.replace(beside, path)


def load(world: World, path: Path) -> None:
    """Puts back what the file holds of the numbers that there are. A broken file is left alone and said."""
    if not path.exists():
        return
    try:
        records = [json.loads(line) for line in path.read_text().splitlines()]
        customers = [_customer(record["customer"]) for record in records if "customer" in record]
        messages = sorted((one["message"] for one in records if "message" in one), key=lambda one: one["n"])
    except (ValueError, KeyError, TypeError) as error:
        logger.warning("%s cannot be read and is ignored: %r", path, error)
        return
    world.phones.clear()
    for customer in customers:
        world.phones.adopt(customer)
    for record in messages:
        customer = world.phones.find(record["customer"])
        number = world.numbers.get(record["number"])
        if customer and number:
            world.phones.adopt_message(_message(record, number, customer))
    for number in world.numbers:
        world.people_of(number)


async def _keep(world: World, path: Path) -> None:
    """Writes the file whenever something changed, until cancelled."""
    written = world.changes
    while True:
        await asyncio.sleep(EVERY_S)
        if written != world.changes:
            written = world.changes
            await save(world, path)


async def _write(file, kind: str, record, things: list) -> None:
    for start in range(0, len(things), SLICE):
        file.writelines(json.dumps({kind: record(one)}) + "\n" for one in things[start : start + SLICE])
        await asyncio.sleep(0)


def _age(customer: Customer) -> int:
    return int(customer.id[1:])


def _customer_record(customer: Customer) -> dict:
    plain = ("id", "name", "phone", "username", "home", "user_ids", "active_n")
    threads = {key: [one.last_inbound_at, one.unread] for key, one in customer.threads.items()}
    return {**{name: getattr(customer, name) for name in plain}, "threads": threads}


def _customer(record: dict) -> Customer:
    threads = {key: Thread(last_inbound_at=at, unread=unread) for key, (at, unread) in record["threads"].items()}
    return Customer(**{**record, "threads": threads})


def _message_record(message: Message) -> dict:
    plain = {name: getattr(message, name) for name in MESSAGE_FIELDS}
    return {**plain, "number": message.number.phone_number_id, "customer": message.customer.id}


def _message(record: dict, number: Number, customer: Customer) -> Message:
    message = Message(**{**record, "number": number, "customer": customer})
    if message.status in ("waiting", "retried"):
        message.status = "dropped"
        message.delivery = {"status": 0, "error": "the simulator was restarted", "ms": 0, "tries": 1}
    return message
