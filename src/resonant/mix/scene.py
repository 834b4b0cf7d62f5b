"""A score to a mix scene: who plays what decides who stands where."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from math import log10
from types import MappingProxyType

import numpy as np

from resonant.brief.model import Brief, Sound
from resonant.instruments import instrument
from resonant.mix.effects.eq import Band
from resonant.mix.model import Ducking, Echo, Ending, MixScene, Strip
from resonant.mix.presets import (
    DIPPED_ROLES,
    FAMILY_BANDS,
    LEADING_ROLES,
    MELODY_LUFS,
    ROLES,
    SINGING_DIP,
    SUB_BASSES,
    MixPreset,
    RoleSettings,
    mix_preset,
    scaled,
)
from resonant.score.model import Score, Track
from resonant.sound.recording import Recording

_KICK_PITCHES = (35, 36)  # General MIDI: acoustic bass drum, bass drum 1
_DUCKED_ROLES: Mapping[str, float] = {"bass": 0.8, "chords": 0.7, "pad": 1.0, "strings": 0.7, "arpeggio": 0.6}
_OTHER = RoleSettings(-5.0, 0.3, 1.0, 120.0)
_BASS_MONO_HZ = 120.0
_FURTHEST_LU = 14.0  # that levels follow a recording up or down


def mix_scene(
    score: Score,
    sound: Sound,
    style_mix: str = "band",
    sidechain: float = 0.0,
    ending: Ending | None = None,
    recordings: Mapping[str, Recording] = MappingProxyType({}),
) -> MixScene:
    """How this score is mixed.

    Args:
        score: its roles, instruments and lowest notes decide levels, tone and places; its kicks the ducking.
        sound: from the brief.
        style_mix: the style's `mix`: band, club, lofi, orchestral, acoustic or ambient.
        sidechain: 0…1: how much the kick ducks bass, chords and pads.
        ending: how it ends; it rings out where None.
        recordings: by track; they pass untouched, and the others come to the level that fits them.

    Raises:
        StyleError: a mix that is not known.
    """
    preset = mix_preset(style_mix)
    kicks = kick_times_s(score)
    seen: Counter[str] = Counter()
    strips = {}
    for track in score.tracks:
        strips[track.name] = _strip(track, score, preset, sound, seen[track.role])
        seen[track.role] += 1
    if recordings:
        strips = _beside(strips, recordings)
    if sidechain > 0.0 and kicks:
        strips = {name: _ducked(strip, kicks, sidechain, score.tempo.bpm) for name, strip in strips.items()}
    return MixScene(
        style_mix,
        strips,
        replace(preset.master, glue=scaled(preset.master.glue, _squash(sound))),
        sound,
        preset.ring_out_s,
        ending=ending or Ending(),
    )


def _beside(strips: Mapping[str, Strip], recordings: Mapping[str, Recording]) -> dict[str, Strip]:
    """The strips of a song with recordings: theirs touch nothing, the others' levels go with them.

    A recording stands where what it plays would: by how much it is louder than that, the others are. Of several the
    loudest decides.
    """
    louder = [
        each.loudness_lufs - strips[name].level_lufs
        for name, each in recordings.items()
        if each.loudness_lufs is not None and name in strips
    ]
    shift_lu = max(-_FURTHEST_LU, min(_FURTHEST_LU, max(louder, default=0.0)))
    beside = {name: replace(strip, level_lufs=round(strip.level_lufs + shift_lu, 2)) for name, strip in strips.items()}
    own = {name: Strip(strips[name].role, strips[name].family, untouched=True) for name in recordings if name in strips}
    return beside | own


def ending_of(brief: Brief) -> Ending:
    """How the mix of a song ends: a loop goes round; `normalize_duration` decides about a length in seconds.

    "crop" cuts at that length (at the bar line where none was said), "pad" lets all ring out and lasts at least so
    long. "strict" asks for bars that fill it, which the brief has seen to; they ring out.
    """
    if brief.loop:
        return Ending(loops=True)
    seconds = brief.seconds if brief.seconds_wanted is None else brief.seconds_wanted
    return Ending(cut_s=seconds if brief.knobs.normalize_duration == "crop" else None, at_least_s=seconds)


def kick_times_s(score: Score) -> tuple[float, ...]:
    """When the bass drum sounds, in seconds, rising."""
    ticks = {
        note.start
        for track in score.tracks
        if track.role == "drums"
        for note in track.notes
        if note.pitch in _KICK_PITCHES
    }
    return tuple(score.tempo.seconds_at(np.array(sorted(ticks), dtype=np.int64)).tolist())


def _strip(track: Track, score: Score, preset: MixPreset, sound: Sound, visit: int) -> Strip:
    role = ROLES.get(track.role, _OTHER)
    plays = instrument(track.instrument)
    leads = track.role in LEADING_ROLES
    send_db = role.send_db + preset.send_db + _reverb_db(sound)
    return Strip(
        role=track.role,
        family=plays.family,
        level_lufs=MELODY_LUFS + role.level_lu + preset.levels_lu.get(track.role, 0.0),
        pan=_pan(role.pan, visit, preset.spread),
        width=role.width,
        bands=_bands(track, role, plays.family, score),
        compression=scaled(role.compression, preset.squash * _squash(sound)),
        drive_db=role.drive_db,
        chorus=preset.chorus.get(track.role, 0.0),
        room=preset.melody_room if leads else preset.room,
        room_db=send_db if sound.reverb > 0.0 else None,
        echo=_echo(preset, score, sound) if leads else None,
        mono_below_hz=_mono_below_hz(track.role, preset),
    )


def _bands(track: Track, role: RoleSettings, family: str, score: Score) -> tuple[Band, ...]:
    """Low cut under the lowest note, the role's tone, the family's, and room for the melody and the sub bass."""
    bands = [Band("low_cut", low_cut_hz(track, role.low_cut_hz)), *role.bands]
    if track.role not in ("drums", "percussion"):
        bands += FAMILY_BANDS.get(family, ())
    if track.role in DIPPED_ROLES and any(score.of_role(role) for role in LEADING_ROLES):
        bands.append(SINGING_DIP)
    has_sub = any(other.instrument in SUB_BASSES for other in score.tracks)
    if has_sub and track.role == "drums":
        bands = [Band("peak", 100.0, 2.0, 1.0) if band.freq_hz == 62.0 else band for band in bands]
        bands.append(Band("peak", 48.0, -3.0, 1.0))
    if track.instrument in SUB_BASSES:
        bands = [band for band in bands if band.freq_hz not in (62.0, 105.0)]
    return tuple(bands)


def low_cut_hz(track: Track, highest_hz: float) -> float:
    """The role's low cut, or 0.8 of the fundamental that one note in twenty lies under, where that is lower."""
    if track.role in ("drums", "percussion", "bass") or not track.notes:
        return highest_hz
    pitches = sorted(note.pitch for note in track.notes)
    low_hz: float = 440.0 * 2.0 ** ((pitches[len(pitches) // 20] - 69) / 12.0)
    return min(highest_hz, 0.8 * low_hz) if track.role in LEADING_ROLES else min(highest_hz, max(0.8 * low_hz, 90.0))


def _pan(pan: float, visit: int, spread: float) -> float:
    """The role's place; further parts of the role alternate sides and go further out."""
    if visit:
        pan = (-pan if pan else 0.45) * (1.0 if visit % 2 else -1.0) * (1.0 + 0.25 * (visit // 2))
    return max(-0.8, min(0.8, pan * spread))


def _echo(preset: MixPreset, score: Score, sound: Sound) -> Echo | None:
    if preset.echo_db is None or sound.reverb <= 0.0:
        return None
    step_s = preset.echo_sixteenths * 15.0 / score.tempo.bpm
    while step_s > 0.75:
        step_s /= 2.0
    return Echo(step_s, preset.echo_db + _reverb_db(sound))


def _mono_below_hz(role: str, preset: MixPreset) -> float | None:
    return {"bass": _BASS_MONO_HZ, "drums": preset.drums_mono_hz, "percussion": None}.get(role, 160.0)


def _ducked(strip: Strip, kicks: tuple[float, ...], sidechain: float, bpm: float) -> Strip:
    amount = sidechain * _DUCKED_ROLES.get(strip.role, 0.0)
    if amount <= 0.0:
        return strip
    return replace(strip, ducking=Ducking(round(amount, 3), kicks, round(min(0.35, 30.0 / bpm), 3)))


def _reverb_db(sound: Sound) -> float:
    """A reverb scale of 1 leaves sends as they are; 0.5 is 6 dB less."""
    return 20.0 * log10(sound.reverb) if sound.reverb > 0.0 else 0.0


def _squash(sound: Sound) -> float:
    """How much of all compression is used: 1 at the usual dynamics of 0.6, half at 1, more below."""
    return max(0.0, min(1.75, 1.75 - 1.25 * sound.dynamics))
