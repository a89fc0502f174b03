"""The end of a turn, under the conversation's lock: what was found is said, if it is still the bot's turn and the customer has not
written again. Message, trace and what the conversation waits for are of one transaction.

What is said may still be cancelled in the outbox, since the customer writes before it leaves (claiming.verdict). The pending row stays
until then (``current``), so that nobody's question is forgotten.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django_scopes import scope

from accounts.models import Business
from cloud_api import messages
from conversations import claiming, inbound, outbound, sending, sets, streaks
from conversations.models import Conversation, Message, Status
from conversations.outbound import Outgoing
from documents import outgoing as files
from leads import proposals

from . import attaching, automated, rules
from .answering import Decision, Taken
from .models import Turn

log = structlog.get_logger(__name__)

CHECK = timedelta(seconds=1)  # until the next look at whether the answer has left
_COMPUTED = frozenset({Message.Source.ANSWER.value, Message.Source.MODEL.value})
_OF_THE_BOT = frozenset({Turn.Tier.ANSWER.value, Turn.Tier.ASK.value, Turn.Tier.MODEL.value})
Outcome = Turn.Outcome


@dataclass(slots=True)
class Ends:
    """What a look at the queue has come to, to be written together."""

    decided: list[tuple[Taken, Decision]] = field(default_factory=list)
    released: list[tuple[Taken, datetime]] = field(default_factory=list)  # to be taken again at a time
    over: list[Taken] = field(default_factory=list)


def current(one: Taken, ends: Ends, now: datetime) -> Taken | None:
    """The turn with what is still to be answered. None where nothing is: it is over, or its answer waits to be sent."""
    if not one.is_open:
        ends.over.append(one)
        return None
    if one.reply_id is not None or one.replied_seq:
        if one.reply_status == Status.QUEUED:
            ends.released.append((one, now + CHECK))
            return None
        if one.reply_status == Status.CANCELLED and one.reply_reason == claiming.WRITTEN_AGAIN:
            _note_overtaken(one)
        else:
            one = replace(one, words=tuple(words for words in one.words if words.seq > one.replied_seq))
    if not one.words:
        ends.over.append(one)
        return None
    return one


def write(ends: Ends, now: datetime, *, guarded: Callable[[Taken, Callable[[], object], datetime], None]) -> None:
    """All of it, in one transaction where that can be: each commit costs more than what is in it. A conversation that somebody holds
    just now is not waited for with others in hand, since its holder may wait for those: it is written by itself, and so is each
    where one cannot be written (``guarded`` says what becomes of that one). Raises the database's errors.
    """
    _let_go(ends)
    if not ends.decided:
        return
    try:
        with transaction.atomic(durable=True):
            sets.prefer_indexes()
            held = _hold_free([one.conversation_id for one, _ in ends.decided])
            written = [(*end, _scoped(*end, now)) for end in ends.decided if end[0].conversation_id in held]
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001 - told below, of the turn whose it is
        log.warning("turns_written_alone", turns=len(ends.decided), error=type(error).__name__)
        held, written = set(), []
    for one, decision, outcome in written:
        _tell(one, decision, outcome)
    if any(outcome for *_, outcome in written):
        sending.wake_up()
    for one, decision in ends.decided:
        if one.conversation_id not in held:
            guarded(one, lambda one=one, decision=decision: conclude(one, decision, now), now)


def _hold_free(conversations: list[UUID]) -> set[UUID]:
    """Those of the conversations that nobody holds, locked."""
    rows = sets.fetch(
        "SELECT id FROM conversations_conversation WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
        ids=conversations,
    )
    return {row.id for row in rows}


def _let_go(ends: Ends) -> None:
    """Rows that are over, and those that are to be taken again, in one transaction of their own and in the drain's order."""
    rows = [{"id": one.id, "ticket": one.ticket, "at": None} for one in ends.over]
    rows += [{"id": one.id, "ticket": one.ticket, "at": at} for one, at in ends.released]
    if not rows:
        return
    with transaction.atomic(durable=True):
        sets.prefer_indexes()
        sets.run(
            """
            SELECT p.id FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, ticket uuid)
            JOIN aibot_pendingturn p ON p.id = w.id AND p.ticket = w.ticket ORDER BY p.conversation_id FOR UPDATE OF p
            """,
            rows,
        )
        sets.run(
            """
            DELETE FROM aibot_pendingturn p USING jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, ticket uuid, at timestamptz)
            WHERE p.id = w.id AND p.ticket = w.ticket AND w.at IS NULL
            """,
            rows,
        )
        sets.run(
            """
            UPDATE aibot_pendingturn p SET ticket = NULL, look_at = w.at, attempts = 0
            FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, ticket uuid, at timestamptz)
            WHERE p.id = w.id AND p.ticket = w.ticket AND w.at IS NOT NULL
            """,
            rows,
        )


