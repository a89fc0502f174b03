"""Starts named programs, writes what they print to ``.local/log/<name>.log``, restarts what dies, stops all in order.

No thread and no pipe: a child writes straight to its log file, so that nothing the supervisor does or suffers can block
it. The owner of a Supervisor calls ``tick`` every now and then; everything happens there.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from . import forks, orphans
from .leash import leashed
from .paths import REPO, log_file, shown
from .tail import Tail
from .terminal import Say, nothing

TICK_SECONDS = 0.2
STEADY_SECONDS = 60.0  # who ran this long starts anew at the shortest pause
LONGEST_PAUSE = 30.0
START_TRIES = 5
# So long what died with the fork server waits for the new one: by their commands all would import at once.
FORKS_WITHIN = 15.0


class StartError(Exception):
    """Something did not start. The text is for the person at the terminal."""


@dataclass(frozen=True)
class Program:
    """One process. ``stage`` orders the stopping: the lowest first, those of one stage together."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    stage: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    cwd: Path = REPO
    user: tuple[int, int] | None = None  # uid and gid to become; only root can
    before: Callable[[], None] | None = None  # runs before each start, restarts included
    ready: Callable[[], bool] | None = None
    forked: bool = False  # a module of Python that the fork server, where there is one, has imported
    stdin: Callable[[], IO | socket.socket] | None = None  # opens what it reads from, at each start
    shows: bool = True  # its warnings and errors appear on the terminal too


