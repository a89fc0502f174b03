"""Write down the words of messages and contacts, in the forms that a search asks for (lexicon.forms_of).

Triggers note what is due (migration 0011): the drain pays for one small statement a pass, not for the words. A beat job takes
what is due, the oldest first; until it has come to a contact, a search reads that one's names where they stand (search.py).
"""

import time
from uuid import UUID

import structlog
from django.db import transaction

from . import sets
from .lexicon import forms_of
from .wording import words

log = structlog.get_logger(__name__)

STEP = 500  # rows of one transaction
SECONDS = 3.0  # a run that has not finished by then goes on at the next beat
LONGEST = 64  # characters of a word
MOST_WORDS = 2_000  # of one message


def work(*, seconds: float = SECONDS, step: int = STEP) -> int:
    """Index what is due, for some seconds at most; returns how many rows were taken. Any number of workers may do so at once."""
    until, total = time.monotonic() + seconds, 0
    for take in (_take_contacts, _take_messages):
        while time.monotonic() < until:
            with transaction.atomic(durable=True):
                taken = take(step)
            total += taken
            if taken < step:
                break
    return total


def index_all() -> int:
    """Index whatever is due, in the caller's transaction or in none."""
    total = 0
    for take in (_take_contacts, _take_messages):
        while taken := take(STEP):
            total += taken
    return total


def mark_of(business: UUID) -> str:
    """What stands before each word of a business's messages: a word that is frequent elsewhere costs it nothing.

    The random end of its id; where two have the same, ``business_id`` still tells them apart.
    """
    return business.hex[-8:]


def message_words(business: UUID, text: str) -> list[str]:
    mark = mark_of(business)
    forms = {form[:LONGEST] for word in words(text)[:MOST_WORDS] for form in forms_of(word)}
    return [mark + form for form in forms]


def contact_words(*texts: str) -> str:
    """The words of names and addresses as they are and in all their forms, a space before each."""
    found: dict[str, None] = {}
    for word in words(" ".join(texts)):
        found.update(dict.fromkeys((word[:LONGEST], *sorted(form[:LONGEST] for form in forms_of(word)))))
    return "".join(f" {word}" for word in found)


def _take_messages(step: int) -> int:
    due = sets.fetch(
        """
        DELETE FROM conversations_messagedue
        WHERE id IN (SELECT id FROM conversations_messagedue ORDER BY id LIMIT %(step)s FOR UPDATE SKIP LOCKED)
        RETURNING message_id
        """,
        step=step,
    )
    rows = sets.fetch(
        """
        SELECT id, business_id, conversation_id, wa_timestamp, text FROM conversations_message
        WHERE id = ANY(%(ids)s) AND text <> '' ORDER BY id
        """,
        ids=[row.message_id for row in due],
    )
    sets.run(
        "DELETE FROM conversations_messagewords WHERE message_id = ANY(%(erased)s)",
        erased=sorted({row.message_id for row in due} - {row.id for row in rows}),
    )
    sets.run(
        """
        INSERT INTO conversations_messagewords (message_id, conversation_id, business_id, at, words)
        SELECT w.id, w.conversation_id, w.business_id, w.at,
               array_to_tsvector(ARRAY(SELECT jsonb_array_elements_text(w.words)))
        FROM jsonb_to_recordset(%(rows)s::jsonb)
             AS w(id uuid, business_id uuid, conversation_id uuid, at timestamptz, words jsonb)
        JOIN conversations_message m ON m.id = w.id  -- still there
        ORDER BY w.id
        ON CONFLICT (message_id) DO UPDATE SET words = excluded.words, at = excluded.at
        """,
        [
            {
                "id": row.id,
                "business_id": row.business_id,
                "conversation_id": row.conversation_id,
                "at": row.wa_timestamp,
                "words": message_words(row.business_id, row.text),
            }
            for row in rows
        ],
    )
    return len(due)


def _take_contacts(step: int) -> int:
    due = sets.fetch(
        """
        DELETE FROM conversations_contactdue
        WHERE id IN (SELECT id FROM conversations_contactdue ORDER BY id LIMIT %(step)s FOR UPDATE SKIP LOCKED)
        RETURNING contact_id
        """,
        step=step,
    )
    rows = sets.fetch(
        """
        SELECT id, business_id, name, profile_name, username, phone, email FROM conversations_contact
        WHERE id = ANY(%(ids)s) ORDER BY id
        """,
        ids=[row.contact_id for row in due],
    )
    sets.run(
        """
        INSERT INTO conversations_contactwords (contact_id, business_id, words)
        SELECT w.id, w.business_id, w.words
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, business_id uuid, words text)
        JOIN conversations_contact c ON c.id = w.id  -- still there
        ORDER BY w.id
        ON CONFLICT (contact_id) DO UPDATE SET words = excluded.words
        """,
        [
            {
                "id": row.id,
                "business_id": row.business_id,
                "words": contact_words(row.name, row.profile_name, row.username, row.phone, row.email),
            }
            for row in rows
        ],
    )
    return len(due)
