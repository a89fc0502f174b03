"""Every fault as the product's own Graph client meets it: which error, with which flags, and what reached the phone."""

import io
import time

import pytest

from cloud_api import messages
from cloud_api.client import Client
from cloud_api.errors import Ambiguous, GraphError, Refused
from cloud_api.events import Person
from cloud_api.media import MB

from .conftest import eventually

pytestmark = pytest.mark.slow

DAIRY = "1110001"
TIME = 0.6
BROKEN = (True, False, False)  # maybe_sent, retryable, stops_number
RETRY = (False, True, False)
FINAL = (False, False, False)
STOPPED = (False, False, True)

# fault: (the class, the flags, the HTTP status, how often the message reached the phone)
FAULTS = {
    "http_429": ({"mode": "http_429"}, Refused, RETRY, 429, 0),
    "http_500": ({"mode": "http_500"}, Ambiguous, BROKEN, 500, 0),
    "http_502": ({"mode": "http_502"}, Ambiguous, BROKEN, 502, 0),
    "broken_json": ({"mode": "broken_json"}, Ambiguous, BROKEN, 200, 1),
    "timeout_before": ({"mode": "timeout_before"}, Ambiguous, BROKEN, None, 0),
    "timeout_after": ({"mode": "timeout_after"}, Ambiguous, BROKEN, None, 1),
    "trickle": ({"mode": "trickle", "byte_ms": 100}, Ambiguous, BROKEN, None, 1),
    # Whether the head of the answer comes in time is the machine's matter.
    "trickle of the body": ({"mode": "trickle", "byte_ms": 3}, Ambiguous, BROKEN, (200, None), 1),
    "reset": ({"mode": "reset"}, Ambiguous, BROKEN, 200, 1),
    "half_open": ({"mode": "half_open"}, Ambiguous, BROKEN, None, 0),
    "131047": ({"mode": "error", "code": 131047}, Refused, FINAL, 400, 0),
    "131056": ({"mode": "error", "code": 131056}, Refused, RETRY, 400, 0),
    "130429": ({"mode": "error", "code": 130429}, Refused, RETRY, 400, 0),
    "190": ({"mode": "error", "code": 190}, Refused, STOPPED, 401, 0),
    "131026": ({"mode": "error", "code": 131026}, Refused, FINAL, 400, 0),
    "131000": ({"mode": "error", "code": 131000}, Ambiguous, BROKEN, 500, 0),
}


@pytest.fixture
def client(sim):
    client = Client(sim.url, "v24.0", "dairy-token", connect_timeout=1, read_timeout=TIME)
    yield client
    client.close()


def person(customer) -> Person:
    return Person(phone=customer["phone"].lstrip("+"))


def reached(sim, customer) -> list[dict]:
    """What the business said to this customer."""
    return [one for one in sim.thread(customer["id"]) if one["direction"] == "outbound"]


def fails(client, customer, family=GraphError, text="hello") -> GraphError:
    """The error of a send, which must come in time however the answer comes."""
    started = time.monotonic()
    with pytest.raises(family) as caught:
        client.send(DAIRY, person(customer), messages.text(text))
    assert time.monotonic() - started < TIME + 5
    return caught.value


def flags(error: GraphError) -> tuple[bool, bool, bool]:
    return error.maybe_sent, error.retryable, error.stops_number


@pytest.mark.parametrize(("fault", "family", "wanted", "status", "count"), FAULTS.values(), ids=FAULTS)
def test_each_fault_has_its_error_and_the_next_message_goes(sim, asha, client, fault, family, wanted, status, count):
    sim.faults(graph={**fault, "times": 1})
    error = fails(client, asha, family)
    assert type(error) is family
    assert flags(error) == wanted
    assert error.http_status in (status if isinstance(status, tuple) else (status,))
    assert error.code == fault.get("code", 1 if fault["mode"] == "http_500" else None)
    assert len(reached(sim, asha)) == count
    client.send(DAIRY, person(asha), messages.text("next"))
    assert [one["text"] for one in reached(sim, asha)] == ["hello"] * count + ["next"]


def test_a_429_says_how_long_to_wait(sim, asha, client):
    sim.faults(graph={"mode": "http_429"})
    assert fails(client, asha).retry_after == 1


