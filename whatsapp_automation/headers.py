"""Security headers on every answer of every door, and the one place that says what a page may load.

Our own pages run scripts and styles from this host alone, none inline. Under /admin/ the theme (django-unfold) needs
inline scripts and styles, and its Alpine evaluates expressions. The API's answers are no pages: they load nothing.
"""

from django.conf import settings

_STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
_ADMIN = _STRICT | {"script-src": "'self' 'unsafe-inline' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"}
_DATA = {"default-src": "'none'", "frame-ancestors": "'none'", "base-uri": "'none'", "form-action": "'none'"}
# A file of a stranger's: opened by itself it runs nothing, asks nobody and knows no other page.
_FILE = _DATA | {"style-src": "'self'", "img-src": "'self'", "media-src": "'self'", "sandbox": ""}
# The API's description is shown by Swagger UI, which writes style attributes.
_DESCRIPTION = _STRICT | {"style-src": "'self' 'unsafe-inline'"}

_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}


def of(path: str) -> dict[str, str]:
    """The headers of an answer at this path."""
    own = {"Content-Security-Policy": _policy(path)}
    if path.startswith("/inbox/"):
        own["Permissions-Policy"] = _EVERYWHERE["Permissions-Policy"].replace(
            "microphone=()", "microphone=(self)"
        )  # voice notes
    return _EVERYWHERE | own


def of_data() -> list[tuple[bytes, bytes]]:
    """Those of the doors that are not Django's, as ASGI wants them."""
    named = of("/webhook") | {"Cache-Control": "no-store"}
    if settings.SECURE_HSTS_SECONDS:
        named["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
    return [(name.lower().encode(), value.encode()) for name, value in named.items()]


def _policy(path: str) -> str:
    if path.startswith("/admin/"):
        rules = _ADMIN
    elif path == "/api/docs":
        rules = _DESCRIPTION
    elif path.startswith("/media/"):
        rules = _FILE
    elif path.startswith(("/api/", "/webhook", "/health", "/metrics")):
        rules = _DATA
    else:
        rules = _STRICT
    return "; ".join(f"{name} {sources}".strip() for name, sources in rules.items())


class Headers:
    """Middleware, the outermost: what a view has set itself stays. Nothing but a static file is kept by a browser or a
    proxy."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in of(request.path_info).items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class WithHeaders:
    """The same around a door that is not Django's: it answers with data, no page."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        async def sending(message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message.get("headers", [])}
                more = [header for header in of_data() if header[0] not in given]
                message = {**message, "headers": [*message.get("headers", []), *more]}
            await send(message)

        await self.app(scope, receive, sending)
