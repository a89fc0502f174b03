"""script/bench memory: what everything that script/server starts holds in memory, process by process, idle and at work.

PSS (/proc/PID/smaps_rollup): a page that several processes share counts in each with its part, so that the sum is what the
machine misses. Idle is after the start, once nothing has used the CPU for some seconds; loaded is the most of all seconds
while customers write 50 messages a second for 30 s, statuses coming back. Linux only, and as the user who started it.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg

from bench.parts import bodies, ground, shops
from bench.parts.figures import end_with, table
from bench.parts.processes import cpu_seconds, family, wait_for
from whatsapp_automation.embedded.environment import Ports
from whatsapp_automation.embedded.paths import REPO
from whatsapp_automation.embedded.stack import Stack
from whatsapp_automation.embedded.terminal import say, step

MOST_MB = 500  # idle, all of it; some 650 where the processes are not forked from one
APART = Ports(web=18400, simulator=19400, postgres=25932, valkey=26879)  # script/server may run here too
CALM_SECONDS, CALM_CPU = 5.0, 0.02  # idle: not more than this share of a CPU, for so long


def main() -> None:
    if not Path("/proc/self/smaps_rollup").exists():
        sys.exit("It reads /proc/PID/smaps_rollup, which this system has not.")
    options = _options()
    local, secret = ground.require_bench() / "memory", os.environ["WHATSAPP_APP_SECRET"]
    given = ground.outside_env() | {"WHATSAPP_APP_SECRET": secret}
    with Stack(local, given, preferred=APART, say=say, step=step) as stack:
        stack.start()  # as script/server does: with PostgreSQL, Valkey and the demo's two shops
        with step("Waiting until it is idle"):
            _wait_idle(stack)
        idle = _memory(stack)
        loaded = _under_load(stack, secret, options.rate, options.seconds)
    _report(idle, loaded)
    if sum(idle.values()) > MOST_MB:
        sys.exit(f"Idle it holds more than {MOST_MB} MB.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench memory")
    parser.add_argument("--rate", type=int, default=50, help="messages a second")
    parser.add_argument("--seconds", type=int, default=30, help="of load")
    return parser.parse_args()


def _wait_idle(stack: Stack) -> None:
    """Calm for some seconds together: the beat wakes both workers every ten seconds for a moment."""
    since, used = time.monotonic(), _cpu(stack)

    def calm() -> bool:
        nonlocal since, used
        now, newest = time.monotonic(), _cpu(stack)
        if newest - used > CALM_CPU * max(now - since, 1.0):
            since, used = now, newest
        return now - since >= CALM_SECONDS

    wait_for(calm, "idle", within=120, pause=0.5)


def _cpu(stack: Stack) -> float:
    return sum(cpu_seconds(pid, name) for name, pid in _pids(stack).items())


def _pids(stack: Stack) -> dict[str, int]:
    """The leader of each of the product's processes; the others of a process are below it."""
    pids = {name: stack.supervisor.pid(name) for name in stack.supervisor.names()}
    return {name: pid for name, pid in pids.items() if pid}


def _memory(stack: Stack) -> dict[str, float]:
    """MB of PSS by process, each with all that it has started."""
    return {name: _pss_of_family(name, pid) / 1024 for name, pid in _pids(stack).items()}


def _pss_of_family(name: str, pid: int) -> int:
    """KB. A process that ends meanwhile counts nothing."""
    try:
        return sum(_pss(process.pid) for process in family(name, pid))
    except psutil.NoSuchProcess:
        return 0


def _pss(pid: int) -> int:
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(found[1]) if found else 0


def _under_load(stack: Stack, secret: str, rate: int, seconds: int) -> dict[str, float]:
    """The second in which all of it held most. Exits where a message was refused or not answered."""
    line = _line_of_the_demo(stack, secret)
    _forget_the_window(stack)
    count = rate * seconds
    requests = stack.local / "requests"
    made = (bodies.message(line, _phone(place), bodies.line_of(place), _wamid(place)) for place in range(count))
    bodies.write_requests(requests, (bodies.request(body, secret) for body in made))
    command = [sys.executable, "-m", "bench.parts.open_loop", str(requests), stack.env["PORT"], str(rate)]
    most: dict[str, float] = {}
    with step(f"{rate} messages a second for {seconds} s"):
        generator = subprocess.Popen([*command, str(time.time() + 1)], stdout=subprocess.PIPE, text=True, cwd=REPO)
        while generator.poll() is None:
            now = _memory(stack)
            most = max(most, now, key=lambda one: sum(one.values()))
            time.sleep(1)
        _wait_answered(stack, count)
    told = generator.communicate()[0]
    if f'"200": {count}' not in told:
        sys.exit(f"Not every message was taken: {told}")
    return most


def _forget_the_window(stack: Stack) -> None:
    """The generator posts to the product itself: the simulator has not seen these customers write."""
    port = int(stack.env["SIMULATOR_URL"].rpartition(":")[2])
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as wire:
        wire.request("PUT", "/_sim/faults", json.dumps({"limits": {"window": False}}))
        if (status := wire.getresponse().status) != 200:
            sys.exit(f"The simulator answered {status}.")


def _line_of_the_demo(stack: Stack, secret: str) -> shops.Line:
    env = stack.env
    named = (env["WHATSAPP_PHONE_NUMBER_ID"], env["WHATSAPP_WABA_ID"], env["WHATSAPP_DISPLAY_PHONE_NUMBER"])
    return shops.Line(*named, name="", access_token="", app_secret=secret)


def _wait_answered(stack: Stack, count: int) -> None:
    """Each of this run's customers has an answer that the Graph API took."""
    sql = """
        SELECT count(DISTINCT p.id) FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id
        JOIN conversations_contact p ON p.id = c.contact_id
        WHERE p.phone LIKE %s AND m.direction = 'out' AND m.status IN (30, 40, 60, 70, 80)
    """
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as database:
        ours = f"9196{RUN:04d}%"
        wait_for(lambda: database.execute(sql, [ours]).fetchone()[0] >= count, "answers", within=60, pause=0.5)


RUN = int(time.time()) % 10_000  # other customers in each run: its data stay


def _phone(place: int) -> str:
    return f"9196{RUN:04d}{place:04d}"


def _wamid(place: int) -> str:
    return f"wamid.memory.{RUN}.{place}"


def _report(idle: dict[str, float], loaded: dict[str, float]) -> None:
    rows = [[name, f"{idle[name]:.0f}", f"{loaded.get(name, 0):.0f}"] for name in sorted(idle, key=lambda n: -idle[n])]
    rows.append(["all", f"{sum(idle.values()):.0f}", f"{sum(loaded.values()):.0f}"])
    say("\n" + table(["process", "idle MB", "loaded MB"], rows))
    figures = {"pss_mb": round(sum(idle.values())), "loaded_mb": round(sum(loaded.values()))}
    end_with({"bench": "memory", **figures})


if __name__ == "__main__":
    main()
