"""Programs that are forked from a process that has imported the product, under a supervisor."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from whatsapp_automation.embedded import forks, orphans
from whatsapp_automation.embedded.supervisor import Program, StartError, Supervisor

from .test_supervisor import is_running, printed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not forks.is_possible(), reason="forked programs need Linux 5.3"),
]

ENV = dict(os.environ)


def program(name: str, *arguments: str, **options) -> Program:
    command = (sys.executable, "-m", "tests.embedded.forked", name, *arguments)
    return Program(name, command, ENV, forked=True, **options)


@pytest.fixture
def said():
    return []


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """Importing the product takes two seconds: the tests that leave the fork server alive share it."""
    supervisor = Supervisor(tmp_path_factory.mktemp("ready"))
    supervisor.start_fork_server(ENV, within=60)
    yield supervisor
    supervisor.stop_all()


@pytest.fixture
def mortal(tmp_path, said):
    supervisor = Supervisor(tmp_path, said.append)
    supervisor.start_fork_server(ENV, within=60)
    yield supervisor
    supervisor.stop_all()


@pytest.fixture
def told(eventually):
    """What a program says of itself: the last time that it was started."""

    def read(supervisor: Supervisor, name: str, starts: int = 1) -> dict:
        def lines() -> list[str]:
            supervisor.tick()
            path = supervisor.local / "log" / f"{name}.log"
            return [line for line in path.read_text().splitlines() if line.startswith(f"{name} {{")]

        eventually(lambda: len(lines()) >= starts)
        return json.loads(lines()[-1].partition(" ")[2])

    return read


def is_forked(supervisor: Supervisor, name: str) -> bool:
    return psutil.Process(supervisor.pid(name)).ppid() == supervisor.pid(forks.NAME)


def test_it_is_as_if_it_had_been_started(ready, told):
    ready.start(program("one"))
    was = told(ready, "one")
    assert was == {
        "argv0": was["argv0"],
        "pid": ready.pid("one"),
        "parent": ready.pid(forks.NAME),
        "session": ready.pid("one"),
        "name": "one",
        "threads": 1,
        "read": "",
        "gc": True,
        "django": True,
        "descriptors": ["/dev/null", *[str(ready.local / "log" / "one.log")] * 2],
        "sockets": 0,
        "sigterm": True,
    }
    assert was["argv0"].endswith("tests/embedded/forked.py")
    ready.stop("one")
    assert not psutil.pid_exists(was["pid"])


def test_one_that_dies_is_forked_again_and_its_exit_code_is_told(mortal, said, told):
    mortal.start(program("three", "3"))
    told(mortal, "three", starts=2)
    assert said[0].startswith("three ended (exit code 3) after 0 s; it starts again in 0.5 s.")
    mortal.stop("three")

    mortal.start(program("kill"))
    first = told(mortal, "kill")["pid"]
    os.kill(first, signal.SIGKILL)
    second = told(mortal, "kill", starts=2)
    assert (second["pid"], second["parent"]) == (mortal.pid("kill"), mortal.pid(forks.NAME))
    assert any(line.startswith("kill ended (by SIGKILL)") for line in said)
    assert not psutil.pid_exists(first)  # it is no zombie either


def test_one_that_is_killed_on_purpose_and_one_that_does_not_stop(ready, told):
    ready.start(program("again"))
    told(ready, "again")
    ready.kill("again")
    ready.pause(0.7)
    assert ready.pid("again") is None
    ready.start_again("again")
    assert is_forked(ready, "again")
    ready.stop("again")

    ready.start(program("deaf", "deaf", stop_seconds=0.3))
    pid = told(ready, "deaf")["pid"]
    ready.stop("deaf")
    assert not psutil.pid_exists(pid)


def test_with_another_environment_or_where_it_is_not_asked_it_is_started_by_its_command(ready, told):
    command = program("plain").command
    ready.start(Program("plain", command, ENV))
    ready.start(Program("other", (*command[:3], "other"), {**ENV, "PYTHONPATH": "elsewhere"}, forked=True))
    for name in ("plain", "other"):
        was = told(ready, name)
        assert (was["parent"], was["django"]) == (os.getpid(), False)
        ready.stop(name)


def test_an_environment_that_is_changed_in_its_place_is_another(mortal, told):
    env = dict(ENV)
    mortal.start(replace(program("one"), env=env))
    assert told(mortal, "one")["django"]
    env["AI_MODEL"] = "another"
    mortal.stop("one")
    mortal.start_again("one")
    assert not told(mortal, "one", starts=2)["django"]


def test_they_end_with_the_fork_server_and_are_forked_from_the_next(mortal, said, told):
    """One ends at once, one a while later, one not at all."""
    first_server = mortal.pid(forks.NAME)
    for name, *how in (("one",), ("slow", "slow"), ("deaf", "deaf")):
        mortal.start(program(name, *how, stop_seconds=4))
    first = [told(mortal, name)["pid"] for name in ("one", "slow", "deaf")]
    os.kill(first_server, signal.SIGKILL)
    for name in ("one", "slow", "deaf"):
        assert told(mortal, name, starts=2)["parent"] == mortal.pid(forks.NAME) != first_server
    assert not any(is_running(pid) for pid in first)
    assert {line.partition(" after")[0] for line in said} == {
        "forks ended (by SIGKILL)",
        "one ended (with the fork server)",
        "slow ended (with the fork server)",
        "deaf ended (with the fork server)",
    }


def test_where_it_stays_away_they_are_started_by_their_commands(mortal, told):
    mortal.start(program("one"))
    told(mortal, "one")
    mortal.kill(forks.NAME)
    was = told(mortal, "one", starts=2)
    assert (was["parent"], was["django"]) == (os.getpid(), False)
    mortal.start_again(forks.NAME, within=60)
    mortal.kill("one")
    mortal.start_again("one")
    assert told(mortal, "one", starts=3)["parent"] == mortal.pid(forks.NAME)


def test_one_is_killed_as_soon_as_it_was_started(ready):
    for number in range(40):
        ready.start(program(f"short{number}"))
        ready.kill(f"short{number}")


def test_one_that_does_not_answer_holds_nothing_up(mortal, said, told, monkeypatch):
    mortal._forks._line.settimeout(0.2)
    os.kill(mortal.pid(forks.NAME), signal.SIGSTOP)
    try:
        mortal.start(program("one"))
        assert told(mortal, "one")["parent"] == os.getpid()
    finally:
        os.kill(mortal.pid(forks.NAME), signal.SIGCONT)
    [line] = [line for line in said if line.startswith("one is started by itself")]
    assert "TimeoutError" in line


def test_a_product_that_cannot_be_imported_says_why(tmp_path):
    supervisor = Supervisor(tmp_path)
    with pytest.raises(StartError, match=r"(?s)forks did not start:.*SECRET_KEY"):
        supervisor.start_fork_server({**ENV, "SECRET_KEY": "", "ENVIRONMENT": "production"}, within=60)
    supervisor.stop_all()


# --- a supervisor that is killed itself -------------------------------------------------------------------------------------------

OWNER = """
import os, sys
from pathlib import Path
from whatsapp_automation.embedded.supervisor import Program, Supervisor
supervisor, env = Supervisor(Path(sys.argv[1])), dict(os.environ)
supervisor.start_fork_server(env, 60)
for name, *arguments in (("one",), ("deaf", "deaf")):
    command = (sys.executable, "-m", "tests.embedded.forked", name, *arguments)
    supervisor.start(Program(name, command, env, forked=True, stop_seconds=0.5))
print(*(supervisor.pid(name) for name in supervisor.names()), flush=True)
while True:
    supervisor.pause()
"""


def test_all_end_with_the_supervisor_and_the_next_one_stops_what_is_left(tmp_path, eventually):
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        pids = dict(zip((forks.NAME, "one", "deaf"), map(int, owner.stdout.readline().split()), strict=True))
        eventually(lambda: printed(tmp_path, "one") and printed(tmp_path, "deaf"))
    finally:
        owner.kill()
        owner.wait()
        owner.stdout.close()
    eventually(lambda: not is_running(pids["one"]) and not is_running(pids[forks.NAME]))
    assert is_running(pids["deaf"])
    assert orphans.stop(tmp_path, lambda text: None) == ["deaf"]
    assert not is_running(pids["deaf"])
