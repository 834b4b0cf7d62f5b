"""Small made-up parts that the tests of evaluate share."""

from resonant.score.model import ChordSpan, Note, Score, Track
from resonant.theory.chord import Chord
from resonant.theory.key import Key

BAR = 1920


def part(
    *notes: tuple[int, int, int], role: str = "melody", instrument: str = "grand_piano", bars: int = 4
) -> tuple[Score, Track]:
    """A part in C over C | F | G | C … from `(start, duration, pitch)` in 16ths."""
    track = Track(role, role, instrument, tuple(Note(s * 120, p, d * 120, 80) for s, d, p in notes))
    harmony = tuple(ChordSpan(bar * BAR, BAR, Chord.parse("CFGC"[bar % 4])) for bar in range(bars))
    return Score(bars=bars, key=Key(0), harmony=harmony, tracks=(track,)), track
