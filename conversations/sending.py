"""Work off the outbox: claim the head of each conversation's line, commit ``sending``, post to the Graph API, record
what came of it.

The Graph API knows no idempotency key, so the order matters: the row says ``sending`` (with its attempt) before any
byte leaves, and what cannot be known afterwards is ``unknown``, never sent again blindly. Every check that may
forbid a message is made under the conversation's lock in the claim (``verdict``).

One call of ``work`` serves all numbers for a few seconds with many posts at once. Any number of workers may run it:
locked conversations and paces are skipped, not waited for.
"""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.secrets import SecretError, open_sealed
from cloud_api.client import Client, Sent, shared_session
from cloud_api.errors import Ambiguous, GraphError
from cloud_api.events import Person

from . import consent, delivery, sets, wake, window
from .models import Message, Status

log = structlog.get_logger(__name__)

THREADS = 32  # posts at once
TICK = 0.02  # seconds between two looks at the queue
LINGER = 0.3  # seconds to look on when there is nothing left: cheaper than the next wake-up
LIFE = 5.0  # seconds a call lives, so that a worker's warm shutdown ends
LEASE = timedelta(seconds=90)  # a row that says ``sending`` for longer lost its worker
MOST_ATTEMPTS = 8
BURST_SECONDS = 0.25  # how much of a second's pace may leave at once


@dataclass(frozen=True, slots=True)
class Post:
    """A claimed message, with all that the thread which posts it needs: it never touches the database."""

    message_id: UUID
    attempt: int
    phone_number_id: str
    sealed_token: str
    business_id: UUID
    to: Person
    body: dict
    reply_to: str


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
            claims, outcomes = _settle_and_claim(outcomes, room, clock(), flying=bool(flying))
            flying |= {pool.submit(_try, post, claim) for claim in claims}
            total += len(claims)
            if claims or done:
                quiet_since = tick
            if not flying and not outcomes and (tick - started >= life or tick - quiet_since >= linger):
                return total
            if flying:
                wait(flying, timeout=TICK, return_when=FIRST_COMPLETED)
            time.sleep(max(0.0, TICK - (time.monotonic() - tick)))


def has_work(now: datetime) -> bool:
    """Whether something could be sent now."""
    return bool(_heads(now, 1))


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
    return _client(post.sealed_token, post.business_id).send(
        post.phone_number_id,
        post.to,
        post.body,
        reply_to=post.reply_to,
        callback_data=delivery.callback_data(post.message_id, post.attempt),
    )


@lru_cache(maxsize=256)
def _client(sealed_token: str, business_id: UUID) -> Client:
    return Client(
        settings.GRAPH_API_URL, settings.GRAPH_API_VERSION, open_sealed(sealed_token, business_id), session=_session()
    )


@lru_cache(maxsize=1)
def _session():
    return shared_session(pool_size=THREADS)


# --- the claim ------------------------------------------------------------------------------------------------------------


def _settle_and_claim(
    outcomes: list[Outcome], room: int, now: datetime, *, flying: bool = False
) -> tuple[list[Post], list[Outcome]]:
    """Record what came back and take what can go, in one transaction. The outcomes are handed back where the
    database is away: what WhatsApp has answered, or is about to (``flying``), must not be forgotten. Raises the
    database's error where there is nothing to remember.
    """
    try:
        heads = _heads(now, room) if room > 0 else []
        if not outcomes and not heads:
            return [], []
        with transaction.atomic():
            sets.prefer_indexes()
            settle(outcomes, now)
            return claim(heads, now), []
    except (InterfaceError, OperationalError) as error:
        connection.close()
        if not (outcomes or flying) or (outcomes and now - outcomes[0].at > LEASE):
            raise
        log.warning("database_away", unsettled=len(outcomes), error=type(error).__name__)
        time.sleep(0.5)
        return [], outcomes


def _heads(now: datetime, most: int) -> list[UUID]:
    """The conversations whose line may move: nothing of theirs is on the wire, and the first that waits is due."""
    return [
        row.conversation_id
        for row in sets.fetch(
            """
            SELECT conversation_id FROM (
                SELECT DISTINCT ON (m.conversation_id) m.conversation_id, m.number_id, m.send_after, m.seq
                FROM conversations_message m WHERE m.status = 0
                ORDER BY m.conversation_id, m.seq
            ) head
            JOIN accounts_whatsappnumber n ON n.id = head.number_id AND n.stopped_at IS NULL
            WHERE send_after <= %(now)s
              AND NOT EXISTS (
                SELECT 1 FROM conversations_message f WHERE f.conversation_id = head.conversation_id AND f.status = 10)
            ORDER BY seq LIMIT %(most)s
            """,
            now=now,
            most=most,
        )
    ]


