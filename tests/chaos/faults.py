"""What breaks: each fault is a function of the scene that it breaks (scene.py), under the name that script/chaos takes."""

import itertools
import json
import os
import signal
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import redis

from tests.aibot.provider_server import late
from tests.cloud_api.conftest import Answer, hang_up
from tests.e2e.thinking import HELD_UP, held_up
from whatsapp_automation.embedded.programs import programs

from .scene import LINES, THINKS, Fault, Scene, new_wamids
from .truth import Said

WORKING = ("send", "inbound", "web", "valkey", "postgres")
FROZEN_SECONDS = 10
CLOCK_OFF = 600.0
CLOCK = Path(__file__).parent / "clock"  # its sitecustomize shifts a process's clock
MOST_DEATHS = 15  # of a worker that dies of one delivery: by then it must have been given up
THREE_MB = 3 * 1024 * 1024
BODY_ITEMS = 1_000


def killed(*names: str) -> Fault:
    """kill -9 in mid-work; they come back when two thirds of the messages are written."""

    def fault(scene: Scene) -> None:
        scene.until_offered(0.33)
        for name in names:
            scene.world.kill(name)
        scene.until_offered(0.66)
        for name in reversed(names):
            scene.world.start_again(name)

    return fault


def died(name: str) -> Fault:
    """kill -9 in mid-work; the supervisor has it back by itself."""

    def fault(scene: Scene) -> None:
        scene.until_offered(0.33)
        os.kill(scene.world.stack.supervisor.pid(name), signal.SIGKILL)
        scene.until_offered(1.0)

    return fault


def flushed(scene: Scene) -> None:
    """FLUSHALL, three times in mid-work."""
    with _valkey(scene) as valkey:
        for share in (0.25, 0.5, 0.75):
            scene.until_offered(share)
            valkey.flushall()


def frozen(scene: Scene) -> None:
    scene.until_offered(0.33)
    pid = scene.world.stack.supervisor.pid("valkey")
    os.kill(pid, signal.SIGSTOP)
    try:
        scene.hold(FROZEN_SECONDS)
    finally:
        os.kill(pid, signal.SIGCONT)


def out_of_memory(scene: Scene) -> None:
    """maxmemory is reached, and nothing may be evicted: every write is refused."""
    scene.until_offered(0.25)
    with _valkey(scene) as valkey:
        valkey.config_set("maxmemory", 1)
        try:
            scene.until_offered(0.75)
        finally:
            valkey.config_set("maxmemory", 0)


@contextmanager
def _valkey(scene: Scene):
    with redis.Redis.from_url(scene.world.stack.env["REDIS_URL"]) as valkey:
        yield valkey


def two(name: str) -> Fault:
    """A second process of the same kind beside the first one."""

    def fault(scene: Scene) -> None:
        supervisor, twin = scene.world.stack.supervisor, f"{name}-twin"
        supervisor.start(_twin(scene, name, twin))
        try:
            scene.until_offered(1.0)
            scene.until_quiet()
        finally:
            supervisor.stop(twin)

    return fault


def clock_off(seconds: float, *names: str) -> Fault:
    """These processes run on a machine whose clock is wrong, the others' and PostgreSQL's are right. They move there before
    the first message: what a right clock has noted (a pair's pace, when a reply is due) would hold up its customer until
    the wrong one has come that far.
    """

    def fault(scene: Scene) -> None:
        supervisor = scene.world.stack.supervisor
        for name in names:
            supervisor.stop(name)
        for name in names:
            program = _twin(scene, name, f"{name}-clock")
            shifted = {"PYTHONPATH": str(CLOCK), "CHAOS_CLOCK": str(seconds)}
            supervisor.start(replace(program, env={**program.env, **shifted}))
        try:
            scene.until_offered(1.0)
            scene.until_quiet()
        finally:
            for name in names:
                supervisor.stop(f"{name}-clock")
                supervisor.start_again(name)

    return fault


def _twin(scene: Scene, name: str, twin: str):
    stack = scene.world.stack
    program = next(one for one in programs(stack.env, stack.given) if one.name == name)
    command = tuple(part.replace(f"{name}@", f"{twin}@") for part in program.command)  # Celery's node name
    return replace(program, name=twin, command=command)


# --- the model ------------------------------------------------------------------------------------------------------------------

CALLS = "SELECT 1 FROM aibot_reservation WHERE state = 'open' LIMIT 1"
UNSENT = "SELECT 1 FROM conversations_message WHERE source = 'model' AND status = 0 LIMIT 1"


