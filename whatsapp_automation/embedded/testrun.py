"""``script/test``: every check and test, on PostgreSQL and Valkey of their own below ``.local/test``.

script/test                 all of it: what is quick, what takes many seconds, what starts the product or a browser
script/test fast            what is quick alone, without coverage, bandit and pip-audit
script/test ARGUMENTS       pytest alone, with these arguments

The tests of a file stay in one of several processes, each with a database of its own; what drives one running product stays
together, and the browser's tests do (tests/conftest.py). All is one run of pytest: while some wait for a product, others
compute. Coverage is counted of the quick ones alone.

The checks run beside pytest, one after the other, and tell what they found when it is done.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

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
}
LONG_CHECKS = {
    "bandit": ("-m", "bandit", "-q", "-c", "pyproject.toml", "-r", "."),
    "pip-audit": ("-m", "whatsapp_automation.embedded.audit"),
}
PYTEST = ("-m", "pytest")
# Where images for containers set it, each of a run's hundred processes would compile all that it imports, and rewrite the
# tests' asserts: ten seconds of a processor for each process of pytest's.
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
TOGETHER = ("--dist", "loadscope", "--no-loadscope-reorder")
# More than the two cores that most machines have, since many tests wait; of those that drive a product, half of their time.
FAST = ("-m", "not e2e and not browser and not slow", "-n", "3", *TOGETHER)
ALL = ("-n", "4", *TOGETHER, "--cov", "--cov-report=term")


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
            env.pop(NO_BYTECODE, None)
            failed = _run(sys.argv[1:], env, signals)
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


def _run(arguments: list[str], env: Mapping[str, str], signals: Signals) -> list[str]:
    """The names of the steps that failed."""
    checks, options = _steps(arguments)
    with ThreadPoolExecutor(1) as beside:  # its thread outlives what it starts, as leash.py asks
        ends = {name: beside.submit(_checked, command, env, signals) for name, command in checks.items()}
        say("\n== pytest")
        failed = [] if run_python((*PYTEST, *options), env, signals) == 0 else ["pytest"]
        for name, end in ends.items():
            code, output = end.result()
            say(f"\n== {name}\n{output.strip()}")
            failed += [name] if code else []
    return failed


def _steps(arguments: list[str]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The checks, and what pytest is told."""
    if arguments == ["fast"]:
        return CHECKS, FAST
    if arguments:
        return {}, tuple(arguments)
    return CHECKS | LONG_CHECKS, ALL


def _checked(command: tuple[str, ...], env: Mapping[str, str], signals: Signals) -> tuple[int, str]:
    with tempfile.TemporaryFile("w+") as output:
        code = run_python(command, env, signals, output)
        output.seek(0)
        return code, output.read()


if __name__ == "__main__":
    sys.exit(main())
