"""What has ended is deleted, by a beat job once a night: tokens of the API and their families, invitations, known places,
sessions. What was done with them stands in the audit log.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from .throttle import KNOWN_FOR

log = structlog.get_logger(__name__)

STEP = 5000  # rows of one statement
INVITATIONS_KEPT = timedelta(days=30)  # after their end: an owner may ask what became of one

# A token's row names its family in place of the token itself (tokens.py). A family lives as long as one of its tokens
# has not expired; one that was revoked is refused like one that is gone.
_STEPS = {
    "used tokens": """
        DELETE FROM token_blacklist_blacklistedtoken WHERE id IN (
            SELECT b.id FROM token_blacklist_blacklistedtoken b
            JOIN token_blacklist_outstandingtoken t ON t.id = b.token_id WHERE t.expires_at < %(now)s LIMIT %(step)s)
    """,
    "tokens": """
        DELETE FROM token_blacklist_outstandingtoken WHERE id IN (
            SELECT t.id FROM token_blacklist_outstandingtoken t WHERE t.expires_at < %(now)s
              AND NOT EXISTS (SELECT 1 FROM token_blacklist_blacklistedtoken b WHERE b.token_id = t.id) LIMIT %(step)s)
    """,
    "families": """
        DELETE FROM accounts_tokenfamily WHERE id IN (
            SELECT f.id FROM accounts_tokenfamily f WHERE f.created_at < %(yesterday)s
              AND (f.revoked_at < %(yesterday)s OR NOT EXISTS (
                   SELECT 1 FROM token_blacklist_outstandingtoken t
                   WHERE t.user_id = f.user_id AND t.token = f.id::text AND t.expires_at >= %(now)s)) LIMIT %(step)s)
    """,
    "invitations": """
        DELETE FROM accounts_invitation WHERE id IN (
            SELECT id FROM accounts_invitation WHERE coalesce(ended_at, expires_at) < %(invited_before)s LIMIT %(step)s)
    """,
    "places": """
        DELETE FROM accounts_knownplace WHERE id IN (
            SELECT id FROM accounts_knownplace WHERE seen_at < %(seen_before)s LIMIT %(step)s)
    """,
    "sessions": """
        DELETE FROM django_session WHERE session_key IN (
            SELECT session_key FROM django_session WHERE expire_date < %(now)s LIMIT %(step)s)
    """,
}


def tidy(now: datetime) -> Counter:
    """Delete in steps with a commit each; returns how many rows of what."""
    known = {
        "now": now,
        "yesterday": now - timedelta(days=1),
        "invited_before": now - INVITATIONS_KEPT,
        "seen_before": now - KNOWN_FOR,
        "step": STEP,
    }
    gone = Counter({name: _all(lambda sql=sql: _run(sql, known)) for name, sql in _STEPS.items()})
    log.info("accounts_tidied", **{name.replace(" ", "_"): count for name, count in gone.items()})
    return gone


def _all(step: Callable[[], int]) -> int:
    total = 0
    while (count := step()) == STEP:
        total += count
    return total + count


def _run(sql: str, known: dict) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, known)
        return cursor.rowcount
