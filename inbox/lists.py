"""The list of conversations: its tabs, filters and pages. Each page takes a fixed number of statements."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import reading
from accounts.models import User
from conversations import thread, window
from conversations.models import Conversation

PAGE = 40
MOST = 99  # what a tab counts to
SOON = timedelta(hours=2)  # the window closes so soon that a person should look

TABS = {
    "mine": gettext_lazy("Mine"),
    "unassigned": gettext_lazy("Unassigned"),
    "bot": gettext_lazy("Bot"),
    "all": gettext_lazy("All"),
    "closed": gettext_lazy("Closed"),
}
_OPEN = Q(state=Conversation.State.OPEN)
_PERSON = Q(owner=Conversation.Owner.HUMAN)
_WAITS = Q(waiting_since__isnull=False)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list shows, as its address says it."""

    tab: str = "all"
    q: str = ""
    label: str = ""
    before: str = ""

    @classmethod
    def of(cls, query) -> "Filters":
        tab = query.get("tab", "")
        label = query.get("label", "")
        return cls(
            tab=tab if tab in TABS else "all",
            q=query.get("q", "").replace("\0", "").strip()[:200],
            label=label if _uuid(label) else "",
            before=query.get("before", ""),
        )

    def query(self, **changes: str) -> str:
        """The address's query with these changed, "?" included; empty for the plain list."""
        values = {"tab": self.tab, "q": self.q, "label": self.label, **changes}
        kept = {name: value for name, value in values.items() if value and (name, value) != ("tab", "all")}
        return f"?{urlencode(kept)}" if kept else ""


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    name: str
    initials: str
    words: str
    inbound: bool  # the last words are the customer's
    at: datetime | None
    ago: str
    moment: str
    unread: int
    answers: str  # bot | human | meta | closed
    who: str  # "Bot", "Asha"
    icon: str
    waits: str  # "12 min"; empty where nobody is waited for
    window: str  # "3 h 12 min"; empty where it is closed
    soon: bool  # it closes soon
    number: str  # which of the business's numbers, where it has several
    labels: tuple = ()


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    more: str  # the cursor of the next page; empty at the end


def page_of(filters: Filters, person: User, now: datetime, *, numbers: int = 1) -> Page:
    found = list(_after(_filtered(filters, person), filters.before)[: PAGE + 1])
    shown = found[:PAGE]
    more = cursor_of(shown[-1]) if len(found) > PAGE else ""
    return Page([row_of(c, now, several=numbers > 1) for c in shown], more)


def counts(person: User) -> dict[str, int]:
    """How many conversations of the tabs ask for a person, up to one more than MOST. Two statements."""
    mine = _tab("mine", person).filter(unread__gt=0)
    return {
        name: rows.order_by()[: MOST + 1].count()
        for name, rows in {"mine": mine, "unassigned": _tab("unassigned", person)}.items()
    }


def row_of(conversation: Conversation, now: datetime, *, several: bool = False) -> Row:
    name = str(conversation.contact)
    answerer = thread.answered_by(conversation)
    left = _window_left(conversation, now)
    return Row(
        id=conversation.pk,
        name=name,
        initials=reading.initials(name),
        words=conversation.last_message_text,
        inbound=conversation.last_message_inbound,
        at=conversation.last_message_at,
        ago=reading.ago(conversation.last_message_at, now) if conversation.last_message_at else "",
        moment=reading.moment(conversation.last_message_at) if conversation.last_message_at else "",
        unread=conversation.unread,
        answers=answerer.answers,
        who=_who(conversation, answerer.answers),
        icon=answerer.icon,
        waits=_waits(conversation, now),
        window=reading.span(left) if left else "",
        soon=left is not None and left < SOON,
        number=str(conversation.number) if several else "",
    )


# --- which ----------------------------------------------------------------------------------------------------------------


def _filtered(filters: Filters, person: User) -> QuerySet[Conversation]:
    rows = _tab("everything" if filters.q and filters.tab == "all" else filters.tab, person)
    if filters.q:
        rows = rows.filter(_named(filters.q))
    return rows.select_related("contact", "number", "assignee")


def _tab(name: str, person: User) -> QuerySet[Conversation]:
    wanted = {
        "mine": _OPEN & Q(assignee=person),
        "unassigned": _OPEN & Q(assignee__isnull=True) & (_PERSON | _WAITS),
        "bot": _OPEN & ~_PERSON & ~_WAITS,
        "all": _OPEN,
        "closed": Q(state=Conversation.State.CLOSED),
        "everything": Q(),
    }[name]
    return Conversation.objects.filter(wanted, last_message_at__isnull=False).order_by("-last_message_at", "-id")


def _named(words: str) -> Q:
    found = Q(contact__username__icontains=words.removeprefix("@"))
    for column in ("name", "profile_name"):
        found |= Q(**{f"contact__{column}__icontains": words})
    digits = "".join(letter for letter in words if letter in "0123456789")
    if len(digits) >= 3:
        found |= Q(contact__phone__contains=digits)
    return found


def cursor_of(conversation: Conversation) -> str:
    place = f"{conversation.last_message_at.isoformat()} {conversation.pk}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _after(rows: QuerySet[Conversation], cursor: str) -> QuerySet[Conversation]:
    """Those that stand after the cursor's; all where it is none of ours."""
    try:
        at, _space, key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(" ")
        at, key = datetime.fromisoformat(at), UUID(key)
    except (ValueError, binascii.Error):
        return rows
    if at.tzinfo is None:
        return rows
    return rows.filter(last_message_at__lte=at).exclude(Q(last_message_at=at) & Q(pk__gte=key))


# --- what a row says ------------------------------------------------------------------------------------------------------


def _who(conversation: Conversation, answers: str) -> str:
    if answers == "closed":
        return _("Closed")
    if answers == "human":
        return str(conversation.assignee) if conversation.assignee else _("Nobody yet")
    return _("Bot") if answers == "bot" else _("Meta's agent")


def _waits(conversation: Conversation, now: datetime) -> str:
    if conversation.waiting_since is None or conversation.state == Conversation.State.CLOSED:
        return ""
    return reading.span(now - conversation.waiting_since)


def _window_left(conversation: Conversation, now: datetime) -> timedelta | None:
    refused = conversation.window_closed_seq > conversation.last_inbound_seq
    closed = conversation.state == Conversation.State.CLOSED
    if closed or not window.is_open(conversation.last_inbound_at, now, refused):
        return None
    return window.closes_at(conversation.last_inbound_at) - now


def _uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
