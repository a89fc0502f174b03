"""Who answers a conversation: the bot or a person. Taking over is atomic.

Each act bumps ``turn`` under the row's lock; the sender refuses a bot's message of an earlier turn, so that none
that is not yet on the wire leaves once the act is committed. ``by`` is the person who acts, None for a program; the
audit log has a row of each act. Call them in a transaction.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import access, audit
from accounts.errors import DomainError
from accounts.models import Membership, User

from .models import Conversation

_ONE_OPEN = "one_open_conversation"  # the constraint


def take_over(conversation: Conversation, *, by: User | None, now: datetime) -> None:
    """A person answers from here on. Bumps the turn each time, so that a bot's queued reply to an earlier message
    dies too. Raises DomainError where the conversation is closed.
    """
    let_person_answer(conversation, by=by)
    _record("taken_over", conversation, by)


def let_person_answer(conversation: Conversation, *, by: User | None) -> None:
    """What ``take_over`` does, for outbound: there the message's row in the audit log says who."""
    assignee = {"assignee": by} if by else {}
    _change(conversation, owner=Conversation.Owner.HUMAN, waiting_since=None, unread=0, **assignee)


def return_to_bot(conversation: Conversation, *, by: User | None) -> None:
    """The bot answers from here on, starting with the customer's next message. Raises DomainError where the
    conversation is closed.
    """
    _change(conversation, owner=Conversation.Owner.BOT, waiting_since=None)
    _record("returned_to_bot", conversation, by)


def assign(conversation: Conversation, to: User | None, *, by: User | None) -> None:
    """Say whose it is, or that it is nobody's. The bot goes on where it answers: only a takeover silences it.

    Raises DomainError for one who is no agent of the business, and where the conversation is closed.
    """
    if to is not None and not _may_answer(to, conversation):
        raise no_such_member()
    before = _held(conversation).assignee_id
    _change(conversation, bumps=False, assignee=to)
    _record("assigned", conversation, by, before=_text(before), after=_text(to and to.pk))


def no_such_member() -> DomainError:
    """The same for a person of another business as for nobody."""
    return DomainError(
        "not_found",
        _("There is nothing here."),
        status=404,
        userId=_("No agent or owner of this business has this id."),
    )


def close(conversation: Conversation, *, by: User | None, now: datetime) -> bool:
    """End the conversation. The customer's next message opens a new one, answered by the bot. False where it was
    closed.
    """
    if _held(conversation).state == Conversation.State.CLOSED:
        return False
    _change(conversation, state=Conversation.State.CLOSED, waiting_since=None, unread=0, closed_at=now)
    _record("closed", conversation, by)
    return True


def reopen(conversation: Conversation, *, by: User | None) -> bool:
    """Go on with a closed conversation, as it was left. False where it is open. Raises DomainError where the customer
    has another open one with this number: the database allows one.
    """
    if _held(conversation).state == Conversation.State.OPEN:
        return False
    try:
        with transaction.atomic():
            _change(conversation, even_closed=True, state=Conversation.State.OPEN, closed_at=None)
    except IntegrityError as error:
        if _ONE_OPEN not in str(error):
            raise
        raise DomainError(
            "another_is_open",
            _("This customer has another open conversation with this number. Write there, or close it first."),
            status=409,
        ) from None
    _record("reopened", conversation, by)
    return True


def mark_read(conversation: Conversation, *, up_to: int) -> bool:
    """A person has the thread before them. False where the customer has written since ``up_to``, the seq of the last
    message that was shown: that one is still unread.
    """
    seen = Conversation.objects.filter(pk=conversation.pk, last_inbound_seq__lte=up_to)
    return bool(seen.update(unread=0))


def _may_answer(person: User, conversation: Conversation) -> bool:
    role = Membership.objects.filter(user=person, user__is_active=True, business=conversation.business_id)
    return access.may(role.values_list("role", flat=True).first(), Membership.Role.AGENT)


def _held(conversation: Conversation) -> Conversation:
    return Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)


def _change(conversation: Conversation, *, bumps: bool = True, even_closed: bool = False, **fields) -> None:
    held = _held(conversation)
    if held.state == Conversation.State.CLOSED and not even_closed:
        raise closed()
    if bumps:
        fields["turn"] = held.turn + 1
    for name, value in fields.items():
        setattr(held, name, value)
    held.save(update_fields=list(fields))
    for name, value in fields.items():
        setattr(conversation, name, value)


def closed() -> DomainError:
    return DomainError(
        "conversation_closed",
        _("This conversation is closed. Reopen it, or write in the customer's open one."),
        status=409,
    )


def _record(what: str, conversation: Conversation, by: User | None, **details) -> None:
    audit.record(
        f"conversation.{what}", business=conversation.business, actor=by, target=str(conversation.pk), **details
    )


def _text(pk) -> str | None:
    return str(pk) if pk else None
