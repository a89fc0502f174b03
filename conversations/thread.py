"""A conversation as a page shows it: who said what, when, how far it got, and what can be done now.

Plain data for templates; it decides nothing. Words are in the active language, times in the active zone.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import reading

from . import queries, window
from .models import Conversation, Message, Status

CUSTOMER, BOT, PERSON = "customer", "bot", "person"
QUOTE = 120  # characters of a quoted message


@dataclass(frozen=True, slots=True)
class Bubble:
    id: str
    side: str  # customer | bot | person
    name: str  # who or what wrote it; empty for the customer
    at: datetime
    clock: str
    moment: str
    text: str
    label: str = ""  # what it is where it is no text: "Photo"
    icon: str = ""
    buttons: tuple[str, ...] = ()
    quote: str = ""
    status: str = ""
    status_icon: str = ""
    status_class: str = ""  # going | out | read | bad
    trouble: str = ""  # why it did not arrive, in plain words
    trouble_source: str = ""  # the same in Meta's words
    decide: str = ""  # names the message and its attempt where a person may resend or dismiss it
    doubled: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    bubbles: list[Bubble] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers the customer."""

    answers: str  # bot | human | closed
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


def thread(conversation: Conversation, now: datetime, *, before: int | None = None) -> Thread:
    """The newest messages of a conversation, or those before a seq. At most two statements."""
    messages, more = queries.newest_messages(conversation, before=before)
    quoted = queries.by_wamid(conversation, {_spoken_of(m) for m in messages} - {""})
    days: list[Day] = []
    for message in messages:
        name = reading.day(message.wa_timestamp, now)
        if not days or days[-1].name != name:
            days.append(Day(name))
        days[-1].bubbles.append(bubble(message, quoted.get(_spoken_of(message))))
    can_write, words = may_write(conversation, now)
    return Thread(
        days=days,
        older=min(m.seq for m in messages) if more else None,
        state=answered_by(conversation),
        waits=waits(conversation, now),
        can_write=can_write,
        window=words,
    )


def may_write(conversation: Conversation, now: datetime) -> tuple[bool, str]:
    """Whether a free text may be sent now, and the sentence that says so or says why not."""
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
    status, status_icon, status_class = ("", "", "") if inbound else _STATUS[Status(message.status)]
    went_wrong = message.status in (Status.FAILED, Status.CANCELLED, Status.UNKNOWN)
    return Bubble(
        id=str(message.pk),
        side=CUSTOMER if inbound else PERSON if message.source in _PEOPLE else BOT,
        name="" if inbound else _name(message),
        at=message.wa_timestamp,
        clock=reading.clock(message.wa_timestamp),
        moment=reading.moment(message.wa_timestamp),
        text=message.text,
        label=label,
        icon=icon,
        buttons=_buttons(message.payload) if not inbound else (),
        quote=_quote(quoted),
        status=str(status),
        status_icon=status_icon,
        status_class=status_class,
        trouble=in_plain_words(message.error_code, message.error_text) if went_wrong else "",
        trouble_source=_metas_words(message) if went_wrong else "",
        decide=f"{message.pk}.{message.attempt}" if _is_undecided(message) else "",
        doubled=message.doubled_at is not None,
    )


def _is_undecided(message: Message) -> bool:
    """Nobody knows whether it left, and no word will come any more."""
    return message.status == Status.UNKNOWN and message.settled_at is not None and message.dismissed_at is None


def answered_by(conversation: Conversation) -> Answerer:
    if conversation.state == Conversation.State.CLOSED:
        return Answerer("closed", _("Closed"), "lock")
    if conversation.owner == Conversation.Owner.BOT and conversation.bot_has_handed_over:
        return Answerer("bot", _("The bot has handed over and is silent"), "front_hand")
    if conversation.owner == Conversation.Owner.BOT:
        return Answerer("bot", _("The bot answers"), "smart_toy")
    return Answerer("human", _("%(name)s answers") % {"name": conversation.assignee or _("A person")}, "person")


