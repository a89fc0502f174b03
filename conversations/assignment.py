"""Who answers a conversation: the bot or a person. Taking over is atomic.

Each act bumps ``turn`` under the row's lock; the sender refuses a bot's message of an earlier turn, so that none
that is not yet on the wire leaves once the act is committed.
"""

from datetime import datetime

from accounts.models import User

from .models import Conversation


def take_over(conversation: Conversation, *, by: User, now: datetime) -> None:
    """A person answers from here on. Bumps the turn each time, so that a bot's queued reply to an earlier message
    dies too.
    """
    _change(conversation, owner=Conversation.Owner.HUMAN, waiting_since=None, unread=0, assignee=by)


def return_to_bot(conversation: Conversation) -> None:
    """The bot answers from here on, starting with the customer's next message."""
    _change(conversation, owner=Conversation.Owner.BOT, waiting_since=None)


def close(conversation: Conversation, *, now: datetime) -> None:
    """End the conversation. The customer's next message opens a new one, answered by the bot."""
    _change(conversation, state=Conversation.State.CLOSED, waiting_since=None, unread=0, closed_at=now)


def _change(conversation: Conversation, **fields) -> None:
    held = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
    held.turn += 1
    for name, value in fields.items():
        setattr(held, name, value)
    held.save(update_fields=["turn", *fields])
    for name in ("turn", *fields):
        setattr(conversation, name, getattr(held, name))


def mark_read(conversation: Conversation, *, up_to: int) -> bool:
    """A person has the thread before them. False where the customer has written since ``up_to``, the seq of the last
    message that was shown: that one is still unread.
    """
    seen = Conversation.objects.filter(pk=conversation.pk, last_inbound_seq__lte=up_to)
    return bool(seen.update(unread=0))
