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
    caption, title of the tapped button or list row, place, names on contact cards, the reaction's emoji ("" once
    removed), an order's note. `payload` is the type's own object ({"contacts": [...]} for contact cards). `tap_id` is
    the id of the tapped reply or the payload of a template's button. `reply_to` is the wamid that it quotes.
    `timestamp` is Meta's, in unix seconds; None if missing or unreadable.
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
    referral: dict[str, Any] = field(default_factory=dict)
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
    """A person of the business wrote in the phone app; `recipient` is the customer. `kind` may be edit or revoke."""

    wamid: str
    timestamp: int | None = None
    recipient: Person = Person()
    kind: str = "unknown"
    text: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(Origin):
    """The customer changed the message `original_wamid`; `kind`, `text` and `payload` are the new content's."""

    wamid: str
    timestamp: int | None = None
    sender: Person = Person()
    original_wamid: str = ""
    kind: str = "unknown"
    text: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke(Origin):
    """The customer deleted the message `original_wamid` for everyone. May come before the original."""

    wamid: str
    timestamp: int | None = None
    sender: Person = Person()
    original_wamid: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemChange(Origin):
    """WhatsApp says that a customer's identity changed; not a message of the customer's.

    `sender` is the old identity. `kind`: user_changed_number, user_changed_user_id, customer_identity_changed or other.
    `new_phone` is set for the first only, `new_bsuid` and `previous_bsuid` for the first two.
    """

    wamid: str
    timestamp: int | None = None
    sender: Person = Person()
    kind: str = "other"
    new_phone: str = ""
    new_bsuid: str = ""
    previous_bsuid: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelNotice(Origin):
    """Everything else that Meta says: templates, account, quality, preferences, history, sync, calls, unknown fields.

    A value that is nothing but arrays gives one notice per item (`kind` is the array's key, `raw` the item); any other
    gives one (`kind` is its event, decision, type or status, or "", `raw` the value). `history` and `standby` give one
    per change. An empty body, entry or change has the kind "empty". `at` is the item's timestamp, else entry.time.
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


Event = InboundMessage | MessageStatus | Echo | Edit | Revoke | SystemChange | ChannelNotice | Malformed
