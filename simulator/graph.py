"""The Graph API: routes, tokens, faults and answers. What a message may hold is in limits.py, what becomes of an
accepted one in sending.py."""

import asyncio
import json
import time

from aiohttp import web

from . import files, limits, mischief, sending, templates
from .business import Number
from .errors import GraphError, unknown_object, unknown_path, wrong_token
from .faults import Graph as Fault
from .world import Call, World

VERSION = r"/{version:v\d+\.\d+}"
JSON_TYPE = {"Content-Type": "application/json; charset=UTF-8"}
UNSEEN = 64 * 1024


def routes(world: World) -> list[web.RouteDef]:
    graph = Graph(world)
    return [
        web.post(VERSION + "/{id}/messages", graph.messages),
        web.post(VERSION + "/{id}/media", graph.media),
        web.get(files.PATH, graph.download, allow_head=False),
        web.route("*", VERSION + "/{id}/message_templates", graph.templates),
        web.get(VERSION + "/{id}", graph.info, allow_head=False),
        web.route("*", VERSION + "/{id}/subscribed_apps", graph.subscribed_apps),
        web.route("*", VERSION + "/{tail:.*}", graph.unknown),
    ]


class Graph:
    def __init__(self, world: World):
        self.world = world

    async def messages(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._send, is_messages=True)

    async def media(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._upload)

    async def download(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._download)

    async def templates(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._templates)

    async def info(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._info)

    async def subscribed_apps(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._subscribe)

    async def unknown(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._unknown)

    async def _answer(self, request: web.Request, act, is_messages: bool = False) -> web.Response:
        """Records the call, lets it meet its fault, acts, answers. `act(request, body, call, fault)` returns the
        answer, or its JSON, or raises GraphError."""
        if self._stays_unread(request):
            call = self.world.record(request.method, request.path, b"")
            return await mischief.no_answer(request, call, self.world.faults.take(False, lambda _ref: True))
        raw, body = await _body(request)
        call = self.world.record(request.method, request.path, raw)
        fault = self.world.faults.take(is_messages and "status" not in body, lambda ref: self._is_about(body, ref))
        answer = self._act(request, body, call, act, fault)
        if fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault.mode in mischief.OF_THE_CONNECTION:
            return await mischief.OF_THE_CONNECTION[fault.mode](request, call, fault, answer)
        call.status = answer.status
        return answer

    def _act(self, request, body: dict, call: Call, act, fault: Fault) -> web.Response:
        if fault.mode in mischief.INSTEAD:
            return mischief.INSTEAD[fault.mode]()
        try:
            if fault.mode == "error":
                raise GraphError(fault.code)
            answer = act(request, body, call, fault)
        except GraphError as error:
            return _json(error.body(), error.http_status)
        answer = answer if isinstance(answer, web.Response) else _json(answer)
        return mischief.cut(answer) if fault.mode == "broken_json" else answer

    def _stays_unread(self, request: web.Request) -> bool:
        """A half-open peer reads nothing. Of a body that the network's buffers hold nobody can tell, so only a large
        one is left where it is."""
        fault = self.world.faults.graph
        meets = fault.mode == "half_open" and fault.only == "all" and fault.customer is None and fault.times != 0
        return meets and (request.content_length or 0) > UNSEEN

    def _is_about(self, body: dict, ref: str) -> bool:
        """Whether a call sends to this customer or marks a message of theirs as read."""
        phones = self.world.phones
        customer, to, recipient = phones.find(ref), str(body.get("to") or ""), body.get("recipient")
        if to:
            return to.lstrip("+") in (ref.lstrip("+"), customer and customer.phone)
        if recipient:
            return recipient == ref or (customer is not None and recipient in customer.user_ids.values())
        wamid = body.get("message_id")
        message = phones.message(wamid) if isinstance(wamid, str) else None
        return message is not None and message.customer is customer

    def _send(self, request, body: dict, call: Call, fault: Fault) -> dict:
        number = self._number(request)
        if "status" in body:
            if body.get("messaging_product") != "whatsapp":
                raise limits.invalid("The parameter messaging_product is required and must be 'whatsapp'.")
            sending.mark_read(self.world, number, body)
            return {"success": True}
        message = sending.send(self.world, number, body, fault)
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

    def _upload(self, request, body: dict, _call, _fault) -> dict:
        number = self._number(request)
        if body.get("messaging_product") != "whatsapp":
            raise limits.invalid("The parameter messaging_product is required and must be 'whatsapp'.")
        part = body.get("file")
        if not isinstance(part, web.FileField):
            raise limits.invalid("The parameter file is required.")
        data, mime_type = part.file.read(), str(body.get("type") or part.content_type)
        files.check_upload(data, mime_type)
        return {"id": self.world.files.add(number, data, mime_type, part.filename).id}

    def _download(self, request, _body, _call, _fault) -> web.Response:
        """Needs the token, as at Meta: an address alone gives nothing."""
        token = self._token(request)
        file = self.world.files.at(request.query, int(time.time() * 1000))
        if file is None or file.number.access_token != token:
            return web.Response(text="URL signature expired\n", status=404)
        return web.Response(body=file.data, headers={"Content-Type": file.mime_type})

    def _info(self, request, _body, _call, _fault) -> dict:
        """Of a number, an account, a file or a template."""
        token, wanted = self._token(request), request.match_info["id"]
        number = self.world.numbers.get(wanted)
        if number and number.access_token == token:
            return _chosen_fields(request, _number_info(number))
        for number in self.world.numbers.accounts(wanted, token):
            return _chosen_fields(request, {"id": wanted, "name": number.name, "currency": "INR"})
        file = self.world.files.get(wanted)
        is_theirs = file is not None and file.number.access_token == token
        if is_theirs and request.query.get("phone_number_id") in (None, file.number.phone_number_id):
            return file.lookup(self.world.file_url(file, f"{request.scheme}://{request.host}"))
        for template in self._owned_templates(lambda number: number.access_token == token):
            if template["id"] == wanted:
                return templates.chosen(template, request.query.get("fields"))
        raise unknown_object(request.method, wanted)

    def _templates(self, request, body: dict, _call, _fault) -> dict:
        """Lists them, or takes a new one that waits for approval."""
        token, waba_id = self._token(request), request.match_info["id"]
        numbers = self.world.numbers.accounts(waba_id, token)
        if not numbers:
            raise unknown_object(request.method, waba_id)
        every = self._owned_templates(lambda number: number in numbers)
        if request.method == "GET":
            return templates.page(every, request.query, f"{request.scheme}://{request.host}{request.path}")
        if request.method != "POST":
            raise unknown_path(request.path)
        made = templates.from_graph(waba_id, body)
        if any((one["name"], one["language"]) == (made["name"], made["language"]) for one in every):
            raise limits.invalid(f"Content in this language already exists: {made['name']}, {made['language']}.")
        self.world.add_template(waba_id, made)
        return {"id": made["id"], "status": made["status"], "category": made["category"]}

    def _owned_templates(self, owns) -> list[dict]:
        """Each once, though the numbers of an account share them."""
        found = {one["id"]: one for number in self.world.numbers if owns(number) for one in number.templates.values()}
        return list(found.values())

    def _subscribe(self, request, _body, _call, _fault) -> dict:
        token, waba_id = self._token(request), request.match_info["id"]
        numbers = self.world.numbers.accounts(waba_id, token)
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

    def _unknown(self, request, _body, _call, _fault) -> dict:
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


async def _body(request: web.Request) -> tuple[bytes, dict]:
    """(what is recorded of the call, the body). Of a file that comes as a form its type and size are recorded."""
    if request.content_type.startswith("multipart/"):
        form = dict(await request.post())
        recorded = {name: _described(value) for name, value in form.items()}
        return json.dumps(recorded).encode(), form
    raw = await request.read()
    return raw, _json_object(raw)


def _described(value):
    if not isinstance(value, web.FileField):
        return value
    size = value.file.seek(0, 2)
    value.file.seek(0)
    return {"mime_type": value.content_type, "size": size}


def _json_object(raw: bytes) -> dict:
    """The body, or {} where it is no JSON object: then the first parameter is missing, as Graph says."""
    try:
        body = json.loads(raw)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _json(data: dict, status: int = 200) -> web.Response:
    return web.Response(body=json.dumps(data).encode(), status=status, headers=JSON_TYPE)
