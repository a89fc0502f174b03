"""The owner's side in a browser: what only a browser does."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.test import Client
from django_scopes import scopes_disabled
from playwright.sync_api import sync_playwright

from conversations.models import Conversation

from .. import factories

CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = [
    "/admin/",
    "/admin/conversations/conversation/",
    "/admin/conversations/contact/",
    "/admin/leads/lead/",
    "/admin/conversations/message/",
    "/admin/aibot/rule/",
    "/admin/aibot/rule/add/",
    "/admin/aibot/rule/try/",
    "/admin/aibot/trap/",
    "/admin/accounts/product/",
    "/admin/accounts/settings/",
    "/admin/accounts/whatsappnumber/add/",
    "/admin/accounts/membership/",
    "/admin/webhooks/channelevent/",
    "/admin/webhooks/faileditem/",
    "/admin/webhooks/faileditem/replay-since/",
    "/admin/accounts/auditevent/",
]


@pytest.fixture
def here():
    """Runs something in the one thread where Playwright lives: its event loop and Django's ORM share no thread."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with ThreadPoolExecutor(1) as thread:
        yield lambda act, *args, **kwargs: thread.submit(act, *args, **kwargs).result()


@pytest.fixture
def opened(here, live_server):
    """A page of a person who is logged in, and the list of what went wrong in it."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    playwright = here(lambda: sync_playwright().start())
    browser = here(playwright.chromium.launch, executable_path=CHROMIUM, args=arguments)

    def open_page(cookie: str, **options):
        context = browser.new_context(base_url=live_server.url, **options)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page, problems = context.new_page(), []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type in ("error", "warning") else None)
        return page, problems

    def enter(person, **options):
        client = Client()
        client.force_login(person)
        return here(open_page, client.cookies[settings.SESSION_COOKIE_NAME].value, **options)

    yield enter
    here(browser.close)
    here(playwright.stop)


def the_conversation() -> Conversation:
    with scopes_disabled():
        return Conversation.objects.get()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_fit_and_nothing_breaks_in_them(here, opened, alice, dairy, width, theme):
    chat = factories.Chat()
    chat.says("hello")
    chat.says("such nonsense, in one-very-long-word-that-has-no-place-to-break-" + "x" * 200)
    page, problems = opened(alice, viewport={"width": width, "height": 740}, color_scheme=theme)
    thread = f"/admin/conversations/conversation/{the_conversation().pk}/change/"

    def too_wide() -> list[str]:
        found = []
        for path in [*PAGES, thread]:
            page.goto(path)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(path)
        return found

    assert here(too_wide) == []
    assert problems == []


def test_a_conversation_is_live(here, opened, bob, dairy):
    chat = factories.Chat()
    chat.says("hello")
    page, problems = opened(bob, viewport={"width": 1280, "height": 740})
    thread = f"/admin/conversations/conversation/{the_conversation().pk}/change/"

    def answer():
        page.goto(thread)
        page.wait_for_selector("text=The bot answers")
        page.fill("#answer", "I am here.\nHow can I help?")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("text=Bob answers")
        page.wait_for_selector(".bubble-person >> text=How can I help?")
        page.fill("#answer", "half an answ")

    def read():
        page.wait_for_selector(".bubble-customer >> text=<b>Do you deliver?</b>")
        page.wait_for_function("document.getElementById('thread').dataset.unread === '0'")
        return page.input_value("#answer")

    def give_back():
        page.click("text=Return to bot")
        page.wait_for_selector("text=The bot answers")

    here(answer)
    chat.says("<b>Do you deliver?</b>")
    assert here(read) == "half an answ"
    assert the_conversation().unread == 0
    here(give_back)
    assert problems == []
