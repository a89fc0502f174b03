"""Every error of the API has one shape: {"code", "message", "fields", "requestId"}.

``code`` is one word for programs, ``message`` a sentence in the reader's language, ``fields`` says field by field what
is wrong with the body or the query.
"""

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as Invalid
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response

from ..address import asker
from ..errors import DomainError

# An object that is not there and one of another business are answered alike, with these words.
_SAYS = {
    400: ("invalid", lambda: _("The request is not valid.")),
    401: ("not_signed_in", lambda: _("Sign in first.")),
    403: ("not_allowed", lambda: _("Your role does not allow this.")),
    404: ("not_found", lambda: _("There is nothing here.")),
    405: ("method_not_allowed", lambda: _("This address does not take that method.")),
    406: ("not_acceptable", lambda: _("The API answers in JSON only.")),
    411: ("length_required", lambda: _("Send the body with its Content-Length, not in chunks.")),
    413: ("too_large", lambda: _("The body is too large.")),
    415: ("unsupported_type", lambda: _("Send the body as application/json.")),
    429: ("too_many_requests", lambda: _("Too many requests. Wait a moment.")),
    500: ("internal", lambda: _("Something went wrong here. It has been logged under this request's id.")),
}
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}  # RFC 9110: a 401 says how to sign in


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"

    def __init__(self, limit: int):
        super().__init__(_("The body is larger than %(limit)s bytes.") % {"limit": limit})


class LengthRequired(exceptions.APIException):
    """A body in chunks: to WSGI it is no body, and a PATCH would be answered as if it had changed something."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_code = "length_required"


def shape(code: str, message: str, fields: dict | None = None) -> dict:
    return {"code": code, "message": str(message), "fields": fields or {}, "requestId": asker().request_id}


def handle(error: Exception, context: dict) -> Response | None:
    """DRF's exception handler. None for a fault of ours: Django logs it and answers 500 (see ``server_error``)."""
    if isinstance(error, DomainError):
        headers = _retry(error.retry_after) | (CHALLENGE if error.status == 401 else {})
        return _respond(error.status, error.code, error.message, _texts(error.fields), headers)
    if isinstance(error, Http404 | ObjectDoesNotExist):  # the second: gone while it was to be changed
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, Invalid):
        error = exceptions.ValidationError(_named(error))
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge(0)
    elif isinstance(error, SuspiciousOperation):
        error = exceptions.ParseError()
    if not isinstance(error, exceptions.APIException):
        return None
    return _of_api_exception(error)


def _of_api_exception(error: exceptions.APIException) -> Response:
    code, message = _SAYS.get(error.status_code, ("error", lambda: str(error.detail)))
    message = message()
    fields, headers = {}, {}
    if isinstance(error, exceptions.ValidationError):
        fields = _fields(error.detail)
    elif isinstance(error, TooLarge | exceptions.ParseError):
        message = str(error.detail)
    elif isinstance(error, exceptions.AuthenticationFailed | exceptions.PermissionDenied):
        given = _code(error)
        if given not in ("authentication_failed", "permission_denied"):
            code = given
        if str(error.detail) != str(type(error).default_detail):
            message = _sentence(error.detail, message)
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    headers |= _retry(getattr(error, "wait", None))
    return _respond(error.status_code, code, message, fields, headers)


def _code(error: exceptions.APIException) -> str:
    """simplejwt's errors keep a dictionary, with the code in it."""
    told = error.detail
    return str(told.get("code", "")) if isinstance(told, dict) else getattr(told, "code", "")


def _named(error: Invalid) -> dict:
    """A model's own words, under the names that the API gives its fields."""
    if not hasattr(error, "error_dict"):
        return {"_": error.messages}
    return {"_" if name == "__all__" else _camel(name): texts for name, texts in error.message_dict.items()}


def _camel(name: str) -> str:
    first, *more = name.split("_")
    return first + "".join(part.capitalize() for part in more)


def _sentence(detail, otherwise: str) -> str:
    return str(detail.get("detail", otherwise)) if isinstance(detail, dict) else str(detail)


def _respond(status_code: int, code: str, message, fields: dict, headers: dict) -> Response:
    return Response(shape(code, message, fields), status=status_code, headers=headers)


def _retry(seconds) -> dict:
    return {"Retry-After": str(int(seconds) + (seconds % 1 > 0))} if seconds else {}


def _fields(detail) -> dict:
    """{"name": ["..."]}; deeper ones as paths: "buttons.0.title". What concerns no single field stands under "_"."""
    if isinstance(detail, list):
        detail = {"_": detail}
    flat: dict[str, list[str]] = {}

    def walk(path: str, value) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(f"{path}.{name}" if path else str(name), inner)
        elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
            for place, inner in enumerate(value):
                walk(f"{path}.{place}", inner)
        else:
            flat.setdefault(path.replace("non_field_errors", "_"), []).extend(
                str(inner) for inner in (value if isinstance(value, list) else [value])
            )

    walk("", detail)
    return flat


def _texts(fields: dict) -> dict:
    return {
        name: [str(t) for t in text] if isinstance(text, list | tuple) else [str(text)] for name, text in fields.items()
    }


# --- outside of DRF: an address under /api/ that is none, a fault of ours ----------------------------------------------------------


def answer(status_code: int) -> JsonResponse:
    """The same shape for what never reaches a view."""
    code, message = _SAYS[status_code]
    return JsonResponse(shape(code, message()), status=status_code)
