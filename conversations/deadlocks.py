"""Again after a deadlock: for acts of people that lock a contact and its conversations.

The drain takes the two in either order: a new name locks the contact first, a STOP or an e-mail address the contact last. So
no order of ours would keep out of its way, and PostgreSQL ends one of the two. The drain works its pass off again; an act
wrapped in ``again_after_deadlock`` is done again too.
"""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected

TRIES = 4
_Act = TypeVar("_Act", bound=Callable)


def again_after_deadlock(act: _Act) -> _Act:
    """Run ``act`` in a transaction of its own, or a savepoint of the caller's: its end lets go the locks that it took."""

    @wraps(act)
    def done(*args, **kwargs):
        for left in reversed(range(TRIES)):
            try:
                with transaction.atomic():
                    return act(*args, **kwargs)
            except OperationalError as error:
                if not (left and isinstance(error.__cause__, DeadlockDetected)):
                    raise
        raise AssertionError  # the last try returns or raises

    return done
