"""A real simulator on a free port, and a small product that takes its webhooks."""

import asyncio
import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from aiohttp import web

from simulator.app import make_app
from simulator.business import number_from
from simulator.webhooks import Clock
from simulator.world import World

DAIRY = {
    "phone_number_id": "1110001",
    "waba_id": "2220001",
    "display_phone_number": "+91 98100 12345",
    "name": "Shuddh Dairy",
    "access_token": "dairy-token",
    "app_secret": "dairy-secret",
    "templates": [
        {
            "name": "order_ready",
            "language": "en",
            "category": "marketing",
            "body": "Dear {{1}}, your {{2}} is ready.",
            "buttons": ["Thanks", "Call me"],
        }
    ],
}
SAREES = {
    "phone_number_id": "1110002",
    "waba_id": "2220002",
    "display_phone_number": "+91 98100 54321",
    "name": "Kaveri Sarees",
    "access_token": "sarees-token",
    "app_secret": "sarees-secret",
}
# A busy machine is no reason to post what was taken once more: whoever wants a product that does not answer has a clock for it.
FAST = Clock(first=0.03, longest=0.1, give_up=2, timeout=30)


class Product:
    """Takes webhooks as the product would. `answers` are the statuses to give first; then it is 200."""

    def __init__(self, port: int = 0):
        product = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet an answer

            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                status = product.take(raw, self.headers["X-Hub-Signature-256"])
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/webhook"
        self.clear()

    def clear(self):
        self.answers: list[int] = []
        self.posts: list[tuple[bytes, str, int]] = []

    def take(self, raw: bytes, signature: str) -> int:
        status = self.answers.pop(0) if self.answers else 200
        self.posts.append((raw, signature, status))
        return status

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def values(self) -> list[dict]:
        """The values of everything that was taken, in order."""
        bodies = [json.loads(raw) for raw, _, status in self.posts if status == 200]
        return [change["value"] for body in bodies for entry in body["entry"] for change in entry["changes"]]

    @property
    def messages(self) -> list[dict]:
        return [message for value in self.values for message in value.get("messages", [])]

    @property
    def statuses(self) -> list[dict]:
        return [status for value in self.values for status in value.get("statuses", [])]


class Simulator:
    """The simulator as a tester and as the product's Graph client see it."""

    def __init__(self, url: str):
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False

    def get(self, path: str, **query) -> dict:
        return self._json(self.http.get(f"{self.url}/_sim{path}", params=query, timeout=30))

    def post(self, path: str, data: dict | None = None) -> dict:
        return self._json(self.http.post(f"{self.url}/_sim{path}", json=data or {}, timeout=30))

    def refuse(self, method: str, path: str, data=None, **options) -> tuple[int, str]:
        """(status, sentence) of a control call that must fail."""
        response = self.http.request(method, f"{self.url}/_sim{path}", json=data, timeout=30, **options)
        return response.status_code, response.json()["error"]

    def faults(self, **sections) -> dict:
        return self._json(self.http.put(f"{self.url}/_sim/faults", json=sections, timeout=30))

    def write(self, customer: str, text: str = "hi", **more) -> str:
        return self.tap(customer, {"type": "text", "text": text, **more})

    def tap(self, customer: str, message: dict) -> str:
        return self.post(f"/customers/{customer}/messages", message)["wamid"]

    def thread(self, customer: str, **query) -> list[dict]:
        return self.get(f"/customers/{customer}/thread", **query)["messages"]

    def graph(self, body=None, method="POST", path="/1110001/messages", token="dairy-token", timeout=30):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.request(method, f"{self.url}/v24.0{path}", json=body, headers=headers, timeout=timeout)

    def send(self, to: str, text: str = "hello", **more) -> str:
        """A text from the dairy to a phone or a BSUID; the wamid."""
        answer = self.graph(text_to(to, text, **more))
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"][0]["id"]

    def settle(self, statuses: int = 0, product: Product | None = None) -> dict:
        """Waits until so many statuses came and no webhook is under way."""

        def quiet():
            counters = self.get("/webhooks")
            enough = product is None or len(product.statuses) >= statuses
            return counters if enough and counters["pending"] == 0 else None

        return eventually(quiet)

    def _json(self, response) -> dict:
        assert response.status_code < 300, response.text
        return response.json()


def text_to(to: str, text: str = "hello", **more) -> dict:
    address = {"to": to} if to.startswith("+") else {"recipient": to}
    return {"messaging_product": "whatsapp", "type": "text", "text": {"body": text}, **address, **more}


def eventually(look, seconds: float = 20.0):
    """What `look()` says as soon as it is true."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found


@contextlib.contextmanager
def running(webhook_url: str, clock: Clock = FAST, numbers=(DAIRY, SAREES)):
    """Serves a simulator in a thread; yields it."""
    loop = asyncio.new_event_loop()
    started: dict = {}

    async def start():
        world = World(webhook_url, clock)
        for number in numbers:
            world.add_number(number_from(number))
        runner = web.AppRunner(make_app(world), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        started["runner"] = runner
        world.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner.addresses[0][1]

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    port = asyncio.run_coroutine_threadsafe(start(), loop).result(5)
    simulator = Simulator(f"http://127.0.0.1:{port}")
    try:
        yield simulator
    finally:
        simulator.http.close()
        asyncio.run_coroutine_threadsafe(started["runner"].cleanup(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(scope="package")
def shared_product():
    product = Product()
    yield product
    product.close()


@pytest.fixture(scope="package")
def shared_simulator(shared_product):
    with running(shared_product.url) as simulator:
        yield simulator


@pytest.fixture
def product(shared_product, shared_simulator):
    """Empty. What the last test left on its way has arrived or been given up: a post that was already taken would
    come into this one.
    """
    with contextlib.suppress(AssertionError):  # a test may have told it to keep them for long
        eventually(lambda: shared_simulator.get("/webhooks")["pending"] == 0, seconds=1.0)
    shared_simulator.post("/reset")
    shared_product.clear()
    return shared_product


@pytest.fixture
def sim(shared_simulator, product):
    return shared_simulator


@pytest.fixture
def asha(sim) -> dict:
    """A customer with a phone who has just written to the dairy."""
    return person(sim, "Asha Verma")


@pytest.fixture
def ravi(sim) -> dict:
    """A username user, whose phone nobody knows, who has just written to the dairy."""
    return person(sim, "Ravi Nair")


def person(sim: Simulator, name: str) -> dict:
    customer = next(one for one in sim.get("/customers")["customers"] if one["name"] == name)
    sim.write(customer["id"])
    sim.settle()
    return customer
