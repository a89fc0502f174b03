"""POST /api/conversations/{id}/messages: what is queued, what is refused and why, and each message once."""

import json
import threading

import pytest
from django.db import connection
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts import limits
from accounts.doors import throttling
from accounts.models import AuditEvent, WhatsAppNumber
from conversations import sending, settling
from conversations.models import Message, Status
from tests.conversations.test_sending import Graph
from tests.factories import DAIRY_WABA, MASALA_WABA, MEERA, ZOYA

from .asking import as_key, as_person
from .talking import (
    NOWHERE,
    at,
    fresh,
    let_time_pass,
    messages_of,
    new_key,
    opt_out,
    send,
    template,
    without_id,
    written,
    written_to_masala,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

HINDI = "आपका ऑर्डर कल सुबह पहुँच जाएगा। "
BODY = {"type": "BODY", "text": "Hello {{1}}, your order {{2}} is ready."}


@pytest.fixture
def meera(dairy):
    """She has asked, and the answer has left."""
    conversation = written()
    sending.work(post=Graph(), linger=0.05)
    return conversation


def ours(conversation) -> list[Message]:
    return messages_of(conversation, source__in=["agent", "api"])


def refused(answer, status: int, code: str, *fields: str) -> dict:
    told = answer.json()
    assert (answer.status_code, told["code"], sorted(told["fields"])) == (status, code, sorted(fields)), told
    return told


# --- who writes -----------------------------------------------------------------------------------------------------------


def test_an_agents_text_is_queued_leaves_and_takes_over(dairy, bob, meera):
    answer = send(as_person(bob), meera, text="नमस्ते मीरा 🙏\nसुबह 9 बजे।")
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["status"], told["content"], told["source"], told["aiSource"]) == (
        "queued",
        "नमस्ते मीरा 🙏\nसुबह 9 बजे।",
        "agent",
        None,
    )
    assert told["sentBy"] == {"id": str(bob.pk), "name": "Bob"}
    graph = Graph()
    sending.work(post=graph, linger=0.05)
    assert graph.texts == ["नमस्ते मीरा 🙏\nसुबह 9 बजे।"]
    assert as_person(bob).get(at(meera, "messages", told["id"])).json()["status"] == "accepted"
    held = fresh(meera)
    assert (held.owner, held.assignee_id, held.turn) == ("human", bob.pk, meera.turn + 1)
    [event] = AuditEvent.objects.filter(target=told["id"])
    assert (event.action, event.actor, event.details) == (
        "message.queued",
        bob,
        {"conversation": str(meera.pk), "kind": "text", "took_over": True},
    )


def test_a_programs_text_leaves_the_bot_at_it(dairy, alice, meera):
    key = as_key(dairy, "conversations:write", by=alice)
    told = send(key, meera, text="Your order is on its way.").json()
    assert (told["source"], told["sentBy"]["name"], told["aiSource"]) == ("api", "Test", None)
    held = fresh(meera)
    assert (held.owner, held.turn, held.assignee_id) == ("bot", meera.turn, None)
    [answer] = written_again("what is the price")
    assert answer.source == "rule"
    [event] = AuditEvent.objects.filter(action="message.queued")
    assert (event.actor, event.api_key[:4]) == (None, "wak_")
    assert "on its way" not in json.dumps(event.details)


def written_again(text: str) -> list[Message]:
    conversation = written(text, MEERA)
    return messages_of(conversation, direction="out", status=Status.QUEUED, source="rule")


def test_a_program_that_says_so_takes_over(dairy, alice, meera):
    key = as_key(dairy, "conversations:write", by=alice)
    assert send(key, meera, text="A person will call you.", takeOver=True).status_code == 201
    assert fresh(meera).owner == "human"


def test_a_person_always_takes_over(dairy, bob, meera):
    refused(send(as_person(bob), meera, text="hello", takeOver=False), 400, "invalid", "takeOver")
    assert ours(meera) == []


