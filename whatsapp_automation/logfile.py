"""The log as files, one a day. Several processes write to the same one.

The standard library's rotation renames the file under the others, which lose lines. Here the day stands in the name, so that
nothing is renamed: each process appends whole lines to today's file, and whoever begins a new day removes what is too old.
"""

import contextlib
import logging
import os
import re
from datetime import UTC, datetime
from pathlib import Path

KEPT = 14  # files, today's included


class DailyFile(logging.Handler):
    """Appends to ``<stem>-<day><suffix>`` beside ``path``; days are UTC. Raises OSError where the folder cannot be written."""

    def __init__(self, path: str):
        super().__init__()
        self._path = Path(path).absolute()
        self._day, self._file = "", -1
        self._open(_today())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = (self.format(record) + "\n").encode()
            if (day := _today()) != self._day:
                self._open(day)
            os.write(self._file, line)  # one call with O_APPEND: lines of several processes do not mix
        except Exception:  # noqa: BLE001 - logging's own way: a full disk must not end the work
            self.handleError(record)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._file)
        self._day, self._file = "", -1
        super().close()

    def _open(self, day: str) -> None:
        name = f"{self._path.stem}-{day}{self._path.suffix}"
        file = os.open(self._path.with_name(name), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if self._file >= 0:
            os.close(self._file)
        self._day, self._file = day, file
        self._remove_old()

    def _remove_old(self) -> None:
        named = re.compile(rf"{re.escape(self._path.stem)}-\d{{4}}-\d\d-\d\d{re.escape(self._path.suffix)}")
        ours = sorted(file for file in self._path.parent.iterdir() if named.fullmatch(file.name))
        for file in ours[:-KEPT]:
            with contextlib.suppress(OSError):  # another process was faster
                file.unlink()


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")
