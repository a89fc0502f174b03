"""From a file in the workshop to a StoredFile: what is it, may it be kept, in which form? For both directions.

found = look(...)     sniffed, opened in a limited child, re-encoded where it is a picture; no database, no store
keep(business, found) its StoredFile, made now or found: the same content is stored once in a business
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.db import transaction

from accounts.models import Business

from . import decoding, lengths, reading, sniffing, storage
from .models import StoredFile


@dataclass(frozen=True, slots=True)
class Found:
    """What a file is. ``why`` says why it cannot be used, or is kept back (``held``), or what is to be known of it."""

    path: Path  # what is to be stored
    sha256: str  # of what came
    size: int  # of what came
    mime: str
    why: str = ""
    held: bool = False
    thumb: Path | None = None
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    seconds: float | None = None
    text: str = ""  # of a plain text, its beginning

    @property
    def is_usable(self) -> bool:
        return not self.held and self.why in ("", "pdf_encrypted", "pdf_broken")


_HELD_BACK = frozenset({"page", "svg", "program", "macros", "archive", "not_what_it_says"})


def look(path: Path, kind: str, declared: str, name: str) -> Found:
    """Look at a file of a message of this kind. ``path`` lies in a workshop, where the new form is put beside it."""
    size, sha256, head = _read(path)
    plain = {"path": path, "sha256": sha256, "size": size}
    if not size:
        return Found(**plain, mime="", why="empty")
    found = sniffing.sniff(head)
    declared = sniffing.base(declared)
    if why := sniffing.verdict(kind, declared, found, name):
        return Found(**plain, mime=found, why=why, held=True)
    mime = sniffing.settled(kind, declared, found, name)
    if mime in sniffing.IMAGES:
        return _picture(plain, mime)
    if mime == "application/pdf":
        told = decoding.pdf(path)
        why = told.get("why") or told.get("note", "")
        return Found(**plain, mime=mime, why=why, pages=told.get("pages"))
    if found in ("application/zip", "application/x-tar"):
        return _archive(plain, kind, declared, mime, found)
    if mime == "text/plain":
        return Found(**plain, mime=mime, text=decoding.text(path, reading.MOST))
    return Found(**plain, mime=mime, seconds=lengths.seconds(path, mime))


def keep(business: Business, found: Found) -> StoredFile:
    """Store it, unless the business has the same content already. Raises storage.TROUBLE.

    The file is written before its row: a row always has its file. Of two that store the same at once one row is made,
    and the other's file is taken away.
    """
    wanted = {"business": business, "sha256": found.sha256, "held": found.held}
    if earlier := StoredFile.objects.filter(**wanted).first():
        return earlier
    key, where = uuid4(), storage.place()
    storage.put(where, key, found.path)
    if found.thumb:
        storage.put(where, key, found.thumb, thumb=True)
    made = StoredFile(
        **wanted,
        place=where,
        key=key,
        has_thumb=found.thumb is not None,
        mime=found.mime[:100],
        size=found.path.stat().st_size,
        width=found.width,
        height=found.height,
        pages=found.pages,
        seconds=found.seconds,
    )
    with transaction.atomic():
        StoredFile.objects.bulk_create([made], ignore_conflicts=True)
    stored = StoredFile.objects.get(**wanted)
    if stored.key != key:
        storage.delete(where, key)
    return stored


def _read(path: Path) -> tuple[int, str, bytes]:
    with path.open("rb") as file:
        head = file.read(sniffing.HEAD)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), digest, head


def _picture(plain: dict, mime: str) -> Found:
    path: Path = plain["path"]
    made, thumb = path.with_name("made"), path.with_name("thumb")
    told = decoding.picture(path, made, thumb)
    if "why" in told:
        return Found(**plain, mime=mime, why=told["why"])
    return Found(**{**plain, "path": made}, thumb=thumb, **told)


def _archive(plain: dict, kind: str, declared: str, mime: str, found: str) -> Found:
    told = decoding.archive(plain["path"], found)
    why = told.get("why", "")
    if why:
        return Found(**plain, mime=mime, why=why, held=why in _HELD_BACK)
    if mime == declared != told["mime"]:  # a ZIP that was said to be a DOCX and is none
        return Found(**plain, mime=told["mime"], why="not_what_it_says", held=True)
    return Found(**plain, mime=told["mime"])
