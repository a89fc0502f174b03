"""What the person at the terminal sees: each long step with its duration."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Say = Callable[[str], None]
Step = Callable[[str], AbstractContextManager[None]]


_open_step = ""  # the step whose line waits for its time


def say(text: str = "") -> None:
    """Print a line. Inside a step it stands below the step's, which is then repeated with its time."""
    global _open_step
    if _open_step:
        sys.stdout.write("\n")
        _open_step = ""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def nothing(text: str) -> None:
    """Say nothing: for tests and benchmarks that start services by themselves."""


@contextmanager
def step(text: str) -> Iterator[None]:
    """``Applying migrations ... 2 s``. A step that fails ends its line without a time; the error follows."""
    global _open_step
    sys.stdout.write(f"{text} ... ")
    sys.stdout.flush()
    _open_step, started = text, time.monotonic()
    try:
        yield
    except BaseException:
        if _open_step:
            _open_step = ""
            say()
        raise
    seconds = time.monotonic() - started
    taken = f"{seconds:.0f} s" if seconds >= 9.5 else f"{seconds:.1f} s"
    interrupted, _open_step = not _open_step, ""
    say(f"{text} ... {taken}" if interrupted else taken)


@contextmanager
def silent_step(text: str) -> Iterator[None]:
    yield
