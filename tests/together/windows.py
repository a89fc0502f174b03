"""What a test does in a window, and what it sees there: at an agent's desk, on a customer's phone."""

import json
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from whatsapp_automation.embedded.environment import DEMO_PHONE_NUMBER_ID

from ..browsing import problems_of
from ..e2e.world import World

SOON = 10_000  # ms: the page's own poll comes every 15 seconds, so this was not it
POLL = 40_000  # and this is twice the poll, and some


@dataclass(frozen=True)
class Customer:
    id: str
    name: str
    phone: str


class Desk:
    """An agent's inbox. ``pokes`` are those that the browser heard of /events/, ``problems`` what went wrong in the page."""

    def __init__(self, page: Page, world: World):
        self.page, self.world = page, world
        self.pokes: list[dict] = []
        self.problems = problems_of(page)
        line = page.context.new_cdp_session(page)
        line.on("Network.eventSourceMessageReceived", self._hear)
        line.send("Network.enable")
        page.goto("/inbox/")
        page.evaluate("window.isTheSame = true")

    def _hear(self, event: dict) -> None:
        if event["eventName"] == "message":
            self.pokes.append(json.loads(event["data"]))

    @property
    def was_reloaded(self) -> bool:
        return not self.page.evaluate("window.isTheSame === true")

    @property
    def conversation(self) -> str:
        """The id of the one that is open."""
        return self.page.get_attribute("#chat-in", "data-conversation")

    def row(self, customer: Customer, words: str = "") -> Locator:
        return self.page.locator(".row", has_text=customer.name).filter(has_text=words)

    def open(self, customer: Customer) -> "Desk":
        self.row(customer).locator(".row-link").click(timeout=SOON)
        self.page.locator("#chat-name", has_text=customer.name).wait_for()
        return self

    def bubble(self, words: str, *, of: str = "") -> Locator:
        """``of``: customer, person, bot, note or line."""
        return self.page.locator(f".said{f'-{of}' if of else ''}", has_text=words)

    def answerer(self, words: str) -> Locator:
        return self.page.locator("#answerer", has_text=words)

    def ticks(self, words: str, state: str) -> Locator:
        """The ticks of the message with these words, if they say this."""
        return self.bubble(words).locator(".ticks").filter(has_text=state)

    def answer(self, words: str) -> Locator:
        self.page.fill("#text", words)
        self.page.press("#text", "Enter")
        return self.bubble(words, of="person")

    def key(self, key: str) -> None:
        """One of the page's own, not a letter of a text."""
        self.page.evaluate("document.activeElement.blur()")
        self.page.keyboard.press(key)

    def is_complete(self) -> None:
        """The thread as it has grown here becomes what one sees who opens it now: no gap, nothing twice, the same ticks."""
        self.world.until(self.world.quiet)
        fresh = self.page.context.new_page()
        fresh.goto(self.page.url)
        lines = [" ".join(words.split()) for words in fresh.locator(".said").all_inner_texts()]
        fresh.close()
        expect(self.page.locator(".said")).to_have_text(lines, use_inner_text=True, timeout=POLL)
        assert not self.was_reloaded


class Phone:
    """A customer's phone, which is looked at as long as it is open."""

    def __init__(self, page: Page, customer: Customer):
        self.page = page
        self.problems = problems_of(page)
        page.goto(f"/#number={DEMO_PHONE_NUMBER_ID}&customer={customer.id}")
        page.locator("#owner", has_text=customer.name).wait_for()

    def write(self, words: str) -> None:
        self.page.fill("#text", words)
        self.page.press("#text", "Enter")

    def bubble(self, words: str) -> Locator:
        """Of the business's."""
        return self.page.locator(".row:not(.mine)", has_text=words)
