"""Queue what is to be sent. This is the only way to send: the message is its own outbox row, which the sender
(sending.py) works off.

The many-row form is set SQL for the drain; ``queue_one`` and ``queue_text`` are for agents and programs. Both run in
the caller's transaction.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts import audit
from accounts.ids import uuid7
from accounts.models import ApiKey, User
from cloud_api import messages

from . import assignment, drafts, sets, streaks
from .inbound import preview
from .models import Conversation, Message, Status


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: a person of the business, or a program with its API key."""

    source: str
    id: UUID
    name: str
    person: User | None

    @classmethod
    def of_person(cls, person: User) -> "Author":
        return cls(Message.Source.AGENT.value, person.pk, str(person), person)

    @classmethod
    def of_key(cls, key: ApiKey) -> "Author":
        return cls(Message.Source.API.value, key.pk, key.name, None)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send. ``body`` is a part made by ``cloud_api.messages``, which has checked Meta's limits."""

    business_id: UUID
    conversation_id: UUID
    number_id: UUID
    body: dict
    text: str  # the readable form, for lists and the thread
    source: str
    source_ref: UUID | None = None
    source_name: str = ""
    purpose: str = Message.Purpose.REPLY.value
    reply_to: str = ""  # wamid
    turn: int | None = None  # a bot's message: the turn it was computed for
    seen_seq: int | None = None  # a computed answer: the customer's last message it has seen
    client_ref: UUID | None = None
    id: UUID = field(default_factory=uuid7)


def queue_many(outgoing: Sequence[Outgoing], now: datetime) -> list[UUID]:
    """Queue messages in their order. Returns the ids of those that were queued: a ``client_ref`` that was used
    before ends here.
    """
    rows = [
        {
            "ord": place,
            "id": o.id,
            "business_id": o.business_id,
            "conversation_id": o.conversation_id,
            "number_id": o.number_id,
            "kind": o.body["type"],
            "source": o.source,
            "source_ref": o.source_ref,
            "source_name": o.source_name[:80],
            "purpose": o.purpose,
            "text": o.text,
            "payload": o.body,
            "reply_to": o.reply_to,
            "turn": o.turn,
            "seen_seq": o.seen_seq,
            "client_ref": o.client_ref,
        }
        for place, o in enumerate(outgoing)
    ]
    queued = {
        row.id
        for row in sets.fetch(
            """
            INSERT INTO conversations_message
                (id, business_id, conversation_id, number_id, direction, kind, source, source_ref, source_name, purpose, text, payload,
                 reply_to, wa_timestamp, status, error_text, turn, seen_seq, client_ref, attempt, send_after, created_at)
            SELECT id, business_id, conversation_id, number_id, %(outbound)s, kind, source, source_ref, source_name, purpose, text, payload,
                   reply_to, %(now)s, %(queued)s, '', turn, seen_seq, client_ref, 0, %(now)s, %(now)s
            FROM jsonb_to_recordset(%(rows)s::jsonb)
                 AS w(ord int, id uuid, business_id uuid, conversation_id uuid, number_id uuid, kind text, source text, source_ref uuid,
                      source_name text, purpose text, text text, payload jsonb, reply_to text, turn int, seen_seq bigint, client_ref uuid)
            ORDER BY ord
            ON CONFLICT (business_id, client_ref) WHERE client_ref IS NOT NULL DO NOTHING
            RETURNING id
            """,
            rows,
            now=now,
            outbound=Message.Direction.OUT.value,
            queued=Status.QUEUED.value,
        )
    }
    last = {row["conversation_id"]: row for row in rows if row["id"] in queued}
    bots = Counter(row["conversation_id"] for row in rows if row["id"] in queued and row["source"] in streaks.BOT)
    sets.run(
        """
        UPDATE conversations_conversation c
        SET last_message_text = w.text, last_message_inbound = false, last_message_at = greatest(c.last_message_at, %(now)s),
            bot_streak = CASE WHEN c.bot_streak_turn = c.turn AND c.bot_streak_at > %(now)s - %(forgotten)s
                              THEN least(c.bot_streak + w.bots, 30000) ELSE w.bots END,
            bot_streak_turn = c.turn,
            bot_streak_at = CASE WHEN w.bots > 0 THEN %(now)s ELSE c.bot_streak_at END
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, text text, bots smallint)
        WHERE c.id = w.id
        """,
        [{"id": c, "text": preview(row["kind"], row["text"]), "bots": bots[c]} for c, row in last.items()],
        now=now,
        forgotten=streaks.FORGOTTEN_AFTER,
    )
    return [o.id for o in outgoing if o.id in queued]


def queue_text(
    conversation: Conversation,
    text: str,
    *,
    by: User,
    client_ref: UUID | None = None,
    reply_to: str = "",
    now: datetime | None = None,
) -> UUID | None:
    """Queue an agent's text, and take the conversation over from the bot: see ``queue_one``. Raises cloud_api's
    InvalidMessage for a text that WhatsApp would refuse.
    """
    body = messages.text(text)
    return queue_one(
        conversation, body, text, author=Author.of_person(by), client_ref=client_ref, reply_to=reply_to, now=now
    )


def queue_one(
    conversation: Conversation,
    body: dict,
    text: str,
    *,
    author: Author,
    takes_over: bool = True,
    purpose: str = Message.Purpose.REPLY.value,
    client_ref: UUID | None = None,
    reply_to: str = "",
    now: datetime | None = None,
) -> UUID | None:
    """Queue what a person or a program writes. ``takes_over``: a person answers the conversation from here on
    (assignment.py); else the bot goes on.

    Returns the message's id, or None where ``client_ref`` was used before (a second click). Call it in a transaction;
    wake the queue ``send`` on commit.
    """
    now = now or timezone.now()
    if takes_over:
        assignment.let_person_answer(conversation, by=author.person, now=now)
    queued = queue_many(
        [
            Outgoing(
                business_id=conversation.business_id,
                conversation_id=conversation.pk,
                number_id=conversation.number_id,
                body=body,
                text=text,
                source=author.source,
                source_ref=author.id,
                source_name=author.name,
                purpose=purpose,
                reply_to=reply_to,
                client_ref=client_ref,
            )
        ],
        now,
    )
    if not queued:
        return None
    if author.person:
        drafts.forget(conversation, author.person)
    audit.record(
        "message.queued",
        business=conversation.business,
        actor=author.person,
        target=str(queued[0]),
        conversation=str(conversation.pk),
        kind=body["type"],
        took_over=takes_over,
    )
    return queued[0]
