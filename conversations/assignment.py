"""Who answers a conversation: the bot or a person. Taking over is atomic.

Each act bumps ``turn`` under the row's lock; the sender refuses a bot's message of an earlier turn, so that none
that is not yet on the wire leaves once the act is committed. ``by`` is the person who acts, None for a program; the
audit log has a row of each act, the thread a line (events.py). Call them in a transaction.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import access, audit
from accounts.errors import DomainError
from accounts.models import Membership, User

from . import cancelling, events, ticks
from .deadlocks import again_after_deadlock
from .models import Contact, Conversation, Message, Status

_ONE_OPEN = "one_open_conversation"  # the constraint


def take_over(conversation: Conversation, *, by: User | None, now: datetime) -> None:
    """A person answers from here on. Bumps the turn each time, so that a bot's queued reply to an earlier message
    dies too. Raises DomainError where the conversation is closed.
    """
    let_person_answer(conversation, by=by, now=now)
    _record("taken_over", conversation, by)


def let_person_answer(conversation: Conversation, *, by: User | None, now: datetime | None = None) -> None:
    """What ``take_over`` does, for outbound: there the message's row in the audit log says who."""
    now = now or timezone.now()
    assignee = {"assignee": by} if by else {}
    was = _change(
        conversation,
        owner=Conversation.Owner.HUMAN,
        waiting_since=None,
        unread=0,
        handled_at=now,
        **assignee,
    )
    if was.owner != Conversation.Owner.HUMAN or (by and was.assignee_id != by.pk):
        events.add(conversation, events.Kind.TAKEN_OVER, by=by, at=now)
    _cancel(conversation, cancelling.TAKEN_OVER, now)


def return_to_bot(conversation: Conversation, *, by: User | None, now: datetime | None = None) -> None:
    """The bot answers from here on, starting with the customer's next message. Raises DomainError where the
    conversation is closed.
    """
    now = now or timezone.now()
    was = _change(conversation, owner=Conversation.Owner.BOT, waiting_since=None)
    if was.owner != Conversation.Owner.BOT or was.waiting_since or was.bot_has_handed_over:
        events.add(conversation, events.Kind.RETURNED, by=by, at=now)
    _cancel(conversation, cancelling.TAKEN_OVER, now)
    _record("returned_to_bot", conversation, by)


def return_by_itself(conversation: Conversation, *, after: timedelta, now: datetime) -> bool:
    """Nobody has written or acted for ``after``: the bot answers from here on. Where the customer's last message has no answer
    it does not: the conversation is nobody's then and waits for a person. False where somebody was quicker.
    """
    held = _held(conversation)
    is_open = held.state == Conversation.State.OPEN and held.owner == Conversation.Owner.HUMAN
    if not is_open or max(filter(None, (held.last_message_at, held.handled_at)), default=now) > now - after:
        return False
    if is_answered(held):
        _change(conversation, owner=Conversation.Owner.BOT, waiting_since=None)
        events.add(conversation, events.Kind.RETURNED_ALONE, by=None, at=now)
        _record("returned_to_bot", conversation, None, alone=True)
        return True
    if held.assignee_id is None and held.waiting_since:
        return False
    _change(conversation, bumps=False, assignee=None, waiting_since=held.last_inbound_at or now)
    events.add(conversation, events.Kind.LEFT_WAITING, by=None, at=now, to=_name(held.assignee))
    _record("assigned", conversation, None, before=_text(held.assignee_id), after=None, alone=True)
    return True


def is_answered(conversation: Conversation) -> bool:
    """Whether something of ours came after the customer's last message, and did not fail."""
    if conversation.last_inbound_seq == 0:
        return True
    after = Message.objects.filter(
        conversation=conversation, direction=Message.Direction.OUT, seq__gt=conversation.last_inbound_seq
    )
    failed = (Status.FAILED, Status.CANCELLED, Status.UNKNOWN)
    return not conversation.last_message_inbound and after.exclude(status__in=failed).exists()


