"""Does an answer keep to what the API says of itself: a status that the description names, a body of that shape."""

import json
from functools import cache

from jsonschema import Draft4Validator, FormatChecker

from whatsapp_automation.api.description import document

JSON = "application/json"


def departure(path: str, method: str, status: int, body: bytes, kind: str) -> str:
    """In which way the answer is not as it is described; empty where it is. ``path`` is the description's: /api/products/{id}."""
    operation = _document()["paths"].get(path, {}).get(method.lower())
    responses = operation["responses"] if operation else {"4XX": _ERROR}  # a method that the address has not
    named = next((name for name in (str(status), f"{status // 100}XX") if name in responses), None)
    if named is None:
        return f"{status} is not named"
    content = responses[named].get("content", {})
    if not content:
        return f"{status} has no body" if body else ""
    if kind.partition(";")[0] not in content:
        return f"{status} is {kind}"
    if kind != JSON:
        return ""
    error = next(_validator(path, method.lower(), named).iter_errors(json.loads(body)), None)
    return f"{error.message[:500]} at {error.json_path}" if error else ""


_ERROR = {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}}


@cache
def _validator(path: str, method: str, named: str) -> Draft4Validator:
    operation = _document()["paths"].get(path, {}).get(method)
    schema = (operation["responses"][named] if operation else _ERROR)["content"][JSON]["schema"]
    return Draft4Validator(schema | {"components": _document()["components"]}, format_checker=FormatChecker())


@cache
def _document() -> dict:
    return _with_null(document("en"))


def _with_null(schema):
    """OpenAPI 3.0 is JSON Schema of draft 4, but for the word of its own for what may be null."""
    if isinstance(schema, list):
        return [_with_null(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _with_null(part) for name, part in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain
