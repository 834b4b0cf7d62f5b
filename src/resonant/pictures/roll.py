"""The piano roll: a score to look at, with its sections, bars and chords, roles in colours, drums as lanes.

Up to 16 bars stand in one system; longer songs in up to four systems of equal length, which grow denser beyond 64 bars.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise, takewhile
from math import ceil
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from resonant.instruments import instrument
from resonant.pictures.canvas import (
    BAR_LINE,
    BEAT_LINE,
    FAINT_INK,
    INK,
    PAPER,
    SHADE,
    Colour,
    material_colour,
    mixed,
    png,
    role_colour,
    type_of_size,
)
from resonant.score.model import Note, Score, Track
from resonant.theory.pitch import pitch_name
from resonant.units import Tick

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH = 1760
_LEFT, _RIGHT = 76, 20  # margins
_TITLE_HEIGHT, _LEGEND_HEIGHT = 64, 36
_SECTION_HEIGHT, _CHORD_HEIGHT, _DRUM_LANE, _GAP = 22, 22, 11, 30
_BARS_IN_ONE_SYSTEM, _MOST_SYSTEMS = 16, 4
_LOWEST_BAR_PX = 9.0  # room for a bar number
_DRAWN_FIRST = ("pad", "strings", "chords", "arpeggio", "bass", "counter", "melody")
_UNPITCHED = ("drums", "percussion")

# General MIDI percussion keys by the lane in which people look for them, from the top.
_LANES: dict[str, frozenset[int]] = {
    "cymbal": frozenset({49, 51, 52, 53, 55, 57, 59}),
    "hi-hat": frozenset({42, 44, 46}),
    "tom": frozenset({41, 43, 45, 47, 48, 50}),
    "snare": frozenset({37, 38, 39, 40}),
    "kick": frozenset({35, 36}),
}
_OTHER_LANE = "perc"


def piano_roll_png(score: Score, title: str = "") -> bytes:
    """The score as a PNG picture, under its own title or the one given; the same score gives the same bytes."""
    from PIL import Image, ImageDraw

    page = _Page(score)
    image = Image.new("RGB", (WIDTH, page.height), PAPER)
    draw = ImageDraw.Draw(image)
    _title(draw, score, score.title or title or "Untitled")
    for number in range(page.systems):
        _system(draw, page, number)
    _legend(draw, score, page.height - _LEGEND_HEIGHT)
    return png(image)


@dataclass(frozen=True)
class _Page:
    """Where things stand: bars to the right in systems, pitches upwards, drum lanes below."""

    score: Score

    @cached_property
    def systems(self) -> int:
        return min(ceil(self.score.bars / _BARS_IN_ONE_SYSTEM), _MOST_SYSTEMS)

    @cached_property
    def bars_in_system(self) -> int:
        return ceil(self.score.bars / self.systems)

    @cached_property
    def pitched(self) -> tuple[Track, ...]:
        """The pitched tracks, those that shall lie on top last."""
        order = {role: place for place, role in enumerate(_DRAWN_FIRST)}
        tracks = [track for track in self.score.tracks if track.role not in _UNPITCHED]
        return tuple(sorted(tracks, key=lambda track: order.get(track.role, 0)))

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        """The drum lanes that are played, from the top."""
        played = {_lane(note.pitch) for track in self.score.tracks if track.role in _UNPITCHED for note in track.notes}
        return tuple(lane for lane in (_OTHER_LANE, *_LANES) if lane in played)

    @cached_property
    def pitches(self) -> tuple[int, int]:
        """The lowest and highest pitch shown."""
        pitches = [note.pitch for track in self.pitched for note in track.notes] or [60]
        return min(pitches) - 2, max(max(pitches) + 2, min(pitches) + 22)

    @cached_property
    def pitch_px(self) -> int:
        low, high = self.pitches
        return max(3, min(7, (420 if self.systems == 1 else 250) // (high - low + 1)))

    @cached_property
    def roll_height(self) -> int:
        low, high = self.pitches
        return (high - low + 1) * self.pitch_px

    @cached_property
    def system_height(self) -> int:
        return _SECTION_HEIGHT + _CHORD_HEIGHT + self.roll_height + len(self.lanes) * _DRUM_LANE + _GAP

    @cached_property
    def height(self) -> int:
        return _TITLE_HEIGHT + self.systems * self.system_height + _LEGEND_HEIGHT

    def span(self, number: int) -> tuple[int, int]:
        """First bar and bar behind the last of a system."""
        first = number * self.bars_in_system
        return first, min(first + self.bars_in_system, self.score.bars)

    @overload
    def x(self, tick: Tick, number: int) -> float: ...
    @overload
    def x(self, tick: NDArray[np.int64], number: int) -> NDArray[np.float64]: ...
    def x(self, tick: Tick | NDArray[np.int64], number: int) -> float | NDArray[np.float64]:
        """Where a tick stands in a system, or an array of ticks: a long song has tens of thousands of notes."""
        start, length = self._extents[number]
        return _LEFT + (tick - start) / length * (WIDTH - _LEFT - _RIGHT)

    @cached_property
    def _extents(self) -> tuple[tuple[Tick, Tick], ...]:
        """Where each system starts, and how long its line is, in ticks."""
        starts = [self.score.metre.bar_start(number * self.bars_in_system) for number in range(self.systems + 1)]
        return tuple((start, end - start) for start, end in pairwise(starts))

    def top(self, number: int) -> int:
        return _TITLE_HEIGHT + number * self.system_height

    def roll_top(self, number: int) -> int:
        return self.top(number) + _SECTION_HEIGHT + _CHORD_HEIGHT

    def pitch_y(self, pitch: int, number: int) -> int:
        return self.roll_top(number) + (self.pitches[1] - pitch) * self.pitch_px

    def lanes_top(self, number: int) -> int:
        return self.roll_top(number) + self.roll_height

    def bottom(self, number: int) -> int:
        return self.lanes_top(number) + len(self.lanes) * _DRUM_LANE


@cache
def _lane(pitch: int) -> str:
    return next((lane for lane, keys in _LANES.items() if pitch in keys), _OTHER_LANE)


def _title(draw: "ImageDraw", score: Score, title: str) -> None:
    metre = score.metre.metre_at(0)
    facts = f"{score.key}   {score.tempo.bpm:g} bpm   {metre}   {score.bars} bars   {_clock(score.seconds)}"
    draw.text((_LEFT, 10), _fitting(draw, title, 22, WIDTH - _LEFT - _RIGHT), INK, type_of_size(22))
    draw.text((_LEFT, 38), facts, FAINT_INK, type_of_size(14))


def _clock(seconds: float) -> str:
    return f"{int(seconds + 0.5) // 60}:{int(seconds + 0.5) % 60:02d}"


def _fitting(draw: "ImageDraw", text: str, size: int, width: float) -> str:
    """The text, cut where it would be wider than `width`."""
    text = " ".join(text.split())[:160]
    while text and draw.textlength(text, type_of_size(size)) > width:
        text = text[:-1]
    return text


def _system(draw: "ImageDraw", page: _Page, number: int) -> None:
    _rows(draw, page, number)
    _grid(draw, page, number)
    _sections(draw, page, number)
    _chords(draw, page, number)
    for track in page.pitched:
        _notes(draw, page, number, track)
    for track in page.score.tracks:
        if track.role in _UNPITCHED:
            _hits(draw, page, number, track)


def _rows(draw: "ImageDraw", page: _Page, number: int) -> None:
    """Shaded rows for what lies outside the key, names of the octaves, and the drum lanes."""
    right = page.x(page.score.metre.bar_start(page.span(number)[1]), number)
    scale = page.score.key.scale
    for pitch in range(page.pitches[0], page.pitches[1] + 1):
        y = page.pitch_y(pitch, number)
        if pitch % 12 not in scale:
            draw.rectangle((_LEFT, y, right, y + page.pitch_px - 1), SHADE)
        if pitch % 12 == page.score.key.tonic:
            draw.line((_LEFT, y + page.pitch_px, right, y + page.pitch_px), BEAT_LINE)
            name = pitch_name(pitch, page.score.key.uses_flats)
            draw.text((_LEFT - 8, y + page.pitch_px / 2), name, FAINT_INK, type_of_size(12), anchor="rm")
    for place, lane in enumerate(page.lanes):
        y = page.lanes_top(number) + place * _DRUM_LANE
        if place % 2 == 0:
            draw.rectangle((_LEFT, y, right, y + _DRUM_LANE - 1), SHADE)
        draw.text((_LEFT - 8, y + _DRUM_LANE / 2), lane, FAINT_INK, type_of_size(11), anchor="rm")


def _grid(draw: "ImageDraw", page: _Page, number: int) -> None:
    first, last = page.span(number)
    top, bottom = page.roll_top(number), page.bottom(number)
    step = _number_step(page, number)
    for bar in range(first, last + 1):
        start = page.score.metre.bar_start(bar)
        x = page.x(start, number)
        draw.line((x, top - _CHORD_HEIGHT, x, bottom), BAR_LINE)
        if bar == last:
            break
        if (bar - first) % step == 0:
            draw.text((x + 3, bottom + 3), str(bar + 1), FAINT_INK, type_of_size(11))
        beat = page.score.metre.metre_at(bar).ticks_per_beat
        end = page.score.metre.bar_start(bar + 1)
        if page.x(start + beat, number) - x > _LOWEST_BAR_PX:
            for tick in range(start + beat, end, beat):
                at = page.x(tick, number)
                draw.line((at, top, at, bottom), BEAT_LINE)


def _number_step(page: _Page, number: int) -> int:
    """Every how many bars a number has room."""
    first, _ = page.span(number)
    width = page.x(page.score.metre.bar_start(first + 1), number) - _LEFT
    return next(step for step in (1, 2, 4, 8, 16, 32, 64, 4096) if step * width >= 22 or step == 4096)


def _sections(draw: "ImageDraw", page: _Page, number: int) -> None:
    first, last = page.span(number)
    top = page.top(number)
    for section in page.score.sections:
        begin, end = max(section.start_bar, first), min(section.end_bar, last)
        if begin >= end:
            continue
        left, right = (page.x(page.score.metre.bar_start(bar), number) for bar in (begin, end))
        draw.rectangle((left, top, right - 1, top + _SECTION_HEIGHT - 3), material_colour(section.material))
        name = f"{section.name} {section.material}" if begin == section.start_bar else f"({section.name})"
        draw.text((left + 6, top + 3), _fitting(draw, name, 13, right - left - 8), INK, type_of_size(13))


def _chords(draw: "ImageDraw", page: _Page, number: int) -> None:
    """Chord names where they change, smaller where it is crowded, left out where they would run into one another."""
    first, last = page.span(number)
    start, end = page.score.metre.bar_start(first), page.score.metre.bar_start(last)
    y, free_from, before = page.roll_top(number) - _CHORD_HEIGHT + 3, 0.0, ""
    for span in page.score.chords_in(start, end):
        symbol, x = span.chord.symbol(page.score.key), page.x(span.start, number) + 4
        room = page.x(span.end, number) - x
        size = 13 if draw.textlength(symbol, type_of_size(13)) <= room else 10
        if symbol == before or x < free_from:
            continue
        draw.text((x, y + (13 - size)), symbol, INK, type_of_size(size))
        free_from, before = x + draw.textlength(symbol, type_of_size(size)) + 4, symbol


def _notes(draw: "ImageDraw", page: _Page, number: int, track: Track) -> None:
    colour = role_colour(track.role)
    for note, left, right in _visible(page, number, track):
        y = page.pitch_y(note.pitch, number)
        shade, edge = _by_velocity(colour, note.velocity)
        right = max(right - 1, left + 1)
        is_all_edge = int(right) - int(left) < 2
        draw.rectangle((left, y, right, y + page.pitch_px - 1), edge if is_all_edge else shade, edge)


def _hits(draw: "ImageDraw", page: _Page, number: int, track: Track) -> None:
    colour = role_colour(track.role)
    for note, left, _ in _visible(page, number, track):
        y = page.lanes_top(number) + page.lanes.index(_lane(note.pitch)) * _DRUM_LANE
        size = 2 + round(3 * note.velocity / 127)  # a ghost note is a small one
        middle = y + _DRUM_LANE // 2
        shade, _ = _by_velocity(colour, note.velocity)
        draw.polygon(
            [(left, middle - size), (left + size, middle), (left, middle + size), (left - size, middle)], shade
        )


@cache
def _by_velocity(colour: Colour, velocity: int) -> tuple[Colour, Colour]:
    """What a note is filled with, and its edge."""
    shade = mixed(colour, PAPER, 0.55 * (1 - velocity / 127))
    return shade, mixed(shade, INK, 0.35)


def _visible(page: _Page, number: int, track: Track) -> Iterator[tuple[Note, float, float]]:
    """The notes that sound in a system, with their edges in pixels."""
    first, last = page.span(number)
    start, end = page.score.metre.bar_start(first), page.score.metre.bar_start(last)
    begun = takewhile(lambda note: note.start < end, track.notes)
    notes = [note for note in begun if note.start + note.duration > start]
    starts = np.array([note.start for note in notes], dtype=np.int64)
    ends = starts + np.array([note.duration for note in notes], dtype=np.int64)
    left, right = page.x(np.maximum(starts, start), number), page.x(np.minimum(ends, end), number)
    return zip(notes, left.tolist(), right.tolist(), strict=True)


def _legend(draw: "ImageDraw", score: Score, y: int) -> None:
    x = float(_LEFT)
    for track in score.tracks:
        label = f"{track.name}: {instrument(track.instrument).label}"
        width = draw.textlength(label, type_of_size(13))
        if x + width + 24 > WIDTH - _RIGHT:
            break
        draw.rectangle((x, y + 8, x + 12, y + 20), role_colour(track.role))
        draw.text((x + 18, y + 6), label, INK, type_of_size(13))
        x += width + 44
