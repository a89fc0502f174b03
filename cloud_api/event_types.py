"""The shapes that `events.parse` returns. All are frozen; their dicts are JSON that PostgreSQL can store as jsonb."""

from dataclasses import dataclass, field
from typing import Any

MEDIA_KINDS = frozenset({"image", "video", "audio", "voice", "document", "sticker"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is on the other side. Any may be "": Meta leaves keys out, the phone number of username users too."""

    phone: str = ""  # digits only, no plus
    bsuid: str = ""  # Meta's user_id, "CC.xxxx", verbatim: stable per user and business portfolio
    parent_bsuid: str = ""
    name: str = ""
    username: str = ""  # without "@"; for display, never a key


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """One of Meta's error objects. `code` is 0 where it is missing or no number."""

    code: int = 0
    title: str = ""
    message: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an event came from; "" for what the body does not say.

    `waba_id` is entry.id, but value.waba_info.waba_id where that stands (PARTNER_* events carry a business portfolio in
    entry.id). `display_phone_number` is reduced to digits, since Meta formats it in three ways.
    """

    field: str = ""
    waba_id: str = ""
    phone_number_id: str = ""
    display_phone_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage(Origin):
    """A customer's message.

    `kind` is Meta's type, "unknown" if there is none. `text` is a readable line for lists and for matching: body,
    caption, title of the tapped button or list row, place, names on contact cards, an order's items and note, a flow's
    answers. `payload` is the type's own object ({"contacts": [...]} for contact cards). `tap_id` is the id of the tapped
    reply or the payload of a template's button. `reply_to` is the wamid that it quotes, `product` what it was asked
    about in a catalog. `timestamp` is Meta's, in unix seconds; None if missing or unreadable. `standby`: Meta's own
    agent has the thread and answers. A call of the customer's has the kind "call" and the call's id as its wamid.
    """

    wamid: str
    timestamp: int | None = None
    sender: Person = Person()
    kind: str = "unknown"
    text: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    tap_id: str = ""
    reply_to: str = ""
    group_id: str = ""
    forwarded: bool = False
    standby: bool = False
    referral: dict[str, Any] = field(default_factory=dict)
    product: dict[str, Any] = field(default_factory=dict)
    errors: tuple[Error, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def media_id(self) -> str:
        """Meta's id to download the file with (7 days); "" where there is no file."""
        return self._of_media("id")

    @property
    def mime_type(self) -> str:
        """As the sender's phone said it, parameters included ("audio/ogg; codecs=opus")."""
        return self._of_media("mime_type")

    def _of_media(self, key: str) -> str:
        value = self.payload.get(key) if self.kind in MEDIA_KINDS else None
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStatus(Origin):
    """What became of a message of ours: sent, delivered, read, played, failed, or whatever came.

    `group_id` is set for a group message; `recipient` is then the participant.
    """

    wamid: str
    status: str
    timestamp: int | None = None
    recipient: Person = Person()
    callback_data: str = ""
    pricing: dict[str, Any] = field(default_factory=dict)
    conversation: dict[str, Any] = field(default_factory=dict)
    errors: tuple[Error, ...] = ()
    group_id: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo(Origin):
    """The business wrote to `recipient`, but not through us: a person in the phone app, or (`standby`) Meta's agent."""

    wamid: str
    timestamp: int | None = None
    recipient: Person = Person()
    kind: str = "unknown"
    text: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    reply_to: str = ""
    standby: bool = False
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(Origin):
    """The message `original_wamid` was changed; `kind`, `text` and `payload` are the new content's.

    By the customer, or where `ours` by a person of the business in the phone app. May come before the original.
    """

    wamid: str
    timestamp: int | None = None
    original_wamid: str = ""
    ours: bool = False
    kind: str = "unknown"
    text: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke(Origin):
    """The message `original_wamid` was deleted for everyone. May come before the original. `ours` as in Edit."""

    wamid: str
    timestamp: int | None = None
    original_wamid: str = ""
    ours: bool = False
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction(Origin):
    """`emoji` stands at the message `original_wamid` from now on; "" removes it. `ours` as in Edit."""

    wamid: str
    timestamp: int | None = None
    original_wamid: str = ""
    ours: bool = False
    emoji: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryMessage(Origin):
    """A message of before the number was connected, from the phone app's memory (up to 180 days).

    `ours`: the business wrote it, and `status` is Meta's word in capitals (DELIVERED, READ, ...). The kind
    "media_placeholder" stands for a file; the same wamid may come once more with the file's own kind.
    """

    wamid: str
    timestamp: int | None = None
    person: Person = Person()
    ours: bool = False
    status: str = ""
    kind: str = "unknown"
    text: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    reply_to: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSync(Origin):
    """A contact of the phone app's address book. `action`: add (also after a change) or remove, which has no name."""

    phone: str
    name: str = ""
    action: str = ""
    timestamp: int | None = None
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover(Origin):
    """A thread changed hands between Meta's agent and the business. `to_us`: nobody but us answers it from now on."""

    kind: str  # control_passed | control_taken | ...
    person: Person = Person()
    to_us: bool = False
    timestamp: int | None = None
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference(Origin):
    """A customer told WhatsApp whether this business may send marketing: `value` stop, resume or another word."""

    person: Person = Person()
    category: str = ""
    value: str = ""
    timestamp: int | None = None
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateChange(Origin):
    """A template of the WABA changed. An empty field says nothing of that aspect.

    `status`: APPROVED, REJECTED, PAUSED, ...; `quality`: GREEN, YELLOW, RED, UNKNOWN; `category` holds from
    `category_from` (unix seconds; None: at once). `language` is as on sending (en_US), whatever way Meta printed it.
    """

    kind: str  # the field of the webhook, without "message_template_"
    template_id: str = ""
    name: str = ""
    language: str = ""
    status: str = ""
    reason: str = ""
    quality: str = ""
    category: str = ""
    category_from: int | None = None
    timestamp: int | None = None
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChange(Origin):
    """Something about the number or its account changed. An empty field says nothing of that aspect.

    `kind` is Meta's event or decision. `stops`: sending is refused from now on (True), allowed again (False).
    `warning` is a sentence for the owner. Without a `phone_number_id` it is meant for the number with the
    `display_phone_number`, without both for all numbers of the WABA.
    """

    kind: str
    stops: bool | None = None
    quality: str = ""
    messaging_limit: str = ""
    name: str = ""
    name_decision: str = ""
    warning: str = ""
    timestamp: int | None = None
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemChange(Origin):
    """WhatsApp says that a customer's identity changed; not a message of the customer's.

    `sender` is the old identity. `kind`: user_changed_number, user_changed_user_id, customer_identity_changed or other;
    `text` is Meta's sentence.
    `new_phone` is set for the first only, `new_bsuid` and `previous_bsuid` for the first two.
    """

    wamid: str
    timestamp: int | None = None
    sender: Person = Person()
    kind: str = "other"
    text: str = ""
    new_phone: str = ""
    new_bsuid: str = ""
    previous_bsuid: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelNotice(Origin):
    """Everything else that Meta says: flows, groups, payments, partners, calls that we made, unknown fields.

    A value that is nothing but arrays gives one notice per item (`kind` is the array's key, `raw` the item); any other
    gives one (`kind` is its event, decision, type or status, or "", `raw` the value). An empty body, entry or change
    has the kind "empty". `at` is the item's timestamp, else entry.time.
    """

    kind: str
    at: int | None = None
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed(Origin):
    """What could not be read, kept.

    `reason`: not_json, too_deep, not_an_object, no_entry, bad_entry, bad_change, bad_item (no object, or no array where
    one belongs) or no_wamid. `raw` is the JSON value; for the first two reasons the body's first 200 characters.
    """

    reason: str
    raw: Any = None


Event = (
    InboundMessage
    | MessageStatus
    | Echo
    | Edit
    | Revoke
    | Reaction
    | HistoryMessage
    | ContactSync
    | SystemChange
    | Handover
    | Preference
    | TemplateChange
    | HealthChange
    | ChannelNotice
    | Malformed
)
