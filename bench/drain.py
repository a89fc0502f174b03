"""script/bench drain: how many customers' messages a second become a full record.

Contact, identities, conversation, message, lead, the rule that answers and the queued reply, from deliveries that are
there already: all from new customers, on four numbers of two businesses, half of them matching a rule. The product's
inbound worker, started as script/server starts it, beside a Celery worker (8 threads) that runs one task with plain
ORM for each message. Both write the same tables; what they leave is compared.
"""

import argparse
import os
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg
from celery import Celery

from bench.parts import bodies, ground, shops
from bench.parts.figures import end_with, percentile, spread, table
from bench.parts.processes import cpu_seconds, postgres_pid, product, supervised, wait_for
from bench.rivals.task_per_message.worker import QUEUE, TASK
from conversations.wake import TASKS
from webhooks.signers import INSTALLATION, lane
from whatsapp_automation.embedded.supervisor import Program, Supervisor
from whatsapp_automation.embedded.terminal import say, step

NUMBERS = 4
LOOK_SECONDS = 0.05

# What a message left, in its readable form, whoever recorded it.
RECORD = """
    SELECT i.wamid, i.text, i.kind, i.status, n.phone_number_id, c.state, c.owner, c.unread, c.waiting_since IS NOT NULL,
           c.last_message_text, p.profile_name, p.phone, (SELECT array_agg(value ORDER BY value) FROM conversations_identity
           WHERE contact_id = p.id), l.status, l.source, o.text, o.source_name, o.payload, o.status, o.turn
    FROM conversations_message i
    JOIN accounts_whatsappnumber n ON n.id = i.number_id
    JOIN conversations_conversation c ON c.id = i.conversation_id
    JOIN conversations_contact p ON p.id = c.contact_id
    JOIN leads_lead l ON l.contact_id = p.id
    JOIN conversations_message o ON o.conversation_id = c.id AND o.direction = 'out'
    WHERE i.direction = 'in'
"""
COUNTS = {
    "contacts": "SELECT count(*) FROM conversations_contact",
    "conversations": "SELECT count(*) FROM conversations_conversation",
    "messages": "SELECT count(*) FROM conversations_message WHERE direction = 'in'",
    "leads": "SELECT count(*) FROM leads_lead",
    "replies": "SELECT count(*) FROM conversations_message WHERE direction = 'out'",
}
EMPTY = """
    TRUNCATE webhooks_delivery, webhooks_faileditem, webhooks_channelevent, conversations_message, conversations_conversation,
             conversations_contact, conversations_identity, conversations_parkedstatus, conversations_consentevent,
             leads_lead, leads_leadevent CASCADE
"""


@dataclass
class Worker:
    """One that drains: its process, how many messages it gets, and how it is told of them."""

    name: str
    program: Program
    messages: int
    tell: object  # (ids of the deliveries) -> None
    runs: list["Run"] = field(default_factory=list)


@dataclass(frozen=True)
class Run:
    per_s: float
    lost: int
    counts: dict[str, int]
    worker_us: float  # CPU time for each message
    postgres_us: float
    records: dict[str, tuple]


def main() -> None:
    options = _options()
    local = ground.require_bench() / "drain"
    with supervised(local) as supervisor:
        ground.flush()
        url = ground.new_database("bench_drain")
        env = {**os.environ, "DATABASE_URL": url}
        lines = shops.lines(NUMBERS, env["WHATSAPP_APP_SECRET"])
        with step("Applying migrations"):
            shops.open_shops(supervisor, env, lines)
        workers = [_ours(env, options.messages), _task_per_message(env, options.rival_messages)]
        with psycopg.connect(url, autocommit=True) as database:
            for turn in range(options.rounds):
                for worker in workers if turn % 2 == 0 else workers[::-1]:
                    run = _round(worker, lines, database, supervisor)
                    worker.runs.append(run)
                    say(f"round {turn + 1}, {worker.name}: {run.per_s:.0f}/s of {worker.messages}")
        _report(*workers)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench drain")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--rival-messages", type=int, default=400)
    return parser.parse_args()


# --- the workers ------------------------------------------------------------------------------------------------------


def _ours(env: dict[str, str], messages: int) -> Worker:
    def wake(_ids: list[int]) -> None:
        _broker().send_task(TASKS["inbound"], queue="inbound", ignore_result=True)

    return Worker("set SQL, all lanes in a pass", product("inbound", env), messages, wake)


def _task_per_message(env: dict[str, str], messages: int) -> Worker:
    # Celery's own prefetch of 4; the product asks for 1, which slows short tasks down.
    pool = ("-P", "threads", "-c", "8", "--prefetch-multiplier", "4", "--without-gossip", "--without-mingle")
    app = "bench.rivals.task_per_message.worker"
    command = (sys.executable, "-m", "celery", "-A", app, "worker", "-Q", QUEUE, "-n", "rival@%h", *pool)

    def publish(ids: list[int]) -> None:
        broker = _broker()
        with broker.producer_pool.acquire() as producer:
            for delivery in ids:
                broker.send_task(TASK, (delivery,), queue=QUEUE, ignore_result=True, producer=producer)

    return Worker("a task per message, ORM", Program(name="rival", command=command, env=env), messages, publish)


