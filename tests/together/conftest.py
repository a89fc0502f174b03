"""The whole product as script/server runs it and one browser, for all tests of this folder: an agent's inbox in one window,
the customer's phone in another.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from whatsapp_automation.embedded.environment import DEMO_OWNER_EMAIL, Ports

from ..browsing import ARGUMENTS, CHROMIUM, PICTURES
from ..e2e.world import World, calm
from ..product import running
from .windows import Customer, Desk, Phone

PEOPLE = {"asha": DEMO_OWNER_EMAIL, "bina": "bina@shuddh-dairy.example", "chirag": "chirag@shuddh-dairy.example"}
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]  # it beeps
SOUND = ["--autoplay-policy=no-user-gesture-required", "--mute-audio"]


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(300))  # the first one starts the product


@pytest.fixture(scope="package")
def chromium():
    """In the thread of the tests: none of them uses Django's ORM, which shares no thread with Playwright's event loop."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *MICROPHONE, *SOUND])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def stack(chromium, tmp_path_factory, django_db_blocker):
    ports = Ports(web=28400, simulator=29490, postgres=25832, valkey=26779)
    with running(tmp_path_factory.mktemp("together"), {"LOG_LEVEL": "INFO"}, ports, django_db_blocker) as stack:
        yield stack


@pytest.fixture
def world(stack) -> Iterator[World]:
    with calm(stack) as world:
        yield world


@pytest.fixture(scope="package")
def session_of(chromium, stack):
    """``session_of(person)``: their cookies. Each signs in once, by the page."""
    sessions = {}

    def sign_in(person: str) -> dict:
        context = chromium.new_context(base_url=stack.web_url)
        page = context.new_page()
        page.goto("/account/login")
        page.fill("[name=login]", PEOPLE[person])
        page.fill("[name=password]", stack.env["DEMO_OWNER_PASSWORD"])
        with page.expect_navigation(url=lambda url: "/account/login" not in url):
            page.press("[name=password]", "Enter")
        cookies = context.storage_state()
        context.close()
        return cookies

    def known(person: str) -> dict:
        if person not in sessions:
            sessions[person] = sign_in(person)
        return sessions[person]

    return known


@pytest.fixture
def window(chromium, world, request):
    """``window(address, ...)``: a new window of a browser of its own. PICTURES keeps how each looked in the end."""
    pages = []

    def open_window(root: str, *, width: int = 1280, session: dict | None = None):
        context = chromium.new_context(
            base_url=root, viewport={"width": width, "height": 800}, storage_state=session, locale="en-IN"
        )
        pages.append(context.new_page())
        return pages[-1]

    yield open_window
    for place, page in enumerate(pages, 1):
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(PICTURES) / f"together {request.node.name} {place}.png".replace(" ", "-"))
        page.context.close()


@pytest.fixture
def desk(window, world, session_of):
    """``desk("bina")``: her inbox. With ``at`` another address than the product's own."""

    def sit_down(person: str = "bina", *, width: int = 1280, at: str = "") -> Desk:
        return Desk(window(at or world.web, width=width, session=session_of(person)), world)

    return sit_down


@pytest.fixture
def customer(world):
    """``customer("Lata Kulkarni", says="hello")``: one of the simulator's, who has written so. The tests share its customers:
    each has a name of their own.
    """

    def come(name: str, *, says: str = "") -> Customer:
        phone = world.new_phone()
        made = world.control("POST", "/_sim/customers", {"name": name, "phone": phone})
        one = Customer(made["id"], name, phone)
        if says:
            world.write(one.phone, says)
            world.until(world.quiet)
        return one

    return come


@pytest.fixture
def phone(window, world):
    """``phone(customer)``: the customer looks at their phone."""

    def pick_up(customer: Customer) -> Phone:
        return Phone(window(world.simulator), customer)

    return pick_up
