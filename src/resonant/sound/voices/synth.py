"""A track played on a patch."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples
from resonant.errors import Cancelled
from resonant.sound.voices.chorus import ensemble
from resonant.sound.voices.patch import Patch
from resonant.sound.voices.performance import Performance, Played
from resonant.sound.voices.tone import Tone, sound

_TAKES = 2  # slightly different takes of a note that take turns
_VELOCITY_STEP = 4  # velocities this near have the same timbre; loudness is exact
_GATE_STEP_S = 0.005
_SLUR_S = 0.008  # notes that overlap by less are a player's untidiness, not a slur
_PORTAMENTO_GAP_S = 0.35
_WHEEL_CENTS, _WHEEL_HZ = 45.0, 5.6
_TAPE_BYTES = 96 * 2**20


def play_synth(
    played: Performance, patch: Patch, num_samples: int, sample_rate: int, should_stop: Callable[[], bool]
) -> Samples:
    """The performance on a patch: `float32 [2, num_samples]`.

    Raises:
        Cancelled: `should_stop` said so between two notes.
    """
    if patch.half_rate:
        halved = _dry(played, patch, num_samples // 2 + 1, sample_rate / 2, should_stop)
        dry = _doubled(halved)[:, :num_samples]
    else:
        dry = _dry(played, patch, num_samples, sample_rate, should_stop)
    return dry if patch.ensemble is None else ensemble(dry, patch.ensemble, sample_rate)


def _doubled(samples: Samples) -> Samples:
    """At twice the rate."""
    from scipy.signal import resample_poly

    doubled: Samples = resample_poly(samples, 2, 1, axis=1, window=("kaiser", 8.0)).astype(np.float32)
    return doubled


def _dry(
    played: Performance, patch: Patch, num_samples: int, sample_rate: float, should_stop: Callable[[], bool]
) -> Samples:
    out = np.zeros((2, num_samples), dtype=np.float32)
    tape: dict[Tone, Samples] = {}
    room = _TAPE_BYTES
    for start_s, velocity, tone in _tones(played, patch):
        if should_stop():
            raise Cancelled("rendering was stopped")
        first = round(start_s * sample_rate)
        if first >= num_samples:
            continue
        cents = _cents(played, first, tone.num_samples(patch, sample_rate), sample_rate)
        rendered = tape.get(tone) if cents is None else None
        if rendered is None:
            rendered = sound(patch, tone, sample_rate, cents)
            if cents is None and rendered.nbytes <= room:
                tape[tone] = rendered
                room -= rendered.nbytes
        length = min(rendered.shape[1], num_samples - first)
        out[:, first : first + length] += _loudness(patch, velocity) * rendered[:, :length]
    return out


def _loudness(patch: Patch, velocity: int) -> np.float32:
    return np.float32((velocity / 100.0) ** patch.touch * 10.0 ** (patch.trim_db / 20.0))


def _tones(played: Performance, patch: Patch) -> Iterator[tuple[float, int, Tone]]:
    """Start in seconds, velocity, and tone of everything that is played."""
    if patch.mono:
        for line in _lines(played.notes):
            yield from _slurs(line, patch)
        return
    takes: Counter[int] = Counter()
    for note in played.notes:
        takes[note.pitch] += 1
        yield note.start_s, note.velocity, _tone([note], takes[note.pitch] % _TAKES)


def _lines(notes: tuple[Played, ...]) -> list[list[Played]]:
    """One line per finger: notes struck together go to different lines, so that a chord on a lead is not lost."""
    lines: list[list[Played]] = []
    for note in notes:
        free = (line for line in lines if note.start_s - line[-1].start_s > _GATE_STEP_S)
        line = next(free, None)
        if line is None:
            lines.append([note])
        else:
            line.append(note)
    return lines


def _slurs(line: list[Played], patch: Patch) -> Iterator[tuple[float, int, Tone]]:
    groups = _grouped(line)
    before: list[Played] | None = None
    for group, following in zip(groups, [*groups[1:], None], strict=True):
        cut_s = None if following is None else following[0].start_s - group[0].start_s
        tone = _cut(_tone(group, 0, _portamento(patch, before, group)), patch, cut_s)
        yield group[0].start_s, group[0].velocity, tone
        before = group


def _grouped(line: list[Played]) -> list[list[Played]]:
    groups: list[list[Played]] = []
    for note in line:
        last = groups[-1][-1] if groups else None
        if last is not None and last.end_s > note.start_s + _SLUR_S and last.pitch != note.pitch:
            groups[-1].append(note)
        else:
            groups.append([note])
    return groups


def _portamento(patch: Patch, before: list[Played] | None, group: list[Played]) -> float | None:
    if not patch.glides_always or before is None or group[0].start_s - before[-1].end_s > _PORTAMENTO_GAP_S:
        return None
    return float(before[-1].pitch)


def _cut(tone: Tone, patch: Patch, cut_s: float | None) -> Tone:
    """The tone as the next one leaves it; one that has rung out by then is left whole."""
    if cut_s is None or cut_s >= tone.gate_s + patch.amp.tail_s:
        return tone
    return replace(tone, cut_s=_stepped(cut_s))


def _tone(notes: list[Played], take: int, from_pitch: float | None = None) -> Tone:
    start_s = notes[0].start_s
    steps = tuple((_stepped(note.start_s - start_s), note.pitch) for note in notes)
    gate_s = max(_stepped(max(note.end_s for note in notes) - start_s), _GATE_STEP_S)
    velocity = min(max(round(notes[0].velocity / _VELOCITY_STEP) * _VELOCITY_STEP, 1), 127)
    return Tone(steps, gate_s, velocity, take, from_pitch)


def _stepped(seconds: float) -> float:
    """Near lengths are made equal, so that a note that comes again is taken from the tape."""
    return round(seconds / _GATE_STEP_S) * _GATE_STEP_S


def _cents(played: Performance, first: int, num_samples: int, sample_rate: float) -> NDArray[np.float64] | None:
    start_s, end_s = first / sample_rate, (first + num_samples) / sample_rate
    bends, wheel = played.bend_cents.moves(start_s, end_s), played.wheel.moves(start_s, end_s)
    if not bends and not wheel:
        return None
    cents = played.bend_cents.at(first, num_samples, sample_rate)
    if wheel:
        t = np.arange(num_samples) / sample_rate
        depth = played.wheel.at(first, num_samples, sample_rate)
        cents = cents + _WHEEL_CENTS * depth * np.sin(2 * np.pi * _WHEEL_HZ * t)
    return cents
