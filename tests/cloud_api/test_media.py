"""Files through the Graph API client: upload, look-up, download, against a real HTTP server that misbehaves."""

import base64
import gzip
import hashlib
import io
import socket
import time

import pytest

from cloud_api import media
from cloud_api.client import Client
from cloud_api.errors import Ambiguous, InvalidMessage, NotSent, Refused
from cloud_api.media import MB, Fetched, Media, TooLarge, Unfinished
from tests.cloud_api.conftest import Answer, GraphServer, hang_up
from tests.cloud_api.test_client import NUMBER, TOKEN, assert_no_token, within

PICTURE = b"\xff\xd8" + bytes(range(256)) * 400
SHA256 = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def client(server, session):
    return Client(server.url, "v25.0", TOKEN, session=session, connect_timeout=1, read_timeout=0.5)


def fetch(client, server, **options):
    into = io.BytesIO()
    options = {"max_bytes": MB, "seconds": 2, **options}
    return client.download(f"{server.url}/file?mid=1&hash=x", into, **options), into.getvalue()


# Upload


def test_a_file_goes_out_as_a_form_with_its_type(server, client):
    server.usual = Answer(body={"id": "900"})
    assert client.upload(NUMBER, io.BytesIO(PICTURE), "image/jpeg") == "900"
    (request,) = server.requests
    assert (request["method"], request["path"]) == ("POST", f"/v25.0/{NUMBER}/media")
    parts = request["form"]
    assert parts["messaging_product"] == (None, b"whatsapp")
    assert parts["type"] == (None, b"image/jpeg")
    assert parts["file"] == ("image/jpeg", PICTURE)


def test_an_upload_starts_at_the_file_s_beginning_and_may_be_repeated(server, client):
    server.usual = Answer(body={"id": "900"})
    file = io.BytesIO(b"OggS" * 50)
    file.read()
    for _ in range(2):
        client.upload(NUMBER, file, "audio/ogg; codecs=opus")
    assert [one["form"]["file"] for one in server.requests] == [("audio/ogg; codecs=opus", b"OggS" * 50)] * 2


@pytest.mark.parametrize(
    ("content", "mime_type", "sentence"),
    [
        (b"x", "text/html", "WhatsApp does not take files of the type 'text/html'."),
        (b"x", "image/gif", "WhatsApp does not take files of the type 'image/gif'."),
        (b"x", "image/png\r\nX-Evil: 1", "WhatsApp does not take files of the type 'image/png\\r\\nX-Evil: 1'."),
        (b"x", "", "WhatsApp does not take files of the type ''."),
        (b"", "image/png", "The file is empty."),
        (bytes(5 * MB + 1), "image/png", "The image has 5,242,881 bytes; WhatsApp allows 5,242,880."),
        (bytes(16 * MB + 1), "video/mp4", "The video has 16,777,217 bytes; WhatsApp allows 16,777,216."),
        (bytes(100 * 1024 + 1), "image/webp", "The sticker has 102,401 bytes; WhatsApp allows 102,400."),
    ],
)
def test_what_meta_would_refuse_never_reaches_the_wire(server, client, content, mime_type, sentence):
    with pytest.raises(InvalidMessage) as caught:
        client.upload(NUMBER, io.BytesIO(content), mime_type)
    assert str(caught.value) == sentence
    assert not server.requests


def test_a_sticker_that_moves_may_be_larger(server, client):
    server.usual = Answer(body={"id": "900"})
    moving = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02" + bytes(200 * 1024)
    assert client.upload(NUMBER, io.BytesIO(moving), "image/webp") == "900"
    with pytest.raises(InvalidMessage):
        client.upload(NUMBER, io.BytesIO(moving + bytes(400 * 1024)), "image/webp")


