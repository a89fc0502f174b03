"""What a file is, by its first bytes, and whether it may be kept for what it was said to be.

Nothing here opens a file: that is decoding.py's, in a process of its own.
"""

from . import names

HEAD = 4096  # bytes that are looked at

_PLAIN = [
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"{\\rtf", "application/rtf"),
]
PROGRAM = "application/x-executable"
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"dex\n",
    b"L\x00\x00\x00\x01\x14\x02\x00",  # a Windows shortcut
    b"#!",
)
# A file with such a name is run by a double click, whatever is in it.
# fmt: off
_RUN_BY_NAME = frozenset((
    "apk", "app", "bat", "cmd", "com", "cpl", "dll", "dmg", "docm", "dotm", "exe", "gadget", "hta", "jar", "js",
    "jse", "lnk", "msc", "msi", "msp", "pif", "ppam", "pptm", "ps1", "reg", "scr", "sh", "sldm", "url", "vb", "vbe",
    "vbs", "wsf", "wsh", "xlam", "xlsm", "xltm"
))
# fmt: on
_PAGES = (b"<!doctype html", b"<html", b"<script", b"<head", b"<body", b"<iframe", b"<table", b"<a ", b"<h1", b"<img")
_PAGE_NAMES = frozenset(["htm", "html", "xhtml", "shtml", "mht", "mhtml"])
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OLE = frozenset({"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"})
_OLE_NAMES = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})  # what is re-encoded and shown
_OF_KIND = {
    "image": IMAGES,
    "sticker": IMAGES,
    "audio": frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "video/mp4", "video/webm"}),
    "video": frozenset({"video/mp4", "video/3gpp", "video/quicktime", "video/webm"}),
}


def sniff(head: bytes) -> str:
    """The MIME type of a file that begins so; "application/octet-stream" where nothing is known of it."""
    for magic, mime in _PLAIN:
        if head.startswith(magic):
            return mime
    if head.startswith(_PROGRAMS):
        return PROGRAM
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _of_brand(head[8:12])
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 == 0x02:
        return "audio/mpeg"
    if head[257:262] == b"ustar":
        return "application/x-tar"
    return _of_text(head)


def verdict(kind: str, declared: str, found: str, name: str) -> str:
    """Why such a file is kept back: a code of reasons.py, "" where it may be used. ``declared`` and ``found`` are types
    without parameters, ``kind`` is the message's.
    """
    ending = names.extension(name)
    if found == "text/html" or ending in _PAGE_NAMES:
        return "page"
    if found == "image/svg+xml" or ending in ("svg", "svgz"):
        return "svg"
    if found == PROGRAM or ending in _RUN_BY_NAME:
        return "macros" if ending.endswith("m") and found == "application/zip" else "program"
    if kind in _OF_KIND:
        return "" if found in _OF_KIND[kind] else "not_what_it_says"
    return "" if _fits(declared, found) else "not_what_it_says"


def settled(kind: str, declared: str, found: str, name: str) -> str:
    """The type that the file gets: what was found, told apart further by what was said where the bytes cannot tell."""
    if kind == "audio" and found in ("video/mp4", "video/webm"):
        return found.replace("video/", "audio/")
    if found == "application/x-ole-storage":
        return declared if declared in _OLE else _OLE_NAMES.get(names.extension(name), found)
    if found == "application/zip" and declared.startswith(_OFFICE):
        return declared
    return found


def base(mime: str) -> str:
    """A type without its parameters, in lower case."""
    return mime.partition(";")[0].strip().lower()


def _fits(declared: str, found: str) -> bool:
    """Of a document, which may be of any type: what is known by its bytes must be what was said."""
    if declared == "application/pdf" or found == "application/pdf":
        return declared in (found, "application/octet-stream", "")
    if declared in IMAGES:
        return found in IMAGES
    if declared.startswith(_OFFICE):
        return found == "application/zip"
    if declared in _OLE:
        return found in ("application/x-ole-storage", "application/zip", "application/rtf", "text/plain")
    if declared.startswith("text/"):
        return found in ("text/plain", "text/xml", "application/octet-stream")
    return True


def _of_brand(brand: bytes) -> str:
    if brand.startswith(b"3g"):
        return "video/3gpp"
    if brand.startswith((b"M4A", b"M4B")):
        return "audio/mp4"
    return "video/quicktime" if brand == b"qt  " else "video/mp4"


def _of_text(head: bytes) -> str:
    """A page is a page with white space, a byte order mark or a comment before it, and in UTF-16 too."""
    text = _decoded(head)
    if text is None:
        return "application/octet-stream"
    low = text.lower().encode()
    if b"<svg" in low:
        return "image/svg+xml"
    start = low.lstrip()
    if start.startswith((b"<!--", b"<?", b"<!")) or start.startswith(_PAGES):
        return "text/html" if any(tag in low for tag in _PAGES) else "text/xml"
    return "text/html" if any(tag in low[:1024] for tag in _PAGES[:6]) else "text/plain"


def _decoded(head: bytes) -> str | None:
    """The text that the bytes are, None where they are none. The last character may be cut off."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        return None if any(ord(c) < 32 and c not in "\t\n\r\f\x1b" for c in text) else text
    if any(byte < 32 and byte not in b"\t\n\r\f" for byte in head):
        return None
    return head.decode("latin-1")
