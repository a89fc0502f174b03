"""The customer's phone: its files, its live events, and the page in a browser."""

import json
import re

import pytest

from simulator.samples import sample

from ..browser.looking import STRUCTURE, too_wide, violations
from ..browsing import ARGUMENTS, SHELL
from .conftest import eventually, text_to
from .test_limits import buttons, listing, rows


def test_the_page_is_strict_and_loads_from_here_only(sim):
    page = sim.http.get(f"{sim.url}/", timeout=30)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style|https?://", page.text)
    for path in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)):
        assert sim.http.get(f"{sim.url}{path}", timeout=30).status_code == 200


def test_no_other_file_is_served(sim):
    for path in ("/static/../page.py", "/static/%2e%2e/page.py", "/page.py", "/static/nothing.js"):
        assert sim.http.get(f"{sim.url}{path}", timeout=30).status_code == 404


def events(response):
    kind = None
    for line in response.iter_lines(decode_unicode=True):
        if line.startswith("event: "):
            kind = line[7:]
        elif line.startswith("data: "):
            yield kind, json.loads(line[6:])


def test_an_open_page_hears_of_everything(sim, asha):
    stream = sim.http.get(f"{sim.url}/_sim/events", params={"customer": asha["id"]}, stream=True, timeout=30)
    heard = events(stream)
    kind, state = next(heard)
    assert (kind, state["webhooks"]["ok"]) == ("state", 1)
    inbound = sim.thread(asha["id"])[0]["wamid"]
    sim.graph(
        {"messaging_product": "whatsapp", "status": "read", "message_id": inbound, "typing_indicator": {"type": "text"}}
    )
    wamid = sim.send(asha["phone"], "hello")
    seen = []
    for kind, data in heard:
        seen.append((kind, data.get("wamid"), data.get("status")))
        if seen[-1] == ("message", wamid, "delivered"):
            break
    stream.close()
    assert ("message", inbound, "read") in seen
    assert ("typing", None, None) in seen
    assert seen.index(("message", wamid, "accepted")) < seen.index(("message", wamid, "sent"))


