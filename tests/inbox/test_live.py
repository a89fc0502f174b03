"""static/inbox/live.js in a browser: tabs share one line, and what a page hears when it breaks."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from inbox import pokes

from ..browsing import ARGUMENTS, CHROMIUM

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HANGS = 40  # seconds: nothing here takes them
CONNECT = """async () => {
    const { connect } = await import("/static/inbox/live.js");
    window.heard = [];
    const say = (kind) => () => heard.push({ kind });
    window.live = connect({ onPoke: (poke) => heard.push(poke), onPause: say("PAUSE"), onResume: say("RESUME") });
}"""


class Tab:
    """A page that listens. Playwright lives in a thread of its own."""

    def __init__(self, here, context, address: str):
        self._here, self.lines = here, 0
        self._page = here(context.new_page)
        here(self._page.on, "request", self._count)
        here(self._page.goto, address)
        here(self._page.evaluate, CONNECT)

    def _count(self, request) -> None:
        self.lines += request.url.endswith("/events/")

    def heard(self) -> list[str]:
        return [poke["kind"] for poke in self._here(self._page.evaluate, "heard")]

    def forget(self) -> None:
        self._here(self._page.evaluate, "heard.length = 0")

    def until(self, kind: str, within: float) -> None:
        started = time.monotonic()
        while kind not in self.heard():
            assert time.monotonic() - started < within, f"{kind} was not heard: {self.heard()}"
            time.sleep(0.05)

    def close(self) -> None:
        self._here(self._page.close)


@pytest.fixture
def tab(server, session_of, bob, dairy):
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    root = f"http://127.0.0.1:{server.port}"
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(bob), "url": root}
    with ThreadPoolExecutor(1) as thread:

        def here(act, *args, **kwargs):
            return thread.submit(act, *args, **kwargs).result()

        playwright = here(lambda: sync_playwright().start())
        browser = here(playwright.chromium.launch, executable_path=CHROMIUM, args=ARGUMENTS)
        context = here(browser.new_context)
        here(context.add_cookies, [cookie])
        yield lambda: Tab(here, context, f"{root}/inbox/preferences")
        here(browser.close)
        here(playwright.stop)


def test_tabs_share_one_line_and_the_next_takes_it_over(tab, dairy):
    first, second = tab(), tab()
    for one in (first, second):
        one.until("many", within=HANGS)
    assert (first.lines, second.lines) == (1, 0)
    pokes.tell(dairy.pk, "typing", dairy.pk)
    for one in (first, second):
        one.until("typing", within=HANGS)
    second.forget()  # before: it may take over, and hear that, at once
    first.close()
    second.until("many", within=HANGS)
    assert second.lines == 1
    pokes.tell(dairy.pk, "typing", dairy.pk)
    second.until("typing", within=HANGS)


def test_a_page_without_a_line_says_so_polls_and_catches_up(tab, server, dairy):
    one = tab()
    one.until("many", within=HANGS)
    one.forget()
    server.stop()
    one.until("PAUSE", within=HANGS)
    one.until("poll", within=HANGS)
    one.forget()
    server.start()
    one.until("RESUME", within=HANGS)
    assert one.heard()[-1] == "many"
    pokes.tell(dairy.pk, "typing", dairy.pk)
    one.until("typing", within=HANGS)
