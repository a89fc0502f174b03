"""Receive customers' messages: identity -> contact -> open conversation -> message.

Set SQL throughout (see sets.py); the caller holds the transaction. A wamid that the number has already ends here: it
is not among what ``record_messages`` returns, so that nothing downstream can happen twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from accounts.ids import uuid7
from cloud_api.events import InboundMessage

from . import blocking, identity, sets, window
from .models import Conversation, Message, Status

PREVIEW = 160  # characters of a message in a list
OPENINGS = 5


class Vanished(LookupError):
    """A contact that was looked up a moment ago has been deleted."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A customer's message, and the number that it came to."""

    business_id: UUID
    number_id: UUID
    event: InboundMessage
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """A message that is new here, with what an answer to it depends on. Times are UTC."""

    message_id: UUID
    seq: int
    business_id: UUID
    number_id: UUID
    conversation_id: UUID
    contact_id: UUID
    contact_name: str
    opted_out: bool
    owner: str
    turn: int
    waiting: bool
    event: InboundMessage
    sent_at: datetime  # by the customer, Meta's clock
    received_at: datetime
    deleted: bool = False  # by its writer, already
    blocked: bool = False  # whose words nobody answers


def record_messages(arrivals: Sequence[Arrival], now: datetime) -> list[Recorded]:
    """Store messages; return those that were new, in their order. Locks the conversations until the commit.

    Raises identity.Nobody for a message whose sender has no identifier.
    """
    known = known_wamids((a.number_id, a.event.wamid) for a in arrivals)
    arrivals = [a for a in arrivals if (a.number_id, a.event.wamid[:200]) not in known]
    if not arrivals:
        return []
    contacts = identity.contacts_for([identity.Wanted(a.business_id, a.event.sender) for a in arrivals], now)
    wanted = [(a.business_id, contact, a.number_id) for a, contact in zip(arrivals, contacts, strict=True)]
    blocked = blocking.open_again((contact, number) for _business, contact, number in wanted)
    conversations = open_conversations(wanted, now)
    recorded = _insert(arrivals, contacts, conversations, now)
    _touch(recorded, conversations)
    if blocked:
        recorded = [replace(r, blocked=r.contact_id in blocked) for r in recorded]
        blocking.shut({c.id for (contact, _number), c in conversations.items() if contact in blocked}, now)
    return recorded


def known_wamids(keys: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Which of these messages (number, wamid) are here already: a second delivery must make no contact and open no
    conversation either. Of two workers that both know nothing yet, the unique key decides.
    """
    rows = sets.fetch(
        """
        SELECT number_id, wamid FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid, wamid text)
        JOIN conversations_message m USING (number_id, wamid)
        """,
        [{"number_id": number, "wamid": wamid[:200]} for number, wamid in keys],
    )
    return {(row.number_id, row.wamid) for row in rows}


def open_conversations(places: list[tuple[UUID, UUID, UUID]], now: datetime) -> dict:
    """(contact, number) -> the open conversation for each (business, contact, number), made where there was none, locked.

    Raises Vanished where a contact is not there any more: try again, and the message makes a new one.
    """
    wanted = {
        (contact, number): {"id": uuid7(), "business_id": business, "contact_id": contact, "number_id": number}
        for business, contact, number in places
    }
    for _ in range(OPENINGS):  # again only where a person closed one between the two statements
        sets.run(
            """
            INSERT INTO conversations_conversation
                (id, business_id, contact_id, number_id, state, owner, turn, pending_ask, last_inbound_seq, unread, ai_call_count,
                 last_message_text, last_message_inbound, created_at)
            SELECT id, business_id, contact_id, number_id, %(open)s, %(bot)s, 0, '', 0, 0, 0, '', true, %(now)s
            FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, business_id uuid, contact_id uuid, number_id uuid)
            ORDER BY contact_id, number_id
            ON CONFLICT (contact_id, number_id) WHERE state = 'open' DO NOTHING
            """,
            list(wanted.values()),
            now=now,
            open=Conversation.State.OPEN.value,
            bot=Conversation.Owner.BOT.value,
        )
        rows = sets.fetch(
            """
            SELECT c.id, c.contact_id, c.number_id, c.owner, c.turn, c.waiting_since, c.echoed_at,
                   p.opted_out_at, coalesce(nullif(p.name, ''), p.profile_name) AS contact_name
            FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(contact_id uuid, number_id uuid)
            JOIN conversations_conversation c ON c.contact_id = w.contact_id AND c.number_id = w.number_id AND c.state = 'open'
            JOIN conversations_contact p ON p.id = c.contact_id
            ORDER BY c.id FOR NO KEY UPDATE OF c
            """,
            list(wanted.values()),
        )
        found = {(row.contact_id, row.number_id): row for row in rows}
        if len(found) == len(wanted):
            return found
    raise Vanished("The contact was deleted while its message was being stored.")


def _insert(arrivals: list[Arrival], contacts: list[UUID], conversations: dict, now: datetime) -> list[Recorded]:
    times = [window.believable(a.event.timestamp, a.received_at) for a in arrivals]
    ids = [uuid7() for _ in arrivals]
    rows = [
        {
            "ord": place,
            "id": ids[place],
            "business_id": a.business_id,
            "conversation_id": conversations[contacts[place], a.number_id].id,
            "number_id": a.number_id,
            "kind": a.event.kind[:30],
            "text": a.event.text,
            "payload": _payload(a.event),
            "reply_to": a.event.reply_to[:200],
            "wamid": a.event.wamid[:200],
            "wa_timestamp": times[place],
        }
        for place, a in enumerate(arrivals)
    ]
    fresh = sets.fetch(
        """
        INSERT INTO conversations_message
            (id, business_id, conversation_id, number_id, direction, kind, source, source_name, purpose, text, payload, reply_to,
             wamid, wa_timestamp, status, error_text, attempt, created_at)
        SELECT id, business_id, conversation_id, number_id, %(inbound)s, kind, %(customer)s, '', %(reply)s, text, payload, reply_to,
               wamid, wa_timestamp, %(received)s, '', 0, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb)
             AS w(ord int, id uuid, business_id uuid, conversation_id uuid, number_id uuid, kind text, text text, payload jsonb,
                  reply_to text, wamid text, wa_timestamp timestamptz)
        ORDER BY ord
        ON CONFLICT (number_id, wamid) DO NOTHING
        RETURNING id, seq
        """,
        rows,
        now=now,
        inbound=Message.Direction.IN.value,
        customer=Message.Source.CUSTOMER.value,
        reply=Message.Purpose.REPLY.value,
        received=Status.RECEIVED.value,
    )
    seqs = {row.id: row.seq for row in fresh}
    recorded = []
    for place, a in enumerate(arrivals):
        if ids[place] not in seqs:
            continue
        conversation = conversations[contacts[place], a.number_id]
        recorded.append(
            Recorded(
                message_id=ids[place],
                seq=seqs[ids[place]],
                business_id=a.business_id,
                number_id=a.number_id,
                conversation_id=conversation.id,
                contact_id=contacts[place],
                contact_name=conversation.contact_name,
                opted_out=conversation.opted_out_at is not None,
                owner=_owner(conversation.owner, a.event),
                turn=conversation.turn,
                waiting=conversation.waiting_since is not None,
                event=a.event,
                sent_at=times[place],
                received_at=a.received_at,
            )
        )
    return recorded


def _payload(event: InboundMessage) -> dict:
    """Meta's object of the kind, and beside it what stands around it in the message."""
    beside = {"forwarded": event.forwarded, "referred_product": event.product}
    beside["errors"] = [{"code": e.code, "title": e.title, "details": e.details} for e in event.errors]
    return {**event.payload, **{key: value for key, value in beside.items() if value}}


