"""The agents' pages: who sees what, and what an act brings about."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled

from conversations.models import Contact, Conversation, Message, Status

from .. import factories
from .acting import act, again, page, written

pytestmark = pytest.mark.slow

# --- who may --------------------------------------------------------------------------------------------------------------


def test_who_has_not_signed_in_is_led_to_it_and_back(visit, conversation):
    answer = visit().get(f"/inbox/{conversation.pk}")
    assert answer.status_code == 302
    assert answer["Location"] == f"/account/login?next=/inbox/{conversation.pk}"


def test_a_viewer_reads_and_cannot_act(visit, vera, conversation):
    html = page(visit(vera), conversation)
    assert "hello" in html
    assert "You can read here." in html
    assert "<textarea" not in html
    assert "/takeover" not in html
    act(visit(vera), conversation, "send", 403, text="Hello", client_ref=uuid.uuid4())
    act(visit(vera), conversation, "takeover", 403)
    assert written(conversation) == []


def test_another_business_s_conversation_is_not_there(visit, charlie, masala, conversation):
    client = visit(charlie)
    foreign = client.get(f"/inbox/{conversation.pk}")
    missing = client.get(f"/inbox/{uuid.uuid4()}")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert "Meera" not in client.get("/inbox/").content.decode()
    act(client, conversation, "takeover", 404)


def test_an_agent_lands_in_the_inbox_after_sign_in_and_an_owner_in_the_admin(dairy, alice, bob):
    for person, place in ((bob, "/inbox/"), (alice, "/admin/")):
        person.set_password("a-long-enough-one-1")
        person.save()
        answer = Client().post("/account/login", {"login": person.email, "password": "a-long-enough-one-1"})
        assert answer["Location"] == place, person


# --- the list -------------------------------------------------------------------------------------------------------------


def test_the_tabs_hold_what_they_say(visit, bob, conversation):
    factories.Chat(factories.RAVI).says("such nonsense words")  # waits for a person
    factories.Chat(factories.ZOYA).says("hello")
    client = visit(bob)
    with scopes_disabled():
        zoya = Conversation.objects.get(contact__profile_name="Zoya")
    act(client, zoya, "takeover")
    shown = {tab: client.get(f"/inbox/?tab={tab}").content.decode() for tab in ("mine", "unassigned", "bot", "all")}
    found = {
        tab: [name for name in ("Meera Iyer", "Ravi Kumar", "Zoya") if name in html] for tab, html in shown.items()
    }
    assert found == {
        "mine": ["Zoya"],
        "unassigned": ["Ravi Kumar"],
        "bot": ["Meera Iyer"],
        "all": ["Meera Iyer", "Ravi Kumar", "Zoya"],
    }
    act(client, zoya, "close")
    assert "Zoya" in client.get("/inbox/?tab=closed").content.decode()
    assert "Zoya" not in client.get("/inbox/").content.decode().replace("/inbox/", "")


def test_the_list_comes_in_pages_and_leaves_nobody_out(visit, bob, dairy):
    for place in range(43):
        factories.Chat(factories.customer(place)).says("hello")
    with scopes_disabled():
        same = timezone.now() - timedelta(hours=1)
        Conversation.objects.filter(contact__phone__in=[factories.customer(n).phone for n in range(10)]).update(
            last_message_at=same
        )
    client, seen, address = visit(bob), [], "/inbox/"
    while address and len(seen) < 100:
        html = client.get(address).content.decode()
        seen += _ids(html)
        address = _next(html)
    with scopes_disabled():
        assert sorted(seen) == sorted(str(key) for key in Conversation.objects.values_list("pk", flat=True))


def _ids(html: str) -> list[str]:
    return [part[:36] for part in html.split('id="row-')[1:]]


def _next(html: str) -> str:
    _before, found, rest = html.partition('<div class="rows-more" hx-get="')
    return rest.partition('"')[0].replace("&amp;", "&") if found else ""


@pytest.mark.parametrize("cursor", ["nonsense", "AAAA", "%00", "MjAyNi0wMS0wMSBub3RoaW5n"])
def test_a_cursor_of_nobody_s_shows_the_first_page(visit, bob, conversation, cursor):
    assert "Meera Iyer" in visit(bob).get(f"/inbox/?before={cursor}").content.decode()


def test_a_person_is_found_by_name_and_by_the_end_of_their_number(visit, bob, conversation):
    factories.Chat(factories.RAVI).says("hello")
    for words in ("meera", "Iyer", "00001", "+91 98765 00001"):
        html = visit(bob).get("/inbox/", {"q": words}).content.decode()
        assert "Meera Iyer" in html, words
        assert "Ravi" not in html, words
    assert "Nothing was found for “&lt;b&gt;”." in visit(bob).get("/inbox/", {"q": "<b>"}).content.decode()


def test_the_number_of_statements_does_not_grow(visit, bob, chat, conversation, django_assert_max_num_queries):
    client = visit(bob)
    addresses = ["/inbox/", f"/inbox/{conversation.pk}", f"/inbox/{conversation.pk}/live?after=0"]
    before = [_statements(client, address) for address in addresses]
    for place in range(30):
        factories.Chat(factories.customer(place)).says("hello")
        chat.says(f"price? {place}")
    assert [_statements(client, address) for address in addresses] == before
    assert max(before) <= 31


def _statements(client: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


# --- the thread -----------------------------------------------------------------------------------------------------------


def test_what_a_stranger_sends_is_shown_as_text(visit, bob, chat, conversation):
    chat.says("<script>alert(1)</script>")
    chat.sends("location", {"latitude": 12.9, "longitude": 77.5, "name": "<img src=x>", "url": "javascript:alert(1)"})
    html = page(visit(bob), conversation)
    assert "<script>alert" not in html
    assert "<img src=x>" not in html
    assert "javascript:" not in html
    assert "https://www.openstreetmap.org/?mlat=12.9&amp;mlon=77.5" in html


def test_cards_say_what_came(visit, bob, chat, conversation):
    chat.sends("contacts", [{"name": {"formatted_name": "Dr. Rao"}, "phones": [{"phone": "+91 1"}]}])
    chat.sends("order", {"catalog_id": "1", "product_items": [{"product_retailer_id": "ghee", "quantity": "2"}]})
    chat.sends("unsupported", {"type": "poll_creation"})
    html = page(visit(bob), conversation)
    assert "Dr. Rao · +91 1" in html
    assert "2 × ghee" in html
    assert "poll creation" in html
    assert "Ask the customer to send it as a text or a photo." in html


def test_the_live_fragment_holds_what_is_new_and_the_last_once_more(visit, bob, chat, conversation):
    client = visit(bob)
    html = page(client, conversation)
    last = int(html.partition('data-last="')[2].partition('"')[0])
    chat.says("are you there?")
    fresh = page(client, conversation, f"/live?after={last}")
    assert "are you there?" in fresh
    assert int(fresh.partition('data-last="')[2].partition('"')[0]) > last
    assert client.get(f"/inbox/{conversation.pk}/live?after=x").status_code == 400


def test_the_new_line_stands_before_the_first_unread(visit, bob, chat, conversation):
    client = visit(bob)
    act(client, conversation, "read", 204, up_to=again(conversation).last_inbound_seq)
    assert "new-line" not in page(client, conversation)
    chat.says("such nonsense one")
    chat.says("such nonsense two")
    before, found, after = page(client, conversation).partition('id="new-line"')
    assert found
    assert "nonsense one" not in before.partition('id="bubbles"')[2]
    assert after.index("nonsense one") < after.index("nonsense two")


def test_older_messages_have_an_address_and_none_is_left_out(visit, bob, conversation):
    with scopes_disabled():
        old = Message.objects.get(conversation=conversation, direction="in")
        Message.objects.bulk_create(
            Message(
                business=old.business,
                conversation=old.conversation,
                number=old.number,
                direction="in",
                kind="text",
                source="customer",
                text=f"line {place}.",
                wa_timestamp=old.wa_timestamp,
                status=Status.RECEIVED,
            )
            for place in range(250)
        )
    html = page(visit(bob), conversation)
    assert "line 249." in html
    assert "line 1." not in html
    older = page(visit(bob), conversation, html.partition('id="older" href="')[2].partition('"')[0])
    assert "hello" in older
    assert all(f"line {place}." in html + older for place in range(250))


def test_more_news_than_an_answer_holds_has_the_page_fetched_anew(visit, bob, chat, conversation):
    assert "data-reload" not in page(visit(bob), conversation, "/live?after=0")
    with scopes_disabled():
        old = Message.objects.get(conversation=conversation, direction="in")
        fields = {f: getattr(old, f) for f in ("business", "conversation", "number", "direction", "kind", "source")}
        Message.objects.bulk_create(
            Message(**fields, text="x", wa_timestamp=old.wa_timestamp, status=Status.RECEIVED) for _ in range(201)
        )
    assert "data-reload" in page(visit(bob), conversation, f"/live?after={old.seq}")


# --- acts -----------------------------------------------------------------------------------------------------------------


def test_take_over_return_assign_close_and_reopen(visit, alice, bob, conversation):
    client = visit(bob)
    act(client, conversation, "takeover")
    assert (again(conversation).owner, again(conversation).assignee) == ("human", bob)
    act(client, conversation, "assign", to=alice.pk)
    assert again(conversation).assignee == alice
    act(client, conversation, "assign", to="")
    assert again(conversation).assignee is None
    act(client, conversation, "return")
    assert again(conversation).owner == "bot"
    act(client, conversation, "close")
    assert again(conversation).state == "closed"
    act(client, conversation, "takeover")  # refused, and said on the page
    assert "This conversation is closed." in page(client, conversation)
    act(client, conversation, "reopen")
    assert again(conversation).state == "open"


def test_it_can_be_given_to_nobody_of_another_business(visit, bob, charlie, masala, vera, conversation):
    for person in (charlie.pk, vera.pk, uuid.uuid4(), "nonsense"):
        answer = act(visit(bob), conversation, "assign", 404, part="live", to=person)
        assert "No agent or owner of this business has this id." in answer.content.decode()
    assert again(conversation).assignee is None


def test_a_script_gets_what_is_new_with_the_sentence_and_the_way_back(visit, bob, conversation):
    html = act(visit(bob), conversation, "close", 200, part="live", after="0").content.decode()
    assert f'data-undo="/inbox/{conversation.pk}/reopen"' in html
    assert 'id="chat-head"' in html
    assert "Bob closed the conversation." in html


def test_an_answer_is_sent_once_however_often_it_is_posted(visit, bob, conversation):
    client, ref = visit(bob), uuid.uuid4()
    for _ in range(3):
        act(client, conversation, "send", text="We open at\r\n7.", client_ref=ref)
    (message,) = written(conversation)
    assert (message.text, message.status) == ("We open at\n7.", Status.QUEUED)
    assert again(conversation).owner == "human"
    html = act(client, conversation, "send", 409, part="live", text="another", client_ref=ref).content.decode()
    assert "was sent already" in html
    assert len(written(conversation)) == 1


def test_an_answer_may_quote_and_offer_buttons(visit, bob, chat, conversation):
    with scopes_disabled():
        asked = Message.objects.get(conversation=conversation, direction="in")
    sent = {"text": "Which?", "button1": "Milk", "button2": " ", "button3": "Ghee", "reply_to": asked.pk}
    act(visit(bob), conversation, "send", client_ref=uuid.uuid4(), **sent)
    (message,) = written(conversation)
    assert message.reply_to == asked.wamid
    titles = [button["reply"]["title"] for button in message.payload["interactive"]["action"]["buttons"]]
    assert titles == ["Milk", "Ghee"]


@pytest.mark.parametrize(("text", "words"), [(" ", "is empty"), ("x" * 4097, "4097 characters")])
def test_what_whatsapp_would_refuse_is_said_and_kept(visit, bob, conversation, text, words):
    answer = act(visit(bob), conversation, "send", 400, text=text, client_ref=uuid.uuid4())
    html = answer.content.decode()
    assert words in html
    assert text.strip() in html
    assert written(conversation) == []


def test_after_the_window_there_is_no_composer_and_the_server_refuses(visit, bob, conversation):
    with scopes_disabled():
        Conversation.objects.update(last_inbound_at=timezone.now() - timedelta(hours=25))
    html = page(visit(bob), conversation)
    assert 'data-can="template"' in html
    assert "Send a template" in html
    assert f'data-address="/inbox/{conversation.pk}/templates"' in html
    act(visit(bob), conversation, "send", 409, part="live", text="Hello?", client_ref=uuid.uuid4())
    assert written(conversation) == []


def test_in_a_closed_conversation_no_template_is_offered(visit, bob, conversation):
    client = visit(bob)
    assert 'data-can="yes"' in page(client, conversation)
    act(client, conversation, "close")
    html = page(client, conversation)
    assert 'data-can="no"' in html
    assert "to-templates" not in html


def test_the_window_is_amber_in_its_last_two_hours(visit, bob, conversation):
    assert "window-soon" not in page(visit(bob), conversation)
    with scopes_disabled():
        Conversation.objects.update(last_inbound_at=timezone.now() - timedelta(hours=22, minutes=30))
    html = page(visit(bob), conversation)
    assert "window-soon" in html
    assert "You can reply for 1 h 29 min." in html


def test_who_stopped_offers_may_be_answered_and_the_page_says_so(visit, bob, conversation):
    with scopes_disabled():
        Contact.objects.update(opted_out_at=timezone.now())
    assert "You may still answer what they ask." in page(visit(bob), conversation)
    act(visit(bob), conversation, "send", text="Your order is ready.", client_ref=uuid.uuid4())
    assert len(written(conversation)) == 1


@pytest.mark.parametrize(("path", "status"), [("resend", Status.QUEUED), ("dismiss", Status.UNKNOWN)])
def test_what_is_not_confirmed_is_decided_once(visit, bob, conversation, path, status):
    client = visit(bob)
    act(client, conversation, "send", text="Hello", client_ref=uuid.uuid4())
    (message,) = written(conversation)
    with scopes_disabled():
        Message.objects.filter(pk=message.pk).update(status=Status.UNKNOWN, settled_at=timezone.now(), attempt=1)
    named = page(client, conversation).partition('name="message" value="')[2].partition('"')[0]
    act(client, conversation, path, message=named)
    with scopes_disabled():
        decided = Message.objects.get(pk=message.pk)
    assert decided.status == status
    assert (decided.dismissed_at is not None) == (path == "dismiss")
    act(client, conversation, path, message=named)
    assert "nothing to decide" in page(client, conversation)


def test_many_are_done_at_once_and_a_foreign_one_is_left_alone(visit, bob, charlie, masala, conversation):
    factories.Chat(factories.RAVI).says("hello")
    factories.Chat(factories.RAVI, factories.MASALA_NUMBER)
    with scopes_disabled():
        ours = list(Conversation.objects.values_list("pk", flat=True))
    answer = visit(bob).post("/inbox/bulk", {"do": "close", "conversation": [*ours, uuid.uuid4(), "nonsense"]})
    assert answer.status_code == 302
    with scopes_disabled():
        assert not Conversation.objects.filter(state="open").exists()
    visit(charlie).post("/inbox/bulk", {"do": "return", "conversation": ours})
    assert visit(charlie).post("/inbox/bulk", {"do": "assign:me", "conversation": ours}).status_code == 302
    with scopes_disabled():
        assert not Conversation.objects.filter(assignee__isnull=False).exists()
    assert visit(bob).post("/inbox/bulk", {"do": "explode", "conversation": ours}).status_code == 400


def _at_once(client: Client, do: str, *conversations: Conversation, status: int = 200) -> str:
    """What a script is told of it."""
    sent = {"do": do, "conversation": [conversation.pk for conversation in conversations]}
    answer = client.post("/inbox/bulk", sent, headers={"X-Part": "live"})
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def test_many_are_given_to_one_of_the_team_and_what_was_not_is_told(visit, alice, bob, vera, charlie, conversation):
    for place in range(2):
        factories.Chat(factories.customer(place)).says("hello")
    with scopes_disabled():
        closed, *rest = Conversation.objects.all()
    client = visit(bob)
    act(client, closed, "close")
    told = _at_once(client, f"assign:{alice.pk}", closed, *rest)
    assert f"2 conversations given to {alice}." in told
    assert "1 not: This conversation is closed." in told
    assert {str(again(one).assignee) for one in rest} == {str(alice)}
    assert again(closed).assignee is None
    assert "1 conversation is nobody&#x27;s now." in _at_once(client, "assign:", rest[0])
    assert again(rest[0]).assignee is None
    for nobody in (vera, charlie):
        told = _at_once(client, f"assign:{nobody.pk}", *rest)
        assert "0 conversations given" in told
        assert "2 not: There is nothing here." in told
    _at_once(client, f"assign:{uuid.uuid4()}", *rest, status=404)
    _at_once(client, "assign:nonsense", *rest, status=404)
    assert str(again(rest[1]).assignee) == str(alice)
    assert "0 conversations closed. 1 was so already." in _at_once(client, "close", closed)
    html = client.get("/inbox/").content.decode()
    assert f'value="assign:{alice.pk}"' in html
    assert f'value="assign:{vera.pk}"' not in html


def test_a_conversation_is_marked_as_unread_for_the_team(visit, alice, bob, vera, conversation):
    client = visit(bob)
    client.post(f"/inbox/{conversation.pk}/read", {"up_to": 10**12})
    assert again(conversation).unread == 0
    html = act(client, conversation, "unread", 200, part="live", after=0).content.decode()
    assert 'data-unread="1"' in html
    assert "Unread again, for the whole team." in html
    assert "row-unread" in visit(alice).get("/inbox/").content.decode()
    act(visit(vera), conversation, "unread", 403)
    act(client, conversation, "close")
    act(client, conversation, "unread", 409, part="live")


def test_a_customer_is_given_a_name_and_may_lose_it_again(visit, bob, vera, conversation):
    client = visit(bob)
    act(client, conversation, "name", name=" Meera from the market ")
    assert '<h2 id="chat-name">Meera from the market</h2>' in page(client, conversation)
    act(client, conversation, "name", 422, part="live", name="M" * 201)
    act(visit(vera), conversation, "name", 403, name="x")
    act(client, conversation, "name", name="")
    assert '<h2 id="chat-name">Meera Iyer</h2>' in page(client, conversation)


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/inbox/", "/admin/", "\\\\evil.example"])
def test_a_form_leads_to_the_inbox_alone(visit, bob, conversation, next_page):
    answer = act(visit(bob), conversation, "takeover", next=next_page)
    assert answer["Location"] == f"/inbox/{conversation.pk}"


# --- one's own choices ----------------------------------------------------------------------------------------------------


def test_the_look_is_chosen_and_rendered_by_the_server(visit, bob, dairy):
    client = visit(bob)
    assert 'data-theme="system"' in client.get("/inbox/").content.decode()
    client.post("/inbox/choices", {"theme": "dark", "next": "/inbox/?tab=mine"})
    client.post("/inbox/choices", {"keys": "off"})
    html = client.get("/inbox/").content.decode()
    assert 'data-theme="dark"' in html
    assert 'data-keys="off"' in html
    client.post("/inbox/choices", {"theme": "<b>"})
    assert 'data-theme="dark"' in client.get("/inbox/").content.decode()
