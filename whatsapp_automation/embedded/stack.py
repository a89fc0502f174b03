"""All of it together: PostgreSQL, Valkey, and on top the product's processes. The one way in which they are started.

with services(folder) as env: ...           # PostgreSQL and Valkey alone: {"DATABASE_URL": ..., "REDIS_URL": ...}
with Stack(folder) as stack:                # the whole product, as script/server runs it
    stack.start()
    stack.supervisor.kill("inbound")        # stays down until start_again
    stack.supervisor.start_again("inbound")
"""

import contextlib
import http.client
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from . import environment, keys, lock, orphans, ports
from .environment import Ports
from .paths import shown
from .postgres import Postgres
from .programs import manage, programs
from .supervisor import StartError, Supervisor
from .terminal import Say, Step, nothing, silent_step
from .valkey import Valkey


class Stack:
    """The product on this machine, with everything it keeps below ``local``.

    ``given`` are settings that win over the generated ones; with DATABASE_URL or REDIS_URL in it that service is not
    started. Of the caller's environment only what is no setting of ours (PATH, HOME) reaches the processes by itself.
    Nothing that dies is started again unless somebody calls ``supervisor.pause`` or ``tick`` now and then.
    """

    def __init__(
        self,
        local: Path,
        given: Mapping[str, str] | None = None,
        *,
        preferred: Ports = Ports(),  # noqa: B008 - frozen
        durable: bool = True,
        say: Say = nothing,
        step: Step = silent_step,
    ):
        self.local = local
        self.given = environment.without_settings(os.environ) | dict(given or {})
        self.preferred, self.durable = preferred, durable
        self._say, self._step = say, step
        self.supervisor = Supervisor(local, say)
        self.env: dict[str, str] = {}
        self._secrets: dict[str, str] = {}
        self._urls: dict[str, str] = {}
        self._lock = contextlib.ExitStack()

    def __enter__(self) -> "Stack":
        """Take the folder's lock and stop what a killed predecessor left. Raises lock.Busy, StartError."""
        self.lock = self._lock.enter_context(_claimed(self.local, self._say))
        return self

    def __exit__(self, *error) -> None:
        with self._lock:
            self.supervisor.stop_all()

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.env['PORT']}"

    @property
    def simulator_url(self) -> str | None:
        """The customer's phone and the Graph API that is not Meta's; None where messages go to another Graph API."""
        return self.env.get("SIMULATOR_URL") if environment.uses_simulator(self.given) else None

    def start(self, *, demo: bool = True) -> None:
        """Everything from nothing to a healthy product. Raises StartError, keys.KeysError."""
        self.start_services()
        with self._step("Applying migrations"):
            self.manage("migrate", "--noinput")
        if demo:
            with self._step("Filling the demo shop"):
                self.manage("demo")
        self.start_programs()

    def start_services(self) -> None:
        """PostgreSQL and Valkey, unless given; ``env`` is complete afterwards."""
        self._secrets = keys.load(self.local)
        services = (self.supervisor, self._secrets, self.given, self.preferred, self.durable)
        self._urls = _start_services(*services, say=self._say, step=self._step)
        self._build_env(nothing)

    def _build_env(self, say: Say) -> None:
        web = ports.take("the web server", self._wanted("PORT", self.preferred.web), say)
        simulator = ports.take("the customer's phone", self._wanted("SIMULATOR_PORT", self.preferred.simulator), say)
        self.env = environment.build(self.local, self._secrets, self.given | self._urls, web, simulator)

    def _wanted(self, name: str, preferred: int) -> int:
        """The port that the caller asks for. Raises StartError for one that is none."""
        given = self.given.get(name) or str(preferred)
        if not (given.isascii() and given.isdigit() and 0 < int(given) < 65536):
            raise StartError(f"{name} must be a port from 1 to 65535, not {given!r}.")
        return int(given)

    def manage(self, *arguments: str) -> None:
        """Run ``manage.py`` with these arguments to its end. Raises StartError with its last lines."""
        self.supervisor.run(manage(arguments, self.env))

    def start_programs(self) -> None:
        """The product's processes; returns when /health answers 200. ``env`` has the final ports afterwards."""
        self._build_env(self._say)  # again: another program may have taken a port while the database was made ready
        wanted = programs(self.env, self.given)
        forked = [program for program in wanted if program.forked]
        with self._step(f"Starting {', '.join(program.name for program in wanted)}"):
            for program in wanted:
                if program not in forked:
                    self.supervisor.start(program)
            self.supervisor.start_fork_server(self.env, within=60)
            for program in forked:
                self.supervisor.start(program)
            self.wait_healthy()
            self._wait_for_the_rest()

    def wait_healthy(self, within: float = 60.0) -> None:
        """Return when GET /health answers 200. Raises StartError after ``within`` seconds."""
        deadline = time.monotonic() + within
        while _answer(int(self.env["PORT"]), "/health") != 200:
            if time.monotonic() > deadline:
                raise StartError(
                    f"{self.web_url}/health did not answer 200 within {within:.0f} s."
                    f" See {shown(self.local / 'log' / 'web.log')}."
                )
            self.supervisor.pause(0.1)

    def _wait_for_the_rest(self, within: float = 20.0) -> None:
        """The workers and the simulator. What is not ready in time is said by /health/ready, not here."""
        asked = [(int(self.env["PORT"]), "/health/ready")]
        if self.simulator_url:
            asked.append((int(self.simulator_url.rpartition(":")[2]), "/_sim/numbers"))
        deadline = time.monotonic() + within
        while any(_answer(port, path) != 200 for port, path in asked) and time.monotonic() < deadline:
            self.supervisor.pause(0.1)


@contextmanager
def services(
    local: Path, *, durable: bool = True, say: Say = nothing, step: Step = silent_step
) -> Iterator[dict[str, str]]:
    """PostgreSQL and Valkey with data below ``local``; yields their addresses. Raises lock.Busy, StartError."""
    supervisor = Supervisor(local, say)
    with _claimed(local, say):
        try:
            yield _start_services(supervisor, keys.load(local), {}, Ports(), durable, say=nothing, step=step)
        finally:
            supervisor.stop_all()


@contextmanager
def _claimed(local: Path, say: Say) -> Iterator[lock.Lock]:
    with lock.hold(local / "server.lock") as held:
        orphans.stop(local, say)
        yield held


def _start_services(
    supervisor: Supervisor,
    secrets: Mapping[str, str],
    given: Mapping[str, str],
    preferred: Ports,
    durable: bool,
    *,
    say: Say,
    step: Step,
) -> dict[str, str]:
    """Start what is not given; the addresses of what was started."""
    urls = {}
    if not given.get("DATABASE_URL"):
        port = ports.take("PostgreSQL", preferred.postgres, nothing)
        password, admin = secrets["POSTGRES_PASSWORD"], secrets["POSTGRES_ADMIN_PASSWORD"]
        postgres = Postgres(supervisor.local, port, password, admin, durable, say)
        with step("Starting PostgreSQL" if postgres.exists() else "Creating the database"):
            supervisor.start(postgres.program(), within=60)
        urls["DATABASE_URL"] = postgres.url
    if not given.get("REDIS_URL"):
        valkey = Valkey(supervisor.local, ports.take("Valkey", preferred.valkey, nothing), secrets["VALKEY_PASSWORD"])
        with step("Starting Valkey"):
            supervisor.start(valkey.program(), within=60)
        urls["REDIS_URL"] = valkey.url
    return urls


def _answer(port: int, path: str) -> int:
    """The status code of a page of ours, 0 without one. Asked directly: a proxy of the caller's environment has no business here."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", path)
        return line.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        line.close()
