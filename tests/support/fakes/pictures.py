"""Pictures that cost next to nothing: real 8-bit RGB PNG files of any size, and broken ones.

The upper rows of a size are made and deflated once; only the last rows, which hold the seed's
noise, and the text chunk differ from picture to picture.
"""

import functools
import pathlib
import random
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SEED_ROWS = 16
# Colours move from row to row by a gradient; the noise on top stays below it.
NOISE = 24
PREVIEW_JPEG = (pathlib.Path(__file__).parent / "preview.jpg").read_bytes()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width, height, depth=8, colour=2):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def rows(width, first, last, height, chance):
    """Filter byte and RGB samples of some rows: a vertical gradient with noise."""
    noise = chance.randbytes(3 * width * (last - first))
    lines = []
    for row in range(first, last):
        base = 32 + 180 * row // max(height, 1)
        table = bytes(base + value % NOISE for value in range(256))
        at = 3 * width * (row - first)
        lines.append(b"\0" + noise[at:at + 3 * width].translate(table))
    return b"".join(lines)


@functools.lru_cache(maxsize=64)
def upper_part(width, height):
    """IDAT chunk with all rows but the seed's, and the Adler-32 sum so far."""
    raw = rows(width, 0, max(height - SEED_ROWS, 0), height, random.Random(width * 65537 + height))
    deflate = zlib.compressobj(1)
    # Byte-aligned, with no end of stream: the next chunk's deflate blocks go on from here.
    return chunk(b"IDAT", deflate.compress(raw) + deflate.flush(zlib.Z_FULL_FLUSH)), \
        zlib.adler32(raw)


def noise_png(width, height, seed, texts=()):
    """A picture that decodes; the same bytes for the same arguments. Texts: (key, value) pairs."""
    upper, adler = upper_part(width, height)
    raw = rows(width, max(height - SEED_ROWS, 0), height, height, random.Random(seed))
    deflate = zlib.compressobj(1, wbits=-15)
    lower = deflate.compress(raw) + deflate.flush()
    return b"".join([SIGNATURE, header(width, height), *text_chunks(texts), upper,
                     chunk(b"IDAT", lower + struct.pack(">I", zlib.adler32(raw, adler))),
                     chunk(b"IEND", b"")])


def text_chunks(texts):
    return [chunk(b"tEXt", key.encode() + b"\0" + value.encode("latin-1", "replace"))
            for key, value in texts]


def flat_png(width, height, shade, depth=8):
    """One grey shade all over; 16-bit samples with depth 16."""
    sample = bytes([shade]) * (depth // 8 * 3)
    raw = (b"\0" + sample * width) * height
    return (SIGNATURE + header(width, height, depth) + chunk(b"IDAT", zlib.compress(raw, 1))
            + chunk(b"IEND", b""))


def bomb_png(side=50000):
    """A header that promises 7.5 GB of samples."""
    return (SIGNATURE + header(side, side) + chunk(b"IDAT", zlib.compress(bytes(1 << 20), 9))
            + chunk(b"IEND", b""))


def picture_size(data):
    """Width and height of a PNG or JPEG, or None."""
    if data[:8] == SIGNATURE and len(data) >= 24:
        return struct.unpack(">II", data[16:24])
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        kind, length = data[at + 1], struct.unpack(">H", data[at + 2:at + 4])[0]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            high, wide = struct.unpack(">HH", data[at + 5:at + 9])
            return wide, high
        at += 2 + length
    return None


def wrong_picture(kind, right):
    """What a faulty server hands out instead of `right`, the bytes of the true picture.

    Kinds: blank, black, wrong_size, truncated, sixteen_bit, empty, not_an_image, damaged,
    huge_picture. An endless one is made by the wire, not here.
    """
    width, height = picture_size(right) or (64, 64)
    if kind == "damaged":
        middle = len(right) // 2
        return right[:middle] + bytes([right[middle] ^ 0xFF]) + right[middle + 1:]
    return {"blank": lambda: flat_png(width, height, 255),
            "black": lambda: flat_png(width, height, 0),
            "wrong_size": lambda: noise_png(width + 8, max(height - 8, 8), 1),
            "truncated": lambda: right[:len(right) // 2],
            "sixteen_bit": lambda: flat_png(width, height, 77, 16),
            "empty": lambda: b"",
            "not_an_image": lambda: b"<html><body>no picture</body></html>",
            "huge_picture": bomb_png}[kind]()
