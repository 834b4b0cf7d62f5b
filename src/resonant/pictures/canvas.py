"""What all pictures share: colours, type, and PNG bytes that are the same for the same picture."""

import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from resonant.units import Tick

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

Colour = tuple[int, int, int]

_FILTER_UP, _COMPRESSION = 2, 3

PAPER: Colour = (252, 251, 248)
INK: Colour = (38, 38, 44)
FAINT_INK: Colour = (122, 122, 130)
BAR_LINE: Colour = (196, 196, 200)
BEAT_LINE: Colour = (230, 229, 226)
SHADE: Colour = (243, 242, 238)

ROLE_COLOURS: dict[str, Colour] = {
    "drums": (92, 88, 100), "percussion": (150, 118, 82), "bass": (36, 98, 160), "chords": (232, 158, 44),
    "melody": (206, 52, 72), "pad": (120, 170, 208), "arpeggio": (64, 160, 128), "strings": (142, 92, 168),
    "counter": (226, 122, 150),
}  # fmt: skip
OTHER_ROLE: Colour = (110, 130, 90)
# Sections of one material have one colour.
MATERIAL_COLOURS: tuple[Colour, ...] = (
    (214, 226, 240), (250, 226, 190), (216, 236, 216), (240, 214, 224), (228, 220, 242), (236, 234, 204),
    (210, 236, 236),
)  # fmt: skip


def role_colour(role: str) -> Colour:
    return ROLE_COLOURS.get(role, OTHER_ROLE)


def material_colour(material: str) -> Colour:
    letter = ord(material[0].upper()) - ord("A") if material else 0
    return MATERIAL_COLOURS[letter % len(MATERIAL_COLOURS)]


def across(tick: Tick, span: tuple[Tick, Tick], left: float, width: float) -> float:
    """Where a tick of a span stands in a stretch of pixels; ticks outside it stand at its edges."""
    start, end = span
    return left + (min(max(tick, start), end) - start) / max(end - start, 1) * width


def mixed(colour: Colour, other: Colour, amount: float) -> Colour:
    """`colour` with `amount` (0…1) of another."""
    red, green, blue = (round(a + (b - a) * amount) for a, b in zip(colour, other, strict=True))
    return red, green, blue


@cache
def type_of_size(size: int) -> "FreeTypeFont | ImageFont":
    """Pillow's own typeface: the same letters on every machine."""
    from PIL import ImageFont

    return ImageFont.load_default(size)


def png(image: "Image") -> bytes:
    """The picture (RGB) as a PNG file (ISO/IEC 15948): each row as its difference from the row above, then deflated.

    Trying all filters at each row, as Pillow does, takes three times as long for a picture of flat areas; and other
    threads can work meanwhile.
    """
    pixels = np.asarray(image)
    height, width, _ = pixels.shape
    flat = pixels.reshape(height, width * 3)
    rows = np.empty((height, 1 + width * 3), dtype=np.uint8)
    rows[:, 0] = _FILTER_UP
    rows[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), _COMPRESSION)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
