"""A browser for tests: Debian's chromium, and what goes wrong in a page of it."""

import os
import shutil

CHROMIUM = shutil.which("chromium")
# The build without windows costs less, and shows no PDF. When a tab is closed there, another one does not always get its lock.
SHELL = shutil.which("chromium-headless-shell") or CHROMIUM
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PICTURES = os.environ.get("PICTURES", "")  # a folder: every page that is looked at is kept there as a picture


def problems_of(page) -> list[str]:
    """What goes wrong in the page, from now on."""
    problems = []
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.on("console", lambda line: problems.append(f"{page.url}: {line.text}") if _is_bad(line) else None)
    page.on("requestfailed", lambda request: _note(problems, page, request))
    return problems


def _is_bad(line) -> bool:
    return line.type in ("error", "warning")


def _note(problems: list[str], page, request) -> None:
    """A page that is left while it still asks for something has not failed at it."""
    if "ERR_ABORTED" not in (request.failure or ""):
        problems.append(f"{page.url}: {request.url} {request.failure}")
