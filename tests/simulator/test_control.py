"""The control API, and what a customer can do with the phone."""

import json
import time

import pytest

from .conftest import DAIRY, SAREES, eventually, running, text_to
from .test_limits import buttons, listing, rows, template

pytestmark = pytest.mark.slow


def test_each_number_starts_with_a_phone_user_and_a_username_user(sim):
    people = sim.get("/customers", phone_number_id="1110001")["customers"]
    assert {(one["name"], bool(one["phone"]), one["username"]) for one in people} == {
        ("Asha Verma", True, None),
        ("Ravi Nair", False, "ravi.nair"),
    }
    assert len(sim.get("/customers")["customers"]) == 4


def test_the_first_customers_are_the_same_after_a_reset(sim):
    before = sim.get("/customers")["customers"]
    sim.post("/reset")
    assert sim.get("/customers")["customers"] == before


def test_a_customer_is_found_by_id_phone_username_and_bsuid(sim, ravi):
    kiran = sim.post("/customers", {"name": "Kiran", "phone": "+91 98123 45678"})
    assert kiran["phone"] == "+919812345678"
    for ref in (kiran["id"], "919812345678", "+919812345678", kiran["user_id"]):
        assert sim.get(f"/customers/{ref}/thread")["customer"]["name"] == "Kiran"
    assert sim.get("/customers/@ravi.nair/thread")["customer"]["id"] == ravi["id"]


def test_a_known_phone_or_username_is_the_same_customer(sim):
    first = sim.post("/customers", {"name": "Kiran", "phone": "919812345678"})
    assert sim.post("/customers", {"name": "Kiran R", "phone": "+919812345678"})["id"] == first["id"]
    user = sim.post("/customers", {"username": "@Kiran.R"})
    assert sim.post("/customers", {"username": "kiran.r"})["id"] == user["id"]


@pytest.mark.parametrize("wrong", [{}, {"name": "Kiran"}, {"phone": "12"}, {"phone": 919812345678}, {"username": "@"}])
def test_a_customer_without_identity_is_refused(sim, wrong):
    assert sim.refuse("POST", "/customers", wrong)[0] == 400


def test_unknown_digits_make_a_customer_and_unknown_ids_do_not(sim):
    sim.write("919812345678")
    assert sim.get("/customers/919812345678/thread")["customer"]["phone"] == "+919812345678"
    assert sim.refuse("POST", "/customers/c999/messages", {"type": "text", "text": "hi"})[0] == 404
    assert sim.refuse("GET", "/customers/919800000000/thread")[0] == 404


def test_the_thread_has_both_directions_in_order(sim, asha):
    sim.send(asha["phone"], "hello Asha")
    sim.write(asha["id"], "thanks")
    thread = sim.thread(asha["id"])
    assert [(one["direction"], one["text"]) for one in thread] == [
        ("inbound", "hi"),
        ("outbound", "hello Asha"),
        ("inbound", "thanks"),
    ]
    assert thread == sorted(thread, key=lambda one: one["n"])


def test_a_thread_can_be_one_number_s(sim, asha):
    sim.write(asha["id"], "a red one", phone_number_id="1110002")
    assert len(sim.thread(asha["id"])) == 2
    assert [one["text"] for one in sim.thread(asha["id"], phone_number_id="1110002")] == ["a red one"]


def test_a_button_is_tapped_by_its_id(sim, asha, product):
    wamid = sim.graph({**text_to(asha["phone"]), **buttons("Prices", "Order", ids=["p", "o"])}).json()["messages"][0][
        "id"
    ]
    assert sim.thread(asha["id"])[-1]["buttons"] == [{"id": "p", "title": "Prices"}, {"id": "o", "title": "Order"}]
    sim.tap(asha["id"], {"type": "button_reply", "id": "o"})
    eventually(lambda: len(product.messages) == 2)
    tapped = product.messages[-1]
    assert tapped["interactive"] == {"type": "button_reply", "button_reply": {"id": "o", "title": "Order"}}
    assert tapped["context"]["id"] == wamid


