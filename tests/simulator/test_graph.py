"""The Graph API: who may send, to whom, when, and what it answers."""

import time

import pytest

from .conftest import SAREES, text_to
from .test_limits import template

pytestmark = pytest.mark.slow

DAY = 24 * 3600


def test_a_text_to_a_phone_answers_with_its_wa_id(sim, asha):
    answer = sim.graph(text_to(asha["phone"])).json()
    assert answer["messaging_product"] == "whatsapp"
    assert answer["contacts"] == [{"input": asha["phone"], "wa_id": asha["phone"].lstrip("+")}]
    assert answer["messages"][0].keys() == {"id"}
    assert answer["messages"][0]["id"].startswith("wamid.")


def test_a_text_to_a_bsuid_answers_with_the_user_id_and_no_phone(sim, ravi):
    answer = sim.graph(text_to(ravi["user_id"])).json()
    assert answer["contacts"] == [{"input": ravi["user_id"], "user_id": ravi["user_id"]}]


def test_to_wins_over_recipient(sim, asha, ravi):
    sim.graph({**text_to(asha["phone"]), "recipient": ravi["user_id"]})
    assert sim.thread(asha["id"])[-1]["direction"] == "outbound"
    assert sim.thread(ravi["id"])[-1]["direction"] == "inbound"


def test_a_template_says_accepted_and_shows_its_text(sim, asha):
    answer = sim.graph({**text_to(asha["phone"]), **template("Asha", "ghee")}).json()
    assert answer["messages"][0]["message_status"] == "accepted"
    shown = sim.thread(asha["id"])[-1]
    assert shown["text"] == "Dear Asha, your ghee is ready."
    assert [button["title"] for button in shown["buttons"]] == ["Thanks", "Call me"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        (template("Asha", "ghee", name="no_such"), 404, 132001),
        (template("Asha", "ghee", language="hi"), 404, 132001),
        (template("Asha"), 400, 132000),
    ],
)
def test_a_template_must_exist_and_get_its_parameters(sim, asha, changes, status, code):
    answer = sim.graph({**text_to(asha["phone"]), **changes})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_wrong_token_is_190_with_401(sim, asha, token):
    answer = sim.graph(text_to(asha["phone"]), token=token)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == 190


def test_a_token_dies_when_the_number_gets_another(sim, asha):
    sim.post("/numbers", {**SAREES, "access_token": "fresh"})
    path = f"/{SAREES['phone_number_id']}"
    assert sim.graph(method="GET", path=path, token="sarees-token").json()["error"]["code"] == 190
    assert sim.graph(method="GET", path=path, token="fresh").status_code == 200
    sim.post("/numbers", SAREES)


@pytest.mark.parametrize("path", ["/999/messages", "/1110002/messages"])
def test_an_unknown_number_and_a_foreign_one_are_100_33(sim, asha, path):
    answer = sim.graph(text_to(asha["phone"]), path=path)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_subcode"]) == (400, 100, 33)