def test_what_was_accepted_without_an_answer_is_told_by_its_statuses(sim, asha, client, product):
    for mode in ("broken_json", "timeout_after", "reset"):
        sim.faults(graph={"mode": mode})
        with pytest.raises(Ambiguous):
            client.send(DAIRY, person(asha), messages.text(mode), callback_data=f"{mode}/1")
    wanted = {(mode, status) for mode in ("broken_json", "timeout_after", "reset") for status in ("sent", "delivered")}
    eventually(
        lambda: (
            wanted == {(one["biz_opaque_callback_data"].partition("/")[0], one["status"]) for one in product.statuses}
        )
    )


def test_a_fault_meets_so_many_calls_of_one_customer(sim, asha, ravi, client):
    kiran = sim.post("/customers", {"name": "Kiran", "phone": "+919812345678"})
    sim.write(kiran["id"])
    sim.faults(graph={"mode": "error", "code": 131056, "times": 2, "customer": asha["phone"]})
    client.send(DAIRY, person(kiran), messages.text("hello"))
    client.send(DAIRY, Person(bsuid=ravi["user_id"]), messages.text("hello"))
    assert [fails(client, asha).code for _ in range(2)] == [131056, 131056]
    client.send(DAIRY, person(asha), messages.text("at last"))
    assert [len(reached(sim, one)) for one in (asha, ravi, kiran)] == [1, 1, 1]


@pytest.mark.parametrize("ref", ["id", "user_id", "username"])
def test_the_customer_of_a_fault_may_be_named_by_anything(sim, asha, ravi, client, ref):
    name = f"@{ravi['username']}" if ref == "username" else ravi[ref]
    sim.faults(graph={"mode": "http_429", "customer": name})
    client.send(DAIRY, person(asha), messages.text("hello"))
    with pytest.raises(Refused):
        client.send(DAIRY, Person(bsuid=ravi["user_id"]), messages.text("hello"))


def test_a_read_mark_is_about_the_customer_who_wrote(sim, asha, ravi, client):
    sim.faults(graph={"mode": "http_429", "only": "all", "customer": asha["id"]})
    client.mark_read(DAIRY, sim.thread(ravi["id"])[0]["wamid"])
    with pytest.raises(Refused):
        client.mark_read(DAIRY, sim.thread(asha["id"])[0]["wamid"])


def test_a_status_may_never_come(sim, asha, client, product):
    sim.faults(graph={"mode": "no_status", "times": 1})
    silent = client.send(DAIRY, person(asha), messages.text("first")).wamid
    told = client.send(DAIRY, person(asha), messages.text("second")).wamid
    sim.post(f"/customers/{asha['id']}/read")
    sim.settle(3, product)
    assert {one["id"] for one in product.statuses} == {told}
    assert {one["wamid"]: one["status"] for one in reached(sim, asha)}[silent] == "accepted"


def test_statuses_may_be_late(sim, asha, client, product):
    sim.faults(graph={"mode": "late_status", "late_ms": 400, "times": 1})
    late = client.send(DAIRY, person(asha), messages.text("first")).wamid
    soon = client.send(DAIRY, person(asha), messages.text("second")).wamid
    sim.settle(4, product)
    assert [one["id"] for one in product.statuses] == [soon, soon, late, late]


def test_a_message_may_fail_after_it_was_accepted(sim, asha, client, product):
    sim.faults(graph={"mode": "failed", "code": 131049})
    sent = client.send(DAIRY, person(asha), messages.text("hello"))
    sim.settle(1, product)
    (status,) = product.statuses
    assert (status["id"], status["status"], status["errors"][0]["code"]) == (sent.wamid, "failed", 131049)


def test_a_half_open_peer_does_not_read_an_upload(sim, client):
    sim.faults(graph={"mode": "half_open", "only": "all"})
    started = time.monotonic()
    with pytest.raises(Ambiguous):
        client.upload(DAIRY, io.BytesIO(bytes(12 * MB)), "video/mp4", seconds=1)
    assert time.monotonic() - started < 10
    assert sim.get("/calls")["calls"][-1]["status"] == 0
