"""Which of the owner's questions a message means, and how sure that is. Numbers alone: no database, no model.

A business's examples fit a kernel ridge regression: each answer's curve is 1 at its own examples and 0 at those of the others. The
kernel is the likeness of two vectors, with a fifth of the likeness by letters. So an answer is judged by what sets its examples
apart from the others', which the nearest example alone does not do. Five numbers about the first answer give, by a logistic curve,
how sure it is; docs/decisions/0021-answers-by-meaning.md has how they were found, and what they reach.

There are two such curves, for all businesses: one for a message in the script of the example that it is nearest to, one for Hindi that is
answered from English examples or the other way round, where all likeness is smaller. The threshold is one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, NamedTuple

import numpy as np

from .letters import Letters
from .scripts import LATIN, Read

MOST_EXAMPLES = 3000  # of a business: the fit costs by their third power, 2 s at this number
SURE = 0.86
CLOSE = 0.8  # of the threshold: as sure must be that it is one of the answers that are asked about
RANKED = 5

_NARROW, _RIDGE, _LETTERS, _NEAREST = 10.0, 0.3, 0.2, 1.0
_UNRELATED = 0.82  # the likeness of two texts that have nothing to do with each other


class _Weights(NamedTuple):
    curve: float
    ahead: float  # of the next answer's curve
    nearer: float  # than the next answer's examples
    near: float
    letters: float
    own: float
    constant: float


_SAME = _Weights(7.83, 4.21, 18.06, 0.0, 1.48, -3.87, -1.94)
_ACROSS = _Weights(3.05, 3.58, 34.92, 20.01, 3.46, -1.39, -19.1)


@dataclass(frozen=True, slots=True)
class Candidate:
    answer: int
    example: int
    confidence: float
    score: float


@dataclass(frozen=True, slots=True)
class Judged:
    """``ranked``: the best few, the best first. ``sure``: the first may be said. ``close``: how many of the first are so near each other
    that the customer may be asked which; 0 where that makes no sense.
    """

    ranked: tuple[Candidate, ...]
    sure: bool
    close: int


class Examples:
    """A business's examples, fitted. ``answers`` says of each example which answer it belongs to: 0, 1, 2, ..., in ascending order."""

    def __init__(self, answers: Sequence[int], texts: Sequence[Read], vectors: Any):
        self._of = np.array(answers)
        self._starts = np.flatnonzero(np.diff(self._of, prepend=-1))
        self._is_latin = [text.script == LATIN for text in texts]
        self._letters = Letters([text.english for text in texts])
        self._vectors = vectors
        self._fit()

    def judge(self, texts: Sequence[Read], vectors: Any) -> list[Judged]:
        """What each message means; its vector is a row of ``vectors``."""
        return [self._judge(*one) for one in self.rows(texts, vectors)]

    def rows(self, texts: Sequence[Read], vectors: Any) -> Iterator[tuple[Read, "_Row", Any]]:
        """Of each message the numbers of each answer, and its likeness to each example."""
        meaning = vectors @ self._vectors.T
        letters = self._letters.likeness([text.english for text in texts])
        curves = _kernel(meaning, letters) @ self._curves
        near = _three_nearest(meaning, self._starts)
        by_letters = np.maximum.reduceat(letters, self._starts, axis=1)
        rows = zip(texts, curves.tolist(), near.tolist(), by_letters.tolist(), meaning, strict=True)
        for text, *of_text, likeness in rows:
            yield text, _Row(*of_text, self._own), likeness

    def _fit(self) -> None:
        wanted = np.zeros((len(self._of), len(self._starts)), np.float32)
        places = np.arange(len(self._of))
        wanted[places, self._of] = 1
        kernel = _kernel(self._vectors @ self._vectors.T, self._letters.likeness(self._letters.texts))
        inverse = np.linalg.inv(kernel + _RIDGE * np.eye(len(self._of), dtype=np.float32))
        self._curves = inverse @ wanted
        # What each example's own answer would get at it if the example were not there: how like each other an answer's examples are.
        without = 1 - self._curves[places, self._of] / np.diag(inverse)
        self._own = (np.add.reduceat(without, self._starts) / np.bincount(self._of)).tolist()

    def _judge(self, text: Read, row: "_Row", likeness: Any) -> Judged:
        order = sorted(range(len(self._starts)), key=row.score, reverse=True)[:RANKED]
        is_same = self._is_latin[self._example(order[0], likeness)] == (text.script == LATIN)
        weights = _SAME if is_same else _ACROSS
        ranked = tuple(
            Candidate(answer, self._example(answer, likeness), row.confidence(answer, weights), row.score(answer))
            for answer in order
        )
        if ranked[0].confidence >= SURE:
            return Judged(ranked, sure=True, close=0)
        return Judged(ranked, sure=False, close=_close(row, order, weights))

    def _example(self, answer: int, likeness: Any) -> int:
        """The answer's example that is nearest."""
        start = self._starts[answer]
        end = self._starts[answer + 1] if answer + 1 < len(self._starts) else len(self._of)
        return int(start + np.argmax(likeness[start:end]))


@dataclass(frozen=True, slots=True)
class _Row:
    """A message, and each answer: its curve there, how near its nearest examples are, the letters they share, how like each other
    its examples are.
    """

    curves: list[float]
    near: list[float]
    letters: list[float]
    own: list[float]

    def score(self, answer: int) -> float:
        return self.curves[answer] + _NEAREST * self.near[answer]

    def confidence(self, answer: int, weights: _Weights, together: Sequence[int] = ()) -> float:
        """How sure it is that the message means this answer, or one of ``together``: those are no rivals."""
        *of, constant = weights
        return _logistic(
            sum(x * weight for x, weight in zip(self.numbers(answer, together), of, strict=True)) + constant
        )

    def numbers(self, answer: int, together: Sequence[int] = ()) -> tuple[float, ...]:
        """What the weights weigh, in their order."""
        rivals = [other for other in range(len(self.curves)) if other != answer and other not in together]
        curve, near = self.curves[answer], max(self.near[answer], _UNRELATED)
        rival = max([0.0, *(self.curves[other] for other in rivals)])
        rival_near = max([_UNRELATED, *(self.near[other] for other in rivals)])
        return curve, curve - rival, near - rival_near, self.near[answer], self.letters[answer], self.own[answer]


def _close(row: _Row, order: list[int], weights: _Weights) -> int:
    """Two answers, else three, one of which is meant."""
    for many in (2, 3):
        if len(order) >= many and row.confidence(order[0], weights, order[:many]) >= CLOSE * SURE:
            return many
    return 0


def _kernel(meaning: Any, letters: Any) -> Any:
    return (1 - _LETTERS) * np.exp(_NARROW * (meaning - 1)) + _LETTERS * letters


def _three_nearest(meaning: Any, starts: Any) -> Any:
    """For each message and answer 0.7 of the nearest example's likeness and 0.3 of the three nearest ones' mean."""
    ends = np.append(starts[1:], meaning.shape[1])
    found = np.empty((len(meaning), len(starts)), np.float32)
    for answer, (start, end) in enumerate(zip(starts, ends, strict=True)):
        best = np.sort(meaning[:, start:end], axis=1)[:, :-4:-1]
        found[:, answer] = 0.7 * best[:, 0] + 0.3 * best.mean(axis=1)
    return found


def _logistic(x: float) -> float:
    return 1 / (1 + exp(-min(max(x, -50.0), 50.0)))
