"""A conversation as a page shows it: who said what, when, how far it got, and what can be done now.

Plain data for templates; it decides nothing. Words are in the active language, times in the active zone.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import reading

from . import cards, queries, quiet, troubles, window
from .models import Conversation, Message, Note, Status, ThreadEvent

CUSTOMER, BOT, PERSON, LINE, NOTE = "customer", "bot", "person", "line", "note"
AGAIN = 30  # messages that a live page gets once more: their ticks, edits and reactions may have changed
QUOTE = 120  # characters of a quoted message


@dataclass(frozen=True, slots=True)
class Bubble:
    id: str
    side: (
        str  # customer | bot | person | line (of nobody: WhatsApp's own sentence, or what was done) | note (the team's)
    )
    name: str  # who or what wrote it; empty for the customer
    at: datetime
    clock: str
    moment: str
    text: str
    label: str = ""  # what it is where it is no text: "Photo"
    icon: str = ""
    buttons: tuple[str, ...] = ()
    quote: str = ""
    marks: tuple[str, ...] = ()  # "Forwarded", "Edited"
    before: str = ""  # the text before it was edited
    reactions: tuple[str, ...] = ()  # the customer's emoji, ours
    status: str = ""
    status_icon: str = ""
    status_class: str = ""  # going | out | read | bad
    trouble: str = ""  # why it did not arrive, in plain words
    remedy: str = ""  # what to do about it
    trouble_source: str = ""  # the same in Meta's words
    decide: str = ""  # names the message and its attempt where a person may resend or dismiss it
    doubled: bool = False
    seq: int = 0
    card: cards.Card | None = None
    quoted: str = ""  # the id of the message that it answers, where that is here
    quotable: bool = False  # WhatsApp knows it, so it can be answered
    is_bots: bool = False  # its own words, with a trace of how it came to them
    author: str = ""  # of a note: the id of who may change it beside the owner


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    bubbles: list[Bubble] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers the customer."""

    answers: str  # bot | human | meta | closed
    who: str  # "The bot answers"
    icon: str


@dataclass(frozen=True, slots=True)
class Thread:
    days: list[Day]
    older: int | None  # the seq before which older messages stand
    state: Answerer
    waits: str  # "Waits for a person: 12 min"; empty where it does not
    can_write: bool
    window: str  # "You can reply for 3 h 12 min."
    notice: str = ""  # what else who writes should know: the customer has stopped marketing


def thread(conversation: Conversation, now: datetime, *, before: int | None = None) -> Thread:
    """The newest messages of a conversation, or those before a seq, with the lines and notes between them. At most four
    statements.
    """
    messages, more = queries.newest_messages(conversation, before=before)
    oldest = min((m.seq for m in messages), default=None) if more else None
    days: list[Day] = []
    for one in _bubbles(conversation, messages, queries.lines_between(conversation, first=oldest, before=before)):
        name = reading.day(one.at, now)
        if not days or days[-1].name != name:
            days.append(Day(name))
        days[-1].bubbles.append(one)
    can_write, words = may_write(conversation, now)
    return Thread(
        days=days,
        older=oldest,
        state=answered_by(conversation),
        waits=waits(conversation, now),
        can_write=can_write,
        window=words,
        notice=notice(conversation),
    )


def since(conversation: Conversation, *, after: int, again: int = AGAIN) -> list[Bubble]:
    """What is new in the thread after a seq, and the last ``again`` messages before it once more. At most four statements."""
    known, _more = queries.page_of(conversation, after=None, before=after + 1, most=again)
    new, _more = queries.page_of(conversation, after=after, before=None, most=queries.PAGE)
    first = min((m.seq for m in known), default=after + 1)
    return _bubbles(conversation, known + new, queries.lines_between(conversation, first=first))


def _bubbles(conversation: Conversation, messages: list[Message], lines: list[ThreadEvent | Note]) -> list[Bubble]:
    """In the order in which they are shown: by time, in Meta's whole seconds, then by arrival."""
    quoted = queries.by_wamid(conversation, {m.reply_to for m in messages} - {""})
    shown = [bubble(m, quoted.get(m.reply_to)) for m in messages]
    shown += [line(one) if isinstance(one, ThreadEvent) else note(one) for one in lines]
    return sorted(shown, key=lambda b: (b.at.replace(microsecond=0), b.seq))


