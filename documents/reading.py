"""What a machine reads in a file, a transcript or a text: ``Document.text``, written once.

Whoever reads claims the document first, and the claim is committed before anybody is asked: it counts the attempt and says until when the
document is in hand. A reader that dies loses it then to the next, and what it brings after that is not kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from conversations import sets

MOST = 4_000  # characters
ATTEMPTS = 3
LEASE = timedelta(seconds=60)  # longer than one reading may take
PLAIN = "plain text"  # the reader of a file that is a text already


@dataclass(frozen=True, slots=True)
class Claim:
    id: UUID
    attempt: int

    @property
    def is_last(self) -> bool:
        return self.attempt >= ATTEMPTS


def take(document_id: UUID, now: datetime) -> Claim | None:
    """A stored document that nobody has read, for LEASE; None where it is gone, read, in hand, or was tried ATTEMPTS times."""
    rows = sets.fetch(
        """
        UPDATE documents_document SET read_attempts = read_attempts + 1, read_until = %(now)s + %(lease)s
        WHERE id = %(id)s AND state = 'stored' AND read_at IS NULL AND read_attempts < %(attempts)s
          AND (read_until IS NULL OR read_until <= %(now)s)
        RETURNING id, read_attempts AS attempt
        """,
        id=document_id,
        now=now,
        lease=LEASE,
        attempts=ATTEMPTS,
    )
    return Claim(*rows[0]) if rows else None


def record(claim: Claim, text: str, by: str, why: str, now: datetime) -> bool:
    """What was read, or why nothing was. False where somebody else has it since, or its writer has deleted it."""
    return bool(
        sets.run(
            """
            UPDATE documents_document SET text = %(text)s, read_by = %(by)s, read_why = %(why)s, read_at = %(now)s, read_until = NULL
            WHERE id = %(id)s AND read_attempts = %(attempt)s AND read_at IS NULL
            """,
            id=claim.id,
            attempt=claim.attempt,
            text=text.replace("\x00", "")[:MOST],
            by=by[:120],
            why=why[:40],
            now=now,
        )
    )


def put_back(claim: Claim, until: datetime) -> None:
    """To be tried again, not before ``until``."""
    sets.run(
        """
        UPDATE documents_document SET read_until = %(until)s
        WHERE id = %(id)s AND read_attempts = %(attempt)s AND read_at IS NULL
        """,
        id=claim.id,
        attempt=claim.attempt,
        until=until,
    )
