"""The owner's quiet time: what no customer has asked for (QUIET) is held until it is over.

The sender holds such a message when it meets it (claiming.py): it stays queued, due at the end, and does not stand in the
line: an answer passes it. The end is computed here and not in SQL, so that a time zone which the database does not know
stops nobody's messages. ``release`` follows the owner who ends the quiet time early.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import sets
from .models import Message

QUIET = frozenset({Message.Purpose.MARKETING.value, Message.Purpose.FOLLOW_UP.value})
HELD = "It waits for the end of the quiet time."  # a queued message's error_text, and how the sender knows it


def ends(begin: time | None, end: time | None, zone: str, now: datetime) -> datetime | None:
    """When the quiet time that is now ends; None where it is not now. It may go over midnight."""
    if begin is None or end is None:
        return None
    try:
        local = now.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return None
    clock, over_midnight = local.time(), begin > end
    if not (clock >= begin or clock < end if over_midnight else begin <= clock < end):
        return None
    day = local.date() + timedelta(days=over_midnight and clock >= begin)
    over = datetime.combine(day, end, tzinfo=local.tzinfo)
    if over.astimezone(UTC) <= now:  # the clocks have been put back meanwhile: the second time that they show it
        over = over.replace(fold=1)
    return over.astimezone(now.tzinfo)


def release(now: datetime) -> int:
    """Let go what is held though it is not quiet any more: the owner has changed the quiet time. Returns how many."""
    rows = sets.fetch(
        """
        SELECT DISTINCT s.business_id, s.quiet_from, s.quiet_until, b.time_zone FROM conversations_message m
        JOIN accounts_settings s ON s.business_id = m.business_id
        JOIN accounts_business b ON b.id = m.business_id
        WHERE m.status = 0 AND m.error_text = %(held)s AND m.send_after > %(now)s
        """,
        held=HELD,
        now=now,
    )
    over = [r.business_id for r in rows if ends(r.quiet_from, r.quiet_until, r.time_zone, now) is None]
    if not over:
        return 0
    return sets.run(
        """
        UPDATE conversations_message SET send_after = %(now)s
        WHERE status = 0 AND error_text = %(held)s AND send_after > %(now)s AND business_id = ANY(%(over)s)
        """,
        held=HELD,
        now=now,
        over=over,
    )