def _owner(owner: str, event: InboundMessage) -> str:
    """Meta's agent has a thread exactly as long as its messages come under `standby`."""
    if event.standby:
        return Conversation.Owner.META.value if owner == Conversation.Owner.BOT else owner
    return Conversation.Owner.BOT.value if owner == Conversation.Owner.META else owner


def _touch(recorded: list[Recorded], conversations: dict) -> None:
    """Bring the conversations up to date: the window, the unread count, the words in the list, and whose it is.

    What Meta's agent answers is not unread, nor what a person has answered in the phone's app since.
    """
    news: dict[UUID, dict] = {}
    for r in recorded:
        row = news.setdefault(
            r.conversation_id,
            {"id": r.conversation_id, "unread": 0, "at": r.sent_at, "seq": 0, "text": "", "owner": r.owner},
        )
        echoed_at = conversations[r.contact_id, r.number_id].echoed_at
        row["unread"] += not r.event.standby and (echoed_at is None or r.sent_at > echoed_at)
        row["seq"] = max(row["seq"], r.seq)
        row["owner"] = r.owner
        if r.sent_at >= row["at"]:
            row["at"], row["text"] = r.sent_at, preview(r.event.kind, r.event.text)
    sets.run(
        """
        UPDATE conversations_conversation c
        SET unread = c.unread + w.unread,
            owner = w.owner,
            last_inbound_at = greatest(c.last_inbound_at, w.at),
            last_inbound_seq = greatest(c.last_inbound_seq, w.seq),
            last_message_text = CASE WHEN c.last_message_at > w.at THEN c.last_message_text ELSE w.text END,
            last_message_inbound = CASE WHEN c.last_message_at > w.at THEN c.last_message_inbound ELSE true END,
            last_message_at = greatest(c.last_message_at, w.at)
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, unread int, owner text, at timestamptz, seq bigint, text text)
        WHERE c.id = w.id
        """,
        list(news.values()),
    )


def preview(kind: str, text: str) -> str:
    """One line for a list: the words, or the kind where there are none."""
    line = " ".join(text.split())
    return (line or f"[{kind}]")[:PREVIEW]


def let_wait(waiting: dict[UUID, datetime]) -> None:
    """Mark conversations as waiting for a person since a time, the earliest where there are several."""
    sets.run(
        """
        UPDATE conversations_conversation c SET waiting_since = least(c.waiting_since, w.since)
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, since timestamptz)
        WHERE c.id = w.id
        """,
        [{"id": conversation, "since": since} for conversation, since in waiting.items()],
    )
