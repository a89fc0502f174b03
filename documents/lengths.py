"""How long a recording is, in seconds, read from its headers alone; None where they do not say."""

import struct
from pathlib import Path

_TAIL = 64 * 1024
_MOST_BOXES = 200
_LONGEST = 7 * 24 * 3600


def seconds(path: Path, mime: str) -> float | None:
    read = {"audio/ogg": _ogg, "audio/mp4": _mp4, "video/mp4": _mp4, "video/3gpp": _mp4}.get(mime)
    if read is None:
        return None
    try:
        found = read(path)
    except (struct.error, OSError, ValueError):
        return None
    return round(found, 2) if found is not None and 0 < found < _LONGEST else None


def is_opus(path: Path) -> bool:
    """Whether an Ogg begins with Opus of one or two channels."""
    with path.open("rb") as file:
        return file.read(64)[28:36] == b"OpusHead"


def _ogg(path: Path) -> float | None:
    """Opus counts 48,000 a second; the last page says how many in all."""
    if not is_opus(path):
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    at = tail.rfind(b"OggS")
    return struct.unpack_from("<q", tail, at + 6)[0] / 48_000 if at >= 0 else None


def _mp4(path: Path) -> float | None:
    """moov/mvhd: the scale, and how many of it."""
    with path.open("rb") as file:
        end = path.stat().st_size
        found = _box(file, b"moov", 0, end)
        found = found and _box(file, b"mvhd", *found)
        if not found:
            return None
        file.seek(found[0])
        head = file.read(32)
    if head[0] == 1:
        scale, count = struct.unpack_from(">IQ", head, 20)
    else:
        scale, count = struct.unpack_from(">II", head, 12)
    return count / scale if scale else None


def _box(file, name: bytes, start: int, end: int) -> tuple[int, int] | None:
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return None
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", file.read(8))[0], 16
        size = size or end - start
        if size < head:
            return None
        if kind == name:
            return start + head, min(end, start + size)
        start += size
    return None
