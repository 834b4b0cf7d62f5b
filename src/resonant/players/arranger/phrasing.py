"""A melody told in another style: the same notes in the same order, in its range, its swing, its syncopation.

What is kept is what a listener knows it by: contour, intervals, the rhythm of its skeleton. What changes is manner:
swing and timing, a few notes pulled before the beat or put back on it, notes that rub against the new chords, graces.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from resonant.instruments import Instrument, instrument
from resonant.listening.style_of_score import swing_of
from resonant.players.arranger.compass import laid
from resonant.players.arranger.melody import graced, metric_weight
from resonant.players.context import Context
from resonant.score.model import Note, Score, Track
from resonant.score.passes.feel import Swing
from resonant.units import TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Tick

_EIGHTH = TICKS_PER_QUARTER // 2
_TRIPLET_SIXTEENTH = TICKS_PER_QUARTER // 12
_LOOSE = TICKS_PER_SIXTEENTH // 3  # further from a 16th than this, a note is meant to be between
_GRACE = TICKS_PER_SIXTEENTH // 2  # shorter than this and right before another, a note is an ornament
_SWUNG = 0.53
_CONNECTED = 0.6  # share of the time to the next note from which notes are sung in one line
_MOST_MOVED = 0.3
_SUSTAINED = 0.85  # of its length that a long note sounds at least, however short the style plays
_APPROACHING = {"passing_diminished", "ii_v", "tritone", "secondary_dominant"}  # moves of styles that lean into notes
_APPROACH = 0.3


def written(score: Score, track: Track) -> tuple[Note, ...]:
    """A played melody as it would be written: one voice on the straight grid, without swing, looseness and graces."""
    swing = _swing(replace(score, tracks=(track,)))
    top: dict[Tick, Note] = {}
    for note in track.notes:
        bar_start = score.metre.bar_start(score.metre.bar_at(note.start))
        start = min(bar_start + _on_grid(swing.straight(note.start - bar_start)), score.end - 1)
        end = max(bar_start + _on_grid(swing.straight(note.end - bar_start)), start + _GRACE)
        if start not in top or top[start].pitch < note.pitch:
            top[start] = Note(start, note.pitch, end - start, note.velocity)
    return one_voice(without_graces([top[start] for start in sorted(top)]))


def phrased(context: Context, tune: Sequence[Note]) -> tuple[Note, ...]:
    """The tune on the straight grid as `context.track` plays it in `context.style`, over the score's chords."""
    if not tune:
        return ()
    player = instrument(context.track.instrument)
    resolved = [_resolved(context, note, player) for note in laid(tune, player)]
    moved = one_voice(_placed(context, resolved))
    approached = one_voice(_approached(context, moved))
    touched = [_touched(context, note, gap) for note, gap in zip(approached, _gaps(context, approached), strict=True)]
    return one_voice(graced(touched, context, context.rng("graces")))


