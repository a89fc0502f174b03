"""Blocked customers: what they write is kept in a closed conversation, the bot does not answer, nobody is told.

It is ours alone: nothing is said to WhatsApp, and a message still arrives at the business's number. Their STOP counts.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accounts import audit
from accounts.models import User

from . import assignment, events, sets
from .deadlocks import again_after_deadlock
from .models import Contact, Conversation


@again_after_deadlock
def block(contact: Contact, *, by: User | None, now: datetime) -> bool:
    """Close what is open with the customer, and what they write from here on. False where they are blocked."""
    held = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if held.blocked_at:
        return False
    held.blocked_at = now
    held.save(update_fields=["blocked_at"])
    contact.blocked_at = now
    for conversation in _open_with(held):
        events.add(conversation, events.Kind.BLOCKED, by=by, at=now)
        assignment.close(conversation, by=by, now=now)
    audit.record("contact.blocked", business=held.business, actor=by, target=str(held.pk))
    return True


@again_after_deadlock
def unblock(contact: Contact, *, by: User | None, now: datetime) -> bool:
    """Their next message opens a new conversation, as anybody's. False where they are not blocked."""
    held = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if held.blocked_at is None:
        return False
    held.blocked_at = None
    held.save(update_fields=["blocked_at"])
    contact.blocked_at = None
    if last := Conversation.objects.filter(contact=held).order_by("-created_at").first():
        events.add(last, events.Kind.UNBLOCKED, by=by, at=now)
    audit.record("contact.unblocked", business=held.business, actor=by, target=str(held.pk))
    return True


def _open_with(contact: Contact) -> list[Conversation]:
    rows = Conversation.objects.filter(contact=contact, state=Conversation.State.OPEN)
    return list(rows.select_related("business").order_by("pk"))


# --- the drain: what blocked customers write -------------------------------------------------------------------------------


def open_again(places: Iterable[tuple[UUID, UUID]]) -> set[UUID]:
    """Of these (contact, number) the blocked ones get their last closed conversation opened, so that what they write stands
    together; ``shut`` closes it in the same transaction. Returns the blocked contacts, held until its end.
    """
    places = set(places)
    rows = sets.fetch(
        """
        SELECT id FROM conversations_contact WHERE id = ANY(%(ids)s) AND blocked_at IS NOT NULL
        ORDER BY id FOR NO KEY UPDATE
        """,
        ids=list({contact for contact, _number in places}),
    )
    blocked = {row.id for row in rows}
    sets.run(
        """
        UPDATE conversations_conversation c SET state = 'open', closed_at = NULL FROM (
            SELECT DISTINCT ON (l.contact_id, l.number_id) l.id
            FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(contact_id uuid, number_id uuid)
            JOIN conversations_conversation l ON l.contact_id = w.contact_id AND l.number_id = w.number_id
            WHERE NOT EXISTS (
                SELECT 1 FROM conversations_conversation o
                WHERE o.contact_id = w.contact_id AND o.number_id = w.number_id AND o.state = 'open')
            ORDER BY l.contact_id, l.number_id, l.created_at DESC
        ) last WHERE c.id = last.id
        """,
        [{"contact_id": contact, "number_id": number} for contact, number in places if contact in blocked],
    )
    return blocked


def shut(conversations: Iterable[UUID], now: datetime) -> None:
    """Nothing in them is unread, and they are closed."""
    sets.run(
        """
        UPDATE conversations_conversation c
        SET state = 'closed', closed_at = %(now)s, unread = 0, waiting_since = NULL
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid) WHERE c.id = w.id
        """,
        [{"id": conversation} for conversation in conversations],
        now=now,
    )
