"""What pages read of conversations, each in a fixed number of statements. Call them in a business's scope."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import CharField, Count, Q, QuerySet, Value

from accounts.models import User

from . import labels, wording
from .models import Conversation, ConversationLabel, Label, Message, Note, Status, ThreadEvent

PAGE = 200  # messages of a thread at once


@dataclass(frozen=True, slots=True)
class Traffic:
    """Messages since a moment: the customers', ours, and those of ours that failed."""

    received: int
    ours: int
    failed: int


# --- the inbox's list -------------------------------------------------------------------------------------------------------

MINE, UNASSIGNED, BOT, ALL, CLOSED = TABS = ("mine", "unassigned", "bot", "all", "closed")
COUNTED = 100  # a tab's number is counted up to here: "99+"


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list. ``labels``: conversation -> its labels. ``next``: give it back as ``before``; "" at the end."""

    rows: list[Conversation]
    labels: dict[UUID, list[Label]]
    next: str


def of_tab(tab: str, person: User | None) -> QuerySet[Conversation]:
    """The conversations of a tab. Each condition is that of a partial index (models.Conversation). Raises KeyError.

    Mine: open and assigned to the person. Unassigned: open, nobody's, and a person must answer. Bot: open, the bot or Meta's
    agent answers, and nobody is waited for. All: open. An open one that is somebody else's stands in All alone.
    """
    rows = Conversation.objects.all()
    conditions = {
        MINE: Q(state=Conversation.State.OPEN, assignee__isnull=False, assignee=person),
        UNASSIGNED: Q(state=Conversation.State.OPEN, assignee__isnull=True)
        & (Q(owner=Conversation.Owner.HUMAN) | Q(waiting_since__isnull=False)),
        BOT: Q(state=Conversation.State.OPEN, waiting_since__isnull=True) & ~Q(owner=Conversation.Owner.HUMAN),
        ALL: Q(state=Conversation.State.OPEN),
        CLOSED: Q(state=Conversation.State.CLOSED),
    }
    return rows.filter(conditions[tab])


def page_of_list(
    tab: str, person: User | None, *, label: UUID | None = None, before: str = "", most: int = 50
) -> Listed:
    """The conversations of a tab, the latest message first, with contact, number and assignee: two statements. A ``before`` that
    is no cursor is as none.
    """
    rows = of_tab(tab, person)
    if label is not None:
        rows = rows.filter(pk__in=ConversationLabel.objects.filter(label=label).values("conversation"))
    return listed(rows, before=before, most=most)


def listed(rows: QuerySet[Conversation], *, before: str = "", most: int = 50) -> Listed:
    """A page of any conversations, for who filters them otherwise."""
    cursor = _read_cursor(before)
    if cursor is not None:
        rows = rows.filter(_further(*cursor))
    rows = rows.select_related("contact", "number", "assignee").order_by("-last_message_at", "-id")
    found = list(rows[: most + 1])
    shown = found[:most]
    return Listed(shown, labels.of_many(shown), cursor_of(shown[-1]) if len(found) > most else "")


def cursor_of(conversation: Conversation) -> str:
    at = conversation.last_message_at
    return f"{at.isoformat() if at else ''}~{conversation.pk}"


def _read_cursor(text: str) -> tuple[datetime | None, UUID] | None:
    at, _sign, pk = text.partition("~")
    try:
        moment = datetime.fromisoformat(at) if at else None
        return (moment, UUID(pk)) if moment is None or moment.tzinfo else None
    except ValueError:
        return None


def _further(at: datetime | None, pk: UUID) -> Q:
    """What comes after a row in the list's order, in which one without any message stands first. The bound by itself lets the index begin
    at the cursor.
    """
    if at is None:
        return Q(last_message_at__isnull=False) | Q(pk__lt=pk)
    return Q(last_message_at__lte=at) & (Q(last_message_at__lt=at) | Q(pk__lt=pk))


def counts(person: User | None) -> dict[str, int]:
    """Tab -> how many, up to COUNTED, in one statement; and "unread": those of Mine and Unassigned with something unread. None
    of Closed: nobody asks.
    """
    tabs = {tab: of_tab(tab, person) for tab in (MINE, UNASSIGNED, BOT, ALL)}
    parts = {tab: _few(rows) for tab, rows in tabs.items()}
    parts["unread_mine"] = _few(tabs[MINE].filter(unread__gt=0))
    parts["unread_unassigned"] = _few(tabs[UNASSIGNED].filter(unread__gt=0))
    found = dict.fromkeys(parts, 0)
    union = [rows.annotate(of=Value(tab, CharField())).values_list("of") for tab, rows in parts.items()]
    for (tab,) in union[0].union(*union[1:], all=True):
        found[tab] += 1
    unread = found.pop("unread_mine") + found.pop("unread_unassigned")
    return {**found, "unread": min(unread, COUNTED)}


def _few(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    return rows.order_by()[:COUNTED]


# --- a thread ---------------------------------------------------------------------------------------------------------------


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


def language_of(conversation: Conversation, *, last: int = 10) -> str:
    """The language of most of the customer's last texts, of two the newer: "hi", "hi-Latn" or "en"; empty where they wrote none."""
    rows = Message.objects.filter(conversation=conversation, direction=Message.Direction.IN, kind="text")
    texts = rows.exclude(text="").order_by("-seq").values_list("text", flat=True)[:last]
    spoken = Counter(wording.language_of(text) for text in texts).most_common(1)
    return spoken[0][0] if spoken else ""


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
