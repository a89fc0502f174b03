"""A person decides about a message of which nobody knows whether it arrived: send it once more, or leave it."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User

from . import delivery, sending, settling
from .models import Conversation


def resend(conversation: Conversation, named: str, *, by: User) -> bool:
    """``named`` is the page's word for the message and its attempt (Bubble.decide). False where there is nothing to decide
    any more. Raises ValueError for a word that is none.
    """
    return _decide(conversation, named, settling.resend, "conversation.message_resent", by)


def dismiss(conversation: Conversation, named: str, *, by: User) -> bool:
    """As ``resend``."""
    return _decide(conversation, named, settling.dismiss, "conversation.message_dismissed", by)


def _decide(conversation: Conversation, named: str, decide: Callable, action: str, by: User) -> bool:
    message_id, attempt = delivery.message_of(named), delivery.attempt_of(named)
    if message_id is None or attempt is None:
        raise ValueError("The message and its attempt are not named.")
    with transaction.atomic():
        decided = decide(conversation, message_id, attempt, timezone.now())
        if decided:
            told = {"message": str(message_id), "attempt": attempt}
            audit.record(action, business=conversation.business, actor=by, target=str(conversation.pk), **told)
            transaction.on_commit(sending.wake_up)
    return decided