def waits(conversation: Conversation, now: datetime) -> str:
    if conversation.waiting_since is None or conversation.state == Conversation.State.CLOSED:
        return ""
    return _("Waits for a person: %(span)s") % {"span": reading.span(now - conversation.waiting_since)}


_PEOPLE = (Message.Source.AGENT, Message.Source.PHONE_APP)


_SYSTEM_LINES = {
    "fallback": gettext_lazy("Bot: no rule answered"),
    "handover: long": gettext_lazy("Bot: handed over after many answers in a row"),
    "handover: repeated": gettext_lazy("Bot: handed over, since the same words came again and again"),
}


def _name(message: Message) -> str:
    if message.source == Message.Source.AGENT:
        return message.source_name or _("Agent")
    if message.source == Message.Source.SYSTEM:
        return str(_SYSTEM_LINES.get(message.source_name, _("Bot")))
    kind = message.get_source_display().capitalize()
    return f"{kind}: {message.source_name}" if message.source_name else kind


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
    "reaction": (gettext_lazy("Reaction"), "add_reaction"),
}
_PLAIN_KINDS = frozenset({"text", "interactive", "button"})


def _label(message: Message) -> tuple[str, str]:
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


def _spoken_of(message: Message) -> str:
    """The wamid that a message replies or reacts to."""
    reacted = message.payload.get("message_id") if message.kind == "reaction" else ""
    return message.reply_to or (reacted if isinstance(reacted, str) else "")


def _quote(message: Message | None) -> str:
    if message is None:
        return ""
    words = " ".join(message.text.split()) or _label(message)[0] or message.kind
    return words if len(words) <= QUOTE else words[: QUOTE - 1] + "…"


# --- what went wrong ------------------------------------------------------------------------------------------------------

_TOKEN = gettext_lazy("WhatsApp does not accept the number's access token any more. Enter a new one under Numbers.")
_PERMISSION = gettext_lazy("The number's access token lacks a permission. Make a new one at Meta and enter it.")
_RESTRICTED = gettext_lazy("WhatsApp has restricted this account. Meta's Account Quality page says why.")
_NOT_REGISTERED = gettext_lazy("The number is not registered with WhatsApp. Register it at Meta.")
_TOO_MANY = gettext_lazy("Too many messages in a short time.")
_PLAIN_WORDS = {
    0: _TOKEN,
    190: _TOKEN,
    3: _PERMISSION,
    10: _PERMISSION,
    131005: _PERMISSION,
    368: _RESTRICTED,
    131031: _RESTRICTED,
    131045: _NOT_REGISTERED,
    133010: _NOT_REGISTERED,
    4: _TOO_MANY,
    80007: _TOO_MANY,
    130429: _TOO_MANY,
    131056: _TOO_MANY,
    131047: gettext_lazy("The 24-hour window is closed. Send a template."),
    131026: gettext_lazy(
        "WhatsApp cannot deliver to this person: no WhatsApp, an old version of it, or its terms not accepted."
    ),
    131030: gettext_lazy("This is a test number, and the person is not in its list at Meta."),
    131021: gettext_lazy("A number cannot write to itself."),
    130403: gettext_lazy("You have blocked this person."),
    131042: gettext_lazy("Meta could not charge the account. Mend the payment method at Meta."),
    130497: gettext_lazy("WhatsApp does not let this account write to people in that country."),
    131037: gettext_lazy("WhatsApp has not approved the number's display name yet."),
    131048: gettext_lazy("Many people have blocked or reported this number: WhatsApp limits it."),
    131049: gettext_lazy("WhatsApp held it back: this person got enough marketing today."),
    130472: gettext_lazy("WhatsApp shows this person no marketing messages."),
    131050: gettext_lazy("The customer has stopped such messages."),
}


def in_plain_words(code: int | None, text: str) -> str:
    """Why a message did not arrive, and what to do; Meta's own text for a code that we do not know."""
    if code is not None and 200 <= code < 300:
        return str(_PERMISSION)
    return str(_PLAIN_WORDS.get(code, "")) or text


def _metas_words(message: Message) -> str:
    return f"({message.error_code}) {message.error_text}" if message.error_code is not None else message.error_text
