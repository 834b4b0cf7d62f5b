"""The melody: a theme for each material, its pitches chosen over the chords, sung with breath and dynamics."""

import itertools
import random
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resonant.instruments import Instrument, instrument
from resonant.players.arranger.line import Manner, Place, choose_pitches
from resonant.players.arranger.motif import MotifBar, Onset, plan_theme, varied
from resonant.players.context import Context, Part
from resonant.score.model import Note, Section
from resonant.score.passes.feel import Swing
from resonant.score.passes.lyrics import matched
from resonant.seeds import derived
from resonant.theory.chord import Chord
from resonant.units import TICKS_PER_SIXTEENTH, Metre, Tick

_PHRASE_BARS = 4
_USUAL_PEAK = 0.88  # energy of a usual song's loudest section
_SEMITONES_PER_STEP = 12 / 7
_MOST_CHANGED = 0.34  # of the bars of a theme, however often it comes back: it stays the theme
_CHORDAL = {"motif": 1.0, "chord-tone": 1.9, "scale": 0.75}


@dataclass(frozen=True, slots=True)
class _Sung:
    """A note of the plan: straight start in ticks, duration, wanted height in scale steps, its bar and its letter."""

    start: Tick
    duration: Tick
    height: float
    bar: int
    letter: str
    ends_phrase: bool
    ends_section: bool


def play_melody(context: Context) -> Part:
    """The melody of `context.track` in `context.bars`."""
    notes: list[Note] = []
    wanted = set(context.bars)
    calm = context.style.melody.rests_below * _loudest(context) / _USUAL_PEAK
    with_words = [section for section, words in matched(context.score.sections, context.brief.form) if words.lyrics]
    for section in context.score.sections:
        bars = [bar for bar in range(section.start_bar, section.end_bar) if bar in wanted]
        if not bars or (section.energy < calm and section not in with_words):
            continue
        plan = [note for note in _sung(context, section) if note.bar in wanted]
        for first in range(section.start_bar, section.end_bar, _PHRASE_BARS):
            phrase = [note for note in plan if first <= note.bar < first + _PHRASE_BARS]
            notes += _phrase(context, section, phrase, notes)
    return Part(tuple(sorted(notes)))


def _loudest(context: Context) -> float:
    """Energy of the loudest section: what counts as calm is measured against it, so that quiet songs sing too."""
    return max(section.energy for section in context.score.sections)


def _sung(context: Context, section: Section) -> list[_Sung]:
    """The section's theme laid over its bars; a returning section sings some of them anew."""
    metre = context.metre(section.start_bar)
    style = context.style.melody
    theme_bars = _theme_bars(context, section)
    rng = context.rng("theme", section.material)
    theme = plan_theme(theme_bars, metre, style, section.energy, rng, _kept_rhythm(context, section))
    changes = context.rng("visit", section.material, section.visit)
    sung: list[_Sung] = []
    for i in range(section.bars):
        bar = theme[i % theme_bars]
        if (
            (section.visit or i >= theme_bars)
            and not bar.rests
            and changes.random() < min(0.1 + 0.04 * section.visit, _MOST_CHANGED)
        ):
            bar = varied(bar, metre, style, section.energy, changes)
        sung += _on_grid(bar, context.bar_start(section.start_bar + i), section.start_bar + i, i == section.bars - 1)
    return sung


def _kept_rhythm(context: Context, section: Section) -> tuple[Onset, ...]:
    """The rhythm of a bar that stays, the busiest of this material, so that new bars are akin to it; or none."""
    kin = [s for s in context.score.sections if s.material == section.material]
    bars = [bar for s in kin for bar in range(s.start_bar, s.end_bar) if bar not in context.bars]
    sung = {bar: context.track.between(*context.score.bar_ticks(bar)) for bar in bars}
    if not any(sung.values()):
        return ()
    bar = max(bars, key=lambda each: len(sung[each]))
    swing = Swing.of(0.5 if context.metre(bar).is_compound else context.style.swing.amount, context.style.swing.unit)
    grid, start = TICKS_PER_SIXTEENTH, context.bar_start(bar)
    starts = {round(swing.straight(note.start - start) / grid) * grid for note in sung[bar]}
    return tuple(Onset(tick, grid) for tick in sorted(starts))


