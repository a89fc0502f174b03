"""What is not needed any more goes: drafts that were never sent, and files that no document names.

A document goes with its message (conversations.retention deletes by Django, which follows the key). Its file may be
another document's too; so files are looked for here, a while after, and not where documents are deleted.
"""

from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef
from django_scopes import scopes_disabled

from . import storage
from .models import Document, StoredFile

log = structlog.get_logger(__name__)

DRAFTS_KEPT = timedelta(days=30)  # as long as Meta keeps an upload: a program may send it later
FRESH = timedelta(hours=1)  # a file is stored a moment before its document names it
STEP = 200
_STRAY_SECONDS = 24 * 3600.0


def tidy(now: datetime, *, step: int = STEP) -> int:
    """Returns how many files were deleted."""
    with scopes_disabled():
        old = Document.objects.filter(state=Document.State.DRAFT, created_at__lt=now - DRAFTS_KEPT)
        Document.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:step])).delete()
        gone = sum(_drop(file) for file in _nobodys(now)[:step])
        strays = _drop_strays()
    if gone or strays:
        log.info("files_tidied", files=gone, strays=strays)
    return gone


def _nobodys(now: datetime):
    named = Document.objects.filter(file=OuterRef("pk"))
    return StoredFile.objects.filter(~Exists(named), created_at__lt=now - FRESH).order_by("created_at")


def _drop(file: StoredFile) -> bool:
    """The row first: where a document has taken the file up at this moment, the database keeps both."""
    try:
        with transaction.atomic():
            taken, _tables = StoredFile.objects.filter(pk=file.pk).delete()
    except DatabaseError:
        return False
    if not taken:
        return False
    try:
        storage.delete(file.place, file.key)
    except storage.TROUBLE as error:
        log.error("file_left", place=file.place, key=str(file.key), error=type(error).__name__)
    return True


def _drop_strays() -> int:
    """Files of the folder without a row: a worker died between the two."""
    storage.clear_workshops(_STRAY_SECONDS)
    count = 0
    for path, key in storage.local_keys(_STRAY_SECONDS):
        if not StoredFile.objects.filter(key=key).exists():
            path.unlink(missing_ok=True)
            count += 1
    return count
