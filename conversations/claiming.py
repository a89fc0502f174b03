"""Take from the outbox what may leave now: the head of each conversation's line, checked and marked ``sending``.

Every check that may forbid or delay a message is made here, under the conversation's lock (``verdict``). A line stands
still while one of its messages is on the wire, or has left and is not confirmed yet (settling.HOLD).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from cloud_api.events import Person

from . import cancelling, consent, filling, handing, inbound, pacing, quiet, sets, window
from .models import Message, Status
from .settling import HOLD

SENDABLE = (None, "", "APPROVED")  # of a template that we know nothing of, WhatsApp decides
_UNSENDABLE = {"PAUSED": 132015, "DISABLED": 132016}  # any other state: 132001, it is not there to be sent
TOO_LATE = "It was too late for an answer."
WRITTEN_AGAIN = "The customer has written again."
TEMPLATE_CHANGED = "The template has changed since it was filled: its blanks are other ones now."


@dataclass(frozen=True, slots=True)
class Post:
    """A claimed message, with all that the thread which posts it needs: it never touches the database."""

    message_id: UUID
    attempt: int
    phone_number_id: str
    sealed_token: str
    business_id: UUID
    number_id: UUID
    conversation_id: UUID
    seq: int
    to: Person
    body: dict
    reply_to: str
    source: str


def heads(now: datetime, most: int, *, paced: bool = True) -> list[UUID]:
    """The conversations whose line may move: nothing of theirs is on the wire or unconfirmed, the first that waits is
    due, and their number may send. What is held for the quiet time stands in no line. ``paced``: without the numbers
    that have used up their pace just now.

    The numbers take turns, each with its oldest first: what one of them has waiting never fills all the places.
    """
    return [
        row.conversation_id
        for row in sets.fetch(
            """
            SELECT conversation_id, row_number() OVER (PARTITION BY head.number_id ORDER BY seq) AS turn, seq FROM (
                SELECT DISTINCT ON (m.conversation_id) m.conversation_id, m.number_id, m.send_after, m.seq
                FROM conversations_message m
                WHERE m.status = 0 AND (m.error_text <> %(quiet)s OR m.send_after <= %(now)s)
                ORDER BY m.conversation_id, m.seq
            ) head
            JOIN accounts_whatsappnumber n ON n.id = head.number_id AND n.stopped_at IS NULL
            LEFT JOIN conversations_pace p ON p.number_id = head.number_id
            WHERE send_after <= %(now)s AND (p.paused_until IS NULL OR p.paused_until <= %(now)s)
              AND (p.number_id IS NULL OR NOT %(paced)s::bool  -- the bucket as pacing.allowance will find it
                OR p.tokens + greatest(0, extract(epoch FROM %(now)s - p.filled_at)) * n.per_second >= 1)
              AND NOT EXISTS (
                SELECT 1 FROM conversations_message f WHERE f.conversation_id = head.conversation_id
                AND f.status IN (10, 20) AND f.settled_at IS NULL
                AND (f.status = 10 OR f.sending_since > %(held)s))
            ORDER BY turn, seq LIMIT %(most)s
            """,
            now=now,
            paced=paced,
            held=now - HOLD,
            quiet=quiet.HELD,
            most=most,
        )
    ]


def claim(conversations: list[UUID], now: datetime) -> tuple[list[Post], int]:
    """Take the head of each line that is free: mark it ``sending``, refuse it, or let it wait for the pair rate or the end
    of the quiet time. In the caller's transaction, which must be committed before anything is posted. Returns what is to be
    posted, and how many messages have changed.
    """
    rows = _lock_heads(conversations, now)
    if not rows:
        return [], 0
    left = pacing.allowance({row.number_id: row.per_second for row in rows}, now)
    posts, fates = [], []
    for row in rows:
        end = verdict(row, now)
        opens = pacing.pair_opens(row.pair_until, now)
        if end is not None:
            fates.append(_ended(row, *end))
        elif quiet_ends := quiet.ends(row.quiet_from, row.quiet_until, row.time_zone, now):
            fates.append(_fate(row, Status.QUEUED, reason=quiet.HELD, send_after=quiet_ends))
        elif opens > now:
            fates.append(_fate(row, Status.QUEUED, code=row.error_code, reason=row.error_text, send_after=opens))
        elif left[row.number_id] >= 1:
            left[row.number_id] -= 1
            posts.append(_post(row))
            fates.append(_fate(row, Status.SENDING, pair_until=pacing.pair_spent(row.pair_until, now)))
    _remember_attempts([row.id for row in rows if row.attempt])
    taken = _write(fates, now)
    pacing.spend(left, now)
    inbound.let_wait({row.conversation_id: row.created_at for row in rows if taken.get(row.id) == TOO_LATE})
    return [post for post in posts if post.message_id in taken], len(taken)


def verdict(row, now: datetime) -> tuple[Status, int | None, str] | None:
    """None where the message may leave; else its end, with Meta's code where there is one, and why.

    ``row`` has what _lock_heads reads. It is the one place that decides, and it is asked under the conversation's lock.
    """
    if row.turn is not None and (row.turn != row.conversation_turn or (row.owner != "bot" and not _is_farewell(row))):
        return Status.CANCELLED, None, cancelling.TAKEN_OVER
    if row.turn is not None and now - row.created_at > settings.ANSWER_AGE_LIMIT:
        return Status.CANCELLED, None, TOO_LATE
    if _needs_the_last_word(row) and row.last_inbound_seq > (row.seen_seq or row.seq):
        return Status.CANCELLED, None, WRITTEN_AGAIN
    if not consent.allows(_purpose(row, now), stopped=row.opted_out_at is not None):
        return Status.CANCELLED, 131050, "The customer has stopped such messages."
    if row.kind != "template" and not window.is_open(
        row.last_inbound_at, now, refused=row.window_closed_seq > row.last_inbound_seq
    ):
        return Status.FAILED, 131047, "The 24-hour window is closed. Send a template."
    if row.kind == "template" and row.template_status not in SENDABLE:
        code = _UNSENDABLE.get(row.template_status, 132001)
        return Status.FAILED, code, f"WhatsApp says of the template: {row.template_status}."
    if row.kind == "template" and not filling.still_fits(row.template_parts or (), _components(row)):
        return Status.FAILED, 132000, TEMPLATE_CHANGED
    if not row.phone and not row.bsuid:
        return Status.FAILED, 131026, "The contact has neither a phone number nor a WhatsApp user id."
    if not row.active:
        return Status.FAILED, None, "The WhatsApp number is switched off."
    return None


def _is_farewell(row) -> bool:
    """The bot's last words to who asked for a person: queued in the turn that makes the conversation a person's. A takeover
    or an agent's message makes it another turn, and they do not leave.
    """
    return row.owner == "human" and row.source == Message.Source.SYSTEM and row.source_name == handing.FAREWELL


def _purpose(row, now: datetime) -> str:
    """Meta may have made a notice an offer since it was written."""
    if row.kind != "template":
        return row.purpose
    changed = row.template_changes_at is not None and row.template_changes_at <= now
    category = row.template_next if changed else row.template_category
    return Message.Purpose.MARKETING.value if category == "MARKETING" else row.purpose


def _components(row) -> list[dict]:
    return row.payload.get("template", {}).get("components", [])


def _needs_the_last_word(row) -> bool:
    """A computed answer, and a bot's message that is sent once more, are no answer to what came after."""
    computed = row.source in (Message.Source.ANSWER, Message.Source.MODEL) and row.seen_seq is not None
    return computed or (row.turn is not None and row.resent_at is not None)