def one_voice(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Each note ends where the next begins at the latest; of notes that begin together the highest is kept."""
    kept: list[Note] = []
    for note in sorted(notes):
        if kept and kept[-1].start == note.start:
            kept.pop()
        elif kept and kept[-1].end > note.start:
            kept[-1] = replace(kept[-1], duration=note.start - kept[-1].start)
        kept.append(note)
    return tuple(kept)


def without_graces(notes: Sequence[Note]) -> list[Note]:
    """The notes without ornaments; what an ornament leads to keeps its own start."""
    ornaments = {a.start for a, b in pairwise(notes) if b.start - a.start < _GRACE and a.duration < _GRACE}
    return [note for note in notes if note.start not in ornaments]


def _swing(score: Score) -> Swing:
    """The swing the melody is played in, by its off-beats."""
    if any(change.metre.is_compound for change in score.metre.changes):
        return Swing()
    for unit in (8, 16):
        amount = swing_of(score, unit)
        if amount >= _SWUNG:
            return Swing.of(min(amount, 0.75), unit)
    return Swing()


def _on_grid(offset: Tick) -> Tick:
    """The 16th nearest, or where a note is clearly between, the nearest of the triplet grid."""
    near = round(offset / TICKS_PER_SIXTEENTH) * TICKS_PER_SIXTEENTH
    if abs(offset - near) <= _LOOSE:
        return near
    return round(offset / _TRIPLET_SIXTEENTH) * _TRIPLET_SIXTEENTH


def _weight(context: Context, tick: Tick) -> float:
    return metric_weight(context.metre(context.score.metre.bar_at(tick)), _in_bar(context, tick))


def _resolved(context: Context, note: Note, player: Instrument) -> Note:
    """A strong or long note that rubs against its chord goes to the nearest tone that does not."""
    leans = _weight(context, note.start) >= 0.5 or note.duration >= TICKS_PER_QUARTER
    chord = context.chord(min(max(note.start, note.start + note.duration // 3), context.score.end - 1))
    tones = chord.pitch_classes
    rubs = (note.pitch - 1) % 12 in tones[:3] or note.pitch % 12 not in context.score.key.scale
    if not leans or not rubs or note.pitch % 12 in tones:
        return note
    near = [note.pitch + step for step in (-1, 1, -2, 2) if player.low <= note.pitch + step <= player.high]
    pitch = next((p for p in near if p % 12 in tones), note.pitch)
    return replace(note, pitch=pitch)


def _placed(context: Context, notes: Sequence[Note]) -> list[Note]:
    """Some notes pulled an eighth before the beat where the style syncopates more than the tune, or put back on it."""
    off_beats = [_in_bar(context, note.start) % TICKS_PER_QUARTER != 0 for note in notes]
    more = context.style.melody.syncopation - sum(off_beats) / len(notes)
    chance = min(abs(more), _MOST_MOVED)
    placed: list[Note] = []
    for index, note in enumerate(notes):
        before = placed[-1].start if placed else -TICKS_PER_QUARTER
        after = notes[index + 1].start if index + 1 < len(notes) else context.score.end
        rng = _rng_at(context, note.start)
        if more > 0 and rng.random() < chance:
            note = _pulled(note, before, _in_bar(context, note.start))
        elif more < 0 and rng.random() < chance:
            note = _put_back(note, after, _in_bar(context, note.start))
        placed.append(note)
    return placed


def _in_bar(context: Context, tick: Tick) -> Tick:
    """How far into its bar a tick lies."""
    return tick - context.bar_start(context.score.metre.bar_at(tick))


def _rng_at(context: Context, tick: Tick) -> random.Random:
    """What comes back in a material is told alike."""
    bar = context.score.metre.bar_at(tick)
    section = context.section(bar)
    return context.rng("place", section.material, bar - section.start_bar, _in_bar(context, tick))


def _pulled(note: Note, before: Tick, offset: Tick) -> Note:
    on_beat = offset % TICKS_PER_QUARTER == 0 and note.duration >= _EIGHTH
    if not on_beat or note.start - before <= _EIGHTH or note.start < _EIGHTH:
        return note
    return replace(note, start=note.start - _EIGHTH, duration=note.duration + _EIGHTH)


def _put_back(note: Note, after: Tick, offset: Tick) -> Note:
    late = -offset % TICKS_PER_QUARTER
    if late not in (TICKS_PER_SIXTEENTH, _EIGHTH) or note.duration <= late or after - note.start <= 2 * late:
        return note
    return replace(note, start=note.start + late, duration=note.duration - late)


def _approached(context: Context, notes: Sequence[Note]) -> list[Note]:
    """In styles that lean into notes, now and then an eighth from a step below into a long note after a rest."""
    if not _APPROACHING & set(context.style.harmony.moves):
        return list(notes)
    out: list[Note] = []
    player = instrument(context.track.instrument)
    for before, note in zip([None, *notes], notes, strict=False):
        room = note.start - (before.end if before is not None else 0)
        long = note.duration >= TICKS_PER_QUARTER and room >= _EIGHTH
        step = _step_into(context, note, player) if long else None
        if step is not None and _rng_at(context, note.start).random() > 1 - _APPROACH:
            out.append(Note(note.start - _EIGHTH, step, _EIGHTH, max(note.velocity - 8, 1)))
        out.append(note)
    return out


def _step_into(context: Context, note: Note, player: Instrument) -> int | None:
    """A pitch a step away, from below if possible, that is of the key and best of the chord before the note."""
    tones = context.chord(note.start - _EIGHTH).pitch_classes
    steps = [note.pitch + step for step in (-1, -2, 1, 2) if player.low <= note.pitch + step <= player.high]
    fitting = [pitch for pitch in steps if pitch % 12 in context.score.key.scale]
    return min(fitting, key=lambda pitch: pitch % 12 not in tones, default=None)


def _gaps(context: Context, notes: Sequence[Note]) -> list[Tick]:
    """From each start to the next, or to the end."""
    return [b - a.start for a, b in zip(notes, [*(n.start for n in notes[1:]), context.score.end], strict=True)]


def _touched(context: Context, note: Note, gap: Tick) -> Note:
    """The note as the style plays it: swing, timing, articulation, dynamics of metre and section."""
    style, feel = context.style, context.style.feel
    bar = context.score.metre.bar_at(note.start)
    bar_start = context.bar_start(bar)
    rng = context.rng("touch", bar, note.start - bar_start)
    per_ms = context.score.tempo.bpm_at(note.start) * TICKS_PER_QUARTER / 60_000
    loose = rng.gauss(feel.push_ms.get("melody", 0.0), feel.timing_ms * 0.8) * per_ms
    start = min(max(context.swung(note.start) + round(loose), bar_start), context.score.end - 1)
    sounding = gap if _sings_on(context, note, gap) else note.duration
    ticks = context.swung(min(note.start + sounding, context.score.end)) - context.swung(note.start)
    weight = _weight(context, note.start)
    legato = max(min(style.melody.legato, 1.0), _SUSTAINED if note.duration > TICKS_PER_QUARTER else 0.0)
    velocity = 68 + 26 * context.energy(bar) + 9 * weight + rng.gauss(0, feel.velocity)
    duration = max(min(round(ticks * legato), context.score.end - start), 1)
    return Note(start, note.pitch, duration, min(max(round(velocity), 30), 120))


def _sings_on(context: Context, note: Note, gap: Tick) -> bool:
    """Whether a note is held to the next one: it nearly was, and the chord it would be held into bears it."""
    if note.duration < _CONNECTED * gap or gap > 4 * TICKS_PER_QUARTER:
        return False
    return all(note.pitch % 12 in s.chord.pitch_classes for s in context.score.chords_in(note.end, note.start + gap))
