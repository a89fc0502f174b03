"""The whole work on a phone of 360 px: one column at a time."""

from playwright.sync_api import expect

from ..browser.looking import too_wide
from .windows import SOON


def test_a_walk_on_a_phone(desk, customer, phone):
    veena = customer("Veena Murthy", says="hello")
    inbox, hers = desk("bina", width=360), phone(veena)
    page = inbox.page
    expect(page.locator("#chat")).to_be_hidden()
    assert too_wide(page) == ""

    inbox.open(veena)
    expect(page.locator("#list")).to_be_hidden()
    assert too_wide(page) == ""
    hers.write("Do you deliver to Jayanagar?")
    inbox.bubble("Jayanagar", of="customer").wait_for(timeout=SOON)
    page.fill("#text", "From Monday on, yes.")
    page.click("button.send")
    hers.bubble("From Monday on").wait_for(timeout=SOON)
    inbox.ticks("From Monday on", "Read").wait_for(timeout=SOON)

    page.click("[data-back]")
    inbox.row(veena, "From Monday on").wait_for(timeout=SOON)
    expect(page.locator("#chat")).to_be_hidden()
    inbox.open(veena)
    page.click(".contact-button")
    pane = page.locator("#contact")
    expect(pane).to_be_visible()
    expect(pane).to_contain_text("Veena Murthy")
    assert too_wide(page) == ""
    page.click(".contact-close")
    expect(pane).to_be_hidden()

    page.click("#do-close")
    inbox.answerer("Closed").wait_for()
    page.click("[data-back]")
    expect(inbox.row(veena)).to_have_count(0, timeout=SOON)
    page.click("#tab-closed")
    inbox.row(veena).wait_for()
    assert inbox.problems == hers.problems == []
