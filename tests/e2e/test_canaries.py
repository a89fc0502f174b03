"""No log holds what a person wrote or what opens a door: everything that a run printed is read, at the loudest level.
Nor does Valkey get what opens a door, nor the audit log, nor the answer to who is refused.

Each canary is a word that occurs nowhere else. They go in by every door (a customer's message, name and number, an owner's
reply and password, a token, a secret, a body that is refused, a statement that PostgreSQL refuses), through all that works and
all that breaks.
"""

import json
import re
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
import requests

from whatsapp_automation.embedded import keys
from whatsapp_automation.embedded.environment import Ports

from ..product import running
from . import doors
from .world import World

CANARIES = {
    "text": "mynahtext71",
    "hindi": "मैनापाठ",
    "name": "Mynahname72",
    "phone": "919812345673",
    "username": "mynahuser74",
    "reply": "mynahreply75",
    "token": "EAAmynahtoken76" + "a" * 60,
    "app secret": "mynahappsecret77" + "b" * 16,
    "verify token": "mynahverify78",
    "agent": "mynahagent79",
    "password": "mynahpassword80",
    "error": "mynaherror81",
    "address": "mynahaddress82",
    "email": "mynahemail83@shuddh-dairy.example",
    "new password": doors.NEW,
    "wrong password": doors.WRONG,
    "joiner's password": doors.JOINED,
}
# What the product makes up: doors.Walk.secrets.
MADE_UP = {
    *("access token", "refresh token", "second access token", "second refresh token"),
    *("API key", "invitation", "TOTP secret", "reset link"),
    *(f"recovery code {n}" for n in range(10)),
}
PASSWORDS = ("password", "new password", "wrong password", "joiner's password")


@pytest.fixture(scope="module")
def run(tmp_path_factory, django_db_blocker):
    """A run of the whole product in which all of it was said, once it has ended."""
    local, files = tmp_path_factory.mktemp("canaries"), tmp_path_factory.mktemp("logfiles")
    given = {
        "LOG_LEVEL": "DEBUG",
        "LOG_FILE": str(files / "app.log"),
        "WHATSAPP_ACCESS_TOKEN": CANARIES["token"],
        "WHATSAPP_APP_SECRET": CANARIES["app secret"],
        "WHATSAPP_VERIFY_TOKEN": CANARIES["verify token"],
        "DEMO_OWNER_PASSWORD": f"demo-{CANARIES['password']}",
    }
    ports = Ports(web=28600, simulator=29690, postgres=26032, valkey=26979)
    with running(local, given, ports, django_db_blocker) as stack, closing(World(stack)) as world:
        _speak(world)
        _break(world)
        _look(world)
        walk = doors.Walk(world, given["DEMO_OWNER_PASSWORD"])
        with doors.overheard(stack.env["REDIS_URL"]) as heard:
            walk.through_all(_reset_link(local))
            world.answer(world.new_phone(), "price?")  # some task's message is among what was heard
        world.calm()
        audit = [json.dumps(row, default=str) for row in world.query("SELECT * FROM accounts_auditevent")]
    return Heard(local, files, walk, heard, audit)


class Heard(NamedTuple):
    local: Path
    files: Path
    walk: doors.Walk
    valkey: list[str]
    audit: list[str]


@pytest.fixture(scope="module")
def talk(run):
    """Its folder and its log folder."""
    return run.local, run.files


def _speak(world: World) -> None:
    """Customers with and without a phone write; rules and the fallback answer, statuses come back."""
    customers = [
        {"name": CANARIES["name"], "phone": CANARIES["phone"]},
        {"name": CANARIES["name"], "username": CANARIES["username"]},
    ]
    world.query("UPDATE accounts_settings SET fallback_text = %s", f"{CANARIES['reply']} fallback")
    world.query("UPDATE aibot_rule SET reply = reply || %s", f" {CANARIES['reply']}")
    for customer in customers:
        made = world.control("POST", "/_sim/customers", customer)
        for text in ("price?", f"{CANARIES['text']} {CANARIES['hindi']}", "STOP"):
            world.write(made["id"], text)
            world.until(world.quiet)
        world.control("POST", f"/_sim/customers/{made['id']}/read", {})
    world.until(world.quiet)
    assert any(CANARIES["reply"] in json.dumps(call) for call in world.answers(CANARIES["phone"]))