@dataclass
class Signals:
    """Ctrl-C, SIGTERM and SIGHUP: noted when they come, obeyed where it is safe."""

    count: int = 0

    def catch(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def check(self) -> None:
        """Raise KeyboardInterrupt if one has come."""
        if self.count:
            raise KeyboardInterrupt

    def _note(self, number, frame) -> None:
        self.count += 1


@dataclass
class _Child:
    program: Program
    tail: Tail
    process: subprocess.Popen | forks.Forked | None = None
    created: float = 0.0  # as the kernel tells it: proves later that a pid is still this process
    started: float = 0.0
    pause: float = 0.0
    restart_at: float | None = None
    ends_by: float | None = None  # it was told to end; later it is killed
    deaths: int = 0
    held: bool = False  # stopped on purpose: stays down
    once: bool = False  # runs to its end and is not started again


class Supervisor:
    def __init__(self, local: Path, say: Say = nothing):
        self.local = local
        self.signals = Signals()
        self._say = say
        self._children: dict[str, _Child] = {}
        self._forks: forks.ForkServer | None = None

    def start_fork_server(self, env: Mapping[str, str], within: float) -> None:
        """What is ``forked`` and has this environment is forked from now on from a process that has imported the product; where that
        is not there, it is started by its command. Raises StartError where the product cannot be imported.
        """
        if not forks.is_possible():
            return
        self._forks = forks.ForkServer(env)
        options = {"stage": 3, "ready": self._forks.ready, "stdin": self._forks.stdin}
        self.start(Program(forks.NAME, forks.COMMAND, env, **options), within)

    def start(self, program: Program, within: float = 0.0) -> None:
        """Start a program; with ``within`` wait that many seconds until it is ready, else raise StartError."""
        child = _Child(program, Tail(log_file(self.local, program.name)))
        self._children[program.name] = child
        self._spawn(child)
        if within:
            self._wait_ready(child, within)

    def run(self, program: Program) -> None:
        """Run a program to its end. Raises StartError with its last lines when its exit code is not 0."""
        child = _Child(program, Tail(log_file(self.local, program.name)), once=True)
        self._children[program.name] = child
        self._spawn(child)
        try:
            while (code := child.process.poll()) is None:
                self.pause()
        finally:
            self._stop_together([child])
            del self._children[program.name]
            self._record()
        if code != 0:
            raise StartError(f"{program.name} failed ({_how(code)}):\n{child.tail.last_lines()}")

    def tick(self) -> None:
        """Restart what has died and is due, show what is worth seeing. Takes under a millisecond when all is well."""
        for child in list(self._children.values()):
            if child.process and not child.once and (code := child.process.poll()) is not None:
                self._ended(child, code)
            elif child.process and child.ends_by is not None and time.monotonic() > child.ends_by:
                kill_group(child.process)  # the next tick sees it
            elif child.restart_at is not None and self._is_due(child):
                self._spawn(child)
            lines = child.tail.important_lines()
            for line in lines if child.program.shows else ():
                self._say(f"{child.program.name:<10}| {line}")

    def _is_due(self, child: _Child) -> bool:
        now, forks_child = time.monotonic(), self._children.get(forks.NAME)
        if now < child.restart_at:
            return False
        is_coming = forks_child and not forks_child.held and not self._forks.ready()
        return not (child.program.forked and is_coming and now < child.restart_at + FORKS_WITHIN)

    def pause(self, seconds: float = TICK_SECONDS) -> None:
        """Sleep, tick, and raise KeyboardInterrupt if a signal came meanwhile."""
        time.sleep(seconds)
        self.signals.check()
        self.tick()

    def pid(self, name: str) -> int | None:
        """The process id, or None while it is down."""
        process = self._children[name].process
        return process.pid if process else None

    def names(self) -> list[str]:
        return list(self._children)

    def stop(self, name: str) -> None:
        """Stop one program in good order; it stays down until ``start_again``."""
        child = self._children[name]
        child.held, child.restart_at = True, None
        self._stop_together([child])

    def kill(self, name: str) -> None:
        """kill -9 one program with all its processes; it stays down until ``start_again``."""
        child = self._children[name]
        child.held, child.restart_at = True, None
        if child.process:
            kill_group(child.process)
            child.process = None
            self._end_forked_after(child)
            self._record()

    def start_again(self, name: str, within: float = 0.0) -> None:
        """Start a program that ``stop`` or ``kill`` took down."""
        child = self._children[name]
        if child.process is None:
            child.held = False
            self._spawn(child)
        if within:
            self._wait_ready(child, within)

    def stop_all(self) -> None:
        """Stop everything, stage by stage. A signal meanwhile ends the waiting for a stage: what is left is killed."""
        children = list(self._children.values())
        for child in children:
            child.held, child.restart_at = True, None
        for stage in sorted({child.program.stage for child in children}):
            self._stop_together([child for child in children if child.program.stage == stage])
        if self._forks:
            self._forks.close()

    def _spawn(self, child: _Child) -> None:
        program = child.program
        child.restart_at = child.ends_by = None
        if program.before:
            program.before()
        with child.tail.open_for_child() as log:
            child.process = self._by_fork(program, log) or self._by_command(program, log)
        child.started = time.monotonic()
        child.created = orphans.created(child.process.pid)
        self._record()

    def _by_fork(self, program: Program, log: BinaryIO) -> forks.Forked | None:
        if not (program.forked and self._forks and self._forks.can(program.env)):
            return None
        if program.user or program.cwd != REPO:
            raise ValueError(f"{program.name} cannot be forked: it wants another user or folder.")
        try:
            return self._forks.fork(program.command, program.name, program.stop_signal, log)
        except forks.ForkError as error:
            self._say(
                f"{program.name} is started by itself: the process that it is forked from has not answered ({error})."
            )
            return None

    def _by_command(self, program: Program, log: BinaryIO) -> subprocess.Popen:
        with contextlib.ExitStack() as stack:
            stdin = stack.enter_context(program.stdin()) if program.stdin else subprocess.DEVNULL
            return subprocess.Popen(
                leashed(list(program.command), program.stop_signal, program.user),
                env={**program.env, orphans.MARK: str(self.local)},
                cwd=program.cwd,
                stdin=stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone, and we stop them in order
            )

    def _ended(self, child: _Child, code: int) -> None:
        """A program died by itself: end what is left of it (Granian's worker keeps the port), plan the next start."""
        name, lived = child.program.name, time.monotonic() - child.started
        kill_group(child.process)
        child.process = None
        self._end_forked_after(child)
        child.deaths += 1
        child.pause = 0.5 if lived >= STEADY_SECONDS or not child.pause else min(child.pause * 2, LONGEST_PAUSE)
        child.restart_at = None if child.held else time.monotonic() + child.pause
        self._record()
        self._say(
            f"{name} ended ({_how(code)}) after {lived:.0f} s; it starts again in {child.pause:g} s."
            f" Its log: {shown(child.tail.path)}"
        )

    def _end_forked_after(self, child: _Child) -> None:
        """Where it was the fork server that died, the leash has told all that it had forked to end: each has its patience left."""
        if child.program.name != forks.NAME:
            return
        self._forks.close()
        for other in self._children.values():
            if isinstance(other.process, forks.Forked):
                other.ends_by = time.monotonic() + other.program.stop_seconds

    def _wait_ready(self, child: _Child, within: float) -> None:
        deadline, deaths = time.monotonic() + within, child.deaths
        while not (
            child.process and child.process.poll() is None and (not child.program.ready or child.program.ready())
        ):
            if time.monotonic() > deadline or child.deaths - deaths >= START_TRIES:
                raise StartError(f"{child.program.name} did not start:\n{child.tail.last_lines()}")
            self.pause(0.05)

    def _stop_together(self, children: list[_Child]) -> None:
        running = [child for child in children if child.process]
        for child in running:
            if child.process.poll() is None:
                child.process.send_signal(child.program.stop_signal)
        begun, signals = time.monotonic(), self.signals.count
        waiting = running
        while waiting := [child for child in waiting if child.process.poll() is None]:
            waited = time.monotonic() - begun
            if self.signals.count > signals or all(waited > child.program.stop_seconds for child in waiting):
                names = ", ".join(child.program.name for child in waiting)
                self._say(f"{names} did not stop in {waited:.0f} s and was killed.")
                break
            time.sleep(0.02)
        for child in running:
            kill_group(child.process)
            child.process = None
        self._record()

    def _record(self) -> None:
        running = [child for child in self._children.values() if child.process]
        running.sort(key=lambda child: child.program.stage)
        orphans.record(self.local, [_started(child) for child in running])


def _started(child: _Child) -> orphans.Started:
    program = child.program
    command = forks.COMMAND if isinstance(child.process, forks.Forked) else program.command  # as the kernel tells it
    return orphans.Started(
        program.name, child.process.pid, child.created, command, int(program.stop_signal), program.stop_seconds
    )


def kill_group(process: subprocess.Popen | forks.Forked) -> None:
    """End every process of a child's group, the child itself included."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: PermissionError for a group of zombies
        os.killpg(process.pid, signal.SIGKILL)
    process.send_signal(signal.SIGKILL)  # one that was just forked may lead no group yet
    process.wait()


def _how(code: int) -> str:
    if code == forks.UNKNOWN:
        return "with the fork server"
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"by {signal.Signals(-code).name}"
    except ValueError:
        return f"by signal {-code}"
