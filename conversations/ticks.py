"""Blue ticks: the customer sees that somebody of the team has opened the conversation. Settings.blue_ticks switches it.

Asked for once for each of the customer's messages, by a job after the commit: no page waits for WhatsApp, and what fails is
logged and left. The ticks of a message turn all before it blue. Source: Meta, "Mark messages as read".
"""

from uuid import UUID

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from accounts.models import Settings
from accounts.secrets import SecretError
from cloud_api.errors import GraphError

from . import sets, wake
from .graph import client_of
from .models import Conversation

log = structlog.get_logger(__name__)

TASK = "conversations.tasks.show_ticks"
TYPING = "conversations.tasks.show_typing"


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


def show_typing(conversation: UUID) -> None:
    """Show the customer that somebody types, for 25 s or until the answer. It gives blue ticks too, so only the owner who wants
    those has it. The bot asks for it when an answer is sure to be computed; nobody waits for it, and where it comes late, after the
    answer or a person, it is left.
    """
    _later(conversation, TYPING, expires=10)


def _later(conversation: UUID, task: str = TASK, *, expires: int = 300) -> None:
    """Without a broker there are no ticks: nothing is owed to anybody."""
    try:
        current_app.send_task(
            task, (str(conversation),), queue="send", retry=False, ignore_result=True, expires=expires
        )
    except wake.BROKEN as error:
        log.warning("ticks_not_asked", conversation=str(conversation), error=type(error).__name__)


def send(conversation: UUID, *, typing: bool = False) -> bool:
    """Tell WhatsApp. False where it was not told; the reason is in the log. The job's, for any business."""
    last = _last_words(conversation)
    if last is None or (typing and not (last.blue_ticks and last.is_awaited)):
        return False
    try:
        client_of(last.sealed_token, last.business_id).mark_read(last.phone_number_id, last.wamid, typing=typing)
    except (GraphError, SecretError) as error:
        log.warning("ticks_not_sent", conversation=str(conversation), code=getattr(error, "code", None))
        return False
    return True


def _last_words(conversation: UUID):
    """The customer's last message, with the line that it came by; None where there is none, or the number may not send."""
    rows = sets.fetch(
        """
        SELECT m.wamid, m.business_id, n.phone_number_id, n.access_token AS sealed_token, s.blue_ticks,
               c.owner = 'bot' AND c.waiting_since IS NULL AND NOT EXISTS (
                   SELECT FROM conversations_message o WHERE o.conversation_id = m.conversation_id AND o.direction = 'out'
                   AND o.seq > m.seq AND o.source <> 'rule'
               ) AS is_awaited
        FROM conversations_message m JOIN accounts_settings s ON s.business_id = m.business_id
        JOIN conversations_conversation c ON c.id = m.conversation_id
        JOIN accounts_whatsappnumber n ON n.id = m.number_id AND n.active AND n.stopped_at IS NULL
        WHERE m.conversation_id = %(id)s AND m.direction = 'in' AND m.source = 'customer' AND m.wamid IS NOT NULL
        ORDER BY m.seq DESC LIMIT 1
        """,
        id=conversation,
    )
    return rows[0] if rows else None
