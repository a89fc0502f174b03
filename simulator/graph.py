"""The Graph API: routes, tokens, faults and answers. What a message may hold is in limits.py, what becomes of an
accepted one in sending.py."""

import asyncio
import json

from aiohttp import web

from . import limits, sending
from .business import Number
from .errors import GraphError, trace_id, unknown_object, unknown_path, wrong_token
from .faults import Graph as Fault
from .world import Call, World

VERSION = r"/{version:v\d+\.\d+}"
JSON_TYPE = {"Content-Type": "application/json; charset=UTF-8"}
NO_ANSWER = ("timeout_before", "timeout_after")


def routes(world: World) -> list[web.RouteDef]:
    graph = Graph(world)
    return [
        web.post(VERSION + "/{id}/messages", graph.messages),
        web.get(VERSION + "/{id}", graph.info, allow_head=False),
        web.route("*", VERSION + "/{id}/subscribed_apps", graph.subscribed_apps),
        web.route("*", VERSION + "/{tail:.*}", graph.unknown),
    ]


class Graph:
    def __init__(self, world: World):
        self.world = world

    async def messages(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._send, is_messages=True)

    async def info(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._info)

    async def subscribed_apps(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._subscribe)

    async def unknown(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._unknown)

    async def _answer(self, request: web.Request, act, is_messages: bool = False) -> web.Response:
        """Records the call, lets it meet its fault, acts, answers. `act(request, body, call, failure)` returns the
        answer's body or raises GraphError."""
        raw = await request.read()
        call = self.world.record(request.method, request.path, raw)
        body = _json_object(raw)
        fault = self.world.faults.take(is_send=is_messages and "status" not in body)
        status, answer = self._act(request, body, call, act, fault)
        if fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault.mode in NO_ANSWER:
            return await _no_answer(request, call, fault)
        call.status = status
        return web.Response(body=json.dumps(answer).encode(), status=status, headers=JSON_TYPE)

    def _act(self, request, body: dict, call: Call, act, fault: Fault) -> tuple[int, dict]:
        if fault.mode == "timeout_before":
            return 0, {}
        if fault.mode == "http_500":
            message = "An unknown error has occurred."
            return 500, {"error": {"message": message, "type": "OAuthException", "code": 1, "fbtrace_id": trace_id()}}
        try:
            if fault.mode == "error":
                raise GraphError(fault.code)
            return 200, act(request, body, call, fault.code if fault.mode == "failed" else None)
        except GraphError as error:
            return error.http_status, error.body()

    def _send(self, request, body: dict, call: Call, failure: int | None) -> dict:
        number = self._number(request)
        if "status" in body:
            if body.get("messaging_product") != "whatsapp":
                raise limits.invalid("The parameter messaging_product is required and must be 'whatsapp'.")
            sending.mark_read(self.world, number, body)
            return {"success": True}
        message = sending.send(self.world, number, body, failure)
        call.wamid = message.wamid
        contact = {"input": body.get("to") or body["recipient"]}
        if message.by_bsuid:
            contact["user_id"] = body["recipient"]
        else:
            contact["wa_id"] = message.customer.phone
        receipt = {"id": message.wamid}
        if message.kind == "template":
            receipt["message_status"] = "accepted"
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [receipt]}

    def _info(self, request, _body, _call, _failure) -> dict:
        token, wanted = self._token(request), request.match_info["id"]
        number = self.world.numbers.get(wanted)
        if number and number.access_token == token:
            return _chosen_fields(request, _number_info(number))
        number = self.world.numbers.of_account(wanted)
        if number and number.access_token == token:
            return _chosen_fields(request, {"id": wanted, "name": number.name, "currency": "INR"})
        raise unknown_object(request.method, wanted)

    def _subscribe(self, request, _body, _call, _failure) -> dict:
        token, waba_id = self._token(request), request.match_info["id"]
        numbers = [one for one in self.world.numbers if one.waba_id == waba_id and one.access_token == token]
        if not numbers:
            raise unknown_object(request.method, waba_id)
        if request.method == "GET":
            app = {"id": "1", "name": "Simulated app", "link": "https://example.com/"}
            return {"data": [{"whatsapp_business_api_data": app}] if numbers[0].subscribed else []}
        if request.method not in ("POST", "DELETE"):
            raise unknown_path(request.path)
        for number in numbers:
            number.subscribed = request.method == "POST"
        return {"success": True}

    def _unknown(self, request, _body, _call, _failure) -> dict:
        self._token(request)
        raise unknown_path(request.path)

    def _number(self, request) -> Number:
        """The number of the path, if the token is its own."""
        token = self._token(request)
        number = self.world.numbers.get(request.match_info["id"])
        if number is None or number.access_token != token:
            raise unknown_object(request.method, request.match_info["id"])
        return number

    def _token(self, request) -> str:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip() if scheme == "Bearer" else request.query.get("access_token", "")
        if not self.world.numbers.knows_token(token):
            raise wrong_token()
        return token


def _number_info(number: Number) -> dict:
    return {
        "verified_name": number.name,
        "display_phone_number": number.display_phone_number,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API",
        "status": "CONNECTED",
        "name_status": "APPROVED",
        "throughput": {"level": "STANDARD"},
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "id": number.phone_number_id,
    }


def _chosen_fields(request, info: dict) -> dict:
    """As Graph: `?fields=a,b` gives these and the id; fields that there are not are left out."""
    fields = request.query.get("fields")
    if not fields:
        return info
    return {name: info[name] for name in [*fields.split(","), "id"] if name in info}


def _json_object(raw: bytes) -> dict:
    """The body, or {} where it is no JSON object: then the first parameter is missing, as Graph says."""
    try:
        body = json.loads(raw)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


async def _no_answer(request: web.Request, call: Call, fault: Fault) -> web.Response:
    """Holds the connection until the caller leaves or hold_ms is over, then closes it without a byte."""
    call.status = 0
    left = fault.hold_ms / 1000
    while left > 0 and request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(min(left, 0.05))
        left -= 0.05
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)  # nobody reads it
