"""How much memory a process and its children had at most: the kernel's own high-water marks, read while they live.

getrusage would not do: a process that is started inherits the mark of the one that starts it.
"""

import os
import threading
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def peak_mb(pid: int | str = "self") -> int:
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


class Children:
    """``with Children() as children: ...``; then ``children.peak`` in MB, of the largest that was seen."""

    def __enter__(self):
        self.peak, self._end = 0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        me = str(os.getpid())
        while not self._end.wait(0.01):
            for pid in filter(str.isdigit, os.listdir(_PROC)):
                with suppress(OSError, IndexError, ValueError):
                    stat = (_PROC / pid / "stat").read_text().rpartition(")")[2].split()
                    # While it is not yet a program of its own it is our copy.
                    if stat[1] == me and b"child.py" in (_PROC / pid / "cmdline").read_bytes():
                        self.peak = max(self.peak, peak_mb(pid))
