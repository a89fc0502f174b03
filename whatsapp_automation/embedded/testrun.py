"""``script/test``: every check and test, on PostgreSQL and Valkey of their own below ``.local/test``.

script/test                 all of it: what is quick, what takes many seconds, what starts the product or a browser
script/test fast            what is quick alone, without coverage, bandit and pip-audit
script/test ARGUMENTS       pytest alone, with these arguments

The tests of a file stay in one of several processes, each with a database of its own; what drives one running product stays
together, and the browser's tests do (tests/conftest.py). All is one run of pytest: while some wait for a product, others
compute. The lines that the tests' own processes run are counted; those of a product that they start are not.

The checks run beside pytest, one after the other, and tell what they found when it is done.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
# Slipcover takes its marks out of a line that has run: it costs nothing, where a tracer makes Python half as slow again. It
# counts lines; with --branch it stands in this pytest's way.
COUNTED = ("-m", "slipcover", "--json", "--out")
FLOOR = 94  # percent
TOGETHER = ("--dist", "loadscope", "--no-loadscope-reorder")
# More than the two cores that most machines have, since many tests wait; of those that drive a product, half of their time.
FAST = ("-m", "not e2e and not browser and not slow", "-n", "3", *TOGETHER)
ALL = ("-n", "4", *TOGETHER)


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
            failed = _run(sys.argv[1:], env, signals, local / "coverage.json")
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


def _run(arguments: list[str], env: Mapping[str, str], signals: Signals, counted: Path) -> list[str]:
    """The names of the steps that failed."""
    checks, pytest, afterwards = _steps(arguments, counted)
    with ThreadPoolExecutor(1) as beside:  # its thread outlives what it starts, as leash.py asks
        ends = {name: beside.submit(_checked, command, env, signals) for name, command in checks.items()}
        say("\n== pytest")
        failed = [] if run_python(pytest, env, signals) == 0 else ["pytest"]
        ends |= {name: beside.submit(_checked, command, env, signals) for name, command in afterwards.items()}
        for name, end in ends.items():
            code, output = end.result()
            say(f"\n== {name}\n{output.strip()}")
            failed += [name] if code else []
    return failed


Steps = dict[str, tuple[str, ...]]


def _steps(arguments: list[str], counted: Path) -> tuple[Steps, tuple[str, ...], Steps]:
    """The checks, pytest, and what comes after it."""
    if arguments == ["fast"]:
        return CHECKS, (*PYTEST, *FAST), {}
    if arguments:
        return {}, (*PYTEST, *arguments), {}
    counting = (*COUNTED, str(counted), *PYTEST, *ALL)
    return CHECKS | LONG_CHECKS, counting, {"coverage": _coverage(counted)}


def _coverage(counted: Path) -> tuple[str, ...]:
    """A table of the files that are not wholly covered. Slipcover's own --fail-under forgets the processes of a run."""
    merge = ("--merge", str(counted), "--out", str(counted))
    return ("-m", "slipcover", *merge, "--skip-covered", "--fail-under", str(FLOOR))


def _checked(command: tuple[str, ...], env: Mapping[str, str], signals: Signals) -> tuple[int, str]:
    with tempfile.TemporaryFile("w+") as output:
        code = run_python(command, env, signals, output)
        output.seek(0)
        return code, output.read()


if __name__ == "__main__":
    sys.exit(main())
