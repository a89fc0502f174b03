"""Answers that are none, and answers that come in a way in which no answer should. `faults` says when."""

import asyncio
import json
import socket
import struct

from aiohttp import web

from .errors import trace_id
from .faults import Graph as Fault
from .world import Call

TOO_MANY = "Too many requests\n"
BAD_GATEWAY = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n"
LINGER_MS = 50


def http_429() -> web.Response:
    """What a proxy before the Graph API says; Meta's own limits are error codes (mode `error`)."""
    return web.Response(text=TOO_MANY, status=429, headers={"Retry-After": "1"})


def http_500() -> web.Response:
    error = {"message": "An unknown error has occurred.", "type": "OAuthException", "code": 1, "fbtrace_id": trace_id()}
    return web.Response(body=json.dumps({"error": error}).encode(), status=500, content_type="application/json")


def http_502() -> web.Response:
    return web.Response(text=BAD_GATEWAY, status=502, content_type="text/html")


def nothing() -> web.Response:
    return web.Response(status=500)  # nobody reads it


def cut(answer: web.Response) -> web.Response:
    """The first half of the answer's JSON, as a whole answer."""
    return web.Response(body=answer.body[: len(answer.body) // 2], status=200, headers=answer.headers)


async def no_answer(request: web.Request, call: Call, fault: Fault, _answer=None) -> web.Response:
    """Holds the connection until the caller leaves or hold_ms is over, then closes it without a byte."""
    call.status = 0
    await _hold(request, fault.hold_ms)
    return _abort(request)


async def trickle(request: web.Request, call: Call, fault: Fault, answer: web.Response) -> web.Response:
    """The answer, one byte each byte_ms, from the first letter of its status line."""
    call.status = 0
    for byte in _bytes(answer):
        if _is_gone(request):
            return _abort(request)
        request.transport.write(bytes([byte]))
        await asyncio.sleep(fault.byte_ms / 1000)
    call.status = answer.status
    return _abort(request)


async def reset(request: web.Request, call: Call, _fault: Fault, answer: web.Response) -> web.Response:
    """The head and half of the body, then a reset (RST) instead of an end."""
    call.status = 0
    if not _is_gone(request):
        whole = _bytes(answer)
        request.transport.write(whole[: len(whole) - len(answer.body) // 2])
        await _hold(request, LINGER_MS)
    if not _is_gone(request):
        sock = request.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return _abort(request)


INSTEAD = {
    "http_429": http_429,
    "http_500": http_500,
    "http_502": http_502,
    "timeout_before": nothing,
    "half_open": nothing,
}
OF_THE_CONNECTION = {
    "timeout_before": no_answer,
    "timeout_after": no_answer,
    "half_open": no_answer,
    "trickle": trickle,
    "reset": reset,
}


def _bytes(answer: web.Response) -> bytes:
    head = {**answer.headers, "Content-Length": str(len(answer.body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"HTTP/1.1 {answer.status} {answer.reason}\r\n{lines}\r\n".encode() + answer.body


async def _hold(request: web.Request, ms: int) -> None:
    left = ms / 1000
    while left > 0 and not _is_gone(request):
        await asyncio.sleep(min(left, 0.05))
        left -= 0.05


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _abort(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return nothing()
