"""When the 24-hour window is closed the composer is the picker of templates, and when the customer writes it turns back."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from playwright.sync_api import expect

from conversations.models import Template

from .. import factories
from ..browsing import PICTURES
from .chats import change, the_conversation, written
from .looking import keep, too_wide, violations

DAY = timedelta(hours=24)
PARTS = [
    {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["17"]}},
    {
        "type": "BODY",
        "text": "Dear {{1}}, your *order* is ready.\nCome by {{2}}.",
        "example": {"body_text": [["Asha", "six"]]},
    },
    {
        "type": "BUTTONS",
        "buttons": [{"type": "URL", "text": "Track it", "url": "https://shop.example/o/{{1}}", "example": ["A17"]}],
    },
]


@pytest.fixture
def template(shop):
    with scope(business=shop.business):
        row = Template.objects.create(
            business=shop.business,
            waba_id=factories.DAIRY_WABA,
            name=f"ready_{uuid.uuid4().hex[:8]}",
            language="en",
            category="UTILITY",
            status="APPROVED",
            components=PARTS,
        )
    yield row
    with scopes_disabled():
        row.delete()


@pytest.fixture
def closed(chat):
    change(chat, last_inbound_at=timezone.now() - DAY)
    return chat


def asked_anew(page) -> None:
    """What a poke does."""
    page.evaluate("window.dispatchEvent(new Event('online'))")


def test_a_template_is_found_filled_and_sent_in_the_thread(here, opened, shop, closed, template):
    page, problems = opened(shop.agent)
    address = f"/inbox/{the_conversation(closed).pk}"

    def send():
        page.goto(address)
        page.wait_for_selector("#picker .choice")
        assert page.is_hidden("#text")
        assert page.is_hidden("#to-templates")
        page.fill("#find-q", template.name)
        page.locator("#picker .choice >> nth=1").wait_for(state="detached")
        assert page.evaluate("document.activeElement.id") == "find-q"
        page.click("#picker .choice a.button")
        page.wait_for_selector("#id_body_1")
        assert page.evaluate("document.activeElement.id") == "id_header_1"
        page.keyboard.type("A 17")
        page.click("#picker [type=submit]")
        page.wait_for_selector("#picker .summary:focus")
        assert page.input_value("#id_header_1") == "A 17"
        page.fill("#id_body_1", "Lata")
        page.fill("#id_body_2", "seven")
        page.fill("#id_button_0", "A17")
        page.locator("#preview .preview-text", has_text="Come by seven").wait_for()
        page.keyboard.press("Enter")
        page.locator(".bubble-person", has_text="Come by seven.").wait_for()
        page.wait_for_selector("#picker .choice")  # for another one
        return page.url

    assert here(send).endswith(address)
    assert written(closed) == ["Order A 17\nDear Lata, your *order* is ready.\nCome by seven."]
    assert [line for line in problems if "status of 422" not in line] == []


def test_a_double_click_sends_one_template(here, opened, shop, closed, template):
    page, _problems = opened(shop.agent)
    address = f"/inbox/{the_conversation(closed).pk}"

    def send():
        page.goto(address)
        page.fill("#find-q", template.name)
        page.locator("#picker .choice >> nth=1").wait_for(state="detached")
        page.click("#picker .choice a.button")
        for place, value in {"header_1": "1", "body_1": "Lata", "body_2": "six", "button_0": "a"}.items():
            page.fill(f"#id_{place}", value)
        page.evaluate("for (let i = 0; i < 3; i += 1) document.querySelector('#picker form').requestSubmit()")
        page.locator(".bubble-person", has_text="Come by six.").wait_for()
        page.wait_for_selector("#picker .choice")

    here(send)
    assert len(written(closed)) == 1


def test_the_composer_turns_when_the_countdown_ends_and_takes_nothing_from_who_types(here, opened, shop, chat):
    page, problems = opened(shop.agent)
    conversation = the_conversation(chat)
    change(chat, last_inbound_at=timezone.now() - DAY + timedelta(seconds=30 + 8))

    def watch():
        page.goto(f"/inbox/{conversation.pk}")
        page.click("#text")
        page.keyboard.type("Half an answ")
        page.wait_for_selector("#picker")
        page.keyboard.type("er")
        assert page.evaluate("document.activeElement.id") == "text"
        assert page.is_hidden("#composer .send")
        page.wait_for_selector(".kept-draft", state="visible")
        return page.input_value("#text")

    assert here(watch) == "Half an answer"
    assert problems == []


def test_the_composer_turns_back_with_its_draft_when_the_customer_writes(here, opened, shop, closed):
    page, problems = opened(shop.agent)
    conversation = the_conversation(closed)
    change(closed, last_inbound_at=timezone.now() - timedelta(hours=1))

    def begin():
        page.goto(f"/inbox/{conversation.pk}")
        page.fill("#text", "We have it again")
        page.evaluate("document.activeElement.blur()")

    def shut():
        asked_anew(page)
        page.wait_for_selector("#picker")
        assert page.is_hidden("#composer .send")

    def back():
        asked_anew(page)
        page.wait_for_selector("#window", timeout=20_000)
        page.wait_for_selector("#picker", state="detached")
        expect(page.locator("#text")).to_be_visible()
        assert page.is_visible("#composer .send")
        return page.input_value("#text")

    here(begin)
    change(closed, last_inbound_at=timezone.now() - DAY)
    here(shut)
    closed.says("I am back")
    assert here(back) == "We have it again"
    assert problems == []


def test_a_note_is_possible_all_the_same(here, opened, shop, closed):
    page, problems = opened(shop.agent)
    address = f"/inbox/{the_conversation(closed).pk}"

    def write():
        page.goto(address)
        page.wait_for_selector("#picker")
        page.keyboard.press("n")
        page.keyboard.type("She will call back")
        page.keyboard.press("Enter")
        page.wait_for_selector(".bubble-note >> text=She will call back")

    here(write)
    assert problems == []


def test_who_fills_in_a_template_keeps_it_when_the_customer_writes(here, opened, shop, closed, template):
    page, problems = opened(shop.agent)
    conversation = the_conversation(closed)

    def begin():
        page.goto(f"/inbox/{conversation.pk}")
        page.fill("#find-q", template.name)
        page.locator("#picker .choice >> nth=1").wait_for(state="detached")
        page.click("#picker .choice a.button")
        page.fill("#id_body_1", "La")

    def go_on():
        asked_anew(page)
        page.locator(".turned").wait_for(state="visible", timeout=20_000)
        page.keyboard.type("ta")
        assert page.input_value("#id_body_1") == "Lata"
        page.click("[data-drop-template]")
        page.wait_for_selector("#picker", state="detached")
        assert page.evaluate("document.activeElement.id") == "text"

    here(begin)
    closed.says("I am back")
    here(go_on)
    assert problems == []


def test_without_scripts_the_link_leads_to_the_templates(here, opened, shop, closed, template):
    page, _problems = opened(shop.agent)
    conversation = the_conversation(closed)

    def walk():
        page.route("**/*.js", lambda route: route.abort())
        page.goto(f"/inbox/{conversation.pk}")
        page.click("#to-templates")
        page.wait_for_selector("#picker.card")
        return page.url

    assert here(walk).endswith(f"/inbox/{conversation.pk}/templates")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_everybody_can_use_it(here, opened, shop, closed, template, width, theme):
    page, problems = opened(shop.agent, width=width, theme=theme)
    address = f"/inbox/{the_conversation(closed).pk}"
    wrong = []

    def look(name):
        wrong.extend([*filter(None, [too_wide(page)]), *violations(page)])
        if PICTURES:
            keep(page, PICTURES, f"closed-{name}-{width}-{theme}")

    def walk():
        page.goto(address)
        page.wait_for_selector("#picker .choice")
        page.evaluate("document.fonts.ready")
        look("list")
        page.fill("#find-q", template.name)
        page.locator("#picker .choice >> nth=1").wait_for(state="detached")
        page.click("#picker .choice a.button")
        page.wait_for_selector("#id_body_1")
        look("form")
        page.fill("#id_body_1", "Lata")
        page.locator("#preview", has_text="Lata").wait_for()
        page.click("#picker [type=submit]")
        page.wait_for_selector("#picker .summary")
        look("refused")

    here(walk)
    assert wrong == []
    assert [line for line in problems if "status of 422" not in line] == []
