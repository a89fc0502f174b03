"""Message templates of an account: made, listed, approved or not. A template is a dictionary that the numbers of its
account share. Source: Cloud API "Templates" and "message_template_status_update webhook reference"."""

import base64
import hashlib
import re

from .errors import GraphError

CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
# What a tester may do to a template: its status afterwards, which is also the event of the webhook.
ACTS = {"approve": "APPROVED", "reject": "REJECTED", "pause": "PAUSED", "disable": "DISABLED"}
# What a send of a template in this state gets; what is left out says "does not exist".
REFUSALS = {"PAUSED": 132015, "DISABLED": 132016}
PAGE = 25


def make(waba_id: str, data) -> dict:
    """A template from {"name", "language"?, "category"?, "status"?, and "components" or "body"? with "buttons"?}.
    Raises ValueError saying what is wrong."""
    if not isinstance(data, dict) or not isinstance(data.get("name"), str) or not data["name"]:
        raise ValueError("templates must be a list of objects with a name")
    name, language = data["name"], str(data.get("language", "en")).replace("-", "_")
    components = data.get("components")
    if components is None:
        components = _components(data.get("body", ""), data.get("buttons", []))
    if not isinstance(components, list) or not all(isinstance(one, dict) for one in components):
        raise ValueError("components must be a list of objects")
    digest = hashlib.sha256(f"{waba_id}:{name}:{language}".encode()).digest()
    return {
        "id": str(10**14 + int.from_bytes(digest[:8], "big") % (9 * 10**14)),
        "name": name,
        "language": language,
        "status": str(data.get("status", "APPROVED")).upper(),
        "category": str(data.get("category", "UTILITY")).upper(),
        "components": components,
        "rejected_reason": "NONE",
        "quality_score": {"score": "UNKNOWN"},
    }


def body(template: dict) -> str:
    """The text with its places, "" where there is none."""
    return str(part(template, "BODY").get("text", ""))


def part(template: dict, kind: str) -> dict:
    """Its HEADER, BODY or FOOTER; {} where it has none."""
    return next((one for one in template["components"] if _kind(one) == kind), {})


def filled(text: str, values: list[str]) -> str:
    for place, value in enumerate(values, 1):
        text = text.replace(f"{{{{{place}}}}}", value)
    return text


def buttons(template: dict) -> list[str]:
    """The labels of the quick replies."""
    of_all = [button for one in template["components"] if _kind(one) == "BUTTONS" for button in one.get("buttons", [])]
    return [button["text"] for button in of_all if button.get("type") == "QUICK_REPLY" and button.get("text")]


def from_graph(waba_id: str, data: dict) -> dict:
    """A new template, PENDING, from the body of a Graph call. Raises GraphError."""
    for key in ("name", "language", "category", "components"):
        if not data.get(key):
            raise GraphError(100, f"The parameter {key} is required.")
    if not re.fullmatch(r"[a-z0-9_]{1,512}", str(data["name"])):
        raise GraphError(100, "Message template name can only have lowercase letters, digits and underscores.")
    if str(data["category"]).upper() not in CATEGORIES:
        raise GraphError(100, f"Param category must be one of {{{', '.join(CATEGORIES)}}}.")
    try:
        return make(waba_id, {**data, "status": "PENDING"})
    except ValueError as error:
        raise GraphError(100, str(error)) from None


def check_sendable(template: dict) -> None:
    """Raises Meta's error unless the template is approved."""
    if template["status"] != "APPROVED":
        name, language = template["name"], template["language"]
        code = REFUSALS.get(template["status"], 132001)
        raise GraphError(code, f"template name ({name}) is {template['status'].lower()} in {language}")


def page(every: list[dict], query, url: str) -> dict:
    """The answer to a list: `limit` of them after the cursor `after`, those whose name holds `name`."""
    every = [one for one in every if query.get("name", "") in one["name"]]
    start = _place(query.get("after"))
    limit = max(int(query["limit"]), 1) if query.get("limit", "").isdigit() else PAGE
    part = every[start : start + limit]
    paging: dict = {"cursors": {"before": _cursor(start), "after": _cursor(start + len(part))}}
    if start + limit < len(every):
        paging["next"] = f"{url}?limit={limit}&after={paging['cursors']['after']}"
    fields = query.get("fields")
    return {"data": [chosen(one, fields) for one in part], **({"paging": paging} if part else {})}


def chosen(template: dict, fields: str | None) -> dict:
    """As Graph: `fields=a,b` gives these and the id."""
    return {key: template[key] for key in [*fields.split(","), "id"] if key in template} if fields else template


def news(template: dict, reason: str) -> dict:
    """The `value` of a message_template_status_update. The language is printed with a hyphen, the id is a number."""
    return {
        "event": template["status"],
        "message_template_id": int(template["id"]),
        "message_template_name": template["name"],
        "message_template_language": template["language"].replace("_", "-"),
        "reason": reason or "NONE",
        "message_template_category": template["category"],
    }


def _components(text: str, labels: list) -> list[dict]:
    replies = [{"type": "QUICK_REPLY", "text": label} for label in labels]
    parts = [{"type": "BODY", "text": text}] if text else []
    return parts + ([{"type": "BUTTONS", "buttons": replies}] if replies else [])


def _kind(component: dict) -> str:
    return str(component.get("type", "")).upper()


def _cursor(place: int) -> str:
    return base64.b64encode(f"after:{place}".encode()).decode()


def _place(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("after:"))
    except ValueError:
        raise GraphError(100, "Invalid cursor") from None
