"""A melody as the weights called so hear one: the strongest pitch class of each stretch of 128 ms.

Of a sound by the filters that the weights were trained with (after Ellis 2007), and of notes by what sounds. The
weights were trained on melodies whose drums and bass had been taken out; a recording of one voice serves best.
"""

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.audio_files import resampled
from resonant.errors import InputError
from resonant.score.model import Score, Track

RATE_HZ, WINDOW, HOP = 32_000, 16_384, 4_096
_A4_HZ, _CENTRE_OCTAVE, _OCTAVES = 440.0, 5.0, 2.0
_FRAMES_AT_ONCE = 256

Melody = NDArray[np.float32]


def melody_of_sound(audio: Audio) -> Melody:
    """Pitch classes `float32 [frames, 12]` from C on, one 1 in each row.

    Raises:
        InputError: there is no sound in it.
    """
    sound = resampled(Audio(audio.mono()[None], audio.sample_rate), RATE_HZ).samples[0]
    if not float(np.abs(sound).max(initial=0.0)) > 0.0:
        raise InputError("the melody is silent from beginning to end; give a recording with one")
    if len(sound) < WINDOW:
        short = WINDOW - len(sound)
        sound = np.pad(sound, (short // 2, short - short // 2))
    padded = np.pad(sound, WINDOW // 2, mode="reflect")
    starts = np.arange(0, len(padded) - WINDOW + 1, HOP)
    window = np.hanning(WINDOW + 1)[:-1]
    filters = chroma_filters()
    portions = -(-len(starts) // _FRAMES_AT_ONCE)
    classes = [_strongest(padded, some, window, filters) for some in np.array_split(starts, portions)]
    return np.eye(12, dtype=np.float32)[np.concatenate(classes)]


def _strongest(sound: NDArray[np.float32], starts: NDArray[np.int64], window: NDArray[np.float64],
               filters: NDArray[np.float64]) -> NDArray[np.int64]:  # fmt: skip
    frames = np.stack([sound[start : start + WINDOW] for start in starts]) * window
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    return np.asarray((power @ filters.T).argmax(axis=1))


def chroma_filters() -> NDArray[np.float64]:
    """How much each bin of the spectrum counts for each pitch class, `[12, bins]`."""
    hz = np.arange(1, WINDOW) * (RATE_HZ / WINDOW)
    semitones = 12.0 * np.log2(hz / (_A4_HZ / 16.0))  # above the A of 27.5 Hz
    semitones = np.concatenate([[semitones[0] - 18.0], semitones])  # a bin of 0 Hz has none: an octave and a half lower
    widths = np.concatenate([np.maximum(np.diff(semitones), 1.0), [1.0]])
    far = np.remainder(semitones[None] - np.arange(12)[:, None] + 6.0, 12.0) - 6.0
    near = np.exp(-0.5 * (2.0 * far / widths) ** 2)
    near /= np.sqrt((near**2).sum(axis=0))
    near *= np.exp(-0.5 * ((semitones / 12.0 - _CENTRE_OCTAVE) / _OCTAVES) ** 2)
    from_c: NDArray[np.float64] = np.roll(near, -3, axis=0)  # they begin with A
    return from_c[:, : WINDOW // 2 + 1]


def melody_of_track(score: Score, track: Track) -> Melody:
    """Pitch classes of what a track plays, of its highest note where several sound; 1 in the first where none does.

    Raises:
        InputError: it plays nothing.
    """
    if not track.notes:
        raise InputError(f"track {track.name!r} plays no notes; name a song with a melody, or a recording")
    seconds = score.tempo.seconds_at
    classes = np.zeros(int(score.seconds * RATE_HZ / HOP) + 1, dtype=np.int64)
    for note in sorted(track.notes, key=lambda each: each.pitch):
        start, end = (round(seconds(tick) * RATE_HZ / HOP) for tick in (note.start, note.start + note.duration))
        classes[start : max(end, start + 1)] = note.pitch % 12
    return np.eye(12, dtype=np.float32)[classes]
