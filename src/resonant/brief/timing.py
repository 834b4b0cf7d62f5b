"""How fast and how long: a tempo in the style's range, and a whole number of bars that fits the length asked for."""

import math
from dataclasses import dataclass

from resonant.brief.model import Origin
from resonant.brief.reading.length import MAX_BARS
from resonant.brief.vocabulary import vocabulary
from resonant.errors import BriefError
from resonant.styles import Style
from resonant.units import TEMPO_RANGE_BPM, Metre

_SLOW_ENDS_BPM, _FAST_BEGINS_BPM = 110.0, 105.0  # where "slow" and "fast" contradict a number
_NUDGE = 0.08  # how far a tempo that was said as a word may move so that whole bars fit


@dataclass(frozen=True, slots=True)
class TempoWish:
    """The tempo aimed at, the range it may move in so that whole bars fit, and where it came from."""

    bpm: float
    low: float
    high: float
    origin: Origin

    @property
    def is_fixed(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class LengthWish:
    """The length aimed at, in bars or in seconds; `rough` where it was said as "about 30 seconds"."""

    bars: int | None
    seconds: float | None
    origin: Origin
    rough: bool = False


@dataclass(frozen=True, slots=True)
class Timing:
    """Tempo and bars as they will be, and sentences about how they were found."""

    tempo_bpm: float
    bars: int
    remarks: tuple[str, ...] = ()


def fixed(bpm: float, origin: Origin) -> TempoWish:
    """A tempo given as a number."""
    return TempoWish(bpm, bpm, bpm, origin)


def tempo_of_word(name: str, style: Style) -> TempoWish:
    """The tempo that a word means in a style: "slow" is slower in a ballad than in techno; "andante" is 76…100."""
    word = vocabulary().tempos[name]
    usual = style.tempo_bpm
    if word.bpm is not None:
        low, high = max(word.bpm[0], usual.low), min(word.bpm[1], usual.high)
        if low > high:
            low, high = word.bpm
        return TempoWish(float(round((low + high) / 2)), low, high, "said")
    place = 0.5 if word.place is None else word.place
    bpm = _at_place(style, place)
    return TempoWish(bpm, bpm * (1 - _NUDGE), bpm * (1 + _NUDGE), "said")


def assumed_tempo(style: Style, energy: float | None) -> TempoWish:
    """The style's typical tempo, moved within its range where a mood or a scene asks for more or less energy."""
    usual = style.tempo_bpm
    bpm = usual.typical if energy is None else _at_place(style, 0.5 + 0.6 * (energy - style.energy))
    return TempoWish(bpm, usual.low, usual.high, "assumed")


def contradiction(name: str, bpm: float) -> str | None:
    """A sentence where a tempo word and a number can not both be meant, or None."""
    word = vocabulary().tempos[name]
    if word.bpm is not None:
        differs = not word.bpm[0] * 0.85 <= bpm <= word.bpm[1] * 1.15
    elif word.place is not None and word.place <= 0.2:
        differs = bpm > _SLOW_ENDS_BPM
    else:
        differs = word.place is not None and word.place > 0.7 and bpm < _FAST_BEGINS_BPM - 10
    return f"{name!r} and {bpm:g} bpm do not agree; the number was followed." if differs else None


def timed(tempo: TempoWish, length: LengthWish, metre: Metre) -> Timing:
    """Tempo and bars.

    Raises:
        BriefError: the length comes to more than 2048 bars.
    """
    quarters = metre.quarters_per_bar
    if length.bars is not None and length.seconds is not None:
        return _both(tempo, length, quarters)
    if length.seconds is None:
        assert length.bars is not None, "a length is wished in bars or in seconds"
        return Timing(tempo.bpm, length.bars)
    if not tempo.is_fixed and not length.rough:
        exact = _exact_fit(tempo, length.seconds, quarters)
        if exact is not None:
            return exact
    return Timing(tempo.bpm, _nearest_bars(length.seconds, tempo.bpm, quarters, length.rough))


def check_fits(timing: Timing, seconds: float, metre: Metre) -> None:
    """That the bars fill the seconds, to a millisecond.

    Raises:
        BriefError: they do not; the message names the tempo at which they would.
    """
    quarters = timing.bars * metre.quarters_per_bar
    lasting = quarters * 60.0 / timing.tempo_bpm
    if abs(lasting - seconds) > 1e-3:
        raise BriefError(
            f"{timing.bars} bars of {metre} at {timing.tempo_bpm:g} bpm last {lasting:.3f} seconds, not {seconds:g}, "
            f"and normalize_duration is strict; ask for {quarters * 60.0 / seconds:.6g} bpm, or for crop or pad"
        )


def _both(tempo: TempoWish, length: LengthWish, quarters: float) -> Timing:
    """Bars and seconds were both said: they give the tempo, unless that was said too or nobody could play it."""
    assert length.bars is not None and length.seconds is not None, "both are given"
    implied = length.bars * quarters * 60.0 / length.seconds
    low, high = TEMPO_RANGE_BPM
    actual = length.bars * quarters * 60.0 / tempo.bpm
    if not tempo.is_fixed and low <= implied <= high:
        return Timing(
            implied, length.bars, (f"{length.bars} bars in {length.seconds:g} seconds make {implied:.4g} bpm.",)
        )
    if abs(actual - length.seconds) <= actual / length.bars / 2:
        return Timing(tempo.bpm, length.bars)
    return Timing(
        tempo.bpm, length.bars,
        (
            f"{length.bars} bars at {tempo.bpm:g} bpm last {actual:.1f} seconds, not {length.seconds:g}; "
            "bars and tempo were followed.",
        ),
    )  # fmt: skip


def _exact_fit(tempo: TempoWish, seconds: float, quarters: float) -> Timing | None:
    """The tempo near the one aimed at that makes the length a whole number of bars, best a multiple of 4."""
    fewest = max(1, math.ceil(tempo.low * seconds / (60.0 * quarters)))
    most = min(MAX_BARS, math.floor(tempo.high * seconds / (60.0 * quarters)))
    options = [(_cost(bars, bars * quarters * 60.0 / seconds, tempo.bpm), bars) for bars in range(fewest, most + 1)]
    if not options:
        return None
    bars = min(options)[1]
    bpm = bars * quarters * 60.0 / seconds
    moved = abs(bpm - tempo.bpm) > 0.005
    remark = f"The tempo was set to {bpm:.4g} bpm so that {bars} bars last exactly {seconds:g} seconds."
    return Timing(bpm, bars, (remark,) if moved else ())


def _cost(bars: int, bpm: float, aim_bpm: float) -> float:
    uneven = 0.0 if bars % 4 == 0 else 0.1 if bars % 2 == 0 else 0.18
    return abs(math.log(bpm / aim_bpm)) + uneven


def _nearest_bars(seconds: float, bpm: float, quarters: float, rough: bool) -> int:
    """The whole number of bars nearest to a length; a multiple of 4 or 2 where that is as good as what was asked."""
    bar_seconds = quarters * 60.0 / bpm
    nearest = max(1, math.floor(seconds / bar_seconds + 0.5))
    if nearest > MAX_BARS:
        raise BriefError(
            f"{seconds:g} seconds at {bpm:g} bpm are {nearest} bars and must be at most {MAX_BARS}; ask for less"
        )
    if not rough:
        return nearest
    for multiple in (4, 2):
        even = max(multiple, round(seconds / bar_seconds / multiple) * multiple)
        if abs(even * bar_seconds - seconds) <= 0.05 * seconds:
            return even
    return nearest


def _at_place(style: Style, place: float) -> float:
    usual, place = style.tempo_bpm, min(max(place, 0.0), 1.0)
    if place < 0.5:
        return float(round(usual.low + (usual.typical - usual.low) * place / 0.5))
    return float(round(usual.typical + (usual.high - usual.typical) * (place - 0.5) / 0.5))
