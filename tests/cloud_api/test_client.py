"""The Graph API client against a real HTTP server that behaves and misbehaves."""

import gzip
import io
import logging
import socket
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from requests.adapters import BaseAdapter

from cloud_api import messages
from cloud_api.client import MAX_ANSWER_BYTES, Client, Sent
from cloud_api.errors import Ambiguous, GraphError, InvalidMessage, NotSent, Refused
from cloud_api.events import Person
from cloud_api.templates import Template
from tests.cloud_api.conftest import Answer, hang_up

pytestmark = pytest.mark.slow

TOKEN = "EAAsecretsecretsecret"
NUMBER = "106540352242922"
ASHA = Person(phone="919812345678")
BASIM = Person(bsuid="IN.13491208655302741918")
HELLO = messages.text("नमस्ते 😀")
TAKEN = {"messaging_product": "whatsapp", "messages": [{"id": "wamid.A"}]}


@pytest.fixture
def client(server, session):
    return Client(server.url, "v25.0", TOKEN, session=session, connect_timeout=1, read_timeout=0.4)


def body_of(server):
    return server.requests[-1]["json"]


# What goes out


def test_sends_a_text_to_a_phone_with_a_plus(server, client):
    client.send(NUMBER, ASHA, HELLO)
    (request,) = server.requests
    assert (request["method"], request["path"]) == ("POST", f"/v25.0/{NUMBER}/messages")
    assert request["headers"]["Authorization"] == f"Bearer {TOKEN}"
    assert request["headers"]["Content-Type"] == "application/json"
    assert request["json"] == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+919812345678",
        "type": "text",
        "text": {"body": "नमस्ते 😀", "preview_url": False},
    }


def test_a_plus_that_is_already_there_is_not_doubled(server, client):
    client.send(NUMBER, Person(phone="+919812345678"), HELLO)
    assert body_of(server)["to"] == "+919812345678"


def test_a_user_without_a_phone_is_sent_to_by_bsuid(server, client):
    client.send(NUMBER, BASIM, HELLO)
    assert body_of(server)["recipient"] == "IN.13491208655302741918"
    assert "to" not in body_of(server)


def test_the_phone_goes_first_where_both_are_known(server, client):
    client.send(NUMBER, Person(phone="919812345678", bsuid="IN.77"), HELLO)
    assert body_of(server)["to"] == "+919812345678"
    assert "recipient" not in body_of(server)


def test_quotes_a_message_and_carries_our_reference(server, client):
    client.send(NUMBER, ASHA, HELLO, reply_to="wamid.0", callback_data="7f.1")
    assert body_of(server)["context"] == {"message_id": "wamid.0"}
    assert body_of(server)["biz_opaque_callback_data"] == "7f.1"


@pytest.mark.parametrize(
    "send",
    [
        lambda c: c.send(NUMBER, Person(), HELLO),
        lambda c: c.send(NUMBER, Person(phone="US.123", bsuid="US.123"), HELLO),
        lambda c: c.send(NUMBER, ASHA, HELLO, callback_data="x" * 513),
        lambda c: c.send("", ASHA, HELLO),
        lambda c: c.send("1/../2", ASHA, HELLO),
        lambda c: c.send(NUMBER, ASHA, {"type": "text", "text": {"body": "\ud800"}}),
        lambda c: c.send(NUMBER, ASHA, {"type": "template", "template": {"x": float("nan")}}),
        lambda c: c.send(NUMBER, ASHA, {"type": "template", "template": {"x": object()}}),
    ],
)
def test_what_cannot_be_right_never_reaches_the_wire(server, client, send):
    with pytest.raises(InvalidMessage) as caught:
        send(client)
    assert not server.requests
    assert not caught.value.maybe_sent


