"""Since when webhooks have been heard without a gap: only then does a silence about a message mean something.

The web process says every few seconds that it is up, and since when it has stored all that came (``web_is_up``). The sweep of
the queue ``inbound`` looks at that and at the oldest delivery that waits (``note``). Both words lie in the cache: one that is
away or flushed means "not known", and only delays what waits for certainty.

It is not known whether Meta reaches us at all: a quiet shop gets no webhook for hours. What is measured is our side.
"""

import time
from datetime import UTC, datetime

from django.core.cache import cache

from . import wake

EVERY = 5.0  # seconds between two words of the web process
STALE = 20.0  # seconds after which a word is none any more
LAST_HEARD = 30.0  # seconds after which the last conclusion is none: two sweeps and more
BEHIND = 5.0  # seconds that a delivery may wait to be worked off

_WEB, _HEARD = "silence:web", "silence:heard"


def web_is_up(since: float) -> None:
    """The web process takes webhooks, and has taken all since a moment (Unix seconds). Of several processes the one holds
    that refused last.
    """
    wake.quietly(_tell, since)


def _tell(since: float) -> None:
    told = cache.get(_WEB)
    cache.set(_WEB, [max(since, told[0]) if told else since, time.time()], int(STALE))


def note(oldest: float | None) -> None:
    """Draw the conclusion. ``oldest``: seconds that the oldest delivery has been waiting, None where none waits."""
    now = time.time()
    try:
        web, heard = cache.get(_WEB), cache.get(_HEARD)
    except wake.BROKEN:
        return
    if web is None or now - web[1] > STALE or (oldest is not None and oldest > BEHIND):
        wake.quietly(cache.delete, _HEARD)
        return
    since = heard[0] if heard else now
    wake.quietly(cache.set, _HEARD, [max(since, web[0]), now], 300)


def heard_since(now: datetime) -> datetime | None:
    """Since when without a gap; None where it is not known to be so now."""
    try:
        heard = cache.get(_HEARD)
    except wake.BROKEN:
        return None
    if heard is None or now.timestamp() - heard[1] > LAST_HEARD:
        return None
    return datetime.fromtimestamp(heard[0], tz=UTC)
