"""One message, one task, one transaction: the full record by get_or_create, the reply by the product's own rules."""

from datetime import datetime

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import WhatsAppNumber
from aibot import rules
from cloud_api import events
from conversations import window
from conversations.inbound import Recorded, preview
from conversations.models import Contact, Conversation, Identity, Message, Status
from conversations.outbound import Outgoing
from leads.models import Lead
from webhooks.models import Delivery


@shared_task(name="bench.rivals.task_per_message.take")
def take(delivery_id: int) -> None:
    now = timezone.now()
    with scopes_disabled(), transaction.atomic():
        delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
        if delivery.processed_at:
            return
        for event in events.parse(bytes(delivery.body)):
            _receive(event, delivery.received_at, now)
        delivery.processed_at, delivery.outcome = now, {"message": 1}
        delivery.save(update_fields=["processed_at", "outcome"])


def _receive(event: events.InboundMessage, received_at: datetime, now: datetime) -> None:
    number = WhatsAppNumber.objects.get(phone_number_id=event.phone_number_id)
    contact = _contact(number, event.sender)
    conversation, _ = Conversation.objects.get_or_create(
        contact=contact, number=number, state=Conversation.State.OPEN, defaults={"business_id": number.business_id}
    )
    at = window.believable(event.timestamp, received_at)
    message, is_new = Message.objects.get_or_create(
        number=number,
        wamid=event.wamid,
        defaults={
            "business_id": number.business_id,
            "conversation": conversation,
            "direction": Message.Direction.IN,
            "kind": event.kind,
            "source": Message.Source.CUSTOMER,
            "text": event.text,
            "payload": event.payload,
            "reply_to": event.reply_to,
            "wa_timestamp": at,
            "status": Status.RECEIVED,
        },
    )
    if not is_new:
        return
    message.refresh_from_db(fields=["seq"])
    conversation.unread += 1
    conversation.last_inbound_at = conversation.last_message_at = at
    conversation.last_inbound_seq = message.seq
    conversation.last_message_text, conversation.last_message_inbound = preview(event.kind, event.text), True
    conversation.save(
        update_fields=[
            "unread", "last_inbound_at", "last_inbound_seq", "last_message_at", "last_message_text", "last_message_inbound",
        ]
    )  # fmt: skip
    Lead.objects.get_or_create(contact=contact, defaults={"business_id": number.business_id})
    _answer(message, contact, conversation, event, received_at, now)


def _contact(number: WhatsAppNumber, person: events.Person) -> Contact:
    named = [(Identity.Kind.BSUID, person.bsuid), (Identity.Kind.PHONE, person.phone)]
    known = None
    for kind, value in named:
        known = known or Identity.objects.select_related("contact").filter(
            business_id=number.business_id, kind=kind, value=value
        ).first()  # fmt: skip
    contact = known.contact if known else Contact.objects.create(
        business_id=number.business_id, profile_name=person.name, username=person.username, phone=person.phone
    )  # fmt: skip
    for kind, value in named:
        if value:
            Identity.objects.get_or_create(
                business_id=number.business_id, kind=kind, value=value, defaults={"contact": contact}
            )
    return contact


def _answer(message, contact, conversation, event, received_at, now) -> None:
    recorded = Recorded(
        message_id=message.id,
        seq=message.seq,
        business_id=message.business_id,
        number_id=message.number_id,
        conversation_id=conversation.id,
        contact_id=contact.id,
        contact_name=contact.name or contact.profile_name,
        opted_out=contact.opted_out_at is not None,
        owner=conversation.owner,
        turn=conversation.turn,
        waiting=conversation.waiting_since is not None,
        event=event,
        sent_at=message.wa_timestamp,
        received_at=received_at,
    )
    replies = rules.replies_for([recorded], now)
    for outgoing in replies.outgoing:
        _queue(outgoing, conversation, now)
    if conversation.pk in replies.waiting:
        conversation.waiting_since = replies.waiting[conversation.pk]
        conversation.save(update_fields=["waiting_since"])


def _queue(outgoing: Outgoing, conversation: Conversation, now: datetime) -> None:
    Message.objects.create(
        id=outgoing.id,
        business_id=outgoing.business_id,
        conversation=conversation,
        number_id=outgoing.number_id,
        direction=Message.Direction.OUT,
        kind=outgoing.body["type"],
        source=outgoing.source,
        source_ref=outgoing.source_ref,
        source_name=outgoing.source_name,
        purpose=outgoing.purpose,
        text=outgoing.text,
        payload=outgoing.body,
        turn=outgoing.turn,
        wa_timestamp=now,
        send_after=now,
        status=Status.QUEUED,
    )
    conversation.last_message_text = preview(outgoing.body["type"], outgoing.text)
    conversation.last_message_inbound, conversation.last_message_at = False, now
    conversation.save(update_fields=["last_message_text", "last_message_inbound", "last_message_at"])
