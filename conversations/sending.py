"""Work off the outbox: claim the head of each conversation's line (claiming.py), commit ``sending``, post to the Graph API,
record what came of it (fates.py says what that is).

The Graph API knows no idempotency key, so the order matters: the row says ``sending`` (with its attempt) before any
byte leaves, and what cannot be known afterwards is ``unknown``, never sent again blindly (settling.py).

One call of ``work`` serves all numbers for a few seconds with many posts at once. Any number of workers may run it:
locked conversations and paces are skipped, not waited for.
"""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.secrets import SecretError
from cloud_api.client import Sent
from cloud_api.errors import Ambiguous, GraphError

from . import claiming, delivery, fates, sets, wake
from .claiming import Post
from .graph import CONNECTIONS, client_of
from .models import Status
from .settling import LEASE

log = structlog.get_logger(__name__)

THREADS = CONNECTIONS  # posts at once
TICK = 0.02  # seconds between two looks at the queue
LINGER = 0.3  # seconds to look on when there is nothing left: cheaper than the next wake-up
LIFE = 5.0  # seconds a call lives, so that a worker's warm shutdown ends


@dataclass(frozen=True, slots=True)
class Outcome:
    post: Post
    sent: Sent | None
    error: GraphError | SecretError | None
    at: datetime


def work(
    *,
    post: Callable[[Post], Sent] | None = None,
    clock: Callable[[], datetime] = timezone.now,
    life: float = LIFE,
    linger: float = LINGER,
) -> int:
    """Send until there is nothing to send for ``linger`` seconds, or ``life`` is over; posts on the wire are waited
    for. Returns their number.
    """
    post = post or post_to_graph
    started = quiet_since = time.monotonic()
    total = 0
    flying: set[Future] = set()
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(THREADS, thread_name_prefix="post") as pool:
        while True:
            tick = time.monotonic()
            done = {future for future in flying if future.done()}
            flying -= done
            outcomes += [future.result() for future in done]
            room = THREADS - len(flying) if tick - started < life else 0
            claims, outcomes, moved = _settle_and_claim(outcomes, room, clock(), flying=bool(flying))
            flying |= {pool.submit(_try, post, claim) for claim in claims}
            total += len(claims)
            if moved or done:
                quiet_since = tick
            if not flying and not outcomes and (tick - started >= life or tick - quiet_since >= linger):
                return total
            if flying:
                wait(flying, timeout=TICK, return_when=FIRST_COMPLETED)
            time.sleep(max(0.0, TICK - (time.monotonic() - tick)))


def has_work(now: datetime) -> bool:
    """Whether something could be sent now."""
    return bool(claiming.heads(now, 1, paced=False))


def _try(post: Callable[[Post], Sent], claim: Post) -> Outcome:
    started = time.perf_counter()
    try:
        outcome = Outcome(claim, post(claim), None, timezone.now())
    except (GraphError, SecretError) as error:
        outcome = Outcome(claim, None, error, timezone.now())
    except Exception as error:  # a fault of ours: whether it left is unknown, and its neighbours' outcomes count
        log.exception("post_broke", message=str(claim.message_id))
        outcome = Outcome(claim, None, Ambiguous(f"{type(error).__name__} while sending"), timezone.now())
    log.info(
        "sent" if outcome.sent else "not_sent",
        message=str(claim.message_id),
        attempt=claim.attempt,
        code=getattr(outcome.error, "code", None),
        fbtrace_id=getattr(outcome.error, "fbtrace_id", None),
        ms=round((time.perf_counter() - started) * 1000, 1),
    )
    return outcome


def post_to_graph(post: Post) -> Sent:
    """Post one message to the Graph API. Raises GraphError, or SecretError where the number's token cannot be
    opened.
    """
    return client_of(post.sealed_token, post.business_id).send(
        post.phone_number_id,
        post.to,
        post.body,
        reply_to=post.reply_to,
        callback_data=delivery.callback_data(post.message_id, post.attempt),
    )


# --- the claim ------------------------------------------------------------------------------------------------------------


def _settle_and_claim(
    outcomes: list[Outcome], room: int, now: datetime, *, flying: bool = False
) -> tuple[list[Post], list[Outcome], int]:
    """Record what came back and take what can go, in one transaction. The outcomes are handed back where the
    database is away: what WhatsApp has answered, or is about to (``flying``), must not be forgotten. The last is how many
    messages it has moved, those that are refused or held too: behind each of them there may be another. Raises the
    database's error where there is nothing to remember.
    """
    try:
        heads = claiming.heads(now, room) if room > 0 else []
        if not outcomes and not heads:
            return [], [], 0
        with transaction.atomic():
            sets.prefer_indexes()
            settle(outcomes, now)
            posts, moved = claiming.claim(heads, now)
            return posts, [], moved
    except (InterfaceError, OperationalError) as error:
        connection.close()
        if not (outcomes or flying) or (outcomes and now - outcomes[0].at > LEASE):
            raise
        log.warning("database_away", unsettled=len(outcomes), error=type(error).__name__)
        time.sleep(0.5)
        return [], outcomes, 0
    except (DataError, IntegrityError):
        if not outcomes:
            raise
        _settle_each(outcomes, now)
        return [], [], 0


