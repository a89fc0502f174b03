"""Why the bot says what it says, in words: which tier answered, by what, and what it cost. For "Why?" and "Try it"."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.models import Message
from documents import queries as files

from . import attaching, budget, traces
from .models import Turn


@dataclass(frozen=True, slots=True)
class Reason:
    """``facts`` are pairs of a name and a value; ``near`` the nearest answers, each with its likeness."""

    words: str
    facts: list[tuple[str, str]]
    near: list[tuple[str, str]]
    link: str = ""  # in the admin, for the owner
    link_words: str = ""


def of_message(message: Message) -> Reason:
    """Of one that the bot has written."""
    if message.source == Message.Source.RULE:
        match = traces.match_of(message)
        known = match is not None
        return of_rule(message.source_name, message.source_ref if known else None, match.phrase if known else None)
    turn = traces.of_reply(message)
    if turn is not None:
        return of_turn(turn, reverse("admin:aibot_turn_change", args=[turn.pk]), bare=_why_bare(message))
    if message.source == Message.Source.SYSTEM:
        return of_system(message.source_name)
    days = {"days": Turn.KEPT_DAYS}
    return Reason(_("It is not known any more: how an answer was found is kept for %(days)s days.") % days, [], [])


def of_system(name: str) -> Reason:
    """``name``: Message.source_name of a text that is no rule's."""
    return Reason(str(traces.BY_ITSELF.get(name, _("The bot wrote it by itself."))), [], [])


def of_rule(name: str, rule_id: UUID | None, phrase: str | None) -> Reason:
    """``phrase``: "" for a tap; None, as the rule's id, where it is not known any more."""
    facts = [(_("Rule"), name)]
    if phrase is not None:
        facts.append((_("Understood by"), phrase or _("a tap on a button")))
    link = reverse("admin:aibot_rule_change", args=[rule_id]) if rule_id else ""
    return Reason(_("A rule answered."), facts, [], link, _("Open the rule"))


def of_turn(turn: Turn, link: str = "", link_words: str = "", bare: str = "") -> Reason:
    """``link``: to its trace, where that is stored, or to what ``link_words`` say. ``bare``: why it came without its file."""
    near = [(one["question"], _percent(one["confidence"])) for one in turn.ranked]
    facts = [
        (_("Answer"), near[0][0] if turn.tier == Turn.Tier.ANSWER and near else ""),
        (_("Likeness"), near[0][1] if turn.tier == Turn.Tier.ANSWER and near else ""),
        (_("Matcher"), turn.matcher),
        (_("Model"), turn.model),
        (_("Prompt"), turn.prompt_version[:12]),
        (_("Tokens"), traces.tokens_in_words(turn)),
        (_("Cost"), budget.shown(turn.cost)),
        (_("Took"), traces.time_in_words(turn)),
        (_("Voice note written down by"), turn.heard_by),
        (_("Stopped by"), turn.guard),
        (_("Reason"), bare or attaching.in_words(turn.reason) or turn.reason),
    ]
    shown = near[1:] if turn.tier == Turn.Tier.ANSWER else near
    return Reason(
        traces.in_words(turn), [fact for fact in facts if fact[1]], shown, link, link_words or _("Open the trace")
    )


def _why_bare(message: Message) -> str:
    """Why a message came without its file; "" where it has one, or never had."""
    document = files.of_messages([message.pk]).get(message.pk)
    return _("WhatsApp did not take the file: the words went without it.") if document and document.left_out else ""


def _percent(share: float) -> str:
    return f"{round(share * 100)} %"
