"""The tiers above the rules: the owner's answers by meaning, then a model. What turns.py asks of them, and which are there.

``INSTALLED`` names the modules (apps.py). The drain asks ``above`` which businesses have one; nothing is computed there.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from .memory import Line

SPOKEN = frozenset({"text", "interactive", "button"})  # what consists of its words alone
CAPTIONED = frozenset(
    {"image", "video", "document"}
)  # its words may mean an answer; what is to be seen on it, nobody reads


class Answers(Protocol):
    """See answers.py."""

    def has_any(self, business_ids: Collection[UUID]) -> set[UUID]: ...

    def find(self, business_id: UUID, texts: Sequence[str]) -> list: ...

    def book_of(self, business_id: UUID) -> Any: ...

    def say(self, shop: Any, answer: Any, said: str, contact_name: str, now: datetime) -> Any: ...


class Ears(Protocol):
    """See model.py."""

    def may_transcribe(self, business_ids: Collection[UUID]) -> set[UUID]: ...

    def transcribe(self, document: Any, contact_id: UUID, now: datetime) -> Any: ...


class Model(Protocol):
    """See model.py."""

    def may_answer(self, business_ids: Collection[UUID]) -> set[UUID]: ...

    def reply(self, ask: "Ask") -> "Told": ...


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Of a conversation that stands in no rows, since its owner tries the bot: what is read from the rows of a real one."""

    name: str  # the customer's
    lines: tuple[Line, ...]  # the conversation so far, the new messages included
    asked_about: tuple[str, ...]  # what the customer has written before the last "Did you mean ...?"
    really: datetime  # the time by which a call is charged; the owner may have chosen another one to talk at


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the customer's. ``is_heard``: its text is what a machine heard in a voice note; ``document``: what one read in
    its file. Neither is what the customer is sure to have said.
    """

    text: str
    document: str = ""
    is_heard: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """What the model is to answer. ``reserved`` is called once the budget is: the customer sees that somebody types."""

    business_id: UUID
    conversation_id: UUID
    contact_id: UUID | None  # None: made up
    message_id: UUID
    turn: int
    seen_seq: int
    texts: tuple[str, ...]  # the burst, oldest first
    language: str
    ranked: tuple
    first_of_conversation: bool
    now: datetime
    reserved: Callable[[], None] = _nothing
    made_up: MadeUp | None = None
    messages: tuple[Said, ...] = ()  # the burst, with what machines read; none: the texts were all written

    @property
    def said(self) -> tuple[Said, ...]:
        return self.messages or tuple(Said(text) for text in self.texts)

    @property
    def written(self) -> tuple[str, ...]:
        """What the customer has typed."""
        return tuple(one.text for one in self.said if not one.is_heard)


@dataclass(frozen=True, slots=True)
class Told:
    """``handover``: "" or why a person gets it; then ``text`` is what is said about that, "" for the owner's words."""

    text: str
    handover: str
    trace: dict
    reply_language: str = ""
    facts: tuple = ()


@dataclass(frozen=True, slots=True)
class Tiers:
    answers: Answers | None = None
    model: Model | None = None
    ears: Ears | None = None


@dataclass(frozen=True, slots=True)
class Above:
    """Of some businesses, those with owner-written answers, those whose model may answer, and those whose voice notes are heard."""

    answers: set[UUID] = field(default_factory=set)
    model: set[UUID] = field(default_factory=set)
    ears: set[UUID] = field(default_factory=set)


@dataclass(slots=True)
class Due:
    """What a pass of the drain found unanswered in a conversation."""

    business_id: UUID
    turn: int
    at_once: bool  # it is looked at without waiting
    messages: list[UUID] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)

    def add(self, message: UUID, seq: int, *, at_once: bool) -> None:
        """One more: what comes in pieces waits for its end, a tap for nothing."""
        self.at_once = at_once and (not self.messages or self.at_once)
        self.messages.append(message)
        self.seqs.append(seq)


INSTALLED = Tiers()


def is_spoken(kind: str, product: object) -> bool:
    """Whether a message is its words alone. Of one about a product of the catalog the model would not know which."""
    return kind in SPOKEN and not product


def is_voice_note(kind: str, payload: Mapping) -> bool:
    return kind == "audio" and payload.get("voice") is True


def is_readable(kind: str, payload: Mapping) -> bool:
    """Whether a file comes with the message whose words a machine reads: then the model may answer both."""
    mime = str(payload.get("mime_type") or "")
    return kind == "document" and mime.partition(";")[0].strip().lower() == "text/plain"


def above(business_ids: Collection[UUID], tiers: Tiers | None = None) -> Above:
    """For the drain, in its transaction: one statement of each tier at most."""
    tiers = tiers or INSTALLED
    return Above(
        tiers.answers.has_any(business_ids) if tiers.answers else set(),
        tiers.model.may_answer(business_ids) if tiers.model else set(),
        tiers.ears.may_transcribe(business_ids) if tiers.ears else set(),
    )