def claim(conversations: list[UUID], now: datetime) -> list[Post]:
    """Take the head of each line that is free: mark it ``sending``, or refuse it. In the caller's transaction, which
    must be committed before anything is posted.
    """
    rows = _lock_heads(conversations)
    if not rows:
        return []
    allowance = _allowance({row.number_id: row.per_second for row in rows}, now)
    posts, fates = [], []
    for row in rows:
        fate = verdict(row, now)
        if fate is None:
            if allowance[row.number_id] < 1:
                continue
            allowance[row.number_id] -= 1
            posts.append(
                Post(
                    message_id=row.id,
                    attempt=row.attempt + 1,
                    phone_number_id=row.phone_number_id,
                    sealed_token=row.access_token,
                    business_id=row.business_id,
                    to=Person(phone=row.phone, bsuid=row.bsuid, parent_bsuid="", name="", username=""),
                    body=row.payload,
                    reply_to=row.reply_to,
                )
            )
            fate = (Status.SENDING, None, "")
        fates.append({"id": row.id, "status": int(fate[0]), "code": fate[1], "reason": fate[2]})
    sets.run(
        """
        UPDATE conversations_message m
        SET status = w.status, error_code = w.code, error_text = w.reason,
            attempt = m.attempt + CASE WHEN w.status = 10 THEN 1 ELSE 0 END,
            sending_since = CASE WHEN w.status = 10 THEN %(now)s ELSE m.sending_since END
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, status smallint, code int, reason text)
        WHERE m.id = w.id AND m.status = 0
        """,
        fates,
        now=now,
    )
    _spend(allowance, now)
    return posts


def verdict(row, now: datetime) -> tuple[Status, int | None, str] | None:
    """None where the message may leave; else its end, with Meta's code where there is one, and why.

    ``row`` has what _lock_heads reads. It is the one place that decides, and it is asked under the conversation's lock.
    """
    if row.turn is not None and (row.owner != "bot" or row.turn != row.conversation_turn):
        return Status.CANCELLED, None, "A person has taken over."
    if (
        row.source in (Message.Source.ANSWER, Message.Source.MODEL)
        and row.seen_seq is not None
        and row.seen_seq < row.last_inbound_seq
    ):
        return Status.CANCELLED, None, "The customer has written again."
    if row.purpose in consent.NEEDS_CONSENT and row.opted_out_at is not None:
        return Status.CANCELLED, 131050, "The customer has stopped such messages."
    if row.kind != "template" and not window.is_open(row.last_inbound_at, now):
        return Status.FAILED, 131047, "The 24-hour window is closed. Send a template."
    if not row.phone and not row.bsuid:
        return Status.FAILED, 131026, "The contact has neither a phone number nor a WhatsApp user id."
    if not row.active:
        return Status.FAILED, None, "The WhatsApp number is switched off."
    return None


def _lock_heads(conversations: list[UUID]) -> list:
    """The first waiting message of each conversation that nobody else holds, with all that the verdict asks."""
    held = sets.fetch(
        """
        SELECT c.id FROM conversations_conversation c WHERE c.id = ANY(%(ids)s) ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED
        """,
        ids=conversations,
    )
    if not held:
        return []
    return sets.fetch(  # a second statement: its snapshot is taken after the locks, so what the last holder did is seen
        """
        SELECT DISTINCT ON (m.conversation_id)
               m.id, m.attempt, m.payload, m.reply_to, m.kind, m.source, m.purpose, m.turn, m.seen_seq, m.business_id, m.number_id, m.seq,
               c.owner, c.turn AS conversation_turn, c.last_inbound_seq, c.last_inbound_at, p.opted_out_at,
               n.phone_number_id, n.access_token, n.per_second, n.active, coalesce(i.phone, '') AS phone, coalesce(i.bsuid, '') AS bsuid
        FROM conversations_message m
        JOIN conversations_conversation c ON c.id = m.conversation_id
        JOIN conversations_contact p ON p.id = c.contact_id
        JOIN accounts_whatsappnumber n ON n.id = m.number_id
        LEFT JOIN LATERAL (
            SELECT max(value) FILTER (WHERE kind = 'phone') AS phone, max(value) FILTER (WHERE kind = 'bsuid') AS bsuid
            FROM conversations_identity WHERE contact_id = c.contact_id
        ) i ON true
        WHERE m.conversation_id = ANY(%(ids)s) AND m.status = 0 AND n.stopped_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM conversations_message f WHERE f.conversation_id = m.conversation_id AND f.status = 10)
        ORDER BY m.conversation_id, m.seq
        """,
        ids=[row.id for row in held],
    )


# --- a number's pace --------------------------------------------------------------------------------------------------------