def test_a_row_is_chosen_by_its_id(sim, asha, product):
    sim.graph({**text_to(asha["phone"]), **listing(rows(2, "Ghee", "500 g"), button="See")})
    shown = sim.thread(asha["id"])[-1]
    assert (shown["kind"], shown["list_button"], [row["id"] for row in shown["rows"]]) == ("list", "See", ["r0", "r1"])
    sim.tap(asha["id"], {"type": "list_reply", "id": "r1"})
    eventually(lambda: len(product.messages) == 2)
    reply = {"id": "r1", "title": "Ghee", "description": "500 g"}
    assert product.messages[-1]["interactive"] == {"type": "list_reply", "list_reply": reply}


def test_a_template_s_button_is_tapped(sim, asha, product):
    wamid = sim.graph({**text_to(asha["phone"]), **template("Asha", "ghee")}).json()["messages"][0]["id"]
    sim.tap(asha["id"], {"type": "button", "text": "Call me", "reply_to": wamid})
    eventually(lambda: len(product.messages) == 2)
    tapped = product.messages[-1]
    assert (tapped["type"], tapped["button"]) == ("button", {"payload": "Call me", "text": "Call me"})
    assert tapped["context"]["id"] == wamid


def test_what_was_not_offered_needs_a_title(sim, asha):
    wrong = sim.refuse("POST", f"/customers/{asha['id']}/messages", {"type": "button_reply", "id": "x"})
    assert wrong == (400, "no message offers x; give its title to tap it nevertheless")
    sim.tap(asha["id"], {"type": "button_reply", "id": "x", "title": "X"})


def test_a_reaction_shows_on_its_message_and_can_be_taken_back(sim, asha, product):
    wamid = sim.send(asha["phone"])
    sim.tap(asha["id"], {"type": "reaction", "reply_to": wamid, "emoji": "❤️"})
    assert sim.thread(asha["id"])[1]["reactions"] == {"inbound": "❤️"}
    sim.tap(asha["id"], {"type": "reaction", "reply_to": wamid})
    eventually(lambda: len(product.messages) == 3)
    reactions = [m for m in product.messages if m["type"] == "reaction"]  # in any order, like all webhooks
    taken, given = sorted(reactions, key=lambda m: len(m["reaction"]))
    assert given["reaction"] == {"message_id": wamid, "emoji": "❤️"}
    assert taken["reaction"] == {"message_id": wamid}
    assert "context" not in given


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ({"type": "location", "latitude": 28.6, "longitude": 77.2, "name": "Home"}, "location"),
        ({"type": "sticker"}, "sticker"),
        ({"type": "contacts"}, "contacts"),
    ],
)
def test_other_kinds_come_under_their_name(sim, asha, product, message, key):
    sim.tap(asha["id"], message)
    eventually(lambda: len(product.messages) == 2)
    assert product.messages[-1]["type"] == key
    assert product.messages[-1][key]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"type": "poll"},
        {"type": "text"},
        {"type": "text", "text": ""},
        {"type": "text", "text": 5},
        {"type": "text", "text": "hi", "timestamp": "yesterday"},
        {"type": "text", "text": "hi", "phone_number_id": "999"},
        {"type": "button_reply"},
        {"type": "location", "latitude": "north"},
        {"type": "reaction"},
    ],
)
def test_a_wrong_message_of_a_customer_is_refused(sim, asha, wrong):
    assert sim.refuse("POST", f"/customers/{asha['id']}/messages", wrong)[0] == 400
    assert len(sim.thread(asha["id"])) == 1


def test_a_message_can_have_an_old_timestamp(sim, product):
    sim.write("919812345678", timestamp=int(time.time()) - 7200)
    eventually(lambda: product.messages)
    assert 7190 < time.time() - int(product.messages[0]["timestamp"]) < 7210


def raw_webhook(sim, body, **query):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return sim.http.post(f"{sim.url}/_sim/webhook", data=raw, params=query, timeout=30).json()


def hand_made(number: str, message: dict, contact: dict | None = None) -> dict:
    value = {"metadata": {"phone_number_id": number}, "contacts": [contact or {}], "messages": [message]}
    return {"entry": [{"id": "0", "changes": [{"field": "messages", "value": value}]}]}