def test_an_unknown_message_of_a_programs_is_never_sent_again_by_itself(dairy, alice, meera, monkeypatch):
    send(as_key(dairy, "conversations:write", by=alice), meera, text="Your order is on its way.")
    with scopes_disabled():
        long_ago = timezone.now() - settling.UNHEARD * 2
        Message.objects.filter(source="api").update(status=Status.UNKNOWN, attempt=1, sending_since=long_ago)
    monkeypatch.setattr("conversations.silence.heard_since", lambda now: long_ago - settling.UNHEARD)
    assert settling.settle_unknown(timezone.now()) == 0
    [message] = ours(meera)
    assert (message.status, message.settled_at is not None) == (Status.UNKNOWN, True)


# --- once -----------------------------------------------------------------------------------------------------------------


def test_the_same_key_again_sends_nothing_and_answers_the_same(dairy, bob, meera):
    client, key = as_person(bob), new_key()
    first = send(client, meera, key, text="hello")
    again = send(client, meera, key, text="hello")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(ours(meera)) == 1
    assert fresh(meera).turn == meera.turn + 1


def test_a_late_repetition_is_answered_though_nothing_may_be_sent_any_more(dairy, bob, meera):
    client, key = as_person(bob), new_key()
    first = send(client, meera, key, text="hello").json()
    let_time_pass(meera, hours=30)
    client.post(at(meera, "close"))
    again = send(client, meera, key, text="hello")
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    refused(send(client, meera, new_key(), text="hello"), 409, "conversation_closed")


@pytest.mark.parametrize(
    "other", [{"text": "hello!"}, {"text": "hello", "previewUrl": True}, {"type": "image", "media": {"id": "1"}}]
)
def test_the_same_key_with_another_body_is_a_conflict(dairy, bob, meera, other):
    client, key = as_person(bob), new_key()
    send(client, meera, key, text="hello")
    refused(send(client, meera, key, **other), 409, "idempotency_conflict")
    assert len(ours(meera)) == 1


def test_the_same_key_in_another_conversation_is_a_conflict(dairy, bob, meera):
    client, key, zoya = as_person(bob), new_key(), written("hello", ZOYA)
    send(client, meera, key, text="hello")
    refused(send(client, zoya, key, text="hello"), 409, "idempotency_conflict")
    assert fresh(zoya).owner == "bot"


def test_another_business_has_keys_of_its_own(dairy, masala, bob, charlie, meera):
    ravi, key = written_to_masala(), new_key()
    assert send(as_person(bob), meera, key, text="hello").status_code == 201
    assert send(as_person(charlie), ravi, key, text="hello").status_code == 201


def test_without_a_key_each_post_is_a_message(dairy, bob, meera):
    client = as_person(bob)
    assert [send(client, meera, text="hello").status_code for _ in range(2)] == [201, 201]
    assert len(ours(meera)) == 2


@pytest.mark.parametrize("key", ["", "   ", "x" * 201])
def test_a_key_that_is_none_is_refused(dairy, bob, meera, key):
    refused(send(as_person(bob), meera, key, text="hello"), 400, "invalid", "Idempotency-Key")


def test_a_refused_message_uses_no_key_up(dairy, bob, meera):
    client, key = as_person(bob), "order 17 · अपना".encode().decode("latin-1")
    refused(send(client, meera, key, text=""), 400, "invalid_message", "text")
    assert send(client, meera, key, text="hello").status_code == 201


def test_of_many_at_once_with_one_key_one_is_sent(dairy, bob, meera):
    client, key, answers = as_person(bob), new_key(), []
    start = threading.Barrier(6)

    def post():
        try:
            start.wait()
            answers.append(send(client, meera, key, text="hello"))
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.status_code for a in answers) == [200, 200, 200, 200, 200, 201]
    assert len({a.json()["id"] for a in answers}) == 1
    assert len(ours(meera)) == 1
    assert fresh(meera).turn == meera.turn + 1