def _settle_each(outcomes: list[Outcome], now: datetime) -> None:
    """One that cannot be stored must not cost the others theirs. Where its wamid is the trouble (another message has it), it
    is stored without; else it is forgotten, and ``unknown`` in the end.
    """
    for outcome in outcomes:
        bare = replace(outcome, sent=replace(outcome.sent, wamid="")) if outcome.sent else outcome
        for tried in (outcome, bare):
            try:
                with transaction.atomic():
                    settle([tried], now)
                break
            except (DataError, IntegrityError) as error:
                log.error("outcome_not_stored", message=str(outcome.post.message_id), error=type(error).__name__)


# --- what came of it --------------------------------------------------------------------------------------------------------


def settle(outcomes: list[Outcome], now: datetime) -> None:
    """Record the ends of posts, and what errors say beyond them. A status that came before the answer keeps its rank; an
    answer to an attempt that another one has followed is kept with that attempt.
    """
    aftermath = fates.Aftermath()
    rows = [_row(outcome, aftermath, now) for outcome in outcomes]
    settled = sets.fetch(
        """
        WITH w AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(
                id uuid, attempt int, status smallint, heard smallint, wamid text, send_after timestamptz, code int, reason text,
                body jsonb)
        ), held AS MATERIALIZED (
            SELECT m.id FROM conversations_message m JOIN w USING (id) ORDER BY m.id FOR NO KEY UPDATE OF m
        )
        UPDATE conversations_message m
        SET wamid = coalesce(m.wamid, w.wamid),
            heard = greatest(m.heard, w.heard),
            status = CASE WHEN m.status IN (%(sending)s, %(unknown)s) THEN w.status
                          WHEN m.status = %(queued)s AND m.heard = 0 AND w.status = %(accepted)s THEN w.status  -- no second chance
                          ELSE m.status END,
            error_code = CASE WHEN m.status IN (%(sending)s, %(unknown)s) THEN w.code ELSE m.error_code END,
            error_text = CASE WHEN m.status IN (%(sending)s, %(unknown)s) THEN w.reason ELSE m.error_text END,
            send_after = CASE WHEN m.status IN (%(sending)s, %(unknown)s) THEN coalesce(w.send_after, m.send_after) ELSE m.send_after END,
            payload = CASE WHEN m.status IN (%(sending)s, %(unknown)s) THEN coalesce(w.body, m.payload) ELSE m.payload END,
            kind = CASE WHEN m.status IN (%(sending)s, %(unknown)s) THEN coalesce(w.body ->> 'type', m.kind) ELSE m.kind END
        FROM held JOIN w USING (id)
        WHERE m.id = held.id AND m.attempt = w.attempt
        RETURNING m.id, m.attempt, m.number_id, m.wamid
        """,
        rows,
        sending=int(Status.SENDING),
        unknown=int(Status.UNKNOWN),
        queued=int(Status.QUEUED),
        accepted=int(Status.ACCEPTED),
    )
    found = {(row.id, row.attempt) for row in settled}
    learnt = {(row.number_id, row.wamid) for row in settled if row.wamid}
    learnt |= delivery.accepted_earlier(
        [row for row in rows if row["wamid"] and (row["id"], row["attempt"]) not in found]
    )
    delivery.take_up_parked(learnt, now)
    delivery.reconcile([row.id for row in settled if row.attempt > 1], now)
    aftermath.apply(now)


def _row(outcome: Outcome, aftermath: fates.Aftermath, now: datetime) -> dict:
    post, error = outcome.post, outcome.error
    fate = fates.at_once(error, post.attempt, now, source=post.source, body=post.body)
    if isinstance(error, GraphError):
        aftermath.note(
            error,
            error.code,
            str(error),
            number_id=post.number_id,
            conversation_id=post.conversation_id,
            seq=post.seq,
            at=now,
            retry_after=error.retry_after,
            body=post.body,
        )
    known = {Status.ACCEPTED: Status.ACCEPTED, Status.UNKNOWN: 0}.get(fate.status, Status.FAILED)
    return {
        "id": post.message_id,
        "number_id": post.number_id,
        "attempt": post.attempt,
        "status": int(fate.status),
        "heard": int(known),
        "wamid": (outcome.sent.wamid[:200] or None) if outcome.sent else None,
        "send_after": fate.after,
        "code": getattr(error, "code", None),
        "reason": fate.reason[:500],
        "body": fate.body,
    }


def wake_up() -> bool:
    """Tell the sender that there is something. Call it after the commit."""
    return wake.wake("send")
