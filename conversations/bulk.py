"""One act on many conversations of the list: in one transaction, each conversation in a savepoint with a result of its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import User

from . import assignment
from . import labels as labelling
from .models import Conversation, Label

MOST = 200  # conversations at once


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one: ``done``; else nothing changed, and ``why`` says so where that is worth a word."""

    conversation: UUID
    done: bool
    why: str = ""


def assign(conversations: Iterable[UUID], to: User | None, *, by: User | None) -> list[Result]:
    return _each(conversations, lambda c: assignment.assign(c, to, by=by))


def close(conversations: Iterable[UUID], *, by: User | None, now: datetime) -> list[Result]:
    return _each(conversations, lambda c: assignment.close(c, by=by, now=now))


def reopen(conversations: Iterable[UUID], *, by: User | None) -> list[Result]:
    return _each(conversations, lambda c: assignment.reopen(c, by=by))


def return_to_bot(conversations: Iterable[UUID], *, by: User | None) -> list[Result]:
    return _each(conversations, lambda c: assignment.return_to_bot(c, by=by))


def label(conversations: Iterable[UUID], which: Label, *, by: User | None) -> list[Result]:
    return _each(conversations, lambda c: labelling.put(c, which, by=by))


def unlabel(conversations: Iterable[UUID], which: Label, *, by: User | None) -> list[Result]:
    return _each(conversations, lambda c: labelling.take_off(c, which, by=by))


@transaction.atomic
def _each(conversations: Iterable[UUID], act: Callable[[Conversation], bool | None]) -> list[Result]:
    """In the order in which they were named. One that is not there (any more, or here) is not done. Raises DomainError for more
    than MOST.
    """
    wanted = list(dict.fromkeys(conversations))
    if len(wanted) > MOST:
        raise DomainError("too_many", _("Choose at most %s conversations at once.") % MOST)
    rows = Conversation.objects.filter(pk__in=wanted).select_related("business", "contact")
    results = {
        row.pk: _one(row, act) for row in rows.order_by("pk")
    }  # in one order, so that two never wait for each other
    return [results.get(pk) or Result(pk, False, _("There is nothing here.")) for pk in wanted]


def _one(conversation: Conversation, act: Callable[[Conversation], bool | None]) -> Result:
    try:
        with transaction.atomic():
            done = act(conversation) is not False
    except DomainError as error:
        return Result(conversation.pk, False, str(error.message))
    return Result(conversation.pk, done)
