"""Which of the owner's questions a message means where the embedding's wheel does not install: PostgreSQL's pg_trgm compares letters.

It finds a question that is asked in nearly the same words, in the same script, and little else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from conversations import sets

SURE = 0.76
CLOSE = 0.4  # both, to be asked about
RANKED = 5


@dataclass(frozen=True, slots=True)
class Near:
    answer_id: UUID
    example: str
    score: float  # of the nearest example, 0 to 1
    confidence: float  # the same, and by how much it is ahead of the next answer's


def nearest(business_id: UUID, texts: Sequence[str]) -> list[list[Near]]:
    """For each text the answers that are on, the nearest first, RANKED at most. One statement."""
    rows = sets.fetch(
        """
        SELECT w.place, e.answer_id, max(similarity(lower(e.text), lower(w.text))) AS score,
               (array_agg(e.text ORDER BY similarity(lower(e.text), lower(w.text)) DESC))[1] AS example
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(place int, text text)
        JOIN aibot_example e ON e.business_id = %(business)s
        JOIN aibot_answer a ON a.id = e.answer_id AND a.enabled
        GROUP BY w.place, e.answer_id ORDER BY w.place, score DESC, e.answer_id
        """,
        [{"place": place, "text": text.replace("\0", " ")} for place, text in enumerate(texts)],
        business=business_id,
    )
    found: list[list] = [[] for _ in texts]
    for row in rows:
        found[row.place].append(row)
    return [_ranked(of_text) for of_text in found]


def close(ranked: Sequence[Near]) -> int:
    """How many of the first are so near each other that the customer may be asked which."""
    near = sum(one.score >= CLOSE for one in ranked)
    return near if near in (2, 3) else 0


def _ranked(rows: list) -> list[Near]:
    scores = [row.score for row in rows] + [0.0]
    return [
        Near(row.answer_id, row.example, row.score, 2 * row.score - (scores[1] if place == 0 else scores[0]))
        for place, row in enumerate(rows[:RANKED])
    ]
