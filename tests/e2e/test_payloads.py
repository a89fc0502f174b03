"""Every webhook body that Meta's documentation prints, posted to the running product: all taken, none failed, none twice."""

import json
import sys
from collections import defaultdict
from pathlib import Path

import pytest

PAYLOADS = Path(__file__).resolve().parents[3] / "shared" / "payloads"

CONNECT = """
import json, sys
from accounts import businesses
from accounts.models import User
from whatsapp_automation import onboarding
owner = User.objects.create_user("payloads@example.com", name="Payloads")
business = onboarding.open_business("Payload shop", owner=owner)
for phone_number_id, waba_id in json.loads({numbers!r}):
    businesses.connect_number(business, phone_number_id, access_token="EAAx", waba_id=waba_id)
"""


@pytest.fixture(scope="module")
def bodies() -> dict[str, bytes]:
    if not PAYLOADS.is_dir():
        pytest.skip("../shared/payloads is not here: Meta's printed bodies cannot be replayed")
    return {path.stem: _with_wamids_of_its_own(path) for path in sorted(PAYLOADS.glob("*.json"))}


def _with_wamids_of_its_own(path: Path) -> bytes:
    """As printed, many bodies share one message id."""
    body = json.loads(path.read_text())
    for _, value in _values(body):
        for message in value.get("messages", []):
            message["id"] = f"{message['id']}.{path.stem}"
    return json.dumps(body, ensure_ascii=False).encode()


def _values(body: dict) -> list[tuple[str, dict]]:
    return [
        (str(entry.get("id", "")), change["value"])
        for entry in body.get("entry", [])
        for change in entry.get("changes", [])
        if isinstance(change.get("value"), dict)
    ]


def test_every_body_is_taken_once_and_none_fails(world, bodies, capsys):
    numbers = {
        value["metadata"]["phone_number_id"]: waba
        for body in bodies.values()
        for waba, value in _values(json.loads(body))
        if value.get("metadata", {}).get("phone_number_id")
    }
    world.stack.manage("shell", "-c", CONNECT.format(numbers=json.dumps(list(numbers.items()))))
    first = world.query("SELECT coalesce(max(id), 0) AS id FROM webhooks_delivery")[0]["id"]
    assert {name: _post(world, body) for name, body in bodies.items()} == dict.fromkeys(bodies, 200)
    world.until(world.all_processed, within=60)
    once = _rows(world)
    assert {name: _post(world, body) for name, body in bodies.items()} == dict.fromkeys(bodies, 200)
    world.until(world.all_processed, within=60)
    assert world.query("SELECT reason FROM webhooks_faileditem WHERE delivery_id > %s", first) == []
    assert _rows(world) == once
    outcomes = world.query("SELECT outcome FROM webhooks_delivery WHERE id > %s ORDER BY id", first)
    _print_table(bodies, [row["outcome"] for row in outcomes], capsys)
    assert len(outcomes) == 2 * len(bodies)
    assert all(outcome for outcome in (row["outcome"] for row in outcomes)), "an empty outcome is an item that got lost"


def _post(world, body: bytes) -> int:
    secret = world.stack.env["WHATSAPP_APP_SECRET"]
    return world.post_webhook(body, secret=secret)


def _rows(world) -> dict:
    tables = ["conversations_contact", "conversations_conversation", "conversations_message", "leads_lead"]
    tables += ["webhooks_channelevent", "conversations_parkedstatus", "conversations_identity"]
    return {table: world.query(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in tables}


def _print_table(bodies: dict[str, bytes], outcomes: list[dict], capsys) -> None:
    """What became of each kind: for a person who runs this with -s."""
    table = defaultdict(set)
    for body, outcome in zip(bodies.values(), outcomes, strict=False):
        for entry in json.loads(body)["entry"]:
            for change in entry["changes"]:
                kinds = [m.get("type") for m in change.get("value", {}).get("messages", [])]
                kinds += [s.get("status") for s in change.get("value", {}).get("statuses", [])]
                name = f"{change.get('field')}: {', '.join(map(str, kinds))}" if kinds else str(change.get("field"))
                table[name].add(", ".join(f"{word} {count}" for word, count in sorted(outcome.items())))
    with capsys.disabled():
        for name, words in sorted(table.items()):
            sys.stdout.write(f"\n  {name:55} {' | '.join(sorted(words))}")
