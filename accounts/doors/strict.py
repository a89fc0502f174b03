"""What a body and a query may hold: nothing that nobody asked for, nothing twice, nothing that cannot be stored."""

import codecs
import json

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant

_DEEPEST = 20


class StrictJSONParser(JSONParser):
    """JSON in UTF-8: a name that stands twice in an object, NaN, NUL and half a surrogate pair are refused."""

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


# What DRF would make a value of that was meant for something else: "name": 7, "active": "yes".
_TYPES = (
    (serializers.BooleanField, lambda value: isinstance(value, bool)),
    (serializers.IntegerField, lambda value: isinstance(value, int) and not isinstance(value, bool)),
    (serializers.CharField, lambda value: isinstance(value, str)),
    (serializers.ChoiceField, lambda value: isinstance(value, str)),
)


def _of_its_type(field: serializers.Field, value) -> bool:
    if value is None:
        return True  # whether there may be none says the field
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return all(_of_its_type(field.child, inner) for inner in value)
    return next((fits(value) for kind, fits in _TYPES if isinstance(field, kind)), True)


class StrictSerializer(serializers.Serializer):
    """Refuses names that it does not know, and values of another JSON type."""

    typed = True

    def to_internal_value(self, data):
        if isinstance(data, dict):
            known = {name for name, field in self.fields.items() if not field.read_only}
            unknown = sorted(set(data) - known)
            if unknown:
                raise ValidationError({name: [_("There is no such field.")] for name in unknown})
            wrong = [name for name in data if self.typed and not _of_its_type(self.fields[name], data[name])]
            if wrong:
                raise ValidationError({name: [_("This is of another type.")] for name in wrong})
        return super().to_internal_value(data)


class Query(StrictSerializer):
    """The query parameters of a list. A view names its own: ``query = ConversationQuery``; those of paging are there
    already."""

    typed = False  # all of it is text

    cursor = serializers.CharField(required=False, max_length=500, help_text="`next` of the page before.")
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
