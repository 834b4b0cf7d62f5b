"""One track through its strip: level, equaliser, compressor, saturation, place, room."""

from dataclasses import replace
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np

from resonant.audio import Audio, Samples
from resonant.mix.effects.chorus import chorus
from resonant.mix.effects.compressor import compress
from resonant.mix.effects.convolution import Response, convolved
from resonant.mix.effects.delay import echo_response
from resonant.mix.effects.ducking import duck
from resonant.mix.effects.limiter import limit
from resonant.mix.effects.reverb import RoomName, impulse_response
from resonant.mix.effects.saturation import saturate
from resonant.mix.effects.width import equalise_sides, place
from resonant.mix.loudness import quick_lufs, sample_peak
from resonant.mix.model import Ducking, Echo, HeldStrip, Strip
from resonant.threads import Threads

REFERENCE_DBFS = -20.0
"""The RMS level, while it plays, at which a part goes through compressor and saturation."""

STRIP_CEILING_DBFS = -7.0
"""No exported stem goes over this, so that stems have headroom and their sum stays within full scale."""

_AUDIBLE_DBFS = -75.0
_FADE_S = 0.4


def through_strip(
    audio: Audio, strip: Strip, num_samples: int, held: HeldStrip | None = None
) -> tuple[Audio, HeldStrip | None]:
    """The track as it is heard in the mix, with its own reverb and echoes, and what its strip set itself to.

    A pure function of what it is given, so its result may be kept under a hash of it.

    Args:
        audio: the dry stem, mono or stereo.
        strip: its settings.
        num_samples: length of the result; its last 0.4 s fade to silence where the sound goes on longer.
        held: what it was set to before, for sound that is added to a track; None sets it to what it hears.

    Returns:
        Stereo; a stem that stays untouched keeps its channels. A silent stem stays silent, and sets nothing.
    """
    if strip.untouched:
        missing = max(num_samples - audio.num_samples, 0)
        return Audio(np.pad(audio.samples[:, :num_samples], ((0, 0), (0, missing))), audio.sample_rate), held
    level_db = playing_level_db(audio)
    if level_db is None:
        return Audio.silence(2, num_samples, audio.sample_rate), held
    strip = strip if held is None else with_low_cut(strip, held.low_cut_hz)
    input_db = REFERENCE_DBFS - level_db if held is None else held.input_db
    dry = _ducked(_shaped(audio, strip, 10.0 ** (input_db / 20.0)), audio.sample_rate, strip.ducking)
    with Threads(1) as beside:
        measured = beside.submit(quick_lufs, Audio(dry, audio.sample_rate)) if held is None else None
        wet = _in_its_room(dry, audio.sample_rate, strip, num_samples)
        loudness = None if measured is None else measured.result()
    output_db = strip.level_lufs - loudness if loudness is not None else 0.0
    output_db = output_db if held is None else held.output_db
    if output_db:
        wet *= np.float32(10.0 ** (output_db / 20.0))
    return Audio(_finished(wet, audio.sample_rate), audio.sample_rate), HeldStrip(
        input_db, output_db, low_cut_of(strip)
    )


def low_cut_of(strip: Strip) -> float | None:
    """Corner of the low cut that a strip begins with, in Hz."""
    return strip.bands[0].freq_hz if strip.bands and strip.bands[0].kind == "low_cut" else None


def with_low_cut(strip: Strip, freq_hz: float | None) -> Strip:
    """The strip with the corner of its low cut, where it has one, moved."""
    if freq_hz is None or low_cut_of(strip) is None:
        return strip
    return replace(strip, bands=(replace(strip.bands[0], freq_hz=freq_hz), *strip.bands[1:]))


