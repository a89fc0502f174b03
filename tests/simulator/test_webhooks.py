"""What comes back: signed, in Meta's shapes, in order, and again until it is taken."""

import hashlib
import hmac
import json
import socket
import time
from pathlib import Path

import pytest

from simulator.webhooks import Clock

from .conftest import DAIRY, Product, eventually, running, text_to

pytestmark = pytest.mark.slow

PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"


def shape(value):
    """The keys of a body, without its values."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value).__name__


def sample(name: str) -> dict:
    path = PAYLOADS / f"metadocs__{name}.json"
    if not path.exists():
        pytest.skip(f"Meta's sample {path.name} is not beside the project")
    return json.loads(path.read_text())["entry"][0]["changes"][0]["value"]


def test_a_webhook_is_signed_over_its_raw_bytes_with_the_secret_of_its_number(sim, product):
    sim.write("919812345678", "नमस्ते", phone_number_id="1110001")
    sim.write("919812345678", "hello", phone_number_id="1110002")
    sim.settle()
    assert len(product.posts) == 2
    for raw, signature, _ in product.posts:
        secret = b"dairy-secret" if b'"1110001"' in raw else b"sarees-secret"
        assert signature == "sha256=" + hmac.new(secret, raw, hashlib.sha256).hexdigest()


def test_the_envelope_names_account_and_number(sim, asha, product):
    body = json.loads(product.posts[0][0])
    assert body["object"] == "whatsapp_business_account"
    assert body["entry"][0]["id"] == "2220001"
    assert body["entry"][0]["changes"][0]["field"] == "messages"
    metadata = {"display_phone_number": "919810012345", "phone_number_id": "1110001"}
    assert product.values[0]["metadata"] == metadata


def test_a_text_has_the_shape_of_meta_s(sim, asha, product):
    ours, theirs = product.values[0], sample("messageswebhook_text")
    assert ours["contacts"][0].pop("user_id") == asha["user_id"] == ours["messages"][0].pop("from_user_id")
    assert shape(ours) == shape(theirs)
    assert ours["messages"][0]["from"] == ours["contacts"][0]["wa_id"] == asha["phone"].lstrip("+")
    assert abs(int(ours["messages"][0]["timestamp"]) - time.time()) < 5


def test_a_username_user_s_text_has_the_shape_of_meta_s(sim, ravi, product):
    ours, theirs = product.values[0], sample("business_scoped_user_ids_text")
    del theirs["contacts"][0]["parent_user_id"], theirs["messages"][0]["from_parent_user_id"]
    assert shape(ours) == shape(theirs)
    assert ours["contacts"][0]["profile"] == {"name": "Ravi Nair", "username": "ravi.nair"}


@pytest.mark.parametrize(
    ("kind", "name", "choice"),
    [
        ("button_reply", "interactive_reply_buttons_interactive-button_reply", {"title": "Change"}),
        ("list_reply", "interactive_list_interactive-list_reply", {"title": "Express", "description": "Next day"}),
    ],
)
def test_a_tap_has_the_shape_of_meta_s(sim, asha, product, kind, name, choice):
    asked = sim.send(asha["phone"])
    sim.tap(asha["id"], {"type": kind, "id": "x", "reply_to": asked, **choice})
    eventually(lambda: len(product.messages) == 2)
    ours, theirs = product.messages[-1], sample(name)["messages"][0]
    del ours["from_user_id"]
    assert shape(ours) == shape(theirs)
    assert ours["context"] == {"from": "919810012345", "id": asked}


def test_a_username_user_has_no_phone_anywhere(sim, ravi, product):
    sim.send(ravi["user_id"])
    sim.post(f"/customers/{ravi['id']}/read")
    sim.settle(3, product)
    assert sorted(status["status"] for status in product.statuses) == ["delivered", "read", "sent"]
    text = b"".join(raw for raw, _, _ in product.posts).decode()
    for key in ("wa_id", '"from"', "recipient_id", "null"):
        assert key not in text
    assert {status["recipient_user_id"] for status in product.statuses} == {ravi["user_id"]}


def test_statuses_come_in_order_with_pricing_and_callback_data(sim, asha, product):
    sim.faults(statuses={"delivered_ms": 250})
    wamid = sim.send(asha["phone"], biz_opaque_callback_data="message 7, attempt 1")
    sim.settle(2, product)
    sent, delivered = product.statuses
    assert (sent["status"], delivered["status"]) == ("sent", "delivered")
    assert sent["id"] == delivered["id"] == wamid
    assert sent["biz_opaque_callback_data"] == delivered["biz_opaque_callback_data"] == "message 7, attempt 1"
    assert sent["pricing"] == {
        "billable": False,
        "pricing_model": "PMP",
        "type": "free_customer_service",
        "category": "service",
    }
    assert "pricing" not in delivered
    assert sent["recipient_id"] == asha["phone"].lstrip("+")
    assert sent["recipient_user_id"] == asha["user_id"]


def test_a_status_has_the_shape_of_meta_s(sim, ravi, product):
    sim.send(ravi["user_id"])
    sim.settle(2, product)
    theirs = sample("business_scoped_user_ids_status-delivered-2")
    del theirs["contacts"][0]["parent_user_id"], theirs["statuses"][0]["parent_user_id"]
    del theirs["statuses"][0]["pricing"]
    assert shape(product.values[-1]) == shape(theirs)


def test_a_message_to_a_bsuid_tells_no_phone_though_there_is_one(sim, asha, product):
    sim.send(asha["user_id"])
    sim.settle(2, product)
    assert not any("recipient_id" in status for status in product.statuses)
    assert "wa_id" not in product.values[-1]["contacts"][0]


def test_read_comes_when_somebody_looks_and_only_then(sim, asha, product):
    sim.send(asha["phone"])
    sim.settle(2, product)
    time.sleep(0.1)
    assert len(product.statuses) == 2
    sim.post(f"/customers/{asha['id']}/read")
    sim.settle(3, product)
    assert product.statuses[-1]["status"] == "read"


def test_who_looks_before_delivery_reads_after_it(sim, asha, product):
    sim.send(asha["phone"])
    sim.post(f"/customers/{asha['id']}/read")
    sim.settle(3, product)
    assert sorted(status["status"] for status in product.statuses) == ["delivered", "read", "sent"]


def test_a_reaction_gets_sent_only(sim, asha, product):
    target = sim.thread(asha["id"])[0]["wamid"]
    body = {**text_to(asha["phone"]), "type": "reaction", "reaction": {"message_id": target, "emoji": "👍"}}
    assert sim.graph(body).status_code == 200
    sim.settle(1, product)
    time.sleep(0.1)
    assert [status["status"] for status in product.statuses] == ["sent"]
    assert sim.thread(asha["id"])[0]["reactions"] == {"outbound": "👍"}


def test_statuses_can_be_switched_off(sim, asha, product):
    sim.faults(statuses={"on": False})
    sim.send(asha["phone"])
    time.sleep(0.15)
    assert product.statuses == []


def test_a_status_never_steps_back(sim, asha, product):
    sim.faults(statuses={"sent_ms": 80, "delivered_ms": 10})
    sim.send(asha["phone"])
    time.sleep(0.15)
    assert [status["status"] for status in product.statuses] == ["delivered"]


def test_a_webhook_is_sent_again_until_it_is_taken(sim, product):
    product.answers = [500, 404, 301, 201]
    wamid = sim.write("919812345678")
    counters = sim.settle()
    assert [status for _, _, status in product.posts] == [500, 404, 301, 201, 200]
    assert len({raw for raw, _, _ in product.posts}) == 1
    assert {name: counters[name] for name in ("sent", "ok", "retried", "dropped")} == {
        "sent": 1,
        "ok": 1,
        "retried": 4,
        "dropped": 0,
    }
    shown = sim.thread("919812345678")[0]
    assert (shown["wamid"], shown["status"], shown["delivery"]["tries"]) == (wamid, "taken", 5)


def test_a_webhook_is_given_up_in_the_end(sim, product):
    product.answers = [503] * 1000
    sim.write("919812345678")
    waiting = eventually(lambda: [one for one in sim.thread("919812345678") if one["status"] == "retried"])
    assert waiting[0]["delivery"]["status"] == 503
    counters = sim.settle()
    assert (counters["ok"], counters["dropped"]) == (0, 1)
    assert sim.thread("919812345678")[0]["status"] == "dropped"


def test_a_product_that_is_away_gets_everything_when_it_is_back():
    product = Product()
    product.close()
    with running(product.url, Clock(first=0.03, longest=0.1, give_up=10, timeout=0.5)) as sim:
        wamids = {sim.write(f"91981234567{place}") for place in range(3)}
        away = eventually(lambda: sim.get("/webhooks")["last"])
        assert (away["status"], away["error"]) == (0, "connection refused")
        assert sim.get("/webhooks")["pending"] == 3
        back = Product(product.port)
        sim.settle()
        assert {message["id"] for message in back.messages} == wamids
        back.close()


def test_a_product_that_hangs_does_not_hold_up_the_graph_api():
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        url = f"http://127.0.0.1:{hanging.getsockname()[1]}/webhook"
        with running(url, Clock(timeout=3), numbers=[DAIRY]) as sim:
            sim.write("919812345678")
            started = time.monotonic()
            assert sim.graph(text_to("+919812345678")).status_code == 200
            assert time.monotonic() - started < 2
            assert eventually(lambda: sim.get("/webhooks")["last"])["error"] == "no answer in 3 s"


def test_each_webhook_can_come_twice(sim, product):
    sim.faults(webhook={"duplicate": True})
    sim.write("919812345678")
    sim.settle()
    assert [len(product.posts), len({raw for raw, _, _ in product.posts})] == [2, 1]


def test_webhooks_can_come_in_batches_of_one_app(sim, product):
    sim.faults(webhook={"batch": 5, "batch_ms": 600})
    for number, writers in (("1110001", 10), ("1110002", 4)):
        for place in range(writers):
            sim.write(f"9198000000{place:02}", phone_number_id=number)
    sim.settle()
    counts = sorted(len(value["messages"]) for value in product.values)
    assert counts == [4, 5, 5]
    for raw, signature, _ in product.posts:
        secret = b"dairy-secret" if b"2220001" in raw else b"sarees-secret"
        assert hmac.new(secret, raw, hashlib.sha256).hexdigest() == signature.removeprefix("sha256=")
        assert not (b"2220001" in raw and b"2220002" in raw)


def test_a_batch_of_two_apps_is_two_bodies(sim, product):
    sim.faults(webhook={"batch": 4, "batch_ms": 600})
    for number in ("1110001", "1110002") * 2:
        sim.write("919812345678", phone_number_id=number)
    sim.settle()
    assert sorted(len(value["messages"]) for value in product.values) == [2, 2]
    assert len({signature for _, signature, _ in product.posts}) == 2


def test_a_batch_names_each_customer_once(sim, product):
    sim.faults(webhook={"batch": 2, "batch_ms": 600})
    for text in ("one", "two"):
        sim.write("919812345678", text)
    sim.settle()
    value = product.values[0]
    assert [len(value["contacts"]), len(value["messages"])] == [1, 2]


def test_webhooks_can_come_out_of_order(sim, asha, product):
    product.clear()
    sim.faults(webhook={"reorder": True})
    sim.send(asha["phone"])
    sim.settle(2, product)
    assert [status["status"] for status in product.statuses] == ["delivered", "sent"]


def test_webhooks_can_be_slow(sim, product):
    sim.faults(webhook={"delay_ms": 150})
    started = time.monotonic()
    sim.write("919812345678")
    eventually(lambda: product.messages)
    assert time.monotonic() - started > 0.14


def test_many_customers_at_once_lose_and_double_nothing(product):
    patient = Clock(first=0.03, longest=0.1, give_up=30, timeout=30)  # a busy machine is no reason to give one up
    with running(product.url, patient) as sim:
        wamids = [sim.write(f"9197000000{place:02}") for place in range(100)]
        for place in range(100):
            sim.send(f"+9197000000{place:02}")
        sim.settle(200, product)
    assert sorted(message["id"] for message in product.messages) == sorted(wamids)
    assert len({(status["id"], status["status"]) for status in product.statuses}) == len(product.statuses) == 200


def test_what_a_tester_sees_without_a_number():
    with running("http://127.0.0.1:9/webhook", numbers=[]) as sim:
        assert sim.get("/customers") == {"customers": []}
        assert sim.refuse("POST", "/customers", {"phone": "919812345678"})[0] == 400
        assert sim.graph(text_to("+919812345678")).json()["error"]["code"] == 190
