"""Processes of the product that a test may kill.

Importing the product costs a processor a second and a half. These are forked from a process that has imported it and has neither a
connection nor a second thread, so that each has what a new one would have.
"""

import multiprocessing
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

import django
from django.conf import settings
from django.db import connection

django.setup()

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.children", "aibot.model", "openai", "webhooks.drain"])


class Child:
    """``act(*arguments, pipe)`` in a process of its own, on this test's database, with these settings. ``act`` is a function that a
    module names; ``pipe`` is its end of ours.
    """

    def __init__(self, act: Callable, *arguments: Any, given: Mapping[str, Any] | None = None):
        self.pipe, theirs = _forks.Pipe()
        start = (connection.settings_dict["NAME"], dict(given or {}), act, arguments, theirs)
        self.process = _forks.Process(target=_run, args=start, daemon=True)
        self.process.start()
        theirs.close()

    @property
    def is_alive(self) -> bool:
        return self.process.is_alive()

    def told(self) -> Any:
        """The next thing that it sends; raises EOFError when it has died, AssertionError with its own words when it failed."""
        word = self.pipe.recv()
        assert not isinstance(word, Failed), word
        return word

    def kill(self) -> None:
        """SIGKILL; it is gone when this returns."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Failed(str):
    """What a child says of the error that ended it."""


def _run(database: str, given: Mapping[str, Any], act: Callable, arguments: tuple, pipe: Connection) -> None:
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = database
    for name, value in given.items():
        setattr(settings, name, value)
    try:
        act(*arguments, pipe)
    except BaseException:
        with suppress(OSError):
            pipe.send(Failed(traceback.format_exc()))
        raise
