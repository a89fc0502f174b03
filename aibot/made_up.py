"""A conversation with the bot that somebody makes up to try it: its lines as what rules and tiers are asked of, and their answers as
lines. Decided by the same functions as a real one (rules.decide, answering, concluding); nothing is written here.

A line is a dict, as Trial.lines keeps it:

    {"who": "customer", "text", "tap", "at", "intent", "near": [{"rule", "phrase", "why"}], "products": [name]}
    {"who": "bot", "text", "buttons": [[id, title]], "source", "name", "at"}; of a rule with "rule" and "phrase", of a tier with "turn"
    {"who": "event", "what", "of"}; with "turn" where a tier said nothing

and the state beside them what a conversation's row knows: ask, ask_at, waits, person, silent, stopped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from accounts.ids import uuid7
from cloud_api.event_types import InboundMessage
from conversations import lately, streaks
from conversations.inbound import Recorded
from conversations.models import ConsentEvent, Conversation, Message
from conversations.outbound import Outgoing

from . import answering, concluding, memory, rules, tiers
from .answering import Decision, Taken, Words
from .models import Trial, Turn
from .rules import Replies, Shop

NAME = "Asha"  # the customer's
CUSTOMER, BOT, EVENT = "customer", "bot", "event"
MOST_LINES = 200  # then one starts over
_OF_A_TURN = (
    "tier", "outcome", "reason", "answer", "ranked", "matcher", "prompt_version", "model", "tokens_in", "tokens_out", "cost",
    "latency_ms", "guard",
)  # fmt: skip
_COMPUTED = frozenset({Turn.Tier.ANSWER.value, Turn.Tier.ASK.value, Turn.Tier.MODEL.value})


@dataclass(slots=True)
class News:
    """What a message has brought about: lines, changes of the state, and whether a tier above the rules is to answer it."""

    lines: list[dict] = field(default_factory=list)
    state: dict = field(default_factory=dict)
    is_due: bool = False

    def happened(self, what: str, of: str = "", **more) -> None:
        self.lines.append({"who": EVENT, "what": what, "of": of, **more})


def taps_of(lines: Sequence[dict]) -> dict[str, str]:
    """The buttons that may be tapped, of all messages of the bot: id -> title."""
    return {id_: title for line in lines if line["who"] == BOT for id_, title in line["buttons"]}


# --- the rules -----------------------------------------------------------------------------------------------------------------


def said(shop: Shop, text: str, tap: str, now: datetime) -> dict:
    """The customer's line, with what of the rules comes near it."""
    match = rules.match_message(shop, text, tap)
    return {
        "who": CUSTOMER,
        "text": text,
        "tap": tap,
        "at": now.isoformat(),
        "intent": match.pattern.intent if match else "",
        "near": [{"rule": str(n.pattern.rule_id), "phrase": n.phrase, "why": n.why} for n in shop.book.near(text)],
        "products": [str(product) for product in shop.shelf.named(text)],
    }


def by_rules(trial: Trial, shop: Shop, now: datetime, above: tiers.Above) -> News:
    """What the rules say to the newest line, as if the bot were on: its owner tries it before they switch it on."""
    if trial.state.get("person"):
        news = News()
        news.happened("person_answers")
        return news
    recorded = _recorded(trial, now)
    as_if_on = replace(shop, settings=_switched_on(shop.settings))
    met = {recorded.message_id: streaks.Streak(_streak(trial, now), repeated=False)}
    stands = {trial.pk: lately.Lately(_ask(trial, now), _told(trial, now))}
    replies = rules.decide([recorded], {trial.business_id: as_if_on}, met, stands, now, lambda _: above)
    return _news_of(trial, replies, now)


def _switched_on(of):
    on = type(of)(**{f.attname: getattr(of, f.attname) for f in of._meta.concrete_fields})
    on.bot_on = True
    return on


