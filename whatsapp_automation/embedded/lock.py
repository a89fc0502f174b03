"""One server per folder: a lock that the kernel lets go of when its holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Busy(Exception):
    """Another live process holds the lock. The text is what that process wrote into the file."""


class Lock:
    def __init__(self, file: int):
        self._file = file

    def write(self, text: str) -> None:
        """Leave word for whoever finds the lock taken."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, text.encode(), 0)


@contextmanager
def hold(path: Path, *, wait: bool = False) -> Iterator[Lock]:
    """Hold the lock file. Raises Busy at once when it is taken, unless it shall ``wait`` for it. Child processes do not
    inherit it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Busy(os.pread(file, 1000, 0).decode(errors="replace")) from None
        lock = Lock(file)
        lock.write(f"process {os.getpid()}, starting")
        yield lock
    finally:
        os.close(file)
