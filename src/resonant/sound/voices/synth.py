"""A track played on a patch."""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples
from resonant.errors import Cancelled
from resonant.sound.voices.chorus import ensemble
from resonant.sound.voices.patch import Patch
from resonant.sound.voices.performance import Performance, Played
from resonant.sound.voices.tone import END_FADE_S, Tone, fade_end, sound

_VELOCITY_STEP = 6  # velocities this near have the same timbre; loudness is exact
_TIME_STEP_S = 0.005  # slurs whose times are this near are the same tone
_SLUR_S = 0.008  # notes that overlap by less are a player's untidiness, not a slur
_PORTAMENTO_GAP_S = 0.35
_WHEEL_CENTS, _WHEEL_HZ = 45.0, 5.6
_SILENCE = 1e-9  # a filter's tail never ends; numbers this small cost hundreds of cycles each further on
_TAPE_BYTES = 64 * 2**20


def play_synth(
    played: Performance, patch: Patch, num_samples: int, sample_rate: int, should_stop: Callable[[], bool]
) -> Samples:
    """The performance on a patch: `float32 [2, num_samples]`.

    Raises:
        Cancelled: `should_stop` said so between two notes.
    """
    made = np.zeros((2, -(-num_samples // patch.slower)), dtype=np.float32)
    stage = _Stage(made, played, patch, sample_rate / patch.slower, should_stop)
    if patch.mono:
        stage.play_lines()
    else:
        stage.play_chords()
    dry = made if patch.slower == 1 else _faster(made, patch.slower)[:, :num_samples]
    if patch.mono:
        dry = _without_dc(dry, sample_rate)
    return dry if patch.ensemble is None else ensemble(dry, patch.ensemble, sample_rate)


def _without_dc(samples: Samples, sample_rate: int) -> Samples:
    """Drive makes low notes lopsided, which leaves an offset: taken out below 8 Hz, two octaves under any note."""
    from scipy.signal import lfilter

    pole = 1.0 - 2.0 * np.pi * 8.0 / sample_rate
    centred = np.asarray(lfilter([1.0, -1.0], [1.0, -pole], samples, axis=1), dtype=np.float32)
    centred[np.abs(centred) < _SILENCE] = 0.0
    return centred


def _faster(samples: Samples, times: int) -> Samples:
    """At two or four times the sample rate."""
    from scipy.signal import resample_poly

    return np.asarray(resample_poly(samples, times, 1, axis=1, window=("kaiser", 8.0)), dtype=np.float32)


class _Stage:
    """Where the notes of one track are added up."""

    def __init__(
        self,
        out: Samples,
        played: Performance,
        patch: Patch,
        sample_rate: float,
        should_stop: Callable[[], bool],
    ) -> None:
        self._out, self._played, self._patch, self._sample_rate = out, played, patch, sample_rate
        self._should_stop = should_stop

    def play_chords(self) -> None:
        """Many notes at once: notes of one pitch and touch are the same tone, made once and let go for each."""
        groups: dict[tuple[int, int, int], list[Played]] = {}
        takes: Counter[int] = Counter()
        for note in self._played.notes:
            takes[note.pitch] += 1
            name = (note.pitch, _touch(note.velocity), takes[note.pitch] % self._patch.takes)
            if self._cents(note.start_s, self._ringing_s(note)) is None:
                groups.setdefault(name, []).append(note)
            else:
                self._play_bent(note, takes[note.pitch] % self._patch.takes)
        for (pitch, touch, take), notes in groups.items():
            longest_s = max(map(self._ringing_s, notes))
            held = self._sound(Tone(((0.0, pitch),), touch, longest_s, longest_s, take), None)
            for note in notes:
                self._add(note.start_s, note.velocity, self._let_go(held, note))

    def play_lines(self) -> None:
        """One note at a time, with slurs; notes struck together are lines of their own."""
        tape: dict[Tone, Samples] = {}
        room = _TAPE_BYTES
        for line in _lines(self._played.notes):
            for start_s, velocity, tone in _slurs(line, self._patch):
                cents = self._cents(start_s, tone.length_s)
                made = tape.get(tone) if cents is None else None
                if made is None:
                    made = self._sound(tone, cents)
                    if cents is None and made.nbytes <= room:
                        tape[tone] = made
                        room -= made.nbytes
                self._add(start_s, velocity, made)

    def _ringing_s(self, note: Played) -> float:
        """From the start of a note until it is no longer heard."""
        return note.end_s - note.start_s + self._patch.amp.tail_s

    def _play_bent(self, note: Played, take: int) -> None:
        gate_s, length_s = note.end_s - note.start_s, self._ringing_s(note)
        tone = Tone(((0.0, note.pitch),), _touch(note.velocity), length_s, gate_s, take)
        self._add(note.start_s, note.velocity, self._sound(tone, self._cents(note.start_s, length_s)))

    def _let_go(self, held: Samples, note: Played) -> Samples:
        gate = int((note.end_s - note.start_s) * self._sample_rate)
        sounding = held[:, : max(int(self._ringing_s(note) * self._sample_rate), 2)].copy()
        sounding[:, gate:] *= self._patch.amp.release(sounding.shape[1] - gate, self._sample_rate)
        fade_end(sounding, self._sample_rate)
        return sounding

    def _sound(self, tone: Tone, cents: NDArray[np.float64] | None) -> Samples:
        if self._should_stop():
            raise Cancelled("rendering was stopped")
        return sound(self._patch, tone, self._sample_rate, cents)

    def _add(self, start_s: float, velocity: int, made: Samples) -> None:
        first = round(start_s * self._sample_rate)
        length = min(made.shape[1], self._out.shape[1] - first)
        if length > 0:
            loudness = (velocity / 100.0) ** self._patch.touch * 10.0 ** (self._patch.trim_db / 20.0)
            self._out[:, first : first + length] += np.float32(loudness) * made[:, :length]

    def _cents(self, start_s: float, length_s: float) -> NDArray[np.float64] | None:
        """What bend and modulation do to a note, or None where they rest."""
        bend, wheel = self._played.bend_cents, self._played.wheel
        moves = wheel.moves(start_s, start_s + length_s)
        if not moves and not bend.moves(start_s, start_s + length_s):
            return None
        first, num_samples = round(start_s * self._sample_rate), max(int(length_s * self._sample_rate), 2)
        cents = bend.at(first, num_samples, self._sample_rate)
        if moves:
            turns = _WHEEL_HZ / self._sample_rate * np.arange(num_samples)
            cents = cents + _WHEEL_CENTS * wheel.at(first, num_samples, self._sample_rate) * np.sin(2 * np.pi * turns)
        return cents


def _touch(velocity: int) -> int:
    return min(max(round(velocity / _VELOCITY_STEP) * _VELOCITY_STEP, 1), 127)


def _lines(notes: tuple[Played, ...]) -> list[list[Played]]:
    """One line per finger: notes struck together go to different lines, so that a chord on a lead is not lost."""
    lines: list[list[Played]] = []
    for note in notes:
        free = (line for line in lines if note.start_s - line[-1].start_s > _TIME_STEP_S)
        line = next(free, None)
        if line is None:
            lines.append([note])
        else:
            line.append(note)
    return lines


def _slurs(line: list[Played], patch: Patch) -> Iterator[tuple[float, int, Tone]]:
    """Start in seconds, velocity and tone of each slur or single note of a line."""
    groups = _grouped(line)
    before: list[Played] | None = None
    for group, following in zip(groups, [*groups[1:], None], strict=True):
        start_s = group[0].start_s
        gate_s = max(_stepped(max(note.end_s for note in group) - start_s), _TIME_STEP_S)
        length_s = gate_s + patch.amp.tail_s
        if following is not None:
            length_s = min(length_s, _stepped(following[0].start_s - start_s) + END_FADE_S)
        steps = tuple((_stepped(note.start_s - start_s), note.pitch) for note in group)
        velocity = group[0].velocity
        yield start_s, velocity, Tone(steps, _touch(velocity), length_s, gate_s, 0, _portamento(patch, before, group))
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


def _stepped(seconds: float) -> float:
    """Near times are made equal, so that a slur that comes again is taken from the tape."""
    return round(seconds / _TIME_STEP_S) * _TIME_STEP_S
