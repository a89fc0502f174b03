"""What an error makes of a message: the same whether the Graph API says it at once or a ``failed`` status says it later.

    the error's class (cloud_api.errors)       at once                     later, by a status
    a limit was hit, or no connection          waits, then again           the same
    the number is stopped (token, payment ..)  waits for the owner         the same
    Meta failed, it may be out                 unknown (settling.py)       it is not out: the bot's text once more, else failed
    this message will not go                   failed                      failed
    the file of an answer is refused           again, its words alone      the same

"Later" only where it is not too late: within an hour of the message. Some codes say more than that about the number, the
conversation or the contact (``Aftermath``).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from cloud_api import messages
from cloud_api.errors import GraphError, Verdict, classify

from . import consent, pacing, refused, sets, stopping
from .models import ConsentEvent, Message, Status

IN_TIME = timedelta(hours=1)
WINDOW_CLOSED = 131047
MARKETING_STOPPED = 131050
THIS_COUNTRY = 130497  # stops the number, and this message would only stop it again
BOT = (Message.Source.RULE, Message.Source.ANSWER, Message.Source.MODEL, Message.Source.SYSTEM)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a message. ``after``: queued again, and not before. ``once_more``: it has its second chance now."""

    status: Status
    after: datetime | None = None
    reason: str = ""
    once_more: bool = False
    body: dict | None = None  # what is sent then, in the place of what was refused


def at_once(
    error: Exception | None, attempt: int, now: datetime, *, source: str = "", body: dict | None = None
) -> Fate:
    """After the ``attempt``-th post of this ``body``. An error that is none of GraphError's (a token that cannot be opened)
    is final.
    """
    if error is None:
        return Fate(Status.ACCEPTED)
    reason = str(error)
    if not isinstance(error, GraphError):
        return Fate(Status.FAILED, reason=reason)
    if error.maybe_sent:
        return Fate(Status.UNKNOWN, reason=reason)
    return (
        _words_alone(source, body, error.code, now, reason)
        or _waits(error, error.code, attempt, now, reason, error.retry_after)
        or Fate(Status.FAILED, reason=reason)
    )


def later(message, code: int | None, now: datetime, reason: str) -> Fate:
    """After a ``failed`` status. ``message`` has created_at, attempt, source, kind, resent_at, and shown: its payload where
    that shows a file."""
    verdict = classify(code, None)
    failed = Fate(Status.FAILED, reason=reason)
    if now - message.created_at > IN_TIME:
        return failed
    if verdict.maybe_sent and is_free_text_of_the_bot(message) and message.resent_at is None:
        return Fate(Status.QUEUED, now + pacing.pause(code, message.attempt), reason, once_more=True)
    alone = _words_alone(message.source, message.shown, code, now, reason)
    return alone or _waits(verdict, code, message.attempt, now, reason) or failed


def _words_alone(source: str, body: dict | None, code: int | None, now: datetime, reason: str) -> Fate | None:
    """What the owner answers reaches the customer though WhatsApp does not take the picture with it: the refused message
    did not leave. Without its file it is not refused for one again.
    """
    if source != Message.Source.ANSWER or code not in refused.CODES or not body:
        return None
    words = messages.without_file(body)
    return Fate(Status.QUEUED, now, reason, body=words) if words else None


def _waits(
    verdict: Verdict | GraphError, code: int | None, attempt: int, now: datetime, reason: str, retry_after=None
) -> Fate | None:
    if not (verdict.retryable or verdict.stops_number) or code == THIS_COUNTRY:
        return None
    if attempt >= pacing.MOST_ATTEMPTS:
        return Fate(Status.FAILED, reason=f"Tried {attempt} times. {reason}")
    wait = timedelta() if verdict.stops_number else pacing.pause(code, attempt, retry_after)
    return Fate(Status.QUEUED, now + wait, reason)


def is_free_text_of_the_bot(message) -> bool:
    return message.source in BOT and message.kind != "template"


@dataclass(slots=True)
class Aftermath:
    """What errors say beyond their messages. Collect, then ``apply`` in the transaction that records the messages' ends."""

    stopped: dict[UUID, str] = field(default_factory=dict)  # number -> reason
    slowed: dict[UUID, float] = field(default_factory=dict)  # number -> seconds that were asked for
    closed: dict[UUID, int] = field(default_factory=dict)  # conversation -> seq of the message that was refused
    unwilling: dict[UUID, datetime] = field(
        default_factory=dict
    )  # conversation -> when its contact had stopped marketing
    refused: set[tuple[UUID, str]] = field(default_factory=set)  # number, Meta's id of a file

    def note(
        self, verdict: Verdict | GraphError, code: int | None, reason: str, *, number_id: UUID, conversation_id: UUID,
        seq: int, at: datetime, retry_after: float | None = None, body: dict | None = None,
    ) -> None:  # fmt: skip
        """``seq`` is the message's, ``body`` too where it shows a file, ``at`` when it was refused."""
        if verdict.stops_number:
            self.stopped.setdefault(number_id, reason)
        if code in pacing.TOO_MANY or (code is None and verdict.retryable and retry_after):
            self.slowed[number_id] = max(self.slowed.get(number_id, 0.0), retry_after or 0.0)
        if code == WINDOW_CLOSED:
            self.closed[conversation_id] = max(self.closed.get(conversation_id, 0), seq)
        if code == MARKETING_STOPPED:
            self.unwilling[conversation_id] = max(self.unwilling.get(conversation_id, at), at)
        if code in refused.CODES and body and (media_id := messages.media_id_of(body)):
            self.refused.add((number_id, media_id))

    def apply(self, now: datetime) -> None:
        stopping.stop(self.stopped, now)
        pacing.slow_down(self.slowed, now)
        _close_windows(self.closed)
        _hear_refusals(self.unwilling)
        refused.remember(self.refused, now)


def _close_windows(closed: dict[UUID, int]) -> None:
    """Meta knows better than our clock: closed until the customer writes again (window.is_open)."""
    sets.run(
        """
        UPDATE conversations_conversation c SET window_closed_seq = greatest(c.window_closed_seq, w.seq)
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, seq bigint) WHERE c.id = w.id
        """,
        [{"id": conversation, "seq": seq} for conversation, seq in closed.items()],
    )


def _hear_refusals(unwilling: dict[UUID, datetime]) -> None:
    if not unwilling:
        return
    contacts = sets.fetch(
        "SELECT id, business_id, contact_id FROM conversations_conversation WHERE id = ANY(%(ids)s)",
        ids=list(unwilling),
    )
    consent.record_many(
        [
            consent.Word(
                business_id=row.business_id,
                contact_id=row.contact_id,
                kind=ConsentEvent.Kind.STOP.value,
                source="error_131050",
                at=unwilling[row.id],
            )
            for row in contacts
        ]
    )
