"""A process of its own that opens one stranger's file and ends: python -I child.py WHAT IN [OUT THUMB | FFMPEG OUT].

It imports nothing of ours and limits itself before it imports anything else: memory, processor time, the size of what
it writes. It prints one JSON object: {"why": a code of reasons.py} or what it found. Whoever starts it bounds its time
(decoding.py) and takes a death for "too_heavy".
"""

import json
import os
import resource
import sys

MEMORY = 448 * 1024 * 1024
CPU_SECONDS = 20
WRITES = 64 * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_FRAMES_PIXELS = 80_000_000  # of a sticker that moves, all its frames together
THUMB = 320
QUALITY = 88
FITS = 5 * 1024 * 1024  # WhatsApp takes no larger picture
MOST_ENTRIES = 5_000
MOST_UNPACKED = 1024 * 1024 * 1024


def limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, WRITES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def picture(source: str, target: str, thumb: str) -> dict:
    """Decoded and encoded anew: nothing but pixels comes through. Turned as its camera said, as that note goes too."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit is asked before a pixel is decoded
    try:
        with Image.open(source, formats=("JPEG", "PNG", "WEBP")) as image:
            width, height, kind = image.width, image.height, image.format
            frames = getattr(image, "n_frames", 1)
            if width * height > MOST_PIXELS or width * height * frames > max(MOST_FRAMES_PIXELS, MOST_PIXELS):
                return {"why": "image_too_large"}
            image.load()
            if kind == "WEBP" and frames > 1:
                _moving(image, frames, target)
                still = image.convert("RGBA")
            else:
                ImageOps.exif_transpose(image, in_place=True)
                still = _plain(image)
                still.info = {}  # comments, profiles: Pillow would write some of them again
                _save(still, kind, target)
            width, height = still.size
            still.thumbnail((THUMB, THUMB))
            still.save(thumb, "WEBP", quality=75)
    except Image.UnidentifiedImageError:
        return {"why": "image_broken"}
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError) as error:
        return {"why": "too_heavy" if getattr(error, "errno", None) in (12, 27) else "image_broken"}
    return {"mime": f"image/{kind.lower()}", "width": width, "height": height}


def _plain(image):
    """Eight bits a channel, as WhatsApp takes it."""
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    return _as(image, "RGBA" if has_alpha else "RGB")


def _as(image, mode: str):
    """Pillow would copy a picture that is so already, and 40 million pixels are 160 MB."""
    return image if image.mode == mode else image.convert(mode)


def _save(image, kind: str, target: str) -> None:
    if kind == "PNG":
        image.save(target, "PNG")
    elif kind == "WEBP":
        image.save(target, "WEBP", quality=QUALITY)
    else:
        image = _as(image, "RGB")
        image.save(target, "JPEG", quality=QUALITY)
        side = max(image.size)
        while os.path.getsize(target) > FITS and side > 1000:
            side = int(side * 0.8)
            image.thumbnail((side, side))
            image.save(target, "JPEG", quality=QUALITY)


def _moving(image, frames: int, target: str) -> None:
    pictures, lasts = [], []
    for place in range(frames):
        image.seek(place)
        pictures.append(image.convert("RGBA"))
        lasts.append(image.info.get("duration", 100))
    pictures[0].save(
        target, "WEBP", save_all=True, append_images=pictures[1:], duration=lasts, loop=image.info.get("loop", 0)
    )
    image.seek(0)


def pdf(source: str) -> dict:
    """How many pages; nothing of it is drawn or run."""
    from pypdf import PdfReader
    from pypdf.errors import LimitReachedError, PyPdfError

    try:
        reader = PdfReader(source)
        if reader.is_encrypted:
            return {"note": "pdf_encrypted"}
        return {"pages": len(reader.pages)}
    except MemoryError:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, AssertionError) as error:
        cause = error
        while cause is not None and not isinstance(cause, LimitReachedError):
            cause = cause.__cause__ or cause.__context__
        if cause is not None:
            return {"why": "too_heavy"}  # it unpacks to more than pypdf's own limit
        return {"note": "pdf_broken"}
    except RecursionError:
        return {"why": "too_heavy"}


def archive(source: str) -> dict:
    """Which document a ZIP is, and whether it would do harm where it is unpacked. It is not unpacked here."""
    import zipfile

    try:
        with zipfile.ZipFile(source) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        return {"mime": "application/zip"}
    held = {entry.filename for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    packed_size = max(1, os.path.getsize(source))
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or unpacked > 200 * packed_size + 10_000_000:
        return {"why": "archive"}
    if any(_leaves(name) for name in held):
        return {"why": "archive"}
    if "AndroidManifest.xml" in held or "META-INF/MANIFEST.MF" in held or "classes.dex" in held:
        return {"why": "program"}
    if any(name.lower().endswith("vbaproject.bin") for name in held):
        return {"why": "macros"}
    office = "application/vnd.openxmlformats-officedocument."
    for part, kind in (
        ("word/document.xml", "wordprocessingml.document"),
        ("xl/workbook.xml", "spreadsheetml.sheet"),
        ("ppt/presentation.xml", "presentationml.presentation"),
    ):
        if part in held:
            return {"mime": office + kind}
    return {"mime": "application/zip"}


def tape(source: str) -> dict:
    """The same of a TAR."""
    import tarfile

    try:
        with tarfile.open(source, "r:") as packed:
            for place, entry in enumerate(packed):
                links_out = (entry.issym() or entry.islnk()) and _leaves(entry.linkname)
                if place >= MOST_ENTRIES or _leaves(entry.name) or links_out:
                    return {"why": "archive"}
    except (tarfile.TarError, OSError, ValueError):
        return {"mime": "application/octet-stream"}
    return {"mime": "application/x-tar"}


def _leaves(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or name[1:2] == ":" or "\x00" in name


def text(source: str, most: str) -> dict:
    """The first characters of a text, without what is not seen."""
    import unicodedata

    characters = int(most)
    with open(source, "rb") as file:
        raw = file.read(characters * 4 + 4)
    unseen = ("Cc", "Cf", "Cs", "Co", "Cn")
    kept = (c for c in _decoded(raw) if c in "\n\t\u200c\u200d" or unicodedata.category(c) not in unseen)
    return {"text": "".join(kept).strip()[:characters]}


def _decoded(raw: bytes) -> str:
    """The last character may be cut off; what is no Unicode is of an old program."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw[: len(raw) // 2 * 2].decode("utf-16", "replace")
    for cut in range(4):
        try:
            return raw[: len(raw) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
    return raw.decode("cp1252", "replace")


def recording(source: str, ffmpeg: str, target: str) -> None:
    """Becomes ffmpeg, under the same limits: one channel of Opus in Ogg, as WhatsApp takes a voice message."""
    given = ("-nostdin", "-v", "error", "-protocol_whitelist", "file", "-threads", "1", "-i", source)
    made = ("-map", "0:a:0", "-vn", "-map_metadata", "-1", "-ac", "1", "-ar", "48000", "-c:a", "libopus", "-b:a", "32k")
    os.execv(ffmpeg, (ffmpeg, *given, *made, "-fflags", "+bitexact", "-f", "ogg", "-y", target))  # noqa: S606 - no shell


WHAT = {"picture": picture, "pdf": pdf, "archive": archive, "tape": tape, "text": text, "recording": recording}

if __name__ == "__main__":
    limit()
    try:
        found = WHAT[sys.argv[1]](*sys.argv[2:])
    except MemoryError:
        found = {"why": "too_heavy"}
    sys.stdout.write(json.dumps(found))