def test_marks_as_read_and_shows_typing(server, client):
    client.mark_read(NUMBER, "wamid.0")
    assert body_of(server) == {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.0"}
    client.mark_read(NUMBER, "wamid.0", typing=True)
    assert body_of(server)["typing_indicator"] == {"type": "text"}
    assert server.requests[-1]["path"] == f"/v25.0/{NUMBER}/messages"


def test_asks_for_the_number(server, client):
    server.usual = Answer(body={"id": NUMBER, "display_phone_number": "+91 98", "quality_rating": "GREEN"})
    assert client.number(NUMBER)["quality_rating"] == "GREEN"
    request = server.requests[-1]
    assert request["method"] == "GET"
    assert request["path"].startswith(f"/v25.0/{NUMBER}?fields=display_phone_number,verified_name,quality_rating")


def test_subscribes_the_app_and_lists_the_subscriptions(server, client):
    client.subscribe_app("102290129340398")
    assert (server.requests[-1]["method"], server.requests[-1]["path"]) == (
        "POST",
        "/v25.0/102290129340398/subscribed_apps",
    )
    apps = [{"whatsapp_business_api_data": {"id": "1", "name": "Us"}}]
    server.usual = Answer(body={"data": apps})
    assert client.subscribed_apps("102290129340398") == apps
    server.usual = Answer(body={"data": None})
    with pytest.raises(Ambiguous):
        client.subscribed_apps("102290129340398")


TEMPLATE = {
    "id": "1",
    "name": "order_ready",
    "language": "en_US",
    "status": "APPROVED",
    "category": "UTILITY",
    "components": [{"type": "BODY", "text": "Ready"}],
    "rejected_reason": "NONE",
    "quality_score": {"score": "GREEN"},
}


def test_lists_the_templates_of_all_pages(server, client):
    cursors = {"before": "QQ", "after": "Qg=="}
    server.answers = [
        Answer(body={"data": [TEMPLATE, 5], "paging": {"cursors": cursors, "next": "https://graph.facebook.com/x"}}),
        Answer(body={"data": [{**TEMPLATE, "language": "hi", "status": "paused"}], "paging": {"cursors": cursors}}),
    ]
    first, second = client.templates("102290129340398")
    assert first == Template("1", "order_ready", "en_US", "APPROVED", "UTILITY", TEMPLATE["components"], "", "GREEN")
    assert (second.language, second.status) == ("hi", "PAUSED")
    assert server.requests[0]["path"].startswith("/v25.0/102290129340398/message_templates?fields=name,language,status")
    assert [request["path"].partition("&after=")[2] for request in server.requests] == ["", "Qg%3D%3D"]


def test_lists_the_languages_of_one_template(server, client):
    server.usual = Answer(body={"data": [TEMPLATE, {**TEMPLATE, "name": "order_ready_2"}]})
    assert [one.name for one in client.templates("102290129340398", "order_ready")] == ["order_ready"]
    assert "&name=order_ready" in server.requests[-1]["path"]


def test_a_list_of_templates_without_end_is_given_up(server, client):
    server.usual = Answer(body={"data": [TEMPLATE], "paging": {"cursors": {"after": "Qg"}, "next": "https://x"}})
    with pytest.raises(Ambiguous, match="does not end"):
        client.templates("102290129340398")
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "body", [{}, {"data": None}, {"data": [{"id": "1"}]}, {"data": [{**TEMPLATE, "status": None}]}]
)
def test_a_list_that_names_no_templates_is_no_answer(server, client, body):
    server.usual = Answer(body=body)
    with pytest.raises(Ambiguous):
        client.templates("102290129340398")


def test_asks_for_one_template(server, client):
    server.usual = Answer(body={**TEMPLATE, "status": "REJECTED", "rejected_reason": "SCAM"})
    template = client.template("900")
    assert (template.status, template.rejected_reason) == ("REJECTED", "SCAM")
    assert server.requests[-1]["path"].startswith("/v25.0/900?fields=")


def test_the_path_of_a_base_url_is_kept(server, session):
    Client(server.url + "/graph/", "v25.0", TOKEN, session=session).send(NUMBER, ASHA, HELLO)
    assert server.requests[-1]["path"] == f"/graph/v25.0/{NUMBER}/messages"