def _recorded(trial: Trial, now: datetime) -> Recorded:
    line = trial.lines[-1]
    event = InboundMessage(
        wamid=str(trial.pk), kind="interactive" if line["tap"] else "text", text=line["text"], tap_id=line["tap"]
    )
    return Recorded(
        message_id=uuid7(),
        seq=len(trial.lines),
        business_id=trial.business_id,
        number_id=trial.pk,
        conversation_id=trial.pk,
        contact_id=trial.pk,
        contact_name=NAME,
        opted_out=bool(trial.state.get("stopped")),
        owner=Conversation.Owner.BOT.value,
        turn=0,
        waiting=bool(trial.state.get("waits")),
        event=event,
        sent_at=now,
        received_at=now,
    )


def _streak(trial: Trial, now: datetime) -> int:
    """See streaks.py; the same words again and again are no trial's."""
    if trial.state.get("silent"):
        return streaks.MOST + 1
    ours = [line for line in trial.lines if line["who"] == BOT]
    if not ours or _at(ours[-1]) <= now - streaks.FORGOTTEN_AFTER:
        return 0
    return len(ours)


def _ask(trial: Trial, now: datetime) -> str:
    asked = trial.state.get("ask", "")
    return asked if asked and _time(trial.state["ask_at"]) > now - lately.ASK_FORGOTTEN_AFTER else ""


def _told(trial: Trial, now: datetime) -> dict[tuple[UUID, str], datetime]:
    """What rules have said within lately.SAID_WITHIN."""
    return {
        (UUID(line["rule"]), lately.digest(line["text"])): _at(line)
        for line in trial.lines
        if line.get("rule") and _at(line) > now - lately.SAID_WITHIN
    }


def _news_of(trial: Trial, replies: Replies, now: datetime) -> News:
    news = News(is_due=bool(replies.due))
    phrases = {hit.rule_id: hit.phrase for hit in replies.hits}
    for message in replies.outgoing:
        of_rule = {"rule": str(message.source_ref), "phrase": phrases.get(message.source_ref, "")}
        is_rule = message.source == Message.Source.RULE.value
        news.lines.append(_bot(message, now, **(of_rule if is_rule else {})))
    if replies.hits and not replies.outgoing:
        news.happened("said_already")
    for word in replies.words:
        stopped = word.kind == ConsentEvent.Kind.STOP.value
        news.state["stopped"] = stopped
        news.happened("stopped" if stopped else "allowed")
    for email in replies.emails.values():
        news.happened("email", email)
    for ask in replies.asks.values():
        news.state |= {"ask": ask, "ask_at": now.isoformat()}
        if ask:
            news.happened("asks", ask.partition(":")[0])
    if replies.silent:
        news.state["silent"] = True
        news.happened("silent")
    if replies.handed:
        news.state["person"] = True
        news.happened("person")
    elif replies.waiting:
        _wait(trial, news)
    return news


def _wait(trial: Trial, news: News) -> None:
    news.happened("waits_still" if trial.state.get("waits") else "waits")
    news.state["waits"] = True


# --- the tiers above -----------------------------------------------------------------------------------------------------------


def taken(trial: Trial, really: datetime) -> Taken:
    """The newest line as a turn in hand."""
    now, line, many = trial.said_at, trial.lines[-1], len(trial.lines)
    turns = [(_at(one), one["turn"]) for one in trial.lines if one["who"] == BOT and one.get("turn")]
    lately_said = [turn for at, turn in turns if at > now - answering.SAID_WITHIN]
    return Taken(
        id=trial.pk,
        ticket=trial.ticket or uuid7(),
        business_id=trial.business_id,
        conversation_id=trial.pk,
        number_id=trial.pk,
        contact_id=None,
        contact_name=NAME,
        turn=0,
        attempts=1,
        last_seq=many,
        seen_seq=many,
        quiet_at=now,
        is_open=True,
        waits=bool(trial.state.get("waits")),
        is_first=not any(turn["tier"] in _COMPUTED for _, turn in turns),
        reply_id=None,
        reply_status=None,
        reply_reason="",
        replied_seq=0,
        words=(Words(id=uuid7(), seq=many, is_spoken=True, text=line["text"], tap_id=line["tap"], at=now),),
        said=frozenset(UUID(t["answer"]) for t in lately_said if t["tier"] == Turn.Tier.ANSWER and t["answer"]),
        asked=frozenset(UUID(one["id"]) for t in lately_said if t["tier"] == Turn.Tier.ASK for one in t["ranked"]),
        made_up=tiers.MadeUp(NAME, _remembered(trial), _asked_about(trial.lines), really),
    )


