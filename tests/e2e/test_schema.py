"""The running API against its own description: schemathesis asks what nobody thought of, as everybody who may ask.

Each run holds: no fault of ours, no status and no body that the description does not name, nothing accepted that it
forbids, every address guarded.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from whatsapp_automation.embedded.environment import Ports
from whatsapp_automation.embedded.stack import Stack

from .world import World

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "12"))  # for each address and phase
SECONDS = 100
PEOPLE = {  # by what they may do; the owner last, who can change most
    "stranger": "owner@masala-junction.example",
    "anonymous": "",
    "viewer": "vera@shuddh-dairy.example",
    "agent": "bina@shuddh-dairy.example",
    "owner": "asha@shuddh-dairy.example",
}
PASSWORD = "correct horse battery staple"
_MAKE_READY = f"""
from accounts.models import Business, Membership, User
from accounts import businesses
dairy = Business.objects.get(slug="shuddh-dairy")
User.objects.filter(memberships__business=dairy, memberships__role="owner").update(email="{PEOPLE["owner"]}")
vera = User.objects.create_user("{PEOPLE["viewer"]}", name="Vera")
businesses.add_member(dairy, vera, Membership.Role.VIEWER)
for user in User.objects.all():
    user.set_password("{PASSWORD}")
    user.save(update_fields=["password"])
"""


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """A product of its own, which may be changed at will: (its address, its description as a file, name -> access
    token)."""
    folder = tmp_path_factory.mktemp("schema")
    ports = Ports(web=28300, simulator=29390, postgres=25732, valkey=26679)
    # Limits have tests of their own; a run asks some thousand times a minute.
    given = {"API_REQUESTS_PER_MINUTE": "1000000", "JWT_EXPIRES_IN": "6h", "OPEN_REGISTRATION": "true"}
    with Stack(folder, given, preferred=ports, durable=False) as stack:
        stack.start()
        stack.manage("shell", "-c", _MAKE_READY)
        world = World(stack)
        world.answer(world.new_phone(), "what is the price of ghee")
        tokens = {name: _token(world, email) if email else "" for name, email in PEOPLE.items()}
        status, body = world.http("GET", f"{world.web}/api/schema", headers={"accept": "application/json"})
        assert status == 200
        description = folder / "schema.json"
        description.write_bytes(body)
        yield world.web, description, tokens


def _token(world: World, email: str) -> str:
    body = json.dumps({"email": email, "password": PASSWORD}).encode()
    status, answer = world.http("POST", f"{world.web}/api/auth/login", body)
    assert status == 200, answer
    return json.loads(answer)["access"]


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize("who", PEOPLE)
def test_the_api_keeps_to_its_description(api, who, tmp_path):
    web, description, tokens = api
    command = [
        str(Path(sys.executable).parent / "st"),
        "run",
        str(description),
        f"--url={web}",
        "--checks=all",
        f"--max-examples={EXAMPLES}",
        "--phases=examples,coverage,fuzzing",
        "--seed=20261125",
        "--continue-on-failure",
        "--suppress-health-check=all",
        "--no-color",
        "--warnings=off",
    ]
    if tokens[who]:
        command += ["-H", f"Authorization: Bearer {tokens[who]}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=SECONDS + 50)
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
