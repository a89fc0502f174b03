"""Which answer a turn gets: the owner's answers by meaning, a question back where two are close, the model, else a person.

Nothing is written here, and no transaction is open: an embedding takes 20-60 ms, a model seconds. concluding.py decides under the
conversation's lock whether it may still be said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from cloud_api import messages
from conversations import sets, ticks
from conversations.models import Message

from . import meant, rules
from .models import Turn
from .tiers import Ask, MadeUp, Said, Tiers, Told

SAID_WITHIN = timedelta(minutes=10)  # the same answer is not given twice within this
Tier = Turn.Tier


@dataclass(frozen=True, slots=True)
class Words:
    """A message of the customer's. ``is_spoken``: all of it is words that the model may answer, written, heard or read."""

    id: UUID
    seq: int
    is_spoken: bool
    text: str
    tap_id: str
    at: datetime
    is_voice: bool = False  # its text is what a machine heard; "" as long as nobody has
    document: str = ""  # what a machine read in its file
    file: "File | None" = None  # of a voice note or a document


@dataclass(frozen=True, slots=True)
class File:
    """The file of a message, and how far it is read."""

    id: UUID
    state: str
    since: datetime
    is_read: bool  # or given up
    why: str
    attempts: int
    until: datetime | None  # in the hands of a reader


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn in hand, as it stood when it was taken."""

    id: UUID
    ticket: UUID
    business_id: UUID
    conversation_id: UUID
    number_id: UUID
    contact_id: UUID | None  # None: made up
    contact_name: str
    turn: int
    attempts: int
    last_seq: int
    seen_seq: int  # the customer's last message, answered by a rule or not
    quiet_at: datetime
    is_open: bool  # the bot's, and still in that turn
    waits: bool  # for a person, already
    is_first: bool  # nothing but rules has spoken here
    reply_id: UUID | None
    reply_status: int | None
    reply_reason: str
    replied_seq: int
    words: tuple[Words, ...]
    said: frozenset[UUID]  # answers that were given a moment ago
    asked: frozenset[UUID]  # answers that the customer was asked about
    made_up: MadeUp | None = None
    spent: tuple = ()  # on voice notes, and not told in a trace: see hearing.py

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(one.text for one in self.words if one.text.strip())

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def tap(self) -> str:
        """What a tap on "Did you mean ...?" chose: an answer's id, NONE or ""."""
        return meant.chosen(self.words[-1].tap_id) if self.words else ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What the answers' matcher found for a turn; ``found`` None where nobody looked."""

    found: Any = None
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """``body`` None: nothing is said, or ``fallback``: the owner's words for that, unless they were said."""

    tier: str
    body: dict | None = None
    text: str = ""
    source: str = Message.Source.SYSTEM.value
    source_ref: UUID | None = None
    source_name: str = ""
    language: str = ""
    fallback: bool = False
    waits: bool = False
    reason: str = ""
    answer: UUID | None = None
    looked: Looked = field(default_factory=Looked)
    trace: dict = field(default_factory=dict)
    facts: tuple = ()
    file: Any = None  # of the answer: a Document, to be put above the words (attaching.py)
    media_id: str = ""  # Meta's id of it


def look(turns: Sequence[Taken], above: Tiers) -> dict[UUID, Looked]:
    """The answers near to each turn's words; those of a business are embedded together."""
    if above.answers is None:
        return {}
    of_business: dict[UUID, list[tuple[Taken, tuple[str, ...]]]] = {}
    for one in turns:
        if texts := _asked_texts(one):
            of_business.setdefault(one.business_id, []).append((one, texts))
    looked = {}
    with_answers = above.answers.has_any(set(of_business)) if of_business else set()
    for business, asked in of_business.items():
        if business in with_answers:
            found = above.answers.find(business, ["\n".join(texts) for _, texts in asked])
            looked |= {one.id: Looked(result, texts) for (one, texts), result in zip(asked, found, strict=True)}
    return looked


def _asked_texts(one: Taken) -> tuple[str, ...]:
    """A tap on an answer needs no look. One on "None of these" is about what was asked before it."""
    if not one.tap:
        return one.texts
    return tuple(said.text for said in _said_before_the_ask(one)) if one.tap == meant.NONE else ()


def _said_before_the_ask(one: Taken) -> tuple[Said, ...]:
    if one.made_up:
        return tuple(Said(text) for text in one.made_up.asked_about)
    rows = sets.fetch(
        """
        SELECT coalesce(nullif(m.text, ''), d.text) AS text, m.text = '' AS is_heard FROM (
            SELECT first_seq, seen_seq FROM aibot_turn WHERE conversation_id = %(id)s AND tier = 'ask' ORDER BY at DESC LIMIT 1
        ) t
        JOIN conversations_message m ON m.conversation_id = %(id)s AND m.seq BETWEEN t.first_seq AND t.seen_seq
        LEFT JOIN documents_document d ON d.message_id = m.id AND m.kind = 'audio'
        WHERE m.direction = 'in' AND m.revoked_at IS NULL AND coalesce(nullif(m.text, ''), d.text, '') <> '' ORDER BY m.seq LIMIT 20
        """,
        id=one.conversation_id,
    )
    return tuple(Said(row.text, is_heard=row.is_heard) for row in rows)


