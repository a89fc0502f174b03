"""The inbox on a phone's home screen: its manifest and its service worker, which shows notes and keeps nothing."""

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

_WORKER = settings.BASE_DIR / "static" / "inbox" / "sw.js"


@require_safe
def manifest(request):
    """For anybody: a browser asks for it without cookies."""
    icons = [
        {"src": staticfiles_storage.url(f"inbox/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    data = {
        "id": "/inbox/",
        "name": _("Inbox"),
        "short_name": _("Inbox"),
        "lang": get_language(),
        "start_url": "/inbox/",
        "scope": "/inbox/",
        "display": "standalone",
        "background_color": "#f7f9fa",
        "theme_color": "#0b6b73",
        "icons": [
            *icons,
            {**icons[1], "purpose": "maskable", "src": staticfiles_storage.url("inbox/icon-maskable.png")},
        ],
    }
    return JsonResponse(data, content_type="application/manifest+json")


@require_safe
def worker(request):
    """From an address below /inbox/, since a service worker serves no page above its own place."""
    return HttpResponse(_WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
