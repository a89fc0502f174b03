"""The bot's turns: what no rule has answered is answered by the tiers above the rules, outside of the drain.

The drain notes what came (``schedule``): one row for each conversation. A worker of the queue `bot` takes rows (``take``), lets the
tiers find an answer with no transaction open (answering.py), and writes down what came of it under the conversation's lock
(concluding.py). A row in hand names its worker's ticket and comes due again by itself when that worker dies.

A message by itself is looked at at once: an answer that is sure needs no waiting. Everything else waits until the customer has been
quiet for TURN_QUIET, at most TURN_CAP after the first message, and is answered as one.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.ids import uuid7
from conversations import sets, wake
from documents import uploads

from . import answering, attaching, concluding, hearing, meant, tiers
from .answering import Decision, Taken, Words
from .tiers import Due

log = structlog.get_logger(__name__)

TICK = 0.05  # seconds between two looks at the queue
LINGER = 0.3
LIFE = 5.0
MOST = 16  # rows of one look: their texts are embedded together
CALLS = 8  # of the model, and uploads of answers' files, at once
LEASE = timedelta(seconds=45)  # longer than a model may take
ATTEMPTS = 3  # then a person gets it
FULL = timedelta(seconds=1)  # until the next look where no more calls can be made
Spawn = Callable[[Callable[[], None]], object]  # runs it, now or in a thread


def schedule(due: Mapping[UUID, Due], now: datetime) -> None:
    """Note what is to be answered (conversation -> what). One statement, in the drain's transaction, with the conversations held."""
    sets.run(
        """
        INSERT INTO aibot_pendingturn AS p
            (id, business_id, conversation_id, turn, messages, first_seq, last_seq, first_at, due_at, look_at, attempts, spent)
        SELECT id, business_id, conversation_id, turn, messages, first_seq, last_seq, %(now)s, %(now)s + %(quiet)s,
               CASE WHEN at_once THEN %(now)s ELSE %(now)s + %(quiet)s END, 0, '[]'
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, business_id uuid, conversation_id uuid, turn int, messages jsonb,
             first_seq bigint, last_seq bigint, at_once bool)
        ORDER BY conversation_id
        ON CONFLICT (conversation_id) DO UPDATE SET
            turn = excluded.turn,
            messages = CASE WHEN p.turn = excluded.turn THEN p.messages || excluded.messages ELSE excluded.messages END,
            first_seq = CASE WHEN p.turn = excluded.turn THEN p.first_seq ELSE excluded.first_seq END,
            last_seq = excluded.last_seq,
            reply_id = CASE WHEN p.turn = excluded.turn THEN p.reply_id END,
            first_at = CASE WHEN p.turn = excluded.turn AND p.reply_id IS NULL THEN p.first_at ELSE excluded.first_at END,
            due_at = CASE WHEN p.turn = excluded.turn AND p.reply_id IS NULL THEN least(excluded.due_at, p.first_at + %(cap)s)
                          ELSE excluded.due_at END,
            look_at = CASE WHEN p.ticket IS NOT NULL THEN p.look_at  -- the worker that has it sees that something came
                           WHEN p.reply_id IS NOT NULL THEN excluded.look_at
                           ELSE least(excluded.due_at, p.first_at + %(cap)s) END
        """,
        [
            {
                "id": uuid7(),
                "business_id": one.business_id,
                "conversation_id": conversation,
                "turn": one.turn,
                "messages": [str(message) for message in one.messages],
                "first_seq": one.seqs[0],
                "last_seq": one.seqs[-1],
                "at_once": one.at_once,
            }
            for conversation, one in due.items()
        ],
        now=now,
        quiet=settings.TURN_QUIET,
        cap=settings.TURN_CAP,
    )


def wake_up() -> bool:
    """Tell the worker that there is something. Call it after the commit."""
    return wake.wake("bot")


def has_work(now: datetime) -> bool:
    """Whether something is due, or will be in a moment."""
    return bool(
        sets.fetch("SELECT 1 FROM aibot_pendingturn WHERE look_at <= %(soon)s LIMIT 1", soon=now + settings.TURN_QUIET)
    )


def oldest_seconds(now: datetime) -> tuple[float, int]:
    """How long the oldest turn has been due that is not answered, and how many are. Raises DatabaseError."""
    [row] = sets.fetch(
        """
        SELECT coalesce(extract(epoch FROM %(now)s - min(due_at)), 0)::float AS seconds, count(*) AS count
        FROM aibot_pendingturn WHERE due_at <= %(now)s AND reply_id IS NULL
        """,
        now=now,
    )
    return max(row.seconds, 0.0), row.count


