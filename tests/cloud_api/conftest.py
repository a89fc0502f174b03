import json
import socket
import struct
import threading
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cloud_api.transport import shared_session


class Answer:
    """What a test wants done with a request: an HTTP answer, or the connection itself to misuse."""

    def __init__(self, status=200, body=b"{}", headers=(), act=None):
        self.status = status
        self.body = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        self.headers = dict(headers)
        self.act = act

    def give(self, handler):
        if self.act:
            self.act(handler)
            return
        handler.send_response(self.status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": len(self.body),
            **self.headers,
        }.items():
            handler.send_header(name, str(value))
        handler.end_headers()
        handler.wfile.write(self.body)


def hang_up(handler):
    """Closes with a reset, as a dying server or a middlebox does."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = {
            "method": self.command,
            "path": self.path,
            "headers": dict(self.headers),
            **_parsed(body, self.headers.get("Content-Type", "")),
            "connection": self.client_address,
        }
        with self.server.lock:
            self.server.requests.append(request)
            answer = self.server.answers.pop(0) if self.server.answers else self.server.usual
        (answer(request) if callable(answer) else answer).give(self)

    do_GET = do_POST

    def log_message(self, *args):
        pass


def _parsed(body, content_type):
    """{"json": ..} of a JSON body; {"form": {name: (type, content)}} of a form."""
    if not content_type.startswith("multipart/"):
        return {"json": json.loads(body) if body else None}
    form = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=HTTP)
    return {"form": {part.get_param("name", header="Content-Disposition"): _part(part) for part in form.iter_parts()}}


def _part(part):
    kind = part["Content-Type"]
    return kind and kind.replace('"', ""), part.get_payload(decode=True)


class GraphServer(ThreadingHTTPServer):
    """A local HTTP server that records requests and answers as told, accepting messages by default."""

    daemon_threads = True
    request_queue_size = 128  # the default of 5 resets connections when many threads connect at once

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.requests = []
        self.answers = []
        self.usual = Answer(body={"messages": [{"id": "wamid.A"}]})
        self.stopping = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """A client that hung up in mid-answer is what some tests want."""


@pytest.fixture
def server():
    graph = GraphServer()
    thread = threading.Thread(target=graph.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield graph
    graph.stopping.set()
    graph.shutdown()
    graph.server_close()
    thread.join()


@pytest.fixture
def session():
    session = shared_session()
    yield session
    session.close()
