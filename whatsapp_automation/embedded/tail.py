"""A program's log file: opened for it, followed for warnings, kept small."""

import json
import re
import shutil
from pathlib import Path
from typing import BinaryIO

ROTATE_BYTES = 20_000_000  # then the file moves to <name>.log.1, so that one program keeps 40 MB at most
LINES_AT_ONCE = 5
READ_BYTES = 262_144
LINE_LENGTH = 300
_LOUD = re.compile(r"\b(WARNING|ERROR|CRITICAL|FATAL|PANIC)\b|^[A-Za-z_][\w.]*(Error|Exception|Exit)\b")
_NOT_SHOWN = {"event", "level", "timestamp", "logger", "exception"}


class Tail:
    def __init__(self, path: Path):
        self.path = path
        self._began = self._seen = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def open_for_child(self) -> BinaryIO:
        """The file for a child's output. It appends: the file can be cut short under it."""
        return open(self.path, "ab")

    def important_lines(self) -> list[str]:
        """What is new and worth a person's attention; of a flood the first lines and a count."""
        lines = [shown for line in self._new_lines() if (shown := important(line))]
        if len(lines) <= LINES_AT_ONCE:
            return lines
        return [*lines[:LINES_AT_ONCE], f"... and {len(lines) - LINES_AT_ONCE} more in {self.path.name}"]

    def last_lines(self, count: int = 15) -> str:
        """The end of what was written since this Tail was made."""
        if not self.path.exists():
            return ""
        with open(self.path, "rb") as file:
            file.seek(max(self._began, self.path.stat().st_size - READ_BYTES))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])

    def _new_lines(self) -> list[str]:
        size = self.path.stat().st_size if self.path.exists() else 0
        if size == self._seen:
            return []
        if size < self._seen:  # somebody cut the file
            self._seen, self._rest = 0, b""
        with open(self.path, "rb") as file:
            file.seek(self._seen)
            new = file.read(READ_BYTES)
        self._seen += len(new)
        if self._seen > ROTATE_BYTES:
            self._rotate()
        *lines, self._rest = (self._rest + new).split(b"\n")
        self._rest = self._rest[-READ_BYTES:]
        return [line.decode(errors="replace") for line in lines]

    def _rotate(self) -> None:
        """Copy and cut: the child keeps its open file. What it writes between the two is lost, some lines at most."""
        shutil.copyfile(self.path, self.path.with_name(f"{self.path.name}.1"))
        with open(self.path, "r+b") as file:
            file.truncate(0)
        self._began = self._seen = 0


def important(line: str) -> str | None:
    """The line as people should see it when it is a warning or worse, else None. Our own lines are JSON."""
    if line.startswith("{"):
        try:
            return _from_json(json.loads(line))
        except ValueError:
            pass
    return line[:LINE_LENGTH] if _LOUD.search(line) else None


def _from_json(entry: object) -> str | None:
    if not isinstance(entry, dict) or entry.get("level") not in ("warning", "error", "critical"):
        return None
    details = " ".join(f"{key}={value}" for key, value in entry.items() if key not in _NOT_SHOWN)
    error = str(entry.get("exception", "")).strip().partition("\n")[0]  # its type: see logs.where
    words = " ".join((f"{entry['level']}:", str(entry.get("event", "")), details, error)).split()
    return " ".join(words)[:LINE_LENGTH]
