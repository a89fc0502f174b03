"""Tiers above the rules that stand where the matcher and the provider stand: they know a few sentences word by word. All else, from
the drain to the outbox, is the product.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from uuid import UUID, uuid4

from aibot import answers
from aibot.model import Transcript
from aibot.models import Answer
from aibot.tiers import Ask, Tiers, Told
from cloud_api import messages
from leads.proposals import Fact

DELIVERY, RETURNS, FRESH = (
    "Do you deliver to Sector 62?",
    "Can I give it back when it is bad?",
    "How long does the paneer stay fresh?",
)
SAYS = {
    DELIVERY: "Yes, every morning before eight.",
    RETURNS: "Yes, within a day.",
    FRESH: "Four days in the fridge.",
}


@dataclass(frozen=True)
class Ranked:
    answer_id: UUID
    question: str
    confidence: float
    score: float
    example: str


@dataclass(frozen=True)
class Found:
    sure: Ranked | None = None
    close: tuple[Ranked, ...] = ()
    ranked: tuple[Ranked, ...] = ()
    matcher: str = "word by word"
    script: str = "en"


@dataclass
class Answers:
    """``close`` says of a text between which questions it stands; ``break_on`` makes a text raise."""

    businesses: set[UUID] = field(default_factory=set)
    close: dict[str, tuple[str, ...]] = field(default_factory=dict)
    break_on: str = ""
    batches: list[list[str]] = field(default_factory=list)
    ids: dict[str, UUID] = field(default_factory=lambda: {question: uuid4() for question in SAYS})
    while_looking: Callable[[], None] = lambda: None

    def has_any(self, business_ids) -> set[UUID]:
        return self.businesses & set(business_ids)

    def find(self, business_id, texts) -> list[Found]:
        self.batches.append(list(texts))
        self.while_looking()
        if self.break_on and self.break_on in texts:
            raise ValueError(self.break_on)
        return [self._found(text) for text in texts]

    def _found(self, text: str) -> Found:
        if text in SAYS:
            return Found(sure=self._ranked(text), ranked=(self._ranked(text),))
        close = tuple(self._ranked(question) for question in self.close.get(text, ()))
        return Found(close=close, ranked=close)

    def _ranked(self, question: str) -> Ranked:
        return Ranked(self.ids[question], question, 0.9, 0.91, question)

    def book_of(self, business_id):
        return SimpleNamespace(
            answers={id_: SimpleNamespace(id=id_, question=q, document=None) for q, id_ in self.ids.items()}
        )

    def say(self, shop, answer, said, contact_name, now):
        text = SAYS[answer.question]
        return SimpleNamespace(text=text, body=messages.text(text))


@dataclass
class Model:
    """Answers with ``text``, after ``before_it_answers``: what happens while it thinks."""

    businesses: set[UUID] = field(default_factory=set)
    text: str = "We will pack it well."
    handover: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    asks: list[Ask] = field(default_factory=list)
    before_it_answers: Callable[[], None] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def may_answer(self, business_ids) -> set[UUID]:
        return self.businesses & set(business_ids)

    def reply(self, ask: Ask) -> Told:
        with self.lock:
            self.asks.append(ask)
        self.before_it_answers()
        trace = {"model": "small-one", "prompt_version": "p1", "tokens_in": 210, "tokens_out": 12, "cost": "0.000123"}
        trace |= {"latency_ms": 830, "guard": "price" if self.handover else ""}
        facts = tuple(Fact(what, value, ask.message_id) for what, value in self.facts.items())
        return Told(self.text, self.handover, trace, "en", facts)


@dataclass
class Ears:
    """Hears ``text`` in every voice note, after ``while_it_hears``; with ``why`` nothing, and ``again`` where another attempt may do."""

    businesses: set[UUID] = field(default_factory=set)
    text: str = DELIVERY
    why: str = ""
    again: bool = False
    heard: list[UUID] = field(default_factory=list)
    while_it_hears: Callable[[], None] = lambda: None

    def may_transcribe(self, business_ids) -> set[UUID]:
        return self.businesses & set(business_ids)

    def transcribe(self, document, contact_id, now):
        self.heard.append(document.pk)
        self.while_it_hears()
        trace = {"model": "listener", "calls": 1, "cost": "0.0008", "tokens_in": 0, "tokens_out": 0, "latency_ms": 400}
        return Transcript("" if self.why else self.text, self.why, {} if self.again else trace, self.again)


def tiers_of(business, *, answers: bool = True, model: bool = True, hears: str = "") -> Tiers:
    of = {business.pk}
    ears = Ears(of, hears) if hears else None
    return Tiers(Answers(of) if answers else None, Model(of) if model else None, ears)


@dataclass
class Written(Answers):
    """The owner's own answers, each of which is meant by its question word by word: the matcher alone stands in."""

    def _found(self, text: str) -> Found:
        return Found(sure=self._ranked(text), ranked=(self._ranked(text),)) if text in self.ids else Found()

    def book_of(self, business_id):
        return answers.book_of(business_id)

    def say(self, *given):
        return answers.say(*given)


def written(business, *of: Answer) -> Tiers:
    return Tiers(Written({business.pk}, ids={answer.question: answer.pk for answer in of}))
