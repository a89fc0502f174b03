"""``script/screens``: a picture of every page into docs/screens, in both themes, on a desk and on a phone. It is no test, and
pytest finds it by its name alone; but a page that cannot be opened, or a picture that is too large, fails it.
"""

import io
import os
from dataclasses import dataclass
from itertools import product as product_of
from pathlib import Path

import pytest
from PIL import Image

from conversations import sending

from ..factories import deliver, drain
from ..simulated import DAIRY
from ..simulator.conftest import Product, eventually, running

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOLDER = Path(os.environ.get("SCREENS") or Path(__file__).parents[2] / "docs" / "screens")
MOST_BYTES = 150_000
WIDTHS = (1280, 360)
HEIGHTS = {1280: 920, 360: 760}
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Screen:
    name: str
    words: str  # under it
    path: str  # {thread}, {waiting}, {closed}, {template} are the shop's
    who: str = "agent"
    act: str = ""  # a script, once it is open
    send: str = ""  # what is written into the page's box and sent


_TYPED = """
const text = document.getElementById("text");
text.focus(); text.value = "/"; text.dispatchEvent(new InputEvent("input", {bubbles: true}));
"""
_CONTACT = (
    "document.querySelector('.contact-button').checkVisibility() && document.getElementById('contact').showPopover()"
)
PLACES = [
    ("The team's inbox", [
        Screen("inbox", "The list and a conversation: what the bot said, what the team said, a note, a file", "/inbox/{thread}"),
        Screen("inbox-list", "The list: who waits, who answers, what is left of the 24 hours", "/inbox/"),
        Screen("inbox-waiting", "A customer who asks for a person", "/inbox/{waiting}"),
        Screen("inbox-closed-window", "The 24 hours are over: a template is what WhatsApp still takes", "/inbox/{closed}"),
        Screen("inbox-contact", "About the contact", "/inbox/{thread}", act=_CONTACT),
        Screen("inbox-canned", "A canned reply, by its first letters", "/inbox/{thread}", act=_TYPED),
        Screen("inbox-search", "Search over all time", "/inbox/?tab=all&q=paneer"),
        Screen("template-picker", "Which templates may be sent, and why the others may not", "/inbox/{closed}/templates"),
        Screen("template-form", "A template's blanks, and what the customer will see", "/inbox/{closed}/templates?template={template}"),
        Screen("new-chat", "The business writes first", "/inbox/new"),
        Screen("templates", "All templates, with their state", "/inbox/templates"),
        Screen("replies", "Canned replies", "/inbox/replies"),
        Screen("labels", "Labels", "/inbox/labels"),
        Screen("notifications", "Who is told when a customer waits", "/inbox/preferences"),
    ]),
    ("The owner's side", [
        Screen("today", "The first page: who waits, and what came", "/admin/", "owner"),
        Screen("conversations", "Conversations", "/admin/conversations/conversation/", "owner"),
        Screen("leads", "Leads", "/admin/leads/lead/", "owner"),
        Screen("contacts", "Contacts", "/admin/conversations/contact/", "owner"),
        Screen("rules", "The rules, in three languages", "/admin/aibot/rule/", "owner"),
        Screen("try", "What would this message get, and why", "/admin/aibot/rule/try/", "owner", send="paneer ka rate kya hai?"),
        Screen("answers", "Answers, found by meaning", "/admin/aibot/answer/", "owner"),
        Screen("answer", "One of them: the ways to ask it, and what the customer gets", "/admin/aibot/answer/{answer}/change/", "owner"),
        Screen("unanswered", "What found no answer yet, by the group", "/admin/aibot/answer/unanswered/", "owner"),
        Screen("import", "Answers from a spreadsheet", "/admin/aibot/answer/import/", "owner"),
        Screen("turns", "How the bot came to what it said", "/admin/aibot/turn/", "owner"),
        Screen("proposals", "What the model has read about leads: a person decides", "/admin/leads/proposal/", "owner"),
        Screen("budgets", "What the model may cost, and what is used", "/admin/aibot/budget/", "owner"),
        Screen("products", "Products: the one place of prices", "/admin/accounts/product/", "owner"),
        Screen("settings", "Settings", "/admin/accounts/settings/", "owner"),
        Screen("numbers", "WhatsApp numbers", "/admin/accounts/whatsappnumber/", "owner"),
        Screen("failed-items", "What could not be read, to be replayed", "/admin/webhooks/faileditem/", "owner"),
        Screen("audit-log", "Who changed what", "/admin/accounts/auditevent/", "owner"),
    ]),
    ("Account", [
        Screen("sign-in", "Sign-in", "/account/login", ""),
        Screen("account", "One's own account", "/account/", "agent"),
        Screen("members", "Members and invitations", "/account/members", "owner"),
        Screen("two-factor", "Two-factor sign-in", "/account/two-factor", "agent"),
    ]),
]  # fmt: skip
PHONE = ("The customer's phone (a simulator)", [Screen("phone", "What the customer sees", "")])
ALL = [screen for _title, screens in PLACES for screen in screens]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_pages(here, opened, shop, settings, width, theme):
    settings.ENVIRONMENT = "production"  # no badge
    pages = {who: opened(getattr(shop, who, None), width=width, theme=theme)[0] for who in ("agent", "owner", "")}

    def take() -> None:
        for page in pages.values():
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        for screen in ALL:
            page = pages[screen.who]
            answer = page.goto(screen.path.format(**vars(shop)))
            assert answer.status == 200, (screen, answer.status)
            _settled(page)
            if screen.send:
                with page.expect_response(lambda answer: answer.request.method == "POST"):
                    page.click("[name=over]")  # what the picture before this one has left
                page.wait_for_selector(".try-customer", state="detached")
                _settled(page)
                page.fill("textarea[name=text]", screen.send)
                page.click("#try-form button[type=submit]")
                page.wait_for_selector(".try-bot")
                _settled(page)
            if screen.act:
                page.evaluate(screen.act)
                _settled(page)
            _keep(page, screen.name, width, theme)

    here(take)


