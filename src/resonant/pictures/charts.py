"""Numbers drawn as pictures: lines over an axis, and panels of bars."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import ceil, floor, isfinite, log10
from typing import TYPE_CHECKING

from resonant.pictures.canvas import BEAT_LINE, FAINT_INK, INK, PAPER, SHADE, Colour, mixed, png, type_of_size

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH = 1760
_LINES: tuple[Colour, ...] = ((36, 98, 160), (222, 110, 40), (64, 160, 128), (142, 92, 168))
_LEFT, _RIGHT, _TOP, _BOTTOM, _PLOT_HEIGHT = 76, 28, 84, 54, 520
_SMOOTH = 40  # a noisy line's mean is over a fortieth of its points, at least nine
_COLUMNS, _PANEL_GAP, _PANEL_TOP, _ROW_HEIGHT, _LABEL_WIDTH, _VALUE_WIDTH = 3, 40, 34, 20, 130, 92
_MOST_ROWS = 30  # of a panel; the rest is told in one line
Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """Points from left to right; of a noisy line the mean is drawn, and its points faintly behind it."""

    name: str
    points: tuple[Point, ...]
    noisy: bool = False


@dataclass(frozen=True)
class Panel:
    """Values by name, as bars from the top down."""

    title: str
    rows: tuple[tuple[str, float], ...]


def lines_png(lines: Sequence[Line], title: str, x_name: str, y_name: str) -> bytes:
    """Lines over one pair of axes, as a PNG picture; the same numbers give the same bytes."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, _TOP + _PLOT_HEIGHT + _BOTTOM), PAPER)
    draw = ImageDraw.Draw(image)
    drawn = [line for line in map(_finite, lines) if line.points]
    axes = _Axes.around([point for line in drawn for point in line.points])
    draw.text((_LEFT, 12), title, INK, type_of_size(20))
    _grid(draw, axes, x_name, y_name)
    x = float(_LEFT)
    for line, colour in zip(drawn, _LINES, strict=False):
        _line(draw, axes, line, colour)
        told = f"{line.name}: {line.points[-1][1]:.3f}"
        draw.rectangle((x, 52, x + 14, 64), colour)
        draw.text((x + 20, 50), told, INK, type_of_size(13))
        x += draw.textlength(told, type_of_size(13)) + 56
    return png(image)


