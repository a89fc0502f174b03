"""A command that shares our terminal and ends before we do."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import IO

from .leash import leashed
from .paths import REPO
from .supervisor import Signals, kill_group

PATIENCE_SECONDS = 30.0


def run_python(arguments: tuple[str, ...], env: Mapping[str, str], signals: Signals, output: IO | None = None) -> int:
    """Run this Python with these arguments from the repository; its exit code (negative: the signal that ended it). What it
    prints goes to ``output``, or to our terminal.

    A signal that ``signals`` notes goes on to it as SIGINT, once; after 30 s, or at a second one, it is killed. Then
    KeyboardInterrupt is raised.
    """
    signals.check()
    command = leashed([sys.executable, *arguments], signal.SIGINT)
    # A session of its own: Ctrl-C reaches us alone, so that it hears of it once.
    running = subprocess.Popen(
        command,
        env=env,
        cwd=REPO,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    try:
        while not signals.count:
            try:
                return running.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                continue
        running.send_signal(signal.SIGINT)
        _wait_for_end(running, signals)
    finally:
        kill_group(running)
    raise KeyboardInterrupt


def _wait_for_end(running: subprocess.Popen, signals: Signals) -> None:
    waited = 0.0
    while signals.count == 1 and waited < PATIENCE_SECONDS:
        try:
            running.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            waited += 0.2
        else:
            return
