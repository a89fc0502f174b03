"""The control API under /_sim, for testers, tests and benches. README.md documents it."""

import json
from urllib.parse import quote

from aiohttp import web

from . import bodies, handmade, sending, templates
from .business import Number, number_from
from .phones import Customer, phone_digits
from .world import World
from .writing import echo, write

MAX_LIST = 200
# Types that the page shows in place.
SHOWN = (
    *("image/jpeg", "image/png", "image/webp", "image/gif"),
    *("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/webm", "audio/wav"),
    *("video/mp4", "video/3gpp", "video/webm"),
)


def routes(world: World) -> list[web.RouteDef]:
    control = Control(world)
    return [
        web.get("/_sim/health", control.health),
        web.get("/_sim/numbers", control.list_numbers),
        web.post("/_sim/numbers", control.put_number),
        web.get("/_sim/customers", control.list_customers),
        web.post("/_sim/customers", control.add_customer),
        web.post("/_sim/customers/{id}/messages", control.write),
        web.get("/_sim/customers/{id}/thread", control.thread),
        web.post("/_sim/customers/{id}/read", control.read),
        web.post("/_sim/business/{phone_number_id}/echo", control.echo),
        web.get("/_sim/media/{id}", control.media),
        web.get("/_sim/templates", control.list_templates),
        web.post("/_sim/templates", control.add_template),
        web.post("/_sim/templates/{id}/{act}", control.judge_template),
        web.get("/_sim/calls", control.calls),
        web.post("/_sim/webhook", control.webhook),
        web.get("/_sim/webhooks", control.webhooks),
        web.get("/_sim/faults", control.faults),
        web.put("/_sim/faults", control.put_faults),
        web.post("/_sim/reset", control.reset),
        web.get("/_sim/events", control.events),
    ]


@web.middleware
async def errors_as_json(request: web.Request, handler):
    """{"error": sentence}, with 400 for a ValueError. A page of another site may not drive the simulator: it signs
    what it is given, so such a request is refused (403)."""
    if not request.path.startswith("/_sim/"):
        return await handler(request)
    if request.method != "GET" and _is_foreign(request):
        return _json({"error": "this page may not use the simulator"}, 403)
    try:
        return await handler(request)
    except ValueError as error:
        return _json({"error": str(error)}, 400)
    except LookupError as error:
        return _json({"error": str(error.args[0])}, 404)