def release(one: Taken, look_at: datetime, *, failed: bool = False) -> None:
    """Give a turn back, to be taken again at a time. One that failed keeps its count of attempts."""
    sets.run(
        """
        UPDATE aibot_pendingturn SET ticket = NULL, look_at = %(at)s, attempts = CASE WHEN %(failed)s THEN attempts ELSE 0 END
        WHERE id = %(id)s AND ticket = %(ticket)s
        """,
        id=one.id,
        ticket=one.ticket,
        at=look_at,
        failed=failed,
    )


def conclude(one: Taken, decision: Decision, now: datetime) -> str:
    """Say what was found, unless the turn has moved on. Returns the outcome; "" where another worker has it."""
    with transaction.atomic(durable=True):
        outcome = _scoped(one, decision, now)
    if outcome:
        sending.wake_up()
    _tell(one, decision, outcome)
    return outcome


def _scoped(one: Taken, decision: Decision, now: datetime) -> str:
    with scope(business=Business(pk=one.business_id)):
        return _conclude(one, decision, now)


def _tell(one: Taken, decision: Decision, outcome: str) -> None:
    log.info(
        "turn",
        conversation=str(one.conversation_id),
        tier=decision.tier,
        outcome=outcome or "lost",
        reason=decision.reason,
        messages=len(one.words),
    )


def _conclude(one: Taken, decision: Decision, now: datetime) -> str:
    stands, pending = _hold(one, now)
    if stands is None:
        return ""
    _keep_what_was_learnt(one, decision, now)
    if pending is None:
        return _trace(one, decision, Outcome.OVERTAKEN, now) if decision.trace else ""
    if stands.owner != "bot" or stands.state != "open" or stands.turn != one.turn or stands.blocked_at:
        _forget(one)
        return _trace(one, decision, Outcome.TAKEN_OVER, now)
    if stands.last_inbound_seq > one.seen_seq or _has_changed(one):
        release(one, pending.due_at if pending.last_seq > one.last_seq else now + settings.TURN_QUIET)
        return _trace(one, decision, Outcome.OVERTAKEN, now) if decision.trace else Outcome.OVERTAKEN.value
    if stands.streak >= streaks.MOST:
        streaks.fall_silent({one.conversation_id: now})
    decision = attaching.if_there(in_time(decision, stands.streak, waits=stands.waiting_since is not None))
    proposals.propose(one.contact_id, decision.facts, now)
    said = _say(one, decision, now) if decision.tier != Turn.Tier.SILENT else None
    if decision.waits:
        inbound.let_wait({one.conversation_id: one.words[0].at})
    _put_away(one, decision, said, now)
    return _trace(one, decision, Outcome.QUEUED if said else Outcome.WAITS, now, reply=said)


