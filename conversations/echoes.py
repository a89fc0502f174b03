"""What the business wrote without us: a person in the phone's app, or Meta's own agent.

A person's message takes the conversation over, as an agent's does (assignment.py), and settles what the customer wrote
before it. It opens no window (Cloud API, "Onboarding WhatsApp Business app users"). All of it depends on WhatsApp's
times alone, so that an echo may come before or after the messages around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.ids import uuid7
from cloud_api.events import Echo

from . import cancelling, delivery, events, identity, inbound, sets, window
from .models import Conversation, Message, Status


@dataclass(frozen=True, slots=True)
class Echoed:
    """An echo, and the number that wrote."""

    business_id: UUID
    number_id: UUID
    event: Echo
    received_at: datetime


def record_many(echoes: Sequence[Echoed], now: datetime) -> set[int]:
    """Store what was written elsewhere and give those conversations to who wrote. Returns the places of the new ones.

    Raises identity.Nobody for an echo whose customer has no identifier.
    """
    known = inbound.known_wamids((e.number_id, e.event.wamid) for e in echoes)
    new = [(place, e) for place, e in enumerate(echoes) if (e.number_id, e.event.wamid[:200]) not in known]
    if not new:
        return set()
    contacts = identity.contacts_for([identity.Wanted(e.business_id, e.event.recipient) for _, e in new], now)
    wanted = [(e.business_id, contact, e.number_id) for (_, e), contact in zip(new, contacts, strict=True)]
    conversations = inbound.open_conversations(wanted, now)
    rows = [
        {
            "ord": place,
            "id": uuid7(),
            "business_id": e.business_id,
            "conversation_id": conversations[contact, e.number_id].id,
            "number_id": e.number_id,
            "kind": e.event.kind[:30],
            "source": (Message.Source.META_AGENT if e.event.standby else Message.Source.PHONE_APP).value,
            "text": e.event.text,
            "payload": e.event.payload,
            "reply_to": e.event.reply_to[:200],
            "wamid": e.event.wamid[:200],
            "at": window.believable(e.event.timestamp, e.received_at),
        }
        for (place, e), contact in zip(new, contacts, strict=True)
    ]
    fresh = _insert(rows, now)
    stored = [row for row in rows if row["id"] in fresh]
    delivery.take_up_parked({(row["number_id"], row["wamid"]) for row in stored}, now)
    _hand_over(stored)
    owners = {row.id: row.owner for row in conversations.values()}
    _tell([row for row in stored if row["source"] == Message.Source.PHONE_APP], owners, now)
    return {row["ord"] for row in stored}


def _insert(rows: list[dict], now: datetime) -> set[UUID]:
    found = sets.fetch(
        """
        INSERT INTO conversations_message
            (id, business_id, conversation_id, number_id, direction, kind, source, source_name, purpose, text, payload, reply_to,
             wamid, wa_timestamp, status, sent_at, error_text, attempt, created_at)
        SELECT id, business_id, conversation_id, number_id, %(out)s, kind, source, '', %(reply)s, text, payload, reply_to,
               wamid, at, %(sent)s, at, '', 0, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb)
             AS w(ord int, id uuid, business_id uuid, conversation_id uuid, number_id uuid, kind text, source text, text text,
                  payload jsonb, reply_to text, wamid text, at timestamptz)
        ORDER BY ord
        ON CONFLICT (number_id, wamid) DO NOTHING
        RETURNING id
        """,
        rows,
        now=now,
        out=Message.Direction.OUT.value,
        reply=Message.Purpose.REPLY.value,
        sent=int(Status.SENT),
    )
    return {row.id for row in found}


def _tell(written: list[dict], owners: dict[UUID, str], now: datetime) -> None:
    """A line where a person took over in the phone's app, and the bot's queued replies are cancelled."""
    of = {row["conversation_id"]: row["business_id"] for row in written}
    taken = [conversation for conversation in of if owners[conversation] != Conversation.Owner.HUMAN]
    kind = events.Kind.TAKEN_OVER.value
    events.add_many([events.Happened(of[taker], taker, kind, {"phone_app": True}) for taker in taken], now)
    cancelling.cancel_bots(dict.fromkeys(of, cancelling.TAKEN_OVER), now)


def _hand_over(new: list[dict]) -> None:
    """Unread is what came after the person's last message; what was read before stays read."""
    news: dict[UUID, dict] = {}
    for row in new:
        of = news.setdefault(
            row["conversation_id"],
            {"id": row["conversation_id"], "acts": 0, "echoed": None, "at": row["at"], "text": ""},
        )
        if row["source"] == Message.Source.PHONE_APP:
            of["acts"] += 1
            of["echoed"] = max(filter(None, (of["echoed"], row["at"])))
        if row["at"] >= of["at"]:
            of["at"], of["text"] = row["at"], inbound.preview(row["kind"], row["text"])
    sets.run(
        """
        UPDATE conversations_conversation c
        SET owner = CASE WHEN w.acts > 0 THEN %(human)s WHEN c.owner = %(bot)s THEN %(meta)s ELSE c.owner END,
            turn = c.turn + w.acts,
            waiting_since = CASE WHEN w.acts > 0 THEN NULL ELSE c.waiting_since END,
            echoed_at = greatest(c.echoed_at, w.echoed),
            unread = CASE WHEN w.acts = 0 THEN c.unread ELSE least(c.unread, (
                SELECT count(*) FROM conversations_message m
                WHERE m.conversation_id = c.id AND m.direction = 'in' AND m.source = 'customer'
                  AND m.wa_timestamp > greatest(c.echoed_at, w.echoed))) END,
            last_message_text = CASE WHEN c.last_message_at > w.at THEN c.last_message_text ELSE w.text END,
            last_message_inbound = CASE WHEN c.last_message_at > w.at THEN c.last_message_inbound ELSE false END,
            last_message_at = greatest(c.last_message_at, w.at)
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, acts int, echoed timestamptz, at timestamptz, text text)
        WHERE c.id = w.id
        """,
        list(news.values()),
        human=Conversation.Owner.HUMAN.value,
        bot=Conversation.Owner.BOT.value,
        meta=Conversation.Owner.META.value,
    )
