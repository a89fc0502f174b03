"""Ports on 127.0.0.1: the preferred one, or the next that is free."""

import errno
import fcntl
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

TRIES = 200
_mine: dict[int, int] = {}  # port -> the locked file that says so


def take(what: str, preferred: int, say: Callable[[str], None]) -> int:
    """The preferred port, or the next free one above it; ``say`` hears which was taken instead.

    Until this process ends no other one of ours gets it here, though nobody listens there yet: two that start at the same
    moment take two ports. A stranger may. Raises OSError when none of 200 is free.
    """
    for port in range(preferred, min(preferred + TRIES, 65536)):
        if is_free(port) and _claimed(port):
            if port != preferred:
                say(f"Port {preferred} is taken by another program: {what} uses {port} instead.")
            return port
    raise OSError(errno.EADDRINUSE, f"no free port for {what} from {preferred} on")


def _claimed(port: int) -> bool:
    """Whether it is ours: a lock that the kernel lets go of when this process dies."""
    if port in _mine:
        return True
    try:
        folder = Path(tempfile.gettempdir()) / f"whatsapp-automation-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        file = os.open(folder / f"port-{port}", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return True  # no place for claims: as free as it looks
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return False
    _mine[port] = file
    return True


def is_free(port: int) -> bool:
    """Whether a server could listen there now. Connections of an earlier server that still linger do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    # macOS lets us bind 127.0.0.1 beside a server that listens on all addresses: ask whether somebody answers.
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) != 0
