"""What pages read of conversations, each in a fixed number of statements. Call them in a business's scope."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from .models import Conversation, Message, Note, Status, ThreadEvent

PAGE = 200  # messages of a thread at once


@dataclass(frozen=True, slots=True)
class Traffic:
    """Messages since a moment: the customers', ours, and those of ours that failed."""

    received: int
    ours: int
    failed: int


def newest_messages(conversation: Conversation, *, before: int | None = None) -> tuple[list[Message], bool]:
    """The last messages by arrival (those before a seq, where one is given) in the order in which they are shown:
    by time, then by arrival. And whether there are older ones.

    Meta's times are whole seconds, so ours are cut to that too: else a reply would stand before what came a moment
    later.
    """
    rows = Message.objects.filter(conversation=conversation).order_by("-seq")
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows[: PAGE + 1])
    return sorted(found[:PAGE], key=lambda m: (m.wa_timestamp.replace(microsecond=0), m.seq)), len(found) > PAGE


def lines_between(
    conversation: Conversation, *, first: int | None = None, before: int | None = None
) -> list[ThreadEvent | Note]:
    """What was done and what the team noted, from a seq (included) to another (not included): the newest PAGE of each."""
    found: list[ThreadEvent | Note] = []
    for model in (ThreadEvent, Note):
        rows = model.objects.filter(conversation=conversation).order_by("-seq")
        if first is not None:
            rows = rows.filter(seq__gte=first)
        if before is not None:
            rows = rows.filter(seq__lt=before)
        found += rows[:PAGE]
    return found


def page_of(
    conversation: Conversation, *, after: int | None, before: int | None, most: int
) -> tuple[list[Message], bool]:
    """Messages by arrival, the first first: those after a seq, or the newest (before a seq). And whether there are more
    in that direction.
    """
    rows = Message.objects.filter(conversation=conversation)
    if after is not None:
        found = list(rows.filter(seq__gt=after).order_by("seq")[: most + 1])
        return found[:most], len(found) > most
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows.order_by("-seq")[: most + 1])
    return found[:most][::-1], len(found) > most


def quoted_in(messages: list[Message]) -> dict[str, Message]:
    """wamid -> the message, for those that these messages of one conversation answer."""
    wamids = {message.reply_to for message in messages} - {""}
    if not wamids:
        return {}
    rows = Message.objects.filter(number=messages[0].number_id, wamid__in=wamids)
    return {message.wamid: message for message in rows.only("wamid")}


def by_wamid(conversation: Conversation, wamids: set[str]) -> dict[str, Message]:
    """Messages that others speak of, wherever in the number's history they are."""
    rows = Message.objects.filter(number=conversation.number_id, wamid__in=wamids)
    return {message.wamid: message for message in rows.only("wamid", "text", "kind", "direction", "revoked_at")}


def waiting() -> QuerySet[Conversation]:
    """The open conversations that wait for a person, the longest wait first."""
    return (
        Conversation.objects.filter(state=Conversation.State.OPEN, waiting_since__isnull=False)
        .select_related("contact")
        .order_by("waiting_since")
    )


def traffic(since: datetime) -> Traffic:
    return Traffic(
        **Message.objects.filter(pk__gte=first_id_of(since)).aggregate(
            received=Count("pk", filter=Q(direction=Message.Direction.IN)),
            ours=Count("pk", filter=Q(direction=Message.Direction.OUT)),
            failed=Count("pk", filter=Q(status=Status.FAILED)),
        )
    )


def first_id_of(at: datetime) -> UUID:
    """The smallest id that a row of this moment can have: ids are UUIDs of version 7 and begin with the time
    (accounts.ids), so the primary key finds the rows of a day without an index of its own.
    """
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62)
