"""Pictures, documents and the voice, from the phone to the desk and back."""

import base64
import io
import math
import random

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from simulator.samples import sample

from .windows import SOON, Desk

WIDTH = "async picture => { await picture.decode(); return picture.naturalWidth; }"
# Resolves to the seconds that it lasts once it has been played for a moment.
PLAYED = """
async sound => {
    await sound.play();
    await new Promise(done => { if (sound.currentTime > 0) done(); else sound.addEventListener("timeupdate", done, { once: true }); });
    sound.pause();
    return sound.duration;
}"""
BYTES = "async address => [...new Uint8Array(await (await fetch(address)).arrayBuffer()).slice(0, 5)]"
# As a browser makes them of what is pasted and dropped; no test can reach the clipboard or another program's window.
GIVEN = """
([place, kind, name, type, data]) => {
    const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
    const holder = new DataTransfer();
    holder.items.add(new File([bytes], name, { type }));
    const options = { bubbles: true, cancelable: true };
    const target = document.querySelector(place);
    if (kind === "paste") target.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: holder }));
    else for (const one of ["dragover", "drop"]) target.dispatchEvent(new DragEvent(one, { ...options, dataTransfer: holder }));
}"""
WATCH_PROGRESS = """
() => {
    window.progress = [];
    const bar = document.getElementById("progress");
    new MutationObserver(() => { if (!bar.hidden) progress.push(bar.value); }).observe(bar, { attributes: true });
}"""


@pytest.fixture
def file(tmp_path):
    """``file("bill.jpg", sample("image")[0])``: its path."""

    def make(name: str, data: bytes):
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return make


def test_what_the_customer_sends_is_seen_and_heard(desk, customer, phone, file):
    usha = customer("Usha Bhat", says="hello")
    inbox, hers = desk("bina").open(usha), phone(usha)
    hers.page.set_input_files("#file-photo", file("bill.jpg", sample("image")[0]))
    picture = inbox.page.locator(".said-customer img")
    picture.wait_for(timeout=SOON)
    assert picture.evaluate(WIDTH) == 640

    hers.page.set_input_files("#file-document", file("bill.pdf", sample("document")[0]))
    paper = inbox.page.locator(".said-customer a.file-card", has_text="bill.pdf")
    paper.wait_for(timeout=SOON)
    assert bytes(inbox.page.evaluate(BYTES, paper.get_attribute("href"))) == b"%PDF-"

    hers.page.set_input_files("#file-voice", file("voice.ogg", sample("audio")[0]))
    sound = inbox.page.locator(".said-customer audio")
    sound.wait_for(timeout=SOON)
    assert math.isclose(sound.evaluate(PLAYED), 2, abs_tol=0.2)
    inbox.row(usha, "Voice message").wait_for(timeout=SOON)
    inbox.page.locator("#chat-in[data-unread='0']").wait_for(
        timeout=SOON
    )  # the newest is in sight, whatever came before
    assert inbox.page.locator("#to-end").is_hidden()
    assert not inbox.was_reloaded
    assert inbox.problems == hers.problems == []


def test_an_agent_s_files_by_button_paste_and_drop(desk, customer, phone, file):
    gauri = customer("Gauri Desai", says="hello")
    inbox, hers = desk("bina").open(gauri), phone(gauri)
    page = inbox.page
    page.evaluate(WATCH_PROGRESS)
    page.set_input_files("#attach", file("shop.png", _noise(900)))
    _attached(inbox, "shop.png")
    steps = page.evaluate("progress")
    assert steps == sorted(steps)
    assert 0 < steps[-1] <= 1
    inbox.answer("Our shop")
    _is_sent(inbox)
    assert hers.bubble("Our shop").locator("img").evaluate(WIDTH) == 900

    _give(inbox, "#text", "paste", "ghee.png", "image/png", _noise(60))
    _attached(inbox, "ghee.png")
    _give(inbox, "#scroll", "drop", "prices.pdf", "application/pdf", sample("document")[0])
    _attached(inbox, "prices.pdf")
    inbox.answer("A picture and a list")
    _is_sent(inbox)
    assert hers.bubble("A picture and a list").locator("img").evaluate(WIDTH) == 60
    paper = hers.bubble("prices.pdf").locator("a.file")
    assert bytes(hers.page.evaluate(BYTES, paper.get_attribute("href"))) == b"%PDF-"
    inbox.ticks("prices.pdf", "Read").wait_for(timeout=SOON)
    assert [one.evaluate(WIDTH) for one in page.locator(".said-person img").all()] == [900, 60]
    assert not inbox.was_reloaded
    assert inbox.problems == hers.problems == []


def test_an_agent_speaks(desk, customer, phone, world):
    hema = customer("Hema Iyer", says="hello")
    inbox, hers = desk("bina").open(hema), phone(hema)
    button = inbox.page.locator("[data-record]")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    inbox.page.wait_for_timeout(1_500)  # of speaking
    button.click()
    _attached(inbox, "voice")
    inbox.page.click("button.send")
    _is_sent(inbox)
    spoken = hers.page.locator(".row:not(.mine) audio")
    spoken.wait_for(timeout=SOON)
    assert 1 < spoken.evaluate(PLAYED) < 20
    [note] = [one for one in world.answers(hema.phone) if one["kind"] == "audio"]
    assert note["media"]["mime_type"].startswith("audio/ogg")
    assert note["voice"] is True
    status, heard = world.http("GET", f"{world.simulator}/_sim/media/{note['media']['id']}")
    assert (status, heard[:4], b"OpusHead" in heard[:100]) == (200, b"OggS", True)
    assert inbox.page.locator(".said-person audio").evaluate(PLAYED) > 1
    assert inbox.problems == hers.problems == []


def _attached(inbox: Desk, name: str) -> Locator:
    """It is on the server, and goes with the next answer."""
    one = inbox.page.locator(".attached", has_text=name)
    one.wait_for()
    expect(inbox.page.locator("#progress")).to_be_hidden()
    return one


def _is_sent(inbox: Desk) -> None:
    expect(inbox.page.locator(".attached")).to_have_count(0)
    expect(inbox.page.locator("#text")).to_have_value("")


def _give(inbox: Desk, place: str, kind: str, name: str, mime: str, data: bytes) -> None:
    inbox.page.evaluate(GIVEN, [place, kind, name, mime, base64.b64encode(data).decode()])


def _noise(side: int) -> bytes:
    """A picture that no form makes small."""
    held = io.BytesIO()
    Image.frombytes("RGB", (side, side), random.Random(side).randbytes(side * side * 3)).save(held, "PNG")
    return held.getvalue()