# What comes back


def test_returns_the_ids_that_meta_gave(server, client):
    server.usual = Answer(
        body={
            "contacts": [{"input": "+919812345678", "wa_id": "919812345678", "user_id": "IN.77"}],
            "messages": [{"id": "wamid.A", "message_status": "accepted"}],
        }
    )
    assert client.send(NUMBER, ASHA, HELLO) == Sent("wamid.A", "919812345678", "IN.77", "accepted")


@pytest.mark.parametrize("contacts", [None, [], [7], {}])
def test_ids_that_meta_leaves_out_are_empty(server, client, contacts):
    server.usual = Answer(body={"contacts": contacts, "messages": [{"id": "wamid.A"}]})
    assert client.send(NUMBER, ASHA, HELLO) == Sent("wamid.A", "", "", "")


def test_an_answer_in_an_encoding_that_was_not_asked_for_is_read(server, client):
    packed = gzip.compress(b'{"messages": [{"id": "wamid.Z"}]}')
    server.usual = Answer(body=packed, headers={"Content-Encoding": "gzip"})
    assert client.send(NUMBER, ASHA, HELLO).wamid == "wamid.Z"


def test_an_answer_in_chunks_is_read_whole_and_its_connection_used_again(server, client):
    def in_chunks(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in (b'{"messages": [{"id"', b': "wamid.C"}]}', b""):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    server.usual = Answer(act=in_chunks)
    assert [client.send(NUMBER, ASHA, HELLO).wamid for _ in range(3)] == ["wamid.C"] * 3
    assert len({request["connection"] for request in server.requests}) == 1


def test_a_graph_error_is_refused_with_its_code(server, client):
    error = {"message": "Re-engagement message", "code": 131047, "fbtrace_id": "Az", "error_data": {"details": "24 h"}}
    server.usual = Answer(400, {"error": error})
    with pytest.raises(Refused) as caught:
        client.send(NUMBER, ASHA, HELLO)
    assert (caught.value.code, caught.value.details, caught.value.fbtrace_id) == (131047, "24 h", "Az")
    assert (caught.value.http_status, caught.value.retryable, caught.value.maybe_sent) == (400, False, False)


def test_a_dead_token_stops_the_number(server, client):
    server.usual = Answer(401, {"error": {"message": "Session has expired", "code": 190}})
    with pytest.raises(Refused) as caught:
        client.send(NUMBER, ASHA, HELLO)
    assert caught.value.stops_number


def test_an_error_in_an_answer_of_200_is_an_error(server, client):
    server.usual = Answer(200, {"error": {"code": 131056}, "messages": [{"id": "wamid.A"}]})
    with pytest.raises(Refused) as caught:
        client.send(NUMBER, ASHA, HELLO)
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0), ("-1", None), ("inf", None)],
)
def test_says_how_long_to_wait_where_the_server_does(server, client, header, seconds):
    server.usual = Answer(429, {"error": {"code": 130429}}, headers={"Retry-After": header})
    with pytest.raises(Refused) as caught:
        client.send(NUMBER, ASHA, HELLO)
    assert (caught.value.retryable, caught.value.retry_after) == (True, seconds)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b""),
        Answer(500, {"error": {"code": 131000}}),
        Answer(400, {"error": {"code": 131000}}),
        Answer(502, b"<html><h1>Bad Gateway</h1></html>", {"Content-Type": "text/html"}),
        Answer(503, b"x" * (MAX_ANSWER_BYTES + 1)),
        Answer(200, b'{"messages": [{"id": "wam'),
        Answer(200, b""),
        Answer(200, b"[]"),
        Answer(200, b"<html>Welcome to our wifi</html>", {"Content-Type": "text/html"}),
        Answer(200, {}),
        Answer(200, {"messages": []}),
        Answer(200, {"messages": [{"id": ""}]}),
        Answer(200, {"messages": [{"id": 5}]}),
        Answer(200, {"messages": "wamid.A"}),
        Answer(200, b'{"messages": [{"id": "wamid.A"}], "x": "' + b"x" * 5_000_000 + b'"}'),
        Answer(200, b'{"messages": [{"id": "wamid.A"}]}', {"Content-Length": 500, "Connection": "close"}),
        Answer(200, b"not gzip", {"Content-Encoding": "gzip"}),
        Answer(act=hang_up),
    ],
    ids=lambda answer: f"{answer.status} {answer.body[:40]!r}",
)
def test_an_answer_that_decides_nothing_may_mean_that_it_was_sent(server, client, answer):
    server.answers = [answer]
    with pytest.raises(Ambiguous) as caught:
        client.send(NUMBER, ASHA, HELLO)
    assert (caught.value.maybe_sent, caught.value.retryable) == (True, False)
    assert len(server.requests) == 1
    assert client.send(NUMBER, ASHA, HELLO).wamid == "wamid.A"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, b"<html>no such page</html>", {"Content-Type": "text/html"}),
        Answer(400, b""),
        Answer(403, b"x" * (MAX_ANSWER_BYTES + 1)),
    ],
    ids=lambda answer: str(answer.status),
)
def test_a_refusal_without_a_graph_body_is_a_refusal(server, client, answer):
    server.usual = answer
    with pytest.raises(Refused) as caught:
        client.send(NUMBER, ASHA, HELLO)
    assert (caught.value.code, caught.value.http_status) == (None, answer.status)


