"""Who answers: the bot, one of the team, and what the others see of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from accounts.models import DAYS

from .windows import SOON

ROMAN = ("Somvar", "Mangalvar", "Budhvar", "Guruvar", "Shukravar", "Shanivar", "Ravivar")


def test_who_takes_over_silences_the_bot_until_it_is_given_back(desk, customer, phone, world):
    rekha = customer("Rekha Shetty", says="hello")
    inbox, hers = desk("bina").open(rekha), phone(rekha)
    greeting = len(world.answers(rekha.phone))
    with world.frozen("send"):  # the bot's reply waits
        hers.write("What is the price of paneer?")
        inbox.ticks("Fresh paneer", "Waiting").wait_for(timeout=SOON)
        inbox.key("t")
        inbox.answerer("Bina Rao answers").wait_for()
        inbox.bubble("Bina Rao took over from the bot.", of="line").wait_for()
        inbox.bubble("A reply of the bot's that was waiting was not sent.", of="line").wait_for()
        inbox.ticks("Fresh paneer", "Not sent").wait_for()
    world.until(world.quiet)
    assert len(world.answers(rekha.phone)) == greeting

    hers.write("Is anybody there?")
    inbox.bubble("Is anybody there?", of="customer").wait_for(timeout=SOON)
    inbox.page.click("#do-return")
    inbox.answerer("The bot answers").wait_for()
    hers.write("What is the price of ghee?")
    hers.bubble("Cow ghee").wait_for(timeout=SOON)
    inbox.bubble("Cow ghee", of="bot").wait_for(timeout=SOON)
    inbox.page.click("#do-takeover")
    inbox.answerer("Bina Rao answers").wait_for()
    assert len(world.answers(rekha.phone)) == greeting + 1  # what was asked of a person the bot does not answer later
    assert not inbox.was_reloaded
    assert inbox.problems == hers.problems == []


def test_two_agents_see_what_the_other_does(desk, customer):
    farah = customer("Farah Khan", says="hello")
    hers, other = desk("asha").open(farah), desk("bina").open(farah)
    hers.page.locator("#text").press_sequentially("One mom")
    other.page.locator("#typing", has_text="Asha Verma is replying").wait_for(timeout=SOON)
    expect(hers.page.locator("#typing")).to_be_empty()  # nobody is told of themselves
    expect(other.page.locator("#typing")).to_be_empty(timeout=20_000)  # she has stopped

    hers.page.click("#do-takeover")
    other.answerer("Asha Verma answers").wait_for(timeout=SOON)
    hers.page.click("#do-assign")
    hers.page.click("#assign-menu >> text=Bina Rao")
    for one in (hers, other):
        one.answerer("Bina Rao answers").wait_for(timeout=SOON)
        one.bubble("Asha Verma gave the conversation to Bina Rao.", of="line").wait_for()
        one.row(farah, "Bina Rao").wait_for(timeout=SOON)
        assert not one.was_reloaded
    other.page.click("#tab-mine")
    other.row(farah).wait_for()
    assert hers.page.input_value("#text") == "One mom"
    assert hers.problems == other.problems == []


@pytest.fixture
def opens_later(world):
    """The shop is closed today and tomorrow; when it opens again, in English and in Romanised Hindi."""
    day = datetime.now(UTC).astimezone(ZoneInfo("Asia/Kolkata")) + timedelta(days=3)
    hours = {name: [] for name in DAYS} | {DAYS[day.weekday()]: [["10:00", "18:00"]]}
    with world.owner() as owner:
        settings = f"{world.web}/api/settings"
        before = owner.get(settings, timeout=10).json()["hours"]
        assert owner.patch(settings, json={"hours": hours}, timeout=10).status_code == 200
        yield {"en": f"on {day:%A} at 10:00", "hi-Latn": f"{ROMAN[day.weekday()]} ko 10:00 baje"}
        assert owner.patch(settings, json={"hours": before}, timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("name", "words", "language"),
    [("Peter Lobo", "agent", "en"), ("Prakash Jha", "insaan se baat karni hai", "hi-Latn")],
)
def test_out_of_hours_a_customer_is_told_when_somebody_comes(desk, customer, phone, opens_later, name, words, language):
    one = customer(name)
    inbox, theirs = desk("bina"), phone(one)
    inbox.page.click("#tab-unassigned")
    theirs.write(words)
    theirs.bubble(opens_later[language]).wait_for(timeout=SOON)
    row = inbox.row(one, "Nobody yet")
    row.wait_for(timeout=SOON)
    expect(row.locator("[title='Waits for a person']")).to_be_visible()
    inbox.open(one).bubble("The customer asked for a person.", of="line").wait_for()
    inbox.answerer("A person answers").wait_for()
    assert inbox.problems == theirs.problems == []
