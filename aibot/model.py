"""Tier 2, the language model: what a customer gets where neither a rule nor an answer of the owner's is sure.

    reply  reserve the worst case -> show that somebody types -> call -> settle -> validate -> guard -> fill the slots

It has no hands: what comes of a call is a text that has passed guard.py, or the reason why a person must answer, and facts about the
lead as proposals. Every failure ends as a handover; nothing is raised. No transaction is open while the provider thinks
(``budget.reserve`` refuses to run inside one).
"""

import math
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_scopes import scopes_disabled

from cloud_api import messages as limits
from conversations.models import Contact
from documents import storage
from documents.models import Document, StoredFile
from leads.proposals import Fact

from . import budget, guard, memory, prompt, provider, result, slots, tiers
from .rules import Shop, shop_of
from .tiers import Ask, Told

log = structlog.get_logger(__name__)

TRIES = 2
PAUSE = 0.5  # seconds before the second
_PLACEHOLDER = re.compile(r"\{\w+\}")  # {prices}, {hours}: a whole list, which the model has no use for
_TOO_LITTLE = 0.1  # of the time: nothing is begun any more
_TOKENS_A_SECOND = 50  # of speech, at the most
_BYTES_A_SECOND = 500  # of speech, at the least: 4 kbit/s
_MOST_SPEECH = 4 * 2**20  # bytes of a recording
_MOST_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is said in a voice note; "" and ``why`` where nobody knows."""

    text: str = ""
    why: str = ""
    trace: dict = field(default_factory=dict)
    again: bool = False  # nothing was used, and another attempt may succeed


def may_answer(business_ids: Collection[UUID]) -> set[UUID]:
    """The businesses whose model may be asked now: it is set up, granted, and its budget is not used up. One statement."""
    return budget.may_call(business_ids, timezone.now())


def reply(ask: Ask, *, server: provider.Provider | None = None) -> Told:
    """Raises nothing. ``ask.reserved`` is called once, when the budget is reserved and the provider is about to be asked."""
    call = _Call(ask, server)
    try:
        return call.told()
    except Exception as error:  # noqa: BLE001 - whatever it was, the customer gets a person
        return call.handed_over(_why(error, ask.conversation_id))


def _why(error: Exception, of: UUID | None) -> str:
    match error:
        case budget.Refused():
            return f"budget:{error.reason}"
        case provider.ProviderError():
            return f"provider:{error.code}"
        case result.BadResult():
            return "result:unreadable"
        case _TooLong():
            return "too_long"
    log.error("model_failed", of=str(of), exc_info=error)
    return f"failed:{type(error).__name__}"


class _Call:
    """One question to the model, and what is known of it so far, for the trace."""

    def __init__(self, ask: Ask, server: provider.Provider | None):
        self.ask, self.server = ask, server
        self.has_said = False  # that the budget is reserved
        self.began = time.monotonic()
        self.trace: dict = {"model": settings.AI_MODEL, "calls": 0, "tokens_in": 0, "tokens_out": 0, "charged": 0}
        self.trace |= {"prompt_version": "", "cost": None, "guard": ""}
        self.money: int | None = 0
        self.answers: list[tuple[str, str]] = []  # of the owner's, those that come near: question and answer

    def told(self) -> Told:
        if not budget.is_set():
            raise budget.Refused(budget.NOT_SET)
        shop = shop_of(self.ask.business_id)
        self.answers = _written(self.ask)
        made = self._prompt(shop)
        answer = self._answer(made)
        said = result.read(answer)
        facts = _facts(said, self.ask)
        if said.handover or not said.reply:
            return replace(self.handed_over(f"model:{said.handover}"), facts=facts)
        why = guard.fault(said.reply, self.ask.language, self._grounds(shop, made))
        if why:
            return replace(self.handed_over(f"guard:{why}", guard=why), facts=facts)
        filled = slots.fill(shop, said.reply, self.ask.now, named=True)
        if filled.missing or len(filled.text) > limits.TEXT_BODY:
            return replace(self.handed_over(f"guard:{guard.SLOTS}", guard=guard.SLOTS), facts=facts)
        return Told(filled.text, "", self.traced(), said.language, facts)

    def handed_over(self, why: str, **trace) -> Told:
        log.info("model_handed_over", conversation=str(self.ask.conversation_id), why=why.partition(":")[0])
        return Told("", why[:200], self.traced() | trace)

    def traced(self) -> dict:
        spent = {"latency_ms": int((time.monotonic() - self.began) * 1000), "cost": budget.as_money(self.money)}
        return self.trace | spent

    def _prompt(self, shop: Shop) -> prompt.Prompt:
        ask = self.ask
        of = ask.made_up
        lines = list(of.lines) if of else memory.recall(ask.conversation_id, ask.seen_seq, ask.now)
        made = prompt.build(
            shop,
            said=ask.said,
            language=ask.language,
            name=of.name if of else _name_of(ask.contact_id),
            answers=self.answers,
            memory=_before_the_burst(lines, len(ask.said)),
        )
        prompt.keep(ask.business_id, made)
        self.trace["prompt_version"] = made.version
        return made

    def _grounds(self, shop: Shop, made: prompt.Prompt) -> guard.Grounds:
        named = [
            f"{name} {unit}"
            for p in shop.products
            for name in (p.name, p.name_hi, p.name_roman)
            if name
            for unit in (p.unit, f"({p.unit})")
        ]
        written = [text for pair in self.answers for text in pair]
        return guard.Grounds(self.ask.written, written, (shop.name, *named), made.instructions)

    def _answer(self, made: prompt.Prompt) -> str:
        """What the model says. Each attempt is reserved and settled by itself."""
        worst = budget.Worst(made.most_tokens_in(result.SCHEMA), prompt.MOST_TOKENS)
        until = self.began + settings.AI_SECONDS
        for left_tries in range(TRIES - 1, -1, -1):
            try:
                return self._attempt(made, worst, until - time.monotonic())
            except provider.ProviderError as error:
                wait = max(getattr(error, "wait", 0.0), min(PAUSE, settings.AI_SECONDS * _TOO_LITTLE))
                left = until - time.monotonic() - wait
                if not (error.retryable and left_tries and left > settings.AI_SECONDS * _TOO_LITTLE):
                    raise
                time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _attempt(self, made: prompt.Prompt, worst: budget.Worst, seconds: float) -> str:
        server = self.server or provider.installed()

        def ask() -> provider.Answer:
            return server.complete(
                settings.AI_MODEL, made.messages, result.SCHEMA, max_tokens=worst.tokens_out, seconds=seconds,
                begins=self._say_that_it_is_reserved,
            )  # fmt: skip

        return self.paid(settings.AI_MODEL, worst, ask)

    def paid(self, model: str, worst: budget.Worst, call: Callable[[], provider.Answer]) -> str:
        """Reserve, call, settle, whatever becomes of the call."""
        ask = self.ask
        now = ask.made_up.really if ask.made_up else ask.now
        reservation = budget.reserve(ask.business_id, ask.contact_id, model, worst, now)
        usage = None
        if not connection.in_atomic_block:
            connection.close()  # back into the pool: the provider thinks for seconds, and others need it
        try:
            answer = call()
            usage = answer.usage
        except provider.NotReached:
            budget.release(reservation, timezone.now())
            raise
        except provider.Uncertain as error:
            self._charge(reservation, error.usage)
            raise
        except BaseException:
            self._charge(reservation, None)
            raise
        self._charge(reservation, usage)
        return answer.text

    def _charge(self, reservation: UUID, usage: budget.Usage | None) -> None:
        charged = budget.settle(reservation, usage, timezone.now())
        self.trace["calls"] += 1
        self.trace["charged"] += charged.tokens
        self.money = None if charged.money is None or self.money is None else self.money + charged.money
        if usage:
            self.trace["tokens_in"] += usage.tokens_in
            self.trace["tokens_out"] += usage.tokens_out

    def _say_that_it_is_reserved(self) -> None:
        if self.has_said:
            return
        self.has_said = True
        try:
            self.ask.reserved()
        except Exception as error:  # noqa: BLE001 - a sign that somebody types is worth no answer
            log.warning("typing_failed", conversation=str(self.ask.conversation_id), error=type(error).__name__)


def _written(ask: Ask) -> list[tuple[str, str]]:
    """The owner's answers that come near, with their slots as they stand: a price in them is none that the model could set beside
    another product.
    """
    known = tiers.INSTALLED.answers
    book = known.book_of(ask.business_id).answers if known and ask.ranked else {}
    near = [book[ranked.answer_id] for ranked in ask.ranked if ranked.answer_id in book]
    return [(answer.question, _PLACEHOLDER.sub("", _text_of(answer, ask.language))) for answer in near]


def _text_of(answer, language: str) -> str:
    return {"hi": answer.text_hi, "hi-Latn": answer.text_roman}.get(language, "").strip() or answer.text


def _name_of(contact_id: UUID | None) -> str:
    with scopes_disabled():
        contact = Contact.objects.filter(pk=contact_id).only("name", "profile_name").first()
    return (contact.name or contact.profile_name) if contact else ""


def _before_the_burst(lines: list[memory.Line], burst: int) -> list[memory.Line]:
    """The customer's newest messages stand in the question itself."""
    kept = list(lines)
    while kept and burst and kept[-1].who == memory.CUSTOMER:
        kept.pop()
        burst -= 1
    return kept