# --- the worker -------------------------------------------------------------------------------------------------------------


def work(
    *,
    above: tiers.Tiers | None = None,
    clock: Callable[[], datetime] = timezone.now,
    life: float = LIFE,
    linger: float = LINGER,
    spawn: Spawn | None = None,
) -> int:
    """Answer what is due until nothing is for ``linger`` seconds, or ``life`` is over. Returns how many turns were taken. Calls of
    the model go on in threads of their own (``spawn``) and outlive it. Raises the database's errors.
    """
    above, spawn = above or tiers.INSTALLED, spawn or in_a_thread
    started = quiet_since = time.monotonic()
    total = 0
    while True:
        tick = time.monotonic()
        count = one_pass(clock(), above, spawn)
        total += count
        if count or _calls_in_hand() or has_work(clock()):
            quiet_since = time.monotonic()
        if tick - started >= life or tick - quiet_since >= linger:
            return total
        if count < MOST:
            time.sleep(max(0.0, TICK - (time.monotonic() - tick)))


def one_pass(now: datetime, above: tiers.Tiers, spawn: Spawn) -> int:
    """Take what is due and answer it. Returns how many were taken. What is decided is written in one transaction."""
    taken = take(now)
    ends = concluding.Ends()
    ready = [one for one in (concluding.current(one, ends, now) for one in taken) if one is not None]
    heard = [one for one in ready if hearing.next_step(one, now) is None]
    found = _look([one for one in heard if one.attempts <= ATTEMPTS and _mark(one) not in _seen], above)
    for one in ready:
        _guarded(one, lambda one=one: _answer(one, found, above, spawn, ends, now), now)
    concluding.write(ends, now, guarded=_guarded)
    return len(taken)


def _look(ready: list[Taken], above: tiers.Tiers) -> dict[UUID, answering.Looked] | None:
    """None where that failed: one text must not stop its neighbours, and each is looked at by itself."""
    try:
        return answering.look(ready, above)
    except (InterfaceError, OperationalError):
        raise  # the database's trouble: the lease brings them back
    except Exception as error:  # noqa: BLE001 - told, and raised again where it is one turn's own
        log.warning("look_failed", turns=len(ready), error=type(error).__name__)
        return None


def _answer(
    one: Taken,
    found: dict[UUID, answering.Looked] | None,
    above: tiers.Tiers,
    spawn: Spawn,
    ends: concluding.Ends,
    now: datetime,
) -> None:
    """Decide; what is to be written goes to ``ends``. The model is asked in a thread."""
    if (refused := answering.not_to_answer(one, now)) is not None:
        ends.decided.append((one, refused))
        return
    if one.attempts > ATTEMPTS:
        ends.decided.append((one, answering.give_up("attempts")))
        return
    if (step := hearing.next_step(one, now)) is not None:
        _hear(one, step, above, spawn, ends, now)
        return
    if (refused := hearing.not_by_voice(one)) is not None:
        ends.decided.append((one, refused))
        return
    looked = _seen.pop(_mark(one), None)
    if looked is None:
        looked = (answering.look([one], above) if found is None else found).get(one.id, answering.Looked())
    if (sure := answering.at_once(one, looked, above, now)) is not None:
        _say(one, sure, spawn, ends, now)
    elif one.quiet_at > now and one.tap != meant.NONE:
        _keep_in_mind(one, looked)
        ends.released.append((one, one.quiet_at))
    elif (decision := answering.when_quiet(one, looked, above)) is not None:
        ends.decided.append((one, decision))
    elif hearing.is_late(one, now):
        ends.decided.append((one, answering.give_up("document: late", looked)))
    elif (look_at := hearing.file_comes_at(one, now)) is not None:
        _keep_in_mind(one, looked)
        ends.released.append((one, look_at))
    else:
        _spawn(one, lambda: _call(one, looked, above, now), spawn, ends, now)


def _hear(
    one: Taken, step: hearing.Step, above: tiers.Tiers, spawn: Spawn, ends: concluding.Ends, now: datetime
) -> None:
    """A voice note comes first: what it says may change what all the rest means."""
    if step.why:
        ends.decided.append((one, answering.give_up(step.why)))
    elif step.file is None:
        ends.released.append((one, step.look_at))
    else:
        _spawn(one, lambda: hearing.hear(one, step.file, above, now), spawn, ends, now)


def _spawn(one: Taken, act: Callable[[], None], spawn: Spawn, ends: concluding.Ends, now: datetime) -> None:
    if _calls_in_hand() >= CALLS:
        ends.released.append((one, now + FULL))
    else:
        spawn(lambda: _guarded(one, act, now))


