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
OPTIONS = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
STRUCTURE = frozenset({"structure"})  # what a width changes
CONTRAST = frozenset({"contrast"})  # what a theme changes
ALL = STRUCTURE | CONTRAST


def bring_axe(page: Page) -> None:
    """Every page that this tab opens from now on has axe at hand: its half a megabyte comes to the browser once, not with each page."""
    page.add_init_script(f"window.bringAxe = () => {{ if (!window.axe) {{ {AXE_SCRIPT} }} }};")


def violations(page: Page, rules: frozenset[str] = ALL) -> list[str]:
    """What axe finds: a line for each rule with the elements that break it. Of text that is coloured alike a few are looked at, once
    in a process: see contrast.js.
    """
    if not page.evaluate("window.bringAxe?.(); 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = []
    if "structure" in rules:
        found += page.evaluate("options => axe.run(document, options).then(r => r.violations)", _NO_CONTRAST)
    if "contrast" in rules:
        looked = page.evaluate(_CONTRAST, [OPTIONS, sorted(_JUDGED)])
        _JUDGED.update(looked["judged"])
        found += looked["violations"]
    return [line for rule in found for line in _lines(page, rule)]


_NO_CONTRAST = OPTIONS | {"rules": {"color-contrast": {"enabled": False}}}
_CONTRAST = Path(__file__).with_name("contrast.js").read_text()
_JUDGED: set[str] = set()  # the colourings whose contrast axe has found good


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
