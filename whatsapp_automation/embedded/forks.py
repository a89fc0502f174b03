"""Programs that are forked from one process that has imported the product, instead of each importing it for itself.

Six processes of the product hold the same quarter of a million objects: forked, they share them, start in a fraction of the time, and are
back at once when one dies (docs/decisions/0028-forked-programs.md). Linux alone: elsewhere, and where this process is not there,
each program is started by its command.

    python -m whatsapp_automation.embedded.forks        # its standard input is one end of a socket pair: SOCK_SEQPACKET

It asks nobody and decides nothing. One packet is one order, answered by one packet: ``{"argv": ["celery", ...], "name": ...,
"stop_signal": 15}`` with the log's descriptor, by the process id, or 0 where the system has none; ``{"fetch": pid}`` by the exit code of
that one, which has ended.
It and all that it has forked end with the supervisor (leash.py).
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from typing import BinaryIO

from . import leash

NAME = "forks"  # among the supervisor's programs
COMMAND = (sys.executable, "-m", __name__)
READY = b"ready"
ANSWER_SECONDS = 10.0  # a fork takes some milliseconds
UNKNOWN = 256  # the exit code of one whose fork server ended before it was asked
PACKET = 65_536
PR_SET_NAME = 15
# What the programs would import at their start, and the web server with its first page.
PRODUCT = (
    "whatsapp_automation.asgi",
    "billiard.pool",
    "celery.app.control",
    "celery.app.events",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.backends.base",
    "celery.bin.beat",
    "celery.bin.celery",
    "celery.bin.worker",
    "celery.concurrency.thread",
    "celery.worker.components",
    "celery.worker.consumer",
    "celery.worker.control",
    "celery.worker.heartbeat",
    "django_celery_beat.schedulers",
    "django_redis.cache",
    "django_redis.client",
    "granian.asgi",
    "granian.cli",
    "granian.server",
    "kombu.transport.redis",
    "multiprocessing.popen_fork",
    "psycopg_pool",
    "uvloop",
)


class ForkError(Exception):
    """It did not fork."""


def is_possible() -> bool:
    """Linux since 5.3, where a process has a descriptor."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


# --- the supervisor's side ---------------------------------------------------------------------------------------------------------


class ForkServer:
    """What the supervisor knows of it. It is one of its programs, which ``stdin`` connects at each start."""

    def __init__(self, env: Mapping[str, str]):
        self._given = env
        # As it was when the product was imported: what is given may be changed afterwards.
        self._env: dict[str, str] = {}
        self._line: socket.socket | None = None
        self._is_ready = False

    def stdin(self) -> socket.socket:
        """The new process's end; the caller closes it once the process has it."""
        self.close()
        self._env = dict(self._given)
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.settimeout(ANSWER_SECONDS)
        return theirs

    def close(self) -> None:
        if self._line:
            self._line.close()
        self._line, self._is_ready = None, False

    def ready(self) -> bool:
        """Whether it has imported the product. Does not wait."""
        if self._line and not self._is_ready and _is_readable(self._line):
            try:
                self._is_ready = self._line.recv(PACKET) == READY
            except OSError:
                self.close()
        return self._is_ready

    def can(self, env: Mapping[str, str]) -> bool:
        """Whether it is there for a program with this environment: what it has imported has read its own."""
        return env == self._env and self.ready()

    def fork(self, command: tuple[str, ...], name: str, stop_signal: signal.Signals, log: BinaryIO) -> "Forked":
        """Run the command, a module of this Python, in a new process. Raises ForkError."""
        order = {"argv": command[2:], "name": name, "stop_signal": int(stop_signal)}
        pid, line = int(self._ask(order, [log.fileno()])), self._line
        if not pid:
            raise ForkError("the system gave it no process")
        try:
            return Forked(pid, lambda: self._fetch(pid, line))
        except OSError as error:
            os.kill(pid, signal.SIGKILL)
            raise ForkError(f"{error}") from error

    def _fetch(self, pid: int, line: socket.socket) -> int:
        """The exit code of one that has ended (negative: its signal). Another fork server than that which it is of knows nothing of it."""
        if line is not self._line:
            return UNKNOWN
        try:
            return int(self._ask({"fetch": pid}))
        except ForkError:
            return UNKNOWN

    def _ask(self, order: dict, descriptors: tuple | list = ()) -> bytes:
        try:
            if not self._line:
                raise ForkError("it does not run")
            socket.send_fds(self._line, [json.dumps(order).encode()], descriptors)
            if answer := self._line.recv(PACKET):
                return answer
        except OSError as error:  # a late answer would be taken for the next one's
            self.close()
            raise ForkError(f"{type(error).__name__}") from error
        self.close()
        raise ForkError("it has ended")


class Forked:
    """A process that it has forked, with what the supervisor uses of subprocess.Popen. While the fork server lives, a number is
    nobody else's: the process stays a zombie until its exit code was fetched.
    """

    def __init__(self, pid: int, fetch: Callable[[], int]):
        self.pid = pid
        self.returncode: int | None = None
        self._fetch = fetch
        self._end = os.pidfd_open(pid)

    def poll(self) -> int | None:
        if self.returncode is None and _is_readable(self._end):
            self._ended()
        return self.returncode

    def wait(self) -> int:
        if self.returncode is None:
            _is_readable(self._end, None)
            self._ended()
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._end, number)

    def _ended(self) -> None:
        self.returncode = self._fetch()
        os.close(self._end)


def _is_readable(descriptor: int | socket.socket, milliseconds: int | None = 0) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(milliseconds))


# --- the process itself ------------------------------------------------------------------------------------------------------------


def main() -> None:
    line = socket.socket(fileno=os.dup(0))
    _import_product()
    line.send(READY)
    argv = _serve(line)
    if argv:  # in a new process
        module, *arguments = argv
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


def _import_product() -> None:
    """Leaves neither a thread nor a connection, which no fork would survive."""
    for name in PRODUCT:
        importlib.import_module(name)
    from django.conf import settings
    from django.db import connections

    from whatsapp_automation.celery import app

    importlib.import_module(settings.ROOT_URLCONF)
    app.loader.import_default_modules()
    connections.close_all()
    if len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError(f"something that was imported has started a thread: {threading.enumerate()}")
    gc.collect()
    gc.freeze()  # a collection would write to every page that is shared


def _serve(line: socket.socket) -> list[str] | None:
    """In a new process what it shall run; None here, when nobody asks any more."""
    parent = os.getpid()
    while True:
        packet, descriptors, *_ = socket.recv_fds(line, PACKET, 1)
        if not packet:
            return None
        order = json.loads(packet)
        if "fetch" in order:
            _, status = os.waitpid(order["fetch"], 0)
            line.send(str(os.waitstatus_to_exitcode(status)).encode())
            continue
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            pid = os.fork()
        except OSError:
            os.close(*descriptors)
            line.send(b"0")
            continue
        if not pid:
            line.close()
            _become(order, parent, *descriptors)
            return order["argv"]
        os.close(*descriptors)
        line.send(str(pid).encode())


def _become(order: dict, parent: int, log: int) -> None:
    """As Popen and leash.py start a program: a session, a log and a leash of its own."""
    os.setsid()
    leash.hold(parent, order["stop_signal"])
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor, wanted in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, wanted)
    os.close(nothing)
    os.close(log)
    ctypes.CDLL(None).prctl(PR_SET_NAME, order["name"].encode(), 0, 0, 0)  # so that top tells them apart


if __name__ == "__main__":
    main()
