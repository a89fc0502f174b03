"""A customer writes, an agent answers: both windows show it by themselves."""

import time
from datetime import UTC, datetime, timedelta
from statistics import median

from playwright.sync_api import expect

from .windows import SOON


def test_a_customer_s_message_comes_by_a_poke(desk, customer, phone):
    lata = customer("Lata Kulkarni")
    inbox, hers = desk("bina"), phone(lata)
    hers.write("Namaste")
    inbox.open(lata)
    inbox.key("t")  # the bot is silent: the newest words are hers
    inbox.answerer("Bina Rao answers").wait_for()
    in_thread, in_list = [], []
    for words in ("Is the paneer fresh?", "Is it soft?", "How much is left?", "Can I come at five?", "Or at six?"):
        inbox.pokes.clear()
        written = time.monotonic()
        hers.write(words)
        inbox.bubble(words, of="customer").wait_for(timeout=SOON)
        in_thread.append(time.monotonic() - written)
        inbox.row(lata, words).wait_for(timeout=SOON)
        in_list.append(time.monotonic() - written)
        assert {"message"} <= {one["kind"] for one in inbox.pokes if one["conversation"] == inbox.conversation}
    print(f"together: in the thread after {_told(in_thread)}, in the list after {_told(in_list)}")  # noqa: T201
    assert not inbox.was_reloaded
    assert inbox.problems == hers.problems == []


def test_an_agent_s_answer_and_its_ticks(desk, customer, phone, world):
    meera = customer("Meera Joshi", says="Do you have curd?")
    inbox = desk("bina").open(meera)
    with world.frozen("inbound"):  # no status is worked off
        inbox.answer("Yes, 500 g is 45 rupees.").wait_for()
        inbox.ticks("500 g is", "Accepted by WhatsApp").wait_for(timeout=SOON)
        assert inbox.page.input_value("#text") == ""
    inbox.ticks("500 g is", "Delivered").wait_for(timeout=SOON)
    hers = phone(meera)
    hers.bubble("500 g is").wait_for()
    inbox.ticks("500 g is", "Read").wait_for(timeout=SOON)
    expect(inbox.bubble("500 g is").locator(".ticks")).to_have_class("ticks ticks-read")
    inbox.is_complete()
    assert inbox.problems == hers.problems == []


def test_a_conversation_opens_though_the_list_is_fetched_anew_meanwhile(desk, customer):
    noor = customer("Noor Fatima", says="hello")
    inbox = desk("bina")
    inbox.row(noor).wait_for(timeout=SOON)
    inbox.page.clock.install()
    inbox.page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))  # an answer comes sooner than the skeleton
    inbox.row(noor).locator(".row-link").evaluate(CLICKED_AND_REPLACED)
    inbox.page.locator("#chat-name", has_text="Noor Fatima").wait_for()
    inbox.page.clock.run_for(500)
    expect(inbox.page.locator("#chat-name")).to_have_text("Noor Fatima")
    assert inbox.problems == []


CLICKED_AND_REPLACED = """
link => {
    link.click();
    const rows = link.closest(".rows");
    rows.replaceWith(rows.cloneNode(true));
}"""


def _told(seconds: list[float]) -> str:
    return f"{median(seconds) * 1000:.0f} ms (at most {max(seconds) * 1000:.0f} ms)"
