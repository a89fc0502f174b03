"""Kept files at WhatsApp: each is uploaded for each number of its business before a customer is to get it, since an id of Meta's
holds for one number and 30 days.

``work`` does that in the worker `media`, some time ahead. Who needs a file now asks ``look``, and uploads it himself where it says so
(``begin``, ``give``): the first customer after a change need not wait for the next round, and one file is uploaded once however many
ask for it. Speaks with Meta in no transaction.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts.errors import DomainError
from accounts.ids import uuid7
from accounts.models import Business, WhatsAppNumber
from conversations import sets

from . import outgoing
from .models import Document, Upload

log = structlog.get_logger(__name__)

AHEAD = timedelta(days=1)  # an id that ends sooner is replaced
MOST = 20  # of one round
LIFE = 20.0  # seconds after which a round begins no other: the worker fetches what customers send, too
_MARGIN = timedelta(seconds=10)  # after its time an attempt is taken for dead
_REST, _LONGEST_REST = timedelta(seconds=30), timedelta(minutes=30)
GONE = "file_gone"


@dataclass(frozen=True, slots=True)
class Held:
    """How a file stands with WhatsApp for a number: ``media_id``, or ``why`` there is none, or ``busy``: somebody uploads it just now.
    None of the three: nobody has tried, and ``begin`` may.
    """

    media_id: str = ""
    why: str = ""
    busy: bool = False


def look(document_id: UUID, number_id: UUID, now: datetime) -> Held:
    rows = sets.fetch(
        """
        SELECT u.media_id, u.why, u.until > %(now)s AS alive, u.not_before > %(now)s AS rests,
               EXISTS (SELECT 1 FROM conversations_refusedfile r WHERE r.number_id = u.number_id AND r.media_id = u.media_id) AS refused
        FROM documents_upload u WHERE u.document_id = %(document)s AND u.number_id = %(number)s
        """,
        document=document_id,
        number=number_id,
        now=now,
    )
    if not rows:
        return Held()
    [row] = rows
    if row.alive and not row.refused:
        return Held(media_id=row.media_id)
    if not row.rests:
        return Held()
    return Held(why=row.why) if row.why else Held(busy=True)


def begin(document_id: UUID, number_id: UUID, now: datetime, *, seconds: float) -> bool:
    """Whether the upload is the caller's, for so long: of several one gets it. A worker that dies loses it after that time."""
    return bool(
        sets.run(
            """
            INSERT INTO documents_upload AS u (id, business_id, document_id, number_id, media_id, why, attempts, not_before)
            SELECT %(id)s, d.business_id, d.id, n.id, '', '', 0, %(until)s
            FROM documents_document d JOIN accounts_whatsappnumber n ON n.id = %(number)s AND n.business_id = d.business_id
            WHERE d.id = %(document)s AND d.state = 'kept'
            ON CONFLICT (document_id, number_id) DO UPDATE SET not_before = excluded.not_before
            WHERE u.not_before <= %(now)s
            """,
            id=uuid7(),
            document=document_id,
            number=number_id,
            now=now,
            until=now + timedelta(seconds=seconds) + _MARGIN,
        )
    )


def give(business_id: UUID, document_id: UUID, number_id: UUID, *, seconds: float) -> Held:
    """Upload what ``begin`` has given to the caller, and keep what came of it. Raises nothing of Meta's or the store's."""
    with scope(business=Business(pk=business_id)):
        document = Document.objects.select_related("file").filter(pk=document_id, state=Document.State.KEPT).first()
        number = WhatsAppNumber.objects.filter(pk=number_id).first()
        if document is None or number is None:
            return Held(why=GONE)
        try:
            media_id = outgoing.upload(document, number, seconds=seconds)
        except DomainError as error:
            log.warning("file_not_uploaded", document=str(document_id), number=str(number_id), code=error.code)
            return _failed(document_id, number_id, error.code)
        return _done(document_id, number_id, media_id)


def work(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Upload what WhatsApp does not have, or not for long any more. Returns how many were uploaded."""
    started, count = time.monotonic(), 0
    for row in _wanted(clock(), MOST):
        if time.monotonic() - started >= LIFE:
            break
        if begin(row.document_id, row.number_id, clock(), seconds=outgoing.UPLOAD_SECONDS):
            held = give(row.business_id, row.document_id, row.number_id, seconds=outgoing.UPLOAD_SECONDS)
            count += bool(held.media_id)
    return count


def _wanted(now: datetime, most: int) -> list:
    """Pairs of a kept file and a number of its business that may send."""
    return sets.fetch(
        """
        SELECT d.business_id, d.id AS document_id, n.id AS number_id
        FROM documents_document d
        JOIN accounts_business b ON b.id = d.business_id AND b.active
        JOIN accounts_whatsappnumber n ON n.business_id = d.business_id AND n.active AND n.stopped_at IS NULL
        LEFT JOIN documents_upload u ON u.document_id = d.id AND u.number_id = n.id
        WHERE d.state = 'kept' AND (u.id IS NULL OR (u.not_before <= %(now)s AND (u.until IS NULL OR u.until <= %(soon)s OR EXISTS (
            SELECT 1 FROM conversations_refusedfile r WHERE r.number_id = u.number_id AND r.media_id = u.media_id))))
        ORDER BY u.not_before NULLS FIRST, d.id LIMIT %(most)s
        """,
        now=now,
        soon=now + AHEAD,
        most=most,
    )


def _done(document_id: UUID, number_id: UUID, media_id: str) -> Held:
    now = timezone.now()
    values = {"media_id": media_id[:200], "until": now + outgoing.LIVES, "why": "", "attempts": 0, "not_before": now}
    with scopes_disabled():
        Upload.objects.filter(document=document_id, number=number_id).update(**values)
    return Held(media_id=media_id)


def _failed(document_id: UUID, number_id: UUID, why: str) -> Held:
    """Each failure in a row doubles the rest."""
    sets.run(
        """
        UPDATE documents_upload SET why = %(why)s, attempts = least(attempts + 1, 30000),
            not_before = %(now)s + least(%(rest)s * 2 ^ least(attempts, 10), %(longest)s)
        WHERE document_id = %(document)s AND number_id = %(number)s
        """,
        why=why[:30],
        now=timezone.now(),
        rest=_REST,
        longest=_LONGEST_REST,
        document=document_id,
        number=number_id,
    )
    return Held(why=why)
