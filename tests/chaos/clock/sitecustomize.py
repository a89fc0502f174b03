"""Python imports this at its start where this folder is on PYTHONPATH: the process's wall clock is CHAOS_CLOCK seconds off.

For the processes of script/chaos alone. ``time.time`` and ``datetime.now`` are all that the product and Celery read; timers
run on the monotonic clock, as on a machine whose clock is wrong.
"""

import datetime
import os
import time

_OFF = float(os.environ.get("CHAOS_CLOCK", "0"))
_real = datetime.datetime
_time = time.time


class _AnyDatetime(type(_real)):
    """What the database hands out is of the real class."""

    def __instancecheck__(cls, one):
        return isinstance(one, _real)

    def __subclasscheck__(cls, other):
        return issubclass(other, _real)


class _Shifted(_real, metaclass=_AnyDatetime):
    @classmethod
    def now(cls, tz=None):
        return _real.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls):
        return _real.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)


if _OFF:
    time.time = lambda: _time() + _OFF
    _Shifted.__name__ = _Shifted.__qualname__ = "datetime"
    datetime.datetime = _Shifted
