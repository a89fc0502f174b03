"""One word for each item of a delivery: where it goes, and what the delivery's ``outcome`` counts.

Every event has a word; what is nobody's business here (an unknown number, another tenant's) has one too.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cloud_api import events
from conversations import delivery


@dataclass(frozen=True, slots=True)
class Number:
    id: UUID
    business_id: UUID
    mark: str


@dataclass(frozen=True, slots=True)
class Item:
    """One event of a delivery, and whose it is."""

    delivery_id: int
    position: int
    received_at: datetime
    event: events.Event
    number: Number | None
    covered: bool  # the secret that signed the delivery may speak for the number

    @property
    def of(self) -> tuple[UUID | None, UUID | None]:
        """The business and the number that the item is counted for; of nobody where the secret does not cover it."""
        return (self.number.business_id, self.number.id) if self.number and self.covered else (None, None)


# The words whose items become rows of their own, and which function takes them (drain._compose). All others are kept
# as ChannelEvents, and may change something (channel.py).
TABLES = {
    "message": "arrivals",
    "call": "arrivals",
    "standby": "arrivals",
    "status": "statuses",
    "echo": "echoes",
    "history": "history",
    "edit": "changes",
    "revoke": "changes",
    "reaction": "changes",
    "contact_sync": "contacts",
}
_OF_A_NUMBER = frozenset(TABLES)
_PLAIN = {
    events.Echo: "echo",
    events.HistoryMessage: "history",
    events.Edit: "edit",
    events.Revoke: "revoke",
    events.Reaction: "reaction",
    events.ContactSync: "contact_sync",
    events.SystemChange: "system",
    events.Handover: "handover",
    events.Preference: "preference",
    events.TemplateChange: "template",
    events.HealthChange: "health",
    events.ChannelNotice: "notice",
}


def kind_of(item: Item) -> str:
    """The item's word. Words of groups, unknown numbers and statuses, and what a secret does not cover come first."""
    if not item.covered:
        return "not_covered"
    word = _word(item.event)
    if item.number is None and word in _OF_A_NUMBER | {"group_message", "group_status", "unknown_status"}:
        return "unknown_number"
    return word


def _word(event: events.Event) -> str:
    if isinstance(event, events.InboundMessage):
        if event.group_id:
            return "group_message"
        if event.kind == "call":
            return "call"
        return "standby" if event.standby else "message"
    if isinstance(event, events.MessageStatus):
        if event.group_id:
            return "group_status"
        return "status" if event.status in delivery.WORDS else "unknown_status"
    if isinstance(event, events.Edit | events.Revoke | events.Reaction) and not event.original_wamid:
        return "notice"  # of no message that it names
    if isinstance(event, events.ContactSync) and event.action != "add":
        return "notice"  # taken out of the phone's address book: the contact stays
    return _PLAIN[type(event)]