def _ended(row, status: Status, code: int | None, reason: str) -> dict:
    """A message that may have left already stays unknown: nobody may read that it was not sent."""
    doubtful = row.in_doubt or (row.resent_at is not None and row.attempt > 0 and row.heard == 0)
    return _fate(row, Status.UNKNOWN if doubtful else status, code=code, reason=reason, settled=doubtful)


def _fate(row, status: Status, *, code=None, reason="", send_after=None, pair_until=None, settled=False) -> dict:
    return {
        "id": row.id,
        "conversation_id": row.conversation_id,
        "status": int(status),
        "code": code,
        "reason": reason,
        "send_after": send_after,
        "pair_until": pair_until,
        "settled": settled,
    }


def _post(row) -> Post:
    return Post(
        message_id=row.id,
        attempt=row.attempt + 1,
        phone_number_id=row.phone_number_id,
        sealed_token=row.access_token,
        business_id=row.business_id,
        number_id=row.number_id,
        conversation_id=row.conversation_id,
        seq=row.seq,
        to=Person(phone=row.phone, bsuid=row.bsuid, parent_bsuid="", name="", username=""),
        body=row.payload,
        reply_to=row.reply_to,
        source=row.source,
    )


def _write(fates: list[dict], now: datetime) -> dict[UUID, str]:
    """Write the fates; message -> reason of those that were still waiting: a status that came a moment ago may have told
    that an earlier attempt had arrived.
    """
    rows = sets.fetch(
        """
        WITH w AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, conversation_id uuid, status smallint, code int,
                reason text, send_after timestamptz, pair_until timestamptz, settled bool)
        ), paired AS (
            UPDATE conversations_conversation c SET pair_until = w.pair_until
            FROM w WHERE c.id = w.conversation_id AND w.pair_until IS NOT NULL
        )
        UPDATE conversations_message m
        SET status = w.status, error_code = w.code, error_text = w.reason,
            attempt = m.attempt + CASE WHEN w.status = 10 THEN 1 ELSE 0 END,
            wamid = CASE WHEN w.status = 10 THEN NULL ELSE m.wamid END,
            heard = CASE WHEN w.status = 10 THEN 0 ELSE m.heard END,
            sending_since = CASE WHEN w.status = 10 THEN %(now)s ELSE m.sending_since END,
            settled_at = CASE WHEN w.settled THEN %(now)s END,
            send_after = coalesce(w.send_after, m.send_after)
        FROM w WHERE m.id = w.id AND m.status = 0
        RETURNING m.id, m.error_text
        """,
        fates,
        now=now,
    )
    return {row.id: row.error_text for row in rows}