def _hold(one: Taken, now: datetime) -> tuple[Any, Any]:
    """The conversation as it stands, then our row of it, both locked; None for what is gone."""
    stands = sets.fetch(
        """
        SELECT c.turn, c.owner, c.state, c.last_inbound_seq, c.waiting_since, b.blocked_at,
               CASE WHEN c.bot_streak_turn = c.turn AND c.bot_streak_at > %(now)s - %(forgotten)s THEN c.bot_streak ELSE 0 END AS streak
        FROM conversations_conversation c JOIN conversations_contact b ON b.id = c.contact_id
        WHERE c.id = %(id)s FOR NO KEY UPDATE OF c
        """,
        id=one.conversation_id,
        now=now,
        forgotten=streaks.FORGOTTEN_AFTER,
    )
    pending = sets.fetch(
        "SELECT last_seq, due_at FROM aibot_pendingturn WHERE id = %(id)s AND ticket = %(ticket)s FOR UPDATE",
        id=one.id,
        ticket=one.ticket,
    )
    return stands[0] if stands else None, pending[0] if pending else None


def _has_changed(one: Taken) -> bool:
    """Whether the customer has deleted or edited what is answered: it is read again."""
    left = sets.fetch(
        "SELECT id, text FROM conversations_message WHERE id = ANY(%(ids)s) AND revoked_at IS NULL",
        ids=[words.id for words in one.words],
    )
    texts = {row.id: row.text for row in left}
    return any(words.id not in texts or (texts[words.id] != words.text and not words.is_voice) for words in one.words)


def in_time(decision: Decision, streak: int, *, waits: bool) -> Decision:
    """The bot that has talked alone for too long (``streak``: its messages in a row) says so once, as with rules, and is silent then.
    What is said where nothing answers is said once: not where the conversation ``waits`` already.
    """
    if streak >= streaks.MOST:
        if streak > streaks.MOST:
            return Decision(Turn.Tier.SILENT.value, waits=True, reason="handover: long")
        return replace(
            decision,
            tier=Turn.Tier.HANDOVER.value,
            body=None,
            text="",
            source=Message.Source.SYSTEM.value,
            source_ref=None,
            source_name="handover: long",
            fallback=True,
            waits=True,
            reason="handover: long",
            file=None,
        )
    if decision.fallback and waits:
        return replace(decision, body=None, fallback=False)
    return decision


def _say(one: Taken, decision: Decision, now: datetime) -> Any:
    """Queue it; the id of the message, or None where nothing is said."""
    outgoing = spoken(one, decision, now)
    if not outgoing:
        return None
    outbound.queue_many(outgoing, now)
    if decision.file is not None:
        files.attach(decision.file, Message.objects.get(pk=outgoing[-1].id))
    return outgoing[-1].id


def spoken(one: Taken, decision: Decision, now: datetime) -> list[Outgoing]:
    """The messages that say it: none, one, or the line that it is automated before it. The last one is the answer."""
    shop = rules.shop_of(one.business_id)
    body, text, name = attaching.body_of(decision), decision.text, decision.source_name
    if decision.fallback:
        text = rules.nobody_text(shop, one.text, one.contact_name, now)[: messages.TEXT_BODY]
        body, name = messages.text(text) if text.strip() else None, name or "fallback"
    if body is None:
        return []
    outgoing = []
    if one.is_first and decision.tier in _OF_THE_BOT:
        words = automated.line(shop, decision.language or shop.language, one.contact_name, now)
        told = automated.told(body, text, words)
        if told is None:  # no room: a message of its own, before it
            outgoing.append(_outgoing(one, replace(decision, source_ref=None), messages.text(words), words, name))
        else:
            body, text = told
    outgoing.append(_outgoing(one, decision, body, text, name))
    return outgoing


def _outgoing(one: Taken, decision: Decision, body: dict, text: str, name: str) -> Outgoing:
    return Outgoing(
        business_id=one.business_id,
        conversation_id=one.conversation_id,
        number_id=one.number_id,
        body=body,
        text=text,
        source=decision.source,
        source_ref=decision.source_ref,
        source_name=name,
        turn=one.turn,
        seen_seq=one.seen_seq,
    )


