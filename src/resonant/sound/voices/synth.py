"""A track played on a patch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples
from resonant.errors import Cancelled
from resonant.loops import SAMPLES, Loop, loop
from resonant.sound.adding import add_tone
from resonant.sound.channels import by_channel
from resonant.sound.kept_tones import KeptTones
from resonant.sound.steps import steps_of
from resonant.sound.voices.chorus import ensemble
from resonant.sound.voices.patch import Patch
from resonant.sound.voices.performance import Performance, Played
from resonant.sound.voices.tone import END_FADE_S, Tone, fade_end, sound
from resonant.threads import ahead

Floats = NDArray[np.float32]

_VELOCITY_STEP = 8  # velocities this near have the same timbre; loudness is exact
_TIME_STEP_S = 0.005  # slurs whose times are this near are the same tone
_SLUR_S = 0.008  # notes that overlap by less are a player's untidiness, not a slur
_PORTAMENTO_GAP_S = 0.35
_WHEEL_CENTS, _WHEEL_HZ = 45.0, 5.6
# For the tracks of a song; many more leave holes in memory as a song grows of which each part is new.
_KEPT_BYTES = 48 * 2**20
_HALF_BAND_TAPS = 20
_BLOCK = 512  # samples between which are summed at once
_SILENCE = 1e-9  # a filter's tail never ends; numbers this small cost hundreds of cycles each further on


def play_synth(
    played: Performance, patch: Patch, num_samples: int, sample_rate: int, should_stop: Callable[[], bool]
) -> Samples:
    """The performance on a patch: `float32 [2, num_samples]`.

    Raises:
        Cancelled: `should_stop` said so between two notes.
    """
    made = np.zeros((patch.sides, -(-num_samples // patch.slower)), dtype=np.float32)
    _Stage(made, played, patch, sample_rate / patch.slower, should_stop).play()
    if patch.mono:
        made = _without_dc(made, sample_rate / patch.slower)
    dry = made if patch.slower == 1 else _faster(made, patch.slower)[:, :num_samples]
    if patch.ensemble is not None:
        return ensemble(dry, patch.ensemble, sample_rate)
    return dry if patch.sides == 2 else np.repeat(dry, 2, axis=0)


def _without_dc(samples: Samples, sample_rate: float) -> Samples:
    """Drive makes low notes lopsided, which leaves an offset: taken out below 8 Hz, two octaves under any note."""
    from scipy.signal import lfilter

    pole = 1.0 - 2.0 * np.pi * 8.0 / sample_rate
    centred = np.asarray(lfilter([1.0, -1.0], [1.0, -pole], samples, axis=1), dtype=np.float32)
    centred[np.abs(centred) < _SILENCE] = 0.0
    return centred


def _faster(samples: Samples, times: int) -> Samples:
    """At two or four times the sample rate."""
    while times > 1:
        samples, times = by_channel(_doubled, samples), times // 2
    return samples


def _doubled(side: Samples) -> Samples:
    """At twice the sample rate, by a half-band filter: every other sample is one that was there."""
    out = np.empty((1, 2 * side.shape[1]), dtype=np.float32)
    _double(np.pad(side[0], (_HALF_BAND_TAPS // 2 - 1, _HALF_BAND_TAPS // 2)), _half_band(), out[0])
    return out


def _double_in_arrays(padded: Floats, taps: Floats, out: Floats) -> None:
    from scipy.signal import upfirdn

    length, before = out.size // 2, taps.size // 2 - 1
    out[::2] = padded[before : before + length]
    out[1::2] = upfirdn(taps, padded)[taps.size - 1 :][:length]


@loop(f"void({SAMPLES}, {SAMPLES}, float32[::1])", _double_in_arrays)
def _double(padded: Floats, taps: Floats, out: Floats) -> None:
    """The samples, and between each two what the taps make of those around it. There are as many more samples in
    `padded` than come out as the taps reach, but one."""
    before, length = taps.size // 2 - 1, out.size // 2
    room = np.empty(_BLOCK, np.float32)
    for start in range(0, length, _BLOCK):
        between = room[: min(_BLOCK, length - start)]
        between[:] = np.float32(0.0)
        for tap in range(taps.size):  # the sums of many samples side by side: so the processor takes eight at once
            some = padded[start + tap : start + tap + between.size]
            for i in range(between.size):
                between[i] += some[i] * taps[taps.size - 1 - tap]
        for i in range(between.size):
            out[2 * (start + i)] = padded[start + before + i]
            out[2 * (start + i) + 1] = between[i]


@cache
def _half_band() -> Floats:
    """What lies between two samples, by those around it: a sinc in a Kaiser window of 80 dB."""
    away = np.arange(_HALF_BAND_TAPS) - (_HALF_BAND_TAPS - 1) / 2
    edge = _HALF_BAND_TAPS / 2
    taps = np.sinc(away) * np.i0(8.0 * np.sqrt(1.0 - (away / edge) ** 2))
    return np.asarray(taps / taps.sum(), dtype=np.float32)


@cache
def kept_tones() -> KeptTones:
    """The held tones of all patches that this process has played."""
    return KeptTones(max_bytes=_KEPT_BYTES, margin=0)


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

    def play(self) -> None:
        """All tones: plain ones of one pitch and touch are made once, as long as the longest, and let go for each."""
        groups: dict[Tone | int, list[_Struck]] = {}
        everything = _slurs(self._played, self._patch) if self._patch.mono else _chords(self._played, self._patch)
        for number, struck in enumerate(everything):
            groups.setdefault(number if self._is_bent(struck) else _name(struck.tone), []).append(struck)
        heard = [item for item in groups.items() if self._is_heard(item[1])]
        # only compiled ones leave the interpreter to each other for long enough
        made = ahead(self._made, heard) if Loop.are_compiled else map(self._made, heard)
        for (name, alike), sounding in zip(heard, made, strict=True):
            add = self._add_held if _is_held(name) else self._add
            for struck in alike:
                add(struck, sounding)

    def _made(self, item: tuple[Tone | int, list["_Struck"]]) -> Samples:
        """What those struck alike sound like: under a name of `_name` while they are held, else as they are."""
        name, alike = item
        if _is_held(name):
            return self._held(name, alike)
        (first, *_), room = alike, self._room(alike)
        return self._sound(first.tone, self._cents(first) if isinstance(name, int) else None, room)

    def _held(self, name: Tone, alike: list["_Struck"]) -> Samples:
        """A tone whose key is held down, longer than all by more than its own fade at the end: what a note sounds like
        must not depend on the others. Where its pitch stands still it is kept for the next track that plays it so."""
        longest_s = max(struck.tone.length_s for struck in alike) + 2 * END_FADE_S
        if not self._patch.is_still:
            return self._sound(replace(name, length_s=longest_s, gate_s=longest_s), None, self._room(alike))

        def made(num_samples: int) -> Samples:
            held_s = num_samples / self._sample_rate + 2 * END_FADE_S
            return self._sound(replace(name, length_s=held_s, gate_s=held_s), None, num_samples).T

        self._go_on()
        wanted = min(round(longest_s * self._sample_rate), self._room(alike))
        return kept_tones().tone((self._patch, name, self._sample_rate), wanted, made).T

    def _sound(self, tone: Tone, cents: NDArray[np.float64] | None, until: int) -> Samples:
        """The first samples of a tone."""
        self._go_on()
        return sound(self._patch, tone, self._sample_rate, cents, until)

    def _go_on(self) -> None:
        if self._should_stop():
            raise Cancelled("rendering was stopped")

    def _room(self, alike: list["_Struck"]) -> int:
        """How many samples there are behind the first of those that are struck alike."""
        return int(max(self._out.shape[1] - self._first(alike), 2))

    def _is_heard(self, alike: list["_Struck"]) -> bool:
        """Whether any of them begins before the end. One that is not may lengthen those that are struck alike."""
        return bool(self._first(alike) < self._out.shape[1])

    def _first(self, alike: list["_Struck"]) -> int:
        return min(round(struck.start_s * self._sample_rate) for struck in alike)

    def _add(self, struck: "_Struck", made: Samples) -> None:
        place = self._place(struck, made.shape[1])
        place += self._loudness(struck) * made[:, : place.shape[1]]

    def _add_held(self, struck: "_Struck", held: Samples) -> None:
        """A tone whose key is held down, let go when its own is."""
        length, gate = struck.tone.num_samples(self._sample_rate), round(struck.tone.gate_s * self._sample_rate)
        release = self._patch.amp.release(max(length - gate, 1), self._sample_rate)
        fade_end(release[None], self._sample_rate)
        for place, side in zip(self._place(struck, min(length, held.shape[1])), held, strict=True):
            add_tone(place, side, side, release, gate, np.float32(1.0), self._loudness(struck))

    def _place(self, struck: "_Struck", length: int) -> Samples:
        """Where a tone of that length sounds, up to the end of the stem."""
        first = round(struck.start_s * self._sample_rate)
        return self._out[:, first : first + length]

    def _loudness(self, struck: "_Struck") -> np.float32:
        return np.float32((struck.velocity / 100.0) ** self._patch.touch * 10.0 ** (self._patch.trim_db / 20.0))

    def _is_bent(self, struck: "_Struck") -> bool:
        """Whether bend or modulation do anything to a note."""
        end_s = struck.start_s + struck.tone.length_s
        return any(curve.moves(struck.start_s, end_s) for curve in (self._played.bend_cents, self._played.wheel))

    def _cents(self, struck: "_Struck") -> NDArray[np.float64]:
        """What bend and modulation do to a note, at the steps of its tone."""
        bend, wheel, start_s = self._played.bend_cents, self._played.wheel, struck.start_s
        since = steps_of(struck.tone.num_samples(self._sample_rate))
        moments = round(start_s * self._sample_rate) + since
        cents = bend.at(moments, self._sample_rate)
        if wheel.moves(start_s, start_s + struck.tone.length_s):
            turns = _WHEEL_HZ / self._sample_rate * since
            cents = cents + _WHEEL_CENTS * wheel.at(moments, self._sample_rate) * np.sin(2 * np.pi * turns)
        return cents


@dataclass(frozen=True, slots=True)
class _Struck:
    """A tone in its place: when, and how hard."""

    start_s: float
    velocity: int
    tone: Tone


def _name(tone: Tone) -> Tone:
    """What a tone is like: a plain one without its length."""
    return replace(tone, length_s=0.0, gate_s=0.0) if tone.is_plain else tone


def _is_held(name: Tone | int) -> TypeGuard[Tone]:
    """Whether it names plain tones, rather than a slur or the number of a bent one."""
    return isinstance(name, Tone) and name.length_s == 0.0


def _chords(played: Performance, patch: Patch) -> Iterator[_Struck]:
    """Every note a tone of its own; on eighths and sixteenths takes take turns."""
    for note in played.notes:
        gate_s = note.end_s - note.start_s
        take = (note.sixteenth + note.sixteenth // 2) % patch.takes
        tone = Tone(((0.0, note.pitch),), _touch(note.velocity), gate_s + patch.amp.tail_s, gate_s, take)
        yield _Struck(note.start_s, note.velocity, tone)


def _slurs(played: Performance, patch: Patch) -> Iterator[_Struck]:
    """One note at a time, each cut by the next, notes that overlap slurred; notes struck together are lines apart."""
    for line in _lines(played.notes):
        groups = _grouped(line)
        before: list[Played] | None = None
        for group, following in zip(groups, [*groups[1:], None], strict=True):
            yield _slur(patch, before, group, following)
            before = group


def _slur(patch: Patch, before: list[Played] | None, group: list[Played], following: list[Played] | None) -> _Struck:
    start_s, velocity = group[0].start_s, group[0].velocity
    gate_s = max(_stepped(max(note.end_s for note in group) - start_s), _TIME_STEP_S)
    length_s = gate_s + patch.amp.tail_s
    if following is not None:
        length_s = min(length_s, _stepped(following[0].start_s - start_s) + END_FADE_S)
    steps = tuple((_stepped(note.start_s - start_s), note.pitch) for note in group)
    tone = Tone(steps, _touch(velocity), length_s, gate_s, 0, _portamento(patch, before, group))
    return _Struck(start_s, velocity, tone)


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
    """Near times are made equal, so that a slur that comes again is made once."""
    return round(round(seconds, 6) / _TIME_STEP_S) * _TIME_STEP_S  # to the microsecond first: the clock's own error
