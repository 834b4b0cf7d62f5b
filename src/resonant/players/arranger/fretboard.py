"""Chord shapes that a left hand can hold on a fretted instrument."""

from collections.abc import Iterator
from functools import lru_cache

from resonant.theory.chord import Chord
from resonant.theory.voicing import Voicing

_STANDARD = (40, 45, 50, 55, 59, 64)
TUNINGS: dict[str, tuple[int, ...]] = {  # open strings from low to high; the re-entrant ukulele and banjo sorted
    "ukulele": (60, 64, 67, 69),
    "mandolin": (55, 62, 69, 76),
    "banjo": (50, 55, 59, 62),
}
_SPAN_FRETS = 3  # from the first to the last finger
_HIGHEST_POSITION = 9
_FINGERS = 4

Shape = tuple[int | None, ...]  # for each string the fret, 0 open, None muted


def tuning(instrument: str) -> tuple[int, ...]:
    """Open strings of an instrument, low to high; six in standard tuning where it has none of its own."""
    return TUNINGS.get(instrument, _STANDARD)


@lru_cache(maxsize=2048)
def shapes(chord: Chord, strings: tuple[int, ...], low: int, high: int) -> tuple[Voicing, ...]:
    """What a chord can be held as: rising pitches, within `low`…`high` where the strings allow it; never empty."""
    for needed in _needed(chord):
        found = {
            _pitches(shape, strings)
            for position in range(_HIGHEST_POSITION + 1)
            for shape in _held(chord, strings, position, low)
        }
        full = [v for v in found if needed <= {p % 12 for p in v} and v[-1] <= high and _rooted(v, chord, low)]
        if full:
            return tuple(sorted(full))
    return ((_lowest(chord, strings),),)


def is_playable(shape: Shape) -> bool:
    """Whether four fingers reach it: at most four frets apart, the lowest fret a barre if several strings need it."""
    fretted = [fret for fret in shape if fret]
    if not fretted:
        return True
    lowest = min(fretted)
    barre = fretted.count(lowest) > 1 and 0 not in shape
    fingers = len([fret for fret in fretted if fret > lowest]) + (1 if barre else fretted.count(lowest))
    return max(fretted) - lowest <= _SPAN_FRETS and fingers <= _FINGERS


def _held(chord: Chord, strings: tuple[int, ...], position: int, low: int) -> Iterator[Shape]:
    """Shapes at a position: some low strings muted, then every string sounding, perhaps but the highest."""
    pcs = set(chord.pitch_classes)
    choices = [_frets(string, position, pcs, low) for string in strings]
    for muted in range(len(strings) - 2):
        for silent_top in (0, 1):
            inner = choices[muted : len(strings) - silent_top]
            if len(inner) < 3 or not all(inner):
                continue
            for frets in _combinations(inner):
                shape = (*(None,) * muted, *frets, *(None,) * silent_top)
                if is_playable(shape):
                    yield shape


def _frets(string: int, position: int, pcs: set[int], low: int) -> tuple[int, ...]:
    near = (
        (0, *range(max(position, 1), position + _SPAN_FRETS + 1))
        if position <= 3
        else range(position, position + _SPAN_FRETS + 1)
    )
    return tuple(fret for fret in near if (string + fret) % 12 in pcs and string + fret >= low)


def _combinations(choices: list[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    if not choices:
        yield ()
        return
    for first in choices[0]:
        for rest in _combinations(choices[1:]):
            yield (first, *rest)


def _pitches(shape: Shape, strings: tuple[int, ...]) -> Voicing:
    return tuple(sorted({s + fret for s, fret in zip(strings, shape, strict=True) if fret is not None}))


def _needed(chord: Chord) -> list[set[int]]:
    """What must sound, from all that tells the chord down to anything at all."""
    guides = {pc for pc in (chord.third, chord.seventh) if pc is not None}
    colour = {(chord.root + chord.intervals[-1]) % 12}
    third = {pc for pc in (chord.third,) if pc is not None}
    return [guides | colour | {chord.root}, guides | {chord.root}, guides, third, set()]


def _rooted(voicing: Voicing, chord: Chord, low: int) -> bool:
    """Full shapes stand on the bass note; small ones high on the neck, over a bass player, need not."""
    return low >= 48 or voicing[0] % 12 == chord.bass_pc


def _lowest(chord: Chord, strings: tuple[int, ...]) -> int:
    return strings[0] + (chord.root - strings[0]) % 12