def _facts(said: result.Result, ask: Ask) -> tuple[Fact, ...]:
    """An e-mail address only as the customer wrote it: a person would write to it. One that was heard or read in a file is none."""
    words = " ".join(ask.written).casefold()
    told = {**said.lead, **({"follow_up": said.follow_up} if said.follow_up else {})}
    if told.get("email", "").casefold() not in words:
        told.pop("email")
    return tuple(Fact(what, value, ask.message_id) for what, value in told.items())


# --- voice notes ---------------------------------------------------------------------------------------------------------------


def may_transcribe(business_ids: Collection[UUID]) -> set[UUID]:
    """The businesses whose voice notes may be written down now. One statement where a model for it is set, else none."""
    return may_answer(business_ids) if settings.AI_TRANSCRIPTION_MODEL else set()


def transcribe(
    document: Document, contact_id: UUID, now: datetime, *, server: provider.Provider | None = None
) -> Transcript:
    """What is said in a stored voice note; its cost is counted like any call. Raises nothing. No transaction may be open."""
    nobody = UUID(int=0)
    ask = Ask(
        document.business_id, document.conversation_id or nobody, contact_id, nobody, 0, 0, (), "", (), False, now
    )
    call = _Call(ask, server)
    call.trace["model"] = settings.AI_TRANSCRIPTION_MODEL
    try:
        text = _heard(document, call).strip()
    except storage.TROUBLE as error:
        log.warning("voice_note_not_read", document=str(document.pk), error=type(error).__name__)
        return Transcript("", "file", call.traced())
    except Exception as error:  # noqa: BLE001 - whatever it was, a person hears it
        return Transcript("", _why(error, document.pk), call.traced(), _costs_nothing_yet(error))
    return Transcript(text, "" if text else "nothing_said", call.traced())


