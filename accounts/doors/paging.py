"""Lists come in pages: {"results": [...], "next": cursor or null}.

The cursor goes back as ``?cursor=``; ``?limit=`` is 50, at most 200. A page starts after the last row of the one
before, by value: rows that come in between shift nothing, and the thousandth page costs what the first does.
"""

import base64
import binascii
import json

from django.core.exceptions import ValidationError as BadValue
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

USUAL, MOST = 50, 200


class Pages(BasePagination):
    """The view's ``ordering`` is one field, such as ``-last_message_at`` or ``name``; the id decides between equals. An
    empty value counts as the greatest, as in PostgreSQL's indexes: then an index of (business, field, id) gives each
    page. The view's query (strict.Query) has checked ``limit``.
    """

    def paginate_queryset(self, queryset, request, view=None):
        self.field, self.down = _direction(getattr(view, "ordering", "-id"))
        limit = min(int(request.query_params.get("limit") or USUAL), MOST)
        if cursor := request.query_params.get("cursor"):
            queryset = queryset.filter(self._after(queryset, cursor))
        found = list(self._ordered(queryset)[: limit + 1])
        self.next = self._cursor_of(found[limit - 1]) if len(found) > limit else None
        return found[:limit]

    def get_paginated_response(self, data):
        return Response({"results": data, "next": self.next})

    def get_paginated_response_schema(self, schema):
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {
                    "type": "string",
                    "nullable": True,
                    "description": "Give it back as ?cursor= for the next page.",
                },
            },
        }

    def _ordered(self, queryset: QuerySet) -> QuerySet:
        names = ["id"] if self.field == "id" else [self.field, "id"]
        return queryset.order_by(*(f"-{name}" if self.down else name for name in names))

    def _cursor_of(self, row) -> str:
        value = getattr(row, self.field)
        said = [None if value is None else row._meta.get_field(self.field).value_to_string(row), str(row.pk)]
        return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")

    def _after(self, queryset: QuerySet, cursor: str) -> Q:
        value, pk = self._read(queryset.model, cursor)
        side = "lt" if self.down else "gt"
        if self.field == "id":
            return Q(**{f"id__{side}": pk})
        empty = Q(**{f"{self.field}__isnull": True})
        if value is None:
            more = empty & Q(**{f"id__{side}": pk})
            return more | ~empty if self.down else more
        # The bound by itself lets the index begin at the cursor; an OR alone would read all rows before it.
        further = Q(**{f"{self.field}__{side}e": value}) & (
            Q(**{f"{self.field}__{side}": value}) | Q(**{f"id__{side}": pk})
        )
        nullable = queryset.model._meta.get_field(self.field).null
        return further | empty if nullable and not self.down else further

    def _read(self, model, cursor: str):
        try:
            value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            field = model._meta.get_field(self.field)
            known = value is None or isinstance(value, str)
            if not known or not isinstance(pk, str) or "\x00" in f"{value}{pk}":
                raise ValueError
            return None if value is None else field.to_python(value), model._meta.pk.to_python(pk)
        except (ValueError, TypeError, binascii.Error, BadValue, OverflowError, RecursionError):
            raise ValidationError({"cursor": [_("This cursor is not one of this list.")]}) from None


def _direction(ordering: str) -> tuple[str, bool]:
    return ordering.lstrip("-"), ordering.startswith("-")
