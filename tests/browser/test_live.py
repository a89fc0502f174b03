"""What only a browser does: a conversation that keeps itself fresh, the menu of the person, buttons that keys reach."""

from django_scopes import scopes_disabled

from conversations.models import Conversation

from .. import factories


def the_conversation(customer: factories.Customer) -> Conversation:
    with scopes_disabled():
        return Conversation.objects.get(contact__phone=customer.phone)


def test_a_conversation_is_live(here, opened, shop):
    customer = factories.Customer("Lata", "919876500077", "IN.1077")
    chat = factories.Chat(customer)
    chat.says("hello")
    page, problems = opened(shop.agent)
    thread = f"/admin/conversations/conversation/{the_conversation(customer).pk}/change/"

    def answer():
        page.goto(thread)
        page.wait_for_selector("text=The bot answers")
        page.fill("#answer", "I am here.\nHow can I help?")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("text=Bina Rao answers")
        page.wait_for_selector(".bubble-person >> text=How can I help?")
        page.fill("#answer", "half an answ")

    def read():
        page.wait_for_selector(".bubble-customer >> text=<b>Do you deliver?</b>")
        page.wait_for_function("document.getElementById('thread').dataset.unread === '0'")
        return page.input_value("#answer")

    def give_back():
        page.click("text=Return to bot")
        page.wait_for_selector("text=The bot answers")

    here(answer)
    chat.says("<b>Do you deliver?</b>")
    assert here(read) == "half an answ"
    assert the_conversation(customer).unread == 0
    here(give_back)
    assert problems == []


def test_the_language_is_chosen_in_the_persons_menu(here, opened, shop):
    page, problems = opened(shop.owner)

    def choose():
        page.goto("/admin/aibot/rule/")
        page.focus(".user-button")
        page.keyboard.press("Enter")
        page.click("#user-menu >> text=हिंदी")
        page.wait_for_selector("html[lang=hi]")
        return page.url, page.inner_text("h1")

    url, title = here(choose)
    assert url.endswith("/admin/aibot/rule/")
    assert title.strip() == "नियम"
    assert problems == []


def test_on_a_phone_the_menu_opens_with_a_key_and_closes(here, opened, shop):
    page, problems = opened(shop.owner, width=360)

    def walk():
        page.goto("/admin/")
        assert not page.is_visible("#nav-sidebar")
        page.focus(".menu-button.on-phone")
        page.keyboard.press("Enter")
        page.wait_for_selector("#nav-sidebar", state="visible")
        page.click("#nav-sidebar >> text=Products")
        page.wait_for_selector("h1 >> text=Products")
        return page.is_visible("#nav-sidebar")

    assert here(walk) is False
    assert problems == []
