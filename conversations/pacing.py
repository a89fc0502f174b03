"""How fast we may send: to one customer, from one number, and again after a refusal.

Meta's limits are kept here before Meta complains. The pair rate is one message in 6 seconds from a number to the same
user, of which 45 may be borrowed from the future (WhatsApp Cloud API, "Pair rate limits"; error 131056): a GCRA on the
conversation's row, checked and spent in the claim under the conversation's lock. A number's rate (80 messages a second;
"Throughput") is a bucket of its own row (Pace).

After "too many" of a number or account (130429, 80007, 4) the whole number is silent for a while, longer with each time
in a row; after 131056 that customer's line waits 4^X seconds, as Meta asks. Everything else backs off exponentially
with full jitter, so that a crowd that failed together does not come back together.
"""

import random
from datetime import datetime, timedelta
from uuid import UUID

from . import sets

PAIR_EVERY = timedelta(seconds=6)
PAIR_BURST = 45
PAIR_LIMIT = 131056
TOO_MANY = frozenset({4, 80007, 130429})  # calls of the app, calls of the account, messages of the number

BURST_SECONDS = 0.25  # how much of a second's pace may leave at once

MOST_ATTEMPTS = 12  # about a quarter of an hour of back-off, then it has failed
LONGEST_PAUSE = 300.0  # seconds
LONGEST_RETRY_AFTER = 3600.0  # what a server may ask for and get
CALM_AFTER = timedelta(seconds=60)  # without a refusal: the next pause of the number is a short one again


# --- one customer -----------------------------------------------------------------------------------------------------------


def pair_opens(until: datetime | None, now: datetime) -> datetime:
    """When the next message to this customer may leave: ``now``, or later. ``until`` is Conversation.pair_until."""
    return now if until is None else max(now, until - PAIR_EVERY * (PAIR_BURST - 1))


def pair_spent(until: datetime | None, now: datetime) -> datetime:
    """The new Conversation.pair_until after a message that leaves now."""
    return (now if until is None else max(now, until)) + PAIR_EVERY


# --- again --------------------------------------------------------------------------------------------------------------------


def pause(code: int | None, attempt: int, retry_after: float | None = None) -> timedelta:
    """How long a message waits after its ``attempt``-th refusal (from 1). Retry-After is honoured."""
    if retry_after:
        return timedelta(seconds=min(retry_after, LONGEST_RETRY_AFTER))
    if code == PAIR_LIMIT:
        return timedelta(seconds=min(4.0**attempt, LONGEST_PAUSE))
    return timedelta(seconds=random.uniform(0, min(2.0**attempt, LONGEST_PAUSE)))  # noqa: S311 - jitter, no secret


# --- one number ---------------------------------------------------------------------------------------------------------------


def allowance(per_second: dict[UUID, int], now: datetime) -> dict[UUID, float]:
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
        SELECT number_id, tokens, filled_at, paused_until FROM conversations_pace WHERE number_id = ANY(%(ids)s)
        ORDER BY number_id FOR UPDATE SKIP LOCKED
        """,
        ids=list(per_second),
    )
    found = dict.fromkeys(per_second, 0.0)
    for row in rows:
        if row.paused_until is not None and row.paused_until > now:
            continue
        rate = per_second[row.number_id]
        fresh = max(0.0, (now - row.filled_at).total_seconds()) * rate
        found[row.number_id] = min(max(1.0, rate * BURST_SECONDS), row.tokens + fresh)
    return found


def spend(left: dict[UUID, float], now: datetime) -> None:
    """Store what is left of the allowances."""
    sets.run(
        """
        UPDATE conversations_pace p SET tokens = w.tokens, filled_at = %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid, tokens float8) WHERE p.number_id = w.number_id
        """,
        [{"number_id": number, "tokens": tokens} for number, tokens in left.items()],
        now=now,
    )


def slow_down(numbers: dict[UUID, float], now: datetime) -> None:
    """Silence numbers for a while: 2, 4, 8 .. 300 seconds, or as long as WhatsApp asked (the dict's values, else 0).

    What was already on the wire when the pause began is refused too and does not lengthen it.
    """
    sets.run(
        """
        INSERT INTO conversations_pace AS p (number_id, tokens, filled_at, paused_until, strikes)
        SELECT number_id, 0, %(now)s, %(now)s + make_interval(secs => greatest(2, asked)), 1
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(number_id uuid, asked float8) ORDER BY number_id
        ON CONFLICT (number_id) DO UPDATE
        SET strikes = CASE WHEN p.paused_until IS NULL OR p.paused_until < %(now)s - %(calm)s THEN 1 ELSE least(p.strikes + 1, 20) END,
            paused_until = greatest(excluded.paused_until, %(now)s + make_interval(secs => least(%(longest)s, 2 ^
                CASE WHEN p.paused_until IS NULL OR p.paused_until < %(now)s - %(calm)s THEN 1 ELSE least(p.strikes + 1, 20) END)))
        WHERE p.paused_until IS NULL OR p.paused_until <= %(now)s
        """,
        [{"number_id": number, "asked": min(asked, LONGEST_RETRY_AFTER)} for number, asked in numbers.items()],
        now=now,
        calm=CALM_AFTER,
        longest=LONGEST_PAUSE,
    )
