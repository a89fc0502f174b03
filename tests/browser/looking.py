"""What a browser can tell of a page: does it fit, and can everybody use it (axe-core, out of a package of Python's)."""

from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Rules that unfold breaks in parts that are not ours to change, and where.
UNFOLDS = {
    "landmark-unique": "simplebar-content-wrapper",  # each scrolling box is a region "scrollable content"
}


def too_wide(page: Page) -> str:
    """What makes the page scroll sideways; empty where nothing does."""
    width, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return f"{page.url}: {width} px wide, {room} px of room: {page.evaluate(_OUTSIDE)}" if width > room else ""


_OUTSIDE = """
[...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > window.innerWidth + 1).slice(-3)
  .map(e => e.outerHTML.slice(0, 120).replace(/\\s+/g, " ")).join(" | ")
"""


# Of what rules have fetched beforehand, the sheets of style serve none that is on: they would be read once more for each look.
ALL = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
CONTRAST = ALL | {"runOnly": ["color-contrast"]}  # what a theme changes
STRUCTURE = ALL | {"rules": {"color-contrast": {"enabled": False}}}  # what a width changes


def violations(page: Page, rules: dict = ALL) -> list[str]:
    """What axe finds: a line for each rule with the elements that break it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(document, options).then(r => r.violations)", rules)
    return [line for rule in found for line in _lines(page, rule)]


def _lines(page: Page, rule: dict) -> list[str]:
    return [
        f"{page.url}: {rule['id']}: {' '.join(map(str, node['target']))}: {' '.join(node['html'].split())[:160]} ({_why(node)})"
        for node in rule["nodes"]
        if not (rule["id"] in UNFOLDS and UNFOLDS[rule["id"]] in node["html"])
    ]


def _why(node: dict) -> str:
    return " ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])[:200]


def keep(page: Page, folder: str, name: str) -> None:
    """A picture of the whole page."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    # A caret would be hidden by a style of Playwright's, which the pages' policy refuses.
    page.screenshot(path=Path(folder) / f"{name}.png", full_page=True, caret="initial")
