"""Files that WhatsApp has refused by the id it gave them: gone there, or never good. Such an id is not sent again; what holds
the file gives it to WhatsApp once more and gets another.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from . import sets
from .models import RefusedFile

CODES = frozenset({100, 131009, 131052, 131053})  # a parameter that is wrong, as an id that is gone; media
KEPT = timedelta(days=31)  # an id that Meta gave lives for 30


def remember(files: Collection[tuple[UUID, str]], now: datetime) -> None:
    """``files``: pairs of a number and Meta's id."""
    sets.run(
        """
        INSERT INTO conversations_refusedfile (number_id, media_id, at)
        SELECT number_id, media_id, %(now)s FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid, media_id text)
        ORDER BY number_id, media_id
        ON CONFLICT (number_id, media_id) DO NOTHING
        """,
        [{"number_id": number, "media_id": media_id[:200]} for number, media_id in files],
        now=now,
    )


def is_refused(number_id: UUID, media_id: str) -> bool:
    return RefusedFile.objects.filter(number=number_id, media_id=media_id).exists()


def forget(now: datetime) -> int:
    """Ids that have ended at Meta by themselves. Returns how many."""
    return RefusedFile.objects.filter(at__lt=now - KEPT).delete()[0]
