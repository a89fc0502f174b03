"""``script/test``: every check and test, on PostgreSQL and Valkey of their own below ``.local/test``.

script/test                 all of it, with coverage
script/test fast            without the tests that need running processes, a browser or many seconds, without coverage; in two processes,
                            each with a database of its own
script/test ARGUMENTS       pytest alone, with these arguments
"""

import os
import sys
from collections.abc import Mapping

from . import environment, keys, lock
from .foreground import run_python
from .paths import local_dir, shown
from .stack import services
from .supervisor import Signals, StartError
from .terminal import say, step

CHECKS = {
    "ruff format": ("-m", "ruff", "format", "--check", "."),
    "ruff check": ("-m", "ruff", "check", "."),
    "lint-imports": ("-c", "from importlinter.cli import lint_imports_command as run; run()"),
    "manage.py check": ("manage.py", "check", "--fail-level", "WARNING"),
    "migrations": ("manage.py", "makemigrations", "--check", "--dry-run"),
    "bandit": ("-m", "bandit", "-q", "-c", "pyproject.toml", "-r", "."),
}
AUDIT = {"pip-audit": ("-m", "whatsapp_automation.embedded.audit")}
PYTEST = ("-m", "pytest")
# Groups: tests/conftest.py keeps together what shares a fixture of its file, or the ports of its folder.
FAST = ("-m", "not e2e and not browser and not slow", "-n", "2", "--dist", "loadfile")


def main() -> int:
    """Exit code 0 only when every step passed; 1 otherwise."""
    local = local_dir() / "test"
    signals = Signals()
    signals.catch()
    try:
        with services(local, durable=False, say=say, step=step) as urls:
            secrets = keys.load(local)
            given = environment.without_settings(os.environ) | urls
            env = environment.build(local, secrets, given, web=8000, simulator=9090, name="test")
            failed = [
                name for name, command in _steps(sys.argv[1:]).items() if not _passes(name, command, env, signals)
            ]
    except lock.Busy as busy:
        say(f"Tests run here already ({busy}): they share {shown(local)}.")
        return 1
    except (StartError, keys.KeysError, OSError) as error:
        say(f"{error}")
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 1
    say(f"script/test: FAILED: {', '.join(failed)}" if failed else "script/test: every step passed")
    return 1 if failed else 0


def _steps(arguments: list[str]) -> dict[str, tuple[str, ...]]:
    """The steps in order. pytest is the last, so that its closing line stands at the end."""
    if arguments == ["fast"]:
        return CHECKS | {"pytest": (*PYTEST, *FAST)}
    if arguments:
        return {"pytest": (*PYTEST, *arguments)}
    return CHECKS | AUDIT | {"pytest": (*PYTEST, "--cov", "--cov-report=term")}


def _passes(name: str, arguments: tuple[str, ...], env: Mapping[str, str], signals: Signals) -> bool:
    say(f"\n== {name}")
    return run_python(arguments, env, signals) == 0


if __name__ == "__main__":
    sys.exit(main())
