"""What a reply of the model may rest on: the owner's words, and for some things the customer's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from conversations.wording import words

from . import amounts, claims, saying

LEAK = 7  # so many words in a row of the instructions are no accident


@dataclass(frozen=True)
class Grounds:
    """What the reply may rest on. ``said``: the customer's own words; ``answers``: the owner's matched answers; ``facts``: what the
    business says of itself, its name and texts; ``told``: the instructions that the model was given.
    """

    said: Sequence[str] = ()
    answers: Sequence[str] = ()
    facts: Sequence[str] = ()
    told: str = ""

    @cached_property
    def owners(self) -> set[tuple[str, ...]]:
        """Each three tokens in a row of what the owner has written."""
        return {run for text in (*self.answers, *self.facts) for run in saying.runs(saying.tokens(text), 3)}

    @cached_property
    def owners_amounts(self) -> set[amounts.Amount]:
        return {amount for text in (*self.answers, *self.facts) for amount in amounts.of(saying.tokens(text))}

    @cached_property
    def owners_words(self) -> set[str]:
        return {token for text in (*self.answers, *self.facts) for token in saying.tokens(text)}

    @cached_property
    def names(self) -> set[str]:
        return {token for text in self.facts for token in saying.tokens(text)}

    @cached_property
    def references(self) -> set[str]:
        """Of the customer's orders: "RB2217"."""
        return {found for text in self.said for found in saying.REFERENCE.findall(saying.folded(text))}

    @cached_property
    def times(self) -> dict[amounts.Amount | str, set[frozenset[str]]]:
        """Each amount of time and part of the day of the owner's -> what the sentences and clauses that hold it are about."""
        found: dict[amounts.Amount | str, set[frozenset[str]]] = {}
        for text in (*self.answers, *self.facts):
            written = saying.tokens(text)
            for at in range(len(written)):
                if (amount := amounts.at(written, at)) and amount[1] in amounts.TIMES:
                    found.setdefault(amount, set()).update(
                        {saying.about(saying.sentence(written, at)), saying.about(written)}
                    )
                if written[at] in claims.PARTS_OF_DAY:
                    found.setdefault(claims.PART_OF_DAY[written[at]], set()).add(saying.about_nearest(written, at))
        return found

    @cached_property
    def customers_amounts(self) -> set[amounts.Amount]:
        return {amount for text in self.said for amount in amounts.of(saying.tokens(text))}

    @cached_property
    def customers_numbers(self) -> set[str]:
        """Of orders, houses and the like: "order 4521", "my flat is 302"."""
        return {number for text in self.said for number in _named(saying.tokens(text))}

    @cached_property
    def owners_text(self) -> str:
        return " ".join(saying.folded(text) for text in (*self.answers, *self.facts))

    @cached_property
    def told_runs(self) -> set[tuple[str, ...]]:
        return {run for run in saying.runs(words(self.told), LEAK) if len(run) == LEAK}


def _named(said: Sequence[str]) -> Iterable[str]:
    return (token for at, token in enumerate(said) if token[0].isdigit() and saying.follows_a_name(said, at))
