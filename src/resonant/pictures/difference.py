"""Two scores laid over one another: a piano roll for each track that differs, what went, came and stayed in colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from resonant.pictures.canvas import (
    BAR_LINE,
    BEAT_LINE,
    FAINT_INK,
    INK,
    PAPER,
    SHADE,
    Colour,
    across,
    mixed,
    png,
    type_of_size,
)
from resonant.score.model import Note, Score
from resonant.score.region import HARMONY, Region
from resonant.theory.pitch import pitch_name

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH = 1760
STAYED: Colour = (168, 168, 174)
WENT: Colour = (222, 110, 40)  # orange and blue: told apart by everyone
CAME: Colour = (36, 98, 160)
_CHANGED_CELL: Colour = (255, 246, 214)
_LEFT, _RIGHT, _TITLE_HEIGHT, _NAME_HEIGHT, _GAP = 76, 20, 72, 24, 26
_CHORD_HEIGHT = 20
_MOST_BARS = 48  # of one picture; a longer stretch is shown from its first bar on


def difference_png(before: Score, after: Score, cells: Region, title: str = "") -> bytes:
    """The two scores over one another, as a PNG picture; the same scores give the same bytes.

    Args:
        before, after: the scores.
        cells: where they differ; tracks that are not in it are left out. Bars are those of `after`.
        title: the line above.
    """
    from PIL import Image, ImageDraw

    page = _Page(before, after, cells)
    image = Image.new("RGB", (WIDTH, page.height), PAPER)
    draw = ImageDraw.Draw(image)
    _head(draw, page, title)
    top = _TITLE_HEIGHT
    if cells.bars_of(HARMONY):
        _harmony(draw, page, top)
        top += page.harmony_height
    for name in page.tracks:
        _panel(draw, page, _Panel.of(before, after, name, page), top)
        top += _Panel.of(before, after, name, page).height
    return png(image)


@dataclass(frozen=True)
class _Page:
    """Which bars are shown, and where they stand."""

    before: Score
    after: Score
    cells: Region

    @cached_property
    def tracks(self) -> tuple[str, ...]:
        """The tracks that differ, in the order of the score."""
        names = dict.fromkeys(track.name for track in (*self.after.tracks, *self.before.tracks))
        return tuple(name for name in names if self.cells.bars_of(name))

    @cached_property
    def longer(self) -> Score:
        return max((self.after, self.before), key=lambda score: score.bars)

    @cached_property
    def bars(self) -> range:
        """From a bar before the first difference to a bar behind the last."""
        changed = sorted({bar for _, bar in self.cells.cells}) or [0]
        first = max(changed[0] - 1, 0)
        return range(first, min(changed[-1] + 2, self.longer.bars, first + _MOST_BARS))

    @cached_property
    def ticks(self) -> tuple[int, int]:
        return self.longer.metre.bar_start(self.bars.start), self.longer.metre.bar_start(self.bars.stop)

    @cached_property
    def harmony_height(self) -> int:
        return _NAME_HEIGHT + 2 * _CHORD_HEIGHT + _GAP

    @cached_property
    def height(self) -> int:
        panels = sum(_Panel.of(self.before, self.after, name, self).height for name in self.tracks)
        return _TITLE_HEIGHT + panels + (self.harmony_height if self.cells.bars_of(HARMONY) else 0) + _GAP

    def x(self, tick: int) -> float:
        return across(tick, self.ticks, _LEFT, WIDTH - _LEFT - _RIGHT)

    def bar_x(self, bar: int) -> float:
        return self.x(self.longer.metre.bar_start(bar))


@dataclass(frozen=True)
class _Panel:
    """One track: its notes by what became of them."""

    name: str
    went: tuple[Note, ...]
    came: tuple[Note, ...]
    stayed: tuple[Note, ...]

    @classmethod
    def of(cls, before: Score, after: Score, name: str, page: _Page) -> "_Panel":
        start, end = page.ticks
        then, now = (
            [note for note in track.notes if note.start < end and note.end > start] if track is not None else []
            for track in (before.track(name), after.track(name))
        )
        old, new = set(then), set(now)
        return cls(
            name,
            tuple(note for note in then if note not in new),
            tuple(note for note in now if note not in old),
            tuple(note for note in now if note in old),
        )

    @cached_property
    def pitches(self) -> tuple[int, int]:
        pitches = [note.pitch for note in (*self.went, *self.came, *self.stayed)] or [60]
        return min(pitches) - 1, max(max(pitches) + 1, min(pitches) + 10)

    @cached_property
    def pitch_px(self) -> int:
        low, high = self.pitches
        return max(4, min(9, 220 // (high - low + 1)))

    @cached_property
    def roll_height(self) -> int:
        low, high = self.pitches
        return (high - low + 1) * self.pitch_px

    @property
    def height(self) -> int:
        return _NAME_HEIGHT + self.roll_height + _GAP

    def y(self, pitch: int, top: int) -> int:
        return top + _NAME_HEIGHT + (self.pitches[1] - pitch) * self.pitch_px


def _head(draw: "ImageDraw", page: _Page, title: str) -> None:
    draw.text((_LEFT, 10), title[:140], INK, type_of_size(20))
    x = float(_LEFT)
    for colour, word in ((STAYED, "stayed"), (WENT, "went"), (CAME, "came"), (_CHANGED_CELL, "changed bars")):
        draw.rectangle((x, 44, x + 14, 56), colour, mixed(colour, INK, 0.35))
        draw.text((x + 20, 42), word, INK, type_of_size(13))
        x += draw.textlength(word, type_of_size(13)) + 48
    if not page.cells:
        draw.text((x, 42), "no note differs", FAINT_INK, type_of_size(13))


def _harmony(draw: "ImageDraw", page: _Page, top: int) -> None:
    """The chords of both, one line under the other."""
    draw.text((_LEFT, top), HARMONY, INK, type_of_size(15))
    y = top + _NAME_HEIGHT
    _marks(draw, page, page.cells.bars_of(HARMONY), y, y + 2 * _CHORD_HEIGHT)
    _bar_lines(draw, page, y, y + 2 * _CHORD_HEIGHT)
    for score, colour, line in ((page.before, WENT, y), (page.after, CAME, y + _CHORD_HEIGHT)):
        _chord_line(draw, page, score, colour, line)


def _chord_line(draw: "ImageDraw", page: _Page, score: Score, colour: Colour, y: int) -> None:
    free_from = 0.0
    for span in score.chords_in(*page.ticks):
        changed = score.metre.bar_at(span.start) in page.cells.bars_of(HARMONY)
        symbol, x = span.chord.symbol(score.key), page.x(span.start) + 4
        if x >= free_from:
            draw.text((x, y + 2), symbol, colour if changed else FAINT_INK, type_of_size(13))
            free_from = x + draw.textlength(symbol, type_of_size(13)) + 4


def _panel(draw: "ImageDraw", page: _Page, panel: _Panel, top: int) -> None:
    low, high = panel.pitches
    y, bottom = top + _NAME_HEIGHT, top + _NAME_HEIGHT + panel.roll_height
    counts = f"{len(panel.went)} notes went, {len(panel.came)} came, {len(panel.stayed)} stayed"
    draw.text((_LEFT, top), panel.name, INK, type_of_size(15))
    width = draw.textlength(panel.name, type_of_size(15))
    draw.text((_LEFT + width + 14, top + 2), counts, FAINT_INK, type_of_size(13))
    draw.rectangle((_LEFT, y, WIDTH - _RIGHT, bottom), SHADE)
    _marks(draw, page, page.cells.bars_of(panel.name), y, bottom)
    key = page.after.key
    for pitch in range(low, high + 1):
        if pitch % 12 == key.tonic:
            line = panel.y(pitch, top) + panel.pitch_px
            draw.line((_LEFT, line, WIDTH - _RIGHT, line), BEAT_LINE)
            name = pitch_name(pitch, key.uses_flats)
            draw.text((_LEFT - 8, line - panel.pitch_px / 2), name, FAINT_INK, type_of_size(12), anchor="rm")
    _bar_lines(draw, page, y, bottom)
    _notes(draw, page, panel, panel.stayed, STAYED, top)
    _notes(draw, page, panel, panel.went, WENT, top, hollow=True)
    _notes(draw, page, panel, panel.came, CAME, top)


def _marks(draw: "ImageDraw", page: _Page, bars: Sequence[int], top: int, bottom: int) -> None:
    for bar in bars:
        if bar in page.bars:
            draw.rectangle((page.bar_x(bar), top, page.bar_x(bar + 1), bottom), _CHANGED_CELL)


def _bar_lines(draw: "ImageDraw", page: _Page, top: int, bottom: int) -> None:
    for bar in range(page.bars.start, page.bars.stop + 1):
        x = page.bar_x(bar)
        draw.line((x, top, x, bottom), BAR_LINE)
        if bar < page.bars.stop:
            draw.text((x + 3, bottom + 3), str(bar + 1), FAINT_INK, type_of_size(11))


def _notes(
    draw: "ImageDraw", page: _Page, panel: _Panel, notes: Sequence[Note], colour: Colour, top: int, hollow: bool = False
) -> None:
    for note in notes:
        left, right, y = page.x(note.start), page.x(note.end), panel.y(note.pitch, top)
        # what came stands inside what went, so that both are seen where a note only got another length or strength
        inset = 0 if hollow or colour == STAYED else panel.pitch_px // 4
        box = (left, y + inset, max(right - 1, left + 3), y + panel.pitch_px - 1 - inset)
        draw.rectangle(box, mixed(colour, PAPER, 0.65) if hollow else colour, mixed(colour, INK, 0 if hollow else 0.3))
