"""The running API against its own description: schemathesis asks what nobody thought of, as everybody who may ask.

Each run holds with all of schemathesis' checks: no fault of ours, no status and no body that the description does not
name, nothing accepted that it forbids nor refused that it allows, every address guarded; and that a stranger gets nothing
(schema_hooks.py). What no schema can say is in schemathesis.toml, operation by operation.

What a body and a query may hold is the same for everybody, so every boundary of it (the coverage phase, most of all cases) is tried
by the owner, whom nothing else refuses, and at the doors that are open by nobody in particular. Rows that one act makes and the next
one uses (the stateful phase) are the owner's too: the description has no links, schemathesis infers them from its paths and ids.
Who is refused, and who may do less, asks at every address in tests/matrix, which holds each answer against the description as
well; here they ask when somebody who has changed a door of the API asks for more by hand:

SCHEMA_EXAMPLES=64 script/test tests/e2e/test_schema.py
"""

import json
import os
import re
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
import redis

from whatsapp_automation.embedded.environment import Ports

from ..product import running
from .world import World

HERE = Path(__file__).parent
USUAL = 8
# Random ones for each address, beside those of the other phases; see RUNS. Each costs a processor 30 ms.
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", USUAL))
SECONDS = 900 * max(1, EXAMPLES // USUAL)  # of a run, on a machine that has much other work
OPEN = "^/api/auth/(login|logout|refresh|register)$"
PEOPLE = {
    "stranger": "owner@masala-junction.example",
    "viewer": "vera@shuddh-dairy.example",
    "agent": "bina@shuddh-dairy.example",
    "owner": "asha@shuddh-dairy.example",
}


class Run(NamedTuple):
    who: str
    phases: str
    which: str  # option: the operations
    examples: int


_GUARDED = f"--exclude-path-regex={OPEN}"
_TALK = "^/api/(conversations|contacts|leads)"
_ALL = "examples,coverage,fuzzing"
_FEW, _SOME, _MANY = (max(EXAMPLES // part, 1) for part in (4, 2, 1))
# Two at a time; the owner's last, since they remove the others. Who is refused, is so before anybody looks at what they send.
_OTHERS = {
    "agent": Run("agent", "examples,fuzzing", _GUARDED, _SOME),
    "viewer": Run("viewer", "examples,fuzzing", _GUARDED, _FEW),
    "stranger": Run("stranger", "examples,fuzzing", _GUARDED, _FEW),
    "anonymous": Run("anonymous", "examples,fuzzing", _GUARDED, _FEW),
}
RUNS = (_OTHERS if EXAMPLES > USUAL else {}) | {
    "anonymous at the open doors": Run("anonymous", _ALL, f"--include-path-regex={OPEN}", _MANY),
    "owner, talk": Run("owner", f"{_ALL},stateful", f"--include-path-regex={_TALK}", _SOME),
    "owner, the rest": Run("owner", f"{_ALL},stateful", f"--exclude-path-regex={_TALK}|{OPEN}", _SOME),
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
def api(tmp_path_factory, django_db_blocker):
    """A product of its own, which may be changed at will: (its address, its description as a file, the business that is
    asked for, name -> access token)."""
    folder = tmp_path_factory.mktemp("schema")
    ports = Ports(web=28300, simulator=29390, postgres=25732, valkey=26679)
    given = {"API_REQUESTS_PER_MINUTE": "1000000", "JWT_EXPIRES_IN": "6h", "OPEN_REGISTRATION": "true"}
    with running(folder, given, ports, django_db_blocker) as stack, closing(World(stack)) as world:
        stack.manage("shell", "-c", _MAKE_READY)
        world.answer(world.new_phone(), "what is the price of ghee")
        [dairy] = world.query("SELECT id FROM accounts_business WHERE slug = 'shuddh-dairy'")
        tokens = {name: _token(world, email) for name, email in PEOPLE.items()}
        description = folder / "schema.json"
        description.write_text(json.dumps(_described(world)))
        done = threading.Event()
        thread = threading.Thread(target=_forget_counts, args=(stack.env["REDIS_URL"], done))
        thread.start()
        yield world.web, description, str(dairy["id"]), tokens
        done.set()
        thread.join()


def _described(world: World) -> dict:
    """The API's description without X-Business, which every request has from us: one that is made up is answered 404
    before anything else is looked at."""
    status, body = world.http("GET", f"{world.web}/api/schema", headers={"accept": "application/json"})
    assert status == 200
    told = json.loads(body)
    for operation in (one for methods in told["paths"].values() for one in methods.values()):
        named = operation.get("parameters", [])
        operation["parameters"] = [parameter for parameter in named if parameter["name"] != "X-Business"]
    return told


def _forget_counts(redis_url: str, done: threading.Event) -> None:
    """How often somebody may ask has tests of its own; here some thousand requests a minute shall be answered."""
    cache = redis.Redis.from_url(f"{redis_url}/1")
    while not done.wait(1):
        cache.flushdb()


def _token(world: World, email: str) -> str:
    body = json.dumps({"email": email, "password": PASSWORD}).encode()
    status, answer = world.http("POST", f"{world.web}/api/auth/login", body)
    assert status == 200, answer
    return json.loads(answer)["access"]


@pytest.fixture(scope="module")
def runs(request, api, tmp_path_factory):
    """name -> the Future of what it printed: two at a time, since a run waits for the server half of its time."""
    wanted = {item.callspec.params["name"] for item in request.session.items if item.module is request.module}
    found: dict[str, Future] = {}
    with ThreadPoolExecutor(2) as pool:
        for name in RUNS:
            others = [found[other] for other in found if RUNS[other].who != "owner"]
            if name in wanted:
                found[name] = pool.submit(_asked, api, RUNS[name], tmp_path_factory.mktemp("run"), others)
        yield found


def _asked(api, run: Run, folder: Path, others: list[Future]) -> subprocess.CompletedProcess:
    web, description, business, tokens = api
    if run.who == "owner":
        wait(others)
    command = [
        str(Path(sys.executable).parent / "st"),
        f"--config-file={HERE / 'schemathesis.toml'}",
        "run",
        str(description),
        f"--url={web}",
        "--checks=all",
        f"--phases={run.phases}",
        f"--max-examples={run.examples}",
        "--seed=20261125",
        "--generation-database=none",
        "--continue-on-failure",
        "--suppress-health-check=all",
        "--no-color",
        "--warnings=off",
        run.which,
        f"--header=X-Business: {business}",
    ]
    if token := tokens.get(run.who):
        command += [f"--header=Authorization: Bearer {token}"]
    env = os.environ | {"SCHEMA_HOOKS": str(HERE / "schema_hooks.py"), "WHO": run.who}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=SECONDS)


@pytest.mark.timeout(len(RUNS) * SECONDS)
@pytest.mark.parametrize("name", RUNS)
def test_the_api_keeps_to_its_description(runs, name):
    done = runs[name].result()
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    cases = int(re.search(r"(\d+) generated", done.stdout)[1])
    operations = int(re.search(r"Tested: (\d+)", done.stdout)[1])
    assert cases >= RUNS[name].examples * operations * 0.8, f"{cases} cases for {operations} operations"
