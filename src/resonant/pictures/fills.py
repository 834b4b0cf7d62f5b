"""Holes in music and what was put into them: the true bars on the left, the filled ones on the right, a row a hole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from resonant.pictures.canvas import (
    BAR_LINE,
    FAINT_INK,
    INK,
    PAPER,
    SHADE,
    Colour,
    across,
    mixed,
    png,
    role_colour,
    type_of_size,
)
from resonant.score.model import Note
from resonant.theory.pitch import pitch_name
from resonant.units import Tick

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH = 1760
_LEFT, _RIGHT, _MIDDLE = 64, 20, 72  # margins, and between the two rolls
_TITLE_HEIGHT, _NAME_HEIGHT, _ROLL_HEIGHT, _GAP = 52, 24, 200, 30
_FEWEST_PITCHES, _ROOM = 24, 5
_HOLE: Colour = (255, 246, 214)
_AROUND: Colour = (168, 168, 174)
_OTHERS: Colour = (222, 222, 224)


@dataclass(frozen=True)
class Fill:
    """A hole in one track, as it was and as it was filled.

    Args:
        title: what stands above the row.
        role: of the track; it has the role's colour.
        bars: where the bars that are shown begin, and where the last ends.
        hole: ticks, half-open.
        around: the track's notes outside the hole.
        others: what the other tracks play, pitched ones only.
        true, filled: the notes in the hole.
    """

    title: str
    role: str
    bars: tuple[Tick, ...]
    hole: tuple[Tick, Tick]
    around: tuple[Note, ...]
    others: tuple[Note, ...]
    true: tuple[Note, ...]
    filled: tuple[Note, ...]

    @cached_property
    def pitches(self) -> tuple[int, int]:
        """The lowest and the highest pitch shown: those of the true bars, and some room; the rest lies at the edge."""
        own = [note.pitch for note in (*self.around, *self.true)] or [60]
        spare = max(_FEWEST_PITCHES - (max(own) - min(own)), 2 * _ROOM)
        return max(min(own) - spare // 2, 0), min(max(own) + spare // 2, 127)


def fills_png(fills: Sequence[Fill], title: str) -> bytes:
    """The holes under one another, as a PNG picture; the same holes and fills give the same bytes."""
    from PIL import Image, ImageDraw

    row = _NAME_HEIGHT + _ROLL_HEIGHT + _GAP
    image = Image.new("RGB", (WIDTH, _TITLE_HEIGHT + row * len(fills)), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((_LEFT, 12), title[:140], INK, type_of_size(20))
    for number, fill in enumerate(fills):
        top = _TITLE_HEIGHT + number * row
        draw.text((_LEFT, top), fill.title[:90], INK, type_of_size(14))
        width = (WIDTH - _LEFT - _RIGHT - _MIDDLE) // 2
        for left, notes, name in ((_LEFT, fill.true, "true"), (_LEFT + width + _MIDDLE, fill.filled, "filled")):
            told = f"{name}: {len(notes)} notes"
            draw.text((left + width, top + 2), told, FAINT_INK, type_of_size(13), anchor="ra")
            _roll(draw, fill, notes, _Place(fill, left, top + _NAME_HEIGHT, width))
    return png(image)


@dataclass(frozen=True)
class _Place:
    """Where the roll of a hole stands."""

    fill: Fill
    left: int
    top: int
    width: int

    def x(self, tick: Tick) -> float:
        return across(tick, (self.fill.bars[0], self.fill.bars[-1]), self.left, self.width)

    @property
    def pitch_px(self) -> float:
        low, high = self.fill.pitches
        return _ROLL_HEIGHT / (high - low + 1)

    def y(self, pitch: int) -> float:
        return self.top + (self.fill.pitches[1] - pitch) * self.pitch_px

    @property
    def bottom(self) -> int:
        return self.top + _ROLL_HEIGHT


def _roll(draw: "ImageDraw", fill: Fill, notes: Iterable[Note], place: _Place) -> None:
    draw.rectangle((place.left, place.top, place.left + place.width, place.bottom), SHADE)
    draw.rectangle((place.x(fill.hole[0]), place.top, place.x(fill.hole[1]), place.bottom), _HOLE)
    low, high = fill.pitches
    for pitch in range(low, high + 1):
        if pitch % 12 == 0:
            name = pitch_name(pitch)
            middle = place.y(pitch) + place.pitch_px / 2
            draw.text((place.left - 6, middle), name, FAINT_INK, type_of_size(11), anchor="rm")
    for bar in fill.bars:
        draw.line((place.x(bar), place.top, place.x(bar), place.bottom), BAR_LINE)
    shown = [note for note in fill.others if low <= note.pitch <= high]
    for layer, colour in ((shown, _OTHERS), (fill.around, _AROUND), (notes, role_colour(fill.role))):
        _notes(draw, layer, colour, place)


def _notes(draw: "ImageDraw", notes: Iterable[Note], colour: Colour, place: _Place) -> None:
    start, end = place.fill.bars[0], place.fill.bars[-1]
    low, high = place.fill.pitches
    for note in notes:
        if start <= note.start < end:
            shade = mixed(colour, PAPER, 0.5 * (1 - note.velocity / 127))
            left, right, y = place.x(note.start), place.x(note.end), place.y(min(max(note.pitch, low), high))
            box = (left, y + 1, max(right - 1, left + 4), max(y + place.pitch_px - 1, y + 2))
            draw.rectangle(box, shade, mixed(shade, INK, 0.3))
