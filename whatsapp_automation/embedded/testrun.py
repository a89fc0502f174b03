"""``script/test``: every check and test, on PostgreSQL and Valkey of their own below ``.local/test``.

script/test                 all of it: what is quick, with coverage; what takes many seconds; what starts the product or a browser
script/test fast            what is quick alone, without coverage, bandit and pip-audit
script/test ARGUMENTS       pytest alone, with these arguments

The tests of a file stay in one of several processes, each with a database of its own; of the last part, what drives one
running product stays together, and the browser's tests do (tests/conftest.py). Coverage is counted of the quick ones alone: it makes
each line half as slow again.

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
# Three, since many tests wait, and most machines have two cores.
TOGETHER = ("-n", "3", "--dist", "loadscope", "--no-loadscope-reorder")
FAST = ("-m", "not e2e and not browser and not slow", *TOGETHER)
PARTS = {
    "pytest": (*FAST, "--cov", "--cov-report=term"),
    "pytest, what takes long": ("-m", "slow and not e2e and not browser", *TOGETHER),
    "pytest, the whole product": ("-m", "e2e or browser", *TOGETHER),
}


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
    checks, parts = _steps(arguments)
    with ThreadPoolExecutor(1) as beside:  # its thread outlives what it starts, as leash.py asks
        ends = {name: beside.submit(_checked, command, env, signals) for name, command in checks.items()}
        failed = []
        for name, options in parts.items():
            say(f"\n== {name}")
            failed += [] if run_python((*PYTEST, *options), env, signals) == 0 else [name]
        for name, end in ends.items():
            code, output = end.result()
            say(f"\n== {name}\n{output.strip()}")
            failed += [name] if code else []
    return failed


def _steps(arguments: list[str]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The checks, and what pytest is told each time that it runs."""
    if arguments == ["fast"]:
        return CHECKS, {"pytest": FAST}
    if arguments:
        return {}, {"pytest": tuple(arguments)}
    return CHECKS | LONG_CHECKS, PARTS


def _checked(command: tuple[str, ...], env: Mapping[str, str], signals: Signals) -> tuple[int, str]:
    with tempfile.TemporaryFile("w+") as output:
        code = run_python(command, env, signals, output)
        output.seek(0)
        return code, output.read()


if __name__ == "__main__":
    sys.exit(main())