def killed_thinking(scene: Scene) -> None:
    """kill -9 of the bot while the provider has its calls in hand."""
    scene.until_offered(0.33)
    scene.model.usual = late(scene.model, 10)
    before = len(scene.model.requests)
    scene.world.until(lambda: len(scene.model.requests) > before and scene.world.query(CALLS))
    scene.world.kill("bot")
    scene.model.usual = late(scene.model, THINKS)
    scene.world.start_again("bot")


def killed_at(act: str) -> Fault:
    """kill -9 of the bot in the transaction that does this to a row."""

    def fault(scene: Scene) -> None:
        world = scene.world
        scene.until_offered(0.33)
        with held_up(world, act):
            waiting = world.until(lambda: world.query(HELD_UP))
            world.kill("bot")
            for row in waiting:  # as PostgreSQL does by itself when it next reads from the dead worker
                world.query("SELECT pg_terminate_backend(%s)", row["pid"])
        world.start_again("bot")

    return fault


def killed_before_it_is_sent(scene: Scene) -> None:
    """kill -9 of the bot and of the sender when a reply is queued and has not left."""
    scene.until_offered(0.33)
    scene.world.kill("send")
    scene.world.until(lambda: scene.world.query(UNSENT))
    scene.world.kill("bot")
    scene.until_offered(0.66)
    scene.world.start_again("bot")
    scene.world.start_again("send")


def provider_down(scene: Scene) -> None:
    """Each connection to it breaks, until two thirds are written."""
    scene.until_offered(0.33)
    scene.model.usual = Answer(act=hang_up)
    scene.until_offered(0.66)
    scene.model.usual = late(scene.model, THINKS)


# --- bodies ---------------------------------------------------------------------------------------------------------------------


def thousand_in_one(scene: Scene) -> None:
    """All messages of the scene in one webhook, and their statuses in few."""
    scene.until_offered(1.0)
    most = "jsonb_array_length(convert_from(body, 'UTF8')::jsonb #> '{entry,0,changes,0,value,messages}')"
    sql = f"SELECT coalesce(max({most}), 0) AS most FROM webhooks_delivery WHERE id > %s"
    wanted = min(BODY_ITEMS, len(scene.lines))
    scene.world.until(lambda: scene.world.query(sql, scene.since_delivery)[0]["most"] >= wanted, within=30)


def three_megabytes(scene: Scene) -> None:
    """One body as large as Meta's largest, with messages of customers of its own."""
    scene.until_offered(0.5)
    number, wamids = scene.numbers[0], new_wamids()
    said = [
        Said(scene.world.new_phone(), number, wamid, LINES["price?"]) for wamid in itertools.islice(wamids, BODY_ITEMS)
    ]
    padding = THREE_MB // BODY_ITEMS - 300
    messages = [_text(one, "price?", padding="x" * padding) for one in said]
    contacts = [{"profile": {"name": "Customer"}, "wa_id": one.phone} for one in said]
    body = _body(scene, number, messages, contacts)
    assert THREE_MB * 0.95 < len(body) < 4 * 1024 * 1024, len(body)
    _post(scene, body)
    scene.said += said


def bad_items(scene: Scene) -> None:
    """Messages without a sender, alone and in the middle of a batch."""
    number, wamids = scene.numbers[0], new_wamids()
    for share in (0.2, 0.5, 0.8):
        scene.until_offered(share)
        good = [Said(scene.world.new_phone(), number, next(wamids), LINES["price?"]) for _ in range(20)]
        bad = Said("", number, next(wamids), poison=True)
        messages = [_text(one, "price?") for one in good]
        messages.insert(10, {key: value for key, value in _text(bad, "price?").items() if key != "from"})
        _post(scene, _body(scene, number, messages, [{"wa_id": one.phone} for one in good]))
        scene.said += [*good, bad]


def _text(said: Said, text: str, **more) -> dict:
    written = {"id": said.wamid, "timestamp": str(int(time.time())), "type": "text", "text": {"body": text}}
    return {"from": said.phone, **written, **more}


def _body(scene: Scene, number: str, messages: list[dict], contacts: list[dict]) -> bytes:
    digits, waba = scene.world.query(
        "SELECT display_phone_number, waba_id FROM accounts_whatsappnumber WHERE phone_number_id = %s", number
    )[0].values()
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "".join(filter(str.isdigit, digits)), "phone_number_id": number},
        "contacts": contacts,
        "messages": messages,
    }
    return json.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": waba, "changes": [{"field": "messages", "value": value}]}],
        }
    ).encode()