def test_an_upload_that_nobody_reads_is_given_up_in_time(session):
    """The listener takes the connection and never reads: the buffers of the network fill, then nothing moves."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        client = Client(
            f"http://127.0.0.1:{listener.getsockname()[1]}", "v25.0", TOKEN, session=session, connect_timeout=0.4
        )
        with pytest.raises(Ambiguous) as caught, within(3):
            client.upload(NUMBER, io.BytesIO(bytes(12 * MB)), "video/mp4", seconds=1)
    assert_no_token(caught.value)


@pytest.mark.parametrize("answer", [Answer(body={}), Answer(body={"id": 5}), Answer(500, b""), Answer(act=hang_up)])
def test_an_upload_without_an_id_is_ambiguous(server, client, answer):
    server.usual = answer
    with pytest.raises(Ambiguous):
        client.upload(NUMBER, io.BytesIO(PICTURE), "image/jpeg")


# Look-up


@pytest.mark.parametrize(
    ("sha256", "file_size"), [(SHA256, 102_402), (SHA256.upper(), "102402"), (base64.b64encode(bytes.fromhex(SHA256)).decode(), 102_402)]
)  # fmt: skip
def test_a_look_up_reads_hash_and_size_in_every_spelling(server, client, sha256, file_size):
    server.usual = Answer(
        body={"id": "900", "url": "https://x/", "mime_type": "image/jpeg", "sha256": sha256, "file_size": file_size}
    )
    assert client.media("900", NUMBER) == Media("900", "https://x/", "image/jpeg", SHA256, 102_402)
    assert server.requests[-1]["path"] == f"/v25.0/900?phone_number_id={NUMBER}"


@pytest.mark.parametrize("value", [None, 5, "", "abc", "z" * 64, "AAAA"])
def test_a_hash_that_is_none_is_empty(value):
    assert media.hex_digest(value) == ""


@pytest.mark.parametrize("value", [None, True, -1, "1e9", "٣", 1.5])
def test_a_size_that_is_none_is_none(server, client, value):
    server.usual = Answer(body={"url": "https://x/", "file_size": value})
    assert client.media("900").file_size is None


def test_a_look_up_without_an_address_is_ambiguous(server, client):
    server.usual = Answer(body={"id": "900"})
    with pytest.raises(Ambiguous):
        client.media("900")
    with pytest.raises(InvalidMessage):
        client.media("900", "1/../2")


# Download


def test_a_download_carries_the_token_and_returns_size_and_hash(server, client):
    server.usual = Answer(body=PICTURE, headers={"Content-Type": "image/jpeg"})
    fetched, written = fetch(client, server)
    assert fetched == Fetched(len(PICTURE), SHA256, "image/jpeg")
    assert written == PICTURE
    assert server.requests[-1]["headers"]["Authorization"] == f"Bearer {TOKEN}"
    assert server.requests[-1]["path"] == "/file?mid=1&hash=x"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/file",
        "http://lookaside.fbsbx.com/file",
        "https://lookaside.fbsbx.com.evil.example/",
        "https://lookaside.fbsbx.com:8443/",
        "https://lookaside.fbsbx.com@evil.example/",
        "https://evil.example\\@lookaside.fbsbx.com/",
        "https://evil.example#@lookaside.fbsbx.com/",
        "https://lookaside.fbsbx.com\n.evil.example/",
        "//lookaside.fbsbx.com/file",
        "file:///etc/passwd",
        "",
    ],
)
def test_the_token_goes_to_no_other_host(client, server, url):
    with pytest.raises(InvalidMessage) as caught:
        client.download(url, io.BytesIO(), max_bytes=MB)
    assert not caught.value.maybe_sent
    assert not server.requests


def test_another_host_can_be_allowed_with_its_port_and_scheme(server, session):
    other = Client("https://graph.facebook.com", "v25.0", TOKEN, session=session, media_hosts=[server.url])
    server.usual = Answer(body=b"hello")
    assert fetch(other, server)[1] == b"hello"
    with pytest.raises(InvalidMessage):
        other.download(server.url.replace("http:", "https:") + "/x", io.BytesIO(), max_bytes=9)
    with pytest.raises(ValueError, match="not of the form"):
        Client("https://graph.facebook.com", "v25.0", TOKEN, session=session, media_hosts=["lookaside"])


def test_meta_s_own_hosts_are_allowed(session):
    allowed = Client("https://graph.facebook.com", "v25.0", TOKEN, session=session)._media_origins
    for url in (
        "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2",
        "https://LOOKASIDE.fbsbx.com:443",
    ):
        media.check_address(url, allowed)
    media.check_address("https://graph.facebook.com/v25.0/1", allowed)


def test_a_redirect_of_a_file_is_not_followed(server, client):
    elsewhere = GraphServer()  # never serves: a connection to it would hang, not pass
    server.usual = Answer(302, b"", {"Location": f"{elsewhere.url}/file"})
    with pytest.raises(Refused) as caught:
        fetch(client, server)
    elsewhere.server_close()
    assert caught.value.http_status == 302
    assert len(server.requests) == 1


def drip(handler, head: bytes):
    handler.wfile.write(head)
    while not handler.server.stopping.wait(0.05):
        handler.wfile.write(b"x")
        handler.wfile.flush()


@pytest.mark.parametrize("length", [b"", b"Content-Length: 5000\r\n", b"Content-Length: zz\r\n"])
def test_the_cap_holds_whatever_content_length_says(server, client, length):
    server.usual = Answer(act=lambda handler: flood(handler, length))
    into = io.BytesIO()
    with pytest.raises(TooLarge):
        client.download(f"{server.url}/file", into, max_bytes=100, seconds=2)
    assert len(into.getvalue()) <= 100


def test_bytes_beyond_the_content_length_are_not_read(server, client):
    server.usual = Answer(act=lambda handler: flood(handler, b"Content-Length: 10\r\n"))
    assert fetch(client, server, max_bytes=100)[1] == b"x" * 10


def flood(handler, length: bytes):
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n" + b"x" * 5000)


def test_a_file_that_says_that_it_is_too_long_is_not_begun(server, client):
    server.usual = Answer(act=lambda handler: drip(handler, b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"))
    with pytest.raises(TooLarge) as caught, within(1):
        fetch(client, server, max_bytes=100, seconds=5)
    assert not caught.value.retryable


def test_a_small_file_that_unpacks_to_a_large_one_is_too_large(server, client):
    server.usual = Answer(body=gzip.compress(bytes(20 * MB)), headers={"Content-Encoding": "gzip"})
    with pytest.raises(TooLarge):
        fetch(client, server)


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "], ids=["body", "head"]
)
def test_one_byte_at_a_time_does_not_hold_a_worker(server, client, head):
    server.usual = Answer(act=lambda handler: drip(handler, head))
    with pytest.raises(Unfinished) as caught, within(2):
        fetch(client, server, seconds=0.5)
    assert (caught.value.retryable, caught.value.maybe_sent) == (True, False)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"half", {"Content-Length": 500, "Connection": "close"}),
        Answer(act=hang_up),
        Answer(500, b""),
        Answer(502, b"<html>Bad Gateway</html>"),
        Answer(act=lambda handler: time.sleep(0.6)),
    ],
    ids=["cut off", "reset", "500", "502", "silent"],
)
def test_a_file_that_does_not_come_may_be_asked_for_again(server, client, answer):
    server.answers = [answer]
    server.usual = Answer(body=PICTURE)
    with pytest.raises(Unfinished) as caught:
        fetch(client, server, seconds=0.5)
    assert (caught.value.retryable, caught.value.maybe_sent) == (True, False)
    assert_no_token(caught.value)
    assert fetch(client, server)[1] == PICTURE


def test_an_address_that_expired_is_refused(server, client):
    server.usual = Answer(404, b"<html>URL signature expired</html>")
    with pytest.raises(Refused) as caught:
        fetch(client, server)
    assert (caught.value.http_status, caught.value.retryable) == (404, False)


def test_no_connection_for_a_file_is_not_sent(client):
    with pytest.raises(NotSent):
        Client("http://127.0.0.1:9", "v25.0", TOKEN, connect_timeout=1).download(
            "http://127.0.0.1:9/file", io.BytesIO(), max_bytes=9
        )


def test_an_error_of_the_file_that_is_written_passes(server, client):
    class Full(io.BytesIO):
        def write(self, _data):
            raise OSError(28, "No space left on device")

    server.usual = Answer(body=PICTURE)
    with pytest.raises(OSError, match="No space left"):
        client.download(f"{server.url}/file", Full(), max_bytes=MB)