def _say(one: Taken, sure: Decision, spawn: Spawn, ends: concluding.Ends, now: datetime) -> None:
    """An answer with a file is said once WhatsApp has the file; what brings it there is a thread."""
    held = attaching.ready(one, sure, now) if sure.file is not None else None
    if held is None or held.media_id or held.why:
        ends.decided.append((one, attaching.settled(sure, held) if held else sure))
        return
    room = not held.busy and _calls_in_hand() < CALLS
    if room and (bring := attaching.bring(one, sure, now)) is not None:
        spawn(lambda: _guarded(one, lambda: _conclude(one, bring()), now))
    elif attaching.is_late(one, now):
        ends.decided.append((one, attaching.settled(sure, uploads.Held(why=attaching.BUSY))))
    else:
        _keep_in_mind(one, sure.looked)
        ends.released.append((one, now + FULL))


def _conclude(one: Taken, decision: Decision) -> None:
    """As late as it has become."""
    concluding.conclude(one, decision, timezone.now())


# --- what was looked at and waits for quiet: an embedding is not made twice. It is a hint; another process looks again ---------

_seen: OrderedDict[tuple[UUID, tuple[str, ...]], answering.Looked] = OrderedDict()
_MOST_SEEN = 500


def _mark(one: Taken) -> tuple[UUID, tuple[str, ...]]:
    """With another message, an edited or a deleted one the words are other ones."""
    return one.id, one.texts


def _keep_in_mind(one: Taken, looked: answering.Looked) -> None:
    _seen[_mark(one)] = looked
    while len(_seen) > _MOST_SEEN:
        _seen.popitem(last=False)


def _call(one: Taken, looked: answering.Looked, above: tiers.Tiers, now: datetime) -> None:
    """No transaction is open while the model thinks."""
    _conclude(one, answering.by_model(one, looked, above, now))


def _guarded(one: Taken, act: Callable[[], None], now: datetime) -> None:
    """A fault of one turn stops no other: it is tried again later, and a person gets it in the end."""
    try:
        act()
    except (InterfaceError, OperationalError) as error:
        connection.close()
        log.warning("turn_left", conversation=str(one.conversation_id), error=type(error).__name__)
    except Exception as error:  # noqa: BLE001 - its text may hold a customer's words: it stays out of the log
        log.error(
            "turn_failed", conversation=str(one.conversation_id), attempts=one.attempts, error=type(error).__name__
        )
        concluding.release(one, now + timedelta(seconds=one.attempts), failed=True)


# --- the model's threads: a call may outlive the task that began it ----------------------------------------------------------

_flying: set[Future] = set()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CALLS, thread_name_prefix="model")


def in_a_thread(act: Callable[[], None]) -> Future:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    future = _pool().submit(run)
    _flying.add(future)
    future.add_done_callback(_flying.discard)
    return future


def _calls_in_hand() -> int:
    return len(_flying)


# --- take ---------------------------------------------------------------------------------------------------------------------


def take(now: datetime) -> list[Taken]:
    """What is due, for LEASE, with all that an answer depends on. Two workers never take the same."""
    with transaction.atomic(durable=True):
        sets.prefer_indexes()
        rows = sets.fetch(
            """
            WITH due AS MATERIALIZED (
                SELECT id FROM aibot_pendingturn WHERE look_at <= %(now)s ORDER BY look_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
            )
            UPDATE aibot_pendingturn p SET look_at = %(now)s + %(lease)s, ticket = %(ticket)s, attempts = p.attempts + 1
            FROM due WHERE p.id = due.id RETURNING p.id
            """,
            now=now,
            most=MOST,
            lease=LEASE,
            ticket=(ticket := uuid4()),
        )
        return _read([row.id for row in rows], ticket, now) if rows else []


