"""FluidSynth beside our sampler: the same notes, the same bank, for tests, pictures and benchmarks.

Needs the command `fluidsynth` and Debian's `fluid-soundfont-gm` (`make tools` installs both).
"""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import soundfile
from numpy.typing import NDArray

from resonant.score.model import Track
from resonant.units import TICKS_PER_QUARTER, TempoMap

FLUID_R3 = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
WHEEL_RANGE_CENTS = 1200


@dataclass(frozen=True)
class Part:
    """A track and what plays it: General MIDI program, bank 0 or 128."""

    track: Track
    program: int
    bank: int = 0


def play(
    parts: Sequence[Part], tempo: TempoMap, sample_rate: int, bank: Path = FLUID_R3, gain: float = 1.0
) -> NDArray[np.float32]:
    """FluidSynth's rendering without reverb and chorus, `float32 [2, samples]`."""
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "song.mid", Path(folder) / "song.wav"
        midi_of(parts, tempo).save(midi)
        run(midi, wav, sample_rate, bank, gain)
        return np.ascontiguousarray(soundfile.read(wav, dtype="float32", always_2d=True)[0].T)


def run(midi: Path, wav: Path, sample_rate: int, bank: Path, gain: float = 1.0) -> None:
    """One run of the command line program; raises if it fails."""
    settings = ["-ni", "-q", "-R", "0", "-C", "0", "-g", str(gain), "-r", str(sample_rate), "-O", "float", "-T", "wav"]
    subprocess.run(["fluidsynth", *settings, "-F", str(wav), str(bank), str(midi)], check=True, capture_output=True)


def midi_of(parts: Sequence[Part], tempo: TempoMap) -> mido.MidiFile:
    """The parts as a MIDI file, one channel each (drums on channel 10), sharing channels if there are more than 15."""
    file = mido.MidiFile(ticks_per_beat=TICKS_PER_QUARTER)
    file.tracks.append(
        _timed([(c.tick, 0, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(c.bpm))) for c in tempo.changes])
    )
    free = [channel for channel in range(16) if channel != 9]
    channels: dict[int, list[tuple[int, int, mido.Message]]] = {}
    for number, part in enumerate(parts):
        channel = 9 if part.bank == 128 else free[number % len(free)]
        channels.setdefault(channel, []).extend(_events(part, channel))
    file.tracks.extend(map(_timed, channels.values()))  # FluidSynth plays no more than 128 tracks
    return file


def _events(part: Part, channel: int) -> list[tuple[int, int, mido.Message]]:
    """Messages with tick and rank: at one tick programs come first, then note ends, controllers, note starts."""
    track = part.track
    first = min((note.start for note in track.notes), default=0)
    rows = [(max(first - 10, 0), 0, mido.Message("program_change", channel=channel, program=part.program))]
    if track.bends:
        for number, value in ((101, 0), (100, 0), (6, WHEEL_RANGE_CENTS // 100), (38, 0)):
            rows.append((0, 0, mido.Message("control_change", channel=channel, control=number, value=value)))
    for control in track.controls:
        rows.append((control.tick, 2, _control(channel, control.number, control.value)))
    for bend in track.bends:
        pitch = round(bend.cents / WHEEL_RANGE_CENTS * 8191)
        rows.append((bend.tick, 2, mido.Message("pitchwheel", channel=channel, pitch=pitch)))
    for note in track.notes:
        rows.append((note.start, 3, mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)))
        rows.append((note.end, 1, mido.Message("note_off", channel=channel, note=note.pitch)))
    return rows


def _control(channel: int, number: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=channel, control=number, value=value)


def _timed(rows: list[tuple[int, int, mido.Message]]) -> mido.MidiTrack:
    track, now = mido.MidiTrack(), 0
    for tick, _, message in sorted(rows, key=lambda row: row[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    return track


def shift_cents(
    ours: NDArray[np.float32], theirs: NDArray[np.float32], sample_rate: int, reach_cents: int = 150
) -> tuple[float, float]:
    """How far `ours` lies above `theirs` in cents, and how alike the two are (−1…1) at that shift.

    Both are mono stretches of the same moment. Their spectra are laid on a logarithmic axis of one cent and moved
    against each other: harmonic, inharmonic and noisy sounds are all compared by the same fine structure.
    """
    one, other = (_log_spectrum(sound, sample_rate) for sound in (ours, theirs))
    inner = slice(reach_cents, len(one) - reach_cents)
    reference = _standard(other[inner])
    likeness = np.array(
        [
            np.dot(_standard(one[inner.start + shift : inner.stop + shift]), reference) / len(reference)
            for shift in range(-reach_cents, reach_cents + 1)
        ]
    )
    best = int(np.argmax(likeness))
    return _peak(likeness, best) - reach_cents, float(likeness[best])


def _log_spectrum(sound: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """Magnitudes every cent from 30 Hz to 16 kHz, compressed so that weak partials count too."""
    size = 1 << 18
    magnitudes = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size))
    cents = np.arange(0, int(1200 * np.log2(16_000 / 30)))
    bins = 30.0 * 2.0 ** (cents / 1200.0) * size / sample_rate
    spectrum = np.interp(bins, np.arange(len(magnitudes)), magnitudes)
    return np.sqrt(spectrum)


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = values - values.mean()
    return centred / (centred.std() + 1e-12)  # type: ignore[no-any-return]


def _peak(values: NDArray[np.float64], index: int) -> float:
    """The top of the parabola through a maximum and its neighbours."""
    if not 0 < index < len(values) - 1:
        return float(index)
    before, here, after = values[index - 1 : index + 2]
    return index + 0.5 * (before - after) / (before - 2 * here + after)