def test_the_phone(here, chromium, shop, settings):
    """The customer writes on the simulator's phone, and the product answers through its Graph API."""
    product = Product()
    try:
        with running(product.url, numbers=[DAIRY]) as simulator:
            settings.GRAPH_API_URL = simulator.url
            customer = simulator.get("/customers")["customers"][0]
            for place, text in enumerate(("namaste", "ghee ka rate?")):
                simulator.write(customer["id"], text)
                eventually(lambda: len(product.messages) == 1)
                _work_off(product)
                eventually(lambda count=2 * (place + 1): len(simulator.thread(customer["id"])) == count)
            for width, theme in product_of(WIDTHS, THEMES):
                here(_phone, chromium, simulator, customer, width, theme)
    finally:
        product.close()


def _work_off(product) -> None:
    for raw, _signature, _status in product.posts:
        deliver(raw)
    product.posts.clear()
    drain()
    sending.work(linger=0.05)


def _phone(chromium, simulator, customer: dict, width: int, theme: str) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": HEIGHTS[width]}, color_scheme=theme, locale="en-IN"
    )
    try:
        page = context.new_page()
        page.goto(f"{simulator.url}/?customer={customer['id']}")
        page.wait_for_selector("#bubbles li >> nth=2", state="attached")
        _settled(page)
        _keep(page, "phone", width, theme)
    finally:
        context.close()


def test_the_page_that_shows_them():
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "README.md").write_text(_readme(), encoding="utf-8")


# --- parts ----------------------------------------------------------------------------------------------------------------


def _settled(page) -> None:
    """Letters and pictures are there, and nothing moves."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.wait_for_function(
        "[...document.images].every(i => i.complete) && !document.getAnimations().some(a => a.playState === 'running')"
    )


def _keep(page, name: str, width: int, theme: str) -> None:
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = FOLDER / _file(name, width, theme)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "WEBP", quality=84, method=6)
    assert path.stat().st_size < MOST_BYTES, (path.name, path.stat().st_size)


def _file(name: str, width: int, theme: str) -> str:
    return f"{name}-{width}-{theme}.webp"


def _readme() -> str:
    lines = [
        "# Pictures of every page",
        "",
        "Made by `script/screens` of a shop whose people and messages are made up: on a desk (1280 px) and a phone (360 px), light "
        "and dark.",
    ]
    for title, screens in [*PLACES, PHONE]:
        lines += ["", f"## {title}"]
        for screen in screens:
            lines += ["", f"### {screen.words}", "", *_pictures(screen)]
    return "\n".join(lines) + "\n"


def _pictures(screen: Screen) -> list[str]:
    sizes = {1280: 560, 360: 160}
    shown = [(width, theme) for theme in THEMES for width in WIDTHS]
    return [
        f'<img src="{_file(screen.name, width, theme)}" width="{sizes[width]}" alt="{screen.words}: {width} px, {theme}">'
        for width, theme in shown
    ]