def _costs_nothing_yet(error: Exception) -> bool:
    """What may have been used already is not paid for twice."""
    if isinstance(error, budget.Refused):
        return error.reason == budget.BUSY
    return isinstance(error, provider.NotReached) and error.retryable


class _TooLong(Exception):
    pass


def _heard(document: Document, call: _Call) -> str:
    if not (budget.is_set() and settings.AI_TRANSCRIPTION_MODEL):
        raise budget.Refused(budget.NOT_SET)
    stored = document.file
    if document.state != Document.State.STORED or stored is None:
        raise FileNotFoundError
    if stored.size > _MOST_SPEECH or (stored.seconds or 0) > _MOST_SECONDS:
        raise _TooLong
    with storage.workshop() as folder:
        path = folder / f"voice{_ENDINGS.get(stored.mime, '.ogg')}"
        storage.copy(stored.place, stored.key, path)
        return call.paid(settings.AI_TRANSCRIPTION_MODEL, _worst_of_speech(stored), lambda: _written_down(path, call))


_ENDINGS = {"audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/amr": ".amr"}


def _written_down(path: Path, call: _Call) -> provider.Answer:
    server = call.server or provider.installed()
    with path.open("rb") as file:
        return server.transcribe(settings.AI_TRANSCRIPTION_MODEL, path.name, file, seconds=settings.AI_SECONDS)


def _worst_of_speech(stored: StoredFile) -> budget.Worst:
    """By its length where that is known, else by its size."""
    seconds = math.ceil(stored.seconds or stored.size / _BYTES_A_SECOND) + 1
    tokens = seconds * _TOKENS_A_SECOND
    return budget.Worst(tokens, tokens, Decimal(seconds) / 60)
