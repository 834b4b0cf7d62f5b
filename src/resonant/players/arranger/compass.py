"""Where a line lies on an instrument: which octave it is played in.

A line moves by octaves as one, so that it stays itself; single notes fold where the instrument reaches no further.
"""

from collections.abc import Sequence
from dataclasses import replace

from resonant.instruments import Instrument
from resonant.score.model import Note

_EASY = 5  # semitones around its middle in which a line lies as well as there
_MOVED = 2.0  # what an octave costs, in semitones off the middle
_FOLDED = 300.0  # what it costs to fold all notes; a tune's top note is soon missed
_BASS_MIDDLE, _BASS_FOLDED, _BASS_EASY = 38, 20.0, 8  # a bass line changes octave without being another one
_TUNE_MIDDLE = 70  # where tunes are sung, if the instrument reaches that far


def laid(line: Sequence[Note], player: Instrument) -> tuple[Note, ...]:
    """The line in the octave in which it lies best."""
    shift = min(range(-72, 73, 12), key=lambda by: (_misfit(line, player, by), abs(by)))
    return tuple(replace(note, pitch=folded(note.pitch + shift, player)) for note in line)


def folded(pitch: int, player: Instrument) -> int:
    """The pitch moved by octaves into the instrument's range, or the nearest it can play."""
    while pitch < player.low and pitch + 12 <= player.high:
        pitch += 12
    while pitch > player.high and pitch - 12 >= player.low:
        pitch -= 12
    return min(max(pitch, player.low), player.high)


def within_reach(line: Sequence[Note], player: Instrument) -> tuple[Note, ...]:
    """The line as it is where the instrument reaches all of it, else as `laid`; a bass always where a bass sounds."""
    if player.family != "bass" and all(player.low <= note.pitch <= player.high for note in line):
        return tuple(line)
    return laid(line, player)


def _misfit(line: Sequence[Note], player: Instrument, shift: int) -> float:
    bass = player.family == "bass"
    out = sum(not player.low <= note.pitch + shift <= player.high for note in line) / max(len(line), 1)
    off = max(abs(_middle(line) + shift - _wished(player)) - (_BASS_EASY if bass else _EASY), 0)
    return out * (_BASS_FOLDED if bass else _FOLDED) + off + abs(shift) / 12 * _MOVED


def _middle(line: Sequence[Note]) -> int:
    pitches = sorted(note.pitch for note in line)
    return pitches[len(pitches) // 2] if pitches else _TUNE_MIDDLE


def _wished(player: Instrument) -> float:
    """Where the middle of a line should lie: where tunes are sung, in the lower two thirds of the instrument."""
    if player.family == "bass":
        return _BASS_MIDDLE
    return min(max(_TUNE_MIDDLE, player.low + 10), player.low + 0.6 * (player.high - player.low))
