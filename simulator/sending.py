"""What becomes of a Graph call that is accepted: a bubble on the phone, statuses, a read mark, a typing sign."""

import time

from . import bodies, limits, templates
from .business import Number, pricing
from .errors import GraphError, title
from .faults import Graph as Fault
from .files import TYPES, base_type
from .phones import RANK, Customer, Message
from .world import World

WINDOW_S = 24 * 3600
TYPING_S = 25  # Meta switches the sign off after 25 seconds or on the answer
READ_MS = 20


def send(world: World, number: Number, body: dict, fault: Fault) -> Message:
    """Accepts a message, or raises GraphError. The modes `failed`, `no_status` and `late_status` of the fault change
    what follows."""
    limits.check(body)
    now = time.time()
    customer = _recipient(world, number, body, now)
    by_bsuid = not body.get("to")
    kind, content = _bubble(world, number, body)
    if failure := _bad_file(content, kind):
        fault = failure
    thread = customer.thread(number)
    thread.typing_until = 0.0
    message = world.phones.keep(
        number,
        customer,
        direction="outbound",
        kind=kind,
        content=content,
        at=now,
        status="accepted",
        reply_to=body.get("context", {}).get("message_id"),
        callback=body.get("biz_opaque_callback_data"),
        by_bsuid=by_bsuid,
    )
    if fault.mode != "failed":
        _show(world, message)
    _schedule_statuses(world, message, fault)
    return message


def mark_read(world: World, number: Number, body: dict) -> None:
    """A read mark for a customer's message and those before it, with or without a typing sign."""
    wamid = body.get("message_id")
    if not isinstance(wamid, str) or not wamid:
        raise limits.invalid("The parameter message_id is required.")
    if body.get("status") != "read":
        raise limits.invalid("Param status must be one of {READ}.")
    if not wamid.startswith("wamid."):
        raise limits.value("Message ID is not valid.")
    typing = body.get("typing_indicator")
    if typing is not None and (not isinstance(typing, dict) or typing.get("type") != "text"):
        raise limits.value("typing_indicator type must be 'text'.")
    message = world.phones.message(wamid)
    if message is None or message.number is not number:
        return  # written before this simulator started: nothing to show, and no error, as the customer is real
    _mark(world, message)
    if typing:
        message.customer.thread(number).typing_until = time.time() + TYPING_S
        world.hub.publish(
            message.customer.id, "typing", {"phone_number_id": number.phone_number_id, "seconds": TYPING_S}
        )


def look(world: World, customer: Customer, number: Number) -> None:
    """The customer looks at the thread: everything delivered is read, everything else as soon as it is delivered."""
    thread = customer.thread(number)
    thread.unread = 0
    for message in reversed(thread.messages):
        if message.direction == "inbound":
            continue
        if message.looked_at:
            break
        message.looked_at = True
        if message.status == "delivered":
            world.later(READ_MS, _status, world, message, "read")
    world.hub.touch()


def window_is_open(customer: Customer, number: Number, now: float) -> bool:
    """Whether the customer wrote to this number in the last 24 hours, by the messages' own time."""
    thread = customer.threads.get(number.phone_number_id)
    return bool(thread) and now < thread.last_inbound_at + WINDOW_S


def _recipient(world: World, number: Number, body: dict, now: float) -> Customer:
    phones, rules = world.phones, world.faults.limits
    is_template = body.get("type") == "template"
    if body.get("to"):
        if body["to"] == f"+{number.digits}":
            raise GraphError(131021, "Recipient phone number cannot be the sender's.")
        customer = phones.by_phone(body["to"])
    else:
        customer = phones.by_user_id(body["recipient"], number.waba_id)
        if customer is None:
            raise GraphError(131026)
    if is_template:
        _check_template(number, body["template"])
    elif rules.window and (customer is None or not window_is_open(customer, number, now)):
        raise GraphError(131047)
    if rules.throughput and not world.throughput.take(number.phone_number_id, now):
        raise GraphError(130429)
    if customer is None:  # a business may write first, to a phone that this simulator has not met
        customer = phones.add(body["to"], body["to"], None, number)
    if rules.pair and not world.pair.take((number.phone_number_id, customer.id), now):
        raise GraphError(131056)
    return customer


def _check_template(number: Number, template: dict) -> None:
    name, language = template["name"], template["language"]["code"]
    known = number.templates.get((name, language))
    if known is None:
        if number.any_template:
            return
        raise GraphError(132001, f"template name ({name}) does not exist in {language}")
    templates.check_sendable(known)
    wanted = templates.body(known).count("{{")
    given = len(limits.template_texts(template, "body"))
    if given != wanted:
        raise GraphError(
            132000,
            f"body: number of localizable_params ({given}) does not match the expected number of params ({wanted})",
        )


def _bubble(world: World, number: Number, body: dict) -> tuple[str, dict]:
    """(kind, what the phone shows) of a checked message."""
    kind = body.get("type", "text")
    payload = body[kind]
    if kind == "interactive":
        return _interactive_bubble(world, number, payload)
    if kind == "text":
        return kind, {"text": payload["body"]}
    if kind == "template":
        return kind, _template_bubble(world, number, payload)
    if kind == "reaction":
        return kind, {"emoji": payload["emoji"], "to_wamid": payload["message_id"]}
    if kind == "location":
        return kind, {"location": payload}
    if kind == "contacts":
        return kind, {"contacts": payload}
    return kind, _media_bubble(world, number, payload)


