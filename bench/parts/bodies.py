"""Webhooks as Meta posts them: one customer's text in one signed body."""

import json
import random
import time
from collections.abc import Iterable
from pathlib import Path

from cloud_api import signature

# Half of the lines that customers write match a rule; the others get the fallback text.
RULED = (
    "hi",
    "how much is the ghee",
    "namaste",
    "rate kya hai",
    "thanks",
    "I want a free sample",
    "नमस्ते",
    "कीमत क्या है",
)
OTHER = ("is the shop near the lake", "kal subah aana", "I saw you at the market", "मैं कल आऊंगा")


def line_of(place: int) -> str:
    """What the customer at this place writes: every second line matches a rule."""
    return RULED[place // 2 % len(RULED)] if place % 2 == 0 else OTHER[place // 2 % len(OTHER)]


def message(line, phone: str, text: str, wamid: str, name: str = "Customer") -> bytes:
    """The body of a text message to ``line`` (shops.Line), written just now."""
    user_id = f"IN.{int(phone):017d}"
    digits = "".join(filter(str.isdigit, line.display_phone_number))
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": digits, "phone_number_id": line.phone_number_id},
        "contacts": [{"profile": {"name": name}, "wa_id": phone, "user_id": user_id}],
        "messages": [
            {
                "from": phone,
                "from_user_id": user_id,
                "id": wamid,
                "timestamp": str(int(time.time())),
                "type": "text",
                "text": {"body": text},
            }
        ],
    }
    entry = {"id": line.waba_id, "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, separators=(",", ":")).encode()


def of_many_sizes(line, count: int, seed: int = 7) -> Iterable[bytes]:
    """Messages of 0.5 to 3 KB, 0.9 KB in the mean."""
    chance = random.Random(seed)
    for place in range(count):
        length = min(2450, int(chance.expovariate(1 / 400)))
        words = ("fresh ghee and paneer please " * 85)[: max(2, length)]
        yield message(line, str(919800000000 + place), words, f"wamid.{seed}.{place:012d}")


def request(body: bytes, secret: str, path: str = "/webhook") -> bytes:
    """The whole HTTP request of a signed body, for a kept-alive connection."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Hub-Signature-256: {signature.sign(body, secret)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def write_requests(path: Path, requests: Iterable[bytes]) -> None:
    """A file of requests, each after a line with its length: wrk.lua and open_loop.py read it."""
    with path.open("wb") as file:
        for one in requests:
            file.write(b"%d\n" % len(one))
            file.write(one)


def read_requests(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return [file.read(int(length)) for length in iter(file.readline, b"")]