def assign(conversation: Conversation, to: User | None, *, by: User | None) -> None:
    """Say whose it is, or that it is nobody's. The bot goes on where it answers: only a takeover silences it.

    Raises DomainError for one who is no agent of the business, and where the conversation is closed.
    """
    if to is not None and not _may_answer(to, conversation):
        raise no_such_member()
    now = timezone.now()
    was = _change(conversation, bumps=False, assignee=to, handled_at=now)
    if was.assignee_id != (to and to.pk):
        kind = events.Kind.ASSIGNED if to else events.Kind.UNASSIGNED
        events.add(conversation, kind, by=by, at=now, to=_name(to))
    _record("assigned", conversation, by, before=_text(was.assignee_id), after=_text(to and to.pk))


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
    events.add(conversation, events.Kind.CLOSED, by=by, at=now)
    _cancel(conversation, cancelling.CLOSED, now)
    _record("closed", conversation, by)
    return True


@again_after_deadlock
def reopen(conversation: Conversation, *, by: User | None) -> bool:
    """Go on with a closed conversation, as it was left. False where it is open. Raises DomainError where the customer
    has another open one with this number (the database allows one), and where the customer is blocked.
    """
    if Contact.objects.select_for_update(no_key=True).get(pk=conversation.contact_id).blocked_at:
        raise blocked()
    if _held(conversation).state == Conversation.State.OPEN:
        return False
    now = timezone.now()
    try:
        with transaction.atomic():
            _change(conversation, even_closed=True, handled_at=now, state=Conversation.State.OPEN, closed_at=None)
    except IntegrityError as error:
        if _ONE_OPEN not in str(error):
            raise
        raise DomainError(
            "another_is_open",
            _("This customer has another open conversation with this number. Write there, or close it first."),
            status=409,
        ) from None
    events.add(conversation, events.Kind.REOPENED, by=by, at=now)
    _record("reopened", conversation, by)
    return True


def mark_read(conversation: Conversation, *, up_to: int, by: User | None = None) -> bool:
    """A person has the thread before them. False where the customer has written since ``up_to``, the seq of the last
    message that was shown: that one is still unread. ``by``: an agent, whose look the customer sees as blue ticks.
    """
    seen = Conversation.objects.filter(pk=conversation.pk, last_inbound_seq__lte=up_to)
    done = bool(seen.update(unread=0))
    if done and by is not None:
        ticks.show(conversation)
    return done


def mark_unread(conversation: Conversation) -> bool:
    """Let it be unread for the whole team once more. False where it was. Raises DomainError where the conversation is closed."""
    held = _held(conversation)
    if held.state == Conversation.State.CLOSED:
        raise closed()
    if held.unread:
        return False
    Conversation.objects.filter(pk=held.pk).update(unread=1)
    return True


def _may_answer(person: User, conversation: Conversation) -> bool:
    role = Membership.objects.filter(user=person, user__is_active=True, business=conversation.business_id)
    return access.may(role.values_list("role", flat=True).first(), Membership.Role.AGENT)


def _held(conversation: Conversation) -> Conversation:
    return Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)


def _change(conversation: Conversation, *, bumps: bool = True, even_closed: bool = False, **fields) -> Conversation:
    """Returns the row as it was."""
    held = _held(conversation)
    if held.state == Conversation.State.CLOSED and not even_closed:
        raise closed()
    if bumps:
        fields["turn"] = held.turn + 1
    Conversation.objects.filter(pk=held.pk).update(**fields)
    for name, value in fields.items():
        setattr(conversation, name, value)
    return held


def _cancel(conversation: Conversation, why: str, now: datetime) -> None:
    cancelling.cancel_bots({conversation.pk: why}, now)


def blocked() -> DomainError:
    return DomainError("blocked", _("This customer is blocked. Unblock them first."), status=409)


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


def _name(person: User | None) -> str:
    return str(person)[:150] if person else ""


def _text(pk) -> str | None:
    return str(pk) if pk else None