def panels_png(panels: Sequence[Panel], title: str, subtitle: str) -> bytes:
    """Panels of bars, three beside one another, as a PNG picture; the same numbers give the same bytes."""
    from PIL import Image, ImageDraw

    rows = [panels[at : at + _COLUMNS] for at in range(0, len(panels), _COLUMNS)]
    heights = [max(map(_panel_height, row)) for row in rows]
    image = Image.new("RGB", (WIDTH, _TOP + sum(heights) + 12), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((_PANEL_GAP, 12), title[:120], INK, type_of_size(22))
    draw.text((_PANEL_GAP, 44), subtitle[:200], FAINT_INK, type_of_size(14))
    width = (WIDTH - _PANEL_GAP * (_COLUMNS + 1)) // _COLUMNS
    top = _TOP
    for row, height in zip(rows, heights, strict=True):
        for column, panel in enumerate(row):
            _panel(draw, panel, _PANEL_GAP + column * (width + _PANEL_GAP), top, width)
        top += height
    return png(image)


def _finite(line: Line) -> Line:
    """The line without points that are no numbers: a run that went wrong is drawn up to there."""
    return replace(line, points=tuple(point for point in line.points if isfinite(point[1])))


@dataclass(frozen=True)
class _Axes:
    """What is shown: from the left edge to the right, from the bottom to the top."""

    right: float
    bottom: float
    top: float

    @classmethod
    def around(cls, points: Sequence[Point]) -> "_Axes":
        highest = max((y for _, y in points), default=1.0)
        lowest = min((y for _, y in points), default=0.0)
        step = _tick_step(max(highest - lowest, 0.1))
        bottom = floor(lowest / step)
        return cls(
            max((x for x, _ in points), default=1.0), bottom * step, max(ceil(highest / step), bottom + 1) * step
        )

    def x(self, value: float) -> float:
        return _LEFT + value / max(self.right, 1e-9) * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return _TOP + (self.top - value) / max(self.top - self.bottom, 1e-9) * _PLOT_HEIGHT


def _tick_step(span: float) -> float:
    """A round distance (1, 2 or 5 times a power of ten) that parts a span into at most eight."""
    base: float = 10.0 ** floor(log10(span / 8))
    return next(base * factor for factor in (1, 2, 5, 10) if base * factor * 8 >= span)


def _grid(draw: "ImageDraw", axes: _Axes, x_name: str, y_name: str) -> None:
    bottom = _TOP + _PLOT_HEIGHT
    step = _tick_step(axes.top - axes.bottom)
    for number in range(round((axes.top - axes.bottom) / step) + 1):
        value = axes.bottom + number * step
        draw.line((_LEFT, axes.y(value), WIDTH - _RIGHT, axes.y(value)), BEAT_LINE)
        draw.text((_LEFT - 8, axes.y(value)), f"{value:g}", FAINT_INK, type_of_size(12), anchor="rm")
    step = _tick_step(max(axes.right, 1e-9))
    for number in range(int(axes.right / step) + 1):
        x = axes.x(number * step)
        draw.line((x, bottom, x, bottom + 5), FAINT_INK)
        draw.text((x, bottom + 8), f"{number * step:g}", FAINT_INK, type_of_size(12), anchor="ma")
    draw.text((WIDTH - _RIGHT, bottom + 28), x_name, FAINT_INK, type_of_size(13), anchor="ra")
    draw.text((WIDTH - _RIGHT, 50), y_name, FAINT_INK, type_of_size(13), anchor="ra")


def _line(draw: "ImageDraw", axes: _Axes, line: Line, colour: Colour) -> None:
    points = [(axes.x(x), axes.y(y)) for x, y in line.points]
    if line.noisy:
        draw.line(points, mixed(colour, PAPER, 0.75))
        draw.line([(axes.x(x), axes.y(y)) for x, y in _means(line.points)], colour, 2)
        return
    draw.line(points, colour, 2)
    for x, y in points:
        draw.ellipse((x - 3, y - 3, x + 3, y + 3), colour)


def _means(points: Sequence[Point]) -> list[Point]:
    """Each point as the mean of those around it."""
    half = max(len(points) // _SMOOTH, 9) // 2
    sums = [0.0, *accumulate(y for _, y in points)]
    spans = [(max(i - half, 0), min(i + half + 1, len(points))) for i in range(len(points))]
    return [(x, (sums[end] - sums[start]) / (end - start)) for (x, _), (start, end) in zip(points, spans, strict=True)]


def _shown(panel: Panel) -> tuple[tuple[str, float], ...]:
    return panel.rows[:_MOST_ROWS]


def _panel_height(panel: Panel) -> int:
    more = len(panel.rows) > _MOST_ROWS
    return _PANEL_TOP + (len(_shown(panel)) + more) * _ROW_HEIGHT + _PANEL_GAP // 2


def _panel(draw: "ImageDraw", panel: Panel, left: int, top: int, width: int) -> None:
    draw.text((left, top), panel.title, INK, type_of_size(16))
    most = max((value for _, value in panel.rows), default=0.0) or 1.0
    room = width - _LABEL_WIDTH - _VALUE_WIDTH
    y = top + _PANEL_TOP
    for number, (name, value) in enumerate(_shown(panel)):
        if number % 2 == 0:
            draw.rectangle((left, y, left + width, y + _ROW_HEIGHT - 1), SHADE)
        middle, start = y + _ROW_HEIGHT / 2, left + _LABEL_WIDTH
        draw.text((start - 8, middle), name[:20], INK, type_of_size(13), anchor="rm")
        draw.rectangle((start, y + 4, start + max(value / most * room, 1), y + _ROW_HEIGHT - 5), _LINES[0])
        draw.text((left + width - 4, middle), _number(value), FAINT_INK, type_of_size(12), anchor="rm")
        y += _ROW_HEIGHT
    if len(panel.rows) > _MOST_ROWS:
        draw.text((left, y + 3), f"and {len(panel.rows) - _MOST_ROWS} more", FAINT_INK, type_of_size(12))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:.3g}"
