"""python -m simulator, as a process."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.__main__ import parse
from simulator.webhooks import Clock

from .conftest import DAIRY, Simulator, eventually, text_to

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def start(port: int, *flags: str, numbers: str | None = None) -> subprocess.Popen:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIMULATOR_")}
    environment["SIMULATOR_NUMBERS"] = json.dumps([DAIRY]) if numbers is None else numbers
    environment["SIMULATOR_WEBHOOK_URL"] = "http://127.0.0.1:9/webhook"
    command = [sys.executable, "-m", "simulator", "--port", str(port), *flags]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def stop(process: subprocess.Popen) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    return process.returncode, said


def reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def port():
    return free_port()


def test_it_serves_the_numbers_of_the_environment_and_stops_quickly_with_a_page_open(port):
    process = start(port)
    eventually(lambda: reachable(port), 40)
    sim = Simulator(f"http://127.0.0.1:{port}")
    assert sim.get("/health") == {"ok": True, "numbers": 1, "webhook_url": "http://127.0.0.1:9/webhook"}
    page = sim.http.get(f"{sim.url}/_sim/events", stream=True, timeout=30)
    started = time.monotonic()
    code, said = stop(process)
    assert (code, time.monotonic() - started < 10) == (0, True)
    assert "Traceback" not in said
    assert "dairy-secret" not in said
    page.close()
    sim.http.close()


def test_it_says_what_is_wrong_and_ends(port):
    with socket.create_server(("127.0.0.1", port)):
        taken, broken = start(port), start(port, numbers='[{"phone_number_id":"1"}]')
        said_taken, said_broken = (process.communicate(timeout=10)[1] for process in (taken, broken))
    assert (taken.returncode, f"cannot listen on 127.0.0.1:{port}" in said_taken) == (1, True)
    assert (broken.returncode, "waba_id" in said_broken) == (2, True)


def test_customers_and_windows_outlive_a_restart(port, tmp_path):
    state = ("--state", str(tmp_path / "simulator.json"))
    process = start(port, *state)
    eventually(lambda: reachable(port), 40)
    sim = Simulator(f"http://127.0.0.1:{port}")
    kiran = sim.post("/customers", {"name": "Kiran", "username": "kiran"})
    sim.write(kiran["id"], "hello")
    sim.send(kiran["user_id"], "good day")
    sim.http.close()
    assert stop(process)[0] == 0

    process = start(port, *state)
    eventually(lambda: reachable(port), 40)
    sim = Simulator(f"http://127.0.0.1:{port}")
    assert [one["text"] for one in sim.thread("@kiran")] == ["hello", "good day"]
    assert sim.get("/customers/@kiran/thread")["customer"]["id"] == kiran["id"]
    assert sim.graph(text_to(kiran["user_id"])).status_code == 200
    assert len(sim.get("/customers")["customers"]) == 3
    sim.http.close()
    assert stop(process)[0] == 0


def test_flags_win_over_the_environment_and_the_defaults_are_safe(monkeypatch):
    for name in list(os.environ):
        if name.startswith("SIMULATOR_"):
            monkeypatch.delenv(name)
    plain = parse([])
    assert (plain.host, plain.port, plain.webhook_url) == ("127.0.0.1", 9090, "http://127.0.0.1:8000/webhook")
    assert (plain.retry_first, plain.retry_for) == (Clock.first, Clock.give_up)
    monkeypatch.setenv("SIMULATOR_PORT", "9191")
    assert parse([]).port == 9191
    assert parse(["--port", "9292"]).port == 9292
