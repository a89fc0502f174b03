"""How the cost of a piece of work grows with its size: what holds on any machine, however busy."""

import time
from collections.abc import Callable


def growth(small: Callable[[], object], large: Callable[[], object]) -> float:
    """How many times the processor's time of ``small`` ``large`` takes, each at its best of three."""
    return _best(large) / max(_best(small), 1e-4)


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        started = time.thread_time()
        work()
        times.append(time.thread_time() - started)
    return min(times)