def test_of_two_conversations_at_once_with_one_key_one_is_answered(dairy, bob, meera):
    client, key, zoya, answers = as_person(bob), new_key(), written("hello", ZOYA), []
    start = threading.Barrier(2)

    def post(conversation):
        try:
            start.wait()
            answers.append(send(client, conversation, key, text="hello").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(one,)) for one in (meera, zoya)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 409]
    assert sorted(fresh(one).owner for one in (meera, zoya)) == ["bot", "human"]


# --- kinds ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "payload"),
    [
        (
            {"text": "see https://shop.example", "previewUrl": True},
            {"type": "text", "text": {"body": "see https://shop.example", "preview_url": True}},
        ),
        (
            {"type": "image", "media": {"link": "https://shop.example/ghee.jpg", "caption": "घी"}},
            {"type": "image", "image": {"link": "https://shop.example/ghee.jpg", "caption": "घी"}},
        ),
        (
            {"type": "document", "media": {"id": "1234", "filename": "bill.pdf", "caption": "Bill"}},
            {"type": "document", "document": {"id": "1234", "filename": "bill.pdf", "caption": "Bill"}},
        ),
        (
            {"type": "audio", "media": {"id": "1234", "voice": True}},
            {"type": "audio", "audio": {"id": "1234", "voice": True}},
        ),
        ({"type": "video", "media": {"id": "1234"}}, {"type": "video", "video": {"id": "1234"}}),
        ({"type": "sticker", "media": {"id": "1234"}}, {"type": "sticker", "sticker": {"id": "1234"}}),
        (
            {"type": "buttons", "text": "Today?", "buttons": [{"id": "y", "title": "Yes"}], "footer": "Shuddh"},
            {
                "type": "interactive",
                "interactive": {
                    "type": "button",
                    "body": {"text": "Today?"},
                    "action": {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]},
                    "footer": {"text": "Shuddh"},
                },
            },
        ),
        (
            {
                "type": "list",
                "text": "Which?",
                "list": {"button": "Choose", "sections": [{"rows": [{"id": "g", "title": "Ghee"}]}]},
            },
            {
                "type": "interactive",
                "interactive": {
                    "type": "list",
                    "body": {"text": "Which?"},
                    "action": {"button": "Choose", "sections": [{"rows": [{"id": "g", "title": "Ghee"}]}]},
                },
            },
        ),
    ],
)
def test_each_kind_leaves_as_whatsapp_wants_it(dairy, bob, meera, body, payload):
    answer = send(as_person(bob), meera, **body)
    assert answer.status_code == 201, answer.json()
    graph = Graph()
    sending.work(post=graph, linger=0.05)
    assert [post.body for post in graph.posts] == [payload]