def _remember_attempts(messages: Iterable[UUID]) -> None:
    """Keep what is known of the attempts that another one will follow: their statuses may still come."""
    messages = list(messages)
    if not messages:
        return
    sets.run(
        """
        WITH held AS MATERIALIZED (
            SELECT id, number_id, attempt, wamid, heard FROM conversations_message
            WHERE id = ANY(%(ids)s) AND status = 0 ORDER BY id FOR NO KEY UPDATE
        )
        INSERT INTO conversations_earlierattempt AS e (message_id, number_id, attempt, wamid, heard, created_at)
        SELECT id, number_id, attempt, wamid, heard, now() FROM held
        ON CONFLICT (message_id, attempt) DO UPDATE
        SET heard = greatest(e.heard, excluded.heard), wamid = coalesce(e.wamid, excluded.wamid)
        """,
        ids=messages,
    )


def _lock_heads(conversations: list[UUID], now: datetime) -> list:
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
               m.id, m.conversation_id, m.attempt, m.heard, m.resent_at, m.created_at, m.error_code, m.error_text,
               m.payload, m.reply_to, m.kind, m.source, m.source_name, m.purpose, m.turn, m.seen_seq, m.business_id, m.number_id, m.seq,
               c.owner, c.turn AS conversation_turn, c.last_inbound_seq, c.last_inbound_at, c.window_closed_seq,
               c.pair_until, p.opted_out_at, t.status AS template_status, t.components AS template_parts, t.category AS template_category,
               t.next_category AS template_next, t.next_category_at AS template_changes_at,
               CASE WHEN m.attempt > 1 AND m.resent_at IS NOT NULL THEN EXISTS (  -- the second chance did not leave; the first may have
                   SELECT 1 FROM conversations_earlierattempt e WHERE e.message_id = m.id AND e.attempt < m.attempt AND e.heard = 0)
                   ELSE false END AS in_doubt,
               q.quiet_from, q.quiet_until, q.time_zone,
               n.phone_number_id, n.access_token, n.per_second, n.active, coalesce(i.phone, '') AS phone, coalesce(i.bsuid, '') AS bsuid
        FROM conversations_message m
        JOIN conversations_conversation c ON c.id = m.conversation_id
        JOIN conversations_contact p ON p.id = c.contact_id
        JOIN accounts_whatsappnumber n ON n.id = m.number_id
        LEFT JOIN conversations_template t ON m.kind = 'template' AND t.business_id = m.business_id AND t.waba_id = n.waba_id
          AND t.name = m.payload->'template'->>'name' AND t.language = m.payload->'template'->'language'->>'code'
        LEFT JOIN LATERAL (
            SELECT (array_agg(value ORDER BY id DESC) FILTER (WHERE kind = 'phone'))[1] AS phone,  -- the newest of each
                   (array_agg(value ORDER BY id DESC) FILTER (WHERE kind = 'bsuid'))[1] AS bsuid
            FROM conversations_identity WHERE contact_id = c.contact_id
        ) i ON true
        LEFT JOIN LATERAL (  -- looked up for what may have to wait alone
            SELECT s.quiet_from, s.quiet_until, b.time_zone FROM accounts_settings s JOIN accounts_business b ON b.id = s.business_id
            WHERE m.purpose = ANY(%(unasked)s) AND s.business_id = m.business_id AND s.quiet_from IS NOT NULL LIMIT 1
        ) q ON true
        WHERE m.conversation_id = ANY(%(ids)s) AND m.status = 0 AND n.stopped_at IS NULL
          AND (m.error_text <> %(quiet)s OR m.send_after <= %(now)s)
          AND NOT EXISTS (
            SELECT 1 FROM conversations_message f WHERE f.conversation_id = m.conversation_id
            AND f.status IN (10, 20) AND f.settled_at IS NULL
            AND (f.status = 10 OR f.sending_since > %(held)s))
        ORDER BY m.conversation_id, m.seq
        """,
        ids=[row.id for row in held],
        held=now - HOLD,
        now=now,
        quiet=quiet.HELD,
        unasked=sorted(quiet.QUIET),
    )
