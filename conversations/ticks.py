"""Blue ticks: the customer sees that somebody of the team has opened the conversation. Settings.blue_ticks switches it.

Asked for once for each of the customer's messages, by a job after the commit: no page waits for WhatsApp, and what fails is
logged and left. The ticks of a message turn all before it blue. Source: Meta, "Mark messages as read".
"""

from uuid import UUID

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django_scopes import scopes_disabled

from accounts.models import Settings
from accounts.secrets import SecretError
from cloud_api.errors import GraphError

from . import wake
from .graph import client_of
from .models import Conversation, Message

log = structlog.get_logger(__name__)

TASK = "conversations.tasks.show_ticks"


def show(conversation: Conversation) -> bool:
    """Ask for the ticks of the customer's last message on commit. False where there is nothing to ask for: they were asked for
    already, the owner does not want them, Meta's agent has the thread, or the number may not send.
    """
    wanted = Settings.objects.filter(business_id=OuterRef("business_id"), blue_ticks=True)
    due = Conversation.objects.filter(
        Exists(wanted),
        pk=conversation.pk,
        last_inbound_seq__gt=F("ticked_seq"),
        number__active=True,
        number__stopped_at=None,
    ).exclude(owner=Conversation.Owner.META)
    if not due.update(ticked_seq=F("last_inbound_seq")):
        return False
    transaction.on_commit(lambda: _later(conversation.pk))
    return True


def _later(conversation: UUID) -> None:
    """Without a broker there are no ticks: nothing is owed to anybody."""
    try:
        current_app.send_task(TASK, (str(conversation),), queue="send", retry=False, ignore_result=True, expires=300)
    except wake.BROKEN as error:
        log.warning("ticks_not_asked", conversation=str(conversation), error=type(error).__name__)


def send(conversation: UUID) -> bool:
    """Tell WhatsApp. False where it was not told; the reason is in the log. The job's, for any business."""
    with scopes_disabled():
        last = (
            Message.objects.filter(
                conversation=conversation, direction=Message.Direction.IN, source=Message.Source.CUSTOMER
            )
            .exclude(wamid=None)
            .select_related("number")
            .order_by("-seq")
            .first()
        )
    if last is None or not last.number.active or last.number.stopped_at:
        return False
    try:
        client_of(last.number.access_token, last.business_id).mark_read(last.number.phone_number_id, last.wamid)
    except (GraphError, SecretError) as error:
        log.warning("ticks_not_sent", conversation=str(conversation), code=getattr(error, "code", None))
        return False
    return True