def test_an_answer_to_a_message_quotes_it(dairy, masala, bob, meera):
    question, *_ = messages_of(meera)
    client = as_person(bob)
    told = send(client, meera, text="Yes.", replyTo=str(question.pk)).json()
    assert told["replyTo"] == {"id": str(question.pk), "wamid": question.wamid}
    [foreign, *_], [of_zoya, *_] = messages_of(written_to_masala()), messages_of(written("hello", ZOYA))
    answers = [send(client, meera, text="Yes.", replyTo=str(pk)) for pk in (foreign.pk, of_zoya.pk, NOWHERE)]
    assert [refused(a, 404, "not_found", "replyTo") | {"requestId": ""} for a in answers] == [
        without_id(answers[0])
    ] * 3
    refused(send(client, meera, text="Yes.", replyTo=told["id"]), 400, "invalid", "replyTo")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["text"]),
        ({"text": None}, ["text"]),
        ({"text": "x", "colour": "red"}, ["colour"]),
        ({"text": 7.5}, ["text"]),
        ({"type": "fax", "text": "x"}, ["type"]),
        ({"type": "image"}, ["media"]),
        ({"type": "image", "media": {"id": "1"}, "text": "x"}, ["text"]),
        ({"type": "sticker", "media": {"id": "1", "caption": "x"}}, ["media.caption"]),
        ({"type": "image", "media": {"id": "1", "url": "x"}}, ["media.url"]),
        ({"type": "template", "template": {"name": "x"}}, ["template.language"]),
        ({"type": "buttons", "text": "x"}, ["buttons"]),
        ({"type": "buttons", "text": "x", "buttons": [{"id": "1"}]}, ["buttons.0.title"]),
        ({"type": "list", "text": "x", "list": {"button": "y", "sections": [{}]}}, ["list.sections.0.rows"]),
        ({"text": "x", "replyTo": "wamid.1"}, ["replyTo"]),
        ({"text": "x", "takeOver": "perhaps"}, ["takeOver"]),
    ],
)
def test_a_body_that_will_not_do_says_which_field(dairy, bob, meera, body, fields):
    refused(send(as_person(bob), meera, **body), 400, "invalid", *fields)
    assert ours(meera) == []


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"text": "x" * 4097}, "text", "4097 characters; WhatsApp allows 4096"),
        ({"text": "🙏" * 4097}, "text", "4097 characters"),
        ({"text": " \n "}, "text", "empty"),
        ({"type": "image", "media": {}}, "media.link", "a media id or a link, and not both"),
        ({"type": "image", "media": {"id": "1", "link": "https://x.example"}}, "media.link", "not both"),
        ({"type": "image", "media": {"link": "file:///etc/passwd"}}, "media.link", "no web address"),
        ({"type": "image", "media": {"id": "1", "caption": "x" * 1025}}, "media.caption", "1024"),
        ({"type": "document", "media": {"id": "1", "filename": "x" * 241}}, "media.filename", "240"),
        ({"type": "buttons", "text": "x", "buttons": []}, "buttons", "1 to 3"),
        (
            {"type": "buttons", "text": "x", "buttons": [{"id": str(n), "title": str(n)} for n in range(4)]},
            "buttons",
            "3",
        ),
        ({"type": "buttons", "text": "x", "buttons": [{"id": "1", "title": "x" * 21}]}, "buttons", "20"),
        ({"type": "buttons", "text": "x" * 1025, "buttons": [{"id": "1", "title": "y"}]}, "text", "1024"),
        (
            {
                "type": "list",
                "text": "x",
                "list": {"button": "x" * 21, "sections": [{"rows": [{"id": "1", "title": "y"}]}]},
            },
            "list",
            "20",
        ),
        ({"type": "list", "text": "x", "list": {"button": "x", "sections": []}}, "list", "1 to 10"),
    ],
)
def test_metas_limits_are_told_with_the_field(dairy, bob, meera, body, field, words):
    assert words in refused(send(as_person(bob), meera, **body), 400, "invalid_message", field)["fields"][field][0]
    assert ours(meera) == []


def test_the_longest_text_in_hindi_is_taken_written_either_way(dairy, bob, meera):
    text = (HINDI * 200)[:4096]
    escaped = json.dumps({"text": text})
    assert 20_000 < len(escaped) < 32_000
    client = as_person(bob)
    for body in (escaped, json.dumps({"text": text}, ensure_ascii=False)):
        answer = client.post(at(meera, "messages"), body.encode(), content_type="application/json")
        assert answer.status_code == 201, answer.json()
        assert answer.json()["content"] == text
    assert send(client, meera, text="🙏" * 2600).status_code == 201  # 31,200 bytes, escaped
    assert (
        client.post(
            at(meera, "messages"),
            json.dumps({"text": "🙏" * 4096}, ensure_ascii=False).encode(),
            content_type="application/json",
        ).status_code
        == 201
    )