def playing_level_db(audio: Audio) -> float | None:
    """RMS level in dBFS of the 50 ms stretches in which the part plays, or None where it never does.

    A stretch counts when it is within 20 dB of the mean of those above the floor.
    """
    size = audio.sample_rate // 20
    whole = max(1, audio.num_samples // size)
    cut = audio.samples[:, : whole * size].reshape(audio.channels, whole, -1)
    if cut.size == 0:
        return None
    power = np.einsum("cwn,cwn->w", cut, cut) / (cut.shape[0] * cut.shape[2])
    playing = power[power > 10.0 ** (_AUDIBLE_DBFS / 10.0)]
    if playing.size == 0:
        return None
    return float(10.0 * np.log10(playing[playing > 0.01 * playing.mean()].mean()))


def _one_side_if_mono(samples: Samples) -> Samples:
    """One channel where both are the same: half the work."""
    if samples.shape[0] == 2 and np.array_equal(samples[0], samples[1]):
        return samples[:1]
    return samples


def _shaped(audio: Audio, strip: Strip, gain: float) -> Samples:
    """The dry part, in its place, before it gives way to the kick. Stereo; not to be written into.

    Where it gives way it is kept as long as the dry stem is: with other kicks all such parts are mixed again.
    """
    settings = replace(strip, ducking=None), gain
    kept = _KEPT.get(audio)
    if kept is not None and kept[0] == settings:
        return kept[1]
    part = _one_side_if_mono(audio.samples) * np.float32(gain)
    part = equalise_sides(part, audio.sample_rate, strip.bands, strip.width, strip.mono_below_hz)
    if strip.compression is not None:
        part = compress(part, audio.sample_rate, strip.compression)
    part = saturate(part, strip.drive_db)
    if strip.chorus > 0.0:
        part = chorus(part, audio.sample_rate, strip.chorus)
    part = place(part, strip.pan)
    if strip.ducking is not None:
        _KEPT[audio] = settings, part
    return part


_KEPT: WeakKeyDictionary[Audio, tuple[tuple[Strip, float], Samples]] = WeakKeyDictionary()


def _ducked(part: Samples, sample_rate: int, ducking: Ducking | None) -> Samples:
    return part if ducking is None else duck(part, sample_rate, ducking.times_s, ducking.amount, ducking.release_s)


def _in_its_room(dry: Samples, sample_rate: int, strip: Strip, num_samples: int) -> Samples:
    out = np.zeros((2, num_samples), dtype=np.float32)
    if strip.room_db is not None or strip.echo is not None:
        response = _space(strip.room, strip.room_db, strip.echo, sample_rate)
        out = convolved(np.float32(0.5) * (dry[0] + dry[1]), response, num_samples)
    length = min(num_samples, dry.shape[1])
    out[:, :length] += dry[:, :length]
    return out


@lru_cache(maxsize=24)  # some 3 MB each, with its spectrum
def _space(room: RoomName, room_db: float | None, echo: Echo | None, sample_rate: int) -> Response:
    """Room and echoes of a strip as one response, the echoes in the room too."""
    parts = []
    if room_db is not None:
        parts.append(impulse_response(room, sample_rate) * np.float32(10.0 ** (room_db / 20.0)))
    if echo is not None:
        response = echo_response(sample_rate, echo.step_s, echo.feedback)
        parts.append(response * np.float32(10.0 ** (echo.send_db / 20.0)))
    space = np.zeros((2, max(part.shape[1] for part in parts)), dtype=np.float32)
    for part in parts:
        space[:, : part.shape[1]] += part
    return Response(space)


def _finished(samples: Samples, sample_rate: int) -> Samples:
    """Within its headroom, and faded out at the very end."""
    if sample_peak(samples) > 10.0 ** (STRIP_CEILING_DBFS / 20.0):
        samples = limit(samples, sample_rate, STRIP_CEILING_DBFS)
    fade = min(round(_FADE_S * sample_rate), samples.shape[1])
    if fade:
        samples[:, -fade:] *= np.cos(np.linspace(0.0, np.pi / 2.0, fade, dtype=np.float32)) ** 2
    return samples
