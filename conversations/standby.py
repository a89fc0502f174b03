"""Meta's own agent ("Meta Business Agent") as one who may hold a thread: it answers, we only see it under `standby`.

While it holds a thread our bot is silent (Conversation.Owner.META); a person's message takes the thread over. Whose it
becomes with each message stands in inbound.py and echoes.py; here is what Meta's handovers say. Source: Meta, webhook
reference "messaging_handovers" and "standby".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cloud_api.events import Handover

from . import identity, inbound, sets, window
from .models import Conversation


@dataclass(frozen=True, slots=True)
class Handed:
    """A handover, and the number whose thread it is. Its person has an identifier."""

    business_id: UUID
    number_id: UUID
    event: Handover
    received_at: datetime


def hand_over_many(handed: Sequence[Handed], now: datetime) -> None:
    """Passed to us: a person is asked to answer, for Meta's agent gave up. Taken from us: the bot is silent."""
    handed = list(handed)
    contacts = identity.contacts_for([identity.Wanted(h.business_id, h.event.person) for h in handed], now)
    wanted = [(h.business_id, contact, h.number_id) for h, contact in zip(handed, contacts, strict=True)]
    conversations = inbound.open_conversations(wanted, now)
    for h, contact in zip(handed, contacts, strict=True):
        conversation = conversations[contact, h.number_id].id
        if h.event.to_us:
            _ask_a_person(conversation, window.believable(h.event.timestamp, h.received_at))
        elif h.event.kind == "control_taken":
            _leave_to_meta(conversation)


def _ask_a_person(conversation: UUID, since: datetime) -> None:
    sets.run(
        """
        UPDATE conversations_conversation
        SET owner = %(human)s, turn = turn + 1, waiting_since = least(waiting_since, %(since)s) WHERE id = %(id)s
        """,
        id=conversation,
        since=since,
        human=Conversation.Owner.HUMAN.value,
    )


def _leave_to_meta(conversation: UUID) -> None:
    sets.run(
        "UPDATE conversations_conversation SET owner = %(meta)s, turn = turn + 1 WHERE id = %(id)s AND owner = %(bot)s",
        id=conversation,
        meta=Conversation.Owner.META.value,
        bot=Conversation.Owner.BOT.value,
    )
