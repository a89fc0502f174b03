"""One shop that is full of everything, one server, one browser: for all tests of this folder.

The rows are committed and shared, so no test here may count on a table being empty. They are gone when the folder is done.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django_scopes import scope
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from ..browsing import ARGUMENTS, SHELL, problems_of
from . import bot, chats
from . import shop as seeding

# A page of these tests lives for a second or two: to compile its scripts well, on threads beside it, costs more than it wins.
ENGINE = "--js-flags=--no-maglev --no-turbofan --single-threaded --min-semi-space-size=16"


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture
def _django_db_helper(shop):
    """In the place of pytest-django's own, which empties all tables after each test: here the rows are shared."""


@pytest.fixture(scope="package")
def here():
    """Runs something in the one thread where Playwright lives: its event loop and Django's ORM share no thread."""
    if SHELL is None:
        pytest.skip("chromium is not installed")
    with ThreadPoolExecutor(1) as thread:
        yield lambda act, *args, **kwargs: thread.submit(act, *args, **kwargs).result()


@pytest.fixture(scope="package")
def playwright(here):
    playwright = here(lambda: sync_playwright().start())
    yield playwright
    here(playwright.stop)


@pytest.fixture(scope="package")
def chromium(here, playwright):
    browser = here(playwright.chromium.launch, executable_path=SHELL, args=[*ARGUMENTS, ENGINE])
    yield browser
    here(browser.close)


@pytest.fixture(scope="package")
def shop(django_db_setup, django_db_blocker):
    """Rows of every kind: see shop.py."""
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=[seeding.QUICK_HASHER]):
        assert connection.settings_dict["NAME"].startswith("test_")  # it is emptied in the end
        try:
            yield seeding.open_shop()
        finally:
            call_command("flush", verbosity=0, interactive=False, allow_cascade=True)


@pytest.fixture
def chat(shop):
    return chats.begun()


@pytest.fixture
def with_answers(shop):
    """The owner's answers are on."""
    with scope(business=shop.business):
        bot.switch_answers(on=True)
        yield
        bot.switch_answers(on=False)


class Files(StaticFilesHandler):
    """As in production a browser asks for a file once. Of one that says nothing, and is as new as a fresh clone, it would ask at every
    page whether it has changed.
    """

    def serve(self, request):
        answer = super().serve(request)
        answer["Cache-Control"] = "max-age=3600"
        return answer


@pytest.fixture(scope="package")
def server(shop):
    server = LiveServer("localhost", start=False)
    server.thread.static_handler = Files
    server.start()
    with server._live_server_modified_settings, override_settings(ROOT_URLCONF="tests.browser.urls"):
        yield server.url
        server.stop()


@pytest.fixture
def opened(here, chromium, server):
    """``opened(person, width=360)``: a page of a person who is logged in (of nobody for None), and the list of what goes
    wrong in it from then on.
    """
    contexts = []

    def open_page(cookies: dict[str, str], width: int, theme: str):
        context = chromium.new_context(
            base_url=server, viewport={"width": width, "height": 800}, color_scheme=theme, locale="en-IN"
        )
        contexts.append(context)
        context.add_cookies([{"name": name, "value": value, "url": server} for name, value in cookies.items()])
        page = context.new_page()
        return page, problems_of(page)

    def enter(person, *, width: int = 1280, theme: str = "light", language: str = "en"):
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if person is not None:
            client = Client()
            client.force_login(person)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        return here(open_page, cookies, width, theme)

    yield enter
    for context in contexts:
        here(context.close)
