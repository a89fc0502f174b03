"""Messages with a file become documents that wait to be fetched: in the drain's transaction, in one statement."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from conversations import sets

from . import fetching
from .models import Document

KINDS = frozenset(Document.Kind.values)
LIVES = timedelta(days=7)  # a webhook's media id (Cloud API, "Media")


def take_up(messages: Iterable[tuple[UUID, str, str]], now: datetime) -> int:
    """A document for each of these messages (number, wamid, kind) that brings a file and has none yet; returns how
    many.

    They are read as they were stored: a message whose file WhatsApp could not take has no id in it, and the document
    says so. Costs nothing where no message brings a file.
    """
    wanted = {(number, wamid[:200]) for number, wamid, kind in messages if kind in KINDS}
    if not wanted:
        return 0
    made = sets.run(
        """
        INSERT INTO documents_document
            (id, business_id, message_id, conversation_id, direction, kind, state, why, name, declared, mime, voice,
             media_id, media_until, attempts, next_try_at, created_at)
        SELECT w.id, m.business_id, m.id, m.conversation_id, m.direction, m.kind,
               CASE WHEN f.media_id = '' THEN 'failed' ELSE 'waiting' END,
               CASE WHEN f.media_id = '' THEN 'not_given' ELSE '' END,
               '', left(f.declared, 100), '', coalesce(m.payload -> 'voice' = 'true'::jsonb, false),
               f.media_id, %(now)s + %(lives)s, 0, CASE WHEN f.media_id = '' THEN NULL ELSE %(now)s END, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, number_id uuid, wamid text)
        JOIN conversations_message m USING (number_id, wamid)
        CROSS JOIN LATERAL (
            SELECT left(coalesce(m.payload ->> 'id', ''), 200) AS media_id, coalesce(m.payload ->> 'mime_type', '') AS declared
        ) f
        WHERE m.kind = ANY(%(kinds)s)  -- as it was stored: a placeholder of the phone's history is none
        ON CONFLICT (message_id) DO NOTHING
        """,
        [{"id": uuid7(), "number_id": number, "wamid": wamid} for number, wamid in sorted(wanted, key=str)],
        now=now,
        lives=LIVES,
        kinds=sorted(KINDS),
    )
    if made:
        transaction.on_commit(fetching.wake_up)
    return made


def let_go(messages: Iterable[UUID]) -> int:
    """Their writer has deleted these messages: nobody sees their files any more (tidying.py takes them out of the
    store)."""
    ids = list(messages)
    if not ids:
        return 0
    return sets.run("DELETE FROM documents_document WHERE message_id = ANY(%(ids)s)", ids=ids)
