"""The list of conversations: its tabs, filters and pages. Each page takes a fixed number of statements."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import reading
from accounts.models import User
from conversations import drafts, queries, search, thread, window
from conversations.models import Conversation, ConversationLabel, Label

PAGE = 40
MOST = queries.COUNTED - 1  # what a tab counts to
COUNTED = (queries.MINE, queries.UNASSIGNED)  # the tabs whose number asks somebody to act
SOON = timedelta(hours=2)  # the window closes so soon that a person should look

TABS = {
    "mine": gettext_lazy("Mine"),
    "unassigned": gettext_lazy("Unassigned"),
    "bot": gettext_lazy("Bot"),
    "all": gettext_lazy("All"),
    "closed": gettext_lazy("Closed"),
}


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
    number: str  # the end of the number that they write to, where the business has several
    draft: bool  # the person has begun an answer
    labels: tuple[Label, ...] = ()
    found: tuple[tuple[str, bool], ...] = ()  # the words that were looked for, in a message: (text, is it one of them)
    target: str = ""  # that message


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    more: str  # the cursor of the next page; empty at the end


def page_of(filters: Filters, person: User, now: datetime, *, numbers: int = 1) -> Page:
    if filters.q:
        return _searched(filters, person, now, several=numbers > 1)
    listed = queries.listed(_rows(filters, person), before=filters.before, most=PAGE)
    begun = drafts.begun(listed.rows, person)
    rows = [row_of(c, now, several=numbers > 1, labels=listed.labels[c.pk], draft=c.pk in begun) for c in listed.rows]
    return Page(rows, listed.next)


def _rows(filters: Filters, person: User):
    rows = queries.of_tab(filters.tab, person)
    if filters.label:
        rows = rows.filter(pk__in=ConversationLabel.objects.filter(label=filters.label).values("conversation"))
    return rows


def _searched(filters: Filters, person: User, now: datetime, *, several: bool) -> Page:
    """In All closed conversations are found too: what somebody looks for is often over."""
    within = None if filters.tab == queries.ALL and not filters.label else _rows(filters, person)
    try:
        found = search.search(filters.q, within=within, before=filters.before, most=PAGE)
    except search.BadCursor:
        found = search.search(filters.q, within=within, most=PAGE)
    begun = drafts.begun([hit.conversation for hit in found.hits], person)
    rows = [
        row_of(hit.conversation, now, several=several, hit=hit, draft=hit.conversation.pk in begun)
        for hit in found.hits
    ]
    return Page(rows, found.next or "")


def row_of(
    conversation: Conversation, now: datetime, *, several: bool = False, labels=(), hit=None, draft=False
) -> Row:
    name = str(conversation.contact)
    answerer = thread.answered_by(conversation)
    left = _window_left(conversation, now)
    at = hit.message.wa_timestamp if hit and hit.message else conversation.last_message_at
    return Row(
        id=conversation.pk,
        name=name,
        initials=reading.initials(name),
        words=thread.last_words(conversation),
        inbound=conversation.last_message_inbound,
        at=at,
        ago=reading.ago(at, now) if at else "",
        moment=reading.moment(at) if at else "",
        unread=conversation.unread,
        answers=answerer.answers,
        who=_who(conversation, answerer.answers),
        icon=answerer.icon,
        waits=_waits(conversation, now),
        window=reading.span(left) if left else "",
        soon=left is not None and left < SOON,
        number=f"…{str(conversation.number)[-4:]}" if several else "",
        draft=draft,
        labels=tuple(labels),
        found=hit.snippet if hit and hit.message else (),
        target=str(hit.message.pk) if hit and hit.message else "",
    )


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