def test_a_body_over_32_kb_is_refused_with_the_limit(dairy, bob, meera):
    body = json.dumps({"text": "x" * 32_000})
    answer = as_person(bob).post(at(meera, "messages"), body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "32000" in answer.json()["message"]


# --- may it be sent? --------------------------------------------------------------------------------------------------------


def test_outside_the_window_only_a_template_is_taken(dairy, bob, meera):
    template(dairy, "order_ready", BODY)
    let_time_pass(meera, hours=24)
    client = as_person(bob)
    told = refused(send(client, meera, text="hello"), 409, "window_closed")
    assert "takes only a template" in told["message"]
    given = {"name": "order_ready", "language": "en", "parameters": {"body": ["Meera", "17"]}}
    assert send(client, meera, type="template", template=given).status_code == 201


def test_a_window_that_whatsapp_called_closed_is_closed(dairy, bob, meera):
    with scopes_disabled():
        type(meera).objects.filter(pk=meera.pk).update(window_closed_seq=2**40)
    refused(send(as_person(bob), meera, text="hello"), 409, "window_closed")


def test_a_number_that_may_not_send_says_why(dairy, bob, meera):
    with scopes_disabled():
        WhatsAppNumber.objects.filter(pk=meera.number_id).update(
            stopped_at=timezone.now(), stopped_reason="(190) The session has expired."
        )
    told = refused(send(as_person(bob), meera, text="hello"), 409, "number_stopped")
    assert "token" in told["message"]
    with scopes_disabled():
        WhatsAppNumber.objects.filter(pk=meera.number_id).update(stopped_at=None, active=False)
    refused(send(as_person(bob), meera, text="hello"), 409, "number_off")
    assert ours(meera) == []


def test_who_has_stopped_marketing_gets_answers_and_no_offers(dairy, bob, meera):
    opt_out(meera)
    for name, category in [("offer", "MARKETING"), ("untold", ""), ("bill", "UTILITY")]:
        template(dairy, name, {"type": "BODY", "text": "Hello"}, category=category)
    client = as_person(bob)

    def of(name):
        return send(client, meera, type="template", template={"name": name, "language": "en"})

    refused(of("offer"), 409, "opted_out")
    refused(of("untold"), 409, "opted_out")
    assert of("bill").status_code == 201
    assert send(client, meera, text="You asked for the price.").status_code == 201
    assert {m.purpose for m in ours(meera)} == {"reply"}


def test_a_marketing_template_is_marketing(dairy, bob, meera):
    template(dairy, "offer", {"type": "BODY", "text": "Hello"}, category="MARKETING")
    told = send(as_person(bob), meera, type="template", template={"name": "offer", "language": "en"}).json()
    assert told["purpose"] == "marketing"


def test_a_category_that_has_changed_meanwhile_counts(dairy, bob, meera):
    template(
        dairy, "news", {"type": "BODY", "text": "Hello"}, next_category="MARKETING", next_category_at=timezone.now()
    )
    opt_out(meera)
    told = send(as_person(bob), meera, type="template", template={"name": "news", "language": "en"})
    refused(told, 409, "opted_out")


# --- templates ------------------------------------------------------------------------------------------------------------


def with_parameters(name="order_ready", language="en", **parameters) -> dict:
    return {"type": "template", "template": {"name": name, "language": language, "parameters": parameters}}


def with_components(*components, name="order_ready") -> dict:
    return {"type": "template", "template": {"name": name, "language": "en", "components": list(components)}}


def words(*texts) -> list[dict]:
    return [{"type": "text", "text": text} for text in texts]


def test_a_template_reads_as_the_customer_gets_it(dairy, bob, meera):
    template(dairy, "order_ready", {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"}, BODY)
    told = send(as_person(bob), meera, **with_parameters(header=["17"], body=["मीरा", "17 {{1}}"])).json()
    assert told["content"] == "Order 17\nHello मीरा, your order 17 {{1}} is ready."
    assert told["kind"] == "template"
    graph = Graph()
    sending.work(post=graph, linger=0.05)
    assert graph.posts[0].body["template"]["components"] == [
        {"type": "header", "parameters": words("17")},
        {"type": "body", "parameters": words("मीरा", "17 {{1}}")},
    ]


def test_blanks_may_have_names_files_and_buttons(dairy, bob, meera):
    template(
        dairy,
        "rich",
        {"type": "HEADER", "format": "DOCUMENT"},
        {"type": "BODY", "text": "Dear {{first_name}}, from {{shop}}"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Thanks"},
                {"type": "URL", "text": "Track", "url": "https://shop.example/{{1}}"},
                {"type": "COPY_CODE", "example": "X"},
            ],
        },
    )
    given = with_parameters(
        "rich",
        headerMedia={"link": "https://shop.example/bill.pdf"},
        body={"shop": "Shuddh", "first_name": "Meera"},
        buttons={"1": "17", "2": "GHEE10"},
    )
    answer = send(as_person(bob), meera, **given)
    assert answer.status_code == 201, answer.json()
    assert answer.json()["content"] == "Dear Meera, from Shuddh"
    assert answer.json()["payload"]["template"]["components"] == [
        {"type": "header", "parameters": [{"type": "document", "document": {"link": "https://shop.example/bill.pdf"}}]},
        {
            "type": "body",
            "parameters": [
                {"type": "text", "parameter_name": "first_name", "text": "Meera"},
                {"type": "text", "parameter_name": "shop", "text": "Shuddh"},
            ],
        },
        {"type": "button", "sub_type": "url", "index": "1", "parameters": words("17")},
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "2",
            "parameters": [{"type": "coupon_code", "coupon_code": "GHEE10"}],
        },
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (with_parameters(), "template.parameters.body"),
        (with_parameters(body=["Meera"]), "template.parameters.body"),
        (with_parameters(body=["Meera", "17", "18"]), "template.parameters.body"),
        (with_parameters(body={"1": "Meera", "name": "x"}), "template.parameters.body"),
        (with_parameters(body=["Meera", "17"], header=["x"]), "template.parameters.header"),
        (with_parameters(body=["Meera", "17"], headerMedia={"id": "1"}), "template.parameters.headerMedia"),
        (with_parameters(body=["Meera", "17"], buttons=["x"]), "template.parameters.buttons"),
        (with_parameters(body=["Meera", " "]), "template.parameters"),
        (with_parameters(body=["Meera", "a\nb"]), "template.parameters"),
        (with_parameters(body=["Meera", "a     b"]), "template.parameters"),
        (with_components(), "template.components.body"),
        (with_components({"type": "body", "parameters": [{"parameter_name": ["x"]}]}), "template.components"),
        (with_components({"type": "body", "parameters": None}), "template.components"),
        (with_components({"type": "body", "parameters": words("Meera")}), "template.components.body"),
        (with_components({"type": "body", "parameters": "Meera"}), "template.components"),
        (with_components({"parameters": words("Meera", "17")}), "template.components"),
        (with_components({"type": "body", "parameters": [{"type": "text", "text": 17}] * 2}), "template.components"),
    ],
)
def test_a_template_with_a_blank_left_is_refused(dairy, bob, meera, given, field):
    template(dairy, "order_ready", BODY)
    refused(send(as_person(bob), meera, **given), 400, "template_incomplete", field)
    assert ours(meera) == []


