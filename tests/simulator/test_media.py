"""Files in both directions, with the product's own client on the business's side."""

import base64
import hashlib
import io
import time

import pytest

from cloud_api import messages
from cloud_api.client import Client
from cloud_api.errors import InvalidMessage, Refused
from cloud_api.events import Person
from cloud_api.media import Fetched, TooLarge, Unfinished, hex_digest

from .conftest import eventually, text_to

pytestmark = pytest.mark.slow

DAIRY = "1110001"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
MB = 1024 * 1024


@pytest.fixture
def client(sim):
    client = Client(sim.url, "v24.0", "dairy-token", connect_timeout=1, read_timeout=1)
    yield client
    client.close()


def person(customer) -> Person:
    return Person(phone=customer["phone"].lstrip("+"))


def came(product, kind: str, count: int = 1) -> dict:
    """The customer's message of this type with this count; webhooks may overtake each other."""

    def look():
        found = [one for one in product.messages if one["type"] == kind]
        return found[count - 1] if len(found) >= count else None

    return eventually(look)


def fetched(client, url) -> tuple[Fetched, bytes]:
    into = io.BytesIO()
    return client.download(url, into, max_bytes=MB), into.getvalue()


@pytest.mark.parametrize(
    ("kind", "mime_type", "extra"),
    [
        ("image", "image/jpeg", set()),
        ("document", "application/pdf", {"filename"}),
        ("audio", "audio/ogg; codecs=opus", {"voice"}),
        ("video", "video/mp4", set()),
        ("sticker", "image/webp", {"animated"}),
    ],
)
def test_a_file_of_the_simulator_s_own_comes_in_meta_s_shape_and_can_be_fetched(
    sim, asha, product, client, kind, mime_type, extra
):
    sim.tap(asha["id"], {"type": kind})
    message = came(product, kind)
    media = message[kind]
    assert (message["type"], media["mime_type"]) == (kind, mime_type)
    assert set(media) == {"id", "mime_type", "sha256", "url"} | extra
    found = client.media(media["id"], DAIRY)
    assert (found.mime_type, found.sha256) == (mime_type, hex_digest(media["sha256"]))
    for url in (found.url, media["url"]):
        file, data = fetched(client, url)
        assert (file.size, file.sha256) == (found.file_size, found.sha256)
        assert hashlib.sha256(data).hexdigest() == found.sha256


def test_a_customer_s_own_file_comes_with_caption_and_name(sim, asha, product, client):
    given = {"data": base64.b64encode(PNG).decode(), "caption": "the bill", "filename": "bill.png"}
    asked = sim.send(asha["phone"], "which one?")
    sim.tap(asha["id"], {"type": "image", "mime_type": "image/png", "reply_to": asked, **given})
    message = came(product, "image")
    assert message["image"]["caption"] == "the bill"
    assert "filename" not in message["image"]
    assert message["context"]["id"] == asked
    assert fetched(client, message["image"]["url"])[1] == PNG
    shown = sim.thread(asha["id"])[-1]
    assert (shown["kind"], shown["text"], shown["media"]["size"]) == ("image", "the bill", len(PNG))


def test_a_voice_note_and_a_sound_file_are_told_apart(sim, asha, product):
    data = base64.b64encode(b"ID3" + bytes(50)).decode()
    sim.tap(asha["id"], {"type": "voice"})
    assert came(product, "audio")["audio"]["voice"] is True
    sim.tap(asha["id"], {"type": "audio", "data": data, "mime_type": "audio/mpeg"})
    assert came(product, "audio", 2)["audio"]["voice"] is False
    assert [one["kind"] for one in sim.thread(asha["id"])][-2:] == ["audio", "audio"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "image", "data": "not base64!", "mime_type": "image/png"},
        {"type": "image", "data": "AAAA"},
        {"type": "image", "data": "AAAA", "mime_type": "application/pdf"},
        {"type": "image", "data": 5},
        {"type": "image", "caption": 5},
        {"type": "voice", "data": "AAAA", "mime_type": "video/mp4"},
    ],
)
def test_a_wrong_file_of_a_customer_is_refused(sim, asha, wrong):
    assert sim.refuse("POST", f"/customers/{asha['id']}/messages", wrong)[0] == 400
    assert len(sim.thread(asha["id"])) == 1


