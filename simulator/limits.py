"""Meta's limits on what a business may send. Source: Cloud API "Messages" reference and "Error codes".

Lengths count Unicode code points: Meta does not say what it counts.
`check(body)` raises `GraphError` for the first thing that is wrong and returns nothing otherwise. It looks at the
message alone; who it goes to, the window and the rates are the business of graph.py.
"""

import re

from .errors import GraphError

TYPES = (
    "audio",
    "contacts",
    "document",
    "image",
    "interactive",
    "location",
    "reaction",
    "sticker",
    "template",
    "text",
    "video",
)
MEDIA = ("audio", "document", "image", "sticker", "video")
HEADER_FILES = ("document", "image", "video")
PHONE = re.compile(r"\+[1-9]\d{6,14}")
BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


def check(body: dict) -> None:
    if body.get("messaging_product") != "whatsapp":
        raise invalid("The parameter messaging_product is required and must be 'whatsapp'.")
    if body.get("recipient_type", "individual") not in ("individual", "group"):
        raise invalid("Param recipient_type must be one of {individual, group}.")
    kind = body.get("type", "text")
    if kind not in TYPES:
        allowed = ", ".join(TYPES).upper()
        raise invalid(f'Param type must be one of {{{allowed}}} - got "{kind}".')
    check_recipient(body)
    _bounded(body.get("biz_opaque_callback_data", ""), "biz_opaque_callback_data", 0, 512)
    if "context" in body:
        _required(_object(body, "context"), "message_id", "context")
    payload = body.get(kind)
    if not isinstance(payload, list if kind == "contacts" else dict):
        raise missing(f"Parameter '{kind}' is mandatory for type '{kind}'.")
    CHECKS.get(kind, _media)(payload, kind)


def check_recipient(body: dict) -> None:
    """`to` is a phone with "+" (without it Meta puts the business's own country code before it, so we refuse);
    `recipient` is a BSUID. Where both are there, `to` wins."""
    to, recipient = body.get("to"), body.get("recipient")
    if not to and not recipient:
        raise invalid("The parameter to is required.")
    if to and not (isinstance(to, str) and PHONE.fullmatch(to)):
        raise value("The phone number is malformed: Please use the format: +1234567890.")
    if not to and not (isinstance(recipient, str) and BSUID.fullmatch(recipient)):
        raise value("The parameter recipient is not a business-scoped user ID.")


def _text(text: dict, _kind: str) -> None:
    content = text.get("body")
    if not isinstance(content, str) or not content.strip():
        raise invalid("The parameter text['body'] is required.")
    if len(content) > 4096:
        raise invalid("Param text['body'] must be at most 4096 characters long.")


def _interactive(interactive: dict, _kind: str) -> None:
    kind = interactive.get("type")
    if kind not in INTERACTIVE:
        raise GraphError(131051, f"Interactive type '{kind}' is not supported.")
    body_limit, check_action = INTERACTIVE[kind]
    content = _object(interactive, "body")
    _bounded(content.get("text"), "Body text", 1, body_limit)
    if "footer" in interactive:
        _bounded(_object(interactive, "footer").get("text"), "Footer text", 1, 60)
    if "header" in interactive:
        _header(_object(interactive, "header"), kind)
    check_action(_object(interactive, "action"))


def _header(header: dict, interactive_kind: str) -> None:
    kind = header.get("type")
    if kind == "text":
        _bounded(header.get("text"), "Header text", 1, 60)
    elif kind in HEADER_FILES and interactive_kind != "list":
        _media(_object(header, kind), kind)
    else:
        raise value(f"Header type '{kind}' is not allowed for interactive type '{interactive_kind}'.")