def not_to_answer(one: Taken, now: datetime) -> Decision | None:
    """Too old by now, or the owner has switched the bot off: it waits for a person without a word, as in the drain."""
    if now - one.words[0].at > settings.ANSWER_AGE_LIMIT:
        return Decision(Tier.SILENT.value, waits=True, reason="too old")
    if not rules.shop_of(one.business_id).settings.bot_on:
        return Decision(Tier.SILENT.value, waits=True, reason="bot off")
    return None


def at_once(one: Taken, looked: Looked, above: Tiers, now: datetime) -> Decision | None:
    """What is sure, and waits for nothing: the answer that was tapped or is meant without doubt. None where nothing is."""
    if above.answers is None:
        return None
    if one.tap and one.tap != meant.NONE:
        return _said(one, UUID(one.tap), Looked(), above, now)
    sure = looked.found.sure if looked.found and one.tap != meant.NONE else None
    if sure is None or sure.answer_id in one.said:
        return None
    return _said(one, sure.answer_id, looked, above, now)


def when_quiet(one: Taken, looked: Looked, above: Tiers) -> Decision | None:
    """What is done where nothing is sure, once the customer is quiet. None: the model is to be asked."""
    close = tuple(r for r in looked.found.close if r.answer_id not in one.said) if looked.found else ()
    if len(close) > 1 and one.tap != meant.NONE and not one.asked & {r.answer_id for r in close}:
        language = rules.shop_of(one.business_id).language_for(one.text)
        body, text = meant.question([(r.answer_id, r.question) for r in close], language)
        return Decision(
            Tier.ASK.value,
            body,
            text,
            source=Message.Source.ANSWER.value,
            source_name=meant.NAME,
            language=language,
            looked=looked,
        )
    if above.model is None or one.waits or not all(words.is_spoken for words in one.words) or not one.words:
        return give_up("", looked)
    return None if one.business_id in above.model.may_answer({one.business_id}) else give_up("model: off", looked)


def give_up(reason: str, looked: Looked | None = None) -> Decision:
    """Nothing answers: the owner says so, and a person gets it."""
    return Decision(Tier.FALLBACK.value, fallback=True, waits=True, reason=reason, looked=looked or Looked())


def by_model(one: Taken, looked: Looked, above: Tiers, now: datetime) -> Decision:
    """Ask the model. It raises nothing of the provider's."""
    assert above.model is not None  # nosec B101 - when_quiet has looked
    texts = looked.texts or one.texts
    said = _said_before_the_ask(one) if one.tap == meant.NONE else ()
    told: Told = above.model.reply(
        Ask(
            business_id=one.business_id,
            conversation_id=one.conversation_id,
            contact_id=one.contact_id,
            message_id=one.words[-1].id,
            turn=one.turn,
            seen_seq=one.seen_seq,
            texts=texts,
            language=rules.shop_of(one.business_id).language_for("\n".join(texts)),
            ranked=tuple(looked.found.ranked) if looked.found else (),
            first_of_conversation=one.is_first,
            now=now,
            reserved=(lambda: ticks.show_typing(one.conversation_id)) if one.made_up is None else (lambda: None),
            made_up=one.made_up,
            messages=said or tuple(Said(words.text, words.document, words.is_voice) for words in one.words),
        )
    )
    text = told.text.strip()[: messages.TEXT_BODY]
    if told.handover or not text:
        return Decision(
            Tier.HANDOVER.value,
            messages.text(text) if text else None,
            text,
            source_name="handover: model",
            language=told.reply_language,
            fallback=not text,
            waits=True,
            reason=(told.handover or "empty")[:80],
            looked=looked,
            trace=told.trace,
            facts=told.facts,
        )
    return Decision(
        Tier.MODEL.value,
        messages.text(text),
        text,
        source=Message.Source.MODEL.value,
        source_name=str(told.trace.get("model", "")),
        language=told.reply_language,
        looked=looked,
        trace=told.trace,
        facts=told.facts,
    )


def _said(one: Taken, answer_id: UUID, looked: Looked, above: Tiers, now: datetime) -> Decision | None:
    """The owner's answer, filled; None where it is gone, off, or has a blank that nothing fills."""
    assert above.answers is not None  # nosec B101 - at_once has looked
    answer = above.answers.book_of(one.business_id).answers.get(answer_id)
    if answer is None:
        return None
    shop = rules.shop_of(one.business_id)
    words = "\n".join(looked.texts or one.texts)
    said = above.answers.say(shop, answer, words, one.contact_name, now)
    if said is None or not said.text.strip():
        return None
    return Decision(
        Tier.ANSWER.value,
        said.body,
        said.text,
        source=Message.Source.ANSWER.value,
        source_ref=answer_id,
        source_name=answer.question,
        language=shop.language_for(words),
        answer=answer_id,
        looked=looked,
        file=answer.document,
    )


def tap_of(payload: dict) -> str:
    """The id of the button or row that was tapped."""
    for key in ("button_reply", "list_reply"):
        reply = payload.get(key)
        if isinstance(reply, dict):
            return str(reply.get("id", ""))
    return ""
