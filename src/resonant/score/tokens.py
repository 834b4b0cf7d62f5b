"""REMI tokens: a score as a list of ids for models that read and write music as text, and back.

Through MidiTok (the extra `tokens`), which is imported only here and only when it is used: with torch beside it that
takes more than a second. REMI is Huang & Yang 2020 ("Pop Music Transformer"), here with programs, tempo and metre.

Tokens are coarser than a score: times snap to a 12th of a beat (long notes to an 8th), velocities to 32 steps, tempi to
whole bpm; parts of one program become one. Bends, controls, lyrics, sections and harmony are not among them.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resonant.errors import InputError, MidiError
from resonant.instruments import instrument
from resonant.score.midi_reader import read_score
from resonant.score.model import Score
from resonant.units import TICKS_PER_QUARTER

_VELOCITY_STEPS = 32
_TEMPO_STEPS = 381  # whole bpm, 20…400


def to_tokens(score: Score) -> list[int]:
    """The score as REMI ids.

    Raises:
        InputError: MidiTok is not installed.
    """
    return list(_tokenizer()(_as_symusic(score)).ids)


def tokens_of_file(path: Path) -> list[int]:
    """The REMI ids of a MIDI file, without making a score of it: for many files, or for long ones.

    Raises:
        MidiError: the file is missing, damaged, or no MIDI file.
        InputError: MidiTok is not installed.
    """
    symusic = _tokens_extra("symusic")
    try:
        return list(_tokenizer()(symusic.Score.from_midi(path.read_bytes())).ids)
    except OSError as error:
        raise MidiError(f"{path} can not be read: {error.strerror}; check the name") from error
    except (RuntimeError, ValueError) as error:
        raise MidiError(f"{path} is damaged or no MIDI file; export it again from the program that made it") from error


def from_tokens(ids: list[int]) -> Score:
    """The score that REMI ids mean.

    Raises:
        InputError: an id lies outside the vocabulary, or MidiTok is not installed.
    """
    tokenizer = _tokenizer()
    size = vocabulary_size()
    wrong = next((token for token in ids if not 0 <= token < size), None)
    if wrong is not None:
        raise InputError(f"token {wrong} lies outside the vocabulary of {size}; give ids that `to_tokens` made")
    return read_score(tokenizer.decode(ids).dumps_midi(), "the tokens")


def vocabulary_size() -> int:
    """How many ids there are: 0 up to this."""
    return len(_tokenizer())


def _as_symusic(score: Score) -> Any:
    """The score as MidiTok takes it, handed over as arrays: through the bytes of a MIDI file it would take longer."""
    symusic = _tokens_extra("symusic")
    theirs = symusic.Score(TICKS_PER_QUARTER)
    theirs.tempos.extend([symusic.Tempo(change.tick, change.bpm) for change in score.tempo.changes])
    for change in score.metre.changes:
        tick, metre = score.metre.bar_start(change.bar), change.metre
        theirs.time_signatures.append(symusic.TimeSignature(tick, metre.numerator, metre.denominator))
    for track in score.tracks:
        sound = instrument(track.instrument)
        their = symusic.Track(track.name, sound.program, sound.is_drums)
        columns = np.array([(n.start, n.duration, n.pitch, n.velocity) for n in track.notes], dtype=np.int32).reshape(
            -1, 4
        )
        fields = dict(zip(("time", "duration", "pitch", "velocity"), np.ascontiguousarray(columns.T), strict=True))
        their.notes = symusic.Note.from_numpy(**_narrow(fields))
        theirs.tracks.append(their)
    return theirs


def _narrow(fields: dict[str, NDArray[np.int32]]) -> dict[str, NDArray[Any]]:
    return {
        name: values.astype(np.int8) if name in ("pitch", "velocity") else values for name, values in fields.items()
    }


@cache
def _tokenizer() -> Any:
    miditok = _tokens_extra("miditok")
    return miditok.REMI(
        miditok.TokenizerConfig(
            pitch_range=(0, 127),
            beat_res={(0, 4): 12, (4, 12): 8},
            num_velocities=_VELOCITY_STEPS,
            use_programs=True,
            one_token_stream_for_programs=True,
            use_tempos=True,
            num_tempos=_TEMPO_STEPS,
            tempo_range=(20, 400),
            use_time_signatures=True,
            time_signature_range={8: [3, 5, 6, 7, 9, 12], 4: [1, 2, 3, 4, 5, 6, 7], 2: [2, 3]},
        )
    )


def _tokens_extra(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(f'tokens need {name}, which is not installed; run: pip install "resonant[tokens]"') from error