def test_a_template_that_needs_a_file_or_an_address_says_so(dairy, bob, meera):
    template(
        dairy,
        "rich",
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://shop.example/{{1}}"}]},
    )
    client = as_person(bob)
    refused(
        send(client, meera, **with_parameters("rich")), 400, "template_incomplete", "template.parameters.headerMedia"
    )
    shown = {"headerMedia": {"id": "1"}}
    refused(
        send(client, meera, **with_parameters("rich", **shown)),
        400,
        "template_incomplete",
        "template.parameters.buttons",
    )
    assert send(client, meera, **with_parameters("rich", **shown, buttons=["17"])).status_code == 201
    neither = with_parameters("rich", headerMedia={}, buttons=["17"])
    refused(send(client, meera, **neither), 400, "template_incomplete", "template.parameters.headerMedia")
    both = with_parameters("rich", headerMedia={"id": "1", "link": "https://shop.example/a.jpg"}, buttons=["17"])
    refused(send(client, meera, **both), 400, "invalid_message", "template.parameters.headerMedia")


def test_components_in_metas_shape_are_taken_as_they_are(dairy, bob, meera):
    template(dairy, "order_ready", BODY)
    given = {"type": "body", "parameters": words("Meera", "17")}
    told = send(as_person(bob), meera, **with_components(given)).json()
    assert told["payload"]["template"]["components"] == [given]
    both = with_components(given)
    both["template"]["parameters"] = {}
    refused(send(as_person(bob), meera, **both), 400, "invalid", "template.components")


