"""The agents' inbox in a browser: live, by keyboard, on a phone; everybody can use it."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from PIL import Image
from playwright.sync_api import expect

from conversations import canned
from conversations.models import Conversation

from ..browsing import PICTURES
from .chats import change, the_conversation, written
from .looking import ALL, CONTRAST, STRUCTURE, bring_axe, keep, too_wide, violations


def test_an_agent_answers_and_a_customer_s_message_comes_by_itself(here, opened, shop, chat):
    page, problems = opened(shop.agent)
    address = f"/inbox/{the_conversation(chat).pk}"

    def answer():
        page.goto(address)
        page.wait_for_selector("#answerer >> text=The bot answers")
        page.fill("#text", "I am here.")
        page.press("#text", "Shift+Enter")
        page.keyboard.type("How can I help?")
        page.press("#text", "Enter")
        page.wait_for_selector(".bubble-person >> text=How can I help?")
        page.wait_for_selector("#answerer >> text=Bina Rao answers")
        assert page.input_value("#text") == ""
        assert page.evaluate("document.activeElement.id") == "text"
        page.fill("#text", "half an answ")

    def read():
        page.wait_for_selector(".bubble-customer >> text=<b>Do you deliver?</b>", timeout=20_000)
        page.wait_for_selector("#chat-in[data-unread='0']")
        return page.input_value("#text")

    here(answer)
    chat.says("<b>Do you deliver?</b>")
    assert here(read) == "half an answ"
    assert written(chat) == ["I am here.\nHow can I help?"]
    assert the_conversation(chat).unread == 0
    assert problems == []


def test_a_double_enter_sends_once_and_a_lost_answer_is_not_sent_again(here, opened, shop, chat):
    page, _problems = opened(shop.agent)
    address = f"/inbox/{the_conversation(chat).pk}"

    def lose(route):
        route.fetch()  # the server has it; the browser never hears of it
        route.abort()

    def write():
        page.goto(address)
        page.fill("#text", "Once.")
        page.evaluate("for (let i = 0; i < 3; i += 1) document.getElementById('composer').requestSubmit()")
        page.wait_for_selector(".bubble-person >> text=Once.")
        page.route("**/send", lose)
        page.fill("#text", "And once more.")
        page.press("#text", "Enter")
        page.wait_for_selector("#composer-error:not(:empty)")
        kept = page.input_value("#text")
        page.unroute("**/send")
        page.press("#text", "Enter")
        expect(page.locator("#text")).to_have_value("")
        return kept

    assert here(write) == "And once more."
    assert written(chat) == ["Once.", "And once more."]


def test_the_whole_work_by_keyboard(here, opened, shop, chat):
    page, problems = opened(shop.agent)
    name = chat.sender.name

    def work():
        page.goto("/inbox/?tab=all")
        page.wait_for_selector(".row-link")
        for _ in range(60):
            page.keyboard.press("j")
            if name in page.evaluate("document.activeElement.textContent"):
                break
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#chat-name >> text={name}")
        page.keyboard.press("Escape")
        page.keyboard.press("t")
        page.wait_for_selector("#answerer >> text=Bina Rao answers")
        page.wait_for_selector("#do-return")
        page.keyboard.press("t")
        page.wait_for_selector("#answerer >> text=The bot answers")
        page.keyboard.press("r")
        page.keyboard.type("just u t e")  # typed, not done
        assert page.input_value("#text") == "just u t e"
        page.fill("#text", "")
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        page.keyboard.type("Call her at five")
        page.keyboard.press("Enter")
        page.wait_for_selector(".bubble-note >> text=Call her at five")
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.wait_for_selector("#keys[open]")
        page.keyboard.press("Escape")
        page.keyboard.press("e")
        page.wait_for_selector("#answerer >> text=Closed")
        page.click(".toast >> text=Undo")
        page.wait_for_selector("#answerer >> text=The bot answers")

    here(work)
    assert written(chat) == []
    assert problems == []


def test_a_canned_reply_a_file_and_a_draft_at_the_composer(here, opened, shop, chat):
    with scope(business=shop.business):
        canned.create(shop.business, by=shop.agent, shortcut="open", title="Hours", text="We open at 7.", language="")
    page, problems = opened(shop.agent)
    address = f"/inbox/{the_conversation(chat).pk}"
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(held, "PNG")

    def work():
        page.goto(address)
        page.click("#text")
        page.keyboard.type("/op")
        page.wait_for_selector("#canned >> text=Hours")
        page.keyboard.press("Enter")
        expect(page.locator("#text")).to_have_value("We open at 7.")
        assert page.is_hidden("#canned")
        file = {"name": "milk.png", "mimeType": "image/png", "buffer": held.getvalue()}
        page.set_input_files("#attach", file)
        page.wait_for_selector(".attached >> text=milk.png")
        page.click("[data-detach]")
        assert page.locator(".attached").count() == 0
        with page.expect_response(lambda answer: "close at 9" in (answer.request.post_data or "")):
            page.locator("#text").press_sequentially(" And close at 9.")
        page.reload()
        expect(page.locator("#text")).to_have_value("We open at 7. And close at 9.")
        page.evaluate(
            "navigator.sendBeacon = () => true"
        )  # what a page that goes sends is not there before the next one asks
        page.press("#text", "End")
        page.locator("#text").press_sequentially(" Soon.")
        with page.expect_response(lambda answer: "9. Soon." in (answer.request.post_data or "")):
            page.reload()
            expect(page.locator("#text")).to_have_value("We open at 7. And close at 9. Soon.")
        page.fill("#text", "/")
        assert page.is_visible("#canned")
        assert page.is_hidden("#canned-none")
        if PICTURES:
            keep(page, PICTURES, "inbox-canned")
        page.evaluate("document.getElementById('canned').replaceChildren()")
        page.fill("#text", "/o")
        assert page.get_attribute("#canned-none a", "href") == "/inbox/replies"
        assert page.is_visible("#canned-none a")
        if PICTURES:
            keep(page, PICTURES, "inbox-canned-none")
        page.fill("#text", "")
        assert page.is_hidden("#canned-none")
        if PICTURES:
            page.click(".person")
            keep(page, PICTURES, "inbox-menu")

    here(work)
    assert written(chat) == []
    assert problems == []


def test_on_a_phone_one_column_at_a_time(here, opened, shop, chat):
    page, problems = opened(shop.agent, width=360)
    change(chat, waiting_since=timezone.now() - timedelta(minutes=1))

    def walk():
        page.clock.install()
        page.goto("/inbox/")
        assert not page.is_visible("#chat")
        page.click(f".row-link >> text={chat.sender.name}")
        page.wait_for_selector("#chat-name")
        assert not page.is_visible("#list")
        assert too_wide(page) == ""
        small = page.evaluate(_SMALL)
        assert page.evaluate(_LINES, ".chat-who .chip") == [1, 1]
        _take_over(page)
        page.click("[data-back]")
        page.wait_for_selector("#list", state="visible")
        assert not page.is_visible("#chat")
        page.go_back()
        page.wait_for_selector(f"#chat-name >> text={chat.sender.name}")
        return small

    assert here(walk) == []
    assert problems == []


def _take_over(page) -> None:
    """What is told of an act is over when the next one begins; else it goes by itself, unless somebody has its button in focus: not
    because a pointer rests where it came up."""
    page.focus("#scroll")
    page.mouse.move(180, 125)
    page.keyboard.press("t")
    page.wait_for_selector(".toast >> text=Undo")
    assert page.evaluate(_LINES, ".toast button") == [1, 1]
    page.fill("#text", "On its way.")
    page.click("button.send")
    page.wait_for_selector(".bubble-person >> text=On its way.")
    expect(page.locator(".toast")).to_have_count(0)
    page.focus("#scroll")
    page.keyboard.press("t")
    page.focus(".toast button >> text=Undo")
    page.clock.fast_forward(30_000)
    assert page.locator(".toast").count() == 1
    page.focus("#scroll")
    page.clock.fast_forward(11_000)
    expect(page.locator(".toast")).to_have_count(0)


# How many lines the words of each of these stand in.
_LINES = """(which) => [...document.querySelectorAll(which)].map(one => {
  const words = document.createRange();
  words.selectNodeContents(one.lastChild);
  return new Set([...words.getClientRects()].map(box => Math.round(box.top))).size;
})"""
_SMALL = """[...document.querySelectorAll('button, a.button, a.icon-button')]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().height > 1 && e.getBoundingClientRect().height < 28)
  .map(e => e.outerHTML.slice(0, 90))"""


# Language and width, and what axe looks for in the light and in the dark: contrast is a matter of the theme, structure of the width
# and the language. A phone shows other parts than a desk, and a tablet none that neither has. Nothing: only whether it fits.
LOOKS = {
    ("en", 360): (ALL, CONTRAST),
    ("en", 768): (STRUCTURE, None),
    ("en", 1280): (ALL, CONTRAST),
    ("hi", 360): (STRUCTURE, None),
    ("hi", 768): (None, None),
    ("hi", 1280): (STRUCTURE, None),
}


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_everybody_can_use_it(here, opened, shop, language, width):
    """Each page, light and dark: it is opened once, and the theme is changed as the person's menu changes it."""
    with scopes_disabled():
        thread = Conversation.objects.get(contact__phone="919876500001").pk
        waiting = Conversation.objects.get(contact__phone="919876500002").pk
    pages = {
        "inbox": "/inbox/",
        "inbox thread": f"/inbox/{thread}",
        "inbox waiting": f"/inbox/{waiting}",
        "inbox contact": f"/inbox/{waiting}",
        "inbox nothing": "/inbox/?q=nobodyhasthisname",
        "inbox found": "/inbox/?tab=all&q=price",
        "inbox replies": "/inbox/replies",
        "inbox labels": "/inbox/labels",
        "inbox preferences": "/inbox/preferences",
        "inbox templates": "/inbox/templates",
        "inbox picker": f"/inbox/{waiting}/templates",
        "inbox new": "/inbox/new",
    }
    page, problems = opened(shop.agent, width=width, language=language)
    here(bring_axe, page)
    looks = LOOKS[language, width]
    wrong = [
        line for name, path in pages.items() for line in here(_look, page, path, f"{name} {width} {language}", looks)
    ]
    assert wrong + problems == []


_CONTACT = (
    "document.querySelector('.contact-button').checkVisibility() && document.getElementById('contact').showPopover()"
)


def _look(page, path: str, name: str, looks: tuple) -> list[str]:
    answer = page.goto(path)
    if answer.status != 200:
        return [f"{path}: {answer.status}"]
    if "contact" in name:
        page.evaluate(_CONTACT)
    page.evaluate("document.fonts.ready")
    wrong = [*filter(None, [too_wide(page)])]
    for theme, rules in zip(("light", "dark"), looks, strict=True):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        wrong += [f"{theme}: {line}" for line in (violations(page, rules) if rules else [])]
        if PICTURES:
            keep(page, PICTURES, f"{name} {theme}".replace(" ", "-"))
    return wrong