def _post(scene: Scene, body: bytes) -> None:
    """Until it is taken, as Meta does."""
    scene.world.until(lambda: scene.world.post_webhook(body) == 200, within=60)


# --- a poison that kills --------------------------------------------------------------------------------------------------------

# It holds whoever stores the text "poison" until the worker that does so has been killed.
TRAP = """
    CREATE OR REPLACE FUNCTION chaos_trap() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.text = 'poison' THEN PERFORM pg_advisory_xact_lock(77, 77); END IF;
        RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER chaos_trap BEFORE INSERT ON conversations_message FOR EACH ROW EXECUTE FUNCTION chaos_trap()
"""
TRAPPED = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event = 'advisory'"


def poison_that_kills(scene: Scene) -> None:
    """A delivery that its worker never survives: it dies with the delivery in hand, again and again. In the end the
    delivery must be given up and shown, and its neighbours must have gone on.
    """
    world, number = scene.world, scene.numbers[0]
    said = Said(world.new_phone(), number, next(iter(new_wamids())), poison=True)
    world.query(TRAP)
    try:
        with psycopg.connect(world.stack.env["DATABASE_URL"]) as holder:
            holder.execute("SELECT pg_advisory_xact_lock(77, 77)")
            scene.until_offered(0.2)
            _post(scene, _body(scene, number, [_text(said, "poison")], [{"wa_id": said.phone}]))
            scene.said.append(said)
            for _ in range(MOST_DEATHS):
                found = world.until(lambda: _given_up(scene) or world.query(TRAPPED), within=90)
                if found is True:
                    return
                world.kill("inbound")
                for row in found:  # as PostgreSQL does by itself when it next reads from the dead worker
                    world.query("SELECT pg_terminate_backend(%s)", row["pid"])
                world.start_again("inbound")
            assert _given_up(scene), f"{MOST_DEATHS} workers died of one delivery, and it is still tried"
    finally:
        world.query("DROP FUNCTION chaos_trap CASCADE")


def _given_up(scene: Scene) -> bool:
    return bool(
        scene.world.query("SELECT 1 FROM webhooks_faileditem WHERE delivery_id > %s LIMIT 1", scene.since_delivery)
    )


# --- the list -------------------------------------------------------------------------------------------------------------------


def quickly(scene: Scene) -> None:
    """Nothing breaks."""
    scene.until_offered(1.0)


# Of customers whom the model answers (Scene.model).
MODEL: dict[str, Fault] = {
    "bot": killed("bot"),
    "bot-thinking": killed_thinking,
    "bot-reserving": killed_at("INSERT ON aibot_reservation"),
    "bot-charging": killed_at("UPDATE ON aibot_reservation"),
    "bot-queuing": killed_at("INSERT ON aibot_turn"),
    "bot-queued": killed_before_it_is_sent,
    "bot-postgres": killed("postgres"),
    "bot-valkey": killed("valkey"),
    "bot-valkey-flushed": flushed,
    "bot+postgres": killed("bot", "postgres"),
    "bot+valkey": killed("bot", "valkey"),
    "provider-down": provider_down,
}
FAULTS: dict[str, Fault] = {
    # First those that end senders: their leases run out while the others play.
    **{name: killed(name) for name in (*WORKING, "beat")},
    "forks": died("forks"),
    "forks-away": killed("forks"),
    **{"+".join(pair): killed(*pair) for pair in (*itertools.combinations(WORKING, 2), ("beat", "valkey"))},
    **MODEL,
    "poison": poison_that_kills,
    "valkey-flushed": flushed,
    "valkey-frozen": frozen,
    "valkey-full": out_of_memory,
    "two-beats": two("beat"),
    "two-inbound": two("inbound"),
    "two-send": two("send"),
    "bad-items": bad_items,
    "clock-behind": quickly,
    "clock-ahead": quickly,
    "workers-clock-behind": clock_off(-CLOCK_OFF, "inbound", "send"),
    "workers-clock-ahead": clock_off(CLOCK_OFF, "inbound", "send"),
    "batch-of-1000": thousand_in_one,
    "body-of-3MB": three_megabytes,
}
SCENES = {  # what differs from the usual scene
    **{name: {"messages": 200, "rate": 10.0} for name in MODEL},  # eight calls at once, of 0.3 s
    "clock-behind": {"said_at": CLOCK_OFF},  # our clock is 10 minutes behind Meta's
    "clock-ahead": {"said_at": -CLOCK_OFF},
    "batch-of-1000": {  # one body has one app's secret
        "rate": 5_000.0,
        "shops": 1,
        "webhook": {"batch": BODY_ITEMS, "batch_ms": 5_000},
    },
}
