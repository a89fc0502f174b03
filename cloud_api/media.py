"""Files on their way to and from Meta: what may be uploaded, from where a file may be fetched, and how much of it.

Sources: Cloud API "Media" (types, sizes, 5 minutes of a download address) and what `Client.upload`, `Client.media` and
`Client.download` promise. Two errors of this file's own, both of the family of `errors`:

    GraphError
    ├── TooLarge     the file is longer than the caller allows; fetching it again changes nothing
    └── Unfinished   the file did not come, or not whole, or not in time; fetching it again is harmless
"""

import base64
import binascii
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from cloud_api import storable
from cloud_api.errors import RETRY, Ambiguous, GraphError, InvalidMessage

MB = 1024 * 1024
META_HOSTS = ("https://lookaside.fbsbx.com",)

# What Meta takes, by kind: the greatest size in bytes and the MIME types. Parameters of a type ("; codecs=opus") do
# not count. A sticker that moves may have 500 KB, one that does not 100 KB.
SIZES = {"image": 5 * MB, "audio": 16 * MB, "video": 16 * MB, "document": 100 * MB, "sticker": 500 * 1024}
STILL_STICKER = 100 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    **dict.fromkeys(("image/jpeg", "image/png"), "image"),
    "image/webp": "sticker",
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), "audio"),
    **dict.fromkeys(("video/mp4", "video/3gpp"), "video"),
    **dict.fromkeys(
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            f"{_OFFICE}.wordprocessingml.document",
            f"{_OFFICE}.spreadsheetml.sheet",
            f"{_OFFICE}.presentationml.presentation",
        ),
        "document",
    ),
}

_PIECE = 64 * 1024
_TYPE = re.compile(r"[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+(; ?[A-Za-z0-9.+-]+=[A-Za-z0-9.+-]+)*")
# Nothing that two readers of addresses could read in two ways: no user, no backslash, no blank.
_ADDRESS = re.compile(r"(https?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?(?:[/?][!-\[\]-~]*)?")
_PORTS = {"http": 80, "https": 443}


class TooLarge(GraphError):
    """The file is longer than the caller allows."""


class Unfinished(GraphError):
    """The file did not come, or not whole, or not in time."""

    default_verdict = RETRY


@dataclass(frozen=True, slots=True)
class Media:
    """A file at Meta. `url` lives 5 minutes. What the answer leaves out is "" or None."""

    id: str
    url: str
    mime_type: str
    sha256: str  # hex
    file_size: int | None  # bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was written: its bytes, their SHA-256 in hex, and the type that the server gave ("" if none)."""

    size: int
    sha256: str
    mime_type: str


def kind_of(mime_type: str) -> str:
    """image, audio, video, document or sticker; "" for a type that Meta does not take."""
    return KINDS.get(mime_type.partition(";")[0].strip().lower(), "")


def check_upload(file: BinaryIO, mime_type: str) -> int:
    """The file's size in bytes, if Meta takes such a file. Raises InvalidMessage otherwise. The file must be seekable
    and is at its beginning afterwards."""
    kind = kind_of(mime_type)
    if not kind or not _TYPE.fullmatch(mime_type):
        raise InvalidMessage(f"WhatsApp does not take files of the type {mime_type[:100]!r}.")
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    limit = SIZES[kind]
    if kind == "sticker" and not _moves(file):
        limit = STILL_STICKER
    if not size:
        raise InvalidMessage("The file is empty.")
    if size > limit:
        raise InvalidMessage(f"The {kind} has {size:,} bytes; WhatsApp allows {limit:,}.")
    return size


class Form:
    """The body of an upload: multipart/form-data, read from the file while it is sent. `length` counts its bytes."""

    def __init__(self, file: BinaryIO, size: int, mime_type: str):
        self._file = file
        self._size = size
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        fields = {"messaging_product": "whatsapp", "type": mime_type}
        self._head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ).encode()
        self._head += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
            f"Content-Type: {mime_type}\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.length = len(self._head) + size + len(self._tail)

    def pieces(self, deadline: float) -> Iterator[bytes]:
        """The body in pieces. Raises TimeoutError when a piece is asked for after `deadline` (monotonic seconds)."""
        yield self._head
        left = self._size
        while left:
            piece = self._file.read(min(_PIECE, left))
            if not piece:
                raise InvalidMessage("The file became shorter while it was sent.")
            if time.monotonic() > deadline:
                raise TimeoutError("the upload took too long")
            left -= len(piece)
            yield piece
        yield self._tail


def media_from(answer: dict[str, Any], media_id: str) -> Media:
    """The answer of a look-up. Raises Ambiguous where it holds no address."""
    url = storable.string(answer.get("url"))
    if not url:
        raise Ambiguous("The answer holds no address of the file", http_status=200)
    return Media(
        id=storable.string(answer.get("id")) or media_id,
        url=url,
        mime_type=storable.string(answer.get("mime_type")),
        sha256=hex_digest(answer.get("sha256")),
        file_size=_size(answer.get("file_size")),
    )


def hex_digest(value: Any) -> str:
    """A SHA-256 as lower-case hex: webhooks print it in base64, look-ups in hex. "" for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    if re.fullmatch(r"[0-9A-Fa-f]{64}", text):
        return text.lower()
    try:
        digest = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return digest.hex() if len(digest) == 32 else ""


def origin(url: str) -> str:
    """ "https://host:port" of an address in one spelling, "" where it is no plain http or https address."""
    match = _ADDRESS.fullmatch(url)
    return f"{match[1]}://{match[2].lower()}:{match[3] or _PORTS[match[1]]}" if match else ""


def origins(base_url: str, others: Iterable[str]) -> frozenset[str]:
    """From where files may be fetched. Raises ValueError for one of the others that is no address."""
    for one in others:
        if not origin(one):
            raise ValueError(f"The media host {one!r} is not of the form https://host or http://host:port.")
    return frozenset(filter(None, map(origin, (base_url, *META_HOSTS, *others))))


def check_address(url: str, allowed: frozenset[str]) -> None:
    """Raises InvalidMessage unless the address belongs to one of the origins: nobody else may see the token."""
    found = origin(url)
    if not found:
        raise InvalidMessage("The address of the file is not of the form https://host/path.")
    if found not in allowed:
        raise InvalidMessage(f"Files are not fetched from {found[:200]}: it is no host of Meta's.")


def receive(chunks: Iterable[bytes], into: BinaryIO, max_bytes: int, deadline: float) -> tuple[int, str]:
    """Writes the chunks; (bytes, SHA-256 in hex). What the server says of the length is not believed.

    Raises TooLarge before the byte after `max_bytes` is written, Unfinished after `deadline` (monotonic seconds).
    """
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise too_large(max_bytes)
        if time.monotonic() > deadline:
            raise Unfinished("The file did not come in the time that it was given")
        digest.update(chunk)
        into.write(chunk)
    return size, digest.hexdigest()


def too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"The file has more than the {max_bytes:,} bytes that are allowed")


def _moves(file: BinaryIO) -> bool:
    """Whether a WebP is an animation: a flag of its extended header."""
    head = file.read(21)
    file.seek(0)
    return head[8:16] == b"WEBPVP8X" and len(head) == 21 and bool(head[20] & 0x02)


def _size(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15 else None
