"""GET /media/<uuid>: a file for who may see the business's conversations; ?size=thumb the small form of a picture.

A document of another business is answered as one that is not there. Headers.py gives every answer here a policy under
which a page that slipped through could do nothing; only types that a browser draws by itself are shown in place.
"""

import re
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import may
from accounts.models import Membership

from . import storage
from .models import Document, StoredFile

INLINE = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "audio/aac",
        "audio/amr",
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "audio/webm",
        "video/mp4",
        "video/3gpp",
        "application/pdf",
    }
)
# A sandboxed page may have no PDF viewer. It is the browser's own, which runs nothing of the file as ours.
_PDF_POLICY = "default-src 'none'; object-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@login_required
@require_safe
def file(request, document):
    if request.business is None:
        raise Http404
    if not may(request.role, Membership.Role.VIEWER):
        raise PermissionDenied
    found = Document.objects.select_related("file").filter(pk=document).first()
    if found is None:
        raise Http404
    if not found.is_shown:
        return _unavailable(request, found)
    is_thumb = request.GET.get("size") == "thumb" and found.file.has_thumb
    try:
        return _answer(request, found, is_thumb)
    except storage.TROUBLE:
        words = _("The file's store does not answer. Try again in a moment.")
        return render(request, "documents/unavailable.html", {"words": words}, status=503)


def _unavailable(request, document: Document) -> HttpResponse:
    """403 for what is kept back, 404 for what is not there (yet), with the sentence."""
    held = document.state == Document.State.QUARANTINED
    words = document.sentence or _("The file is still being fetched from WhatsApp.")
    return render(request, "documents/unavailable.html", {"words": words}, status=403 if held else 404)


def _answer(request, document: Document, is_thumb: bool) -> HttpResponse:
    stored = document.file
    tag = f'"{stored.key.hex}{"-thumb" if is_thumb else ""}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    elif is_thumb:
        response = StreamingHttpResponse(
            storage.pieces(stored.place, stored.key, thumb=True), content_type="image/webp"
        )
    else:
        response = _whole_or_part(request, stored, document)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"  # kept, and asked about each time: may this person still see it?
    response["Vary"] = "Cookie"
    return response


def _whole_or_part(request, stored: StoredFile, document: Document) -> HttpResponse:
    start, end, status = _asked_for(request.headers.get("Range", ""), stored.size)
    mime = document.mime or stored.mime
    if status == 416:
        response = HttpResponse(status=416, content_type="text/plain")
        response["Content-Range"] = f"bytes */{stored.size}"
        return response
    length = end - start
    body = [] if request.method == "HEAD" else storage.pieces(stored.place, stored.key, start=start, length=length)
    response = StreamingHttpResponse(body, status=status, content_type=_content_type(mime))
    response["Content-Length"] = length
    response["Accept-Ranges"] = "bytes"
    if status == 206:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    response["Content-Disposition"] = _disposition(document.name, is_inline=mime in INLINE)
    if mime == "application/pdf":
        response["Content-Security-Policy"] = _PDF_POLICY
    return response


def _asked_for(header: str, size: int) -> tuple[int, int, int]:
    """(first byte, byte after the last, status). What is no single range of bytes is as if it were not there (RFC
    9110)."""
    match = _RANGE.fullmatch(header.strip())
    if not match or match[1] == match[2] == "":
        return 0, size, 200
    if match[1] == "":
        start, end = max(0, size - int(match[2])), size
        return (start, end, 206) if int(match[2]) and size else (0, 0, 416)
    start, end = int(match[1]), min(size, int(match[2]) + 1 if match[2] else size)
    if match[2] and int(match[2]) < start:
        return 0, size, 200
    return (start, end, 206) if start < size else (0, 0, 416)


def _content_type(mime: str) -> str:
    if mime.startswith("text/"):
        return "text/plain; charset=utf-8"
    return mime if re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", mime) else "application/octet-stream"


def _disposition(name: str, *, is_inline: bool) -> str:
    kind = "inline" if is_inline else "attachment"
    if not name:
        return kind
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
