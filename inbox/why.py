"""Why the bot said what it said: which tier answered, by what, and what it cost. Behind "Why?" at each of its messages."""

from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from aibot import traces
from aibot.models import RuleMatch, Turn
from conversations.models import Conversation, Message

from . import gate

SOURCES = frozenset({"rule", "answer", "model", "system"})
_SYSTEM = {
    "fallback": gettext_lazy("No rule answered, and a person gets it."),
    "handover: asked": gettext_lazy("The customer asked for a person."),
    "handover: long": gettext_lazy("The bot had answered many times in a row: a person gets it."),
    "handover: repeated": gettext_lazy("The same words came again and again: a person gets it."),
    "handover: problem": gettext_lazy("The customer told a problem: a person gets it."),
    "voice: stop": gettext_lazy(
        "In the voice note a machine heard STOP: the customer is asked to write it, and a person gets it."
    ),
    "voice: start": gettext_lazy(
        "In the voice note a machine heard START: the customer is asked to write it, and a person gets it."
    ),
    "handover: model": gettext_lazy("The language model had no answer that may be said: a person gets it."),
}
_TIERS = {
    Turn.Tier.ANSWER: gettext_lazy("An answer of yours is meant by the message."),
    Turn.Tier.ASK: gettext_lazy("Several answers of yours are close: the customer is asked which one is meant."),
    Turn.Tier.MODEL: gettext_lazy(
        "No rule and no answer of yours is meant by the message: the language model wrote it."
    ),
    Turn.Tier.FALLBACK: gettext_lazy("Nothing answered, and a person gets it."),
    Turn.Tier.SILENT: gettext_lazy("Nothing was said."),
    Turn.Tier.HANDOVER: gettext_lazy("The language model had no answer that may be said: a person gets it."),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """``facts`` are pairs of a name and a value; ``near`` the nearest answers, each with its likeness."""

    words: str
    facts: list[tuple[str, str]]
    near: list[tuple[str, str]]
    link: str = ""  # in the admin, for the owner
    link_words: str = ""


@gate.at_least(gate.VIEWER)
@require_GET
def why(request, conversation_id, message_id):
    conversation = gate.readable(request, conversation_id)
    message = _message(conversation, message_id)
    context = {
        "conversation": conversation,
        "message": message,
        "reason": reason_of(message),
        "is_owner": request.role == gate.OWNER,
    }
    part = "inbox/_why.html" if request.htmx else "inbox/why.html"
    return render(request, part, context)


def _message(conversation: Conversation, message_id) -> Message:
    """A message that the bot has written there. Raises Http404."""
    rows = Message.objects.filter(conversation=conversation, direction=Message.Direction.OUT, source__in=SOURCES)
    found = rows.filter(pk=message_id).first()
    if found is None:
        raise Http404
    return found


def reason_of(message: Message) -> Reason:
    if message.source == Message.Source.RULE:
        return _of_rule(message, traces.match_of(message))
    turn = traces.of_reply(message)
    if turn is not None:
        return _of_turn(turn)
    if message.source == Message.Source.SYSTEM:
        return Reason(str(_SYSTEM.get(message.source_name, _("The bot wrote it by itself."))), [], [])
    days = {"days": Turn.KEPT_DAYS}
    return Reason(_("It is not known any more: how an answer was found is kept for %(days)s days.") % days, [], [])


def _of_rule(message: Message, match: RuleMatch | None) -> Reason:
    facts = [(_("Rule"), message.source_name)]
    if match is not None:
        facts.append((_("Understood by"), match.phrase or _("a tap on a button")))
    link = reverse("admin:aibot_rule_change", args=[message.source_ref]) if match is not None else ""
    return Reason(_("A rule answered."), facts, [], link, _("Open the rule"))


def _of_turn(turn: Turn) -> Reason:
    near = [(one["question"], _percent(one["confidence"])) for one in turn.ranked]
    facts = [
        (_("Answer"), near[0][0] if turn.tier == Turn.Tier.ANSWER and near else ""),
        (_("Likeness"), near[0][1] if turn.tier == Turn.Tier.ANSWER and near else ""),
        (_("Matcher"), turn.matcher),
        (_("Model"), turn.model),
        (_("Prompt"), turn.prompt_version[:12]),
        (_("Tokens"), _tokens(turn)),
        (_("Cost"), _cost(turn.cost)),
        (
            _("Took"),
            _("%(ms)s ms") % {"ms": number_format(turn.latency_ms, force_grouping=True)} if turn.latency_ms else "",
        ),
        (_("Voice note written down by"), turn.heard_by),
        (_("Stopped by"), turn.guard),
        (_("Reason"), turn.reason),
    ]
    link = reverse("admin:aibot_turn_change", args=[turn.pk])
    shown = near[1:] if turn.tier == Turn.Tier.ANSWER else near
    words = _SYSTEM.get(turn.reason, _TIERS[Turn.Tier(turn.tier)])
    return Reason(str(words), [fact for fact in facts if fact[1]], shown, link, _("Open the trace"))


def _percent(share: float) -> str:
    return f"{round(share * 100)} %"


def _tokens(turn: Turn) -> str:
    if not turn.tokens_in and not turn.tokens_out:
        return ""
    return _("%(read)s read, %(written)s written") % {
        "read": number_format(turn.tokens_in, force_grouping=True),
        "written": number_format(turn.tokens_out, force_grouping=True),
    }


def _cost(cost: Decimal | None) -> str:
    return "" if cost is None else number_format(cost.normalize(), use_l10n=True)