def test_numbers_beyond_all_measure_are_refused(dairy, bob, meera):
    """Infinity, which PostgreSQL's JSON does not know; a place of five thousand digits, which Python does not read."""
    template(dairy, "order_ready")
    huge = {"name": "order_ready", "language": "en", "parameters": {"buttons": {"9" * 5000: "x"}}}
    refused(
        send(as_person(bob), meera, type="template", template=huge),
        400,
        "template_incomplete",
        "template.parameters.buttons",
    )
    body = json.dumps({"type": "template", "template": {**huge, "components": [{"type": "body", "x": 0.5}]}})
    body = body.replace("0.5", "1e999")
    answer = as_person(bob).post(at(meera, "messages"), body, content_type="application/json")
    refused(answer, 400, "invalid")
    assert ours(meera) == []


def test_a_template_of_which_the_parts_are_unknown_is_left_to_whatsapp(dairy, bob, meera):
    template(dairy, "order_ready")
    told = send(as_person(bob), meera, **with_parameters(body=["Meera", "17"])).json()
    assert told["content"] == "order_ready (en)"
    assert told["payload"]["template"]["components"] == [{"type": "body", "parameters": words("Meera", "17")}]
    shown = with_parameters(headerMedia={"id": "1"})
    refused(send(as_person(bob), meera, **shown), 400, "template_incomplete", "template.parameters.headerMedia")


def test_a_language_may_be_written_either_way(dairy, bob, meera):
    template(dairy, "order_ready", language="en_US")
    assert send(as_person(bob), meera, **with_parameters(language="en-US")).status_code == 201


def test_a_template_that_is_not_ours_or_not_approved_is_refused(dairy, masala, bob, meera):
    template(masala, "theirs", waba=MASALA_WABA)
    template(dairy, "elsewhere", waba="209999999999999")
    template(dairy, "gone", status="DELETED")
    client = as_person(bob)
    bodies = [
        refused(send(client, meera, **with_parameters(name)), 409, "template_unknown", "template.name")
        for name in ("theirs", "elsewhere", "gone", "never")
    ]
    assert len({json.dumps(body | {"requestId": ""}) for body in bodies}) == 1
    for state in ("PENDING", "REJECTED", "PAUSED", "DISABLED"):
        template(dairy, state.lower(), status=state)
        refused(send(client, meera, **with_parameters(state.lower())), 409, "template_not_approved", "template.name")
    assert ours(meera) == []
    assert DAIRY_WABA != MASALA_WABA


# --- how often ------------------------------------------------------------------------------------------------------------


def test_sends_have_a_limit_of_their_own(dairy, bob, meera, empty_cache):
    client = as_person(bob)
    for _ in range(throttling.SENDS.count):
        limits.take(throttling.SENDS, f"person:{bob.pk}")
    answer = send(client, meera, text="hello")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert answer["Retry-After"]
    assert client.get(at(meera, "messages")).status_code == 200


@pytest.mark.parametrize("values", [7, "x", [7], {"name": None}, ["x"] * 51])
def test_values_that_are_no_texts_are_refused_and_no_fault_of_ours(bob, meera, values):
    answer = send(as_person(bob), meera, **with_parameters(body=values))
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["template.parameters.body"])
    assert 'such as {"name": "Asha"}' in answer.json()["fields"]["template.parameters.body"][0]


# --- at the moment of sending -----------------------------------------------------------------------------------------------


