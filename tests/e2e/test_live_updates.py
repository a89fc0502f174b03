"""An owner who is signed in hears of a customer's message while it is being answered, also without Valkey."""

import http.cookiejar
import json
import re
import threading
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager

import pytest

from whatsapp_automation.embedded.environment import DEMO_OWNER_EMAIL


@pytest.fixture
def browser(world):
    """One in which the demo's owner has signed in by the page."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = opener.open(f"{world.web}/account/login", timeout=10).read().decode()
    fields = {
        "csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1],
        "login": DEMO_OWNER_EMAIL,
        "password": world.stack.env["DEMO_OWNER_PASSWORD"],
    }
    headers = {"Origin": world.stack.env["FRONTEND_URL"]}
    asked = urllib.request.Request(
        f"{world.web}/account/login", urllib.parse.urlencode(fields).encode(), headers=headers
    )
    assert "/account/login" not in opener.open(asked, timeout=10).url
    return opener


@contextmanager
def listening(world, browser):
    """[(when, poke)] that grows while the block runs."""
    heard = []
    with browser.open(f"{world.web}/events/", timeout=30) as stream:

        def read() -> None:
            for line in stream:
                if line.startswith(b"data: {"):
                    heard.append((time.monotonic(), json.loads(line[6:])))

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        yield heard
        stream.fp.raw._sock.shutdown(2)
        thread.join(5)


def test_a_message_its_answer_and_its_ticks_are_heard(world, browser):
    with listening(world, browser) as heard:
        delays = []
        for _ in range(10):
            count, written = len(heard), time.monotonic()
            world.answer(world.new_phone(), "what is the price")
            world.until(lambda count=count: {"message", "status"} <= {poke["kind"] for _at, poke in heard[count:]})
            delays.append(next(at for at, poke in heard[count:] if poke["kind"] == "message") - written)
        print(f"events: first poke after {sorted(delays)[5] * 1000:.0f} ms, at most {max(delays) * 1000:.0f} ms")  # noqa: T201
        assert max(delays) < 2
        named = {poke["conversation"] for _at, poke in heard if "conversation" in poke}
        known = {str(row["id"]) for row in world.query("SELECT id FROM conversations_conversation")}
        assert len(named) >= 10
        assert named <= known
        assert {frozenset(poke) for _at, poke in heard} <= {
            frozenset({"conversation", "seq", "kind"}),
            frozenset({"kind"}),
        }


def test_pokes_do_not_need_valkey(world, browser):
    with listening(world, browser) as heard:
        world.answer(world.new_phone(), "hello")
        [newest] = world.query("SELECT id FROM conversations_conversation ORDER BY created_at DESC LIMIT 1")
        world.kill("valkey")
        world.query("UPDATE conversations_conversation SET owner = 'human' WHERE id = %s", newest["id"])
        expected = {"conversation": str(newest["id"]), "seq": 0, "kind": "state"}
        world.until(lambda: expected in [poke for _at, poke in heard], within=2)
        world.revive()
