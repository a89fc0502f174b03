"""The owner's answers: which one a message means, and what is said then. The owner pays nothing for it.

The rows of a business are kept until they change, as rules.py keeps its rules. Nothing here runs in the drain but ``has_any``: an
embedding costs 12 ms or more of a core. ``find`` opens no transaction.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any
from uuid import UUID

from django_scopes import scopes_disabled

from cloud_api import messages
from conversations import lexicon, meanings, sets
from conversations.wording import is_devanagari, language_of

from . import embedding, rules, scripts, slots, trigrams
from .models import Answer, Example

TRIGRAMS = "pg_trgm"
_MOST_KEPT = 200  # businesses, with 3 MB each at 1,500 examples
_STEP = 500  # examples whose vectors are made before they are written


@dataclass(frozen=True, slots=True)
class Ranked:
    answer_id: UUID
    question: str
    confidence: float
    score: float
    example: str  # the way to ask that is nearest


@dataclass(frozen=True, slots=True)
class Found:
    """``sure`` may be said. ``close``: two or three, one of which is meant: to be asked about. ``ranked``: the best few, the best
    first.
    """

    sure: Ranked | None
    close: tuple[Ranked, ...]
    ranked: tuple[Ranked, ...]
    matcher: str
    script: str


@dataclass(frozen=True, slots=True)
class Said:
    """``text`` is "" where nothing is to be said: a blank of the answer has no value."""

    text: str
    body: dict


@dataclass(slots=True)
class Book:
    """A business's answers that are on."""

    version: tuple
    answers: dict[UUID, Answer]
    _lock: Lock = field(default_factory=Lock)
    _fitted: Any = None

    def fitted(self) -> Any:
        """Its examples as ``meaning`` judges by them, with their rows. Made by the first who asks."""
        with self._lock:
            if self._fitted is None:
                self._fitted = _Fitted(self.answers)
            return self._fitted


def has_any(business_ids: Collection[UUID]) -> set[UUID]:
    """Those of the businesses that have an answer that is on. One statement, for the drain."""
    rows = sets.fetch(
        """
        SELECT b.id FROM unnest(%(ids)s::uuid[]) AS b(id)
        WHERE EXISTS (SELECT 1 FROM aibot_answer a WHERE a.business_id = b.id AND a.enabled)
        """,
        ids=list(business_ids),
    )
    return {row.id for row in rows}


def matcher() -> str:
    """What finds answers on this machine."""
    return _vectors_of() if embedding.is_there() else TRIGRAMS


def find(business_id: UUID, texts: Sequence[str]) -> list[Found]:
    """What each message means. A message without letters means nothing."""
    book = book_of(business_id)
    heard = [place for place, text in enumerate(texts) if any(c.isalpha() for c in text)]
    found = [Found(None, (), (), matcher(), language_of(text)) for text in texts]
    if not book.answers or not heard:
        return found
    look = _by_meaning if embedding.is_there() else _by_letters
    for place, one in zip(heard, look(business_id, book, [texts[place] for place in heard]), strict=True):
        found[place] = one
    return found


def say(shop: rules.Shop, answer: Answer, said: str, contact_name: str, now: datetime) -> Said:
    """The answer to this message: in its language where the owner has written that, with prices and hours from the rows."""
    text, language = _words_of(answer, said)
    named = {str(product.pk): product for product in shop.products}
    chosen = tuple(named[pk] for pk in answer.products if pk in named)
    filled = slots.fill(shop, text, now)  # first: a customer's name may look like a slot
    words = rules.render(shop, filled.text, language, contact_name, said=said, now=now, products=chosen)
    words = words[: rules.most_characters(len(answer.buttons))].strip()
    if filled.missing or not words:
        return Said("", messages.text("-"))
    return Said(words, rules.body_of(words, answer.buttons, language))


def _words_of(answer: Answer, said: str) -> tuple[str, str]:
    language = language_of(said)
    if language == "hi" and answer.text_hi.strip():
        return answer.text_hi, "hi"
    if language == "hi-Latn" and answer.text_roman.strip():
        return answer.text_roman, "hi-Latn"
    return answer.text, "hi" if is_devanagari(answer.text) else language_of(answer.text)


# --- a business's rows, kept until they change ---------------------------------------------------------------------------------

_kept: OrderedDict[UUID, Book] = OrderedDict()
_keeping = Lock()


def book_of(business_id: UUID) -> Book:
    """One statement says whether anything changed. A change of an example changes its answer's ``updated_at``; the times are summed,
    as in rules.py.
    """
    (row,) = sets.fetch(
        """
        SELECT count(*), coalesce(sum(extract(epoch FROM updated_at)), 0) AS at, count(*) FILTER (WHERE enabled) AS enabled
        FROM aibot_answer WHERE business_id = %(id)s
        """,
        id=business_id,
    )
    with _keeping:
        book = _kept.get(business_id)
        if book is None or book.version != tuple(row):
            book = Book(tuple(row), _read(business_id))
            _kept[business_id] = book
        _kept.move_to_end(business_id)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
        return book


