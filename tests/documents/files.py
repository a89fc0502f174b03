"""Files, good and bad, made here: none is anybody's."""

import io
import struct
import subprocess
import tarfile
import zipfile
import zlib
from functools import cache

import imageio_ffmpeg
from PIL import Image
from pypdf import PdfWriter

MB = 1024 * 1024


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **options) -> bytes:
    image = Image.linear_gradient("L").resize(size).convert(mode)
    return _saved(image, kind, **options)


def photo_with_place() -> bytes:
    """As a phone makes it: turned by a note, with a maker and a place in it."""
    image = Image.new("RGB", (300, 200), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    return _saved(image, "JPEG", exif=exif)


def moving_sticker(frames: int = 3, size: int = 64) -> bytes:
    pictures = [Image.new("RGBA", (size, size), (70 * place, 0, 0, 255)) for place in range(frames)]
    return _saved(pictures[0], "WEBP", save_all=True, append_images=pictures[1:], duration=80)


@cache
def huge_png(side: int = 50_000) -> bytes:
    """Two and a half thousand million black pixels in few bytes."""
    row = b"\x00" * (side // 8 + 1)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def pdf(pages: int = 2, password: str = "") -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    return _written(writer.write)


@cache
def pdf_that_bursts() -> bytes:
    """Its list of objects is packed 10 MB to 10 KB, over and over: opened whole it is gigabytes."""
    once = zlib.compress(b"0 0 " * (40 * MB), 9)
    twice = zlib.compress(once, 9)
    dictionary = b"<</Type/XRef/Size 9999999/W[1 2 1]/Root 1 0 R/Filter[/FlateDecode/FlateDecode]/Length %d>>" % len(
        twice
    )
    body = b"%PDF-1.5\n1 0 obj\n" + dictionary + b"\nstream\n" + twice + b"\nendstream\nendobj\n"
    return body + b"startxref\n9\n%%EOF\n"


def packed(**files: bytes) -> bytes:
    return zipped(files)


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def taped(names: list[str]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = 2
            archive.addfile(entry, io.BytesIO(b"ok"))
    return target.getvalue()


def docx(**more: bytes) -> bytes:
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>", **more})


def sound(kind: str = "webm", seconds: float = 2.0, codec: str = "libopus", channels: int = 2) -> bytes:
    """A tone, as a browser records it. Made by the ffmpeg that the product carries."""
    return _by_ffmpeg(
        "-f",
        "lavfi",
        "-i",
        f"sine=duration={seconds}",
        "-ac",
        str(channels),
        "-c:a",
        codec,
        "-f",
        kind,
    )


def _by_ffmpeg(*options: str) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *options, "pipe:1"]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def _saved(image: Image.Image, kind: str, **options) -> bytes:
    return _written(lambda target: image.save(target, kind, **options))


def _written(write) -> bytes:
    target = io.BytesIO()
    write(target)
    return target.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