def notice(conversation: Conversation) -> str:
    contact = conversation.contact
    if contact.blocked_at:
        return _("This customer is blocked: nobody is told what they write.")
    if contact.opted_out_at:
        return _("The customer has asked for no offers and reminders. You may still answer what they ask.")
    return ""


def may_write(conversation: Conversation, now: datetime) -> tuple[bool, str]:
    """Whether a free text may be sent now, and the sentence that says so or says why not."""
    if conversation.state == Conversation.State.CLOSED and conversation.contact.blocked_at:
        return False, _("This customer is blocked. To write to them, unblock them first.")
    if conversation.state == Conversation.State.CLOSED:
        return False, _("This conversation is closed. A new one begins when the customer writes.")
    closes = window.closes_at(conversation.last_inbound_at)
    if closes is None:
        return False, _("The customer has not written yet: WhatsApp takes only a template.")
    if window.is_open(
        conversation.last_inbound_at, now, refused=conversation.window_closed_seq > conversation.last_inbound_seq
    ):
        return True, _("You can reply for %(span)s.") % {"span": reading.span(closes - now)}
    if now < closes - window.MARGIN:
        return False, _(
            "WhatsApp says that the 24-hour window is closed. Until the customer writes again, it takes only a template."
        )
    return False, _(
        "The 24-hour window closed at %(time)s. Until the customer writes again, WhatsApp takes only a template."
    ) % {"time": reading.moment(closes)}


def bubble(message: Message, quoted: Message | None = None) -> Bubble:
    inbound = message.direction == Message.Direction.IN
    label, icon = _label(message)
    status, status_icon, status_class = ("", "", "") if inbound else _status(message)
    told = trouble_of(message)
    return Bubble(
        id=str(message.pk),
        seq=message.seq,
        side=_side(message),
        name="" if inbound else _name(message),
        at=message.wa_timestamp,
        clock=reading.clock(message.wa_timestamp),
        moment=reading.moment(message.wa_timestamp),
        text=message.text,
        label=label,
        icon=icon,
        buttons=_buttons(message.payload) if not inbound else (),
        quote=_quote(quoted),
        quoted=str(quoted.pk) if quoted else "",
        quotable=bool(message.wamid) and message.revoked_at is None,
        card=cards.card_of(message),
        marks=_marks(message),
        before=message.original_text or "",
        reactions=reactions_of(message),
        status=str(status),
        status_icon=status_icon,
        status_class=status_class,
        trouble=told.what if told else "",
        remedy=told.do if told else "",
        trouble_source=told.source if told else "",
        decide=f"{message.pk}.{message.attempt}" if _is_undecided(message) else "",
        doubled=message.doubled_at is not None,
        is_bots=not inbound and message.source in _WITH_A_TRACE,
    )


def note(one: Note) -> Bubble:
    """What the team says to itself."""
    return Bubble(
        id=str(one.pk),
        seq=one.seq,
        side=NOTE,
        name=one.author_name or _("A program"),
        at=one.created_at,
        clock=reading.clock(one.created_at),
        moment=reading.moment(one.created_at),
        text=one.text,
        label=_("Note"),
        icon="sticky_note_2",
        marks=(_("Edited"),) if one.edited_at else (),
        author=str(one.author_id or ""),
    )


def line(event: ThreadEvent) -> Bubble:
    """What was done, in a sentence."""
    return Bubble(
        id=str(event.pk),
        seq=event.seq,
        side=LINE,
        name="",
        at=event.at,
        clock=reading.clock(event.at),
        moment=reading.moment(event.at),
        text=told(event),
        icon=_LINE_ICONS.get(event.kind, "info"),
    )


_LINE_ICONS = {
    "taken_over": "front_hand",
    "returned": "smart_toy",
    "returned_alone": "smart_toy",
    "left_waiting": "hourglass_top",
    "assigned": "person",
    "unassigned": "person_off",
    "closed": "lock",
    "reopened": "lock_open",
    "cancelled": "block",
    "asked": "record_voice_over",
    "blocked": "block",
    "unblocked": "undo",
}