def test_free_form_needs_a_message_of_the_last_24_hours(sim):
    sim.write("919812345678", timestamp=time.time() - DAY - 5)
    answer = sim.graph(text_to("+919812345678"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131047)
    sim.write("919812345678", timestamp=time.time() - DAY + 60)
    assert sim.graph(text_to("+919812345678")).status_code == 200


def test_a_stale_message_that_comes_late_does_not_close_the_window(sim, asha):
    sim.write(asha["id"], timestamp=time.time() - 3 * DAY)
    assert sim.graph(text_to(asha["phone"])).status_code == 200


def test_a_reaction_of_the_customer_does_not_open_the_window(sim):
    old = sim.write("919812345678", timestamp=time.time() - 2 * DAY)
    sim.tap("919812345678", {"type": "reaction", "reply_to": old, "emoji": "👍"})
    assert sim.graph(text_to("+919812345678")).json()["error"]["code"] == 131047


def test_the_window_is_one_number_s_own(sim, asha):
    answer = sim.graph(text_to(asha["phone"]), path="/1110002/messages", token="sarees-token")
    assert answer.json()["error"]["code"] == 131047


def test_a_template_needs_no_window_and_no_customer(sim):
    answer = sim.graph({**text_to("+919811111111"), **template("Kiran", "milk")})
    assert answer.status_code == 200
    assert sim.thread("919811111111")[0]["kind"] == "template"


def test_a_bsuid_that_nobody_has_is_undeliverable(sim):
    assert sim.graph(text_to("IN.123456789")).json()["error"]["code"] == 131026


def test_a_bsuid_belongs_to_one_account(sim, ravi):
    """One person has one BSUID for each business portfolio."""
    sim.write(ravi["id"], phone_number_id="1110002")
    user_ids = sim.get(f"/customers/{ravi['id']}/thread")["customer"]["user_ids"]
    assert len(set(user_ids.values())) == 2
    foreign = sim.graph(text_to(user_ids["2220001"]), path="/1110002/messages", token="sarees-token")
    assert foreign.json()["error"]["code"] == 131026
    own = sim.graph(text_to(user_ids["2220002"]), path="/1110002/messages", token="sarees-token")
    assert own.status_code == 200


def test_a_number_does_not_write_to_itself(sim):
    assert sim.graph(text_to("+919810012345")).json()["error"]["code"] == 131021


def test_the_pair_rate_is_off_until_it_is_switched_on(sim, asha):
    sim.faults(limits={"pair": True})
    codes = [sim.graph(text_to(asha["phone"])).json().get("error", {}).get("code") for _ in range(46)]
    assert codes == [None] * 45 + [131056]
    sim.faults(limits={})
    assert sim.graph(text_to(asha["phone"])).status_code == 200


def test_the_throughput_of_a_number_is_off_until_it_is_switched_on(sim, asha):
    sim.faults(limits={"throughput": True}, statuses={"on": False})
    codes = {sim.graph(text_to(asha["phone"])).json().get("error", {}).get("code") for _ in range(250)}
    assert codes == {None, 130429}


def test_number_info(sim):
    info = sim.graph(method="GET", path="/1110001").json()
    assert info["display_phone_number"] == "+91 98100 12345"
    assert info["verified_name"] == "Shuddh Dairy"
    some = sim.graph(method="GET", path="/1110001?fields=quality_rating,no_such").json()
    assert some == {"quality_rating": "GREEN", "id": "1110001"}


def test_subscribed_apps_are_kept(sim):
    path = "/2220001/subscribed_apps"
    assert sim.graph(method="POST", path=path).json() == {"success": True}
    assert len(sim.graph(method="GET", path=path).json()["data"]) == 1
    assert sim.graph(method="DELETE", path=path).json() == {"success": True}
    assert sim.graph(method="GET", path=path).json() == {"data": []}
    assert sim.graph(method="GET", path="/2220002/subscribed_apps").json()["error"]["error_subcode"] == 33


def test_an_unknown_path_is_an_error_in_meta_s_shape(sim):
    answer = sim.graph(method="GET", path="/1110001/no/such")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 2500)


def test_a_read_mark_reaches_this_message_and_those_before_it(sim, asha):
    second = sim.write(asha["id"], "second")
    sim.write(asha["id"], "third")
    sim.settle()
    answer = sim.graph({"messaging_product": "whatsapp", "status": "read", "message_id": second})
    assert answer.json() == {"success": True}
    assert [one["status"] for one in sim.thread(asha["id"])] == ["read", "read", "taken"]


def test_typing_shows_until_the_answer(sim, asha):
    wamid = sim.thread(asha["id"])[-1]["wamid"]
    mark = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": wamid,
        "typing_indicator": {"type": "text"},
    }
    assert sim.graph(mark).status_code == 200
    until = sim.get(f"/customers/{asha['id']}/thread")["typing_until"]
    assert 20 < until - time.time() <= 25
    sim.send(asha["phone"])
    assert sim.get(f"/customers/{asha['id']}/thread")["typing_until"] == 0


@pytest.mark.parametrize(
    "changes",
    [{"message_id": ""}, {"message_id": "x"}, {"status": "seen"}, {"typing_indicator": {}}, {"messaging_product": ""}],
)
def test_a_wrong_read_mark_is_refused(sim, changes):
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x", **changes}
    assert sim.graph(mark).status_code == 400


def test_every_call_is_recorded(sim, asha):
    before = time.time()
    wamid = sim.send(asha["phone"], "one")
    sim.graph(text_to(asha["phone"]), token="wrong")
    calls = sim.get("/calls")
    first, second = calls["calls"]
    assert (first["method"], first["path"]) == ("POST", "/v24.0/1110001/messages")
    assert first["body"]["text"] == {"body": "one"}
    assert (first["status"], first["wamid"]) == (200, wamid)
    assert before <= first["received_at"] <= time.time()
    assert (second["n"], second["status"], second["wamid"]) == (2, 401, None)
    assert [call["n"] for call in sim.get("/calls", since=1)["calls"]] == [2]
    assert sim.get("/calls", since=2) == {"calls": [], "last": 2}
    assert [call["n"] for call in sim.get("/calls", limit=1)["calls"]] == [1]
