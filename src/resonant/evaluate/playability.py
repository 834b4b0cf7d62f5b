"""Can a person play it on that instrument?

Aim: every note lies in the instrument's range, no more sound at once than it has voices, hands reach the chords and a
player has time for the leaps.

Conventions: ranges and voices are those of `resonant.instruments`. Notes that overlap by no more than a 32nd are
legato, not two voices. Notes that start within 20 ticks of each other are struck together. Drum kits: at most four hits
at once (two hands, two feet), the kit's own pitches. Modelled synthesisers have no hands: only range and voices count.

Metrics, all shares of notes for which nothing is wrong; 1 is playable, an empty part is playable:
    in_range: pitch within the instrument's range. within_voices: at its start no more notes sound than it has voices.
    in_reach: of a chord struck by hands, two hands of five fingers can reach it, 16 semitones (a tenth) each, or a
        guitarist's one hand: each string holds one note and frets lie within five of each other.
    leaps_possible: for one-voice instruments, a leap of more than an octave and a half comes after at least an 8th at
        the piece's tempo or 0.15 s, whichever is shorter.
    playable: share of notes that pass all four.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from resonant.evaluate.bars import mean, validate_track
from resonant.instruments import Instrument, instrument
from resonant.score.model import Note, Score, Track

LEGATO_TICKS = 60
TOGETHER_TICKS = 20
HAND_SEMITONES, HAND_FINGERS = 16, 5
LIMBS = 4
WIDE_LEAP_SEMITONES, LEAP_SECONDS = 18, 0.15
_HANDS = frozenset({"piano", "organ", "mallets", "guitar"})
_GUITAR_STRINGS = (40, 45, 50, 55, 59, 64)
_FRET_SPAN, _FRETS = 5, 22


def evaluate(score: Score, track: Track) -> dict[str, float]:
    """All metrics of this module for one track.

    Raises:
        InputError: the track is malformed.
        BriefError: its instrument is not one we know.
    """
    validate_track(track)
    player = instrument(track.instrument)
    faults = {
        "in_range": {note for note in track.notes if not player.low <= note.pitch <= player.high},
        "within_voices": set(_too_many(player, track.notes)),
        "in_reach": set(_out_of_reach(player, track.notes)),
        "leaps_possible": set(_wild_leaps(score, player, track.notes)),
    }
    shares = {name: _share_without(track.notes, wrong) for name, wrong in faults.items()}
    return {**shares, "playable": _share_without(track.notes, set().union(*faults.values()))}


def two_hands_reach(pitches: Sequence[int]) -> bool:
    """Whether two hands of five fingers can strike these pitches together, the lower ones left."""
    ordered = sorted(set(pitches))
    return any(_one_hand(ordered[:split]) and _one_hand(ordered[split:]) for split in range(len(ordered) + 1))


def guitar_reaches(pitches: Sequence[int]) -> bool:
    """Whether a guitar in standard tuning holds these pitches: one a string, frets within five."""
    ordered = sorted(set(pitches))
    if len(ordered) > len(_GUITAR_STRINGS):
        return False
    return any(_fretted(ordered, _GUITAR_STRINGS, position) for position in range(1, _FRETS - _FRET_SPAN + 2))


def _fretted(pitches: Sequence[int], strings: Sequence[int], position: int) -> bool:
    """Gives each pitch, from the lowest up, the lowest free string that sounds it open or in this position."""
    string = 0
    for pitch in pitches:
        while string < len(strings) and not _sounds(pitch - strings[string], position):
            string += 1
        if string == len(strings):
            return False
        string += 1
    return True


def _sounds(fret: int, position: int) -> bool:
    return fret == 0 or position <= fret < position + _FRET_SPAN


def _one_hand(pitches: Sequence[int]) -> bool:
    return len(pitches) <= HAND_FINGERS and (not pitches or pitches[-1] - pitches[0] <= HAND_SEMITONES)


def _too_many(player: Instrument, notes: Sequence[Note]) -> Iterator[Note]:
    """Notes at whose start more sound than the instrument has voices; a drum's hit is over at once."""
    if player.is_drums:
        yield from (note for chord in _struck(notes) if len({n.pitch for n in chord}) > LIMBS for note in chord[LIMBS:])
        return
    sounding: list[Note] = []
    for note in notes:
        sounding = [held for held in sounding if held.end > note.start + LEGATO_TICKS]
        sounding.append(note)
        if len(sounding) > player.max_voices:
            yield note


def _out_of_reach(player: Instrument, notes: Sequence[Note]) -> Iterator[Note]:
    if player.is_drums or player.voice is not None or player.family not in _HANDS or player.max_voices == 1:
        return
    # Capo'd and high-tuned relatives (ukulele, mandolin, banjo) are judged by their voices and range alone.
    if player.family == "guitar" and (player.low > _GUITAR_STRINGS[0] or player.max_voices < len(_GUITAR_STRINGS)):
        return
    reaches = guitar_reaches if player.family == "guitar" else two_hands_reach
    for chord in _struck(notes):
        if not reaches([note.pitch for note in chord]):
            yield from chord


def _wild_leaps(score: Score, player: Instrument, notes: Sequence[Note]) -> Iterator[Note]:
    if player.max_voices > 1 or player.voice is not None or player.is_drums:
        return
    for before, after in pairwise(notes):
        seconds = score.tempo.seconds_at(after.start) - score.tempo.seconds_at(before.start)
        eighth = 30.0 / score.tempo.bpm_at(after.start)
        if abs(after.pitch - before.pitch) > WIDE_LEAP_SEMITONES and seconds < min(LEAP_SECONDS, eighth) - 1e-9:
            yield after


def _struck(notes: Sequence[Note]) -> Iterator[list[Note]]:
    """Notes in groups that start together."""
    group: list[Note] = []
    for note in notes:
        if group and note.start - group[0].start > TOGETHER_TICKS:
            yield group
            group = []
        group.append(note)
    if group:
        yield group


def _share_without(notes: Sequence[Note], wrong: set[Note]) -> float:
    return mean(float(note not in wrong) for note in notes) if notes else 1.0
