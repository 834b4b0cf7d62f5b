"""The counter-melody: answers in the melody's rests, and slow guide tones under it."""

import random

import numpy as np

from resonant.instruments import instrument
from resonant.players.arranger.harmonised import second_voice, section_voicing
from resonant.players.arranger.line import Manner, Place, choose_pitches
from resonant.players.arranger.presence import ends_at_home
from resonant.players.context import Context, Part
from resonant.score.model import Note, Section
from resonant.seeds import derived
from resonant.units import Tick


def play_counter(context: Context) -> Part:
    """The second voice of `context.track` in `context.bars`: silent in calm sections."""
    notes: list[Note] = []
    for section in context.score.sections:
        bars = [bar for bar in context.bars if section.start_bar <= bar < section.end_bar]
        if not bars or section.energy < context.style.counter.from_energy:
            continue
        melody = context.hear("melody")
        if melody is not None and section.energy >= context.style.counter.harmony < 1:
            notes += second_voice(context, section, melody, bars)
        else:
            notes += _section(context, section, bars)
    return Part(tuple(sorted(notes)))


def _section(context: Context, section: Section, bars: list[int]) -> list[Note]:
    rng = context.rng("counter", section.material)
    starts: list[tuple[Tick, Tick]] = []
    for bar in bars:
        if ends_at_home(context, bar):
            start, end = context.score.bar_ticks(bar)
            starts.append((start, end - start))
            continue
        gap = _gap(context, bar)
        if gap is not None and rng.random() < context.style.counter.answers:
            starts += _answer(context, gap, rng)
        else:
            starts += _guide(context, bar, rng)
    return _pitched(context, section, sorted(set(starts)))


def _gap(context: Context, bar: int) -> tuple[Tick, Tick] | None:
    """The melody's longest silence of a beat or more in this bar, on the sixteenth grid."""
    melody = context.hear("melody")
    start, end = context.score.bar_ticks(bar)
    if melody is None:
        return None
    border = [
        start,
        *sorted(tick for n in melody.notes if n.end > start and n.start < end for tick in (n.start, n.end)),
        end,
    ]
    silences = [
        (a, b) for a, b in zip(border[::2], border[1::2], strict=False) if b - a >= context.metre(bar).ticks_per_beat
    ]
    if not silences:
        return None
    a, b = max(silences, key=lambda silence: silence[1] - silence[0])
    return (-(-(a + 60) // 120) * 120, b)


def _answer(context: Context, gap: tuple[Tick, Tick], rng: random.Random) -> list[tuple[Tick, Tick]]:
    start, end = gap
    step = rng.choice((240, 240, 120))
    count = min(context.style.counter.notes_per_answer, max((end - start) // step, 1))
    return [(start + i * step, step) for i in range(count) if start + i * step < end]


def _guide(context: Context, bar: int, rng: random.Random) -> list[tuple[Tick, Tick]]:
    """One guide tone for each chord of the bar: held, or stabbed off the beat, or left out."""
    manner = context.style.counter.guides
    if manner == "rest":
        return []
    start, end = context.score.bar_ticks(bar)
    beat = context.metre(bar).ticks_per_beat
    late = rng.choice((0, 0, beat)) if manner == "hold" else rng.choice((beat // 2, beat + beat // 2, 0))
    places = []
    for span in context.score.chords_in(start, end):
        offset = late if late < span.duration else 0
        places.append((span.start + offset, span.duration - offset if manner == "hold" else beat // 4))
    return places


def _pitched(context: Context, section: Section, starts: list[tuple[Tick, Tick]]) -> list[Note]:
    if not starts:
        return []
    player = instrument(context.track.instrument)
    low, high = max(player.low, 48), min(player.high, 84)
    low, high = (low, high) if high - low >= 12 else (player.low, player.high)
    melody = context.hear("melody")
    places = []
    for tick, duration in starts:
        above = _melody_pitch(melody.notes if melody else (), tick)
        height = min(max(above - 7, low + 3), high - 3) if above is not None else (low + high) / 2
        places.append(Place(context.chord(tick), 0.9 if duration >= 480 else 0.4, height, noise=1.0))
    seed = derived(context.seed, context.track.name, "counter", section.material)
    noise = np.random.default_rng(seed).random((len(places), high - low + 1))
    pitches = choose_pitches(
        places, context.score.key, Manner(low, high, leap=0.2, repeat=0.5), noise, *_neighbours(context, starts)
    )
    velocity = 52 + round(26 * section.energy)
    notes = []
    for (tick, duration), pitch, following in zip(starts, pitches, [*starts[1:], (context.score.end, 0)], strict=True):
        start, end = context.swung(tick), context.swung(min(tick + duration, following[0]))
        if end - start >= 60:
            pitches_here = section_voicing(context, pitch, context.chord(tick), low, player.max_voices)
            notes += [Note(start, p, round((end - start) * 0.95), min(velocity, 110)) for p in pitches_here]
    return notes


def _neighbours(context: Context, starts: list[tuple[Tick, Tick]]) -> tuple[int | None, int | None]:
    """The line's pitches beside these places, in bars that stay."""
    before, after = context.before(starts[0][0]), context.after(starts[-1][0])
    return max((n.pitch for n in before), default=None), max((n.pitch for n in after), default=None)


def _melody_pitch(notes: tuple[Note, ...], tick: Tick) -> int | None:
    """What the melody sings at a tick, or sang last."""
    before = [note for note in notes if note.start <= tick]
    return before[-1].pitch if before else None
