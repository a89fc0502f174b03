"""The faults, each with what the caller sees and what the customer gets."""

import time

import pytest
import requests

from .conftest import eventually, text_to

pytestmark = pytest.mark.slow


def outbound(sim, customer) -> list[dict]:
    return [one for one in sim.thread(customer["id"]) if one["direction"] == "outbound"]


def test_http_500_is_not_accepted(sim, asha):
    sim.faults(graph={"mode": "http_500"})
    answer = sim.graph(text_to(asha["phone"]))
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, 1)
    assert outbound(sim, asha) == []


@pytest.mark.parametrize(("code", "status"), [(131047, 400), (190, 401), (131056, 400), (131000, 500), (368, 403)])
def test_any_of_meta_s_errors_can_be_asked_for(sim, asha, code, status):
    sim.faults(graph={"mode": "error", "code": code})
    answer = sim.graph(text_to(asha["phone"]))
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert outbound(sim, asha) == []


def test_a_time_out_before_acceptance_sends_nothing(sim, asha):
    sim.faults(graph={"mode": "timeout_before"})
    with pytest.raises(requests.ReadTimeout):
        sim.graph(text_to(asha["phone"]), timeout=0.3)
    assert outbound(sim, asha) == []
    call = eventually(lambda: [one for one in sim.get("/calls")["calls"] if one["status"] == 0])[0]
    assert call["wamid"] is None


def test_a_time_out_after_acceptance_has_sent(sim, asha, product):
    sim.faults(graph={"mode": "timeout_after"})
    with pytest.raises(requests.ReadTimeout):
        sim.graph(text_to(asha["phone"], biz_opaque_callback_data="7/1"), timeout=0.3)
    sim.settle(2, product)
    assert {status["biz_opaque_callback_data"] for status in product.statuses} == {"7/1"}
    assert outbound(sim, asha)[0]["wamid"] == sim.get("/calls")["calls"][0]["wamid"]


def test_a_held_connection_is_closed_in_the_end(sim, asha):
    sim.faults(graph={"mode": "timeout_after", "hold_ms": 100})
    with pytest.raises(requests.ConnectionError):
        sim.graph(text_to(asha["phone"]))


def test_a_slow_answer_is_late_but_accepted_at_once(sim, asha, product):
    sim.faults(graph={"delay_ms": 250})
    started = time.monotonic()
    assert sim.graph(text_to(asha["phone"])).status_code == 200
    assert time.monotonic() - started >= 0.25
    assert product.statuses[0]["status"] == "sent"


def test_a_message_can_fail_after_it_was_accepted(sim, asha, product):
    sim.faults(graph={"mode": "failed", "code": 131026})
    assert sim.graph(text_to(asha["phone"], biz_opaque_callback_data="7/1")).status_code == 200
    sim.settle(1, product)
    failed = product.statuses[0]
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131026)
    assert failed["errors"][0]["error_data"]["details"]
    assert failed["biz_opaque_callback_data"] == "7/1"
    assert failed["recipient_id"] == asha["phone"].lstrip("+")
    assert "recipient_user_id" not in failed
    assert "contacts" not in product.values[-1]
    time.sleep(0.1)
    assert len(product.statuses) == 1
    assert outbound(sim, asha)[0]["error"]["code"] == 131026


def test_a_fault_can_meet_so_many_calls(sim, asha):
    sim.faults(graph={"mode": "http_500", "times": 2})
    assert [sim.graph(text_to(asha["phone"])).status_code for _ in range(3)] == [500, 500, 200]


def test_a_fault_meets_sends_only_unless_it_is_told_otherwise(sim, asha):
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"}
    sim.faults(graph={"mode": "http_500"})
    assert sim.graph(mark).status_code == 200
    assert sim.graph(method="GET", path="/1110001").status_code == 200
    sim.faults(graph={"mode": "error", "code": 190, "only": "all"})
    assert sim.graph(mark).status_code == 401
    assert sim.graph(method="GET", path="/1110001").status_code == 401


def test_the_window_can_be_switched_off(sim):
    sim.faults(limits={"window": False})
    assert sim.graph(text_to("+919812345678")).status_code == 200


def test_a_named_section_is_replaced_and_others_stay(sim):
    sim.faults(graph={"mode": "http_500", "delay_ms": 5}, webhook={"duplicate": True})
    now = sim.faults(graph={"delay_ms": 7})
    assert (now["graph"]["mode"], now["graph"]["delay_ms"]) == ("none", 7)
    assert now["webhook"]["duplicate"] is True
    assert now["on"] == ["graph delay_ms 7", "webhook duplicate True"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"grpah": {}},
        {"graph": {"mode": "broken"}},
        {"graph": {"mod": "none"}},
        {"graph": {"delay_ms": "5"}},
        {"graph": {"delay_ms": -5}},
        {"graph": {"times": True}},
        {"graph": {"only": "some"}},
        {"graph": {"customer": 5}},
        {"graph": {"customer": ""}},
        {"graph": {"byte_ms": -1}},
        {"media": {"url_ms": -1}},
        {"webhook": {"duplicate": 1}},
        {"webhook": 5},
        [],
    ],
)
def test_a_wrong_fault_is_refused_and_changes_nothing(sim, wrong):
    before = sim.get("/faults")
    wrong = {"statuses": {"on": False}, **wrong} if isinstance(wrong, dict) else wrong
    assert sim.refuse("PUT", "/faults", wrong)[0] == 400
    assert sim.get("/faults") == before
