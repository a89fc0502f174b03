"""The web server dies in mid-work, or the line of the pokes is cut: nobody is deceived, nothing is lost or sent twice."""

import pytest
from playwright.sync_api import expect

from .line import line
from .windows import POLL, SOON, Desk

PAUSED = "Live updates are paused."
THREE = ("First", "Second", "Third")


def test_the_web_server_dies_in_mid_work(desk, customer, world):
    padma = customer("Padma Rao", says="hello")
    inbox = desk("bina").open(padma)
    with inbox.page.expect_response("**/send"):  # its bubble may come earlier, by a poke
        inbox.answer("I am here.").wait_for()
    world.kill("web")
    inbox.page.locator("#paused", has_text=PAUSED).wait_for(timeout=SOON)
    _is_kept(inbox, "Fresh at seven.")
    inbox.row(padma).locator(".row-link").click()
    inbox.page.locator(".toast", has_text="The server did not answer.").wait_for()
    assert inbox.page.input_value("#text") == "Fresh at seven."
    for words in THREE:
        world.write(padma.phone, words)

    world.start_again("web")
    world.stack.wait_healthy()
    for words in THREE:
        inbox.bubble(words, of="customer").wait_for(timeout=POLL)
    expect(inbox.page.locator("#paused")).to_be_hidden(timeout=POLL)
    inbox.page.press("#text", "Enter")
    inbox.bubble("Fresh at seven.", of="person").wait_for()
    inbox.ticks("Fresh at seven.", "Delivered").wait_for(timeout=SOON)
    inbox.is_complete()
    assert _said(world, padma) == ["I am here.", "Fresh at seven."]


def test_the_web_server_dies_before_its_answer_is_heard(desk, customer, world):
    omana = customer("Omana Thomas", says="hello")
    inbox = desk("bina").open(omana)

    def die(route) -> None:
        route.fetch()  # the server has the message
        world.kill("web")
        route.abort()  # the browser does not know

    inbox.page.route("**/send", die)
    _is_kept(inbox, "Yes, today.")
    inbox.page.unroute("**/send")
    world.start_again("web")
    world.stack.wait_healthy()
    inbox.bubble("Yes, today.", of="person").wait_for(timeout=POLL)  # the page learns that it was sent
    inbox.page.press("#text", "Enter")
    expect(inbox.page.locator("#text")).to_have_value("")
    world.until(world.quiet)
    inbox.is_complete()
    assert _said(world, omana) == ["Yes, today."]


@pytest.fixture
def wire(world):
    """Between browser and server, for /events/ alone."""
    with line(world.web, "/events/") as made:
        yield made


def test_without_the_stream_the_page_asks_by_itself(desk, customer, world, wire):
    yamini = customer("Yamini Das", says="hello")
    inbox = desk("bina", at=wire.url).open(yamini)
    world.write(yamini.phone, "By a poke")
    inbox.bubble("By a poke", of="customer").wait_for(timeout=SOON)
    assert inbox.pokes

    wire.cut()
    inbox.page.locator("#paused", has_text=PAUSED).wait_for(timeout=SOON)
    inbox.pokes.clear()
    for words in THREE:
        world.write(yamini.phone, words)
    for words in THREE:
        inbox.bubble(words, of="customer").wait_for(timeout=POLL)
    inbox.answer("I am here all the same.").wait_for()
    assert inbox.pokes == []
    assert inbox.page.locator("#paused").is_visible()

    wire.mend()
    expect(inbox.page.locator("#paused")).to_be_hidden(timeout=POLL)
    world.write(yamini.phone, "Live again")
    inbox.bubble("Live again", of="customer").wait_for(timeout=SOON)
    assert inbox.pokes
    inbox.is_complete()


def _is_kept(inbox: Desk, words: str) -> None:
    """What is sent to a dead server stays in the box, and the page says so."""
    inbox.page.fill("#text", words)
    inbox.page.press("#text", "Enter")
    expect(inbox.page.locator("#composer-error")).to_contain_text("Your text is kept; nothing was sent twice.")
    assert inbox.page.input_value("#text") == words


def _said(world, customer) -> list[str]:
    """The agent's messages on the phone: the bot's greeting has buttons."""
    return [one["text"] for one in world.answers(customer.phone) if one["kind"] == "text"]
