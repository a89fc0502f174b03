"""What Meta refuses, the simulator refuses: with Meta's code, status and error body."""

import pytest

from simulator.limits import check

from .conftest import text_to

pytestmark = pytest.mark.slow


def interactive(kind: str, action: dict, text="Choose", **parts) -> dict:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": text}, "action": action, **parts}}


def buttons(*titles: str, ids=None, **parts) -> dict:
    ids = ids or [f"id{place}" for place in range(len(titles))]
    replies = [{"type": "reply", "reply": {"id": one, "title": title}} for one, title in zip(ids, titles, strict=True)]
    return interactive("button", {"buttons": replies}, **parts)


def rows(count: int, title="Row", description="", section="Section") -> dict:
    made = [{"id": f"r{place}", "title": title, "description": description} for place in range(count)]
    return {"title": section, "rows": made}


def listing(*sections: dict, button="Open", **parts) -> dict:
    return interactive("list", {"button": button, "sections": list(sections)}, **parts)


def template(*parameters: str, name="order_ready", language="en") -> dict:
    components = [{"type": "body", "parameters": [{"type": "text", "text": text} for text in parameters]}]
    return {"type": "template", "template": {"name": name, "language": {"code": language}, "components": components}}


ALLOWED = {
    "the longest text": {"type": "text", "text": {"body": "x" * 4096}},
    "text is the default type": {"text": {"body": "hi"}},
    "a reply": {"text": {"body": "hi"}, "context": {"message_id": "wamid.x"}},
    "three buttons": buttons("A" * 20, "B", "C", text="x" * 1024),
    "buttons with header and footer": buttons(
        "A", header={"type": "text", "text": "H" * 60}, footer={"text": "F" * 60}
    ),
    "ten rows": listing(
        rows(5, "T" * 24, "D" * 72), rows(5) | {"rows": [{"id": f"s{n}", "title": "x"} for n in range(5)]}
    ),
    "a long list text": listing(rows(1), text="x" * 4096),
    "a link button": interactive("cta_url", {"parameters": {"display_text": "Shop", "url": "https://example.com"}}),
    "a template": template("Asha", "ghee"),
    "a reaction": {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}},
    "a reaction taken back": {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": ""}},
    "an image by link": {"type": "image", "image": {"link": "https://example.com/a.jpg", "caption": "x" * 1024}},
    "a document by id": {"type": "document", "document": {"id": "99", "filename": "bill.pdf"}},
    "a location": {"type": "location", "location": {"latitude": 28.6, "longitude": 77.2}},
    "callback data": {"text": {"body": "hi"}, "biz_opaque_callback_data": "x" * 512},
}

