"""A step of ``script/test``: are weaknesses known of the pinned packages? Asks pip-audit, which asks PyPI.

Where PyPI's service cannot be reached nothing is known: it says so and passes, so that the tests need no network.
"""

import json
import subprocess
import sys

from .paths import REPO
from .terminal import say

SECONDS = 120


def main() -> int:
    """1 where a weakness is known, else 0."""
    code, told = verdict(_ask())
    say(told)
    return code


def verdict(report: str) -> tuple[int, str]:
    """The exit code and the words for pip-audit's JSON; for anything else that nothing is known."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, TypeError, KeyError):
        return 0, "Skipped: pip-audit could not reach its service."
    weak = [(one, hole) for one in packages for hole in one.get("vulns", ())]
    if weak:
        return 1, "\n".join(_words(one, hole) for one, hole in weak)
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    if packages and len(unknown) == len(packages):
        return 0, "Skipped: pip-audit's service knows none of our packages, so it is not the real one."
    apart = f"; not known there: {', '.join(unknown)}" if unknown else ""
    return 0, f"No weakness is known of {len(packages) - len(unknown)} packages{apart}."


def _words(package: dict, hole: dict) -> str:
    mended = ", ".join(hole.get("fix_versions") or ()) or "no version yet"
    return f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}"


def _ask() -> str:
    """What pip-audit printed on standard output; "" where it took too long."""
    options = ("-r", "requirements.txt", "--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json")
    command = [sys.executable, "-m", "pip_audit", *options]
    try:
        done = subprocess.run(
            command, cwd=REPO, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
