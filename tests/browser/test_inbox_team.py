"""What the team does in the inbox beside answering: many conversations at once, unread once more, notes, drafts; by keyboard too."""

import pytest
from django.db import transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from playwright.sync_api import expect

from conversations import assignment, notes
from conversations.models import Conversation, ReplyDraft

from ..browsing import PICTURES
from .chats import begun, the_conversation
from .looking import keep, too_wide, violations


def assignees(*chats) -> list[str]:
    return [str(the_conversation(chat).assignee) for chat in chats]


def test_several_are_given_to_somebody_by_keyboard(here, opened, shop):
    chats = [begun(), begun()]
    page, problems = opened(shop.agent)
    wrong = []

    def give():
        page.goto("/inbox/?tab=all")
        page.wait_for_selector(".row-link")
        for _ in range(40):
            page.keyboard.press("j")
            if page.evaluate("document.activeElement.querySelector('.row-name').textContent") == chats[1].sender.name:
                break
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator("#bulk-count")).to_have_text("2 chosen")
        page.focus("[popovertarget=bulk-team]")
        page.keyboard.press("Enter")
        page.wait_for_selector("#bulk-team:popover-open")
        assert "Asha Verma" in page.evaluate("document.activeElement.textContent")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        wrong.extend(violations(page))
        if PICTURES:
            keep(page, PICTURES, "inbox-bulk")
        page.keyboard.press("Enter")
        page.wait_for_selector(".toast >> text=2 conversations given to Asha Verma.")
        page.wait_for_selector(f".row:has-text('{chats[0].sender.name}') >> text=Asha Verma", state="detached")
        expect(page.locator("#bulk-count")).to_have_text("")
        return page.locator(".row-tick :checked").count()

    assert here(give) == 0
    assert assignees(*chats) == ["Asha Verma", "Asha Verma"]
    assert problems == []
    assert wrong == []


def test_what_cannot_be_done_for_one_is_told(here, opened, shop):
    chats = [begun(), begun()]
    page, problems = opened(shop.agent)
    closed = the_conversation(chats[0])

    def tick():
        page.goto("/inbox/?tab=all")
        for chat in chats:
            page.locator(f".row:has-text('{chat.sender.name}') input").check()

    def give():
        page.click("#bulk >> text=Take")
        page.wait_for_selector(".toast >> text=1 conversation given to Bina Rao. 1 not: This conversation is closed.")

    here(tick)
    with scope(business=shop.business), transaction.atomic():
        assignment.close(closed, by=shop.owner, now=timezone.now())
    here(give)
    assert assignees(*chats) == ["None", "Bina Rao"]
    assert [line for line in problems if "status of 4" not in line] == []


def test_on_a_phone_several_are_chosen_by_a_button(here, opened, shop, chat):
    page, problems = opened(shop.agent, width=360)

    def choose():
        page.goto("/inbox/")
        page.click("#choose-several")
        page.locator(f".row:has-text('{chat.sender.name}') input").check()
        page.wait_for_selector("#bulk", state="visible")
        faults = [too_wide(page), *violations(page)]
        if PICTURES:
            keep(page, PICTURES, "inbox-bulk-360")
        page.click("[data-tick=all]")
        assert page.locator(".row-tick :checked").count() > 1
        page.click("[data-tick=none]")
        page.wait_for_selector("#bulk", state="hidden")
        return faults

    assert here(choose) == [""]
    assert problems == []


def test_u_marks_as_unread_and_no_open_page_reads_it_again(here, opened, shop, chat):
    page, problems = opened(shop.agent)
    other, _problems = opened(shop.owner)
    address = f"/inbox/{the_conversation(chat).pk}"

    def mark():
        other.goto(address)
        other.wait_for_selector("#chat-in[data-unread='0']")
        page.goto(address + "?tab=all")
        page.wait_for_selector("#chat-in[data-unread='0']")
        page.focus("#scroll")
        page.keyboard.press("u")
        page.wait_for_selector(".toast >> text=Unread again, for the whole team.")
        page.wait_for_selector("#no-chat")
        page.wait_for_selector(f".row-unread:has-text('{chat.sender.name}')")
        assert chat.sender.name in page.evaluate("document.activeElement.textContent")
        with other.expect_response("**/live?*"):
            other.evaluate("window.dispatchEvent(new Event('online'))")
        other.wait_for_selector("#chat-in[data-unread='1']")
        other.evaluate("window.dispatchEvent(new Event('focus'))")
        with other.expect_response("**/live?*"):
            other.evaluate("window.dispatchEvent(new Event('online'))")

    here(mark)
    assert the_conversation(chat).unread == 1
    here(lambda: page.click(f".row-link:has-text('{chat.sender.name}')"))
    here(lambda: page.wait_for_selector("#chat-in[data-unread='0']"))
    assert the_conversation(chat).unread == 0
    assert problems == []


def test_back_leads_to_the_list_as_it_was(here, opened, shop, chat):
    page, problems = opened(shop.agent, width=360)

    def walk():
        page.goto("/inbox/?tab=bot")
        page.click(f".row-link:has-text('{chat.sender.name}')")
        page.wait_for_selector("#chat-name")
        page.click("[data-back]")
        page.wait_for_selector("#list", state="visible")
        assert page.get_attribute("#tabs [aria-current]", "id") == "tab-bot"
        assert chat.sender.name in page.evaluate("document.activeElement.textContent")
        return page.url

    assert here(walk).endswith("/inbox/?tab=bot")
    assert problems == []


