"""Bodies of outgoing messages and Meta's limits on them."""

import pytest

from cloud_api import messages
from cloud_api.errors import InvalidMessage

THREE = [("buy", "Buy"), ("ask", "Ask"), ("stop", "Stop")]


def test_builds_a_text():
    assert messages.text("नमस्ते", preview_url=True) == {
        "type": "text",
        "text": {"body": "नमस्ते", "preview_url": True},
    }


def test_builds_buttons_with_header_and_footer():
    assert messages.buttons("Which?", [("a", "A")], header="Menu", footer="Shuddh Dairy") == {
        "type": "interactive",
        "interactive": {
            "type": "button",
            "header": {"type": "text", "text": "Menu"},
            "body": {"text": "Which?"},
            "footer": {"text": "Shuddh Dairy"},
            "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "A"}}]},
        },
    }


def test_builds_a_list_and_leaves_out_what_is_empty():
    assert messages.list_menu("Which?", "Open", [("", [("g", "Ghee", "1 kg"), ("m", "Milk", "")])]) == {
        "type": "interactive",
        "interactive": {
            "type": "list",
            "body": {"text": "Which?"},
            "action": {
                "button": "Open",
                "sections": [
                    {"rows": [{"id": "g", "title": "Ghee", "description": "1 kg"}, {"id": "m", "title": "Milk"}]}
                ],
            },
        },
    }


def test_builds_a_template_and_turns_the_language_of_webhooks_into_that_of_sending():
    parts = [{"type": "body", "parameters": [{"type": "text", "text": "Asha"}]}]
    assert messages.template("order_ready", "en-US", parts)["template"] == {
        "name": "order_ready",
        "language": {"code": "en_US"},
        "components": parts,
    }
    assert "components" not in messages.template("hello", "hi")["template"]


def menu(**changes):
    arguments = {"body": "b", "button": "Open", "sections": [("S", [("r", "R", "d")])], **changes}
    return messages.list_menu(**arguments)


def rows(count, size=1):
    return [(f"{i:0{size}}", f"Row {i}", "") for i in range(count)]


@pytest.mark.parametrize(
    ("build", "field", "limit"),
    [
        (lambda n: messages.text("x" * n), "text body", 4096),
        (lambda n: messages.buttons("x" * n, THREE), "button message body", 1024),
        (lambda n: messages.buttons("b", [("x" * n, "T")]), "button id", 256),
        (lambda n: messages.buttons("b", [("i", "x" * n)]), "button title", 20),
        (lambda n: messages.buttons("b", THREE, header="x" * n), "header", 60),
        (lambda n: messages.buttons("b", THREE, footer="x" * n), "footer", 60),
        (lambda n: menu(body="x" * n), "list body", 4096),
        (lambda n: menu(button="x" * n), "list button", 20),
        (lambda n: menu(sections=[("x" * n, rows(1))]), "list section title", 24),
        (lambda n: menu(sections=[("S", [("x" * n, "T", "")])]), "list row id", 200),
        (lambda n: menu(sections=[("S", [("i", "x" * n, "")])]), "list row title", 24),
        (lambda n: menu(sections=[("S", [("i", "T", "x" * n)])]), "list row description", 72),
        (lambda n: menu(header="x" * n), "header", 60),
        (lambda n: menu(footer="x" * n), "footer", 60),
    ],
)
def test_the_limit_itself_goes_and_one_more_is_refused_by_name(build, field, limit):
    assert build(limit)["type"]
    with pytest.raises(InvalidMessage) as caught:
        build(limit + 1)
    assert str(caught.value) == f"The {field} has {limit + 1} characters; WhatsApp allows {limit}."
    assert not caught.value.retryable