def _break(world: World) -> None:
    """Meta refuses and stutters; the database refuses an insert, then a claim; bodies that are no webhooks come."""
    for fault in ({"mode": "error", "code": 131026}, {"mode": "broken_json"}, {"mode": "http_502"}, {"mode": "reset"}):
        world.control("PUT", "/_sim/faults", {"graph": {**fault, "times": 1}})
        world.write(world.new_phone(), f"price of {CANARIES['text']}?")
        world.until(lambda: world.control("GET", "/_sim/webhooks")["pending"] == 0 and world.all_processed())
    world.control("PUT", "/_sim/faults", {"graph": {}})
    world.until(world.quiet, within=60)
    for event, condition in (
        ("INSERT", "NEW.direction = 'in'"),
        ("UPDATE", "NEW.status = 10 AND NEW.status <> OLD.status"),
    ):
        world.query(REFUSE)
        world.query(
            f"CREATE TRIGGER refuse BEFORE {event} ON conversations_message FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse()"
        )
        world.write(world.new_phone(), f"price {CANARIES['text']}")
        world.until(lambda event=event: _broke(world, event))
        world.query("DROP TRIGGER refuse ON conversations_message")
    for body in (b"{" + CANARIES["text"].encode(), json.dumps({"object": CANARIES["text"]}).encode()):
        assert world.post_webhook(body) == 200
    signed = {"x-hub-signature-256": "sha256=" + "0" * 64}
    assert world.http("POST", f"{world.web}/webhook", CANARIES["text"].encode(), signed)[0] == 401
    with (
        psycopg.connect(world.stack.env["DATABASE_URL"]) as connection,
        pytest.raises(psycopg.errors.InvalidTextRepresentation),
    ):
        connection.execute(f"SELECT '{CANARIES['error']}'::int FROM (SELECT '{CANARIES['text']}') AS t")


REFUSE = f"""
    CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'no', DETAIL = '{CANARIES["error"]} ' || NEW.text; END $$
"""


def _broke(world: World, event: str) -> bool:
    if event == "INSERT":
        return bool(world.query("SELECT 1 FROM webhooks_faileditem"))
    return "InvalidParameterValue" in _log(world.stack.local, "send")


def _log(local: Path, name: str) -> str:
    return (local / "log" / f"{name}.log").read_text(errors="replace")


def _printed(local: Path) -> str:
    return "\n".join(file.read_text(errors="replace") for file in sorted((local / "log").glob("*.log*")))


def _look(world: World) -> None:
    """Pages are asked for by their addresses, a password is typed, Meta verifies, a doctor comes, metrics are read."""
    for path in (
        f"/admin/login/?next=/admin/{CANARIES['address']}",
        f"/account/login?next=/admin/{CANARIES['address']}",
        f"/account/join/{CANARIES['address']}",
        f"/account/password/reset/key/1-{CANARIES['address']}",
        f"/nowhere/{CANARIES['address']}",
        f"/webhook?hub.mode=subscribe&hub.verify_token={CANARIES['verify token']}&hub.challenge=7",
        f"/webhook?hub.mode=subscribe&hub.verify_token={CANARIES['address']}&hub.challenge=7",
        "/metrics",
        "/health/ready",
    ):
        world.http("GET", world.web + path)
    login = f"login={CANARIES['email']}&password={CANARIES['password']}".encode()
    assert world.http("POST", f"{world.web}/account/login", login)[0] == 403
    _forget_the_password(world)
    world.stack.manage("doctor")