def _read(business_id: UUID) -> dict[UUID, Answer]:
    with scopes_disabled():
        return {
            answer.pk: answer
            for answer in Answer.objects.filter(business=business_id, enabled=True)
            .select_related("document")
            .order_by("pk")
        }


class _Fitted:
    """The examples of some answers, in the answers' order, with vectors."""

    def __init__(self, answers: dict[UUID, Answer]):
        numpy = embedding.numbers()
        from . import meaning  # with numpy, which is not there on every machine

        with scopes_disabled():
            examples = list(Example.objects.filter(answer__in=list(answers)).order_by("answer_id", "place"))
        make_vectors(examples)
        examples = _most(examples, meaning.MOST_EXAMPLES)
        self.texts = [example.text for example in examples]
        # An answer always has its question as an example: each has a number, in ascending order.
        self.answers = list(dict.fromkeys(example.answer_id for example in examples))
        numbers = {answer_id: number for number, answer_id in enumerate(self.answers)}
        vectors = numpy.frombuffer(b"".join(bytes(e.vector) for e in examples), numpy.float32).reshape(
            len(examples), -1
        )
        reads = [scripts.read(text) for text in self.texts]
        self.examples = meaning.Examples([numbers[e.answer_id] for e in examples], reads, vectors) if examples else None


def _most(examples: list[Example], most: int) -> list[Example]:
    """Of too many those of each answer that came first, the same share of all."""
    if len(examples) <= most:
        return examples
    for many in range(most, 0, -1):
        seen: dict[UUID, int] = {}
        chosen = []
        for example in examples:
            seen[example.answer_id] = seen.get(example.answer_id, 0) + 1
            if seen[example.answer_id] <= many:
                chosen.append(example)
        if len(chosen) <= most or many == 1:
            return chosen
    return []


# --- the two matchers --------------------------------------------------------------------------------------------------------------


def _by_meaning(business_id: UUID, book: Book, texts: list[str]) -> Iterable[Found]:
    fitted = book.fitted()
    if fitted.examples is None:  # they were deleted at this moment
        yield from (Found(None, (), (), matcher(), language_of(text)) for text in texts)
        return
    reads = [scripts.read(text) for text in texts]
    for read, judged in zip(reads, fitted.examples.judge(reads, scripts.vectors(reads)), strict=True):
        ranked = tuple(
            Ranked(
                fitted.answers[one.answer],
                book.answers[fitted.answers[one.answer]].question,
                round(one.confidence, 4),
                round(one.score, 4),
                fitted.texts[one.example],
            )
            for one in judged.ranked
        )
        yield Found(ranked[0] if judged.sure else None, ranked[: judged.close], ranked, matcher(), read.script)


def _by_letters(business_id: UUID, book: Book, texts: list[str]) -> Iterable[Found]:
    for text, near in zip(texts, trigrams.nearest(business_id, texts), strict=True):
        known = [one for one in near if one.answer_id in book.answers]  # one may have come since the book was read
        ranked = tuple(
            Ranked(one.answer_id, book.answers[one.answer_id].question, one.confidence, one.score, one.example)
            for one in known
        )
        sure = ranked[0] if ranked and ranked[0].confidence >= trigrams.SURE else None
        close = () if sure else ranked[: trigrams.close(known)]
        yield Found(sure, close, ranked, TRIGRAMS, scripts.read(text).script)


# --- vectors ---------------------------------------------------------------------------------------------------------------------------


def fill_vectors(most: int = 300, cores: int = 1) -> int:
    """Make vectors that are missing or of another matcher, of any business. Returns how many were made. For the process that holds
    the model, so that the first message after a change need not wait for them.
    """
    if not embedding.is_there():
        return 0
    with scopes_disabled():
        examples = list(Example.objects.exclude(matcher=_vectors_of()).order_by("pk")[:most])
    return make_vectors(examples, cores)


def make_vectors(examples: Sequence[Example], cores: int = 1) -> int:
    """Give these rows their vectors, in the database and here, where they have none of today's matcher. In no transaction."""
    waiting = [example for example in examples if example.matcher != _vectors_of()]
    for start in range(0, len(waiting), _STEP):
        step = waiting[start : start + _STEP]
        rows = scripts.vectors([scripts.read(e.text) for e in step], cores)
        for example, vector in zip(step, rows, strict=True):
            example.vector, example.matcher = vector.tobytes(), _vectors_of()
        _write(step)
    return len(waiting)


def _write(examples: Sequence[Example]) -> None:
    """One whose text has changed meanwhile waits for the next."""
    sets.run(
        """
        UPDATE aibot_example e SET vector = decode(w.vector, 'hex'), matcher = %(matcher)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, text text, vector text)
        WHERE e.id = w.id AND e.text = w.text
        """,
        [{"id": e.pk, "text": e.text, "vector": e.vector.hex()} for e in examples],
        matcher=_vectors_of(),
    )


@cache
def _vectors_of() -> str:
    """The model, and the words that are rewritten before it reads them: another of either makes other vectors."""
    return f"{embedding.NAME}, words {lexicon.version()} {meanings.version()}"
