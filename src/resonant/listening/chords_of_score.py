"""The chords that the notes of a score make, where nobody has written them.

Every half beat gives a profile: how long each pitch class sounds in it (the struck ones count a little more, the tune
less than what accompanies it, drums not at all), and which is lowest. A chord is scored against a profile: its tones
count for it, others against it, a root in the bass and tones of the key speak for it. The likeliest path (Viterbi)
changes chords cheaply on bar lines, dearer on the middle of a bar, dearest between beats.

The numbers were chosen on POP909 and OpenEWLD *valid* pieces; `benchmarks/bench_import.py` measures on *test*.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from resonant.listening.ear import Array
from resonant.score.model import ChordSpan, Score, Track
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import Tick

_UNTUNED = ("drums", "percussion")
_ROLE_WEIGHT = {"melody": 0.35, "counter": 0.5, "bass": 1.2}
_STRUCK = 0.3  # of a slot: what an onset adds to the length of a note
_SLOTS_PER_BEAT = 2
_STRETCH = 4096  # slots heard at once, so that the memory a long score takes is bounded

# How readily each quality is named where the notes leave it open (a logarithm), commonest first.
_QUALITIES = {
    "": 0.0, "m": 0.0, "7": -0.30, "m7": -0.30, "maj7": -0.45, "6": -0.8, "m6": -0.9, "sus4": -0.55, "sus2": -0.8,
    "dim": -0.75, "m7b5": -0.7, "dim7": -0.8, "aug": -0.9, "add9": -0.75, "9": -0.8, "maj9": -0.9, "m9": -0.85,
    "7sus4": -0.75, "mmaj7": -1.1, "7b9": -1.0, "madd9": -0.95,
}  # fmt: skip
_OUTSIDE = 1.6
_MISSING = {"root": 0.55, "third": 0.55, "fifth": 0.15, "more": 0.75}
_ROOT_IN_BASS, _TONE_IN_BASS = 1.1, 0.35
_OUT_OF_KEY = 0.12
_CHANGE_ON_BAR, _CHANGE_ON_HALF, _CHANGE_ON_BEAT, _CHANGE_BETWEEN = 0.9, 1.3, 2.0, 3.2


@dataclass(frozen=True, eq=False)
class _Slots:
    """A score in half beats.

    Args:
        starts: ticks, rising, with the end of the score behind the last.
        profile: `[slots, 12]`, how long each pitch class sounds, in slots.
        bass: `[slots, 12]`, how long each is the lowest, in slots.
        change: `[slots]`, what a new chord costs there.
    """

    starts: tuple[Tick, ...]
    profile: Array
    bass: Array
    change: Array

    def stretches(self) -> Iterator["_Slots"]:
        for start in range(0, len(self.change), _STRETCH):
            part = slice(start, start + _STRETCH)
            yield _Slots(self.starts[part], self.profile[part], self.bass[part], self.change[part])


def with_chords_found(score: Score) -> Score:
    """The score with harmony over every tick: its own where it has chords, completed; else those its notes make.

    Where nothing sounds the chord before goes on (at the start, the first one begins early); a score without a tuned
    note stays on the tonic.
    """
    spans = score.harmony or chords_of(score)
    return replace(score, harmony=completed(spans, score))


def chords_of(score: Score) -> tuple[ChordSpan, ...]:
    """The chords that the notes make, one span a change; gaps where nothing sounds for half a beat or more."""
    tuned = [track for track in score.tracks if track.role not in _UNTUNED and track.notes]
    if not tuned:
        return ()
    slots = _slots(score, tuned)
    labels = np.concatenate([_likeliest(_emissions(part, score.key), part.change) for part in slots.stretches()])
    sounding = slots.profile.sum(axis=1) > 0
    spans: list[ChordSpan] = []
    for label, group in groupby(range(len(labels)), key=lambda slot: int(labels[slot]) if sounding[slot] else None):
        members = list(group)
        if label is not None:
            start, end = slots.starts[members[0]], slots.starts[members[-1] + 1]
            bass = slots.bass[members].sum(axis=0)
            spans.append(ChordSpan(start, end - start, _named(label, bass)))
    return tuple(spans)


def completed(spans: Sequence[ChordSpan], score: Score) -> tuple[ChordSpan, ...]:
    """The spans stretched over gaps and cut at overlaps, so that they cover the score; neighbours alike are joined."""
    inside = sorted((span for span in spans if span.start < score.end and span.end > 0), key=lambda span: span.start)
    if not inside:
        return (ChordSpan(0, score.end, Chord(score.key.tonic, "m" if score.key.is_minor else "")),)
    starts: dict[Tick, Chord] = {}
    for span in inside:
        starts[max(span.start, 0)] = span.chord
    edges = sorted(starts)
    chords = [starts[edge] for edge in edges]
    joined: list[tuple[Tick, Chord]] = []
    for edge, chord in zip([0, *edges[1:]], chords, strict=True):
        if not joined or joined[-1][1] != chord:
            joined.append((edge, chord))
    ends = [edge for edge, _ in joined[1:]] + [score.end]
    return tuple(ChordSpan(start, end - start, chord) for (start, chord), end in zip(joined, ends, strict=True))


def _slots(score: Score, tracks: Sequence[Track]) -> _Slots:
    starts, change = _grid(score)
    edges = np.array(starts)
    profile, bass = np.zeros((len(change), 12)), np.zeros((len(change), 12))
    lowest = np.full(len(change), 128)
    for track in tracks:
        weight = _ROLE_WEIGHT.get(track.role, 1.0)
        for note in track.notes:
            first = max(int(np.searchsorted(edges, note.start, side="right")) - 1, 0)
            last = min(int(np.searchsorted(edges, note.end, side="left")), len(change))
            for slot in range(first, last):
                length = edges[slot + 1] - edges[slot]
                share = (min(note.end, edges[slot + 1]) - max(note.start, edges[slot])) / length
                if share <= 0.08:
                    continue
                profile[slot, note.pitch % 12] += weight * (share + (_STRUCK if slot == first else 0.0))
                if share > 0.2 and note.pitch < lowest[slot] and track.role != "melody":
                    lowest[slot] = note.pitch
    heard = np.nonzero(lowest < 128)[0]
    bass[heard, lowest[heard] % 12] = 1.0
    return _Slots(starts, profile, bass, change)


def _grid(score: Score) -> tuple[tuple[Tick, ...], Array]:
    """The ticks of the slots with the end of the score, and what a change of chord costs at each slot."""
    starts: list[Tick] = []
    change: list[float] = []
    for bar in range(score.bars):
        metre = score.metre.metre_at(bar)
        start, end = score.bar_ticks(bar)
        step = max(metre.ticks_per_beat // _SLOTS_PER_BEAT, 1)
        half = start + (end - start) // 2 if metre.beats_per_bar % 2 == 0 else -1
        for tick in range(start, end, step):
            starts.append(tick)
            if tick == start:
                change.append(_CHANGE_ON_BAR)
            elif tick == half:
                change.append(_CHANGE_ON_HALF)
            else:
                change.append(_CHANGE_ON_BEAT if (tick - start) % metre.ticks_per_beat == 0 else _CHANGE_BETWEEN)
    return (*starts, score.end), np.array(change)


@cache
def _labels() -> tuple[Chord, ...]:
    return tuple(Chord(root, quality) for quality in _QUALITIES for root in range(12))


@cache
def _templates() -> tuple[Array, Array, Array]:
    """For each label: its tones, the cost of a tone of it that is missing, both `[labels, 12]`, and its bias."""
    tones, missing = np.zeros((len(_labels()), 12)), np.zeros((len(_labels()), 12))
    for row, chord in enumerate(_labels()):
        for place, step in enumerate(chord.intervals):
            pc = (chord.root + step) % 12
            tones[row, pc] = 1.0
            missing[row, pc] = _MISSING[("root", "third", "fifth")[place] if place < 3 else "more"]
    return tones, missing, np.array([_QUALITIES[chord.quality] for chord in _labels()])


def _emissions(slots: _Slots, key: Key) -> Array:
    """How well each label fits each slot, `[slots, labels]`."""
    tones, missing, bias = _templates()
    # What sounds in the neighbouring slots is still in the ear.
    near = slots.profile.copy()
    near[1:] += 0.5 * slots.profile[:-1]
    near[:-1] += 0.5 * slots.profile[1:]
    total = near.sum(axis=1, keepdims=True)
    share = near / np.maximum(total, 1e-9)
    heard = np.minimum(share / 0.15, 1.0)
    inside = share @ tones.T
    lacking = missing.sum(axis=1)[None, :] - heard @ missing.T
    roots = np.array([chord.root for chord in _labels()])
    lowest = slots.bass
    in_bass = _ROOT_IN_BASS * lowest[:, roots] + _TONE_IN_BASS * (lowest @ tones.T) * (1 - lowest[:, roots])
    strange = np.array([sum(pc not in key.scale for pc in chord.pitch_classes) for chord in _labels()])
    return np.asarray(
        (inside - _OUTSIDE * (1 - inside) * 1.5 - 0.6 * lacking + 0.5 * in_bass + bias - _OUT_OF_KEY * strange)
        * np.minimum(total, 1.0)
    )


def _likeliest(fit: Array, change: Array) -> NDArray[np.int64]:
    """The path of labels with the best fit, less what its changes cost."""
    slots, labels = fit.shape
    best, came_from = fit[0].copy(), np.zeros((slots, labels), dtype=np.int32)
    own = np.arange(labels)
    for slot in range(1, slots):
        top = int(best.argmax())
        moved = best[top] - change[slot]
        stays = best >= moved
        came_from[slot] = np.where(stays, own, top)
        best = np.where(stays, best, moved) + fit[slot]
    path = np.zeros(slots, dtype=np.int64)
    path[-1] = best.argmax()
    for slot in range(slots - 1, 0, -1):
        path[slot - 1] = came_from[slot, path[slot]]
    return path


def _named(label: int, bass: Array) -> Chord:
    """The chord of a label, over another tone of it where that lies in the bass most of the time."""
    chord = _labels()[label]
    lowest = int(bass.argmax())
    inverted = lowest != chord.root and lowest in chord.pitch_classes and bass[lowest] > 0.6 * bass.sum()
    return Chord(chord.root, chord.quality, lowest) if inverted else chord