def test_characters_are_code_points():
    assert messages.buttons("b", [("i", "🧈" * 20)])
    assert messages.text("घी" * 2048)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: messages.text(""), "The text body is empty; WhatsApp needs 1 to 4096 characters."),
        (lambda: messages.text(" \n"), "The text body is empty; WhatsApp needs 1 to 4096 characters."),
        (lambda: messages.buttons("b", []), "There are 0 buttons; WhatsApp allows 1 to 3."),
        (lambda: messages.buttons("b", [*THREE, ("x", "X")]), "There are 4 buttons; WhatsApp allows 1 to 3."),
        (lambda: messages.buttons("b", [("", "A")]), "The button id is empty; WhatsApp needs 1 to 256 characters."),
        (
            lambda: messages.buttons("b", [("a", "Same"), ("b", "Same")]),
            "The button title 'Same' is used 2 times; WhatsApp wants each one once.",
        ),
        (
            lambda: messages.buttons("b", [("a", "A"), ("a", "B")]),
            "The button id 'a' is used 2 times; WhatsApp wants each one once.",
        ),
        (lambda: menu(sections=[]), "There are 0 list sections; WhatsApp allows 1 to 10."),
        (
            lambda: menu(sections=[(f"S{i}", rows(1)) for i in range(11)]),
            "There are 11 list sections; WhatsApp allows 1 to 10.",
        ),
        (lambda: menu(sections=[("S", rows(11))]), "There are 11 list rows; WhatsApp allows 1 to 10."),
        (
            lambda: menu(sections=[("S", rows(6)), ("T", rows(5, size=2))]),
            "There are 11 list rows; WhatsApp allows 1 to 10.",
        ),
        (
            lambda: menu(sections=[("S", rows(1)), ("T", [])]),
            "There are 0 rows of the list section 'T'; WhatsApp allows 1 to 10.",
        ),
        (
            lambda: menu(sections=[("S", rows(1)), ("", rows(1, size=2))]),
            "The list section title is empty; WhatsApp needs 1 to 24 characters.",
        ),
        (
            lambda: menu(sections=[("S", rows(1)), ("T", rows(1))]),
            "The list row id '0' is used 2 times; WhatsApp wants each one once.",
        ),
        (lambda: messages.reaction("", "👍"), "The wamid of the reaction is empty."),
        (lambda: messages.reaction("wamid.A", "x" * 33), "The reaction has 33 characters; WhatsApp allows 32."),
        (lambda: messages.image(), "The image needs a media id or a link, and not both."),
        (
            lambda: messages.video("1", link="https://example.com/a.mp4"),
            "The video needs a media id or a link, and not both.",
        ),
        (lambda: messages.sticker(link="file:///etc/passwd"), "The link of the sticker is no web address."),
        (lambda: messages.image("1", caption="x" * 1025), "The caption has 1025 characters; WhatsApp allows 1024."),
        (lambda: messages.document("1", filename="x" * 241), "The file name has 241 characters; WhatsApp allows 240."),
        (lambda: messages.location(91, 0), "The latitude is 91; there are -90 to 90 degrees."),
        (lambda: messages.location(0, float("nan")), "The longitude is nan; there are -180 to 180 degrees."),
        (lambda: messages.contacts([]), "There are 0 contacts; WhatsApp allows 1 to 257."),
        (lambda: messages.contacts([{"phones": []}]), "The formatted name of a contact is empty."),
        (lambda: messages.template("", "en"), "The template name is empty."),
        (lambda: messages.template("hello", ""), "The template language is empty."),
    ],
)
def test_says_what_is_wrong_before_the_wire(build, sentence):
    with pytest.raises(InvalidMessage) as caught:
        build()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("built", "content"),
    [
        (messages.reaction("wamid.A", "👍"), {"message_id": "wamid.A", "emoji": "👍"}),
        (messages.reaction("wamid.A", ""), {"message_id": "wamid.A", "emoji": ""}),
        (messages.image("1", caption="Ghee"), {"id": "1", "caption": "Ghee"}),
        (messages.video(link="https://example.com/a.mp4"), {"link": "https://example.com/a.mp4"}),
        (messages.audio("1", voice=True), {"id": "1", "voice": True}),
        (messages.audio("1"), {"id": "1"}),
        (messages.document("1", filename="बिल.pdf", caption="x"), {"id": "1", "filename": "बिल.pdf", "caption": "x"}),
        (messages.sticker("1"), {"id": "1"}),
        (messages.location(28.6, -77.2), {"latitude": 28.6, "longitude": -77.2}),
        (messages.location(0, 0, "Shop", "MG Road"), {"latitude": 0, "longitude": 0, "name": "Shop", "address": "MG Road"}),
        (messages.contacts([{"name": {"formatted_name": "Asha"}}]), [{"name": {"formatted_name": "Asha"}}]),
    ],
    ids=lambda part: part.get("type") if isinstance(part, dict) else None,
)  # fmt: skip
def test_each_kind_stands_under_its_name(built, content):
    assert built == {"type": built["type"], built["type"]: content}


def test_ten_rows_over_two_sections_go():
    assert menu(sections=[("S", rows(5)), ("T", rows(5, size=2))])["type"] == "interactive"


def test_a_file_stands_above_a_text_or_buttons_and_can_be_left_out_again():
    text, buttons = messages.text("Our menu"), messages.buttons("Our menu", THREE)
    picture = messages.with_file(text, "image", "4711")
    assert picture == {"type": "image", "image": {"id": "4711", "caption": "Our menu"}}
    leaflet = messages.with_file(text, "document", "4711", filename="menu.pdf")
    assert leaflet["document"] == {"id": "4711", "filename": "menu.pdf", "caption": "Our menu"}
    headed = messages.with_file(buttons, "document", "4711", filename="menu.pdf")
    assert headed["interactive"]["header"] == {"type": "document", "document": {"id": "4711", "filename": "menu.pdf"}}
    assert headed["interactive"]["body"] == {"text": "Our menu"}
    for made in (picture, leaflet, headed):
        assert messages.media_id_of(made) == "4711"
    assert [messages.without_file(made) for made in (picture, leaflet, headed)] == [text, text, buttons]


@pytest.mark.parametrize(
    "body",
    [
        messages.text("x" * (messages.CAPTION + 1)),
        messages.list_menu("Which?", "Open", [("", [("a", "A", "")])]),
        messages.buttons("Which?", THREE, header="Menu"),
        messages.template("order_ready", "en"),
    ],
    ids=["long", "list", "header", "template"],
)
def test_what_has_no_place_for_a_file(body):
    with pytest.raises(InvalidMessage):
        messages.with_file(body, "image", "4711")


@pytest.mark.parametrize(
    "body",
    [
        messages.text("hello"),
        messages.image("4711"),
        messages.audio("4711"),
        messages.image(link="https://example.org/a.png", caption="Ours"),
        messages.buttons("Which?", THREE, header="Menu"),
        messages.template("order_ready", "en"),
    ],
    ids=["text", "no words", "audio", "link", "text header", "template"],
)
def test_what_has_no_file_of_ours_or_no_words_beside_it(body):
    assert messages.without_file(body) is None
