"""The API's description (/api/schema, OpenAPI 3) and the page that shows it (/api/docs). Both are public: they hold no
data."""

from functools import lru_cache

from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.doors.views import OpenDoor


class Document(OpenDoor):
    renderer_classes = [OpenApiJsonRenderer, OpenApiJsonRenderer2]

    @extend_schema(exclude=True)
    def get(self, request):
        return Response(document(get_language()))


@lru_cache(maxsize=4)
def document(language: str) -> dict:
    """It takes a second to make and is the same for everybody."""
    return SchemaGenerator().get_schema(public=True)


@require_safe
def docs(request):
    return render(request, "api/docs.html")