def test_a_server_that_never_answers_is_given_up_in_time(server, client):
    server.answers = [Answer(act=lambda handler: server.stopping.wait(10))]
    with pytest.raises(Ambiguous), within(2):
        client.send(NUMBER, ASHA, HELLO)


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow:", b""],
    ids=["body", "head", "all"],
)
def test_an_answer_of_one_byte_at_a_time_is_given_up_in_time(server, client, start):
    def drip(handler):
        handler.wfile.write(start)
        while not server.stopping.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    server.answers = [Answer(act=drip)]
    with pytest.raises(Ambiguous), within(2):
        client.send(NUMBER, ASHA, HELLO)


def test_a_slow_answer_within_the_time_is_an_answer(server, client):
    def slow(handler):
        server.stopping.wait(0.2)
        Answer(body=TAKEN).give(handler)

    server.answers = [Answer(act=slow)]
    assert client.send(NUMBER, ASHA, HELLO).wamid == "wamid.A"


def test_a_redirect_is_not_followed_and_gets_no_token(server, client):
    server.answers = [Answer(307, b"", {"Location": f"{server.url}/elsewhere"})]
    with pytest.raises(Refused) as caught:
        client.send(NUMBER, ASHA, HELLO)
    assert caught.value.http_status == 307
    assert len(server.requests) == 1


# Where nothing was sent


@pytest.fixture
def closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def silent_port():
    """Takes connections and says nothing, not even to a TLS greeting."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield listener.getsockname()[1]


@pytest.fixture
def full_port():
    """A listener whose queue is full: further connections get no answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        time.sleep(0.05)
        yield listener.getsockname()[1]
        for one in waiting:
            one.close()


def nothing_leaves(base_url, session):
    client = Client(base_url, "v25.0", TOKEN, session=session, connect_timeout=0.3, read_timeout=5)
    with pytest.raises(NotSent) as caught, within(2):
        client.send(NUMBER, ASHA, HELLO)
    assert (caught.value.maybe_sent, caught.value.retryable) == (False, True)
    assert_no_token(caught.value)


def test_a_refused_connection_sends_nothing(closed_port, session):
    nothing_leaves(f"http://127.0.0.1:{closed_port}", session)
    nothing_leaves(f"https://127.0.0.1:{closed_port}", session)


def test_a_connection_that_does_not_come_about_sends_nothing(full_port, session):
    nothing_leaves(f"http://127.0.0.1:{full_port}", session)


