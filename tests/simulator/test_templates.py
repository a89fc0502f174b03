"""Templates: made, judged, listed, sent."""

import hashlib
import hmac
import io
import json

import pytest

from cloud_api import messages
from cloud_api.client import Client
from cloud_api.errors import Refused
from cloud_api.events import Person
from simulator.samples import sample

from .conftest import eventually

pytestmark = pytest.mark.slow

DAIRY, WABA = "1110001", "2220001"
KIRAN = Person(phone="919812345678")
BODY = [{"type": "BODY", "text": "Dear {{1}}, we are open."}]


@pytest.fixture
def client(sim):
    client = Client(sim.url, "v24.0", "dairy-token")
    yield client
    client.close()


def create(sim, **changes):
    body = {"name": "we_are_open", "language": "en_US", "category": "UTILITY", "components": BODY, **changes}
    return sim.graph(body, path=f"/{WABA}/message_templates")


def send(client, name="we_are_open", language="en_US"):
    parameters = [{"type": "body", "parameters": [{"type": "text", "text": "Kiran"}]}]
    return client.send(DAIRY, KIRAN, messages.template(name, language, parameters))


def news(product) -> tuple[bytes, str, dict]:
    """(raw body, signature, value) of the newest news of a template."""
    raw, signature, _ = next(post for post in reversed(product.posts) if b"message_template_status_update" in post[0])
    return raw, signature, json.loads(raw)["entry"][0]["changes"][0]["value"]


def test_a_new_template_waits_and_goes_when_it_is_approved(sim, client, product):
    made = create(sim).json()
    assert made["status"] == "PENDING"
    with pytest.raises(Refused) as caught:
        send(client)
    assert caught.value.code == 132001
    sim.post(f"/templates/{made['id']}/approve")
    assert client.template(made["id"]).status == "APPROVED"
    send(client)
    assert sim.thread("919812345678")[-1]["text"] == "Dear Kiran, we are open."
    sim.settle()
    raw, signature, value = news(product)
    assert signature == "sha256=" + hmac.new(b"dairy-secret", raw, hashlib.sha256).hexdigest()
    assert value == {
        "event": "APPROVED",
        "message_template_id": int(made["id"]),
        "message_template_name": "we_are_open",
        "message_template_language": "en-US",
        "reason": "NONE",
        "message_template_category": "UTILITY",
    }
    entry = json.loads(raw)["entry"][0]
    assert entry["id"] == WABA
    assert isinstance(entry["time"], int)


@pytest.mark.parametrize(
    ("act", "status", "code"),
    [("reject", "REJECTED", 132001), ("pause", "PAUSED", 132015), ("disable", "DISABLED", 132016)],
)
def test_a_template_that_is_not_approved_has_meta_s_error(sim, client, product, act, status, code):
    (known,) = client.templates(WABA)
    sim.post(f"/templates/{known.id}/{act}", {"reason": "SCAM"})
    with pytest.raises(Refused) as caught:
        client.send(DAIRY, KIRAN, messages.template(known.name, known.language))
    assert caught.value.code == code
    now = client.template(known.id)
    assert (now.status, now.rejected_reason) == (status, "SCAM" if act == "reject" else "")
    eventually(lambda: any(b"message_template_status_update" in raw for raw, _, _ in product.posts))
    assert (news(product)[2]["event"], news(product)[2]["reason"]) == (status, "SCAM")
    sim.post("/reset")
    assert client.template(known.id).status == "APPROVED"


def test_the_phone_shows_header_and_footer(sim, client):
    components = [
        {"type": "HEADER", "format": "TEXT", "text": "For {{1}}"},
        *BODY,
        {"type": "FOOTER", "text": "Reply STOP to get no offers"},
    ]
    sim.post("/templates", {"name": "open_again", "components": components})
    parameters = [{"type": kind, "parameters": [{"type": "text", "text": "Kiran"}]} for kind in ("header", "body")]
    client.send(DAIRY, KIRAN, messages.template("open_again", "en", parameters))
    shown = sim.thread("919812345678")[-1]
    assert (shown["header"], shown["text"], shown["footer"]) == (
        "For Kiran",
        "Dear Kiran, we are open.",
        "Reply STOP to get no offers",
    )