def _theme_bars(context: Context, section: Section) -> int:
    """Length of the material's theme: its first full statement, eight bars at most (twelve in a twelve-bar form)."""
    lengths = [s.bars for s in context.score.sections if s.material == section.material]
    longest = max(lengths)
    return longest if longest <= 12 else 8


def _on_grid(bar: MotifBar, start: Tick, number: int, last: bool) -> list[_Sung]:
    ends = len(bar.onsets) - 1
    return [
        _Sung(
            start + onset.start,
            onset.duration,
            height,
            number,
            bar.letter,
            bar.rests and i == _resting(bar),
            last and i == ends,
        )
        for i, (onset, height) in enumerate(zip(bar.onsets, bar.heights, strict=True))
    ]


def _resting(bar: MotifBar) -> int:
    """Which note of a resting bar the phrase ends on: the longest one (a pick-up may follow it)."""
    return max(range(len(bar.onsets)), key=lambda i: (bar.onsets[i].duration, i))


def _phrase(context: Context, section: Section, phrase: list[_Sung], earlier: list[Note]) -> list[Note]:
    if not phrase:
        return []
    player = instrument(context.track.instrument)
    low, high, centre = register(player, context, section)
    style = context.style.melody
    manner = Manner(low, high, style.leap, style.repeat, _CHORDAL[style.approach])
    places = [_place(context, section, note, centre) for note in phrase]
    noise = _noise(context, section, phrase, manner)
    pitches = choose_pitches(places, context.score.key, manner, noise, *_neighbours(context, phrase, earlier))
    rng = context.rng("touch", phrase[0].bar)
    notes = [_touched(context, section, note, pitch, rng) for note, pitch in zip(phrase, pitches, strict=True)]
    return graced(_without_overlap(notes), context, rng)


def _neighbours(context: Context, phrase: list[_Sung], earlier: list[Note]) -> tuple[int | None, int | None]:
    """The pitches that a phrase goes on from, sung just before or kept, and that it leads to in kept bars."""
    before = sorted([*earlier[-1:], *context.before(phrase[0].start)])
    last = context.score.metre.bar_at(phrase[-1].start)
    after = context.after(phrase[-1].start) if last + 1 not in context.bars else ()
    return before[-1].pitch if before else None, after[0].pitch if after else None


def register(player: Instrument, context: Context, section: Section) -> tuple[int, int, int]:
    """Lowest and highest pitch of the line in this section, and the centre it moves around.

    Choruses lie higher, and the line keeps above what the chords play where its instrument reaches that far.
    """
    low, high = max(player.low, 55), min(player.high, 91)
    if high - low < 14:
        low, high = player.low, player.high
    centre = max(round(low + 0.52 * (high - low)), _above_the_chords(context, section))
    lift = round(8 * (section.energy - 0.5))
    centre = min(max(centre + lift, low + 6), high - 7)
    return max(low, centre - 14), min(high, centre + 15), centre


