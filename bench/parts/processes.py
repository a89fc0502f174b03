"""The programs that a benchmark measures: started under a supervisor, watched for their CPU time."""

import http.client
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from whatsapp_automation.embedded.forks import NAME as FORKS
from whatsapp_automation.embedded.programs import programs
from whatsapp_automation.embedded.supervisor import Program, StartError, Supervisor


@contextmanager
def supervised(folder: Path) -> Iterator[Supervisor]:
    """A supervisor with its logs below ``folder``; at the end everything that it started is stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    supervisor = Supervisor(folder)
    try:
        yield supervisor
    finally:
        supervisor.stop_all()


def product(name: str, env: dict[str, str]) -> Program:
    """One of the product's programs, exactly as script/server starts it."""
    return next(program for program in programs(env, env) if program.name == name)


def wait_for(question: Callable[[], bool], what: str, within: float = 30.0, pause: float = 0.05) -> None:
    """Raises StartError where the question is not answered with true in time."""
    deadline = time.monotonic() + within
    while not question():
        if time.monotonic() > deadline:
            raise StartError(f"{what}: not within {within:.0f} s")
        time.sleep(pause)


def answers(port: int, path: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> int:
    """The status of one request; 0 where nobody answers."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET" if body is None else "POST", path, body, headers or {})
        return line.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        line.close()


def family(name: str, pid: int) -> list[psutil.Process]:
    """A program's process and all below it. What the fork server has forked are programs of their own."""
    root = psutil.Process(pid)
    return [root] if name == FORKS else [root, *root.children(recursive=True)]


def cpu_seconds(pid: int, name: str = "") -> float:
    """CPU time of a program's process and all below it that are still there."""
    total = 0.0
    for process in family(name, pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def postgres_pid() -> int:
    """The PostgreSQL server's own process."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        return psutil.Process(connection.info.backend_pid).ppid()