def test_a_tls_greeting_without_an_answer_sends_nothing(silent_port, session):
    nothing_leaves(f"https://127.0.0.1:{silent_port}", session)


def test_a_server_that_speaks_no_tls_gets_nothing(server, session):
    nothing_leaves(server.url.replace("http:", "https:"), session)
    assert not server.requests


def test_a_name_that_does_not_resolve_sends_nothing(session, monkeypatch):
    def no_such_name(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    nothing_leaves("https://graph.facebook.invalid", session)


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example", "127.0.0.1:99999"])
def test_an_impossible_host_sends_nothing(session, host):
    nothing_leaves(f"http://{host}", session)


# The connection


def test_one_connection_serves_many_tokens(server, session):
    for token in ("EAAone", "EAAtwo", "EAAone"):
        Client(server.url, "v25.0", token, session=session).send(NUMBER, ASHA, HELLO)
    assert [request["headers"]["Authorization"] for request in server.requests] == [
        "Bearer EAAone",
        "Bearer EAAtwo",
        "Bearer EAAone",
    ]
    assert len({request["connection"] for request in server.requests}) == 1


def test_a_connection_that_the_server_closed_while_idle_is_replaced(server, client):
    def answer_and_close(handler):
        Answer(body=TAKEN).give(handler)
        handler.close_connection = True

    server.answers = [Answer(act=answer_and_close)]
    client.send(NUMBER, ASHA, HELLO)
    time.sleep(0.05)
    assert client.send(NUMBER, ASHA, HELLO).wamid == "wamid.A"
    assert len({request["connection"] for request in server.requests}) == 2


def test_many_threads_send_at_once_and_each_gets_its_own_answer(server, session):
    def echo_callback(request):
        token = request["headers"]["Authorization"].removeprefix("Bearer ")
        return Answer(body={"messages": [{"id": f"{token}.{request['json']['biz_opaque_callback_data']}"}]})

    server.usual = echo_callback
    clients = [Client(server.url, "v25.0", f"EAA{n}", session=session) for n in range(4)]

    def send(n):
        return clients[n % 4].send(NUMBER, ASHA, HELLO, callback_data=str(n)).wamid

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(send, range(200))) == [f"EAA{n % 4}.{n}" for n in range(200)]
    assert len({request["connection"] for request in server.requests}) <= 16


def test_cookies_are_not_kept(server, client):
    server.answers = [Answer(body=TAKEN, headers={"Set-Cookie": "sb=tracked; Path=/"})]
    client.send(NUMBER, ASHA, HELLO)
    client.send(NUMBER, ASHA, HELLO)
    assert "Cookie" not in server.requests[-1]["headers"]


