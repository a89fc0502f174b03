"""Fetch what customers sent: a new address from the media id on each try, the file into a private folder, then
keeping.py.

The rows are the queue. A claim is committed before anything is asked: it counts the attempt and sets the time of the
next one (``LEASE``), so that a file of which the worker dies comes again later and keeps none behind it waiting. What
fails is tried again, ever more rarely, as long as WhatsApp keeps the file: seven days.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from django_scopes import scope

from accounts.models import Business
from accounts.secrets import SecretError
from cloud_api.client import Client
from cloud_api.errors import GraphError, InvalidMessage
from cloud_api.media import MB, TooLarge
from conversations import sets, wake
from conversations.graph import client_of

from . import keeping, names, reading, storage
from .models import Document

log = structlog.get_logger(__name__)

MOST = 100 * MB  # what WhatsApp takes from a customer
SECONDS = 120.0  # for one download
LEASE = timedelta(minutes=5)
FIRST, LONGEST = 4.0, 6 * 3600.0  # seconds between two tries
LATE = timedelta(days=5)  # then somebody should look: two days are left
LIFE = 30.0  # seconds a call goes on taking new files
State = Document.State


@dataclass(frozen=True, slots=True)
class Claim:
    """A document in hand, with what it takes to fetch it."""

    id: UUID
    business_id: UUID
    kind: str
    declared: str
    file_name: str
    media_id: str
    media_until: datetime
    attempts: int
    phone_number_id: str
    sealed_token: str


def work(*, clock: Callable[[], datetime] = timezone.now, life: float = LIFE, client: Callable | None = None) -> int:
    """Fetch until nothing is due or ``life`` is over; returns how many files were tried."""
    started, tried = time.monotonic(), 0
    while time.monotonic() - started < life:
        claim = take(clock())
        if claim is None:
            return tried
        fetch(claim, clock, client or _client)
        tried += 1
    return tried


def has_work(now: datetime) -> bool:
    return bool(
        sets.fetch(
            "SELECT 1 FROM documents_document WHERE state IN ('waiting', 'fetching') AND next_try_at <= %(now)s LIMIT 1",
            now=now,
        )
    )


def wake_up() -> bool:
    """Tell the worker that there is something. Call it after the commit."""
    return wake.wake("media")


def take(now: datetime) -> Claim | None:
    """The one that has been due for longest, for ``LEASE``. Two workers never take the same."""
    with transaction.atomic():
        rows = sets.fetch(
            """
            WITH due AS MATERIALIZED (  -- inside the join it may be asked again, and take more than one
                SELECT id FROM documents_document
                WHERE state IN ('waiting', 'fetching') AND next_try_at <= %(now)s
                ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED
            )
            UPDATE documents_document d
            SET state = 'fetching', attempts = d.attempts + 1, next_try_at = %(now)s + %(lease)s
            FROM due, conversations_message m, accounts_whatsappnumber n
            WHERE d.id = due.id AND m.id = d.message_id AND n.id = m.number_id
            RETURNING d.id, d.business_id, d.kind, d.declared, coalesce(m.payload ->> 'filename', '') AS file_name, d.media_id,
                      d.media_until, d.attempts, n.phone_number_id, n.access_token AS sealed_token
            """,
            now=now,
            lease=LEASE,
        )
    return Claim(*rows[0]) if rows else None


def fetch(claim: Claim, clock: Callable[[], datetime], client: Callable[[Claim], Client]) -> None:
    """One try, whatever comes of it is recorded. The database's errors pass: the lease brings the file back."""
    started = time.perf_counter()
    if clock() >= claim.media_until:
        _end(claim, State.EXPIRED, "gone")
        return
    try:
        with storage.workshop() as folder:
            path = folder / "came"
            declared = _download(claim, client, path)
            found = keeping.look(path, claim.kind, declared, claim.file_name)
            end = _store(claim, found)
    except TooLarge:
        _end(claim, State.FAILED, "too_large")
        end = "too_large"
    except (GraphError, SecretError, *storage.TROUBLE) as error:
        end = _reason(error)
        _later(claim, end, clock())
    ms = round((time.perf_counter() - started) * 1000, 1)
    log.info("fetched", document=str(claim.id), attempt=claim.attempts, end=end or "stored", ms=ms)


