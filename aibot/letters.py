"""How alike texts are by their letters: the cosine of their pieces of three to five letters, rare pieces counting for more.

It knows what an embedding has never heard of, names of products and places, and forgives slips of the finger.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from math import log, sqrt
from typing import Any

import numpy as np

_BETWEEN = re.compile(r"[^\w\u0900-\u097f]+")


class Letters:
    """The texts that others are compared with."""

    def __init__(self, texts: Sequence[str]):
        pieces = [_pieces(text) for text in texts]
        found = Counter(piece for of_text in pieces for piece in of_text)
        self.texts, self._size = texts, len(texts)
        self._unknown = log(self._size + 1) + 1
        self._weight = {piece: log((self._size + 1) / (n + 1)) + 1 for piece, n in found.items()}
        holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, of_text in enumerate(pieces):
            for piece, weight in self._weighed(of_text).items():
                holders[piece].append((place, weight))
        self._holders = {
            piece: (np.array([place for place, _ in held]), np.array([weight for _, weight in held], np.float32))
            for piece, held in holders.items()
        }

    def likeness(self, texts: Sequence[str]) -> Any:
        """A row for each text, with a number of 0 to 1 for each of ours."""
        rows = np.zeros((len(texts), self._size), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for piece, weight in self._weighed(_pieces(text)).items():
                if piece in self._holders:
                    places, weights = self._holders[piece]
                    row[places] += weight * weights
        return rows

    def _weighed(self, pieces: Counter[str]) -> dict[str, float]:
        weights = {piece: (1 + log(n)) * self._weight.get(piece, self._unknown) for piece, n in pieces.items()}
        length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {piece: weight / length for piece, weight in weights.items()}


def _pieces(text: str) -> Counter[str]:
    padded = f" {_BETWEEN.sub(' ', text.lower()).strip()} "
    return Counter(padded[at : at + n] for n in (3, 4, 5) for at in range(len(padded) - n + 1))
