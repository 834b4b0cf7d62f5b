"""Voicings: which pitches a chord is played with, and how one chord leads to the next.

A voicing is a tuple of rising MIDI pitches. `voicings` lists those of a kind within a hand's reach; `lead` picks one
for each chord of a progression so that the voices move little and the top one makes a line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal, get_args

from resonant.theory.chord import Chord

Voicing = tuple[int, ...]
VoicingKind = Literal["triad", "close", "drop2", "rootless", "shell", "power", "open", "quartal", "spread"]
VOICING_KINDS: tuple[str, ...] = get_args(VoicingKind)

# Lowest pitch that an interval (semitones 1…11) may stand on before it turns to mud: the low interval limits of
# arranging handbooks (Pease & Pullig, Modern Jazz Voicings, table of low interval limits).
LOW_INTERVAL_LIMITS = {1: 52, 2: 51, 3: 48, 4: 46, 5: 46, 6: 47, 7: 34, 8: 41, 9: 41, 10: 41, 11: 41}

_TENTH = 16  # semitones that one hand spans
_TOP_LEAP_COST = 0.25  # per semitone of the top voice beyond a third
_CENTRE_COST = 0.16  # per semitone that a voicing lies off the wished height
_CLASH_COST = 1.5  # a minor ninth between two voices


@dataclass(frozen=True, slots=True)
class Hand:
    """What plays the chords.

    Args:
        kind: one of `VOICING_KINDS`.
        low, high: MIDI pitches it stays within.
        voices: the most notes at once.
        scale: pitch classes that added ninths and fourths are taken from; empty for any.
    """

    kind: str = "triad"
    low: int = 52
    high: int = 76
    voices: int = 5
    scale: tuple[int, ...] = ()


def voicings(chord: Chord, hand: Hand) -> tuple[Voicing, ...]:
    """All voicings of the hand's kind within its reach, low to high; never empty.

    A reach too narrow for the kind falls back to closed position, then to fewer voices.
    """
    return _voicings(chord, hand)


def movement(first: Voicing, second: Voicing) -> float:
    """Mean semitones that voices move, each matched to its counterpart; 0 for equal or empty voicings.

    With as many voices on both sides the lower goes to the lower (which is the least total); else each voice of the
    larger goes to the nearest of the smaller.

    >>> movement((60, 64, 67), (60, 65, 69))
    1.0
    """
    if not first or not second:
        return 0.0
    if len(first) == len(second):
        return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / len(first)
    few, many = sorted((first, second), key=len)
    return sum(min(abs(a - b) for b in few) for a in many) / len(many)


def lead(
    layers: Sequence[Sequence[Voicing]], centres: Sequence[float], before: Voicing = (), after: Voicing = ()
) -> tuple[Voicing, ...]:
    """One voicing out of each layer, so that the whole path costs least (Viterbi).

    Args:
        layers: for each chord of a progression, the voicings to choose from.
        centres: for each chord, the pitch its middle should lie near.
        before: what sounded just before, if anything.
        after: what will sound just after, if anything.
    """
    if not layers:
        return ()
    costs = [_height_cost(v, centres[0]) + _step_cost(before, v) for v in layers[0]]
    origins: list[list[int]] = []
    for layer, centre in zip(layers[1:], centres[1:], strict=True):
        previous = layers[len(origins)]
        links = [min(range(len(previous)), key=lambda i, v=v: costs[i] + _step_cost(previous[i], v)) for v in layer]  # type: ignore[misc]
        costs = [
            costs[i] + _step_cost(previous[i], v) + _height_cost(v, centre) for i, v in zip(links, layer, strict=True)
        ]
        origins.append(links)
    index = min(range(len(costs)), key=lambda i: costs[i] + _step_cost(layers[-1][i], after))
    path = [index]
    for links in reversed(origins):
        path.append(links[path[-1]])
    return tuple(layer[i] for layer, i in zip(layers, reversed(path), strict=True))


def is_clear(voicing: Voicing) -> bool:
    """Whether no neighbouring voices lie below their low interval limit.

    >>> is_clear((36, 40, 43)), is_clear((36, 43, 52))
    (False, True)
    """
    return all(low >= LOW_INTERVAL_LIMITS.get(high - low, 0) for low, high in pairwise(voicing))


def telling(voicing: Voicing, chord: Chord, count: int) -> Voicing:
    """The `count` voices that say most of a chord: its third, its seventh, then the highest.

    The root comes third where those two alone are a bare fifth, which is of another chord; over another bass it comes
    first, and what the bass has is left to it.

    >>> telling((56, 62, 71), Chord.parse("E7"), 2), telling((52, 55, 60), Chord.parse("C"), 2)
    ((56, 62), (52, 60))
    """
    root = chord.root if chord.bass is not None or _leaves_a_fifth(chord) else None
    order = (chord.third, chord.seventh, root) if chord.bass is None else (root, chord.third, chord.seventh)
    guides = [pc for pc in order if pc not in (None, chord.bass)]
    highest = {pitch % 12: pitch for pitch in voicing}
    chosen = [highest[pc] for pc in guides if pc in highest]
    others = [pitch for pitch in reversed(voicing) if pitch not in chosen]
    return tuple(sorted([*chosen, *others][:count]))


@lru_cache(maxsize=8192)
def _step_cost(first: Voicing, second: Voicing) -> float:
    if not first or not second:
        return 0.0
    leap = abs(first[-1] - second[-1])
    return movement(first, second) + _TOP_LEAP_COST * max(leap - 4, 0)


def _height_cost(voicing: Voicing, centre: float) -> float:
    middle = sum(voicing) / len(voicing)
    clashes = sum(b - a == 13 for i, a in enumerate(voicing) for b in voicing[i + 1 :])
    return _CENTRE_COST * abs(middle - centre) + _CLASH_COST * clashes


@lru_cache(maxsize=4096)
def _voicings(chord: Chord, hand: Hand) -> tuple[Voicing, ...]:
    for kind in (hand.kind, "close", "triad"):
        found = {v for shape in _shapes(chord, kind, hand.scale) for v in _placed(shape, hand)}
        clear = sorted(v for v in found if is_clear(v))
        if clear:
            return tuple(clear)
    return (_thinned(chord, hand),)


def _placed(shape: Voicing, hand: Hand) -> list[Voicing]:
    """A shape (rising steps above some octave) in every octave where the hand reaches it."""
    if len(shape) > hand.voices:
        return []
    lifts = range(-shape[0] // 12 * 12 - 12, hand.high + 12, 12)
    moved = [tuple(step + lift for step in shape) for lift in lifts]
    return [v for v in moved if v[0] >= hand.low and v[-1] <= hand.high]


def _thinned(chord: Chord, hand: Hand) -> Voicing:
    """The most telling tones that fit: third, root, then fifth, closed upwards from the bottom of the reach."""
    telling = dict.fromkeys(pc for pc in (chord.third, chord.root, chord.fifth) if pc is not None)
    pitches = sorted(hand.low + (pc - hand.low) % 12 for pc in list(telling)[: hand.voices])
    return tuple(p for p in pitches if p <= hand.high)[-hand.voices :] or (hand.low + (chord.root - hand.low) % 12,)


def _shapes(chord: Chord, kind: str, scale: tuple[int, ...]) -> list[Voicing]:
    """Rising shapes of a chord, as pitches in the lowest octaves."""
    if kind == "power":
        return [(chord.root, chord.root + 7, chord.root + 12), (chord.root, chord.root + 7)]
    if kind == "open":
        return [_open(inversion) for inversion in _closed(_triad(chord))] + [_tenth(chord)]
    if kind == "drop2":
        dropped = [_drop_second(inversion) for inversion in _closed(_sevenths(chord))]
        return [shape for shape in dropped if shape[-1] - shape[0] <= _TENTH]
    if kind == "spread":
        return [_drop_second(v) for v in _closed(_sevenths(chord))] + [_open(v) for v in _closed(_triad(chord))]
    if kind == "rootless":
        return [v for v in _closed(_rootless(chord, scale)) if v[0] % 12 in {chord.third, chord.seventh, _sixth(chord)}]
    if kind == "shell":
        return _shells(chord)
    if kind == "quartal":
        return _fourths(chord, scale)
    if kind == "close":
        return _closed(_sevenths(chord))
    return [v for tones in _triads(chord) for v in _closed(tones)]


def _closed(pcs: Sequence[int]) -> list[Voicing]:
    """All inversions in closed position, each tone the nearest above the one below."""
    ring = sorted(set(pcs))
    shapes = []
    for turn in range(len(ring)):
        shape = [ring[turn]]
        for pc in ring[turn + 1 :] + ring[:turn]:
            shape.append(shape[-1] + (pc - shape[-1]) % 12)
        shapes.append(tuple(shape))
    return shapes


def _triad(chord: Chord) -> tuple[int, ...]:
    """The three tones nearest to a plain triad: root, third (or its suspension), fifth."""
    return tuple(dict.fromkeys((chord.root + step) % 12 for step in chord.intervals[:3]))


def _triads(chord: Chord) -> list[tuple[int, ...]]:
    """Three-note choices: the triad, and where the chord has a colour, the colour in place of the root or fifth.

    The triad stays where the colour would make another one, as E G B of Cmaj7 is E minor, and C E A of C6 A minor.
    """
    plain = _triad(chord)
    colours = [(chord.root + step) % 12 for step in chord.intervals[3:4]]
    if not colours or len(plain) < 3:
        return [plain]
    root, third, fifth = plain
    return [plain if _is_plain(tones) else tones for tones in ((third, fifth, colours[0]), (root, third, colours[0]))]


def _is_plain(tones: Sequence[int]) -> bool:
    """Whether three pitch classes are a major or minor triad, on whichever of them."""
    return any({(pc - root) % 12 for pc in tones} in ({0, 4, 7}, {0, 3, 7}) for root in tones)


def _sixth(chord: Chord) -> int | None:
    return (chord.root + 9) % 12 if 9 in chord.intervals else None


def _sevenths(chord: Chord) -> tuple[int, ...]:
    """Four tones: root, third, fifth and seventh; a ninth or higher colour takes a plain fifth's place.

    The root stays: without it the rest of a major ninth is the minor seventh on its third.
    """
    tones = list(dict.fromkeys((chord.root + step) % 12 for step in chord.intervals))
    if len(tones) <= 4:
        return tuple(tones)
    left_out = 2 if 7 in chord.intervals else 0
    return (*(tone for place, tone in enumerate(tones[:4]) if place != left_out), tones[-1])


def _rootless(chord: Chord, scale: tuple[int, ...]) -> tuple[int, ...]:
    """Third, fifth (or thirteenth), seventh and ninth: Bill Evans' A and B forms, when turned."""
    if chord.quality == "dim7" or chord.third is None or (chord.seventh is None and _sixth(chord) is None):
        return _sevenths(chord)
    seventh = chord.seventh if chord.seventh is not None else _sixth(chord)
    assert seventh is not None, "checked just above"
    fifth = (chord.root + 9) % 12 if 21 in chord.intervals else chord.fifth
    return (chord.third, fifth, seventh, _ninth(chord, scale))