def queued_template(dairy, bob, meera, **fields):
    row = template(dairy, "order_ready", BODY, **fields)
    told = send(as_person(bob), meera, **with_parameters(body=["Meera", "17"]))
    assert told.status_code == 201, told.json()
    return row


def left(meera) -> tuple:
    """How many posts were made, and what became of the template."""
    graph = Graph()
    sending.work(post=graph, linger=0.05)
    [message] = ours(meera)
    return len(graph.posts), Status(message.status), message.error_code


def test_a_template_that_has_other_blanks_now_ends_before_the_wire(dairy, bob, meera):
    row = queued_template(dairy, bob, meera)
    with scopes_disabled():
        type(row).objects.filter(pk=row.pk).update(components=[{"type": "BODY", "text": "Dear {{1}}, thank you."}])
    assert left(meera) == (0, Status.FAILED, 132000)
    told = as_person(bob).get(at(meera, "messages", ours(meera)[0].pk)).json()["error"]
    assert "changed after you had filled it" in told["text"]


@pytest.mark.parametrize(
    "components",
    [
        [BODY, {"type": "HEADER", "format": "IMAGE"}],
        [BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Track", "url": "https://shop.example/{{1}}"}]}],
        [{"type": "BODY", "text": "Dear {{name}}, your order {{order}} is ready."}],
    ],
    ids=["a header with a picture", "an address with a blank", "named blanks"],
)
def test_each_part_is_checked_once_more(dairy, bob, meera, components):
    row = queued_template(dairy, bob, meera)
    with scopes_disabled():
        type(row).objects.filter(pk=row.pk).update(components=components)
    assert left(meera) == (0, Status.FAILED, 132000)


def test_a_template_that_is_as_it_was_leaves(dairy, bob, meera):
    queued_template(dairy, bob, meera)
    assert left(meera) == (1, Status.ACCEPTED, None)


def test_a_notice_that_meta_has_made_an_offer_does_not_reach_who_has_stopped_offers(dairy, bob, meera):
    row = queued_template(dairy, bob, meera)
    opt_out(meera)
    with scopes_disabled():
        type(row).objects.filter(pk=row.pk).update(category="MARKETING")
    assert left(meera) == (0, Status.CANCELLED, 131050)


# --- codes and lengths --------------------------------------------------------------------------------------------------------

OTP = {"type": "URL", "text": "Copy code", "url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"}


@pytest.mark.parametrize("button", [OTP, {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}])
def test_a_password_for_once_goes_into_the_text_and_the_button(dairy, bob, meera, button):
    body = {"type": "BODY", "text": "*{{1}}* is your verification code."}
    parts = [body, {"type": "BUTTONS", "buttons": [button]}]
    template(dairy, "code", *parts, category="AUTHENTICATION")
    client = as_person(bob)
    told = send(client, meera, **with_parameters("code", body=["490123"], buttons=["490123"])).json()
    assert told["payload"]["template"]["components"][1] == {
        "type": "button",
        "sub_type": "url",
        "index": "0",
        "parameters": [{"type": "text", "text": "490123"}],
    }
    long = with_parameters("code", body=["490123"], buttons=["4" * 16])
    refused(send(client, meera, **long), 400, "template_incomplete", "template.parameters")


@pytest.mark.parametrize(
    ("parts", "given"),
    [
        ([BODY, {"type": "FOOTER", "text": "Dairy"}], {"body": ["M" * 1025, "17"]}),
        ([BODY, {"type": "HEADER", "format": "TEXT", "text": "{{1}}"}], {"body": ["M", "1"], "header": ["h" * 61]}),
        (
            [BODY, {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copy"}]}],
            {"body": ["M", "1"], "buttons": ["C" * 21]},
        ),
    ],
    ids=["text", "header", "coupon"],
)
def test_a_value_is_not_too_long(dairy, bob, meera, parts, given):
    template(dairy, "long", *parts)
    refused(
        send(as_person(bob), meera, **with_parameters("long", **given)),
        400,
        "template_incomplete",
        "template.parameters",
    )
    assert ours(meera) == []
