"""Small files for a customer who sends none of their own: a photo of a bill, the bill as PDF, a sticker, a silent
voice note, a video of four colours. Made when first asked for, the same each time."""

import functools
import io
import struct

from PIL import Image, ImageDraw, ImageFont

BILL = (
    "Shuddh Dairy",
    "Bill 1042",
    "",
    "Ghee 1 kg          Rs 640",
    "Paneer 500 g     Rs 210",
    "",
    "Total                  Rs 850",
)


@functools.cache
def sample(kind: str) -> tuple[bytes, str, str]:
    """(bytes, MIME type, file name) of an image, document, sticker, audio or video."""
    return SAMPLES[kind]()


def _photo() -> tuple[bytes, str, str]:
    return _saved(_bill(), "JPEG", quality=80), "image/jpeg", "bill.jpg"


def _pdf() -> tuple[bytes, str, str]:
    return _saved(_bill(), "PDF", resolution=72), "application/pdf", "bill.pdf"


def _sticker() -> tuple[bytes, str, str]:
    picture = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((16, 16, 496, 496), fill=(250, 204, 92, 255), outline=(176, 128, 20, 255), width=12)
    draw.ellipse((150, 170, 200, 240), fill=(70, 50, 10, 255))
    draw.ellipse((312, 170, 362, 240), fill=(70, 50, 10, 255))
    draw.arc((140, 200, 372, 400), 20, 160, fill=(70, 50, 10, 255), width=18)
    return _saved(picture, "WEBP", lossless=True), "image/webp", "sticker.webp"


def _bill() -> Image.Image:
    picture = Image.new("RGB", (640, 480), (206, 198, 184))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((70, 30, 570, 450), fill=(253, 252, 248))
    for at, line in enumerate(BILL):
        draw.text((110, 60 + at * 52), line, fill=(40, 40, 46), font=ImageFont.load_default(34 if at == 0 else 28))
    return picture


def _saved(picture: Image.Image, form: str, **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def _voice() -> tuple[bytes, str, str]:
    """Two seconds of silence: Ogg (RFC 3533) around Opus (RFC 7845) packets of 20 ms, mono."""
    packets = [b"\xf8\xff\xfe"] * 100
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 9) + b"simulator" + struct.pack("<I", 0)
    pages = [_page(head, [head], 0, 0, 2), _page(tags, [tags], 0, 1, 0)]
    pages += [_page(b"".join(packets), packets, len(packets) * 960, 2, 4)]
    return b"".join(pages), "audio/ogg; codecs=opus", "voice.ogg"


