"""What no browser sends and Django would break on, put right before anything reads it."""

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest


class Request(WSGIRequest):
    """Queries and forms are UTF-8, whatever charset Content-Type names.

    Django decodes them by that name while it makes the request, outside of all that would answer 500 with our headers,
    and of what Python calls codecs some are none for text (``charset=hex``). The name stays readable: a body of JSON
    in another charset is refused by it (doors/strict.py).
    """

    encoding: str | None = None  # in place of Django's property, whose setter decodes


class Pages(WSGIHandler):
    request_class = Request


def pages() -> Pages:
    """In the place of Django's ``get_wsgi_application``."""
    django.setup(set_prefix=False)
    return Pages()


class CookiesWithoutNul:
    """Middleware, the second: a cookie can hold NUL in its octal spelling (``"\\000"``), which PostgreSQL cannot even
    compare. Such a cookie is nobody's, and is not there."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\x00" not in value}
        return self.get_response(request)
