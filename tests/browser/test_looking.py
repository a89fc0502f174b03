"""What is asked of axe, of a page whose faults are known: the contrast of some stands for that of all that is coloured alike."""

import re

from .looking import CONTRAST, STRUCTURE, violations

PAGE = """<!doctype html><html lang="en"><title>A page</title>
<style>body { color: #000; background: #fff } .pale { color: #aaa } .dark { background: #333; padding: 4px }
.over { position: relative; width: 200px; height: 40px } .over > * { position: absolute; inset: 0 }</style>
<main><h1>A page</h1>
<table>%(rows)s</table>
<p id="faint" style="opacity: .3">As black as the others, and not as dark</p>
<p class="dark"><span id="on-dark">As black as the others, on another ground</span></p>
<p class="dark"><button id="off" disabled style="background: #333; color: #000; border: 0">Cannot be pressed</button>
<button id="on" style="background: #333; color: #000; border: 0">Can be pressed</button></p>
<div class="over"><div class="dark"></div><div id="covers">Over what is no ancestor</div></div>
<p id="short" class="pale">x</p> <p id="long" class="pale">Too pale</p>
<input id="typed" class="pale" value="Too pale" aria-label="Typed">
</main></html>"""
ROWS = "".join(f"<tr><td>Row {number}<td>Good</tr>" for number in range(60))
BAD = ["faint", "on-dark", "on", "covers", "long", "typed"]


def bad_in(lines: list[str]) -> list[str]:
    return [re.search(r"color-contrast: #(\S+):", line)[1] for line in lines if "color-contrast" in line]


def test_each_text_that_is_too_pale_is_found_and_found_again(here, opened):
    page, _problems = opened(None)

    def look() -> list[list[str]]:
        page.set_content(PAGE % {"rows": ROWS})
        return [bad_in(violations(page, CONTRAST)) for _ in range(2)]

    assert [sorted(found) for found in here(look)] == [sorted(BAD)] * 2


def test_one_row_of_many_that_is_too_pale_is_found_where_the_others_are_known(here, opened):
    page, _problems = opened(None)

    def look() -> tuple[list[str], list[str]]:
        page.set_content(PAGE % {"rows": ROWS})
        before = bad_in(violations(page, CONTRAST))
        page.evaluate("document.querySelector('tr:nth-child(50) td').id = 'row-50'")
        page.evaluate("document.querySelector('#row-50').style.color = '#bbb'")
        return before, bad_in(violations(page, CONTRAST))

    before, after = here(look)
    assert set(after) - set(before) == {"row-50"}


def test_structure_is_all_but_contrast(here, opened):
    page, _problems = opened(None)

    def look() -> list[str]:
        page.set_content(PAGE % {"rows": ROWS})
        page.evaluate("document.getElementById('typed').removeAttribute('aria-label')")
        return violations(page, STRUCTURE)

    found = here(look)
    assert [line for line in found if ": label: #typed" in line]
    assert bad_in(found) == []
