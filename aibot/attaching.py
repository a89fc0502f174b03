"""The picture or document of an answer, above its words: one message, so that none comes without the other.

Where that cannot be, the words go alone and the turn keeps why (``reason``): the file is not at WhatsApp and could not be brought
there, it is gone, or prices have grown so long that the words are no caption any more.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from cloud_api import messages
from cloud_api.errors import InvalidMessage
from documents import uploads
from documents.models import Document

from .answering import Decision, Taken

SECONDS = 20  # of an upload that a customer waits for: shorter than turns.LEASE
PATIENCE = timedelta(seconds=20)  # with an upload that is another's, and for room to begin one
MARK = "file: "
TOO_LONG, BUSY = "too_long", "busy"
WHY = {
    TOO_LONG: _("The words were too long to go with the picture or document: they went alone."),
    BUSY: _("WhatsApp was still being given the picture or document: the words went alone."),
    uploads.GONE: _("The picture or document was not there any more: the words went alone."),
    "upload_failed": _("WhatsApp did not take the picture or document: the words went alone."),
}


def ready(one: Taken, decision: Decision, now: datetime) -> uploads.Held:
    """How the answer's file stands. In no transaction."""
    if _above(decision, "any") is None:
        return uploads.Held(why=TOO_LONG)
    return uploads.look(decision.file.pk, one.number_id, now)


def bring(one: Taken, decision: Decision, now: datetime) -> Callable[[], Decision] | None:
    """What gives WhatsApp the file and says what came of it, to be run in a thread; None where another worker is at it."""
    file = decision.file
    if not uploads.begin(file.pk, one.number_id, now, seconds=SECONDS):
        return None
    return lambda: settled(decision, uploads.give(one.business_id, file.pk, one.number_id, seconds=SECONDS))


def is_late(one: Taken, now: datetime) -> bool:
    """The customer has waited long enough for what others are doing."""
    return now - one.words[0].at > PATIENCE


def settled(decision: Decision, held: uploads.Held) -> Decision:
    return replace(decision, media_id=held.media_id) if held.media_id else _alone(decision, held.why)


def if_there(decision: Decision) -> Decision:
    """The owner may have taken the file away since: asked in the transaction that queues the answer."""
    if decision.file is None or Document.objects.filter(pk=decision.file.pk, state=Document.State.KEPT).exists():
        return decision
    return _alone(decision, uploads.GONE)


def body_of(decision: Decision) -> dict | None:
    """The message with the file, or as it is where there is none."""
    if decision.file is None or decision.body is None:
        return decision.body
    return _above(decision, decision.media_id)


def in_words(reason: str) -> str:
    """For a person: why a file was left out; "" where the reason is another."""
    return str(WHY.get(reason.removeprefix(MARK), "")) if reason.startswith(MARK) else ""


def _alone(decision: Decision, why: str) -> Decision:
    return replace(decision, file=None, reason=f"{MARK}{why}")


def _above(decision: Decision, media_id: str) -> dict | None:
    file = decision.file
    try:
        return messages.with_file(decision.body, file.kind, media_id, filename=file.name or "file")
    except InvalidMessage:
        return None
