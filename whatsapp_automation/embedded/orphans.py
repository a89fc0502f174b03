"""What a killed supervisor left behind: found by a record with start times, proven to be ours, stopped.

``.local/processes.json`` lists what runs. Each program leads a session of its own, so its children are found even where
the leader itself is dead (Granian's worker outlives its parent and keeps the port).
"""

import contextlib
import json
import os
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from .keys import write_private
from .terminal import Say

MARK = "LOCAL_DIR"  # every child has it in its environment
CLOCK_STEP_SECONDS = 5.0  # start times are computed from the wall clock, which may have been set meanwhile


@dataclass(frozen=True)
class Started:
    name: str
    pid: int
    created: float
    command: tuple[str, ...]
    stop_signal: int
    stop_seconds: float


def record(local: Path, started: list[Started]) -> None:
    local.mkdir(parents=True, exist_ok=True)
    write_private(_file(local), json.dumps([asdict(one) for one in started], indent=1))


def created(pid: int) -> float:
    """When a process started, in seconds since 1970, or 0.0 if it has ended already."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return 0.0


def stop(local: Path, say: Say) -> list[str]:
    """Stop exactly the recorded processes that still run, in order; return their names. The caller holds the lock."""
    stopped = []
    for one in _recorded(local):
        leader, members = _remains(one, local)
        if leader or members:
            say(f"Stopping {one.name}, left over from a server that was killed.")
            _stop(one, leader, members)
            stopped.append(one.name)
    record(local, [])
    return stopped


def _recorded(local: Path) -> list[Started]:
    """Only a hint: a file that is broken or gone means nothing to stop."""
    try:
        return [
            Started(**{**entry, "command": tuple(entry["command"])}) for entry in json.loads(_file(local).read_text())
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def _file(local: Path) -> Path:
    return local / "processes.json"


def _remains(one: Started, local: Path) -> tuple[psutil.Process | None, list[psutil.Process]]:
    """The leader if it lives and is the recorded one, and the living rest of its session."""
    session = [
        process for process in psutil.process_iter() if _session_of(process.pid) == one.pid and is_alive(process)
    ]
    leader = next((process for process in session if process.pid == one.pid), None)
    if leader and not _is(leader, one):
        return None, []  # the number belongs to somebody else now, and so does the session
    return leader, [process for process in session if process != leader and _is_marked(process, local)]


def _is(process: psutil.Process, one: Started) -> bool:
    try:
        near = abs(process.create_time() - one.created) < CLOCK_STEP_SECONDS
        arguments = process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    # The line's end alone: on macOS Python replaces its own name, and for a moment the leash stands before the command.
    return near and tuple(arguments[len(arguments) - len(one.command) + 1 :]) == one.command[1:]


def _is_marked(process: psutil.Process, local: Path) -> bool:
    try:
        return process.environ().get(MARK) == str(local)
    except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
        return False


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None


def _stop(one: Started, leader: psutil.Process | None, members: list[psutil.Process]) -> None:
    if leader:
        end(leader, signal.Signals(one.stop_signal), one.stop_seconds)
    for process in [leader, *members]:
        if process and is_alive(process):
            end(process, signal.SIGKILL, 5)


def end(process: psutil.Process, number: signal.Signals, seconds: float) -> bool:
    """Send a signal and wait; whether the process has ended. A zombie has: its parent, not we, must fetch it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)
    deadline = time.monotonic() + seconds
    while is_alive(process) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(process)


def is_alive(process: psutil.Process) -> bool:
    """Whether exactly this process still runs."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
