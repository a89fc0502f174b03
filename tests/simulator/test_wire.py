"""The client that posts webhooks, against answers as servers give them."""

import asyncio
import contextlib

import pytest

from simulator.wire import BrokenReply, Reply, Wire

pytestmark = pytest.mark.slow

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextlib.asynccontextmanager
async def server(*connections):
    """A server whose n-th connection gives these answers, one for each request; None closes the connection instead.
    Yields (wire, the requests of each connection)."""
    requests: list[list[bytes]] = []
    tasks: set[asyncio.Task] = set()

    async def serve(reader, writer):
        answers, mine = connections[len(requests)], []
        requests.append(mine)
        tasks.add(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            for answer in answers:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                mine.append(head + await reader.readexactly(length))
                if answer is None:
                    break
                for part in answer if isinstance(answer, list) else [answer]:
                    writer.write(part)
                    await asyncio.sleep(0.005)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    wire = Wire(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/hook?a=1", timeout=0.5)
    try:
        yield wire, requests
    finally:
        wire.close()
        listening.close()
        await asyncio.gather(*tasks)


def post_all(answers, count=1) -> tuple[list[Reply], list[list[bytes]]]:
    async def run():
        async with server(*answers) as (wire, requests):
            replies = [await wire.post(b"body", {"X-Test": "1"}) for _ in range(count)]
            return replies, requests

    return asyncio.run(run())


@pytest.mark.parametrize(
    "answer",
    [
        OK,
        [OK[:5], OK[5:30], OK[30:]],
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n",
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n", b"ok\r\n0", b"\r\n\r\n"],
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n\r\nok",
    ],
)
def test_an_answer_is_read_in_every_form(answer):
    replies, _ = post_all([[answer]])
    assert replies == [Reply(200, b"ok")]


def test_the_request_is_whole_and_goes_to_the_address():
    _, requests = post_all([[OK]])
    lines = requests[0][0].decode().split("\r\n")
    assert lines[0] == "POST /hook?a=1 HTTP/1.1"
    assert "X-Test: 1" in lines
    assert "Content-Length: 4" in lines
    assert lines[-1] == "body"


def test_a_connection_is_used_again():
    replies, requests = post_all([[OK, OK, OK]], count=3)
    assert [reply.status for reply in replies] == [200] * 3
    assert [len(one) for one in requests] == [3]


def test_a_connection_that_was_closed_in_between_is_replaced():
    replies, requests = post_all([[OK, None], [OK]], count=2)
    assert [reply.status for reply in replies] == [200, 200]
    assert len(requests) == 2


@pytest.mark.parametrize(
    "answer",
    [None, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", b"SMTP ready\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"],
)
def test_half_an_answer_is_none(answer):
    with pytest.raises(BrokenReply):
        post_all([[answer]])


def test_silence_is_a_time_out():
    with pytest.raises(TimeoutError):
        post_all([[b"HTTP/1.1 200", OK]])  # the connection stays open: the server waits for a second request


@pytest.mark.parametrize("url", ["ftp://example.com/", "example.com/hook", "http://"])
def test_an_address_that_is_not_http_is_refused(url):
    with pytest.raises(ValueError, match="not an http address"):
        Wire(url, 1)