def try_again(document: Document, now: datetime) -> bool:
    """Ask WhatsApp once more at once, as a person wished. False where it has the file, or cannot have it any more."""
    changed = (
        Document.objects.filter(pk=document.pk, state__in=[*Document.OPEN, State.FAILED], media_until__gt=now)
        .exclude(media_id="")
        .update(state=State.WAITING, why="", next_try_at=now)
    )
    if changed:
        transaction.on_commit(wake_up)
    return bool(changed)


def oldest_seconds(now: datetime) -> tuple[float, int]:
    """How long the oldest file that is still to be fetched has been waiting, and how many wait. Raises
    DatabaseError."""
    [row] = sets.fetch(
        """
        SELECT coalesce(extract(epoch FROM %(now)s - min(created_at)), 0)::float AS seconds, count(*) AS count
        FROM documents_document WHERE state IN ('waiting', 'fetching')
        """,
        now=now,
    )
    return row.seconds, row.count


def pause(attempts: int) -> timedelta:
    """After so many tries: twice as long each time, and never all at one moment."""
    seconds = min(LONGEST, FIRST * 2 ** min(attempts - 1, 20))
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311 - jitter, no secret


def _client(claim: Claim) -> Client:
    return client_of(claim.sealed_token, claim.business_id)


def _download(claim: Claim, client: Callable[[Claim], Client], path: Path) -> str:
    """The file at ``path``; returns its type as WhatsApp says it. Raises GraphError, SecretError, OSError."""
    graph = client(claim)
    media = graph.media(claim.media_id, claim.phone_number_id)
    with path.open("wb") as file:
        graph.download(media.url, file, max_bytes=MOST, seconds=SECONDS)
    return claim.declared or media.mime_type


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidMessage):
        return "foreign_host"
    if isinstance(error, SecretError) or (isinstance(error, GraphError) and error.code in (0, 190)):
        return "token"
    if isinstance(error, GraphError):
        return "refused" if error.http_status is not None and error.http_status < 500 else "unreachable"
    return "no_room"


def _store(claim: Claim, found: keeping.Found) -> str:
    """Keep what came, or say why not; returns the reason, "" where it is kept."""
    values = {
        "name": names.cleaned(claim.file_name),
        "mime": found.mime[:100],
        "size": found.size,
        "why": found.why,
    }
    if not found.is_usable and not found.held:
        _end(claim, State.FAILED, **values)
        return found.why
    business = Business(pk=claim.business_id)
    with scope(business=business):
        file = keeping.keep(business, found)
    state = State.QUARANTINED if found.held else State.STORED
    now = timezone.now()
    if found.text and not found.held:
        values |= {"text": found.text, "read_by": reading.PLAIN, "read_at": now}
    _end(claim, state, file=file.pk, stored_at=now, **values)
    return found.why


def _end(claim: Claim, state: str, why: str = "", **values) -> None:
    """Unless somebody else has it in hand since: our lease was over."""
    with scope(business=Business(pk=claim.business_id)):
        mine = Document.objects.filter(pk=claim.id, state=State.FETCHING, attempts=claim.attempts)
        mine.update(state=state, why=why, next_try_at=None, **values)


def _later(claim: Claim, why: str, now: datetime) -> None:
    with scope(business=Business(pk=claim.business_id)):
        mine = Document.objects.filter(pk=claim.id, state=State.FETCHING, attempts=claim.attempts)
        mine.update(state=State.WAITING, why=why, next_try_at=now + pause(claim.attempts))