def told(event: ThreadEvent) -> str:
    """An event's sentence in the active language."""
    kinds = ThreadEvent.Kind
    who = event.actor_name or _("A program")
    to = str(event.details.get("to") or "")
    if event.kind == kinds.CANCELLED:
        count = int(event.details.get("count", 1))
        return ngettext(
            "A reply of the bot's that was waiting was not sent.",
            "%(count)s replies of the bot's that were waiting were not sent.",
            count,
        ) % {"count": count}
    if event.kind == kinds.TAKEN_OVER and event.details.get("phone_app"):
        return _("Somebody answered in the phone's app: a person answers from here on.")
    if event.kind == kinds.ASSIGNED and event.actor_name == to:
        return _("%(who)s took the conversation.") % {"who": who}
    if event.kind == kinds.LEFT_WAITING and to:
        return _("%(to)s has not answered: the conversation waits for somebody else.") % {"to": to}
    words = _LINES.get(event.kind)
    return str(words) % {"who": who, "to": to} if words else event.kind


_LINES = {
    "taken_over": gettext_lazy("%(who)s took over from the bot."),
    "returned": gettext_lazy("%(who)s returned the conversation to the bot."),
    "returned_alone": gettext_lazy("Nobody has written for a while: the bot answers again."),
    "left_waiting": gettext_lazy("Nobody has answered: the conversation waits for somebody."),
    "assigned": gettext_lazy("%(who)s gave the conversation to %(to)s."),
    "unassigned": gettext_lazy("%(who)s gave the conversation to nobody."),
    "closed": gettext_lazy("%(who)s closed the conversation."),
    "reopened": gettext_lazy("%(who)s reopened the conversation."),
    "asked": gettext_lazy("The customer asked for a person."),
    "blocked": gettext_lazy("%(who)s blocked the customer."),
    "unblocked": gettext_lazy("%(who)s unblocked the customer."),
}


def reactions_of(message: Message) -> tuple[str, ...]:
    """The customer's emoji and ours."""
    return tuple(message.reactions[side] for side in ("in", "out") if side in message.reactions)


def _is_undecided(message: Message) -> bool:
    """Nobody knows whether it left, and no word will come any more."""
    return message.status == Status.UNKNOWN and message.settled_at is not None and message.dismissed_at is None


def trouble_of(message: Message) -> troubles.Told | None:
    """Why a message of ours did not arrive, and what to do; None where nothing went wrong."""
    if message.status not in (Status.FAILED, Status.CANCELLED, Status.UNKNOWN):
        return None
    return troubles.tell(message.error_code, message.error_text, message.status)


def _side(message: Message) -> str:
    if message.direction == Message.Direction.IN:
        return LINE if message.source == Message.Source.SYSTEM else CUSTOMER
    return PERSON if message.source in _PEOPLE else BOT


def _marks(message: Message) -> tuple[str, ...]:
    marks = []
    if message.payload.get("forwarded") is True:
        marks.append(_("Forwarded"))
    if message.edited_at and not message.revoked_at:
        marks.append(_("Edited"))
    return tuple(marks)


def answered_by(conversation: Conversation) -> Answerer:
    if conversation.state == Conversation.State.CLOSED:
        return Answerer("closed", _("Closed"), "lock")
    if conversation.owner == Conversation.Owner.BOT and conversation.bot_has_handed_over:
        return Answerer("bot", _("The bot has handed over and is silent"), "front_hand")
    if conversation.owner == Conversation.Owner.BOT:
        return Answerer("bot", _("The bot answers"), "smart_toy")
    if conversation.owner == Conversation.Owner.META:
        return Answerer("meta", _("Meta's agent answers"), "smart_toy")
    return Answerer("human", _("%(name)s answers") % {"name": conversation.assignee or _("A person")}, "person")


def waits(conversation: Conversation, now: datetime) -> str:
    if conversation.waiting_since is None or conversation.state == Conversation.State.CLOSED:
        return ""
    return _("Waits for a person: %(span)s") % {"span": reading.span(now - conversation.waiting_since)}


_WITH_A_TRACE = (Message.Source.RULE, Message.Source.ANSWER, Message.Source.MODEL, Message.Source.SYSTEM)
_PEOPLE = (Message.Source.AGENT, Message.Source.PHONE_APP)


