"""What Meta tells of a channel takes effect: each event goes to the app that owns what it changes.

The drain calls this for events that are new here (notices.py keeps each once), in its transaction.
"""

from collections.abc import Callable
from datetime import datetime

from accounts import health
from cloud_api import events
from conversations import consent, identity, lines, standby, templates, window
from conversations.models import ConsentEvent

from .kinds import Item

WORDS = frozenset({"system", "handover", "preference", "template", "health"})
MARKETING = "marketing_messages"  # the only category that Meta has
_SAID = {"stop": ConsentEvent.Kind.STOP, "resume": ConsentEvent.Kind.START}


def apply(items: list[Item], now: datetime) -> None:
    """Let each event change what it says it changes. An item of nobody's changes nothing."""
    for kind, act in _ACTS.items():
        ours = [item for item in items if isinstance(item.event, kind) and item.number and item.covered]
        if ours:
            act(ours, now)


def sync_contacts(items: list[Item], now: datetime) -> None:
    """Entries of the phone's address book. No ChannelEvents: the contact is the record."""
    identity.name_many(
        [
            identity.Entry(
                item.number.business_id,
                item.event.phone,
                item.event.name,
                window.past(item.event.timestamp, item.received_at),
            )
            for item in items
        ],
        now,
    )


def _rename(items: list[Item], now: datetime) -> None:
    """A customer's new number or user id; the thread shows Meta's sentence."""
    renewed = identity.renew_many(
        [
            identity.Renewal(
                item.number.business_id,
                old=item.event.sender,
                previous_bsuid=item.event.previous_bsuid,
                new_phone=item.event.new_phone,
                new_bsuid=item.event.new_bsuid,
            )
            for item in items
        ],
        now,
    )
    lines.add_many(
        [
            lines.Line(
                number_id=item.number.id,
                contact_id=contact,
                kind="system",
                text=item.event.text,
                payload={"type": item.event.kind},
                wamid=item.event.wamid,
                at=window.believable(item.event.timestamp, item.received_at),
            )
            for item, contact in zip(items, renewed, strict=True)
            if contact
        ],
        now,
    )


def _hand_over(items: list[Item], now: datetime) -> None:
    named = [item for item in items if item.event.person.phone or item.event.person.bsuid]
    standby.hand_over_many(
        [standby.Handed(i.number.business_id, i.number.id, i.event, i.received_at) for i in named], now
    )


def _hear(items: list[Item], now: datetime) -> None:
    """A customer's word to WhatsApp on marketing of this business counts like a word to the business."""
    said = [i for i in items if i.event.category == MARKETING and i.event.value in _SAID]
    said = [i for i in said if i.event.person.phone or i.event.person.bsuid]
    wanted = [identity.Wanted(item.number.business_id, item.event.person) for item in said]
    consent.record_many(
        [
            consent.Word(
                business_id=item.number.business_id,
                contact_id=contact,
                kind=_SAID[item.event.value].value,
                source="preference",
                at=window.believable(item.event.timestamp, item.received_at),
            )
            for item, contact in zip(said, identity.contacts_for(wanted, now), strict=True)
        ]
    )


def _note_templates(items: list[Item], _now: datetime) -> None:
    templates.note_many([templates.Told(i.number.business_id, i.event, i.received_at) for i in items])


def _note_health(items: list[Item], _now: datetime) -> None:
    health.note_many([_health(item.event, item) for item in items])


def _health(event: events.HealthChange, item: Item) -> health.News:
    return health.News(
        business_id=item.number.business_id,
        at=window.past(event.timestamp, item.received_at),
        waba_id=event.waba_id,
        phone_number_id=event.phone_number_id,
        display=event.display_phone_number,
        stops=event.stops,
        quality=event.quality,
        messaging_limit=event.messaging_limit,
        name=event.name,
        name_decision=event.name_decision,
        warning=event.warning,
    )


_ACTS: dict[type, Callable[[list[Item], datetime], None]] = {
    events.SystemChange: _rename,
    events.Handover: _hand_over,
    events.Preference: _hear,
    events.TemplateChange: _note_templates,
    events.HealthChange: _note_health,
}
