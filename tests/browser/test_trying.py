""" "Try it" in a browser: a conversation with one's own bot, through rules, a tap and the language model, on a phone and at a desk."""

import pytest
from django_scopes import scopes_disabled

from aibot import trials
from aibot.models import Budget, Price, Trial

from ..aibot.provider_server import openai_at
from ..browsing import PICTURES
from .looking import keep, too_wide, violations

TRY = "/admin/aibot/rule/try/"
ODD = "my neighbour says it is the best"  # no rule answers it


@pytest.fixture(autouse=True)
def nothing_said_yet(shop):
    with scopes_disabled():
        Trial.objects.all().delete()


@pytest.fixture
def model(settings, empty_cache):
    with openai_at(settings) as running, scopes_disabled():
        Price.objects.get_or_create(
            model="small-and-kind", valid_from="2026-01-01", defaults={"per_million_in": 2, "per_million_out": 10}
        )
        settings.AI_DAILY_TOKEN_BUDGET = 50_000  # so that a call is seen in the per cents
        kept = list(Budget.objects.all())  # the pages of budgets show some that are used up
        Budget.objects.all().delete()
        running.says("Happy to hear that. Shall we keep some for you?", city="Pune")
        yield running
        Budget.objects.all().delete()
        Budget.objects.bulk_create(kept)


@pytest.mark.parametrize(
    ("width", "theme", "language"), [(360, "light", "en"), (1280, "dark", "en"), (360, "dark", "hi")]
)
def test_a_whole_conversation(here, opened, shop, model, width, theme, language):
    page, problems = opened(shop.owner, width=width, theme=theme, language=language)
    wrong, used = [], []

    def look(name: str) -> None:
        wrong.extend(filter(None, [too_wide(page), *violations(page)]))
        if PICTURES:
            keep(page, PICTURES, f"try-{name}-{width}-{theme}-{language}")

    def begin() -> None:
        page.goto(TRY)
        page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", theme == "dark")
        page.fill("#try-text", "hello")
        page.keyboard.press("Enter")
        page.click(".try-bot button[value^='menu:pricing']")
        page.wait_for_selector(".try-bot:nth-of-type(4) >> text=₹")
        page.fill("#try-text", ODD)
        page.click("#try-form .button-primary")
        page.wait_for_selector(".try-thinking")
        assert page.locator("#try-form .button-primary").is_disabled()
        assert page.evaluate("document.activeElement.id") == "try-text"
        look("thinking")
        used.append(page.inner_text("#try-model"))

    def end() -> None:
        page.wait_for_selector("text=Shall we keep some for you?")
        page.wait_for_selector("text=$0.002")
        page.wait_for_function("words => document.getElementById('try-model').innerText !== words", arg=used[0])
        assert page.locator(".try-thinking").count() == 0
        assert page.locator("#try-form .button-primary").is_enabled()
        page.evaluate("document.querySelectorAll('#try-thread details').forEach(one => one.open = true)")
        look("answered")
        page.click("[name=over]")
        page.wait_for_selector("#try-thread[data-state='']")

    here(begin)
    with scopes_disabled():
        assert trials.work(spawn=lambda act: act()) == 1
    here(end)
    assert wrong == []
    assert problems == []
    assert len(model.requests) == 1


def test_what_does_not_reach_the_server_stays_in_its_box(here, opened, shop):
    page, _problems = opened(shop.owner, width=360)

    def lose() -> None:
        page.goto(TRY)
        page.route(f"**{TRY}", lambda route: route.abort())
        page.fill("#try-text", "price list")
        page.click("#try-form .button-primary")
        page.wait_for_selector("[data-lost]:visible")
        assert page.input_value("#try-text") == "price list"
        page.unroute(f"**{TRY}")
        page.click("#try-form .button-primary")
        page.wait_for_selector(".try-bot >> text=₹")

    here(lose)
