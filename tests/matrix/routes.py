"""Every address that the product answers, read from where it is answered: the URL resolver, the ASGI doors, the API's
description."""

from django.urls import URLResolver, get_resolver

from whatsapp_automation import asgi


def routes() -> dict[str, tuple[str, ...]]:
    """Route as the resolver writes it -> the methods of a viewset's route, or () where the view decides by itself."""
    return dict(_walk(get_resolver().url_patterns, ""))


def doors() -> set[str]:
    """The paths that never reach the resolver."""
    return set(asgi.DOORS)


def _walk(patterns, prefix: str):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
            continue
        actions = getattr(pattern.callback, "actions", None)
        view = getattr(pattern.callback, "cls", None)
        if actions:
            methods = sorted({method.upper() for method in actions} - {"HEAD"})  # DRF adds it with the first GET
        elif view is not None:
            methods = [method for method in ("DELETE", "GET", "PATCH", "POST", "PUT") if hasattr(view, method.lower())]
        else:
            methods = []
        yield route, tuple(methods)
