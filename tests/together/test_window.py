"""The 24-hour window closes while an agent has the conversation open; a template opens the talk again."""

import pytest
from PIL import Image
from playwright.sync_api import expect

from .windows import SOON, Customer

TEMPLATE = {
    "name": "sweets_ready",
    "category": "UTILITY",  # marketing waits for the end of the demo's quiet time
    "components": [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "text": "Dear {{1}}, *your sweets* are ready.", "example": {"body_text": [["Asha"]]}},
        {"type": "FOOTER", "text": "Shuddh Dairy, 7 to 21"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Call me"}]},
    ],
}


@pytest.fixture
def closes(world):
    """``closes(customer, seconds)``: their window does then, since they wrote a day ago."""

    def move(customer: Customer, seconds: int) -> None:
        world.query(
            """
            UPDATE conversations_conversation SET last_inbound_at = now() - interval '24 hours' + interval '30 seconds'
                + make_interval(secs => %s)
            WHERE contact_id IN (SELECT id FROM conversations_contact WHERE phone = %s)
            """,
            seconds,
            customer.phone,
        )

    return move


def test_the_window_closes_before_an_agent_s_eyes_and_opens_again(desk, customer, phone, closes):
    sunita = customer("Sunita Gowda", says="hello")
    inbox, hers = desk("bina").open(sunita), phone(sunita)
    text = inbox.page.locator("#text")
    expect(text).to_be_visible()
    closes(sunita, 3)
    inbox.page.click("[data-note]")
    inbox.page.fill("#text", "She will call back")
    inbox.page.press("#text", "Enter")  # its answer tells when the window closes
    inbox.page.locator("#picker").wait_for(timeout=SOON)
    expect(inbox.page.locator("#chat-state")).to_contain_text("The 24-hour window closed at")
    inbox.page.click("[data-note]")  # a note is possible still, an answer is not
    inbox.page.locator("#scroll").focus()  # nothing is taken from who is in the box
    expect(text).to_be_hidden()

    hers.write("I am back")
    inbox.bubble("I am back", of="customer").wait_for(timeout=SOON)
    expect(inbox.page.locator("#window")).to_contain_text("You can reply for 23 h")
    expect(text).to_be_visible()
    assert not inbox.was_reloaded
    assert inbox.problems == hers.problems == []


def test_the_server_refuses_an_answer_when_the_window_has_closed(desk, customer, phone, closes):
    nisha = customer("Nisha Pillai", says="hello")
    inbox = desk("bina").open(nisha)
    closes(nisha, 0)  # the page has not heard of it
    with inbox.page.expect_response("**/send") as answer:
        inbox.answer("Are you there?")
    assert answer.value.status == 409
    inbox.page.locator("#picker").wait_for(timeout=SOON)
    assert inbox.page.input_value("#text") == "Are you there?"  # it waits for them
    expect(inbox.page.locator("#composer-error")).to_be_empty()  # it is said once
    expect(inbox.bubble("Are you there?")).to_have_count(0)

    hers = phone(nisha)
    hers.write("I am back")
    inbox.page.locator("#picker").wait_for(state="detached", timeout=SOON)
    assert inbox.page.input_value("#text") == "Are you there?"
    inbox.page.press("#text", "Enter")
    hers.bubble("Are you there?").wait_for(timeout=SOON)
    assert not inbox.was_reloaded


def test_a_template_with_a_picture_reaches_the_phone(desk, customer, phone, closes, world, tmp_path):
    world.control("POST", "/_sim/templates", TEMPLATE)
    Image.new("RGB", (640, 360), "orange").save(tmp_path / "sweets.png")
    divya = customer("Divya Rane", says="hello")
    closes(divya, 0)
    inbox = desk("bina")
    page = inbox.page
    page.goto("/inbox/templates")
    page.click("text=Fetch from WhatsApp")
    page.locator("tr", has_text="sweets_ready").wait_for()
    expect(page.locator("tr", has_text="weekend_offer")).to_have_count(2)  # the demo's own, in English and in Hindi
    page.goto("/inbox/")
    inbox.open(divya)
    page.locator("#picker .choice", has_text="sweets_ready").locator("a.button").click()
    page.set_input_files("#id_media_file", tmp_path / "sweets.png")
    page.fill("#id_body_1", "Divya")
    page.locator(".preview-text", has_text="Dear Divya").wait_for()
    page.click("#picker form[method=post] .button-main")
    inbox.ticks("Dear Divya", "Delivered").wait_for(timeout=SOON)
    assert page.locator(".said-person img").evaluate(WIDTH) == 640

    hers = phone(divya)
    shown = hers.bubble("Dear Divya")
    assert shown.locator("img").evaluate(WIDTH) == 640
    expect(shown.locator("b", has_text="your sweets")).to_be_visible()
    expect(shown.locator(".bubble-footer")).to_have_text("Shuddh Dairy, 7 to 21")
    shown.locator(".choice").click()
    inbox.bubble("Call me", of="customer").wait_for(timeout=SOON)
    assert inbox.problems == hers.problems == []


WIDTH = "async picture => { await picture.decode(); return picture.naturalWidth; }"