def _broker() -> Celery:
    return Celery(broker=os.environ["REDIS_URL"], set_as_current=False)


# --- measuring --------------------------------------------------------------------------------------------------------


def _round(worker: Worker, lines: list[shops.Line], database: psycopg.Connection, supervisor: Supervisor) -> Run:
    """Deliveries and wake-up are there before the worker starts. The clock runs from the first look that finds some
    worked off to the one that finds all: the worker's start and its first batch do not count.
    """
    database.execute(EMPTY)
    ground.flush()
    ids = _fill(database, lines, worker.messages)
    worker.tell(ids)
    supervisor.start(worker.program)
    left, begun = _wait_for_first(database, worker.messages)
    pid, postgres = supervisor.pid(worker.program.name), postgres_pid()
    cpu, first = (cpu_seconds(pid), cpu_seconds(postgres)), left
    deadline = begun + 120
    while left and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        left = _left(database)
    seconds, done = time.monotonic() - begun, first - left
    used = cpu_seconds(pid) - cpu[0], cpu_seconds(postgres) - cpu[1]
    supervisor.stop(worker.program.name)
    counts = {name: database.execute(sql).fetchone()[0] for name, sql in COUNTS.items()}
    return Run(
        per_s=done / seconds,
        lost=max(worker.messages - count for count in counts.values()),
        counts=counts,
        worker_us=used[0] / max(done, 1) * 1e6,
        postgres_us=used[1] / max(done, 1) * 1e6,
        records={row[0]: row[1:] for row in database.execute(RECORD)},
    )


def _fill(database: psycopg.Connection, lines: list[shops.Line], count: int) -> list[int]:
    """Deliveries as webhooks.receive stores them, one message of a new customer in each."""
    now = datetime.now(UTC)
    rows = []
    for place in range(count):
        line = lines[place // 2 % len(lines)]  # each number gets lines that match a rule and lines that do not
        body = bodies.message(line, str(919810000000 + place), bodies.line_of(place), f"wamid.drain.{place:08d}")
        rows.append((lane(line.phone_number_id), body, len(body), INSTALLATION, now))
    with database.cursor() as cursor, database.transaction():
        with cursor.copy(
            "COPY webhooks_delivery (lane, body, size, verified_by, received_at, outcome) FROM STDIN"
        ) as copy:
            for row in rows:
                copy.write_row((*row, "{}"))
        cursor.execute("SELECT id FROM webhooks_delivery ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def _wait_for_first(database: psycopg.Connection, messages: int) -> tuple[int, float]:
    """How many are left when some are done for the first time, and when that was seen."""
    seen = [messages]

    def begun() -> bool:
        seen[0] = _left(database)
        return seen[0] < messages

    wait_for(begun, "the worker's first message", within=60, pause=LOOK_SECONDS)
    return seen[0], time.monotonic()


def _left(database: psycopg.Connection) -> int:
    return database.execute("SELECT count(*) FROM webhooks_delivery WHERE processed_at IS NULL").fetchone()[0]


def _report(ours: Worker, rival: Worker) -> None:
    middle = {worker.name: percentile([run.per_s for run in worker.runs], 0.5) for worker in (ours, rival)}
    rows = [
        [
            worker.name,
            spread([run.per_s for run in worker.runs]),
            f"{middle[ours.name] / middle[worker.name]:.1f}",
            f"{percentile([r.worker_us for r in worker.runs], 0.5):.0f}"
            f" / {percentile([r.postgres_us for r in worker.runs], 0.5):.0f}",
            str(sum(run.lost for run in worker.runs)),
            ", ".join(f"{count} {name}" for name, count in worker.runs[-1].counts.items()),
        ]
        for worker in (ours, rival)
    ]
    say("\nMessages of new customers to a full record with a queued reply, median [least..most] of the rounds")
    say(table(["worker", "messages/s", "ours is x", "CPU us worker / PG", "lost", "left in the last round"], rows))
    _compare(ours.runs[-1].records, rival.runs[-1].records)
    lost = sum(run.lost for worker in (ours, rival) for run in worker.runs)
    ratio = middle[ours.name] / middle[rival.name]
    end_with({"bench": "drain", "per_s": round(middle[ours.name]), "ratio_task": round(ratio, 1), "lost": lost})


def _compare(ours: dict[str, tuple], rivals: dict[str, tuple]) -> None:
    """Exits where the two did not do the same work."""
    differ = [wamid for wamid, record in rivals.items() if ours.get(wamid) != record]
    if differ:
        sys.exit(f"The records differ, first in {differ[0]}:\n{ours.get(differ[0])}\n{rivals[differ[0]]}")
    say(f"The {len(rivals)} messages that both were given left the same records, replies included.")


if __name__ == "__main__":
    main()
