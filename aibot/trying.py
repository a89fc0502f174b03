"""What a message would get, and whether a business's test lines are understood. Nothing is sent, and nothing stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .matching import Book, Match, Near
from .models import Rule, Trap
from .rules import Shop, nobody_text, text_of


@dataclass(frozen=True, slots=True)
class Tried:
    """``rule`` None: no rule answers, the text is what is said then (once) and the conversation waits for a person.

    ``silent``: the bot is off, so that nothing of this is said.
    """

    match: Match | None
    rule: Rule | None
    text: str
    products: list
    near: list[tuple[Near, Rule]]
    silent: bool


def try_message(shop: Shop, said: str, now: datetime, contact_name: str = "Asha") -> Tried:
    """As rules.replies_for decides for a new customer's text."""
    match = shop.book.best(said)
    rule = shop.rules[match.pattern.rule_id] if match else None
    text = text_of(shop, rule, said, contact_name, now) if rule else ""
    return Tried(
        match=match,
        rule=rule,
        text=text or nobody_text(shop, said, contact_name, now),
        products=shop.shelf.named(said),
        near=[(near, shop.rules[near.pattern.rule_id]) for near in shop.book.near(said)],
        silent=not shop.settings.bot_on and not (rule and rule.intent == Rule.Intent.OPT_OUT),
    )


def failing(book: Book, traps: Iterable[Trap]) -> list[tuple[Trap, str]]:
    """The test lines that are understood otherwise than they say, each with the intent that it got ("" for none)."""
    wrong = []
    for trap in traps:
        match = book.best(trap.text)
        got = match.pattern.intent if match else ""
        if got != trap.intent:
            wrong.append((trap, got))
    return wrong
