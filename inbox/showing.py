"""What the pages of a conversation show: its thread, who answers, the composer's state, the contact beside it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import reading
from accounts.models import Membership, User
from conversations import canned, drafts, queries, thread, window
from conversations.models import Conversation
from documents import queries as files
from documents.models import Document
from leads import proposals

from . import about, gate, lists, presence
from .formatting import formatted_with_links


@dataclass(frozen=True, slots=True)
class Line:
    """A bubble in its place: the browser sorts by ``key``, and puts a day's line before the first of the day."""

    bubble: thread.Bubble
    words: SafeString
    key: str
    day: str
    day_key: str
    is_new_day: bool
    is_first_unread: bool
    document: Document | None


@dataclass(frozen=True, slots=True)
class Window:
    left: int  # seconds until a free text is refused; by the browser's own clock it might be wrong
    is_open: bool
    soon: bool
    words: str


def chat(request, conversation: Conversation, now: datetime, *, before: int | None = None) -> dict:
    """The thread with its head, foot and contact."""
    shown = thread.thread(conversation, now, before=before)
    bubbles = [bubble for day in shown.days for bubble in day.bubbles]
    return {
        **_state(request, conversation, now),
        **about.contact(request, conversation),
        "lines": lines_of(bubbles, now, unread=0 if before else conversation.unread),
        "older": shown.older,
        "in_the_past": before is not None,
        "last": max((bubble.seq for bubble in bubbles), default=0),
        **(_desk(request, conversation) if gate.acts(request) else {}),
    }


def _desk(request, conversation: Conversation) -> dict:
    """What stands ready at the composer."""
    values = canned.values_for(conversation, by=request.user)
    draft = drafts.of(conversation, request.user)
    return {
        "box": {"text": draft.text if draft else "", "reply_to": draft.reply_to or "" if draft else "", "error": ""},
        "replies": [(reply, canned.filled(reply.text, values)) for reply in canned.matching()],
    }


def news(request, conversation: Conversation, after: int, now: datetime) -> dict:
    """What the live fragment holds. ``last`` is the seq to ask after the next time."""
    bubbles = thread.since(conversation, after=after)
    return {
        **_state(request, conversation, now),
        "lines": lines_of(bubbles, now, unread=0),
        "last": max([after, *(bubble.seq for bubble in bubbles)]),
        "proposals_open": proposals.to_decide(conversation.contact).count(),
        # More came than one answer holds: the page is fetched anew.
        "is_too_much": sum(bubble.seq > after for bubble in bubbles) >= queries.PAGE,
    }


def lines_of(bubbles: list[thread.Bubble], now: datetime, *, unread: int) -> list[Line]:
    theirs = [bubble.id for bubble in bubbles if bubble.side == thread.CUSTOMER]
    first_unread = theirs[-min(unread, len(theirs))] if unread and theirs else ""
    lines, last_day, documents = [], "", _documents(bubbles)
    for bubble in bubbles:
        local = timezone.localtime(bubble.at)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        day_key = f"{int(midnight.timestamp()):012d}"
        lines.append(
            Line(
                bubble=bubble,
                words=_words(bubble),
                key=f"{int(bubble.at.timestamp()):012d}.{bubble.seq:019d}",
                day=reading.day(bubble.at, now),
                day_key=day_key,
                is_new_day=day_key != last_day,
                is_first_unread=bubble.id == first_unread,
                document=documents.get(bubble.id),
            )
        )
        last_day = day_key
    return lines


def _words(bubble: thread.Bubble) -> SafeString:
    """What was written. The words of a place and of people are those of their card."""
    if bubble.card and bubble.card.kind in ("location", "contacts"):
        return SafeString("")  # bandit asks what is in it
    return formatted_with_links(bubble.text)


def _documents(bubbles: list[thread.Bubble]) -> dict[str, Document]:
    """message -> its file, in one statement."""
    found = files.of_messages(bubble.id for bubble in bubbles)
    return {str(message): document for message, document in found.items()}


def window_of(conversation: Conversation, now: datetime) -> Window:
    is_open, words = thread.may_write(conversation, now)
    closes = window.closes_at(conversation.last_inbound_at)
    if not is_open or closes is None:
        return Window(0, is_open, False, words)
    left = closes - window.MARGIN - now
    return Window(int(left.total_seconds()) + 1, is_open, closes - now < lists.SOON, words)


def team_of(business) -> list[User]:
    """The people to whom a conversation can be given."""
    roles = [Membership.Role.AGENT, Membership.Role.OWNER]
    return list(
        User.objects.filter(memberships__business=business, memberships__role__in=roles, is_active=True).order_by(
            "name", "email"
        )
    )


def _state(request, conversation: Conversation, now: datetime) -> dict:
    """The head and the foot of a chat, which every piece of news may change."""
    shown = window_of(conversation, now)
    is_open = conversation.state == Conversation.State.OPEN
    return {
        "conversation": conversation,
        "contact": conversation.contact,
        "initials": reading.initials(str(conversation.contact)),
        "answerer": thread.answered_by(conversation),
        "waits": thread.waits(conversation, now),
        "window": shown,
        # What may leave: anything, a template alone, or nothing.
        "can": "yes" if shown.is_open else "template" if is_open else "no",
        "notices": _notices(conversation),
        "acts": gate.acts(request),
        "team": team_of(conversation.business_id) if gate.acts(request) else [],
        "client_ref": uuid4(),
        "typing": _typing(request, conversation),
        "is_open": is_open,
        "is_bots": conversation.owner != Conversation.Owner.HUMAN,
    }


def _notices(conversation: Conversation) -> list[str]:
    notices = [thread.notice(conversation)] if thread.notice(conversation) else []
    if conversation.number.stopped_at:
        words = _("Sending from %(number)s is stopped. Your answer is kept and leaves once the number is mended.")
        notices.append(words % {"number": conversation.number})
    return notices


def _typing(request, conversation: Conversation) -> str:
    names = presence.typing_in(conversation, but=request.user)
    if not names:
        return ""
    words = ngettext("%(names)s is replying", "%(names)s are replying", len(names))
    return words % {"names": ", ".join(names)}
