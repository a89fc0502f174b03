"""The files of both sides: what a business uploaded and what a customer sent. In memory, with bounds.

Sources: Cloud API "Media" (types, sizes, ids, addresses that live 5 minutes and need the token).
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from .business import Number
from .errors import GraphError

MB = 1024 * 1024
MAX_FILES = 2_000
MAX_BYTES = 256 * MB
MAX_INBOUND = 100 * MB
PATH = "/whatsapp_business/attachments/"  # as at lookaside.fbsbx.com

_OFFICE = "application/vnd.openxmlformats-officedocument"
# The types that a business may upload and send as this kind, and the greatest size. Stickers: 100 KB, moving 500 KB.
TYPES = {
    "image": (("image/jpeg", "image/png"), 5 * MB),
    "audio": (("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MB),
    "video": (("video/mp4", "video/3gpp"), 16 * MB),
    "document": (
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
        100 * MB,
    ),
    "sticker": (("image/webp",), 500 * 1024),
}


@dataclass(frozen=True, slots=True)
class File:
    id: str
    number: Number
    mime_type: str
    data: bytes
    name: str = ""

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.data).digest()

    @property
    def base_type(self) -> str:
        return base_type(self.mime_type)

    def webhook(self) -> dict:
        """What a webhook says of it: here the hash is base64, in a look-up it is hex."""
        return {"mime_type": self.mime_type, "sha256": base64.b64encode(self.digest).decode(), "id": self.id}

    def lookup(self, url: str) -> dict:
        return {
            "url": url,
            "mime_type": self.mime_type,
            "sha256": self.digest.hex(),
            "file_size": len(self.data),
            "id": self.id,
            "messaging_product": "whatsapp",
        }

    def view(self) -> dict:
        """What the phone page needs."""
        return {"id": self.id, "mime_type": self.mime_type, "size": len(self.data), "name": self.name}


class Files:
    """By id, oldest first; the oldest go when there are too many or too much."""

    def __init__(self):
        self._key = secrets.token_bytes(32)
        self.clear()

    def clear(self) -> None:
        self._by_id: dict[str, File] = {}
        self._bytes = 0

    def add(self, number: Number, data: bytes, mime_type: str, name: str = "") -> File:
        file = File(str(10**14 + secrets.randbelow(9 * 10**14)), number, mime_type, data, name)
        self._by_id[file.id] = file
        self._bytes += len(data)
        while len(self._by_id) > MAX_FILES or (self._bytes > MAX_BYTES and len(self._by_id) > 1):
            self._bytes -= len(self._by_id.pop(next(iter(self._by_id))).data)
        return file

    def get(self, file_id: str | None) -> File | None:
        return self._by_id.get(file_id)

    def url(self, base: str, file: File, ends_ms: int) -> str:
        """An address below `base` that holds until `ends_ms` (unix milliseconds)."""
        return f"{base}{PATH}?mid={file.id}&ext={ends_ms}&hash={self._hash(file.id, str(ends_ms))}"

    def at(self, query, now_ms: int) -> File | None:
        """The file of an address, None if the address is wrong or too old."""
        file_id, ends = query.get("mid", ""), query.get("ext", "")
        if not hmac.compare_digest(query.get("hash", "").encode(), self._hash(file_id, ends).encode()):
            return None
        return self.get(file_id) if now_ms < int(ends) else None

    def _hash(self, file_id: str, ends: str) -> str:
        return hmac.digest(self._key, f"{file_id}:{ends}".encode(), "sha256").hex()[:32]


def base_type(mime_type: str) -> str:
    return mime_type.partition(";")[0].strip().lower()


def check_upload(data: bytes, mime_type: str) -> None:
    """Raises what Meta says of a file that it does not take."""
    kind = next((kind for kind, (types, _) in TYPES.items() if base_type(mime_type) in types), None)
    if kind is None:
        every = ", ".join(one for types, _ in TYPES.values() for one in types)
        raise GraphError(
            100,
            f"Param file must be a file with one of the following types: {every}. Received file of type '{mime_type}'.",
        )
    if not data or len(data) > TYPES[kind][1]:
        raise GraphError(100, f"Param file must have 1 to {TYPES[kind][1]} bytes; it has {len(data)}.")
