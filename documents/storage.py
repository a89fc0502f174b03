"""Where files lie: a private folder of this machine, or Cloudinary where it is set. A file's name is a UUID of ours.

Each StoredFile says its ``place``, so that a change of the setting leaves what was stored before within reach.
Cloudinary gets everything as ``raw`` and ``authenticated``: it hands nothing out but for a link that we sign and that
ends after a minute.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import cloudinary.uploader
import cloudinary.utils
import requests
from cloudinary.exceptions import Error as CloudinaryError
from django.conf import settings

from cloud_api.transport import shared_session

LOCAL, CLOUDINARY = "local", "cloudinary"
LINK_SECONDS = 60
_PIECE = 64 * 1024
_TIMEOUT = 30
_CHUNK = 6 * 1024 * 1024  # of an upload: one piece at a time is in memory
TROUBLE = (OSError, CloudinaryError, requests.RequestException)  # what a store that is away or full raises


class Pieces:
    """A file's bytes, one piece after the other. ``close`` also ends what was opened and never read."""

    def __init__(self, pieces: Iterator[bytes], *held):
        self._pieces, self._held = pieces, held

    def __iter__(self):
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        for one in self._held:
            one.close()


@contextmanager
def workshop() -> Iterator[Path]:
    """A private folder for one file's way through; it goes with all that is in it."""
    root = _folder() / "work"
    root.mkdir(mode=0o700, exist_ok=True)
    path = Path(tempfile.mkdtemp(dir=root))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def place() -> str:
    """Where new files go."""
    return CLOUDINARY if settings.CLOUDINARY_CLOUD_NAME else LOCAL


def put(where: str, key: UUID, path: Path, *, thumb: bool = False) -> None:
    """Store the file; it is there whole or not at all. Raises one of TROUBLE."""
    if where == CLOUDINARY:
        _upload(_name(key, thumb), path)
        return
    target = _path(key, thumb)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    part = target.with_suffix(".part")
    with path.open("rb") as source, _private(part) as file:
        shutil.copyfileobj(source, file, _PIECE)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def pieces(where: str, key: UUID, *, thumb: bool = False, start: int = 0, length: int | None = None) -> Pieces:
    """The file's bytes from ``start``, opened before the first is asked for. Raises FileNotFoundError where it is gone,
    and TROUBLE."""
    if where == CLOUDINARY:
        return _fetched(_name(key, thumb), start, length)
    file = _path(key, thumb).open("rb")
    file.seek(start)
    return Pieces(_read(file, length), file)


def copy(where: str, key: UUID, target: Path) -> None:
    """The whole file as one of this machine."""
    with target.open("wb") as file, contextlib.closing(pieces(where, key)) as read:
        for piece in read:
            file.write(piece)


def delete(where: str, key: UUID) -> None:
    """The file and its small picture, if they are there. Raises TROUBLE where the store cannot be reached."""
    for thumb in (False, True):
        if where == CLOUDINARY:
            cloudinary.uploader.destroy(_name(key, thumb), **_account(), invalidate=True)
        else:
            with contextlib.suppress(FileNotFoundError):
                _path(key, thumb).unlink()


def clear_workshops(older_than: float) -> None:
    """What workers that died left there so many seconds ago."""
    before = time.time() - older_than
    for path in (_folder() / "work").glob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                shutil.rmtree(path, ignore_errors=True)


def local_keys(older_than: float) -> Iterator[tuple[Path, UUID]]:
    """The files of the folder that were written so many seconds ago, with their keys."""
    before = time.time() - older_than
    for path in _folder().glob("[0-9a-f][0-9a-f]/*"):
        with contextlib.suppress(FileNotFoundError, ValueError):
            if path.stat().st_mtime < before:
                yield path, UUID(path.name.partition(".")[0].partition("-")[0])


def _folder() -> Path:
    folder = Path(settings.MEDIA_FOLDER)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _path(key: UUID, thumb: bool) -> Path:
    return _folder() / key.hex[-2:] / _name(key, thumb)


def _name(key: UUID, thumb: bool) -> str:
    return f"{key.hex}-thumb" if thumb else key.hex


def _private(path: Path):
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _read(file, length: int | None) -> Iterator[bytes]:
    with file:
        left = length
        while left is None or left > 0:
            piece = file.read(_PIECE if left is None else min(_PIECE, left))
            if not piece:
                return
            left = None if left is None else left - len(piece)
            yield piece


# --- Cloudinary ---------------------------------------------------------------------------------------------------------------


def _account() -> dict:
    given = {
        "cloud_name": settings.CLOUDINARY_CLOUD_NAME,
        "api_key": settings.CLOUDINARY_API_KEY,
        "api_secret": settings.CLOUDINARY_API_SECRET,
        "resource_type": "raw",
        "type": "authenticated",
        "timeout": _TIMEOUT,
    }
    return {**given, "upload_prefix": settings.CLOUDINARY_API_URL}


def _upload(name: str, path: Path) -> None:
    large = path.stat().st_size > _CHUNK
    act = cloudinary.uploader.upload_large if large else cloudinary.uploader.upload
    more = {"chunk_size": _CHUNK} if large else {}
    act(str(path), **_account(), **more, public_id=name, overwrite=True, unique_filename=False, use_filename=False)


def link(name: str) -> str:
    """An address of the file that holds for a minute. For who may see it: it asks nobody who they are."""
    return cloudinary.utils.private_download_url(name, "", **_account(), expires_at=int(time.time()) + LINK_SECONDS)


def _fetched(name: str, start: int, length: int | None) -> Pieces:
    asked = {"Accept-Encoding": "identity"}
    if start or length is not None:
        asked["Range"] = f"bytes={start}-{'' if length is None else start + length - 1}"
    session = shared_session(1)
    answer = session.get(link(name), headers=asked, stream=True, timeout=_TIMEOUT, allow_redirects=False)
    if answer.status_code == 404:
        answer.close()
        raise FileNotFoundError(name)
    if answer.status_code not in (200, 206):
        answer.close()
        raise requests.HTTPError(f"Cloudinary answered {answer.status_code}")
    skip = start if answer.status_code == 200 else 0
    return Pieces(_relayed(session, answer, skip, length), answer, session)


def _relayed(session, answer, skip: int, length: int | None) -> Iterator[bytes]:
    """What was asked for, also of a store that sends the whole file where a part was wanted."""
    left = length
    with session, answer:
        for piece in answer.iter_content(_PIECE):
            kept = piece[skip:]
            skip = max(0, skip - len(piece))
            kept = kept if left is None else kept[:left]
            left = None if left is None else left - len(kept)
            if kept:
                yield kept
            if left == 0:
                return
