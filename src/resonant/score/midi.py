"""MIDI files: a score out, a score in.

We write Standard MIDI Files of format 1 at 480 ticks a quarter (MIDI 1.0, Standard MIDI Files 1.0). What other programs
understand is written as they expect it; what only we know (roles, modes, energies) rides along as text events that
begin with `resonant:` and hold JSON, so that our own round trip loses nothing:

    track 1   title, tempo map, time signatures, key signature, a marker for each section
    track 2   "harmony": chord symbols as text events
    then      one track a part: name, instrument name, program, lyrics (on the melody), notes, bends, controls

Bends span ±12 semitones, announced by RPN 0. Drum kits play on channel 10. More than 15 melodic parts go to further
MIDI ports. Of notes of one pitch that overlap in one part, the one that began first ends first.
"""

from pathlib import Path

from resonant.errors import MidiError, PlaceError
from resonant.score.midi_reader import read_score
from resonant.score.midi_writer import to_midi_bytes
from resonant.score.model import Score

__all__ = ["LARGEST_BYTES", "read_midi", "to_midi_bytes", "write_midi"]

LARGEST_BYTES = 2_000_000
"""The largest file we read: half a million notes, ten times the fullest symphony."""


def write_midi(score: Score, path: Path) -> None:
    """Writes a score as a MIDI file; the same score gives the same bytes.

    Raises:
        PlaceError: the file can not be written.
    """
    try:
        path.write_bytes(to_midi_bytes(score))
    except OSError as error:
        raise PlaceError(f"{path} can not be written: {error.strerror}; choose another place or make room") from error


def read_midi(path: Path) -> Score:
    """The score in a MIDI file of format 0 or 1.

    Times are rescaled to 480 ticks a quarter and rounded to the nearest; a note keeps at least one tick. A tempo
    outside 20…400 comes to the nearer edge. Tracks that mix channels or programs are parted. Where the file does not
    say them, tempo is 120, metre 4/4, and the key is the one that its notes fit best.

    Raises:
        MidiError: there is no such file, it is not MIDI, it is cut off or damaged, too large, or of format 2.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError as error:
        raise MidiError(f"there is no file {path}; check the name") from error
    except OSError as error:
        raise MidiError(f"{path} can not be read: {error.strerror}; check that it is a file you may open") from error
    if len(data) > LARGEST_BYTES and b"MThd" in data[:64]:
        raise MidiError(
            f"{path} is larger than the {LARGEST_BYTES // 1_000_000} MB of MIDI that we read, which holds half a "
            "million notes; leave out system exclusive data, or cut it into songs"
        )
    return read_score(data, str(path))
