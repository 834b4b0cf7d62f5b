"""What is measured of one song, and a table of many beside real music.

`song_report` gives one frozen value with every metric of one song; `table` writes many of them as text, each role's
means with the band of real music and the null models' values, marked where they leave the band.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean, pstdev
from typing import Any

from resonant.evaluate import chords_audio, coherence, key_audio, loudness, reference, spectrum, stems, tempo_audio
from resonant.evaluate.measured import measure
from resonant.library.model import Song
from resonant.listening.hearing import hear
from resonant.mix.model import Mix
from resonant.score.model import Score, Track
from resonant.score.passes.feel import Swing, straightened

# What the tables show of a role, in this order; the rest stands in the report.
SHOWN = (
    "pitch_class_entropy_1_bar", "pitch_class_entropy_4_bars", "scale_consistency", "chord_tone_ratio",
    "in_key_or_chord", "strong_beat_chord_tones", "chord_voice_movement", "notes_per_bar", "groove_consistency",
    "onset_jaccard", "bar_repeat", "ssm_lag_1", "ssm_lag_4", "ssm_lag_8", "form", "velocity_sd", "hits_per_bar",
    "kick_on_one", "snare_on_backbeat", "same_pattern", "timing_sd_ms", "playable",
)  # fmt: skip
_SHORT_NULLS = {
    "pitches_shuffled": "shuffled",
    "times_jittered": "jittered",
    "bars_shuffled": "bars shuf.",
    "one_bar_looped": "looped",
}


@dataclass(frozen=True, slots=True)
class TrackReport:
    """One track: who plays what, and every metric of it (see the modules of `resonant.evaluate`).

    Args:
        lowest, highest: MIDI pitches, None for a track without notes.
    """

    name: str
    role: str
    instrument: str
    notes: int
    lowest: int | None
    highest: int | None
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SongReport:
    """All that is measured of one song.

    Args:
        title, style: what it is. tempo_bpm, key, bars: of the score.
        tracks: in the order of the score.
        together: `coherence` of the parts.
        sound: stems, loudness and spectrum; empty where the song was not mixed.
        heard: tempo, key and chords as estimated from the master; empty where nobody listened.
    """

    title: str
    style: str
    tempo_bpm: float
    key: str
    bars: int
    tracks: tuple[TrackReport, ...]
    together: Mapping[str, float]
    sound: Mapping[str, float] = field(default_factory=dict)
    heard: Mapping[str, float] = field(default_factory=dict)

    @property
    def has_drums(self) -> bool:
        return any(track.role == "drums" and track.notes for track in self.tracks)

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return asdict(self)


def song_report(song: Song, listen: bool = False, swing: Swing | None = None) -> SongReport:
    """Every metric of a song.

    Args:
        song: with or without sound.
        listen: estimate tempo, key and chords from the master too (about half a second for half a minute).
        swing: where the style puts its off-beats: the grid the sound is held against, and what is taken out before
            pitched parts are compared with music that is written straight.

    Raises:
        InputError: a track or the sound is malformed.
    """
    brief, mix = song.brief, song.mix
    heard = heard_metrics(song.score, mix, swing) if listen and mix is not None else {}
    sound = sound_metrics(mix, brief.sound.loudness_lufs, brief.sound.peak_dbtp) if mix is not None else {}
    score = song.score if swing is None else straightened(song.score, swing)
    return score_report(score, brief.style, sound, heard)


def score_report(
    score: Score, style: str = "", sound: Mapping[str, float] | None = None, heard: Mapping[str, float] | None = None
) -> SongReport:
    """Every metric of a score, with what was measured of its sound beside it."""
    tracks = tuple(track_report(score, track) for track in score.tracks)
    return SongReport(
        score.title,
        style,
        score.tempo.bpm,
        str(score.key),
        score.bars,
        tracks,
        coherence.evaluate(score),
        sound or {},
        heard or {},
    )


def track_report(score: Score, track: Track) -> TrackReport:
    """Every metric of one track."""
    pitches = [note.pitch for note in track.notes]
    low, high = (min(pitches), max(pitches)) if pitches else (None, None)
    return TrackReport(track.name, track.role, track.instrument, len(pitches), low, high, measure(score, track))


def sound_metrics(mix: Mix, target_lufs: float, ceiling_dbtp: float) -> dict[str, float]:
    """Stems, loudness and spectrum of a mix."""
    return (
        stems.evaluate(mix.stems, mix.bus, mix.master)
        | loudness.evaluate(mix.master, target_lufs, ceiling_dbtp)
        | spectrum.evaluate(mix.stems, mix.master)
    )


def heard_metrics(score: Score, mix: Mix, swing: Swing | None = None) -> dict[str, float]:
    """Tempo, key and chords as heard from the master, against the score."""
    hearing = hear(mix.master)
    return (
        tempo_audio.evaluate(hearing.strength, score.tempo, score.end, swing)
        | key_audio.evaluate(hearing, score.key)
        | chords_audio.evaluate(hearing, score)
    )


def by_role(reports: Sequence[SongReport]) -> dict[str, dict[str, list[float]]]:
    """The values of each metric over all tracks of a role that have notes, roles of real music first."""
    found: dict[str, dict[str, list[float]]] = {role: defaultdict(list) for role in reference.roles()}
    for track in (track for report in reports for track in report.tracks if track.notes):
        for metric, value in track.metrics.items():
            found.setdefault(track.role, defaultdict(list))[metric].append(value)
    return {role: dict(metrics) for role, metrics in found.items() if metrics}


def table(reports: Sequence[SongReport]) -> str:
    """Many songs as text: per role and metric our mean, real music's, whether ours is in its band, the null models."""
    lines: list[str] = []
    for role, metrics in by_role(reports).items():
        count = len(next(iter(metrics.values())))
        lines += ["", f"{role} ({count} tracks)", _head()]
        lines += [_row(role, metric, metrics[metric]) for metric in SHOWN if metric in metrics]
    lines += _song_lines("heard from the master", [report.heard for report in reports])
    lines += _song_lines("sound", [report.sound for report in reports])
    return "\n".join(lines).lstrip("\n")


def _head() -> str:
    nulls = "".join(f"{short:>11}" for short in _SHORT_NULLS.values())
    return f"  {'metric':<27}{'ours':>16}  {'real music':>16}     {nulls}"


def _row(role: str, metric: str, values: Sequence[float]) -> str:
    ours = f"{fmean(values):7.3f} ± {pstdev(values):6.3f}"
    known = reference.band(role, metric)
    if known is None:
        return f"  {metric:<27}{ours:>16}"
    mark = "in" if known.holds(fmean(values)) else "LOW" if fmean(values) < known.mean else "HIGH"
    nulls = "".join(f"{known.nulls[name]:11.3f}" for name in _SHORT_NULLS)
    return f"  {metric:<27}{ours:>16}  {f'{known.mean:7.3f} ± {known.sd:6.3f}':>16} {mark:<4}{nulls}"


def _song_lines(title: str, rows: Sequence[Mapping[str, float]]) -> list[str]:
    full = [row for row in rows if row]
    if not full:
        return []
    lines = ["", f"{title} ({len(full)} songs)"]
    return lines + [f"  {name:<27}{_spread([row[name] for row in full])}" for name in full[0]]


def _spread(values: Sequence[float]) -> str:
    finite = [value for value in values if abs(value) != float("inf")]
    exact = f"  ({len(values) - len(finite)} exact)" if len(finite) < len(values) else ""
    return f"{fmean(finite):9.3f} ± {pstdev(finite):6.3f}{exact}" if finite else f"{'':>9}{exact}"
