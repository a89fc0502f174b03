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
        (lambda: messages.template("", "en"), "The template name is empty."),
        (lambda: messages.template("hello", ""), "The template language is empty."),
    ],
)
def test_says_what_is_wrong_before_the_wire(build, sentence):
    with pytest.raises(InvalidMessage) as caught:
        build()
    assert str(caught.value) == sentence


def test_ten_rows_over_two_sections_go():
    assert menu(sections=[("S", rows(5)), ("T", rows(5, size=2))])["type"] == "interactive"