def test_a_hand_made_webhook_is_signed_and_delivered_as_it_is(sim, product):
    product.answers = [404]
    body = json.dumps(hand_made("1110002", {}), indent=3).encode()
    answer = raw_webhook(sim, body)
    assert (answer["status"], answer["body"]) == (404, "ok")
    raw, signature, _ = product.posts[0]
    assert raw == body
    assert len(product.posts) == 1
    raw_webhook(sim, body, secret="another")
    raw_webhook(sim, body, phone_number_id="1110001")
    assert len({signature, product.posts[1][1], product.posts[2][1]}) == 3


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff\x00", b'{"entry":5}', b'{"entry":[{"changes":[{"value":{"messages":[5]}}]}]}']
)
def test_a_hand_made_webhook_may_be_anything(sim, product, body):
    assert raw_webhook(sim, body)["status"] == 200
    assert product.posts[0][0] == body


def test_a_hand_made_message_opens_the_window_of_its_customer(sim):
    message = {"from": "919812345678", "id": "wamid.own", "timestamp": str(int(time.time())), "text": {"body": "hi"}}
    raw_webhook(sim, hand_made("1110001", message, {"profile": {"name": "Kiran"}, "wa_id": "919812345678"}))
    assert sim.send("+919812345678")
    assert sim.get("/customers/919812345678/thread")["customer"]["name"] == "Kiran"


def test_a_hand_made_message_of_a_bsuid_can_be_answered(sim):
    message = {"from_user_id": "US.13491208655302741918", "id": "wamid.own", "timestamp": str(int(time.time()))}
    contact = {"profile": {"name": "Sheena", "username": "@sheena"}, "user_id": "US.13491208655302741918"}
    raw_webhook(sim, hand_made("1110001", message, contact))
    assert sim.send("US.13491208655302741918")


def test_a_product_that_is_away_is_status_0():
    with running("http://127.0.0.1:9/webhook") as other:
        answer = raw_webhook(other, b"{}")
    assert (answer["status"], answer["error"]) == (0, "connection refused")


def test_reset_forgets_all_but_the_numbers(sim, asha, product):
    product.answers = [500] * 1000
    sim.write(asha["id"])
    sim.faults(graph={"mode": "http_500"})
    sim.graph(text_to(asha["phone"]))
    sim.post("/reset")
    time.sleep(0.1)  # what was on the wire arrives
    product.clear()
    assert sim.thread(asha["id"]) == []
    assert sim.get("/calls") == {"calls": [], "last": 0}
    assert sim.get("/faults")["on"] == []
    counters = sim.get("/webhooks")
    assert [counters[name] for name in ("sent", "ok", "retried", "pending", "dropped")] == [0] * 5
    time.sleep(0.2)
    assert product.posts == []
    assert sim.get("/health")["numbers"] == 2


def test_statuses_of_before_a_reset_do_not_come_after_it(sim, asha, product):
    sim.faults(statuses={"sent_ms": 100, "delivered_ms": 150})
    sim.send(asha["phone"])
    sim.post("/reset")
    time.sleep(0.2)
    assert product.statuses == []


def test_a_number_is_added_with_its_customers(sim):
    number = {**SAREES, "phone_number_id": "1110003", "waba_id": "2220003", "name": "Third", "access_token": "third"}
    sim.post("/numbers", number)
    assert len(sim.get("/customers", phone_number_id="1110003")["customers"]) == 2
    assert sim.graph(method="GET", path="/1110003", token="third").json()["verified_name"] == "Third"


def test_a_number_that_lacks_something_is_refused(sim):
    status, sentence = sim.refuse("POST", "/numbers", {**DAIRY, "app_secret": ""})
    assert (status, "app_secret" in sentence) == (400, True)


def test_secrets_are_not_listed(sim):
    for path in ("/numbers", "/health", "/customers"):
        text = json.dumps(sim.get(path))
        assert "secret" not in text
        assert "token" not in text


def test_a_page_of_another_site_may_not_drive_the_simulator(sim):
    status, _ = sim.refuse("POST", "/webhook", {}, headers={"Origin": "https://evil.example"})
    assert status == 403
    own = sim.http.post(f"{sim.url}/_sim/reset", headers={"Origin": sim.url}, timeout=30)
    assert own.status_code == 200


@pytest.mark.parametrize("body", [b"{", b"[]", b"5"])
def test_a_control_call_needs_a_json_object(sim, body):
    answer = sim.http.post(f"{sim.url}/_sim/customers", data=body, timeout=30)
    assert answer.status_code == 400
    assert answer.json()["error"]