REFUSED = {
    "no product": ({"messaging_product": None}, 100),
    "no recipient": ({"to": None}, 100),
    "a phone without plus": ({"to": "919876543210"}, 131009),
    "a phone with spaces": ({"to": "+91 98765 43210"}, 131009),
    "a phone that is a number": ({"to": 919876543210}, 131009),
    "a recipient that is a phone": ({"to": None, "recipient": "919876543210"}, 131009),
    "an unknown type": ({"type": "poll"}, 100),
    "no payload": ({"type": "image"}, 131008),
    "a payload that is a list": ({"type": "text", "text": ["hi"]}, 131008),
    "an empty text": ({"text": {"body": ""}}, 100),
    "a blank text": ({"text": {"body": " \n"}}, 100),
    "a text that is a number": ({"text": {"body": 5}}, 100),
    "a text that is too long": ({"text": {"body": "x" * 4097}}, 100),
    "a context without id": ({"context": {}}, 131008),
    "long callback data": ({"biz_opaque_callback_data": "x" * 513}, 131009),
    "no buttons": (buttons(), 131009),
    "four buttons": (buttons("A", "B", "C", "D"), 131009),
    "a long button title": (buttons("A" * 21), 131009),
    "an empty button title": (buttons(""), 131009),
    "equal button titles": (buttons("A", "A"), 131009),
    "equal button ids": (buttons("A", "B", ids=["x", "x"]), 131009),
    "a long button id": (buttons("A", ids=["x" * 257]), 131009),
    "a long button text": (buttons("A", text="x" * 1025), 131009),
    "a long header": (buttons("A", header={"type": "text", "text": "H" * 61}), 131009),
    "a long footer": (buttons("A", footer={"text": "F" * 61}), 131009),
    "no action": ({"type": "interactive", "interactive": {"type": "button", "body": {"text": "x"}}}, 131008),
    "no body": ({"type": "interactive", "interactive": {"type": "button", "action": {}}}, 131008),
    "an unknown interactive type": (interactive("carousel", {}), 131051),
    "eleven rows": (listing(rows(11)), 131009),
    "eleven rows in two sections": (listing(rows(6), rows(5)), 131009),
    "eleven sections": (listing(*[rows(1) for _ in range(11)]), 131009),
    "no sections": (listing(), 131009),
    "a section without rows": (listing({"title": "x", "rows": []}), 131008),
    "equal row ids": (listing(rows(2), rows(2)), 131009),
    "a long row title": (listing(rows(1, "T" * 25)), 131009),
    "a long row description": (listing(rows(1, description="D" * 73)), 131009),
    "a long section title": (listing(rows(1, section="S" * 25)), 131009),
    "two sections without titles": (listing(rows(1, section=""), rows(1, section="")), 131009),
    "a long list button": (listing(rows(1), button="B" * 21), 131009),
    "a picture over a list": (listing(rows(1), header={"type": "image", "image": {"id": "1"}}), 131009),
    "a long list text": (listing(rows(1), text="x" * 4097), 131009),
    "a template without language": ({"type": "template", "template": {"name": "x"}}, 131008),
    "a line break in a parameter": (template("Asha\nVerma", "ghee"), 132018),
    "parameters that are no list": (
        {"type": "template", "template": {"name": "x", "language": {"code": "en"}, "components": [{"parameters": 5}]}},
        131009,
    ),
    "a reaction to nothing": ({"type": "reaction", "reaction": {"emoji": "👍"}}, 131008),
    "a picture by id and link": ({"type": "image", "image": {"id": "1", "link": "https://example.com/a.jpg"}}, 131008),
    "a picture from nowhere": ({"type": "image", "image": {}}, 131008),
    "a caption under a voice message": ({"type": "audio", "audio": {"id": "1", "caption": "x"}}, 100),
    "a long caption": ({"type": "image", "image": {"id": "1", "caption": "x" * 1025}}, 131009),
    "half a location": ({"type": "location", "location": {"latitude": 1}}, 131008),
}


def body_with(changes: dict) -> dict:
    body = {**text_to("+919876543210"), **changes}
    return {name: value for name, value in body.items() if value is not None}


@pytest.mark.parametrize("changes", ALLOWED.values(), ids=ALLOWED)
def test_what_meta_allows_is_allowed(changes):
    check(body_with(changes))


@pytest.mark.parametrize(("changes", "code"), REFUSED.values(), ids=REFUSED)
def test_what_meta_refuses_is_refused_with_its_error_body(sim, asha, changes, code):
    body = body_with({"to": asha["phone"], **changes})
    answer = sim.graph(body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, code)
    assert error["message"].startswith(f"(#{code}) ")
    assert error["type"] == "OAuthException"
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert error["error_data"]["details"]
    assert error["fbtrace_id"]
    assert [one["direction"] for one in sim.thread(asha["id"])] == ["inbound"]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"5", b'"x"', b"\xff\xfe", b'{"messaging_product":"whatsapp","to":{}}']
)
def test_a_body_that_is_no_message_is_an_error_of_the_caller(sim, raw):
    headers = {"Authorization": "Bearer dairy-token"}
    answer = sim.http.post(f"{sim.url}/v24.0/1110001/messages", data=raw, headers=headers, timeout=30)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 100