_SYSTEM_LINES = {
    "fallback": gettext_lazy("Bot: no rule answered"),
    "handover: asked": gettext_lazy("Bot: handed over, since the customer asked for a person"),
    "handover: long": gettext_lazy("Bot: handed over after many answers in a row"),
    "handover: model": gettext_lazy("Bot: handed over, since the language model had no answer that may be said"),
    "handover: repeated": gettext_lazy("Bot: handed over, since the same words came again and again"),
}


def _name(message: Message) -> str:
    if message.source == Message.Source.AGENT:
        return message.source_name or _("Agent")
    if message.source == Message.Source.API:
        return _("Program: %(name)s") % {"name": message.source_name}
    if message.source == Message.Source.SYSTEM:
        return str(_SYSTEM_LINES.get(message.source_name, _("Bot")))
    kind = message.get_source_display().capitalize()
    return f"{kind}: {message.source_name}" if message.source_name else kind


def _status(message: Message) -> tuple:
    if message.status == Status.QUEUED and message.error_text == quiet.HELD:
        return _("Waits for the end of the quiet time"), "bedtime", "going"
    return _STATUS[Status(message.status)]


_STATUS = {
    Status.QUEUED: (gettext_lazy("Waiting"), "schedule", "going"),
    Status.SENDING: (gettext_lazy("Being sent"), "arrow_upward", "going"),
    Status.UNKNOWN: (gettext_lazy("Not confirmed"), "help", "bad"),
    Status.ACCEPTED: (gettext_lazy("Accepted by WhatsApp"), "check", "out"),
    Status.SENT: (gettext_lazy("Sent"), "check", "out"),
    Status.FAILED: (gettext_lazy("Not delivered"), "error", "bad"),
    Status.DELIVERED: (gettext_lazy("Delivered"), "done_all", "out"),
    Status.READ: (gettext_lazy("Read"), "done_all", "read"),
    Status.PLAYED: (gettext_lazy("Played"), "done_all", "read"),
    Status.CANCELLED: (gettext_lazy("Not sent"), "block", "bad"),
    Status.RECEIVED: ("", "", ""),
}


# --- what a message is ----------------------------------------------------------------------------------------------------

_KINDS = {
    "image": (gettext_lazy("Photo"), "image"),
    "video": (gettext_lazy("Video"), "videocam"),
    "audio": (gettext_lazy("Voice message"), "mic"),
    "document": (gettext_lazy("Document"), "description"),
    "sticker": (gettext_lazy("Sticker"), "sticky_note_2"),
    "location": (gettext_lazy("Location"), "location_on"),
    "contacts": (gettext_lazy("Contact card"), "contacts"),
    "order": (gettext_lazy("Order"), "shopping_cart"),
    "template": (gettext_lazy("Template"), "article"),
    "unsupported": (gettext_lazy("Something that WhatsApp does not pass on"), "help"),
    "call": (gettext_lazy("Called"), "call"),
    "voice": (gettext_lazy("Voice message"), "mic"),
    "media_placeholder": (gettext_lazy("A file of before, not passed on"), "attach_file"),
    "request_welcome": (gettext_lazy("Opened the chat"), "waving_hand"),
    "system": (gettext_lazy("WhatsApp"), "info"),
}
_PLAIN_KINDS = frozenset({"text", "interactive", "button"})


def _label(message: Message) -> tuple[str, str]:
    if message.revoked_at:
        return _("Deleted by its writer"), "delete"
    if message.direction == Message.Direction.IN and message.kind in ("interactive", "button"):
        return _("Tapped"), "touch_app"
    if message.kind in _PLAIN_KINDS:
        return "", ""
    words, icon = _KINDS.get(message.kind, (message.kind.replace("_", " "), "help"))
    file_name = message.payload.get("filename") if message.kind == "document" else ""
    return f"{words}: {file_name}" if isinstance(file_name, str) and file_name else str(words), icon


def _buttons(payload: dict) -> tuple[str, ...]:
    """The titles of the buttons, or of the rows of a list, that we sent (cloud_api.messages)."""
    action = payload.get("interactive", {}).get("action", {})
    rows = [row["title"] for section in action.get("sections", ()) for row in section["rows"]]
    return tuple(button["reply"]["title"] for button in action.get("buttons", ())) or tuple(rows)


def _quote(message: Message | None) -> str:
    if message is None:
        return ""
    words = " ".join(message.text.split()) or _label(message)[0] or message.kind
    return words if len(words) <= QUOTE else words[: QUOTE - 1] + "…"