class Control:
    def __init__(self, world: World):
        self.world = world

    async def health(self, _request) -> web.Response:
        return _json({"ok": True, "numbers": len(self.world.numbers), "webhook_url": self.world.webhooks.url})

    async def list_numbers(self, _request) -> web.Response:
        return _json({"numbers": [number.public() for number in self.world.numbers]})

    async def put_number(self, request) -> web.Response:
        number = number_from(await _body(request))
        self.world.add_number(number)
        return _json(number.public(), 201)

    async def list_customers(self, request) -> web.Response:
        """Newest activity first where a number is given, else in the order they came."""
        if not request.query.get("phone_number_id"):
            return _json({"customers": [self._view(one) for one in self.world.phones]})
        number = self._number(request.query)
        theirs = [one for one in self.world.phones if number.phone_number_id in (one.home, *one.threads)]
        theirs.sort(key=lambda one: one.active_n, reverse=True)
        return _json({"customers": [self._view(one, number) for one in theirs[:MAX_LIST]], "total": len(theirs)})

    async def add_customer(self, request) -> web.Response:
        data = await _body(request)
        number = self._number(data)
        name, phone, username = (_optional_text(data, key) for key in ("name", "phone", "username"))
        customer = self.world.phones.add(name or phone, phone, username, number)
        self.world.hub.touch()
        return _json(self._view(customer, number), 201)

    async def write(self, request) -> web.Response:
        data = await _body(request)
        number, customer = self._pair(request, data, create=True)
        message = write(self.world, customer, number, data)
        return _json({"wamid": message.wamid, "customer": customer.id})

    async def thread(self, request) -> web.Response:
        customer = self._customer(request)
        chosen = request.query.get("phone_number_id")
        return _json(
            {
                "customer": self._view(customer, self._number({"phone_number_id": chosen or customer.home})),
                "messages": [message.view() for message in customer.messages(chosen)],
                "typing_until": max(
                    (one.typing_until for key, one in customer.threads.items() if chosen in (None, key)), default=0
                ),
            }
        )

    async def read(self, request) -> web.Response:
        number, customer = self._pair(request, await _body(request))
        sending.look(self.world, customer, number)
        return _json({"ok": True})

    async def echo(self, request) -> web.Response:
        """A message that the business's people write in the phone app."""
        data = await _body(request)
        number = self._number(request.match_info)
        customer = self._found(str(data.get("customer", "")), number)
        message = echo(self.world, customer, number, data)
        return _json({"wamid": message.wamid, "customer": customer.id})

    async def media(self, request) -> web.Response:
        """A file for the page. What a browser might run is a download, and nothing in it runs."""
        file = self.world.files.get(request.match_info["id"])
        if file is None:
            raise LookupError("no such file: it was forgotten, or never there")
        shown = file.base_type in SHOWN
        disposition = "inline" if shown else f"attachment; filename*=UTF-8''{quote(file.name or 'file', safe='')}"
        headers = {
            "Content-Type": file.mime_type if shown else "application/octet-stream",
            "Content-Disposition": disposition,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
            "Accept-Ranges": "bytes",
        }
        return _part(request, file.data, headers)

    async def list_templates(self, request) -> web.Response:
        number = self._number(request.query)
        return _json({"templates": list(number.templates.values()), "any": number.any_template})

    async def add_template(self, request) -> web.Response:
        """Approved at once unless `status` says otherwise; no webhook tells of it."""
        data = await _body(request)
        number = self._number(data)
        template = templates.make(number.waba_id, data)
        self.world.add_template(number.waba_id, template)
        return _json(template, 201)

    async def judge_template(self, request) -> web.Response:
        act = request.match_info["act"]
        if act not in templates.ACTS:
            raise ValueError(f"the act must be one of {', '.join(templates.ACTS)}")
        reason = _optional_text(await _body(request), "reason") or ""
        number, template = self.world.find_template(request.match_info["id"])
        template["status"] = templates.ACTS[act]
        template["rejected_reason"] = (reason or "NONE") if act == "reject" else "NONE"
        news = templates.news(template, reason)
        self.world.webhooks.send(bodies.account_news(number, "message_template_status_update", news))
        return _json(template)

    async def calls(self, request) -> web.Response:
        since = int(request.query.get("since", 0))
        limit = int(request.query["limit"]) if "limit" in request.query else None
        calls = self.world.calls_since(since, limit)
        return _json({"calls": [call.view() for call in calls], "last": calls[-1].n if calls else since})

    async def webhook(self, request) -> web.Response:
        """One attempt; a hand-made body is not retried."""
        raw = await request.read()
        secret = request.query.get("secret") or self._secret(request, raw)
        handmade.learn(self.world, raw)
        answer = await self.world.webhooks.post(raw, secret)
        return _json({"status": answer.status, "body": answer.body, "error": answer.error, "ms": round(answer.ms, 1)})

    async def webhooks(self, _request) -> web.Response:
        return _json({**self.world.state()["webhooks"], "last": self.world.webhooks.last})

    async def faults(self, _request) -> web.Response:
        return _json({**self.world.faults.view(), "on": self.world.faults.on()})

    async def put_faults(self, request) -> web.Response:
        self.world.faults.put(await _body(request))
        self.world.hub.touch()
        return await self.faults(request)

    async def reset(self, _request) -> web.Response:
        await self.world.reset()
        return _json({"ok": True})

    async def events(self, request) -> web.StreamResponse:
        return await self.world.hub.stream(request, request.query.get("customer", ""), self.world.state)

    def _view(self, customer: Customer, number: Number | None = None) -> dict:
        number = number or self.world.numbers.get(customer.home)
        thread = customer.threads.get(number.phone_number_id) if number else None
        last = thread.messages[-1] if thread and thread.messages else None
        return {
            "id": customer.id,
            "name": customer.name,
            "phone": customer.phone and f"+{customer.phone}",
            "username": customer.username,
            "user_id": number and self.world.phones.user_id(customer, number.waba_id),
            "user_ids": customer.user_ids,
            "phone_number_id": customer.home,
            "unread": thread.unread if thread else 0,
            "last": last and last.view(),
        }

    def _pair(self, request, data: dict, create: bool = False) -> tuple[Number, Customer]:
        chosen = data.get("phone_number_id") or request.query.get("phone_number_id")
        customer = self._found(request.match_info["id"], self._number({"phone_number_id": chosen}) if create else None)
        return self._number({"phone_number_id": chosen or customer.home}), customer

    def _found(self, ref: str, number: Number | None = None) -> Customer:
        """The customer; with a number, digits that nobody has make a new customer of this number."""
        customer = self.world.phones.find(ref)
        if customer is None and number and ref.lstrip("+").isdigit():
            customer = self.world.phones.add(f"+{phone_digits(ref)}", ref, None, number)
        if customer is None:
            raise LookupError(f"no customer {ref}")
        return customer

    def _customer(self, request) -> Customer:
        return self._found(request.match_info["id"])

    def _number(self, data) -> Number:
        return self.world.numbers.chosen(data.get("phone_number_id"))

    def _secret(self, request, raw: bytes) -> str:
        if request.query.get("phone_number_id"):
            return self._number(request.query).app_secret
        return handmade.secret_for(self.world, raw) or self._number({}).app_secret


def _part(request, data: bytes, headers: dict) -> web.Response:
    """The range that was asked for, as players do, or all of it."""
    try:
        wanted = request.http_range
    except ValueError:
        wanted = slice(None)
    start, stop, _ = wanted.indices(len(data))
    if wanted == slice(None, None, 1) or wanted == slice(None) or start >= stop:
        return web.Response(body=data, headers=headers)
    place = {"Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"}
    return web.Response(body=data[start:stop], status=206, headers={**headers, **place})


async def _body(request) -> dict:
    raw = await request.read()
    try:
        data = json.loads(raw or b"{}")
    except ValueError:
        raise ValueError("the body is not JSON") from None
    if not isinstance(data, dict):
        raise ValueError("the body must be a JSON object")
    return data


def _optional_text(data: dict, key: str) -> str | None:
    value = data.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} must be a string")
    return value.strip() or None if value else None


def _json(data: dict, status: int = 200) -> web.Response:
    return web.Response(body=json.dumps(data).encode(), status=status, content_type="application/json")


def _is_foreign(request) -> bool:
    origin = request.headers.get("Origin")
    return origin is not None and origin.partition("://")[2] != request.host