def _forget_the_password(world: World) -> None:
    """A mail is written: its file holds the e-mail and the link, and no log does."""
    world.query("UPDATE accounts_user SET email = %s WHERE email = 'bina@shuddh-dairy.example'", CANARIES["email"])
    page = f"{world.web}/account/password/reset"
    with requests.Session() as browser:
        form = browser.get(page, timeout=20)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)[1]
        browser.post(page, {"email": CANARIES["email"], "csrfmiddlewaretoken": token}, timeout=20)
        wrong = {"login": CANARIES["email"], "password": CANARIES["password"], "csrfmiddlewaretoken": token}
        assert browser.post(f"{world.web}/account/login", wrong, timeout=20).status_code == 422
    folder = world.stack.local / "mail"
    world.until(lambda: folder.exists() and any(folder.iterdir()))
    assert CANARIES["email"] in _mail_with_a_link(world.stack.local).read_text()


def _mail_with_a_link(local: Path) -> Path:
    (mail,) = (file for file in (local / "mail").iterdir() if "/key/" in file.read_text())
    return mail


def _reset_link(local: Path) -> str:
    return re.search(r"http\S+/key/\S+", _mail_with_a_link(local).read_text())[0]


def test_it_was_loud_and_every_process_spoke(talk):
    local, files = talk
    assert {"web.log", "inbound.log", "send.log", "beat.log", "postgres.log", "simulator.log", "doctor.log"} <= {
        file.name for file in (local / "log").iterdir()
    }
    [file] = files.iterdir()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert {"request", "drained", "sent"} <= {line["event"] for line in lines}
    assert any("exception" in line for line in lines)
    assert "database system is ready" in _log(local, "postgres")


@pytest.mark.parametrize("canary", CANARIES)
def test_no_canary_was_heard(talk, canary):
    local, files = talk
    everything = _printed(local) + "".join(file.read_text() for file in files.iterdir())
    word = CANARIES[canary]
    spelled = {word, word.encode("unicode_escape").decode(), json.dumps(word)[1:-1]}
    heard = [line[:400] for line in everything.splitlines() if any(one in line for one in spelled)]
    assert heard == []


def test_no_link_of_a_mail_was_heard(talk):
    local, files = talk
    mail = _mail_with_a_link(local)
    key = re.search(r"/key/\w+-(\S+)", mail.read_text())[1]
    everything = _printed(local) + "".join(file.read_text() for file in files.iterdir())
    assert [line[:400] for line in everything.splitlines() if key in line] == []


def _where(text: str, lines) -> list[str]:
    """The lines that hold it; a short one, of digits, as a word of its own."""
    alone = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)" if len(text) < 12 else re.escape(text))
    return [line[:400] for line in lines if alone.search(line)]


def test_the_walk_went_through_every_door(run):
    assert set(run.walk.secrets) == MADE_UP
    assert len(run.walk.refused) > 15
    assert any('"MULTI"' in line or "kombu" in line for line in run.valkey)
    assert any("conversations.tasks" in line or "webhooks.tasks" in line for line in run.valkey)
    actions = " ".join(run.audit)
    for act in ("sign_in_failed", "two_factor.on", "password.changed", "api_key", "invitation"):
        assert act in actions, act


@pytest.mark.parametrize("secret", sorted(MADE_UP))
def test_nothing_that_opens_a_door_is_where_it_has_no_place(run, secret):
    word = run.walk.secrets[secret]
    logs = (_printed(run.local) + "".join(file.read_text() for file in run.files.iterdir())).splitlines()
    refused = [] if secret == "invitation" else run.walk.refused  # its own pages name their address
    places = {"log": logs, "Valkey": run.valkey, "audit": run.audit, "answer": refused}
    assert {place: found for place, lines in places.items() if (found := _where(word, lines))} == {}


@pytest.mark.parametrize("password", PASSWORDS)
def test_no_password_is_where_it_has_no_place(run, password):
    places = {"Valkey": run.valkey, "audit": run.audit, "answer": run.walk.refused}
    word = CANARIES[password]
    assert {place: found for place, lines in places.items() if (found := _where(word, lines))} == {}


def test_no_generated_secret_was_printed(talk):
    local, files = talk
    everything = _printed(local) + "".join(file.read_text() for file in files.iterdir())
    assert [name for name, secret in keys.load(local).items() if secret in everything] == []
