"""The owner's answers in a browser: from what nobody has answered to an answer, by keys alone; a file; and what the first page says of the
model.
"""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scope
from PIL import Image

from aibot import owner_answers
from aibot.models import Answer, Budget

from ..browsing import PICTURES
from . import bot
from .looking import keep, too_wide, violations
from .test_owner_pages import FITS, LOOKS, looked_at_all_ways

pytestmark = pytest.mark.usefixtures("with_answers")

PAGE = "/admin/aibot/answer/unanswered/"
IMPORT = "/admin/aibot/answer/import/"
FILE = (
    "\ufeffquestion;other_ways;answer;on\r\n"
    'क्या घी शुद्ध है?;"is it pure\r\nshuddh hai";हाँ।;yes\r\n'
    "Price?;;{price:moon};\r\n"
    "On?;;Yes.;perhaps\r\n"
)


@pytest.fixture
def asked(shop):
    """A group of three messages of this test alone, near no answer."""
    texts = ["do you sell ice cream", "do you sell ice cream today", "do you sell any ice cream"]
    with scope(business=shop.business):
        messages = bot.ask(texts, first_customer=300)
        for number, text in enumerate(texts):
            bot.unanswered_turn(messages[text], None, timezone.now() - timedelta(minutes=number))
        yield texts
        Answer.objects.filter(question__in=texts).delete()
        bot.forget(messages.values())


def answers_of(shop, question: str) -> list[str]:
    with scope(business=shop.business):
        return owner_answers.ways_of(Answer.objects.get(question=question))


def test_a_group_becomes_an_answer_by_keys_alone(here, opened, shop, asked):
    page, problems = opened(shop.owner)

    def act():
        page.goto(PAGE)
        page.focus(f".asked-group:has-text('{asked[0]}') [value=write]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/answer/add/**")
        page.focus("[name=text]")
        page.keyboard.type("Yes: vanilla and mango.")
        page.keyboard.press("Tab")
        page.focus("[name=_save]")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{PAGE}")
        return page.locator(f".asked-group:has-text('{asked[0]}')").count()

    assert here(act) == 0
    assert answers_of(shop, asked[0]) == asked[1:]
    assert problems == []


def test_what_was_put_aside_comes_back_by_undo_and_only_what_is_ticked_goes(here, opened, shop, asked):
    page, problems = opened(shop.owner)
    group = f".asked-group:has-text('{asked[2]}')"

    def act():
        page.goto(PAGE)
        page.uncheck(f"{group} li:has-text('{asked[2]}') input")
        page.click(f"{group} [value=aside]")
        page.wait_for_selector(".told")
        left = page.locator(f"{group} li").count()
        wrong = looked_at_all_ways(page, "put aside", LOOKS)
        page.click(".told button")
        page.wait_for_selector(f"{group} li >> nth=2")
        return left, wrong

    assert here(act) == (1, [])
    assert problems == []


def test_a_question_of_ones_own_is_typed_and_enter_adds_the_words_to_it(here, opened, shop, asked):
    page, problems = opened(shop.owner)
    question = bot.ANSWERS[2][0]

    def act():
        page.goto(PAGE)
        page.focus(f".asked-group:has-text('{asked[0]}') [name=question]")
        page.keyboard.type(question.lower())
        page.keyboard.press("Enter")
        page.wait_for_selector(".told")
        return page.inner_text(".told")

    assert question in here(act)
    assert set(asked) <= set(answers_of(shop, question))
    with scope(business=shop.business):
        owner_answers.take_ways(Answer.objects.get(question=question), asked, actor=shop.owner)
    assert problems == []


@pytest.mark.parametrize("language", ["en", "hi"])
def test_a_file_is_looked_at_and_says_what_is_wrong_with_it(here, opened, shop, language):
    page, problems = opened(shop.owner, language=language)

    def act():
        page.goto(IMPORT)
        file = {"name": "answers.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
        page.set_input_files("[name=file]", file)
        page.click(".import-form .button-primary")
        page.wait_for_selector("[role=status]")
        return page.locator(".import-wrong li").count(), looked_at_all_ways(page, f"import {language}", LOOKS)

    assert here(act) == (2, [])
    assert problems == []


@pytest.fixture
def answer(shop):
    with scope(business=shop.business):
        made = owner_answers.add(shop.business, actor=None, question="What is on the menu?", text="Look.", ways=[])
        yield made
        owner_answers.remove(made, actor=None)


@pytest.mark.parametrize(("width", "theme", "language"), [(360, "dark", "hi"), (1280, "light", "en")])
def test_a_picture_is_chosen_seen_and_removed(here, opened, shop, answer, tmp_path, width, theme, language):
    picture = tmp_path / "menu.png"
    Image.new("RGB", (600, 400), "orange").save(picture)
    page, problems = opened(shop.owner, width=width, theme=theme, language=language)
    wrong = []

    def act():
        page.goto(f"/admin/aibot/answer/{answer.pk}/change/")
        page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", theme == "dark")
        page.set_input_files(".file-field input[type=file]", str(picture))
        page.click("[name=_continue]")
        page.wait_for_selector(".answer-file img")
        page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", theme == "dark")
        page.evaluate("document.querySelector('.file-field').scrollIntoView({ block: 'center' })")
        wrong.extend(filter(None, [too_wide(page), *violations(page)]))
        if PICTURES:
            keep(page, PICTURES, f"answer-file-{width}-{theme}-{language}")
        page.check(".file-remove input")
        page.click("[name=_continue]")
        page.wait_for_selector(".file-field:not(:has(.answer-file))")

    here(act)
    assert wrong == []
    assert problems == []


def test_a_shop_without_questions_and_answers_says_what_to_do(here, opened, shop):
    """The second business of the installation's owner."""
    page, problems = opened(shop.root)

    def act():
        wrong = []
        page.goto("/admin/")
        page.click(".switch > button")
        page.click(".switch [popover] button:has-text('Masala')")
        for name, path in {
            "no questions": PAGE,
            "nothing aside": PAGE + "?aside=yes",
            "no turns": "/admin/aibot/turn/",
        }.items():
            page.goto(path)
            wrong += looked_at_all_ways(page, name, FITS)
        return wrong

    assert here(act) == []
    assert problems == []


STATES = {"on": {}, "used_up": {"used": 50_000, "full_at": timezone.now()}, "off": {"off_at": timezone.now()}}


@pytest.mark.parametrize("state", [*STATES, "no_price", "not_granted"])
def test_the_first_page_says_how_it_stands_with_the_model(here, opened, shop, settings, state):
    settings.AI_BASE_URL, settings.AI_MODEL, settings.AI_API_KEY = "http://127.0.0.1:9/v1", bot.MODEL, "k"
    settings.AI_DAILY_TOKEN_BUDGET = 0 if state == "not_granted" else 50_000
    if state == "no_price":
        settings.AI_MONTHLY_MONEY_CAP, settings.AI_MODEL = 5, "a-model-without-a-price"
    rows = Budget.objects.filter(business=None, kind="tokens")
    before = list(rows.values_list("pk", "used", "full_at", "off_at"))
    rows.update(**STATES.get(state, {}))
    page, problems = opened(shop.owner)

    def act():
        page.goto("/admin/")
        return looked_at_all_ways(page, f"today model {state}", LOOKS)

    try:
        assert here(act) == []
    finally:
        for pk, used, full_at, off_at in before:
            rows.filter(pk=pk).update(used=used, full_at=full_at, off_at=off_at)
    assert problems == []
