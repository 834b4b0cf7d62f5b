"""Broken music, made from whole music: what every metric has to tell from the real thing.

Each null model damages one property and leaves the rest:

    pitches_shuffled: the part's own pitches, dealt to its notes at random. Keeps rhythm, breaks line and chords.
    pitches_uniform: pitches drawn evenly from the part's range. Keeps rhythm, breaks all of pitch.
    times_jittered: each start moved by -1, -1/2, 0, 1/2 or 1 sixteenth at random. Keeps pitch, breaks rhythm.
    bars_shuffled: the bars in another order; the harmony stays where it is. Keeps bars, breaks form.
    one_bar_looped: the fullest bar of the first eight over and over. Keeps a bar, has no form at all.

All are pure and seeded: the same score and seed give the same ruin. Drum tracks get rhythm and bar damage only.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from resonant.evaluate.bars import BarView, bars_of
from resonant.instruments import instruments
from resonant.score.model import Note, Score, Track
from resonant.seeds import stream
from resonant.units import TICKS_PER_SIXTEENTH

Ruin = Callable[[Score, Track, random.Random], tuple[Note, ...]]
_LOOP_WITHIN_BARS = 8


def ruined(score: Score, name: str, seed: int) -> Score:
    """The score with every track put through the null model of that name.

    Raises:
        KeyError: there is no such null model.
    """
    ruin = NULL_MODELS[name]
    return replace(
        score, tracks=tuple(ruined_track(score, track, ruin, stream(seed, name, track.name)) for track in score.tracks)
    )


def ruined_track(score: Score, track: Track, ruin: Ruin, rng: random.Random) -> Track:
    """One track put through a null model; drums keep their pitches."""
    if ruin in (pitches_shuffled, pitches_uniform) and _is_drums(track):
        return track
    return replace(track, notes=tuple(sorted(ruin(score, track, rng))))


def pitches_shuffled(score: Score, track: Track, rng: random.Random) -> tuple[Note, ...]:
    pitches = [note.pitch for note in track.notes]
    rng.shuffle(pitches)
    return tuple(replace(note, pitch=pitch) for note, pitch in zip(track.notes, pitches, strict=True))


def pitches_uniform(score: Score, track: Track, rng: random.Random) -> tuple[Note, ...]:
    low = min((note.pitch for note in track.notes), default=0)
    high = max((note.pitch for note in track.notes), default=0)
    return tuple(replace(note, pitch=rng.randint(low, high)) for note in track.notes)


def times_jittered(score: Score, track: Track, rng: random.Random) -> tuple[Note, ...]:
    half = TICKS_PER_SIXTEENTH // 2
    return tuple(replace(note, start=max(note.start + half * rng.randint(-2, 2), 0)) for note in track.notes)


def bars_shuffled(score: Score, track: Track, rng: random.Random) -> tuple[Note, ...]:
    bars = bars_of(score, track)
    order = list(range(len(bars)))
    # One order for all tracks of a score would keep them together; the order is each track's own, as in section 2.2.
    rng.shuffle(order)
    return _laid(bars, [bars[index] for index in order])


def one_bar_looped(score: Score, track: Track, rng: random.Random) -> tuple[Note, ...]:
    bars = bars_of(score, track)
    fullest = max(bars[:_LOOP_WITHIN_BARS], key=lambda bar: len(bar.notes), default=None)
    if fullest is None or not fullest.notes:
        fullest = max(bars, key=lambda bar: len(bar.notes), default=None)
    return () if fullest is None else _laid(bars, [fullest] * len(bars))


NULL_MODELS: Mapping[str, Ruin] = MappingProxyType(
    {
        "pitches_shuffled": pitches_shuffled,
        "pitches_uniform": pitches_uniform,
        "times_jittered": times_jittered,
        "bars_shuffled": bars_shuffled,
        "one_bar_looped": one_bar_looped,
    }
)


def _laid(places: tuple[BarView, ...], contents: list[BarView]) -> tuple[Note, ...]:
    """The notes of `contents`, each bar moved to its place."""
    return tuple(
        replace(note, start=max(note.start - content.start + place.start, 0))
        for place, content in zip(places, contents, strict=True)
        for _, note in content.notes
    )


def _is_drums(track: Track) -> bool:
    known = instruments().get(track.instrument)
    return track.role in ("drums", "percussion") or (known is not None and known.is_drums)
