"""What a body and a query may hold: nothing that nobody asked for, nothing twice, nothing that cannot be stored."""

import codecs
import json
from math import isfinite
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant

_DEEPEST = 20
SAYS_SOMETHING = r"[^\s\x1c-\x1f\x85]"  # a pattern: one character at least that trimming leaves


class StrictJSONParser(JSONParser):
    """JSON in UTF-8: a name that stands twice in an object, NaN, infinity, NUL and half a surrogate pair are refused."""

    def parse(self, stream, media_type=None, parser_context=None):
        encoding = (parser_context or {}).get("encoding", "utf-8")
        try:
            if codecs.lookup(encoding).name != "utf-8":
                raise ParseError(_("The body is not UTF-8."))
            value = json.loads(
                stream.read().decode("utf-8"),
                object_pairs_hook=_once,
                parse_constant=strict_constant,
                parse_int=_integer,
                parse_float=_float,
            )
            _storable(value)
        except LookupError:
            raise ParseError(_("The body is not UTF-8.")) from None
        except UnicodeDecodeError:
            raise ParseError(_("The body is not UTF-8.")) from None
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply.")) from None
        except ValueError as error:
            raise ParseError(_("The body is not JSON: %s") % error) from None
        return value


def _once(pairs: list[tuple]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def _integer(digits: str) -> int:
    if len(digits) > 30:
        raise ValueError("a number is too long")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):  # 1e999: PostgreSQL's JSON has no infinity
        raise ValueError("a number is too large")
    return number


def _storable(value, depth: int = 0) -> None:
    """Text that PostgreSQL can hold, at every depth."""
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("a text holds a character that cannot be stored")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _storable(name, depth + 1)
            _storable(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _storable(inner, depth + 1)


class Known(serializers.Serializer):
    """Refuses names that it does not know."""

    def to_internal_value(self, data):
        if isinstance(data, dict):
            known = {name for name, field in self.fields.items() if not field.read_only}
            unknown = sorted(set(data) - known)
            if unknown:
                raise ValidationError({name: [_("There is no such field.")] for name in unknown})
        return super().to_internal_value(data)


class StrictSerializer(Known):
    """A JSON body: what is described as a text is a text. DRF by itself takes 5 for "5", and "yes" for true.

    ``kinds``, where ``type`` decides about the other fields: kind -> (those that it needs, those that it takes, what its
    description says more of them). For the description; ``validate`` holds them.
    """

    kinds: ClassVar[dict[str, tuple[frozenset[str], frozenset[str], dict]]] = {}

    def to_internal_value(self, data):
        wrong = {}
        for name, field in self.fields.items() if isinstance(data, dict) else ():
            if (
                name in data
                and data[name] is not None
                and not field.read_only
                and (kind := _mistyped(field, data[name]))
            ):
                wrong[name] = [kind]
        if wrong:
            raise ValidationError(wrong)
        return super().to_internal_value(data)


_KINDS = (  # the first that fits
    (serializers.BooleanField, (bool,), gettext_lazy("This must be true or false.")),
    (serializers.IntegerField, (int,), gettext_lazy("This must be a whole number.")),
    (serializers.DecimalField, (str, int), gettext_lazy('Write it as a text: "45.50".')),
    (serializers.FloatField, (int, float), gettext_lazy("This must be a number.")),
    (serializers.MultipleChoiceField, (list,), gettext_lazy("This must be a list.")),
    (
        (
            serializers.CharField,
            serializers.UUIDField,
            serializers.ChoiceField,
            serializers.DateTimeField,
            serializers.DateField,
            serializers.TimeField,
        ),
        (str,),
        gettext_lazy("This must be a text."),
    ),
)


def _mistyped(field: serializers.Field, value) -> str:
    """What is wrong with the JSON type of a value; "" where nothing is."""
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return next(filter(None, (_mistyped(field.child, inner) for inner in value if inner is not None)), "")
    for fields, types, words in _KINDS:
        if isinstance(field, fields):
            right = isinstance(value, types) and not (isinstance(value, bool) and bool not in types)
            return "" if right else str(words)
    return ""


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "pattern": r"^(0{0,7}[1-9][0-9]{0,7}(\.[0-9]{1,2})?|0{1,8}\.(0[1-9]|[1-9][0-9]?))$"},
            {"type": "integer", "minimum": 1, "maximum": 99_999_999},
        ],
        "example": "45.50",
    }
)
class Money(serializers.DecimalField):
    """An amount not below zero, as a text ("45.50") or a whole number: a float has no exact paise. Whose amount it is says how
    much is the least.
    """

    def __init__(self, **kwargs):
        super().__init__(max_digits=10, decimal_places=2, min_value=0, **kwargs)


@extend_schema_field({"type": "string", "format": "cursor", "minLength": 1, "maxLength": 500})
class Cursor(serializers.CharField):
    """What a page before said; paging.py reads it. The format is our own word: no pattern says which are of this list."""


class Query(Known):
    """The query parameters of a list. A view names its own: ``query = ConversationQuery``; those of paging are there
    already."""

    cursor = Cursor(required=False, max_length=500, help_text="`next` of the page before.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200)


def read_query(request, query: type[serializers.Serializer]) -> dict:
    """The validated query. Raises ValidationError for an unknown or a repeated parameter."""
    given = request.query_params
    repeated = sorted(name for name in given if len(given.getlist(name)) > 1)
    if repeated:
        raise ValidationError({name: [_("Give it once.")] for name in repeated})
    bad = sorted(name for name in given if "\x00" in name or "\x00" in given[name])
    if bad:
        raise ValidationError({name.replace("\x00", "?"): [_("This cannot be read.")] for name in bad})
    checked = query(data=dict(given.items()))
    checked.is_valid(raise_exception=True)
    return checked.validated_data
