"""The bad files: name -> (how it comes, what becomes of it). Each ends in one state, with one sentence."""

from collections.abc import Callable
from typing import NamedTuple

from . import files

GIF_AND_SCRIPT = b"GIF89a/*" + b"\x00" * 40 + b"*/=1;alert(1)//"
HTML = b"<!DOCTYPE html><html><body onload=alert(1)>hello</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Bad(NamedTuple):
    make: Callable[[], bytes]
    kind: str
    declared: str
    state: str
    why: str
    name: str = ""


BAD = {
    # --- two things at once
    "a GIF that is a script": Bad(lambda: GIF_AND_SCRIPT, "image", "image/jpeg", "quarantined", "not_what_it_says"),
    "a page before a PDF": Bad(
        lambda: HTML + files.pdf(), "document", "application/pdf", "quarantined", "page", "bill.pdf"
    ),
    "a PDF and a program's name": Bad(
        files.pdf, "document", "application/pdf", "quarantined", "program", "bill.pdf.exe"
    ),
    # --- wrong types
    "a page as a picture": Bad(lambda: HTML, "image", "image/png", "quarantined", "page"),
    "a page as a document": Bad(lambda: HTML, "document", "application/octet-stream", "quarantined", "page", "a.bin"),
    "a page after a comment": Bad(
        lambda: b"\xef\xbb\xbf \n<!-- x -->" + HTML, "document", "text/plain", "quarantined", "page", "a.txt"
    ),
    "a page in UTF-16": Bad(
        lambda: HTML.decode().encode("utf-16"), "document", "text/plain", "quarantined", "page", "a.txt"
    ),
    "a text with a page's name": Bad(lambda: b"hello", "document", "text/plain", "quarantined", "page", "hello.html"),
    "an SVG": Bad(lambda: SVG, "document", "image/svg+xml", "quarantined", "svg", "logo.svg"),
    "an SVG as a picture": Bad(lambda: b"<?xml version='1.0'?>" + SVG, "image", "image/png", "quarantined", "svg"),
    "a Windows program": Bad(
        lambda: b"MZ\x90\x00" + b"\x00" * 200, "document", "application/pdf", "quarantined", "program", "bill.pdf"
    ),
    "a Linux program as a picture": Bad(
        lambda: b"\x7fELF" + b"\x00" * 200, "image", "image/jpeg", "quarantined", "program"
    ),
    "a shell script": Bad(
        lambda: b"#!/bin/sh\nrm -rf /\n", "document", "text/plain", "quarantined", "program", "readme.txt"
    ),
    "a script by its name": Bad(lambda: b"MsgBox 1", "document", "text/plain", "quarantined", "program", "note.vbs"),
    "an Android program": Bad(
        lambda: files.zipped({"AndroidManifest.xml": b"x", "classes.dex": b"x"}),
        "document",
        "application/octet-stream",
        "quarantined",
        "program",
        "app.zip",
    ),
    "a PDF as a picture": Bad(files.pdf, "image", "image/jpeg", "quarantined", "not_what_it_says"),
    "a picture as a PDF": Bad(
        files.picture, "document", "application/pdf", "quarantined", "not_what_it_says", "bill.pdf"
    ),
    "a text as a voice message": Bad(
        lambda: b"hello there", "audio", "audio/ogg; codecs=opus", "quarantined", "not_what_it_says"
    ),
    "a picture as a film": Bad(files.picture, "video", "video/mp4", "quarantined", "not_what_it_says"),
    "an archive as a document": Bad(
        lambda: files.zipped({"a.txt": b"x"}), "document", DOCX, "quarantined", "not_what_it_says", "offer.docx"
    ),
    # --- archives
    "an archive that climbs out": Bad(
        lambda: files.zipped({"../../etc/passwd": b"x"}),
        "document",
        "application/zip",
        "quarantined",
        "archive",
        "photos.zip",
    ),
    "an archive that bursts": Bad(
        lambda: files.zipped({f"{place}": bytes(20 * files.MB) for place in range(4)}),
        "document",
        "application/zip",
        "quarantined",
        "archive",
        "photos.zip",
    ),
    "a tape that climbs out": Bad(
        lambda: files.taped(["ok", "/etc/cron.d/evil"]),
        "document",
        "application/x-tar",
        "quarantined",
        "archive",
        "photos.tar",
    ),
    "a document with macros": Bad(
        lambda: files.docx(**{"word/vbaProject.bin": b"x"}),
        "document",
        DOCX,
        "quarantined",
        "macros",
        "offer.docx",
    ),
    # --- broken, empty, too much
    "zero bytes": Bad(lambda: b"", "image", "image/jpeg", "failed", "empty"),
    "half a JPEG": Bad(
        lambda: files.picture()[: len(files.picture()) // 2], "image", "image/jpeg", "failed", "image_broken"
    ),
    "half a PNG": Bad(lambda: files.picture("PNG")[:300], "image", "image/png", "failed", "image_broken"),
    "the beginning of a WebP": Bad(
        lambda: b"RIFF\xff\xff\xff\x7fWEBPVP8 ", "sticker", "image/webp", "failed", "image_broken"
    ),
    "50,000 by 50,000 pixels": Bad(files.huge_png, "image", "image/png", "failed", "image_too_large"),
    "a PDF that bursts": Bad(files.pdf_that_bursts, "document", "application/pdf", "failed", "too_heavy", "bill.pdf"),
}

# Names that strangers give, and what of them is shown.
NAMES = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\win.ini": "win.ini",
    "/absolute/bill.pdf": "bill.pdf",
    "C:\\Users\\me\\bill.pdf": "bill.pdf",
    "bill\u202efdp.exe": "billfdp.exe",
    "bill.p\u200bdf": "bill.pdf",
    "\ufeff.\u200dhtaccess": "htaccess",
    "bill\x00.pdf\r\nX-Evil: 1": "bill.pdfX-Evil_ 1",
    "．．／passwd": "passwd",
    '"quoted"; x="y.pdf': "_quoted__ x=_y.pdf",
    "  .. ": "",
    "घी का बिल.pdf": "घी का बिल.pdf",
    "a" * 300 + ".pdf": "a" * 116 + ".pdf",
}
