"""A trial's lines as "Try it" shows them: each bubble with how it came about, each event in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Proposal

from . import asking, budget, made_up, reasons, standing, trials
from .models import Rule, Trial, Turn
from .reasons import Reason
from .rules import Shop

_EVENTS = {
    "waits": gettext_lazy("The conversation waits for a person."),
    "waits_still": gettext_lazy(
        "The conversation waits for a person, still. What is said about that is not said twice."
    ),
    "person": gettext_lazy("A person has the conversation from here on, and the bot is silent. Start over to go on."),
    "person_answers": gettext_lazy("Nothing is said: a person has the conversation. Start over to go on."),
    "silent": gettext_lazy(
        "The bot has said enough in a row: it is silent until a person has answered. Start over to go on."
    ),
    "said_already": gettext_lazy("Nothing is said: the rule has said this a moment ago."),
    "nothing_said": gettext_lazy("Nothing is said."),
    "stopped": gettext_lazy("Offers and reminders would end for this customer."),
    "allowed": gettext_lazy("Offers and reminders would be allowed again."),
}
_ASKS = {
    asking.EMAIL: gettext_lazy("The bot waits for an e-mail address now."),
    asking.EMAIL_AGAIN: gettext_lazy("The bot waits for an e-mail address, once more."),
    asking.PROBLEM: gettext_lazy("The bot waits for what the problem is."),
}
_NO_MODEL = {
    trials.LEFT_OUT: gettext_lazy("The language model was left out here."),
    trials.PROMISED: gettext_lazy("A person was promised already: the language model is not asked any more."),
    standing.NO_KEY: gettext_lazy("There is no language model that could answer."),
    standing.NO_PRICE: gettext_lazy("The language model is off: there is a cap on its cost, and no price for it."),
    standing.NOT_GRANTED: gettext_lazy("The language model is off for this business."),
    standing.OFF: gettext_lazy("The language model is switched off."),
    standing.USED_UP: gettext_lazy("The language model's budget is used up for now."),
}
_NEAR = {
    "forbidden": gettext_lazy("not with “%(phrase)s” in it"),
    "not alone": gettext_lazy("“%(phrase)s” counts only where the message says nothing else"),
}


@dataclass(frozen=True, slots=True)
class NearRule:
    name: str
    link: str
    words: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A line: of the customer's with the rules that came near, of the bot's with its reason, of an event with its words."""

    who: str
    text: str = ""
    words: str = ""
    reason: Reason | None = None
    buttons: Sequence = ()
    products: Sequence[str] = ()
    near: Sequence[NearRule] = ()
    intent: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What the conversation has cost so far."""

    tokens: str = ""
    cost: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    lines: list[Shown] = field(default_factory=list)
    spent: Spent = Spent()
    is_thinking: bool = False
    is_late: bool = False  # nobody has answered at all
    state: str = ""


def thread_of(trial: Trial | None, shop: Shop, now: datetime) -> Thread:
    if trial is None:
        return Thread()
    thinks = trials.is_thinking(trial, now)
    return Thread(
        lines=[_shown(line, shop) for line in trial.lines],
        spent=_spent(trial.lines),
        is_thinking=thinks,
        is_late=trial.waiting_since is not None and not thinks,
        state=state_of(trial, now),
    )


def state_of(trial: Trial | None, now: datetime) -> str:
    """Changes with each line, and with whether somebody is waited for."""
    return f"{len(trial.lines)}{'+' if trials.is_thinking(trial, now) else ''}" if trial else ""


def _shown(line: Mapping, shop: Shop) -> Shown:
    if line["who"] == made_up.EVENT:
        reason = _of_turn(line["turn"]) if line.get("turn") else None
        return Shown(line["who"], words=_event(line), reason=reason)
    at = datetime.fromisoformat(line["at"])
    if line["who"] == made_up.CUSTOMER:
        near = [shown for one in line["near"] if (shown := _near(one, shop))]
        return Shown(line["who"], line["text"], products=line["products"], near=near, intent=line["intent"], at=at)
    return Shown(line["who"], line["text"], reason=_reason(line, shop), buttons=line["buttons"], at=at)


def _reason(line: Mapping, shop: Shop) -> Reason:
    if line.get("turn"):
        return _of_turn(line["turn"])
    if not line.get("rule"):
        return reasons.of_system(line["name"])
    rule = shop.rules.get(UUID(line["rule"]))
    return reasons.of_rule(str(rule or line["name"]), rule.pk if rule else None, line["phrase"])


def _of_turn(kept: Mapping) -> Reason:
    turn = made_up.turn_of(kept)
    link = reverse("admin:aibot_answer_change", args=[turn.answer]) if turn.tier == Turn.Tier.ANSWER else ""
    return reasons.of_turn(turn, link, _("Open the answer"))


def _near(one: Mapping, shop: Shop) -> NearRule | None:
    rule: Rule | None = shop.rules.get(UUID(one["rule"]))
    if rule is None:
        return None
    words = _NEAR.get(one["why"], gettext_lazy("has “%(phrase)s”, but the other rule comes first"))
    return NearRule(str(rule), reverse("admin:aibot_rule_change", args=[rule.pk]), words % {"phrase": one["phrase"]})


def _event(line: Mapping) -> str:
    what, of = line["what"], line["of"]
    if what == "email":
        return _("The contact's e-mail address would be %(email)s.") % {"email": of}
    if what == "asks":
        return str(_ASKS.get(of, ""))
    if what == "no_model":
        return str(_NO_MODEL.get(of, _NO_MODEL[standing.OFF]))
    if what == "fact":
        named = {"what": Proposal.What(line["fact"]).label, "value": of}
        return _("Would be proposed for the lead: %(what)s: %(value)s") % named
    if what == "tokens":
        numbers = {name: number_format(line[name], force_grouping=True) for name in ("before", "after", "most")}
        return _("Tokens of today: %(before)s before, %(after)s after, of %(most)s.") % numbers
    if what == "failed":
        return _("No answer was found: %(error)s. The log of the worker says more.") % {"error": of}
    return str(_EVENTS[what])


def _spent(lines: Sequence[Mapping]) -> Spent:
    turns = [line["turn"] for line in lines if line.get("turn")]
    tokens = sum(turn["tokens_in"] + turn["tokens_out"] for turn in turns)
    costs = [Decimal(turn["cost"]) for turn in turns if turn["cost"] is not None]
    if not tokens:
        return Spent()
    return Spent(number_format(tokens, force_grouping=True), budget.shown(sum(costs)) if costs else "")
