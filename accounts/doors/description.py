"""The API's description (OpenAPI), as far as it is the same for every view: how one signs in, which business is meant,
the one error shape, the headers of every answer. An app's views describe what is their own, with ``extend_schema``.
"""

import inspect
import re

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from .strict import SAYS_SOMETHING, StrictSerializer
from .views import BusinessDoor

_WRITES = ("POST", "PUT", "PATCH")
_BUSINESS = OpenApiParameter(
    "X-Business",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    description="Which of the person's businesses is meant; without it the one that they joined first. An API key has one.",
)
_ERRORS = {
    "400": "`invalid`: `fields` says what is wrong with the body or the query.",
    "401": "`not_signed_in`, or what is wrong with the token or the key.",
    "403": "`not_allowed`: the role does not allow it; `scope_missing`, `person_needed` of an API key; "
    "`two_factor_required`, `no_business`.",
    "404": "`not_found`: there is nothing here, or it belongs to another business.",
    "429": "`too_many_requests`: wait for the seconds of `Retry-After`.",
    "4XX": "`method_not_allowed` (405), `not_acceptable` (406), `length_required` (411: no chunks), `too_large` (413: the "
    "body), `unsupported_type` (415).",
}
_HEADERS = {
    "X-Request-ID": "The request's id: in the log and in the body of an error. One that was sent with the request is kept.",
    "RateLimit-Policy": "The limit that is nearest to its end: its name, q requests in w seconds.",
    "RateLimit": "Of that limit: r requests are left, a new window begins in t seconds.",
}
_SOME_HEADERS = {
    "401": {"WWW-Authenticate": "How to sign in: Bearer."},
    "429": {"Retry-After": "Seconds to wait."},
}


class Error(serializers.Serializer):
    """Every error has this shape."""

    code = serializers.CharField(help_text="One word for programs.")
    message = serializers.CharField(help_text="A sentence, in the language of Accept-Language (en, hi).")
    fields = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text='What is wrong, by field; deeper ones as "buttons.0.title", what concerns no single one as "_".',
    )
    requestId = serializers.CharField()


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.doors.authentication.Bearer"
    name = "Bearer"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An access token of /api/auth/login, or an API key (`wak_...`) of /api/keys.",
        }


class Described(AutoSchema):
    """Reads what the view says of itself: ``query`` and ``input_class``."""

    def get_override_parameters(self):
        more = [_BUSINESS] if isinstance(self.view, BusinessDoor) else []
        takes_query = self.method == "GET" and getattr(self.view, "detail", None) is not True
        query = getattr(self.view, "query", None) if takes_query else None
        return [*super().get_override_parameters(), *more, *([query] if query else [])]

    def get_request_serializer(self):
        given = getattr(self.view, "input_class", None)
        return given if given and self.method in _WRITES else super().get_request_serializer()

    def get_description(self):
        """The act's docstring, or the view's own; never that of a class below it, which speaks to programmers."""
        act = getattr(self.view, getattr(self.view, "action", self.method.lower()), None)
        return get_doc(act) or inspect.cleandoc(type(self.view).__dict__.get("__doc__") or "")

    def get_serializer_name(self, serializer, direction):
        """KeyOut is a "Key", KeyIn a "KeyRequest"."""
        return re.sub(r"(In|Out)$", "", super().get_serializer_name(serializer, direction))

    def _map_basic_serializer(self, serializer, direction):
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "request":
            for name in schema.get("properties", ()):
                schema["properties"][name] = _text(schema["properties"][name], serializer.fields[name])
        if isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
            if serializer.kinds:
                schema = {"oneOf": [_of_kind(schema, name, *kind) for name, kind in serializer.kinds.items()]}
        return schema

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        if isinstance(field, serializers.Serializer) and direction == "request":
            field.partial = getattr(field.root, "partial", False)  # as DRF takes it: a part of a part
        return super()._map_serializer_field(field, direction, bypass_extensions)

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        shape = {"application/json": {"schema": self.resolve_serializer(Error, "response").ref}}
        for code in self._may_answer():
            bodies.setdefault(code, {"description": _ERRORS[code], "content": shape})
        for code, body in bodies.items():
            named = _HEADERS | _SOME_HEADERS.get(code, {})
            body["headers"] = body.get("headers", {}) | {
                name: {"$ref": f"#/components/headers/{name}"} for name in named
            }
        return dict(sorted(bodies.items()))

    def _may_answer(self) -> list[str]:
        signed_in = bool(self.get_auth())
        business = isinstance(self.view, BusinessDoor)
        never = set() if signed_in else {"401", "403"}  # a view of sign-in names its own
        if not business and "{" not in self.path:
            never.add("404")
        return [code for code in _ERRORS if code not in never]


def _text(schema: dict, field: serializers.Field) -> dict:
    """What a text may be, where a blank one is refused, or taken beside what its pattern or format says."""
    if isinstance(field, serializers.ListField) and "items" in schema:
        return schema | {"items": _text(schema["items"], field.child)}
    if schema.get("type") != "string":
        return schema
    if getattr(field, "allow_blank", False):
        if "pattern" in schema:
            schema["pattern"] = f"^$|{schema['pattern']}"
        elif "format" in schema:
            about = {name: schema.pop(name) for name in ("description", "nullable") if name in schema}
            return {"oneOf": [schema, {"type": "string", "enum": [""]}], **about}
    elif type(field) is serializers.CharField and "pattern" not in schema and "enum" not in schema:
        schema.setdefault("minLength", 1)
        if field.trim_whitespace:
            schema["pattern"] = SAYS_SOMETHING
    return schema


def _of_kind(schema: dict, name: str, needed: frozenset[str], taken: frozenset[str], more: dict) -> dict:
    """The whole schema, narrowed to one of the kinds that its ``type`` tells apart."""
    properties = {key: schema["properties"][key] for key in schema["properties"] if key in taken}
    for key, closer in more.items():
        properties[key] = properties[key] | closer
    kind = {"type": "string", "enum": [name], **({} if "type" in needed else {"default": name})}
    return {**schema, "title": name, "properties": {"type": kind, **properties}, "required": sorted(needed)}


def finish(result, **kwargs):
    """drf-spectacular's hook: the headers that all answers name."""
    told = _HEADERS | {name: text for some in _SOME_HEADERS.values() for name, text in some.items()}
    result["components"]["headers"] = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in told.items()
    }
    for name, component in result["components"]["schemas"].items():
        if name.endswith("Request") and component.get("type") == "object":
            component.setdefault("additionalProperties", False)  # strict.Known
    return result