def test_netrc_and_proxies_of_the_environment_are_ignored(server, client, closed_port, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    client.send(NUMBER, ASHA, HELLO)
    assert server.requests[-1]["headers"]["Authorization"] == f"Bearer {TOKEN}"


def test_a_client_of_its_own_closes_its_connections_and_leaves_a_shared_session_open(server, session):
    own = Client(server.url, "v25.0", TOKEN)
    own.send(NUMBER, ASHA, HELLO)
    own.close()
    shared = Client(server.url, "v25.0", TOKEN, session=session)
    shared.send(NUMBER, ASHA, HELLO)
    shared.close()
    shared.send(NUMBER, ASHA, HELLO)
    first, second, third = (request["connection"] for request in server.requests)
    assert first != second == third


class Scripted(BaseAdapter):
    """A transport without a network."""

    def __init__(self, outcome):
        super().__init__()
        self.outcome = outcome
        self.requests = []

    def send(self, request, **options):
        self.requests.append((request, options))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def close(self):
        pass


@pytest.mark.parametrize(
    ("error", "family"),
    [
        (requests.ConnectTimeout("x"), NotSent),
        (requests.ReadTimeout("x"), Ambiguous),
        (requests.ConnectionError("x"), Ambiguous),
        (requests.ConnectionError(), Ambiguous),
        (requests.exceptions.SSLError("x"), Ambiguous),
        (requests.exceptions.ChunkedEncodingError("x"), Ambiguous),
    ],
)
def test_a_transport_of_the_tests_takes_the_networks_place(error, family):
    transport = Scripted(error)
    client = Client("https://graph.facebook.com", "v25.0", TOKEN, transport=transport)
    with pytest.raises(family):
        client.send(NUMBER, ASHA, HELLO)
    (request, options), = transport.requests  # fmt: skip
    assert request.url == f"https://graph.facebook.com/v25.0/{NUMBER}/messages"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert options["verify"] is True
    assert options["timeout"] == (3.05, 20)
    client.close()


def test_a_transport_may_answer_from_memory():
    answer = requests.Response()
    answer.status_code = 200
    answer.raw = io.BytesIO(b'{"messages": [{"id": "wamid.M"}]}')
    client = Client("https://graph.facebook.com", "v25.0", TOKEN, transport=Scripted(answer))
    assert client.send(NUMBER, ASHA, HELLO).wamid == "wamid.M"
    client.close()


# The token


def assert_no_token(error):
    assert isinstance(error, GraphError)
    assert error.__cause__ is None
    assert error.__context__ is None
    shown = "".join(traceback.format_exception(error)) + repr(error) + str(error) + repr(vars(error))
    assert TOKEN not in shown


@pytest.mark.parametrize(
    "answer",
    [
        Answer(401, {"error": {"message": f"Malformed access token {TOKEN}", "code": 190, "error_data": TOKEN}}),
        Answer(500, f"<pre>Authorization: Bearer {TOKEN}</pre>".encode()),
        Answer(200, f"Bearer {TOKEN}".encode()),
        Answer(act=hang_up),
        Answer(act=lambda handler: time.sleep(0.6)),
    ],
    ids=["graph error", "500", "broken 200", "reset", "time-out"],
)
def test_the_token_shows_in_no_exception_and_no_log(server, client, answer, caplog):
    caplog.set_level(logging.DEBUG)
    server.usual = answer
    with pytest.raises(GraphError) as caught:
        client.send(NUMBER, ASHA, HELLO)
    assert_no_token(caught.value)
    assert TOKEN not in caplog.text


def test_the_token_shows_in_no_repr(client):
    assert repr(client) == f"Client('{client._root}')"
    assert TOKEN not in repr(client)


@pytest.mark.parametrize("token", ["", " ", "EAA\n", "EAA secret", "EAA\r\nX-Evil: 1", "EAé"])
def test_a_token_that_no_header_may_carry_is_refused_without_showing_it(token):
    with pytest.raises(ValueError) as caught:
        Client("https://graph.facebook.com", "v25.0", token)
    assert str(caught.value) == "The access token is empty or holds a character that no HTTP header may carry."


@pytest.mark.parametrize(
    ("base_url", "version"),
    [
        ("graph.facebook.com", "v25.0"),
        ("ftp://graph.facebook.com", "v25.0"),
        ("https://", "v25.0"),
        ("https://user:pass@graph.facebook.com", "v25.0"),
        ("https://graph.facebook.com?x=1", "v25.0"),
        ("https://graph.facebook.com", "25.0"),
        ("https://graph.facebook.com", "v25.0/.."),
        ("https://graph.facebook.com", ""),
    ],
)
def test_an_address_or_version_of_another_form_is_refused(base_url, version):
    with pytest.raises(ValueError, match="is not of the form"):
        Client(base_url, version, TOKEN)


def test_a_session_has_its_transport_already(session):
    with pytest.raises(ValueError, match="not both"):
        Client("https://graph.facebook.com", "v25.0", TOKEN, session=session, transport=Scripted(None))


class within:
    """Fails a call that takes longer than the given seconds."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __enter__(self):
        self.start = time.monotonic()

    def __exit__(self, *exc):
        assert time.monotonic() - self.start < self.seconds