def _above_the_chords(context: Context, section: Section) -> int:
    """The pitch that three in four chord notes of the section's material lie under; 0 where nobody plays chords.

    All its visits count by the first one, so that the theme comes back at its own height.
    """
    chords = context.hear("chords")
    first = next(s for s in context.score.sections if s.material == section.material)
    start, end = context.bar_start(first.start_bar), context.bar_start(first.end_bar)
    pitches = sorted(note.pitch for note in chords.between(start, end)) if chords is not None else []
    return pitches[3 * len(pitches) // 4] + 1 if pitches else 0


def _place(context: Context, section: Section, note: _Sung, centre: int) -> Place:
    metre = context.metre(note.bar)
    chord = context.chord(min(note.start, context.score.end - 1))
    weight = metric_weight(metre, note.start - context.bar_start(note.bar))
    if note.duration >= 1.5 * metre.ticks_per_beat:
        weight = max(weight, 0.8)
    cadence = _cadence(context, section, note, chord)
    return Place(
        chord, weight, centre + note.height * context.style.melody.span * _SEMITONES_PER_STEP, cadence, noise=1.3
    )


def metric_weight(metre: Metre, offset: Tick) -> float:
    """How strong a place in the bar is: 1 on the downbeat, .85 at the half bar, .5 on beats, .15 and less between."""
    if offset == 0:
        return 1.0
    if metre.beats_per_bar % 2 == 0 and offset == metre.ticks_per_bar // 2:
        return 0.85
    if offset % metre.ticks_per_beat == 0:
        return 0.5
    return 0.15 if offset % (metre.ticks_per_beat // 2) == 0 else 0.05


def _cadence(context: Context, section: Section, note: _Sung, chord: Chord) -> tuple[int, ...]:
    """Phrases end on chord tones; the song, and each section that leads home, ends on the tonic's chord."""
    if not note.ends_phrase and not note.ends_section:
        return ()
    tonic = context.score.key.tonic
    last_of_song = note.ends_section and section.end_bar == context.score.bars
    if last_of_song and tonic in chord.pitch_classes:
        return (tonic,)
    stable = [chord.root, chord.fifth, *([chord.third] if chord.third is not None else [])]
    return tuple(stable)


def _noise(context: Context, section: Section, phrase: list[_Sung], manner: Manner) -> NDArray[np.float64]:
    """Costs drawn by chance, one row a note: the same wherever the same letter of a material comes back."""
    rows: list[NDArray[np.float64]] = []
    for note in phrase:
        offset = note.start - context.bar_start(note.bar)
        seed = derived(context.seed, context.track.name, "pitch", section.material, note.letter, offset)
        rows.append(np.random.default_rng(seed).random(128)[manner.low : manner.high + 1])
    return np.array(rows)


def _touched(context: Context, section: Section, note: _Sung, pitch: int, rng: random.Random) -> Note:
    """The note as it is played: swing, loose timing, dynamics of metre, phrase and section, articulation."""
    style, feel = context.style, context.style.feel
    ticks_per_ms = context.score.tempo.bpm_at(note.start) * 480 / 60_000
    loose = rng.gauss(feel.push_ms.get("melody", 0.0), feel.timing_ms * 0.8) * ticks_per_ms
    bar_start = context.bar_start(note.bar)
    start = max(context.swung(note.start) + round(loose), bar_start)
    end = context.swung(note.start + note.duration)
    weight = metric_weight(context.metre(note.bar), note.start - bar_start)
    velocity = 66 + 26 * section.energy + 9 * weight + 1.6 * note.height + rng.gauss(0, feel.velocity)
    legato = style.melody.legato * (1.0 if note.duration > 240 else 0.9)
    return Note(start, pitch, max(round((end - start) * legato), 40), min(max(round(velocity), 30), 120))


def _without_overlap(notes: list[Note]) -> list[Note]:
    """One voice: each note ends where the next begins at the latest."""
    notes = sorted(notes)
    joined = [
        replace(note, duration=max(min(note.duration, following.start - note.start), 20))
        for note, following in itertools.pairwise(notes)
        if following.start > note.start
    ]
    return [*joined, notes[-1]]


def graced(notes: list[Note], context: Context, rng: random.Random) -> list[Note]:
    """Now and then a short note from the scale step below into a long one."""
    chance = context.style.melody.grace
    scale = context.score.key.scale
    lowest = instrument(context.track.instrument).low
    out: list[Note] = []
    for note in notes:
        grace_pitch = next((note.pitch - d for d in (1, 2) if (note.pitch - d) % 12 in scale), None)
        if rng.random() < chance and note.duration > 200 and grace_pitch is not None and grace_pitch >= lowest:
            out.append(Note(note.start, grace_pitch, 38, max(note.velocity - 18, 25)))
            note = Note(note.start + 40, note.pitch, note.duration - 40, note.velocity)
        out.append(note)
    return out