def _media_bubble(world: World, number: Number, payload: dict) -> dict:
    names = ("link", "id", "filename", "voice")
    content = {"text": payload.get("caption", ""), **{name: payload[name] for name in names if name in payload}}
    if payload.get("id"):
        file = world.files.get(payload["id"])
        if file is None or file.number.waba_id != number.waba_id:
            raise limits.value(f"The media id {payload['id']} does not exist or is another account's.")
        content["media"] = file.view()
    return content


def _bad_file(content: dict, kind: str) -> Fault | None:
    """A file of another kind is taken, and fails afterwards, as Meta looks into it later."""
    content = content.get("header_file", content)
    media, kind = content.get("media"), content.get("kind", kind)
    if media is None or kind not in TYPES or base_type(media["mime_type"]) in TYPES[kind][0]:
        return None
    return Fault(mode="failed", code=131053)


def _header(world: World, number: Number, header: dict) -> dict:
    """What the phone shows above the text: {"header": text}, or {"header_file": {"kind", ...}}."""
    kind = header.get("type", "text")
    if kind not in limits.HEADER_FILES:
        return {"header": header.get("text", "")}
    shown = _media_bubble(world, number, header[kind])
    return {"header_file": {"kind": kind, **{name: shown[name] for name in shown if name != "text"}}}


def _interactive_bubble(world: World, number: Number, interactive: dict) -> tuple[str, dict]:
    action = interactive["action"]
    content = {"text": interactive["body"]["text"]}
    if "header" in interactive:
        content |= _header(world, number, interactive["header"])
    if "footer" in interactive:
        content["footer"] = interactive["footer"].get("text", "")
    if interactive["type"] == "button":
        return "buttons", {**content, "buttons": [button["reply"] for button in action["buttons"]]}
    if interactive["type"] == "cta_url":
        return "cta_url", {**content, "link": action["parameters"]}
    sections = action["sections"]
    rows = [row for section in sections for row in section["rows"]]
    return "list", {**content, "list_button": action["button"], "sections": sections, "rows": rows}


def _template_bubble(world: World, number: Number, template: dict) -> dict:
    name, language = template["name"], template["language"]["code"]
    known = number.templates.get((name, language))
    texts = limits.template_texts(template, "body")
    text = (known and templates.body(known)) or " · ".join([f"{name} ({language})", *texts])
    content = {
        "template": {"name": name, "language": language, "parameters": texts},
        "text": templates.filled(text, texts),
        **_template_header(world, number, known, template),
    }
    if known and (footer := templates.part(known, "FOOTER").get("text")):
        content["footer"] = footer
    labels = templates.buttons(known) if known else []
    if labels:
        content["buttons"] = [{"id": label, "title": label} for label in labels]
    return content


def _template_header(world: World, number: Number, known: dict | None, template: dict) -> dict:
    for given in limits.template_parameters(template, "header"):
        if given.get("type") in limits.HEADER_FILES:
            return _header(world, number, given)
    words = templates.part(known, "HEADER").get("text") if known else ""
    return {"header": templates.filled(words, limits.template_texts(template, "header"))} if words else {}


def _show(world: World, message: Message) -> None:
    if message.kind == "reaction":
        _react(world, message)
    else:
        message.customer.thread(message.number).unread += 1
    world.changed(message)


def _react(world: World, reaction: Message) -> None:
    target = world.phones.message(reaction.content["to_wamid"])
    if target and target.customer is reaction.customer:
        target.reactions[reaction.direction] = reaction.content["emoji"]
        world.changed(target)


def _schedule_statuses(world: World, message: Message, fault: Fault) -> None:
    when = world.faults.statuses
    if not when.on or fault.mode == "no_status":
        return
    late = fault.late_ms if fault.mode == "late_status" else 0
    if fault.mode == "failed":
        world.later(when.sent_ms, _fail, world, message, fault.code)
        return
    world.later(late + when.sent_ms, _status, world, message, "sent")
    if message.kind != "reaction":  # a reaction gets no more than sent
        world.later(late + when.delivered_ms, _status, world, message, "delivered")


def _status(world: World, message: Message, name: str) -> None:
    if RANK[name] <= RANK[message.status]:
        return
    now = time.time()
    _advance(world, message, name, now)
    user_id = world.phones.user_id(message.customer, message.number.waba_id)
    price = _pricing(message, now) if name == "sent" else None
    world.webhooks.send(bodies.status(message, user_id, name, int(now), price))
    if name == "delivered" and message.looked_at:
        world.later(READ_MS, _status, world, message, "read")


def _fail(world: World, message: Message, code: int) -> None:
    now = time.time()
    _advance(world, message, "failed", now)
    message.content["error"] = {"code": code, "title": title(code)}
    user_id = world.phones.user_id(message.customer, message.number.waba_id)
    world.webhooks.send(bodies.failed(message, user_id, code, int(now)))


def _advance(world: World, message: Message, name: str, now: float) -> None:
    message.status = name
    message.history.append((name, now))
    world.changed(message)


def _pricing(message: Message, now: float) -> dict:
    if message.kind != "template":
        return message.number.price_service_message(now)
    template = message.content["template"]
    known = message.number.templates.get((template["name"], template["language"]))
    return pricing(known["category"].lower() if known else "utility")


def _mark(world: World, message: Message) -> None:
    for one in reversed(message.customer.thread(message.number).messages):
        if one.direction != "inbound" or one.n > message.n:
            continue
        if one.status == "read":
            break
        one.status = "read"
        one.history.append(("read", time.time()))
        world.changed(one)