def _ninth(chord: Chord, scale: tuple[int, ...]) -> int:
    """The chord's own ninth, else the one the scale offers (flat only over a dominant), else the root."""
    own = next((step for step in chord.intervals if step in (13, 14, 15)), None)
    if own is not None:
        return (chord.root + own) % 12
    dominant = chord.third == (chord.root + 4) % 12 and chord.seventh == (chord.root + 10) % 12
    offered = [step for step in ((14, 13) if dominant else (14,)) if not scale or (chord.root + step) % 12 in scale]
    return (chord.root + (offered[0] if offered and chord.quality != "m7b5" else 0)) % 12


def _shells(chord: Chord) -> list[Voicing]:
    """Root, third and seventh, in both orders, bare or with the fifth or the chord's highest colour on top.

    A sixth in the seventh's place needs the fifth: without it, a minor sixth chord is the diminished one below it; and
    so does a major seventh, whose third and seventh are a bare fifth. A minor seventh is better without: with it, it is
    the sixth chord on its third.
    """
    guide = chord.seventh if chord.seventh is not None else _sixth(chord)
    if guide is None or chord.third is None:
        return _closed(_triad(chord))
    root, third, seventh = chord.root, (chord.third - chord.root) % 12, (guide - chord.root) % 12
    bare = [(root, root + third, root + seventh), (root, root + seventh, root + third + 12)]
    fifth, colour = (chord.fifth - chord.root) % 12, chord.intervals[-1] % 12
    tops = [top for top in dict.fromkeys((fifth, colour)) if top not in (third, seventh)]
    crowned = [(*shape, root + _above(shape[-1] - root, top)) for shape in bare for top in tops]
    whole: list[Voicing] = [shape for shape in crowned if shape[-1] % 12 == chord.fifth]
    if chord.seventh is None or (third, fifth, seventh) == (4, 7, 11):
        return whole
    if (third, fifth, seventh) == (3, 7, 10):
        return [*bare, *(shape for shape in crowned if shape not in whole)]
    return [*bare, *crowned]


