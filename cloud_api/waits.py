"""How long a server asks to be left alone (RFC 9110, 10.2.3: Retry-After)."""

import time
from email.utils import parsedate_to_datetime


def seconds(retry_after: str) -> float | None:
    """The header's seconds, as a number or until a date, 0 where that is past; None where it says nothing that can be read."""
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 8:
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
        return max(0.0, until.timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