def test_the_phone_shows_the_picture_of_a_header(sim, client):
    picture = client.upload(DAIRY, io.BytesIO(sample("image")[0]), "image/jpeg")
    sim.post("/templates", {"name": "sweets", "components": [{"type": "HEADER", "format": "IMAGE"}, *BODY]})
    given = [
        {"type": "header", "parameters": [{"type": "image", "image": {"id": picture}}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Kiran"}]},
    ]
    client.send(DAIRY, KIRAN, messages.template("sweets", "en", given))
    shown = sim.thread("919812345678")[-1]
    assert (shown["text"], shown["header_file"]["kind"]) == ("Dear Kiran, we are open.", "image")
    assert shown["header_file"]["media"]["mime_type"] == "image/jpeg"


@pytest.mark.parametrize("image", [{}, {"id": "1", "link": "https://x.example/y.jpg"}, "x", None])
def test_a_header_without_its_file_is_refused(sim, client, image):
    sim.post("/templates", {"name": "sweets", "components": [{"type": "HEADER", "format": "IMAGE"}]})
    given = [{"type": "header", "parameters": [{"type": "image", "image": image}]}]
    with pytest.raises(Refused) as caught:
        client.send(DAIRY, KIRAN, messages.template("sweets", "en", given))
    assert caught.value.code == 131008


def test_the_list_has_pages(sim, client):
    for n in range(4):
        sim.post("/templates", {"name": f"offer_{n}", "body": "x", "category": "MARKETING"})
    path = f"/{WABA}/message_templates?limit=2&fields=name"
    first = sim.graph(method="GET", path=path).json()
    assert [one.keys() for one in first["data"]] == [{"name", "id"}] * 2
    assert first["paging"]["next"]
    rest, after = [], first["paging"]["cursors"]["after"]
    while after:
        page = sim.graph(method="GET", path=f"{path}&after={after}").json()
        rest += page["data"]
        after = page["paging"]["cursors"]["after"] if "next" in page["paging"] else None
    assert [one["name"] for one in first["data"] + rest] == ["order_ready", *(f"offer_{n}" for n in range(4))]
    assert [one.name for one in client.templates(WABA)] == ["order_ready", *(f"offer_{n}" for n in range(4))]
    assert [one.category for one in client.templates(WABA, "offer_3")] == ["MARKETING"]


def test_more_templates_than_one_page_of_the_client(sim, client):
    for n in range(130):
        sim.post("/templates", {"name": f"offer_{n}", "body": "x"})
    assert len(client.templates(WABA)) == 131


def test_a_list_belongs_to_its_account(sim):
    answer = sim.graph(method="GET", path="/2220002/message_templates").json()
    assert answer["error"]["error_subcode"] == 33


@pytest.mark.parametrize(
    "changes",
    [{"name": "Open"}, {"name": ""}, {"category": "SPAM"}, {"components": []}, {"components": "x"}, {"language": None}],
)
def test_a_wrong_template_is_refused(sim, changes):
    answer = create(sim, **changes)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_a_template_exists_once_in_a_language(sim):
    assert create(sim).status_code == 200
    assert create(sim, language="hi").status_code == 200
    assert create(sim).json()["error"]["code"] == 100


def test_what_a_tester_does_to_a_template_must_exist(sim, client):
    (known,) = client.templates(WABA)
    assert sim.refuse("POST", f"/templates/{known.id}/praise")[0] == 400
    assert sim.refuse("POST", "/templates/1/approve")[0] == 404
    assert sim.refuse("POST", "/templates", {"body": "x"})[0] == 400


def test_a_number_that_came_without_templates_takes_any_but_those_that_are_not_approved(sim):
    sarees = Client(sim.url, "v24.0", "sarees-token")
    made = sim.post("/templates", {"name": "sale", "status": "PENDING", "phone_number_id": "1110002"})
    sarees.send("1110002", KIRAN, messages.template("anything", "en"))
    with pytest.raises(Refused):
        sarees.send("1110002", KIRAN, messages.template("sale", "en"))
    sim.post(f"/templates/{made['id']}/approve")
    sarees.send("1110002", KIRAN, messages.template("sale", "en"))
    assert sim.get("/templates", phone_number_id="1110002")["any"] is True
    sarees.close()