def _remembered(trial: Trial) -> tuple[memory.Line, ...]:
    spoken = [(place, line) for place, line in enumerate(trial.lines, 1) if line["who"] != EVENT]
    whose = {CUSTOMER: memory.CUSTOMER, BOT: memory.BUSINESS}
    return tuple(
        memory.line_of(place, whose[line["who"]], line["text"], _at(line)) for place, line in spoken[-memory.MOST :]
    )


def _asked_about(lines: Sequence[dict]) -> tuple[str, ...]:
    """What the customer had written before the last "Did you mean ...?"."""
    for place in range(len(lines) - 1, -1, -1):
        if (lines[place].get("turn") or {}).get("tier") == Turn.Tier.ASK:
            return next(((one["text"],) for one in reversed(lines[:place]) if one["who"] == CUSTOMER), ())
    return ()


def by_tiers(trial: Trial, one: Taken, decision: Decision) -> News:
    """What is said of a decision, with how it came about."""
    news, now = News(), trial.said_at
    streak = _streak(trial, now)
    decision = concluding.in_time(decision, streak, waits=one.waits)
    outgoing = concluding.spoken(one, decision, now) if decision.tier != Turn.Tier.SILENT else []
    outcome = Turn.Outcome.QUEUED if outgoing else Turn.Outcome.WAITS
    turn = turn_kept(concluding.trace_of(one, decision, outcome, now))
    for place, message in enumerate(outgoing, 1):
        news.lines.append(_bot(message, now, **({"turn": turn} if place == len(outgoing) else {})))
    if not outgoing:
        news.happened("nothing_said", turn=turn)
    for fact in decision.facts:
        news.happened("fact", fact.value, fact=fact.what)
    if streak >= streaks.MOST:
        news.state["silent"] = True
        news.happened("silent")
    if decision.waits:
        _wait(trial, news)
    return news


def turn_kept(turn: Turn) -> dict:
    kept = {name: getattr(turn, name) for name in _OF_A_TURN}
    return kept | {
        "answer": str(turn.answer) if turn.answer else None,
        "cost": None if turn.cost is None else str(turn.cost),
        "tier": str(turn.tier),
        "outcome": str(turn.outcome),
    }


def turn_of(kept: Mapping) -> Turn:
    """The trace again, as the model's rows have it; it is in no row."""
    cost = kept["cost"]
    answer = kept["answer"]
    return Turn(**{**kept, "cost": cost and Decimal(cost), "answer": UUID(answer) if answer else None})


def _bot(message: Outgoing, now: datetime, **more) -> dict:
    told = {
        "text": message.text,
        "buttons": _buttons(message.body),
        "source": message.source,
        "name": message.source_name,
    }
    return {"who": BOT, **told, "at": now.isoformat(), **more}


def _buttons(body: dict) -> list[list[str]]:
    action = body.get("interactive", {}).get("action", {})
    replies = [button["reply"] for button in action.get("buttons", ())]
    rows = [row for section in action.get("sections", ()) for row in section["rows"]]
    return [[one["id"], one["title"]] for one in [*replies, *rows]]


def _at(line: Mapping) -> datetime:
    return _time(line["at"])


def _time(written: str) -> datetime:
    return datetime.fromisoformat(written)