@pytest.fixture(scope="module")
def browser():
    if SHELL is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_a_customer_talks_to_the_business_in_a_browser(sim, product, browser, width):
    page = browser.new_page(viewport={"width": width, "height": 740})
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.goto(sim.url)
    page.click("text=namaste")
    page.fill("#text", "<img src=x onerror=alert(1)> *two* litres")
    page.press("#text", "Enter")
    page.wait_for_selector(".row.mine >> nth=1")
    assert "<img src=x onerror=alert(1)> two litres" in page.inner_text("#bubbles")
    eventually(lambda: len(product.messages) == 2)
    asha = next(one for one in sim.get("/customers")["customers"] if one["last"])
    sim.graph({**text_to(asha["phone"]), **buttons("Prices", ids=["p"])})
    page.click("button.choice >> text=Prices")
    sim.graph({**text_to(asha["phone"]), **listing(rows(3, "Ghee"), button="See products")})
    page.click("button.choice >> text=See products")
    page.keyboard.press("Escape")
    page.click("button.choice >> text=See products")
    page.click(".list-row >> nth=1")
    eventually(lambda: len(product.messages) == 4)
    replies = [one["interactive"] for one in product.messages if one["type"] == "interactive"]
    assert [one["type"] for one in replies] == ["button_reply", "list_reply"]
    eventually(lambda: [one["status"] for one in product.statuses].count("read") == 2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert problems == []
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_a_customer_sends_and_sees_files_places_and_reactions_in_a_browser(sim, product, browser, width):
    page = browser.new_page(viewport={"width": width, "height": 740})
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.goto(sim.url)
    page.click("text=namaste")
    page.fill("#text", "the bill")
    attach(page, "Photo or video", *sample("image"))
    attach(page, "Document", *sample("document"))
    attach(page, "Voice note", *sample("audio"))
    page.click("#attach")
    page.click("text=Location")
    page.fill("[name=latitude]", "91")
    page.click("text=Send location")
    assert "latitude is a number from -90 to 90" in page.inner_text("#placing-error")
    page.fill("[name=latitude]", "28.6")
    page.click("text=Send location")
    came = {one["type"]: one for one in eventually(lambda: product.messages[4:] and product.messages)}
    assert set(came) == {"text", "image", "document", "audio", "location"}
    assert came["image"]["image"]["caption"] == "the bill"
    assert (came["document"]["document"]["filename"], came["audio"]["audio"]["voice"]) == ("bill.pdf", True)
    assert came["location"]["location"]["latitude"] == 28.6

    asha = next(one for one in sim.get("/customers")["customers"] if one["last"])
    card = {"name": {"formatted_name": "Ram Prasad"}, "phones": [{"phone": "+919812345678"}]}
    sim.graph({**text_to(asha["phone"]), "type": "contacts", "contacts": [card]})
    sim.post("/business/1110001/echo", {"customer": asha["id"], "type": "video", "caption": "our shop"})
    sim.tap(asha["id"], {"type": "sticker"})
    wamid = sim.thread(asha["id"])[5]["wamid"]
    row = page.locator(".row", has_text="Ram Prasad")
    row.hover()
    row.get_by_label("React").click()
    row.locator(".emoji >> nth=1").click()
    eventually(lambda: sim.thread(asha["id"])[5]["reactions"] == {"inbound": "❤️"})
    row.locator(".reactions").wait_for()
    assert [one["type"] for one in product.messages if one.get("reaction", {}).get("message_id") == wamid] == [
        "reaction"
    ]
    page.wait_for_selector("text=From the phone app")
    for shown in (".picture img", ".sticker img"):
        eventually(lambda shown=shown: page.evaluate(f"document.querySelector('{shown}').naturalWidth") > 0)
    for shown in ("video", "audio"):
        eventually(lambda shown=shown: page.evaluate(f"document.querySelector('{shown}').duration") > 1)
    sim.tap(asha["id"], {"type": "revoke", "message_id": sim.thread(asha["id"])[0]["wamid"]})
    page.wait_for_selector("text=You deleted this message")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert problems == []
    page.close()


def attach(page, what: str, data: bytes, mime_type: str, name: str) -> None:
    """Chooses a file in the composer's menu and waits for its bubble."""
    before = page.locator(".row.mine").count()
    page.click("#attach")
    with page.expect_file_chooser() as chooser:
        page.click(f"#attach-menu >> text={what}")
    chooser.value.set_files({"name": name, "mimeType": mime_type, "buffer": data})
    page.wait_for_selector(f".row.mine >> nth={before}")


@pytest.mark.browser
def test_the_page_says_that_the_product_is_away(sim, product, browser):
    product.answers = [503] * 1000
    page = browser.new_page()
    page.goto(sim.url)
    page.click("text=namaste")
    page.wait_for_selector("text=Your system did not take the message (it answered 503). It is retried.")
    product.answers = []
    page.wait_for_selector("#banner", state="hidden")
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_fits_and_everybody_can_use_it(sim, product, browser, width, theme):
    page = browser.new_page(viewport={"width": width, "height": 740}, color_scheme=theme)
    problems = []
    page.on("console", lambda line: problems.append(line.text) if line.type in ("error", "warning") else None)
    page.goto(sim.url)
    page.click("text=namaste")
    page.wait_for_selector(".row.mine")
    asha = next(one for one in sim.get("/customers")["customers"] if one["last"])
    sim.graph({**text_to(asha["phone"]), **buttons("दाम", "Free sample", ids=["p", "f"])})
    sim.send(asha["phone"], "नमस्ते 🙏 one-very-long-word-that-has-no-place-to-break-" + "x" * 200)
    page.locator(".row .bubble", has_text="नमस्ते 🙏").wait_for()
    found = [too_wide(page), *violations(page)]
    for view in ("#to-people", "#to-tester") if width == 360 else ():
        page.click(view)
        found += [too_wide(page), *violations(page, STRUCTURE)]
        page.click("#people >> button >> nth=0" if view == "#to-people" else "#from-tester")
    assert "\n".join(filter(None, found)) == ""
    assert problems == []
    page.close()