def _read(ids: list[UUID], ticket: UUID, now: datetime) -> list[Taken]:
    rows = sets.fetch(
        """
        SELECT p.id, p.business_id, p.conversation_id, p.turn, p.attempts, p.first_at, p.due_at, p.last_seq, p.reply_id, p.spent,
               c.number_id, c.contact_id, c.turn AS conversation_turn, c.owner, c.state, c.waiting_since,
               c.last_inbound_seq AS seen_seq, n.created_at AS newest_at, b.blocked_at,
               coalesce(nullif(b.name, ''), b.profile_name) AS contact_name,
               r.status AS reply_status, r.error_text AS reply_reason, r.seen_seq AS replied_seq,
               NOT EXISTS (SELECT 1 FROM aibot_turn t WHERE t.conversation_id = c.id AND t.tier IN ('answer', 'ask', 'model')
                           AND t.outcome = 'queued') AS is_first,
               l.said, l.asked
        FROM aibot_pendingturn p
        JOIN conversations_conversation c ON c.id = p.conversation_id
        JOIN conversations_contact b ON b.id = c.contact_id
        LEFT JOIN conversations_message r ON r.id = p.reply_id
        LEFT JOIN LATERAL (
            SELECT created_at FROM conversations_message WHERE conversation_id = c.id AND seq = c.last_inbound_seq
        ) n ON true
        CROSS JOIN LATERAL (
            SELECT coalesce(jsonb_agg(t.answer) FILTER (WHERE t.tier = 'answer'), '[]') AS said,
                   coalesce(jsonb_agg(t.ranked) FILTER (WHERE t.tier = 'ask'), '[]') AS asked
            FROM (SELECT tier, answer, ranked FROM aibot_turn WHERE conversation_id = c.id AND at > %(lately)s
                  AND outcome = 'queued' ORDER BY at DESC LIMIT 10) t
        ) l
        WHERE p.id = ANY(%(ids)s) AND p.ticket = %(ticket)s ORDER BY p.first_at
        """,
        ids=ids,
        ticket=ticket,
        lately=now - answering.SAID_WITHIN,
    )
    words = _words(ids)
    return [
        Taken(
            id=row.id,
            ticket=ticket,
            business_id=row.business_id,
            conversation_id=row.conversation_id,
            number_id=row.number_id,
            contact_id=row.contact_id,
            contact_name=row.contact_name,
            turn=row.turn,
            attempts=row.attempts,
            last_seq=row.last_seq,
            seen_seq=row.seen_seq,
            quiet_at=_quiet_at(row),
            is_open=row.state == "open"
            and row.owner == "bot"
            and row.conversation_turn == row.turn
            and not row.blocked_at,
            waits=row.waiting_since is not None,
            is_first=row.is_first,
            reply_id=row.reply_id,
            reply_status=row.reply_status,
            reply_reason=row.reply_reason or "",
            replied_seq=row.replied_seq or 0,
            words=tuple(words.get(row.id, ())),
            said=frozenset(UUID(answer) for answer in row.said if answer),
            asked=frozenset(UUID(one["id"]) for ranked in row.asked for one in ranked),
            spent=tuple(row.spent),
        )
        for row in rows
    ]


def _quiet_at(row) -> datetime:
    """What a rule has answered counts as the customer's talking too."""
    newest = (row.newest_at or row.due_at) + settings.TURN_QUIET
    return min(max(row.due_at, newest), row.first_at + settings.TURN_CAP)


def _words(ids: list[UUID]) -> dict[UUID, list[Words]]:
    """What is left of the messages: one that the customer has deleted is not answered."""
    rows = sets.fetch(
        """
        SELECT p.id AS turn, m.id, m.seq, m.kind, m.text, m.payload, m.wa_timestamp, d.id AS file, d.state, d.created_at AS since,
               d.text AS read, d.read_at, d.read_why, d.read_attempts, d.read_until
        FROM aibot_pendingturn p CROSS JOIN LATERAL jsonb_array_elements_text(p.messages) AS w(id)
        JOIN conversations_message m ON m.id = w.id::uuid AND m.revoked_at IS NULL
        LEFT JOIN documents_document d ON d.message_id = m.id AND m.kind IN ('audio', 'document')
        WHERE p.id = ANY(%(ids)s) ORDER BY m.seq
        """,
        ids=ids,
    )
    found: dict[UUID, list[Words]] = {}
    for row in rows:
        found.setdefault(row.turn, []).append(_words_of(row))
    return found


def _words_of(row) -> Words:
    is_voice = tiers.is_voice_note(row.kind, row.payload)
    file = row.file and answering.File(
        row.file, row.state, row.since, row.read_at is not None, row.read_why, row.read_attempts, row.read_until
    )
    is_readable = tiers.is_readable(row.kind, row.payload) and bool(row.read or hearing.is_awaited(file))
    return Words(
        id=row.id,
        seq=row.seq,
        is_spoken=is_voice or is_readable or tiers.is_spoken(row.kind, row.payload.get("referred_product")),
        text=(row.read or "") if is_voice else row.text,
        tap_id=answering.tap_of(row.payload),
        at=row.wa_timestamp,
        is_voice=is_voice,
        document=(row.read or "") if is_readable else "",
        file=file,
    )
