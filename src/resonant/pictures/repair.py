"""A repair drawn: the sound around a gap before and after, as wave and spectrum, one above the other."""

import io
from typing import TYPE_CHECKING

from resonant.audio import Audio
from resonant.pictures.canvas import INK, PAPER, Colour, png, type_of_size
from resonant.pictures.sound import WIDTH, place_of, spectrogram_png, waveform_png

if TYPE_CHECKING:
    from PIL.Image import Image

_TITLE_HEIGHT = 24
_GAP: Colour = (214, 48, 62)
_FADE: Colour = (232, 150, 60)


def repair_png(before: Audio, after: Audio, changed_s: tuple[float, float, float, float], start_s: float) -> bytes:
    """Both sounds with the gap between red lines and its fades up to orange ones.

    Args:
        before, after: of the same length.
        changed_s: where the first fade begins, the gap begins and ends, and the last fade ends, in seconds from the
            start of the sounds.
        start_s: when the sounds begin in their file; only said in the titles.
    """
    from PIL import Image, ImageDraw

    end_s = start_s + before.seconds
    drawn = [
        (f"{name}, {start_s:.2f}…{end_s:.2f} s of the file; the gap from {start_s + changed_s[1]:.4f} s to "
         f"{start_s + changed_s[2]:.4f} s", [_opened(waveform_png(audio)), _opened(spectrogram_png(audio))])
        for name, audio in (("before", before), ("after", after))
    ]  # fmt: skip
    moments_s = (changed_s[0], changed_s[3], changed_s[1], changed_s[2])  # the gap over its fades
    height = sum(_TITLE_HEIGHT + sum(image.height for image in images) for _, images in drawn)
    sheet = Image.new("RGB", (WIDTH, height), PAPER)
    draw, y = ImageDraw.Draw(sheet), 0
    for title, images in drawn:
        draw.text((8, y + 5), title, INK, type_of_size(13))
        y += _TITLE_HEIGHT
        for image in images:
            sheet.paste(image, (0, y))
            for moment_s, colour in zip(moments_s, (_FADE, _FADE, _GAP, _GAP), strict=True):
                x = place_of(moment_s, before.seconds)
                draw.line((x, y, x, y + image.height - 22), colour)
            y += image.height
    return png(sheet)


def _opened(data: bytes) -> "Image":
    from PIL import Image

    return Image.open(io.BytesIO(data)).convert("RGB")
