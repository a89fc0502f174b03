"""script/bench intake: how many webhooks a second are stored durably and answered with 200.

The product's web process beside an Express + pg + BullMQ webhook and a Django view with ORM insert and a Celery task
for each event. One process each, the same signature check, the same PostgreSQL (fsync on) and Valkey, the same
requests; no worker runs for any of them. The rounds are interleaved; after each one every accepted body's row must be
there.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench.parts import bodies, ground, shops
from bench.parts.figures import end_with, percentile, spread, table
from bench.parts.processes import answers, cpu_seconds, postgres_pid, product, supervised, wait_for
from whatsapp_automation.embedded import ports
from whatsapp_automation.embedded.paths import REPO
from whatsapp_automation.embedded.supervisor import Program, Supervisor
from whatsapp_automation.embedded.terminal import nothing, say, step

CONNECTIONS = (16, 64)
BODIES = 30_000  # more than one run of wrk sends: no wamid comes twice to a server between two truncations
EXPRESS = REPO / "bench" / "rivals" / "express"
OURS, EXPRESS_NAME, ORM_NAME = "this product", "Express + pg + BullMQ", "Django ORM + .delay()"


@dataclass
class Server:
    """A webhook under test, and where its rows go."""

    name: str
    program: Program
    port: int
    database: str
    rows: str
    broker: int
    runs: dict[int, list["Run"]] = field(default_factory=lambda: {count: [] for count in CONNECTIONS})


@dataclass(frozen=True)
class Run:
    """One round of one server. ``bad``: answers other than 200, and requests without one."""

    rps: float
    bad: int
    lost: int
    p50_ms: float
    p99_ms: float
    server_us: float  # CPU time for each request
    postgres_us: float


def main() -> None:
    options = _options()
    local = ground.require_bench() / "intake"
    wrk = _wrk()
    with supervised(local) as supervisor:
        ground.flush()
        servers = [_ours(supervisor), _express(local), _orm_delay(supervisor, options.threads, options.workers)]
        requests = _prepare_requests(local)
        with step("Starting the three servers"):
            for server in servers:
                supervisor.start(server.program, within=30)
        for server in servers:
            _prove(server)
            _wrk_run(wrk, server, 64, 2, requests)  # warm: compiled code, open connections, prepared statements
            _empty(server)
        for turn in range(options.rounds):
            for connections in CONNECTIONS:
                for server in servers[turn % 3 :] + servers[: turn % 3]:
                    run = _round(wrk, server, connections, options.seconds, requests, supervisor)
                    server.runs[connections].append(run)
                    say(f"round {turn + 1}, {connections} connections, {server.name}: {run.rps:.0f}/s")
        _report(servers)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench intake")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="of each round")
    parser.add_argument("--threads", type=int, default=16, help="of each of the Django view's processes")
    parser.add_argument("--workers", type=int, default=1, help="processes of the Django view")
    return parser.parse_args()


def _wrk() -> str:
    """wrk, installed where that is possible."""
    if not shutil.which("wrk") and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        with step("Installing wrk"):
            subprocess.run(["apt-get", "install", "-y", "-qq", "wrk"], stdout=subprocess.DEVNULL, check=False)
    return shutil.which("wrk") or sys.exit(
        "wrk is needed. Debian, Ubuntu: apt-get install wrk   macOS: brew install wrk"
    )


# --- the servers ------------------------------------------------------------------------------------------------------


def _ours(supervisor: Supervisor) -> Server:
    port = ports.take("the web server", 18000, nothing)
    url = ground.new_database("bench_intake")
    env = {**os.environ, "DATABASE_URL": url, "PORT": str(port)}
    with step("Applying migrations"):
        shops.open_shops(supervisor, env, shops.lines(4, env["WHATSAPP_APP_SECRET"]))
    return Server(OURS, _waiting(product("web", env), port), port, url, "webhooks_delivery", 0)


def _express(local: Path) -> Server:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        sys.exit(
            "node (20 or newer) and npm are needed for the Express rival. Debian, Ubuntu: apt-get install nodejs npm"
        )
    folder = local / "express"
    _install_express(npm, folder)
    port = ports.take("Express", 18100, nothing)
    url = ground.new_database("bench_express")
    program = Program(name="express", command=(node, "server.js"), env=_rival_env(url, 2, port), cwd=folder)
    return Server(EXPRESS_NAME, _waiting(program, port), port, url, "webhook_event", 2)


def _install_express(npm: str, folder: Path) -> None:
    """``npm ci`` into ``folder``, unless exactly this is there."""
    files = [EXPRESS / name for name in ("package.json", "package-lock.json", ".npmrc")]
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    stamp = folder / ".installed"
    folder.mkdir(parents=True, exist_ok=True)
    for file in (*files, EXPRESS / "server.js"):
        shutil.copy(file, folder)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with step("Installing Express, pg and BullMQ"):
        done = subprocess.run(
            [npm, "ci", "--omit=dev"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit(f"npm ci failed:\n{done.stdout}")
    stamp.write_text(wanted)


def _orm_delay(supervisor: Supervisor, threads: int, workers: int) -> Server:
    port = ports.take("the Django view", 18200, nothing)
    url = ground.new_database("bench_orm_delay")
    settings = {
        "RIVAL_SECRET_KEY": os.environ["SECRET_KEY"],
        "DJANGO_SETTINGS_MODULE": "bench.rivals.orm_delay.settings",
    }
    env = _rival_env(url, 3, port) | settings
    migrate = (sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0")
    supervisor.run(Program(name="orm-delay-migrate", command=migrate, env=env))
    options = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers))
    threading = ("--blocking-threads", str(threads), "--no-access-log", "--no-ws")
    command = (sys.executable, "-m", "granian", *options, *threading, "bench.rivals.orm_delay.wsgi:application")
    return Server(
        ORM_NAME, _waiting(Program(name="orm-delay", command=command, env=env), port), port, url, "webhook_event", 3
    )


def _rival_env(url: str, broker: int, port: int) -> dict[str, str]:
    return ground.outside_env() | {
        "NODE_ENV": "production",
        "DATABASE_URL": url,
        "REDIS_URL": ground.redis_url(broker),
        "APP_SECRET": os.environ["WHATSAPP_APP_SECRET"],
        "PORT": str(port),
        "PYTHONPATH": str(REPO),
    }


def _waiting(program: Program, port: int) -> Program:
    """The program, ready when /health answers 200."""
    return Program(**{**vars(program), "ready": lambda: answers(port, "/health") == 200})


def _prepare_requests(local: Path) -> Path:
    path = local / "requests"
    line, secret = shops.lines(1, os.environ["WHATSAPP_APP_SECRET"])[0], os.environ["WHATSAPP_APP_SECRET"]
    with step(f"Preparing {BODIES} signed requests"):
        wanted = list(bodies.of_many_sizes(line, BODIES))
        bodies.write_requests(path, (bodies.request(body, secret) for body in wanted))
    sizes = sorted(map(len, wanted))
    say(f"Bodies of {sizes[0]} to {sizes[-1]} bytes, {sum(sizes) / len(sizes):.0f} in the mean")
    return path


def _prove(server: Server) -> None:
    """A body that nobody signed is refused: whoever skipped the check would be faster."""
    wrong = {"X-Hub-Signature-256": "sha256=" + "0" * 64, "Content-Type": "application/json"}
    if answers(server.port, "/webhook", wrong, b"{}") != 401:
        sys.exit(f"{server.name} took a body with a wrong signature")


# --- measuring --------------------------------------------------------------------------------------------------------


def _round(wrk: str, server: Server, connections: int, seconds: int, requests: Path, supervisor: Supervisor) -> Run:
    pid, postgres = supervisor.pid(server.program.name), postgres_pid()
    before = cpu_seconds(pid), cpu_seconds(postgres)
    done = _wrk_run(wrk, server, connections, seconds, requests)
    used = cpu_seconds(pid) - before[0], cpu_seconds(postgres) - before[1]
    accepted = done["answers"] - done["bad"]
    lost = max(0, accepted - _count(server))
    _empty(server)
    return Run(
        rps=accepted / done["seconds"],
        bad=done["bad"] + done["broken"],
        lost=lost,
        p50_ms=done["p50_ms"],
        p99_ms=done["p99_ms"],
        server_us=used[0] / max(accepted, 1) * 1e6,
        postgres_us=used[1] / max(accepted, 1) * 1e6,
    )


def _wrk_run(wrk: str, server: Server, connections: int, seconds: int, requests: Path) -> dict:
    """What wrk.lua counted."""
    script = REPO / "bench" / "parts" / "wrk.lua"
    # One thread; 10 s is longer than any answer takes, so that nothing is counted as broken that only waits.
    shape = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(script)]
    command = [wrk, *shape, f"http://127.0.0.1:{server.port}/webhook", "--", str(requests)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    done = json.loads(ran.stdout.splitlines()[-1])
    if done["around"]:
        say(f"{server.name} was sent some bodies a second time: more than {BODIES} requests")
    return done


def _count(server: Server) -> int:
    """The rows that are stored, once those that were on the way when wrk left have come to rest."""
    seen = [-1]
    with psycopg.connect(server.database, autocommit=True) as connection:

        def rests() -> bool:
            seen.append(connection.execute(f"SELECT count(*) FROM {server.rows}").fetchone()[0])
            return seen[-1] == seen[-2]

        wait_for(rests, f"{server.rows} comes to rest", pause=0.2)
    return seen[-1]


def _empty(server: Server) -> None:
    with psycopg.connect(server.database, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {server.rows} CASCADE")
    ground.flush(server.broker)


def _report(servers: list[Server]) -> None:
    ours, express, orm = servers
    rows, ratios = [], {}
    for connections in CONNECTIONS:
        for server in servers:
            runs = server.runs[connections]
            middle = percentile([run.rps for run in runs], 0.5)
            ratios[server.name, connections] = percentile([run.rps for run in ours.runs[connections]], 0.5) / middle
            rows.append(
                [
                    str(connections),
                    server.name,
                    spread([run.rps for run in runs]),
                    f"{ratios[server.name, connections]:.2f}",
                    f"{percentile([r.p50_ms for r in runs], 0.5):.1f} / {percentile([r.p99_ms for r in runs], 0.5):.1f}",
                    f"{percentile([r.server_us for r in runs], 0.5):.0f} / {percentile([r.postgres_us for r in runs], 0.5):.0f}",
                    f"{sum(r.bad for r in runs)} / {sum(r.lost for r in runs)}",
                ]
            )
    head = ["conn.", "server", "requests/s", "ours is x", "p50 / p99 ms", "CPU us server / PG", "bad / lost"]
    say("\nDurable webhook intake, one process each, no worker running, median [least..most] of the rounds")
    say(table(head, rows))
    everything = [run for server in servers for runs in server.runs.values() for run in runs]
    end_with(
        {
            "bench": "intake",
            "ratio_express": {str(count): round(ratios[express.name, count], 2) for count in CONNECTIONS},
            "ratio_orm_delay": round(min(ratios[orm.name, count] for count in CONNECTIONS), 2),
            "rps": round(percentile([run.rps for run in ours.runs[64]], 0.5)),
            "bad": sum(run.bad for run in everything),
            "lost": sum(run.lost for run in everything),
        }
    )


if __name__ == "__main__":
    main()