def _put_away(one: Taken, decision: Decision, said, now: datetime) -> None:
    """What is computed may be cancelled yet: its row stays until it has left."""
    if said is None or decision.source not in _COMPUTED:
        _forget(one)
        return
    sets.run(
        """
        UPDATE aibot_pendingturn SET ticket = NULL, attempts = 0, reply_id = %(reply)s, look_at = %(at)s
        WHERE id = %(id)s AND ticket = %(ticket)s
        """,
        id=one.id,
        ticket=one.ticket,
        reply=said,
        at=now + CHECK,
    )


def _forget(one: Taken) -> None:
    sets.run("DELETE FROM aibot_pendingturn WHERE id = %(id)s AND ticket = %(ticket)s", id=one.id, ticket=one.ticket)


def _note_overtaken(one: Taken) -> None:
    sets.run(
        "UPDATE aibot_turn SET outcome = %(overtaken)s WHERE reply_id = %(reply)s",
        reply=one.reply_id,
        overtaken=Outcome.OVERTAKEN.value,
    )


def _keep_what_was_learnt(one: Taken, decision: Decision, now: datetime) -> None:
    """A call is counted, and what was read about the lead is proposed, whatever becomes of the answer."""
    proposals.propose(one.contact_id, decision.facts, now)
    if calls := int(decision.trace.get("calls", bool(decision.trace))):
        Conversation.objects.filter(pk=one.conversation_id).update(ai_call_count=F("ai_call_count") + calls)


def _trace(one: Taken, decision: Decision, outcome: Outcome, now: datetime, *, reply=None) -> str:
    trace_of(one, decision, outcome, now, reply=reply).save(force_insert=True)
    if one.spent:  # told once
        sets.run("UPDATE aibot_pendingturn SET spent = '[]' WHERE id = %(id)s", id=one.id)
    return outcome.value


def trace_of(one: Taken, decision: Decision, outcome: Outcome, now: datetime, *, reply=None) -> Turn:
    """How it was decided, not saved yet."""
    trace, found = decision.trace, decision.looked.found
    calls = [*([trace] if trace else []), *one.spent]
    return Turn(
        business_id=one.business_id,
        conversation_id=one.conversation_id,
        message_id=one.words[-1].id,
        reply_id=reply,
        first_seq=one.words[0].seq,
        seen_seq=one.seen_seq,
        messages=len(one.words),
        tier=decision.tier,
        outcome=outcome,
        reason=decision.reason[:80],
        answer=decision.answer,
        ranked=[_ranked(ranked) for ranked in (found.close if decision.tier == Turn.Tier.ASK else found.ranked)]
        if found
        else [],
        matcher=str(found.matcher)[:40] if found else "",
        prompt_version=str(trace.get("prompt_version", ""))[:64],
        model=str(trace.get("model", ""))[:120],
        tokens_in=sum(call.get("tokens_in") or 0 for call in calls),
        tokens_out=sum(call.get("tokens_out") or 0 for call in calls),
        cost=_cost(calls),
        latency_ms=sum(call.get("latency_ms") or 0 for call in calls),
        guard=str(trace.get("guard") or "")[:80],
        heard_by=_heard_by(one)[:120],
        at=now,
    )


def _cost(calls: list[dict]) -> Decimal | None:
    """Of all calls together; None where that of one is not known, or there was none."""
    costs = [call.get("cost") for call in calls]
    return None if not costs or None in costs else sum((Decimal(str(cost)) for cost in costs), Decimal(0))


def _heard_by(one: Taken) -> str:
    return str(one.spent[-1]["model"]) if one.spent else ""


def _ranked(ranked) -> dict:
    return {
        "id": str(ranked.answer_id),
        "question": ranked.question[:200],
        "confidence": round(float(ranked.confidence), 3),
        "score": round(float(ranked.score), 3),
        "example": ranked.example[:200],
    }
