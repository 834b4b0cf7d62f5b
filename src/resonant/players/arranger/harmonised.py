"""Voices that move with a line: a second singer under the melody, a horn section under its lead trumpet."""

from collections.abc import Sequence

from resonant.instruments import instrument
from resonant.players.context import Context
from resonant.score.model import Note, Section, Track
from resonant.theory.chord import Chord
from resonant.theory.key import Key

_BELOW = range(3, 10)  # a minor third to a major sixth
_SHORTEST_TICKS = 110  # grace notes are the leader's alone


def second_voice(context: Context, section: Section, melody: Track, bars: Sequence[int]) -> list[Note]:
    """The melody's notes in `bars`, sung a third (or where the chord asks, up to a sixth) below, and softer."""
    player = instrument(context.track.instrument)
    notes: list[Note] = []
    for note in melody.notes:
        bar = context.score.metre.bar_at(note.start)
        if bar not in bars or note.duration < _SHORTEST_TICKS:
            continue
        pitch = _under(note.pitch, context.chord(note.start), context.score.key)
        while pitch < player.low:
            pitch += 12
        if pitch < note.pitch and pitch <= player.high:
            softer = max(1, round(note.velocity * 0.8))
            notes.append(Note(note.start, pitch, note.duration, softer))
    return notes


def section_voicing(context: Context, top: int, chord: Chord, low: int, most: int) -> tuple[int, ...]:
    """A line's note with the next chord tones under it, as many as the style's section has voices."""
    wanted = min(context.style.counter.voices, most)
    under = [pitch for pitch in range(top - 3, low - 1, -1) if pitch % 12 in chord.pitch_classes]
    return tuple(sorted((top, *under[: wanted - 1])))


def _under(pitch: int, chord: Chord, key: Key) -> int:
    """The nearest chord tone a third or more below; a third of the key where the melody is not on the chord itself."""
    scale = {pc % 12 for pc in key.scale}
    if pitch % 12 in chord.pitch_classes:
        return next((pitch - step for step in _BELOW if (pitch - step) % 12 in chord.pitch_classes), pitch - 12)
    return next((pitch - step for step in (3, 4) if (pitch - step) % 12 in scale), pitch - 9)
