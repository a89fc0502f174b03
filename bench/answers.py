"""script/bench answers: the curve by which Hindi messages are answered from English examples, fitted anew and held against itself.

The lines of tests/aibot/written_answers: three shops with English ways to ask, and what customers ask them in Devanagari and Romanised.
The curve is fitted on two shops and asked about the third, in turn; then on all three, which gives the weights that aibot/meaning.py ships.
Nothing is timed.
"""

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
import numpy as np

from bench.parts.figures import end_with, table
from whatsapp_automation.embedded.paths import REPO

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whatsapp_automation.settings")
django.setup()

from aibot import meaning, scripts  # noqa: E402 - they read Django's settings

LINES = REPO / "tests" / "aibot" / "written_answers"
SHOPS = {
    "dairy": REPO / "whatsapp_automation" / "demo_answers.csv",
    "clinic": LINES / "clinic_answers.csv",
    "coaching": LINES / "coaching_answers.csv",
}
SCRIPTS = ("hindi", "romanised")
THRESHOLDS = (0.8, 0.82, 0.84, 0.86, 0.88, 0.9)
SHRINK = 0.01  # of the weights, so that few lines do not make them large


@dataclass(frozen=True)
class Asked:
    """A shop's questions: the numbers of the first answer of each, whether it is the right one, and whether there is one."""

    numbers: Any
    is_right: Any
    has_answer: Any


def main() -> None:
    asked = {shop: _ask(shop) for shop in SHOPS}
    held = {}
    for shop in SHOPS:
        weights = fit([of for other, of in asked.items() if other != shop])
        held[shop] = sure(weights, asked[shop])
    rows = []
    for threshold in THRESHOLDS:
        for shop in SHOPS:
            rows.append([str(threshold), shop, *_shares(held[shop] >= threshold, asked[shop])])
        rows.append(
            [str(threshold), "all", *_shares(np.concatenate(list(held.values())) >= threshold, _together(asked))]
        )
    print(table(["threshold", "asked, fitted on the others", "first is right", "precision", "right", "oos"], rows))
    weights = fit(list(asked.values())).round(2).tolist()
    print(f"Fitted on all: {weights}\nShipped:       {list(meaning._ACROSS)}")
    of_all = _shares(np.concatenate(list(held.values())) >= meaning.SURE, _together(asked))
    names = ("top1", "precision", "answered_right", "oos_answered")
    end_with({"bench": "answers", "weights": weights, **dict(zip(names, map(float, of_all), strict=True))})


def fit(parts: list[Asked]) -> Any:
    """Logistic regression by Newton's steps: the weights of the numbers, then the constant."""
    numbers = np.concatenate([part.numbers for part in parts])
    right = np.concatenate([part.is_right for part in parts]).astype(float)
    mean, spread = numbers.mean(0), numbers.std(0) + 1e-9
    scaled = np.c_[(numbers - mean) / spread, np.ones(len(numbers))]
    weights = np.zeros(scaled.shape[1])
    shrink = SHRINK * len(numbers)
    for _ in range(60):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (right - chance) - shrink * np.r_[weights[:-1], 0]
        bend = (scaled * (chance * (1 - chance))[:, None]).T @ scaled + shrink * np.eye(len(weights))
        weights += np.linalg.solve(bend, slope)
    return np.r_[weights[:-1] / spread, weights[-1] - (weights[:-1] * mean / spread).sum()]


def sure(weights: Any, asked: Asked) -> Any:
    return 1 / (1 + np.exp(-(asked.numbers @ weights[:-1] + weights[-1])))


def _ask(shop: str) -> Asked:
    ways = [
        (row["question"], text.strip())
        for row in _rows(SHOPS[shop])
        for text in (row["question"], *row["other_ways"].splitlines())
        if text.strip()
    ]
    labels = list(dict.fromkeys(label for label, _ in ways))
    examples = [scripts.read(text) for _, text in ways]
    fitted = meaning.Examples([labels.index(label) for label, _ in ways], examples, scripts.vectors(examples))
    lines = [row for script in SCRIPTS for row in _rows(LINES / f"{shop}_{script}.csv")]
    reads = [scripts.read(row["text"]) for row in lines]
    numbers, is_right = [], []
    for line, (_, row, _) in zip(lines, fitted.rows(reads, scripts.vectors(reads)), strict=True):
        first = max(range(len(labels)), key=row.score)
        numbers.append(row.numbers(first))
        is_right.append(labels[first] == line["label"])
    return Asked(np.array(numbers), np.array(is_right), np.array([line["label"] != "none" for line in lines]))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _together(asked: dict[str, Asked]) -> Asked:
    parts = list(asked.values())
    return Asked(*(np.concatenate([getattr(part, name) for part in parts]) for name in Asked.__annotations__))


def _shares(answered: Any, asked: Asked) -> list[str]:
    right = asked.is_right & answered
    shares = (
        asked.is_right[asked.has_answer].mean(),
        right.sum() / answered.sum(),
        right[asked.has_answer].mean(),
        answered[~asked.has_answer].mean(),
    )
    return [f"{share:.3f}" for share in shares]


if __name__ == "__main__":
    main()