def _page(data: bytes, packets: list[bytes], position: int, number: int, flags: int) -> bytes:
    lacing = bytes(length for packet in packets for length in [255] * (len(packet) // 255) + [len(packet) % 255])
    page = b"OggS" + struct.pack("<BBqIIIB", 0, flags, position, 1, number, 0, len(lacing)) + lacing + data
    return page[:22] + struct.pack("<I", _ogg_crc(page)) + page[26:]


def _ogg_crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1
        crc &= 0xFFFFFFFF
    return crc


SIDE = 64  # pixels; a multiple of 16
COLOURS = ((110, 110, 100), (160, 100, 150), (200, 90, 140), (130, 150, 110))  # Y, Cb, Cr


def _video() -> tuple[bytes, str, str]:
    """Two seconds in four colours: H.264 whose macroblocks are uncompressed (I_PCM), in an MP4 (ISO 14496-12)."""
    frames = [struct.pack(">I", len(one)) + one for one in (_picture(at, colour) for at, colour in enumerate(COLOURS))]
    data = _box(b"mdat", b"".join(frames))
    kind = _box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
    first = len(kind) + 8
    return kind + data + _movie([len(one) for one in frames], first), "video/mp4", "video.mp4"


class _Bits:
    """A bit string as H.264 writes it."""

    def __init__(self):
        self.text = ""

    def put(self, value: int, width: int) -> "_Bits":
        self.text += f"{value:0{width}b}"
        return self

    def golomb(self, *values: int) -> "_Bits":
        for value in values:
            digits = f"{value + 1:b}"
            self.text += "0" * (len(digits) - 1) + digits
        return self

    def align(self, bit: str) -> "_Bits":
        self.text += bit * (-len(self.text) % 8)
        return self

    def unit(self, header: int) -> bytes:
        """The NAL unit with its stop bit and without start codes inside (emulation prevention)."""
        bits = self.text + "1"
        bits += "0" * (-len(bits) % 8)
        raw = int(bits, 2).to_bytes(len(bits) // 8, "big")
        out, zeros = bytearray([header]), 0
        for byte in raw:
            if zeros >= 2 and byte <= 3:
                out.append(3)
                zeros = 0
            out.append(byte)
            zeros = zeros + 1 if byte == 0 else 0
        return bytes(out)


def _sequence() -> bytes:
    """SPS, baseline profile, level 1: one reference frame, no cropping."""
    bits = _Bits().put(66, 8).put(0, 8).put(10, 8).golomb(0, 0, 2, 1).put(0, 1)
    return bits.golomb(SIDE // 16 - 1, SIDE // 16 - 1).put(0b1100, 4).unit(0x67)


def _parameters() -> bytes:
    """PPS: CAVLC, deblocking left to the slices."""
    bits = _Bits().golomb(0, 0).put(0, 2).golomb(0, 0, 0).put(0, 3).golomb(0, 0, 0)
    return bits.put(0b100, 3).unit(0x68)


def _picture(at: int, colour: tuple[int, int, int]) -> bytes:
    """One IDR slice of I_PCM macroblocks in one colour."""
    bits = _Bits().golomb(0, 7, 0).put(0, 4).golomb(at % 2).put(0, 2).golomb(0, 1)
    samples = bytes([colour[0]] * 256 + [colour[1]] * 64 + [colour[2]] * 64)
    block = f"{int.from_bytes(samples, 'big'):03072b}"
    for _ in range((SIDE // 16) ** 2):
        bits.golomb(25).align("0")
        bits.text += block
    return bits.unit(0x65)


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + name + body


def _movie(sizes: list[int], first: int) -> bytes:
    """The moov box: one track of so many samples in one chunk at `first`, half a second each."""
    count, length = len(sizes), 500 * len(sizes)
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    times = struct.pack(">IIIII", 0, 0, 0, 1000, length)
    mvhd = _box(b"mvhd", times, struct.pack(">IHH8x", 0x10000, 0x0100, 0), matrix, bytes(24), struct.pack(">I", 2))
    track = struct.pack(">IIIIII8xHHHH", 7, 0, 0, 1, 0, length, 0, 0, 0, 0)
    tkhd = _box(b"tkhd", track, matrix, struct.pack(">II", SIDE << 16, SIDE << 16))
    mdhd = _box(b"mdhd", times, struct.pack(">HH", 0x55C4, 0))
    hdlr = _box(b"hdlr", struct.pack(">II4s12x", 0, 0, b"vide"), b"video\0")
    minf = _box(
        b"minf",
        _box(b"vmhd", struct.pack(">I8x", 1)),
        _box(b"dinf", _box(b"dref", struct.pack(">II", 0, 1), _box(b"url ", struct.pack(">I", 1)))),
        _box(
            b"stbl",
            _box(b"stsd", struct.pack(">II", 0, 1), _h264()),
            _box(b"stts", struct.pack(">IIII", 0, 1, count, 500)),
            _box(b"stsc", struct.pack(">IIIII", 0, 1, 1, count, 1)),
            _box(b"stsz", struct.pack(">III", 0, 0, count), struct.pack(f">{count}I", *sizes)),
            _box(b"stco", struct.pack(">III", 0, 1, first)),
        ),
    )
    return _box(b"moov", mvhd, _box(b"trak", tkhd, _box(b"mdia", mdhd, hdlr, minf)))


def _h264() -> bytes:
    sps, pps = _sequence(), _parameters()
    config = struct.pack(">BBBBBBH", 1, 66, 0, 10, 0xFF, 0xE1, len(sps)) + sps
    config += struct.pack(">BH", 1, len(pps)) + pps
    entry = struct.pack(">6xH16xHHIIIH32xHh", 1, SIDE, SIDE, 0x480000, 0x480000, 0, 1, 24, -1)
    return _box(b"avc1", entry, _box(b"avcC", config))


SAMPLES = {"image": _photo, "document": _pdf, "sticker": _sticker, "audio": _voice, "video": _video}
