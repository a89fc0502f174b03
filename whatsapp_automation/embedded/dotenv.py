"""The ``.env`` file: KEY=VALUE lines, quotes, comments. Nothing is expanded."""

import re
from collections.abc import Mapping
from pathlib import Path

_NAME = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_VALUE = re.compile(
    r"""(?:'(?P<plain>[^']*)'|"(?P<escaped>(?:[^"\\]|\\.)*)"|(?P<bare>[^'"].*?)??)\s*(?:(?:^|\s)#.*)?"""
)


def read(path: Path) -> dict[str, str]:
    """The values by name; {} where there is no such file. Raises ValueError naming the line that is no KEY=VALUE.

    ``'...'`` is literal, ``"..."`` knows the escapes n, t, \\ and ", an unquoted value ends before `` #``.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    values = {}
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            name, value = _pair(stripped, f"{path.name}, line {number}")
            values[name] = value
    return values


def names(path: Path) -> set[str]:
    """The names that a file sets or shows in a comment (``# NAME=value``)."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return set(re.findall(r"^(?:#\s*)?(?:export\s+)?([A-Z_][A-Z0-9_]*)=", text, re.MULTILINE))


def text(values: Mapping[str, str]) -> str:
    """The values as lines that both ``read`` and a POSIX shell take. Raises ValueError for a value with a line end."""
    return "".join(f"{name}={_quoted(name, value)}\n" for name, value in values.items())


def _quoted(name: str, value: str) -> str:
    if len(value.splitlines()) > 1 or value.endswith("\n"):
        raise ValueError(f"{name} has more than one line")
    return f"'{value}'" if "'" not in value else '"' + re.sub(r'([\\"$`])', r"\\\1", value) + '"'


def _pair(line: str, where: str) -> tuple[str, str]:
    named = _NAME.fullmatch(line)
    found = _VALUE.fullmatch(named[2]) if named else None
    if not named or not found:
        raise ValueError(f"{where}: expected KEY=VALUE")
    if found["escaped"] is not None:
        return named[1], re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), found["escaped"])
    return named[1], found["plain"] if found["plain"] is not None else (found["bare"] or "")
