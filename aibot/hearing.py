"""Voice notes in a turn, and files that are read: what the turn waits for before anything is answered.

    next_step      the file comes -> the note is written down (model.py, in a thread, no transaction open) -> its words are as a text
    not_by_voice   what a machine must not hear for a customer: STOP, START, the wish for a person

A note that nobody can write down is a person's. What it cost waits in the turn's row (``PendingTurn.spent``) for the trace.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_scopes import scopes_disabled

from cloud_api import messages
from conversations import sets, wake
from conversations.models import Conversation, Message
from documents import reading
from documents.models import Document

from . import answering, concluding, rules
from .answering import Decision, File, Taken, Words
from .models import Rule, Turn
from .tiers import Tiers

WAIT = timedelta(minutes=3)  # for a file, and until it is read: then a person gets it
SOON = timedelta(seconds=1)
PAUSE = timedelta(seconds=2)  # before another attempt, times their number


@dataclass(frozen=True, slots=True)
class Step:
    """A person gets it (``why``), it is looked at again (``look_at``), or a note is written down now (``file``)."""

    why: str = ""
    look_at: datetime | None = None
    file: File | None = None


def next_step(one: Taken, now: datetime) -> Step | None:
    """None where every voice note of the turn is written down, or there is none."""
    notes = [words for words in one.words if words.is_voice]
    failed = next((step for step in map(_failed, notes) if step), None)
    unheard = [words.file for words in notes if words.file and not words.file.is_read]
    if failed or not unheard:
        return failed
    if one.waits:
        return Step("voice: a person is awaited")
    return _step(unheard[0], now)


def _failed(note: Words) -> Step | None:
    if note.file is None:
        return Step("voice: no file")
    if note.file.is_read and not note.text.strip():
        return Step(f"voice: {note.file.why}")
    return None


def _step(file: File, now: datetime) -> Step:
    if not is_awaited(file) and file.state != Document.State.STORED:
        return Step("voice: no file")
    if now - file.since > WAIT:
        return Step("voice: late")
    if is_awaited(file):
        return Step(look_at=_later(file, now))
    if file.until is not None and file.until > now:
        return Step(look_at=min(file.until, file.since + WAIT))
    return Step("voice: attempts") if file.attempts >= reading.ATTEMPTS else Step(file=file)


def is_awaited(file: File | None) -> bool:
    """Whether it is still to be fetched."""
    return file is not None and file.state in Document.OPEN


def _later(file: File, now: datetime) -> datetime:
    """Ever more rarely: a file that has not come after a minute may take hours."""
    return now + max(SOON, (now - file.since) / 8)


def file_comes_at(one: Taken, now: datetime) -> datetime | None:
    """When to look again for a file that the model should read; None where there is none to wait for."""
    return min((_later(file, now) for file in _awaited(one)), default=None)


def is_late(one: Taken, now: datetime) -> bool:
    """Whether a file that the model should read has not come in time."""
    return any(now - file.since > WAIT for file in _awaited(one))


def _awaited(one: Taken) -> list[File]:
    return [words.file for words in one.words if words.file and is_awaited(words.file)]


# --- write one down ------------------------------------------------------------------------------------------------------------


def hear(one: Taken, file: File, above: Tiers, now: datetime) -> None:
    """Write a voice note down, and give the turn back to be answered. No transaction may be open."""
    claim = reading.take(file.id, now)
    with scopes_disabled():
        document = Document.objects.select_related("file").filter(pk=file.id).first() if claim else None
    if (
        claim is None or document is None or above.ears is None
    ):  # deleted by its writer, in other hands, or switched off
        concluding.release(one, now + SOON)
        return
    heard = above.ears.transcribe(document, one.contact_id, now)
    ended = timezone.now()
    with transaction.atomic(durable=True), scopes_disabled():
        if heard.again and not claim.is_last:
            reading.put_back(claim, ended + PAUSE * claim.attempt)
        else:
            reading.record(claim, heard.text, str(heard.trace.get("model", "")), heard.why, ended)
        _note_cost(one, heard.trace)
        concluding.release(one, now)
    wake.wake("bot")


def _note_cost(one: Taken, trace: dict) -> None:
    calls = int(trace.get("calls") or 0)
    if not calls:
        return
    cost = trace.get("cost")
    told = {"model": str(trace.get("model", "")), "cost": None if cost is None else str(cost)}
    told |= {name: int(trace.get(name) or 0) for name in ("tokens_in", "tokens_out", "latency_ms")}
    sets.run(
        "UPDATE aibot_pendingturn SET spent = spent || %(rows)s::jsonb WHERE id = %(id)s", [told], id=one.id
    )  # whoever has the turn by now: it was spent on it
    Conversation.objects.filter(pk=one.conversation_id).update(ai_call_count=F("ai_call_count") + calls)


# --- what is not done by ear ---------------------------------------------------------------------------------------------------

STOP, START = "voice: stop", "voice: start"
_BY_INTENT = {Rule.Intent.OPT_OUT.value: STOP, Rule.Intent.OPT_IN.value: START}
TEXTS = {
    STOP: {
        "en": "We understood that you want no more offers from us. Please write STOP, and they end at once.",
        "hi": "हमने यह समझा कि आपको हमारे ऑफ़र नहीं चाहिए। कृपया STOP लिखें, वे तुरंत बंद हो जाएँगे।",
        "hi-Latn": "Humne yeh samjha ki aapko hamare offer nahi chahiye. Kripya STOP likhein, woh turant band ho jayenge.",
    },
    START: {
        "en": "We understood that you want our offers again. Please write START, and they come again.",
        "hi": "हमने यह समझा कि आपको हमारे ऑफ़र फिर चाहिए। कृपया START लिखें, वे फिर आएँगे।",
        "hi-Latn": "Humne yeh samjha ki aapko hamare offer phir chahiye. Kripya START likhein, woh phir aayenge.",
    },
}


def not_by_voice(one: Taken) -> Decision | None:
    """A machine may mishear: STOP and START are asked for in writing and shown to a person; who asks for a person gets one."""
    for words in one.words:
        if words.is_voice and (decision := _of_the_rules(one, words)) is not None:
            return decision
    return None


def _of_the_rules(one: Taken, words: Words) -> Decision | None:
    shop = rules.shop_of(one.business_id)
    match = rules.match_message(shop, words.text)
    if match is None:
        return None
    if match.pattern.intent == Rule.Intent.PERSON:
        return answering.give_up("voice: person")
    name = _BY_INTENT.get(match.pattern.intent)
    if name is None:
        return None
    text = TEXTS[name][shop.language_for(words.text)]
    return Decision(
        Turn.Tier.HANDOVER.value,
        messages.text(text),
        text,
        source=Message.Source.SYSTEM.value,
        source_name=name,
        waits=True,
        reason=name,
    )
