"""An owner tries their own bot: the page asks, the bot's worker finds the answer, and no customer hears of it."""

from playwright.sync_api import expect

from ..browsing import problems_of
from .windows import SOON

ASKED = "Is the ghee hand churned?"  # no rule answers it, one of the demo's answers does


def test_the_worker_answers_what_no_rule_does(window, world, session_of):
    page = window(world.web, session=session_of("asha"))
    problems = problems_of(page)
    before = world.query("SELECT count(*) AS messages FROM conversations_message")
    page.goto("/admin/aibot/rule/try/")
    page.fill("#try-text", ASKED)
    page.click("#try-form .button-primary")
    expect(page.locator(".try-bot .bubble-text")).to_have_count(1, timeout=SOON)
    expect(page.locator("#try-thread[data-thinks]")).to_have_count(0)
    expect(page.locator("#try-form .button-primary")).to_be_enabled()
    expect(page.locator(".try-bot .try-trace")).to_contain_text("How is your ghee made?")
    assert world.query("SELECT count(*) AS messages FROM conversations_message") == before
    assert problems == []
