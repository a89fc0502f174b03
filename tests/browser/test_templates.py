"""Templates in a browser: the page of all, the picker with its live preview, New chat; at both widths, in both themes and
languages.
"""

import re

import pytest
from django_scopes import scope
from PIL import Image

from conversations.models import Conversation, Message, Template
from tests import factories
from tests.simulated import simulated

from ..browsing import PICTURES
from .looking import ALL, bring_axe, keep, too_wide, violations
from .shop import WAITS

LOOKS = pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(1280, "light", "en"), (360, "dark", "en"), (360, "light", "hi"), (1280, "dark", "hi")],
)
SEND = "main form button.button-main"
XSS = "<img src=x onerror=\"document.title='broken'\">"
# Everything that is pressed is 40 px high.
_SMALL = """
[...document.querySelectorAll("main button, main .button, main input:not([type=hidden]), main select")]
  .filter(e => e.offsetParent && e.getBoundingClientRect().height < 40).map(e => e.outerHTML.slice(0, 100))
"""


@pytest.fixture(scope="module")
def rows(shop, django_db_blocker):
    """Templates of every kind, and a conversation whose window is closed."""
    given = [
        (
            "diwali_sweets",
            "en_US",
            "MARKETING",
            "APPROVED",
            [
                {"type": "HEADER", "format": "IMAGE"},
                {
                    "type": "BODY",
                    "text": "Dear {{1}}, *Diwali sweets* are here: {{2}}.\nOrder by {{3}}.",
                    "example": {"body_text": [["Asha", "20 % off all boxes", "Friday"]]},
                },
                {"type": "FOOTER", "text": "Reply STOP to get no offers"},
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {
                            "type": "URL",
                            "text": "See the boxes",
                            "url": "https://shop.example/{{1}}",
                            "example": ["d26"],
                        },
                        {"type": "QUICK_REPLY", "text": "Call me"},
                    ],
                },
            ],
        ),
        ("नमस्ते_order", "hi", "UTILITY", "APPROVED", [{"type": "BODY", "text": "नमस्ते {{name}}, आपका ऑर्डर तैयार है।"}]),
        ("feedback", "en", "UTILITY", "PENDING", [{"type": "BODY", "text": "How was it?"}]),
        ("cards", "en", "MARKETING", "APPROVED", [{"type": "BODY", "text": "New"}, {"type": "CAROUSEL", "cards": []}]),
    ]
    with django_db_blocker.unblock(), scope(business=shop.business):
        made = Template.objects.bulk_create(
            Template(
                business=shop.business, waba_id=factories.DAIRY_WABA, name=name, language=language, category=category,
                status=status, components=parts, quality="GREEN",
            )
            for name, language, category, status, parts in given
        )  # fmt: skip
        yield {row.name: row for row in made}
        Template.objects.filter(pk__in=[row.pk for row in made]).delete()


@pytest.fixture
def waiting(shop):
    with scope(business=shop.business):
        return Conversation.objects.get(contact__phone=WAITS.phone, state="open")


class Looker:
    def __init__(self, page, mark: str):
        self.page, self.mark, self.wrong = page, mark, []

    def look(self, name: str) -> None:
        self.wrong += filter(None, [too_wide(self.page)])
        self.wrong += violations(self.page, ALL)
        self.wrong += self.page.evaluate(_SMALL)
        if PICTURES:
            keep(self.page, PICTURES, f"templates {name} {self.mark}".replace(" ", "-"))


@pytest.fixture
def agent(here, opened, shop):
    def enter(width, theme, language):
        page, problems = opened(shop.agent, width=width, theme=theme, language=language)
        here(bring_axe, page)
        return Looker(page, f"{width} {theme} {language}"), problems

    return enter


def _no_faults(problems: list[str]) -> list[str]:
    """What is refused is answered with a status, which the console notes; a preview that is asked for when the page is left
    is given up; the conversation's own page is not of these tests.
    """
    harmless = re.compile(r"status of (404|422) |/preview net::ERR_ABORTED")
    return [line for line in problems if not harmless.search(line)]


@LOOKS
def test_the_page_of_all_templates(here, agent, rows, width, theme, language):
    seen, problems = agent(width, theme, language)

    def walk():
        seen.page.goto("/inbox/templates")
        seen.look("all")
        seen.page.goto("/inbox/templates?q=nothing+like+it")
        seen.look("none found")

    here(walk)
    assert seen.wrong == []
    assert problems == []