def _buttons(action: dict) -> None:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise value("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = []
    for button in buttons:
        if not isinstance(button, dict) or button.get("type") != "reply":
            raise value("Button type must be 'reply'.")
        reply = _object(button, "reply")
        _bounded(reply.get("id"), "Button id", 1, 256)
        _bounded(reply.get("title"), "Button title", 1, 20)
        replies.append(reply)
    _unique([reply["title"] for reply in replies], "Duplicated title: button titles must be unique.")
    _unique([reply["id"] for reply in replies], "Duplicated id: button ids must be unique.")


def _list(action: dict) -> None:
    _bounded(action.get("button"), "Action button", 1, 20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise value("Invalid sections count. Min allowed sections: 1, Max allowed sections: 10")
    rows = [row for section in sections for row in _rows(section, titled=len(sections) > 1)]
    if len(rows) > 10:
        raise value("Total row count exceed max allowed count: 10")
    _unique([row["id"] for row in rows], "Duplicated id: row ids must be unique.")


def _rows(section, titled: bool) -> list[dict]:
    if not isinstance(section, dict) or not isinstance(section.get("rows"), list) or not section["rows"]:
        raise missing("Every section needs at least one row.")
    _bounded(section.get("title", ""), "Section title", 1 if titled else 0, 24)
    for row in section["rows"]:
        if not isinstance(row, dict):
            raise value("A row must be an object.")
        _bounded(row.get("id"), "Row id", 1, 200)
        _bounded(row.get("title"), "Row title", 1, 24)
        _bounded(row.get("description", ""), "Row description", 0, 72)
    return section["rows"]


def _link_button(action: dict) -> None:
    parameters = _object(action, "parameters")
    _bounded(parameters.get("display_text"), "Button display text", 1, 20)
    if not str(parameters.get("url", "")).startswith(("https://", "http://")):
        raise value("Parameter 'url' is not a valid URL.")


def _template(template: dict, _kind: str) -> None:
    _required(template, "name", "template")
    _required(_object(template, "language"), "code", "template['language']")
    components = template.get("components", [])
    if not isinstance(components, list) or not all(
        isinstance(one, dict) and isinstance(one.get("parameters", []), list) for one in components
    ):
        raise value("template['components'] must be a list of objects with lists of parameters.")
    for parameter in template_parameters(template):
        if parameter.get("type") in HEADER_FILES:
            _media(_object(parameter, parameter["type"]), parameter["type"])
    for text in template_texts(template):
        if re.search(r"[\n\t]| {5,}", text):
            raise GraphError(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")


def template_texts(template: dict, component: str = "") -> list[str]:
    """The text parameters of one kind of component ("body", "header"), or of all of them, in order."""
    given = template_parameters(template, component)
    return [str(one.get("text", "")) for one in given if one.get("type") == "text"]


def template_parameters(template: dict, component: str = "") -> list[dict]:
    """All parameters of one kind of component, or of all of them, in order."""
    parameters = [
        parameter
        for one in template.get("components", [])
        if not component or str(one.get("type", "")).lower() == component
        for parameter in one.get("parameters", [])
    ]
    return [one for one in parameters if isinstance(one, dict)]


def _reaction(reaction: dict, _kind: str) -> None:
    _required(reaction, "message_id", "reaction")
    if not isinstance(reaction.get("emoji"), str):
        raise missing("Parameter 'reaction['emoji']' is mandatory for type 'reaction'.")


def _location(location: dict, _kind: str) -> None:
    for name in ("latitude", "longitude"):
        _required(location, name, "location")


def _contacts(contacts: list, _kind: str) -> None:
    if not 1 <= len(contacts) <= 257:
        raise value("Invalid contacts count. Min allowed contacts: 1, Max allowed contacts: 257")


def _media(media: dict, kind: str) -> None:
    if bool(media.get("id")) == bool(media.get("link")):
        raise missing(f"Exactly one of {kind}['id'] and {kind}['link'] is required.")
    if kind in ("audio", "sticker") and "caption" in media:
        raise invalid(f'Unexpected key "caption" on param "{kind}".')
    _bounded(media.get("caption", ""), "Caption", 0, 1024)


CHECKS = {
    "text": _text,
    "interactive": _interactive,
    "template": _template,
    "reaction": _reaction,
    "location": _location,
    "contacts": _contacts,
}
INTERACTIVE = {"button": (1024, _buttons), "list": (4096, _list), "cta_url": (1024, _link_button)}


def _object(parent: dict, name: str) -> dict:
    if not isinstance(parent.get(name), dict):
        raise missing(f"Parameter '{name}' is missing.")
    return parent[name]


def _required(parent: dict, name: str, path: str) -> None:
    if parent.get(name) in (None, ""):
        raise missing(f"Parameter {path}['{name}'] is missing.")


def _bounded(text, name: str, shortest: int, longest: int) -> None:
    if not isinstance(text, str):
        raise missing(f"{name} is missing.")
    if not shortest <= len(text) <= longest:
        raise value(f"{name} length invalid. Min length: {shortest}, Max length: {longest}")


def _unique(values: list[str], details: str) -> None:
    if len(set(values)) != len(values):
        raise value(details)


def invalid(details: str) -> GraphError:
    return GraphError(100, details)


def missing(details: str) -> GraphError:
    return GraphError(131008, details)


def value(details: str) -> GraphError:
    return GraphError(131009, details)