@pytest.mark.parametrize("how", ["another page", "closed"])
def test_what_was_typed_just_before_the_page_went_is_there_again(here, opened, shop, chat, how):
    page, problems = opened(shop.agent)
    later, _problems = opened(shop.agent)
    address = f"/inbox/{the_conversation(chat).pk}"

    def leave():
        page.goto(address)
        page.click("#text")
        page.keyboard.type("अभी भेजता हूँ, half an answ")
        if how == "closed":
            page.close(run_before_unload=True)
        else:
            page.goto("about:blank")

    def again():
        later.goto(address)
        expect(later.locator("#text")).to_have_value("अभी भेजता हूँ, half an answ")

    def send_and_leave():
        later.press("#text", "Enter")
        later.wait_for_selector(".bubble-person >> text=half an answ")
        later.goto("about:blank")

    here(leave)
    _eventually(lambda: ReplyDraft.objects.filter(conversation=the_conversation(chat)).exists(), later, here)
    here(again)
    here(send_and_leave)
    with scopes_disabled():
        assert not ReplyDraft.objects.filter(conversation=the_conversation(chat)).exists()
    assert problems == []


def _eventually(holds, page, here) -> None:
    """A beacon is sent by a page that is gone: nothing tells when it has come."""
    for _ in range(300):
        with scopes_disabled():
            if holds():
                return
        here(page.wait_for_timeout, 100)
    raise AssertionError("It has not come.")


def test_a_note_is_added_beside_the_thread_and_others_come_by_themselves(here, opened, shop, chat):
    page, problems = opened(shop.agent)
    conversation = the_conversation(chat)
    address = f"/inbox/{conversation.pk}"

    def add():
        page.goto(address)
        page.fill("#text", "half an answ")
        page.fill("#add-note", "Wants the A2 milk")
        page.click(".add-note button")
        page.wait_for_selector(".bubble-note >> text=Wants the A2 milk")
        page.wait_for_selector("#about-notes >> text=Wants the A2 milk")
        page.wait_for_selector("#about-notes >> text=Bina Rao")
        page.fill("#add-note", "half a no")
        page.focus("#add-note")

    def hear():
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.wait_for_selector("#about-notes >> text=Pays on Friday")
        assert page.evaluate("document.activeElement.id") == "add-note"
        if PICTURES:
            keep(page, PICTURES, "inbox-notes")
        return page.input_value("#add-note"), page.input_value("#text")

    here(add)
    with scope(business=shop.business):
        notes.write(conversation, "Pays on Friday", by=shop.owner)
    assert here(hear) == ("half a no", "half an answ")
    assert problems == []


def test_a_customer_is_given_a_name_beside_the_thread(here, opened, shop, chat):
    page, problems = opened(shop.agent)
    address = f"/inbox/{the_conversation(chat).pk}"

    def rename():
        page.goto(address)
        page.click(".rename summary")
        page.fill("#new-name", "Lata of the sweet shop")
        page.keyboard.press("Enter")
        page.wait_for_selector("#chat-name >> text=Lata of the sweet shop")
        page.wait_for_selector("#about-name h2 >> text=Lata of the sweet shop")
        page.wait_for_selector("#new-name", state="hidden")
        if PICTURES:
            page.wait_for_timeout(300)
            page.click(".rename summary")
            keep(page, PICTURES, "inbox-rename")

    here(rename)
    assert str(the_conversation(chat).contact) == "Lata of the sweet shop"
    assert problems == []


def test_what_did_not_arrive_is_written_once_more(here, opened, shop):
    with scopes_disabled():
        thread = Conversation.objects.get(contact__phone="919876500001").pk
    page, problems = opened(shop.agent)

    def again():
        page.goto(f"/inbox/{thread}")
        page.fill("#text", "Once more:")
        page.click(".said-troubled [data-again]")
        assert page.evaluate("document.activeElement.id") == "text"
        text = page.input_value("#text")
        page.fill("#text", "")
        return text

    assert here(again) == "Once more:\nAnswer 2: जी हाँ, हम पहुँचाते हैं।"
    assert problems == []


def test_arrows_lead_from_the_search_through_the_list(here, opened, shop, chat):
    page, problems = opened(shop.agent)

    def walk():
        page.goto("/inbox/")
        page.keyboard.press("/")
        with page.expect_response(lambda answer: "q=" in answer.url):
            page.keyboard.type(chat.sender.name)
        page.locator(".row-link >> nth=1").wait_for(state="detached")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#chat-name >> text={chat.sender.name}")

    here(walk)
    assert problems == []


def test_an_act_by_its_button_leaves_the_focus_at_the_buttons(here, opened, shop, chat):
    page, problems = opened(shop.agent)
    address = f"/inbox/{the_conversation(chat).pk}"

    def act():
        page.goto(address)
        for button, then in (("do-takeover", "do-return"), ("do-close", "do-reopen"), ("do-reopen", "do-close")):
            page.focus(f"#{button}")
            page.keyboard.press("Enter")
            page.wait_for_selector(f"#{then}")
            assert page.evaluate("document.activeElement.closest('#chat-head')?.id") == "chat-head", button

    here(act)
    assert problems == []