def _leaves_a_fifth(chord: Chord) -> bool:
    """Whether third and seventh lie a fifth apart, as in major and minor sevenths."""
    return chord.third is not None and chord.seventh is not None and (chord.seventh - chord.third) % 12 == 7


def _above(step: int, colour: int) -> int:
    """The colour (a step within the octave) in the octave that first lies above a step."""
    return step + (colour - step) % 12


def _fourths(chord: Chord, scale: tuple[int, ...]) -> list[Voicing]:
    """Stacks of fourths (one step may be a third) from the chord's tones, its ninth, and in minor its eleventh."""
    extra = {2, 5} if chord.is_minor else {2, 9}
    steps = {step % 12 for step in chord.intervals} | (set() if 6 in chord.intervals else extra)
    own = {step % 12 for step in chord.intervals}
    pcs = {(chord.root + s) % 12 for s in steps if s in own or not scale or (chord.root + s) % 12 in scale}
    telling = {pc for pc in (chord.third, chord.seventh) if pc is not None}
    shapes = []
    for bottom in sorted(pcs):
        for sizes in ((5, 5), (5, 6), (6, 5), (5, 5, 4), (5, 5, 5), (5, 6, 5), (4, 5, 5)):
            shape = [bottom]
            for size in sizes:
                shape.append(shape[-1] + size)
            sounding = {p % 12 for p in shape}
            if sounding <= pcs and telling & sounding:
                shapes.append(tuple(shape))
    return shapes


def _drop_second(shape: Voicing) -> Voicing:
    """The second voice from the top put down an octave."""
    return shape if len(shape) < 4 else tuple(sorted((*shape[:-2], shape[-2] - 12, shape[-1])))


def _open(shape: Voicing) -> Voicing:
    """The middle voice of a triad put up an octave: outer voices a tenth or more apart."""
    return shape if len(shape) < 3 else tuple(sorted((shape[0], shape[1] + 12, *shape[2:])))


def _tenth(chord: Chord) -> Voicing:
    third = chord.third if chord.third is not None else (chord.root + 2) % 12
    fifth = chord.root + (chord.fifth - chord.root) % 12
    return (chord.root, fifth, chord.root + 12 + (third - chord.root) % 12)
