"""Ports on 127.0.0.1: the preferred one, or the next that is free."""

import errno
import socket
from collections.abc import Callable

TRIES = 200


def take(what: str, preferred: int, say: Callable[[str], None]) -> int:
    """The preferred port, or the next free one above it; ``say`` hears which was taken instead.

    The port is free at this moment, not reserved. Raises OSError when none of 200 is free.
    """
    for port in range(preferred, min(preferred + TRIES, 65536)):
        if is_free(port):
            if port != preferred:
                say(f"Port {preferred} is taken by another program: {what} uses {port} instead.")
            return port
    raise OSError(errno.EADDRINUSE, f"no free port for {what} from {preferred} on")


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