def test_the_business_uploads_sends_and_the_customer_sees_it(sim, asha, client):
    picture = client.upload(DAIRY, io.BytesIO(PNG), "image/png")
    client.send(DAIRY, person(asha), messages.image(picture, caption="Ghee"))
    shown = sim.thread(asha["id"])[-1]
    assert (shown["kind"], shown["text"], shown["media"]["mime_type"]) == ("image", "Ghee", "image/png")
    file = sim.http.get(f"{sim.url}/_sim/media/{shown['media']['id']}", timeout=30)
    assert (file.content, file.headers["Content-Type"]) == (PNG, "image/png")
    assert fetched(client, client.media(picture).url)[1] == PNG
    call = next(one for one in sim.get("/calls")["calls"] if one["path"].endswith("/media"))
    assert call["body"]["file"] == {"mime_type": "image/png", "size": len(PNG)}


def test_every_kind_that_the_client_builds_is_taken(sim, asha, client):
    note = client.upload(DAIRY, io.BytesIO(b"OggS" * 9), "audio/ogg; codecs=opus")
    bill = client.upload(DAIRY, io.BytesIO(b"%PDF-1.4"), "application/pdf")
    sticker = client.upload(DAIRY, io.BytesIO(b"RIFF\0\0\0\0WEBPVP8 " + bytes(9)), "image/webp")
    card = {"name": {"formatted_name": "Asha", "first_name": "Asha"}, "phones": [{"phone": "+919812345678"}]}
    for message in (
        messages.audio(note, voice=True),
        messages.document(bill, filename="बिल.pdf", caption="Your bill"),
        messages.sticker(sticker),
        messages.video(link="https://example.com/a.mp4"),
        messages.location(28.6, 77.2, "Shop", "MG Road"),
        messages.contacts([card]),
    ):
        client.send(DAIRY, person(asha), message)
    shown = sim.thread(asha["id"])[1:]
    assert [one["kind"] for one in shown] == ["audio", "document", "sticker", "video", "location", "contacts"]
    assert (shown[0]["voice"], shown[1]["filename"]) == (True, "बिल.pdf")


def test_a_reaction_is_shown_gets_sent_alone_and_can_be_taken_back(sim, asha, client, product):
    wamid = sim.thread(asha["id"])[0]["wamid"]
    given = client.send(DAIRY, person(asha), messages.reaction(wamid, "👍"))
    assert sim.thread(asha["id"])[0]["reactions"] == {"outbound": "👍"}
    taken = client.send(DAIRY, person(asha), messages.reaction(wamid, ""))
    assert sim.thread(asha["id"])[0]["reactions"] == {"outbound": ""}
    ours = {given.wamid, taken.wamid}  # a status of another test's may still be on its way
    eventually(lambda: {one["id"] for one in product.statuses} >= ours)
    sim.settle()
    time.sleep(0.1)
    assert [one["status"] for one in product.statuses if one["id"] in ours] == ["sent", "sent"]


def test_a_file_of_another_kind_is_accepted_and_fails_later(sim, asha, client, product):
    bill = client.upload(DAIRY, io.BytesIO(b"%PDF-1.4"), "application/pdf")
    client.send(DAIRY, person(asha), messages.image(bill))
    sim.settle(1, product)
    assert [(one["status"], one["errors"][0]["code"]) for one in product.statuses] == [("failed", 131053)]


def test_an_unknown_media_id_is_refused(sim, asha, client):
    with pytest.raises(Refused) as caught:
        client.send(DAIRY, person(asha), messages.image("123456789012345"))
    assert caught.value.code == 131009
    with pytest.raises(Refused) as caught:
        client.media("123456789012345")
    assert caught.value.code == 100


