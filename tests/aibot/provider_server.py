"""A local server that speaks the protocol of OpenAI's and does what a test wants: slow, wrong, silent or malicious.

with openai_at(settings) as server:
    server.says(reply="We have ghee.")
    server.usual = server.chat(...)      # or a function of the request
"""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ..cloud_api.conftest import Answer, hang_up
from ..serving import serving

MODEL = "small-and-kind"
LEAD = dict.fromkeys(("name", "email", "product_interest", "quantity", "city", "budget"), "") | {"wants_call": False}


def result(reply: str = "", *, language: str = "en", handover: str = "", follow_up: str = "", **lead) -> str:
    """What the model is asked for, as JSON."""
    told = {"reply": reply, "language": language, "handover": handover, "lead": LEAD | lead, "follow_up": follow_up}
    return json.dumps(told, ensure_ascii=False)


def chat(content, *, usage: dict | None = None, finish: str = "stop", **message) -> Answer:
    """A completion. ``usage`` {}: none is told."""
    usage = {"prompt_tokens": 700, "completion_tokens": 60, "total_tokens": 760} if usage is None else usage
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}
    body = {"id": "c1", "object": "chat.completion", "model": MODEL, "choices": [choice]}
    return Answer(body={**body, **({"usage": usage} if usage else {})})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        request = {"path": self.path, "headers": dict(self.headers), "json": json.loads(body) if is_json else None}
        server = self.server
        with server.lock:
            server.requests.append(request | {"bytes": len(body)})
            answer = server.answers.pop(0) if server.answers else server.usual
        answer = answer(request) if callable(answer) else answer
        try:
            answer.give(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # it did not wait for the end

    def log_message(self, *args):
        pass


class OpenAi(ThreadingHTTPServer):
    """``answers`` come first, one for each request; then ``usual``, an Answer or a function of the request."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = threading.Lock()
        self.over = threading.Event()  # what hangs, hangs until then
        self.requests, self.answers = [], []
        self.usual = chat(result("Happy to help."))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def says(self, reply: str = "", **more) -> None:
        self.usual = chat(result(reply, **more))

    def prompts(self) -> list[str]:
        """All that was ever sent to it, one text a call."""
        return [json.dumps(request["json"], ensure_ascii=False) for request in self.requests]


@contextmanager
def openai_at(settings):
    """The installation's model at such a server, until the end of the block."""
    from aibot import provider  # the server itself serves script/chaos too, which runs without Django

    with serving(OpenAi()) as server:
        settings.AI_BASE_URL, settings.AI_MODEL, settings.AI_API_KEY = server.url, MODEL, "key-of-the-model"
        settings.AI_DAILY_TOKEN_BUDGET, settings.AI_MAX_CALLS_PER_USER_PER_HOUR = 1_000_000, 1000
        settings.AI_MONTHLY_MONEY_CAP, settings.AI_SECONDS = None, 20
        try:
            yield server
        finally:
            server.over.set()
            provider.installed().close()


# --- faults --------------------------------------------------------------------------------------------------------------------

LARGE = Answer(body=b'{"choices": "' + b"x" * 2**20 + b'"}')
DENIED = Answer(401, {"error": {"message": "no"}})
MANY = Answer(429, {"error": {"message": "slow down"}})
BROKEN = Answer(503, b"<html>upstream</html>")


def late(server, seconds: float):
    def answer(request):
        server.over.wait(seconds)
        return chat(result("Late but here."))

    return answer


def cut(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    hang_up(handler)


def drips(server):
    def act(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "5000")
        handler.end_headers()
        while not server.over.wait(0.1):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    return act