@LOOKS
def test_a_template_is_chosen_filled_seen_and_sent(here, agent, rows, shop, waiting, width, theme, language):
    seen, problems = agent(width, theme, language)
    row = rows["diwali_sweets"]

    def walk() -> tuple[str, str]:
        page = seen.page
        page.goto(f"/inbox/{waiting.pk}/templates")
        seen.look("picker")
        page.fill("#find-q", "diwali sweets")
        page.locator(".choice >> nth=1").wait_for(state="detached")
        assert page.evaluate("document.activeElement.id") == "find-q"
        page.click(".choice a.button")
        page.wait_for_selector("#id_body_1")
        seen.look("form")
        page.click(SEND)
        page.wait_for_selector(".summary")
        seen.look("form refused")
        page.fill("#id_media", "https://shop.example/diwali.jpg")
        page.fill("#id_body_1", "Ravi")
        page.fill("#id_body_2", XSS)
        page.fill("#id_body_3", "Friday")
        page.fill("#id_button_0", "d26")
        page.locator(".preview-text", has_text="Order by Friday").wait_for()
        seen.look("form filled")
        words = page.inner_text(".preview-text")
        title = page.title()
        with page.expect_navigation():
            page.click(SEND)
        return words, title, page.url

    words, title, address = here(walk)
    assert XSS in words
    assert title != "broken"
    assert address.endswith(f"/inbox/{waiting.pk}")
    with scope(business=shop.business):
        sent = Message.objects.filter(conversation=waiting, kind="template").order_by("-seq").first()
        assert sent.payload["template"]["name"] == row.name
        assert sent.payload["template"]["components"][0]["parameters"][0]["image"] == {
            "link": "https://shop.example/diwali.jpg"
        }
        Message.objects.filter(pk=sent.pk).delete()
    assert seen.wrong == []
    assert _no_faults(problems) == []


@LOOKS
def test_a_new_chat_is_begun(here, agent, rows, shop, width, theme, language):
    seen, problems = agent(width, theme, language)
    phone = f"98110{width:04d}{len(theme + language) % 10}"

    def walk():
        page = seen.page
        page.goto("/inbox/new")
        seen.look("new")
        page.fill("#to", "98")
        page.click(".choice button >> nth=0")
        page.wait_for_selector(".summary")
        seen.look("new refused")
        page.fill("#to", phone)
        page.fill("#find-q", "diwali sweets")
        page.click(".find button")
        page.click(f".choice button[value='{rows['diwali_sweets'].pk}']")
        for place, value in {
            "media": "https://shop.example/d.jpg", "body_1": "Om", "body_2": "20 %", "body_3": "Friday", "button_0": "d",
        }.items():  # fmt: skip
            page.fill(f"#id_{place}", value)
        page.click(SEND)
        page.wait_for_selector(".summary")
        seen.look("new form")
        page.fill("#id_opt_in", "form in the shop, 21 November")
        with page.expect_navigation():
            page.click(SEND)
        return page.url

    address = here(walk)
    with scope(business=shop.business):
        begun = Conversation.objects.get(contact__phone=f"91{phone}")
        assert address.endswith(f"/inbox/{begun.pk}")
        begun.contact.delete()
    assert seen.wrong == []
    assert _no_faults(problems) == []


def test_a_picture_is_chosen_seen_and_given_to_whatsapp(here, agent, rows, shop, waiting, settings, tmp_path):
    seen, problems = agent(1280, "light", "en")
    row = rows["diwali_sweets"]
    Image.new("RGB", (640, 360), "orange").save(tmp_path / "diwali.png")

    def walk() -> str:
        page = seen.page
        page.goto(f"/inbox/{waiting.pk}/templates?template={row.pk}")
        page.set_input_files("#id_media_file", tmp_path / "diwali.png")
        page.fill("#id_body_1", "Ravi")
        page.click(SEND)
        page.wait_for_selector(".preview-picture")
        seen.look("picture")
        for place, value in {"body_2": "20 % off", "body_3": "Friday", "button_0": "d26"}.items():
            page.fill(f"#id_{place}", value)
        page.locator(".preview-text", has_text="Order by Friday").wait_for()
        assert page.evaluate("document.querySelector('.preview-picture').naturalWidth") == 640
        with page.expect_navigation():
            page.click(SEND)
        return page.url

    with simulated(settings, access_token=f"token-{factories.DAIRY_NUMBER}") as meta:
        assert here(walk).endswith(f"/inbox/{waiting.pk}")
        with scope(business=shop.business):
            sent = Message.objects.filter(conversation=waiting, kind="template").order_by("-seq").first()
            shown = sent.payload["template"]["components"][0]["parameters"][0]["image"]
            name = sent.document.name
            sent.delete()
        file = meta.graph(method="GET", path=f"/{shown['id']}", token=f"token-{factories.DAIRY_NUMBER}").json()
    assert name == "diwali.png"
    assert file["mime_type"].startswith("image/")
    assert seen.wrong == []
    assert _no_faults(problems) == []


def test_without_scripts_all_of_it_works(here, chromium, server, shop, rows, waiting, client):
    client.force_login(shop.agent)
    cookies = [{"name": name, "value": cookie.value, "url": server} for name, cookie in client.cookies.items()]

    def walk() -> str:
        context = chromium.new_context(base_url=server, java_script_enabled=False)
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(f"/inbox/{waiting.pk}/templates")
        page.fill("#find-q", "order")
        page.click(".find button")
        page.click(f".choice a[href*='{rows['नमस्ते_order'].pk}']")
        page.fill("#id_body_name", "रवि")
        page.click("noscript button")
        words = page.inner_text(".preview-text")
        page.click(SEND)
        context.close()
        return words

    assert here(walk) == "नमस्ते रवि, आपका ऑर्डर तैयार है।"
    with scope(business=shop.business):
        assert Message.objects.filter(conversation=waiting, kind="template").delete()[0] >= 1
