"""The customer-service window: for 24 hours after a customer's message a business may write freely, after that only
templates.

Source: Meta, "Customer service windows". The window counts from Meta's timestamp of the message, never from its
arrival here, and is kept per customer and business number.
"""

from datetime import datetime, timedelta

LENGTH = timedelta(hours=24)
MARGIN = timedelta(seconds=30)  # a message that leaves now is judged by Meta a little later
_OLDEST = timedelta(days=7)  # Meta retries a webhook for seven days
_OLDEST_IN_MEMORY = timedelta(days=366)
_AHEAD = timedelta(minutes=5)


def closes_at(last_inbound_at: datetime | None) -> datetime | None:
    """When the window closes; None where the customer never wrote."""
    return last_inbound_at + LENGTH if last_inbound_at else None


def is_open(last_inbound_at: datetime | None, now: datetime, refused: bool = False) -> bool:
    """Whether a free-form message that leaves now is allowed. ``refused``: WhatsApp has refused one (131047), and the
    customer has not written since.
    """
    if last_inbound_at is None or refused:
        return False
    return now < last_inbound_at + LENGTH - MARGIN


def believable(timestamp: int | None, received_at: datetime) -> datetime:
    """Meta's timestamp (Unix seconds) as a time, held within seven days before and five minutes after the arrival.

    A missing one, or one that no clock shows (Meta's Test button says 2017), is the nearest time that can be true.
    """
    return _within(timestamp, received_at, _OLDEST, _AHEAD)


def past(timestamp: int | None, received_at: datetime) -> datetime:
    """The same for a message out of a phone's memory: at most a year old, and not younger than the arrival."""
    return _within(timestamp, received_at, _OLDEST_IN_MEMORY, timedelta())


def future(timestamp: int, now: datetime) -> datetime:
    """The same for something that is announced: not before now, at most a year ahead."""
    return _within(timestamp, now, timedelta(), timedelta(days=366))


def _within(timestamp: int | None, received_at: datetime, oldest: timedelta, ahead: timedelta) -> datetime:
    if timestamp is None:
        return received_at
    try:
        said = datetime.fromtimestamp(timestamp, tz=received_at.tzinfo)
    except (OverflowError, ValueError, OSError):
        return received_at
    return min(max(said, received_at - oldest), received_at + ahead)
