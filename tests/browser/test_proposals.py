"""What the language model has read about a lead comes into the pane by itself, and is accepted or dismissed by a tap."""

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from conversations.models import Contact, Message
from leads import proposals
from leads.proposals import Fact

from ..browsing import PICTURES
from . import chats
from .looking import keep, too_wide, violations


def noted(chat, **facts) -> None:
    with scopes_disabled():
        conversation = chats.the_conversation(chat)
        message = Message.objects.filter(conversation=conversation, direction="in").latest("seq")
        rows = [Fact(what, value, message.pk) for what, value in facts.items()]
        proposals.propose(conversation.contact_id, rows, timezone.now())


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])
def test_it_comes_by_itself_and_is_decided_by_a_tap(here, opened, shop, chat, width, theme):
    page, problems = opened(shop.agent, width=width, theme=theme)
    thread = f"/inbox/{chats.the_conversation(chat).pk}"

    def begin() -> None:
        page.goto(thread)
        if width == 360:
            page.click(".contact-button")
        page.wait_for_selector("#about-proposals", state="hidden")
        page.evaluate("window.wasHere = true")

    def decide() -> list[str]:
        page.wait_for_selector("#about-proposals >> text=Pune")
        wrong = [too_wide(page), *violations(page)]
        if PICTURES:
            keep(page, PICTURES, f"proposals-{width}-{theme}")
        page.click("#about-proposals [aria-label='Accept e-mail: lata@home.example']")
        page.wait_for_selector("#about-facts >> text=lata@home.example")
        page.click("#about-proposals [aria-label='Dismiss city: Pune']")
        page.wait_for_selector("#about-proposals", state="hidden")
        assert page.evaluate("window.wasHere"), "the page was not loaded anew"
        return [one for one in wrong if one]

    here(begin)
    noted(chat, city="Pune", email="lata@home.example")
    assert here(decide) == []
    assert problems == []
    with scopes_disabled():
        assert Contact.objects.get(phone=chat.sender.phone).email == "lata@home.example"
        assert proposals.to_decide(Contact.objects.get(phone=chat.sender.phone)).count() == 0