def test_an_upload_that_the_client_would_not_send_is_refused_here_too(sim):
    for name, data, kind in (("a.gif", b"GIF", "image/gif"), ("a.png", b"", "image/png")):
        answer = sim.http.post(
            f"{sim.url}/v24.0/1110001/media",
            data={"messaging_product": "whatsapp", "type": kind},
            files={"file": (name, data, kind)},
            headers={"Authorization": "Bearer dairy-token"},
            timeout=30,
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


# Addresses


def test_an_address_needs_the_token_of_its_account(sim, asha, product, client):
    sim.tap(asha["id"], {"type": "image"})
    url = came(product, "image")["image"]["url"]
    assert sim.http.get(url, timeout=30).status_code == 401
    other = {"Authorization": "Bearer sarees-token"}
    assert sim.http.get(url, headers=other, timeout=30).status_code == 404
    assert sim.http.get(url[:-1] + "x", headers={"Authorization": "Bearer dairy-token"}, timeout=30).status_code == 404
    foreign = Client(sim.url, "v24.0", "sarees-token")
    with pytest.raises(Refused):
        foreign.media(came(product, "image")["image"]["id"])
    foreign.close()
    with pytest.raises(Refused):
        client.media(came(product, "image")["image"]["id"], "1110002")


def test_an_address_expires_and_a_new_look_up_gives_another(sim, asha, product, client):
    sim.faults(media={"url_ms": 100})
    sim.tap(asha["id"], {"type": "document"})
    media = came(product, "document")["document"]

    def expired():
        try:
            fetched(client, media["url"])
        except Refused as error:
            return error
        return None

    assert eventually(expired).http_status == 404
    sim.faults(media={})
    assert fetched(client, client.media(media["id"]).url)[0].mime_type == "application/pdf"


@pytest.mark.parametrize(
    ("fault", "family"),
    [
        ({"mode": "trickle", "byte_ms": 100}, Unfinished),
        ({"mode": "reset"}, Unfinished),
        ({"mode": "timeout_before"}, Unfinished),
        ({"mode": "half_open"}, Unfinished),
        ({"mode": "http_500"}, Unfinished),
        ({"mode": "http_502"}, Unfinished),
        ({"mode": "http_429"}, Refused),
        ({"mode": "error", "code": 190}, Refused),
    ],
    ids=lambda part: part["mode"] if isinstance(part, dict) else None,
)
def test_a_download_that_goes_wrong_says_so_in_time_and_goes_when_asked_again(
    sim, asha, product, client, fault, family
):
    sim.tap(asha["id"], {"type": "image"})
    url = came(product, "image")["image"]["url"]
    sim.faults(graph={**fault, "only": "all", "times": 1})
    started = time.monotonic()
    with pytest.raises(family):
        client.download(url, io.BytesIO(), max_bytes=MB, seconds=0.6)
    assert time.monotonic() - started < 6
    assert fetched(client, url)[0].size > 0


def test_a_file_that_is_too_large_for_us_and_a_host_that_is_not_meta_s(sim, asha, product, client):
    sim.tap(asha["id"], {"type": "image"})
    url = came(product, "image")["image"]["url"]
    with pytest.raises(TooLarge):
        client.download(url, io.BytesIO(), max_bytes=1000)
    stranger = Client("https://graph.facebook.com", "v24.0", "dairy-token")
    with pytest.raises(InvalidMessage):
        stranger.download(url, io.BytesIO(), max_bytes=MB)
    stranger.close()
    friend = Client("https://graph.facebook.com", "v24.0", "dairy-token", media_hosts=[sim.url])
    assert friend.download(url, io.BytesIO(), max_bytes=MB).size > 0
    friend.close()


def test_a_file_that_a_browser_might_run_is_a_download(sim, asha):
    page = base64.b64encode(b"<script>alert(1)</script>").decode()
    sim.tap(asha["id"], {"type": "document", "data": page, "mime_type": "text/html", "filename": "बिल.html"})
    file = sim.http.get(f"{sim.url}/_sim/media/{sim.thread(asha['id'])[-1]['media']['id']}", timeout=30)
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E0%A4%AC")
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert sim.refuse("GET", "/media/1")[0] == 404


def test_a_player_gets_the_part_that_it_asks_for(sim, asha):
    sim.tap(asha["id"], {"type": "video"})
    path = f"{sim.url}/_sim/media/{sim.thread(asha['id'])[-1]['media']['id']}"
    whole = sim.http.get(path, timeout=30)
    assert (whole.status_code, whole.headers["Accept-Ranges"]) == (200, "bytes")
    for wanted, part in (
        ("bytes=10-19", slice(10, 20)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-5", slice(-5, None)),
    ):
        answer = sim.http.get(path, headers={"Range": wanted}, timeout=30)
        assert (answer.status_code, answer.content) == (206, whole.content[part])
    assert (
        sim.http.get(path, headers={"Range": "bytes=0-0"}, timeout=30).headers["Content-Range"].startswith("bytes 0-0/")
    )
    for wanted in ("bytes=x", "bytes=99999999-"):
        assert sim.http.get(path, headers={"Range": wanted}, timeout=30).content == whole.content


# Edits, deletions, the phone app


def test_a_customer_edits_a_text(sim, asha, product):
    wamid = sim.write(asha["id"], "2 litre", reply_to=sim.send(asha["phone"], "how much?"))
    edit = sim.tap(asha["id"], {"type": "edit", "message_id": wamid, "text": "3 litre"})
    message = came(product, "edit")
    assert (message["type"], message["id"]) == ("edit", edit)
    assert message["edit"]["original_message_id"] == wamid
    assert message["edit"]["message"]["text"] == {"body": "3 litre"}
    assert message["edit"]["message"]["context"]["id"]
    shown = next(one for one in sim.thread(asha["id"]) if one["wamid"] == wamid)
    assert (shown["text"], shown["edited"]) == ("3 litre", True)


def test_a_customer_edits_a_caption(sim, asha, product):
    wamid = sim.tap(asha["id"], {"type": "image", "caption": "bil"})
    sim.tap(asha["id"], {"type": "edit", "message_id": wamid, "text": "bill"})
    before, after = came(product, "image"), came(product, "edit")["edit"]["message"]
    assert after["image"]["caption"] == "bill"
    assert after["image"]["id"] == before["image"]["id"]


def test_a_customer_takes_a_message_back(sim, asha, product):
    wamid = sim.write(asha["id"], "my secret")
    sim.tap(asha["id"], {"type": "revoke", "message_id": wamid})
    message = came(product, "revoke")
    assert (message["type"], message["revoke"]) == ("revoke", {"original_message_id": wamid})
    assert "context" not in message
    shown = next(one for one in sim.thread(asha["id"]) if one["wamid"] == wamid)
    assert (shown["text"], shown["revoked"]) == ("", True)
    again = sim.refuse("POST", f"/customers/{asha['id']}/messages", {"type": "revoke", "message_id": wamid})
    assert again == (400, "there is nothing left to change in that message")


@pytest.mark.parametrize("kind", ["edit", "revoke"])
def test_only_one_s_own_messages_can_be_changed(sim, asha, ravi, kind):
    for wamid in (sim.send(asha["phone"]), sim.write(ravi["id"]), "wamid.x", None, 5):
        change = {"type": kind, "message_id": wamid, "text": "x"}
        assert sim.refuse("POST", f"/customers/{asha['id']}/messages", change)[0] == 400


def test_an_edit_and_a_deletion_do_not_open_the_window(sim):
    old = sim.write("919812345678", timestamp=time.time() - 2 * 24 * 3600)
    sim.tap("919812345678", {"type": "edit", "message_id": old, "text": "new"})
    sim.tap("919812345678", {"type": "revoke", "message_id": old})
    assert sim.graph(text_to("+919812345678")).json()["error"]["code"] == 131047


def test_the_phone_app_writes_and_the_product_hears_an_echo(sim, asha, product):
    answer = sim.post("/business/1110001/echo", {"customer": asha["phone"], "type": "text", "text": "Ram here"})
    value = eventually(lambda: next((one for one in product.values if "message_echoes" in one), None))
    (entry,) = value["message_echoes"]
    assert (entry["id"], entry["type"], entry["text"]) == (answer["wamid"], "text", {"body": "Ram here"})
    assert (entry["from"], entry["to"]) == ("919810012345", asha["phone"].lstrip("+"))
    assert value["metadata"]["phone_number_id"] == "1110001"
    assert "contacts" not in value
    body = next(raw for raw, _, _ in product.posts if b"message_echoes" in raw)
    assert b'"field":"smb_message_echoes"' in body
    shown = sim.thread(asha["id"])[-1]
    assert (shown["direction"], shown["text"], shown["echo"]) == ("outbound", "Ram here", True)


def test_an_echo_to_a_username_user_names_no_phone_and_may_carry_a_file(sim, ravi, product):
    sim.post("/business/1110001/echo", {"customer": "@ravi.nair", "type": "image", "caption": "Ghee"})
    value = eventually(lambda: next((one for one in product.values if "message_echoes" in one), None))
    (entry,) = value["message_echoes"]
    assert entry["to_user_id"] == ravi["user_id"]
    assert "to" not in entry
    assert entry["image"]["caption"] == "Ghee"


def test_the_phone_app_edits_and_takes_back_what_it_wrote_and_nothing_else(sim, asha, product):
    wamid = sim.post("/business/1110001/echo", {"customer": asha["id"], "type": "text", "text": "Rs 64"})["wamid"]
    for change in ({"type": "edit", "text": "Rs 640"}, {"type": "revoke"}):
        sim.post("/business/1110001/echo", {"customer": asha["id"], "message_id": wamid, **change})
    echoes = eventually(
        lambda: [e for v in product.values for e in v.get("message_echoes", [])][2:] and product.values[-3:]
    )
    assert {one["message_echoes"][0]["type"] for one in echoes} == {"text", "edit", "revoke"}
    by_api = {"customer": asha["id"], "type": "revoke", "message_id": sim.send(asha["phone"])}
    assert sim.refuse("POST", "/business/1110001/echo", by_api)[0] == 400


def test_a_wrong_echo_is_refused(sim, asha):
    assert sim.refuse("POST", "/business/999/echo", {"customer": asha["id"], "type": "text", "text": "x"})[0] == 400
    assert sim.refuse("POST", "/business/1110001/echo", {"customer": "c999", "type": "text", "text": "x"})[0] == 404
    assert sim.refuse("POST", "/business/1110001/echo", {"customer": asha["id"], "type": "reaction"})[0] == 400