def _allowance(per_second: dict[UUID, int], now: datetime) -> dict[UUID, float]:
    """How many messages each number may send now. A number whose pace another worker holds: none this time."""
    sets.run(
        """
        INSERT INTO conversations_pace (number_id, tokens, filled_at)
        SELECT number_id, 1, %(now)s FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid)
        ON CONFLICT (number_id) DO NOTHING
        """,
        [{"number_id": number} for number in per_second],
        now=now,
    )
    rows = sets.fetch(
        """
        SELECT number_id, tokens, filled_at FROM conversations_pace WHERE number_id = ANY(%(ids)s)
        ORDER BY number_id FOR UPDATE SKIP LOCKED
        """,
        ids=list(per_second),
    )
    allowance = dict.fromkeys(per_second, 0.0)
    for row in rows:
        rate = per_second[row.number_id]
        fresh = max(0.0, (now - row.filled_at).total_seconds()) * rate
        allowance[row.number_id] = min(max(1.0, rate * BURST_SECONDS), row.tokens + fresh)
    return allowance


def _spend(allowance: dict[UUID, float], now: datetime) -> None:
    sets.run(
        """
        UPDATE conversations_pace p SET tokens = w.tokens, filled_at = %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid, tokens float8) WHERE p.number_id = w.number_id
        """,
        [{"number_id": number, "tokens": tokens} for number, tokens in allowance.items()],
        now=now,
    )


# --- what came of it --------------------------------------------------------------------------------------------------------


def settle(outcomes: list[Outcome], now: datetime) -> None:
    """Record the ends of posts. A status that came before the answer keeps its higher rank."""
    rows, stopped = [], {}
    for outcome in outcomes:
        status, after = _fate(outcome, now)
        error = outcome.error
        rows.append(
            {
                "id": outcome.post.message_id,
                "attempt": outcome.post.attempt,
                "status": int(status),
                "wamid": outcome.sent.wamid[:200] if outcome.sent else None,
                "send_after": after,
                "code": getattr(error, "code", None),
                "reason": str(error)[:500] if error else "",
            }
        )
        if getattr(error, "stops_number", False):
            stopped[outcome.post.phone_number_id] = str(error)[:300]
    settled = sets.fetch(
        """
        WITH w AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(
                id uuid, attempt int, status smallint, wamid text, send_after timestamptz, code int, reason text)
        ), held AS MATERIALIZED (
            SELECT m.id FROM conversations_message m JOIN w USING (id) ORDER BY m.id FOR NO KEY UPDATE OF m
        )
        UPDATE conversations_message m
        SET wamid = coalesce(m.wamid, w.wamid),
            status = CASE WHEN m.status IN (%(sending)s, %(unknown)s) THEN w.status ELSE m.status END,
            error_code = CASE WHEN m.status IN (%(sending)s, %(unknown)s) THEN w.code ELSE m.error_code END,
            error_text = CASE WHEN m.status IN (%(sending)s, %(unknown)s) THEN w.reason ELSE m.error_text END,
            send_after = coalesce(w.send_after, m.send_after)
        FROM held JOIN w USING (id)
        WHERE m.id = held.id AND m.attempt = w.attempt
        RETURNING m.number_id, m.wamid
        """,
        rows,
        sending=int(Status.SENDING),
        unknown=int(Status.UNKNOWN),
    )
    delivery.take_up_parked({(row.number_id, row.wamid) for row in settled if row.wamid})
    if stopped:
        stop_numbers(stopped, now)


def _fate(outcome: Outcome, now: datetime) -> tuple[Status, datetime | None]:
    """The status, and when to try again where it is ``queued``."""
    error = outcome.error
    if error is None:
        return Status.ACCEPTED, None
    if isinstance(error, SecretError) or not (error.retryable or error.maybe_sent):
        return Status.FAILED, None
    if error.maybe_sent:
        return Status.UNKNOWN, None
    if outcome.post.attempt >= MOST_ATTEMPTS:
        return Status.FAILED, None
    return Status.QUEUED, now + timedelta(seconds=error.retry_after or min(300, 2**outcome.post.attempt))


def stop_numbers(reasons: dict[str, str], now: datetime) -> None:
    """Stop sending from numbers whose token, payment or account WhatsApp refuses: what waits, waits until the owner
    has mended it.
    """
    sets.run(
        """
        UPDATE accounts_whatsappnumber n SET stopped_at = coalesce(n.stopped_at, %(now)s), stopped_reason = w.reason
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(phone_number_id text, reason text)
        WHERE n.phone_number_id = w.phone_number_id
        """,
        [{"phone_number_id": number, "reason": reason} for number, reason in reasons.items()],
        now=now,
    )
    log.error("numbers_stopped", numbers=sorted(reasons))


def release_lost(now: datetime) -> int:
    """Rows that say ``sending`` and whose worker is gone: nobody knows whether they left, so they become
    ``unknown``.
    """
    return sets.run(
        "UPDATE conversations_message SET status = %(unknown)s WHERE status = %(sending)s AND sending_since < %(before)s",
        unknown=int(Status.UNKNOWN),
        sending=int(Status.SENDING),
        before=now - LEASE,
    )


def wake_up() -> bool:
    """Tell the sender that there is something. Call it after the commit."""
    return wake.wake("send")
