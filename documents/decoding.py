"""Open a stranger's file in a child process with limits (child.py), never in ours.

A child that dies, is killed by a limit or does not end in time is the answer "too_heavy", and nothing else happens.
"""

import json
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import structlog

log = structlog.get_logger(__name__)

SECONDS = 30.0
_CHILD = Path(__file__).with_name("child.py")
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}


def picture(source: Path, target: Path, thumb: Path) -> dict:
    """The picture anew at ``target``, a small one at ``thumb``: {"mime", "width", "height"}, or {"why"}."""
    return _asked("picture", source, target, thumb)


def pdf(source: Path) -> dict:
    """{"pages"}; {"note"} where it is locked or damaged; {"why"} where it is a bomb."""
    return _asked("pdf", source)


def archive(source: Path, mime: str) -> dict:
    """{"mime"}, or {"why"} where it must be kept back."""
    return _asked("tape" if mime == "application/x-tar" else "archive", source)


def text(source: Path, most: int) -> str:
    """The first characters of a text file; "" where they cannot be read."""
    return _asked("text", source, str(most)).get("text", "")


def recording(source: Path, target: Path) -> bool:
    """A browser's recording as a voice message in Ogg/Opus at ``target``. False where it cannot be read."""
    done = _run("recording", source, imageio_ffmpeg.get_ffmpeg_exe(), target)
    return done is not None and done.returncode == 0 and target.is_file() and target.stat().st_size > 0


def _asked(what: str, *paths: Path | str) -> dict:
    done = _run(what, *paths)
    if done is None or done.returncode:
        log.warning("child_died", what=what, code=None if done is None else done.returncode)
        return {"why": "too_heavy"}
    return json.loads(done.stdout)


def _run(what: str, *paths: Path | str) -> subprocess.CompletedProcess | None:
    command = [sys.executable, "-I", str(_CHILD), what, *map(str, paths)]
    try:
        return subprocess.run(
            command, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL, env=_ENVIRONMENT
        )
    except subprocess.TimeoutExpired:  # run() has killed it
        return None
