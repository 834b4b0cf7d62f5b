"""The quality lines: what has to hold over many songs, each with what was found.

Each `Line` is one sentence of what "done" means, the figure found, the figure wanted and whether it holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from resonant.evaluate import reference
from resonant.evaluate.null_models import NULL_MODELS
from resonant.evaluate.report import SongReport, by_role

# The metrics that have to lie in the band of real music, by role.
BANDED = (
    "pitch_class_entropy_1_bar", "pitch_class_entropy_4_bars", "scale_consistency", "chord_tone_ratio", "onset_jaccard",
    "bar_repeat", "ssm_lag_4", "ssm_lag_8", "groove_consistency", "velocity_sd",
)  # fmt: skip
PITCH_DAMAGE = ("pitches_shuffled", "pitches_uniform")
POP_STYLES = ("pop", "ballad")
MOST_BAR_REPEAT = 0.95


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that has to hold: `found` against `wanted`, both as people read them."""

    what: str
    found: str
    wanted: str
    holds: bool


def verdicts(reports: Sequence[SongReport]) -> tuple[Line, ...]:
    """Every quality line that the reports can answer."""
    return (*_notes(reports), *_sound(reports), *_ear(reports), *_bands(reports), *_nulls(reports))


def _notes(reports: Sequence[SongReport]) -> Iterator[Line]:
    roles = by_role(reports)
    melody, chords = roles.get("melody", {}), roles.get("chords", {})
    yield _at_least("melody notes in key or chord", melody.get("in_key_or_chord", []), 0.97)
    yield _at_least("strong-beat melody notes on chord tones", melody.get("strong_beat_chord_tones", []), 0.80)
    yield _at_most("chord voices move, semitones", chords.get("chord_voice_movement", []), 3.0)
    playable = [value for role in roles.values() for value in role.get("playable", [])]
    yield _share("tracks playable to the last note", [value == 1.0 for value in playable], 1.0)
    repeats = [value for role, metrics in roles.items() for value in metrics.get("bar_repeat", []) if role == "melody"]
    yield _share(
        f"melodies with bar repeat under {MOST_BAR_REPEAT}", [value < MOST_BAR_REPEAT for value in repeats], 1.0
    )


def _sound(reports: Sequence[SongReport]) -> Iterator[Line]:
    rows = [report.sound for report in reports if report.sound]
    yield _share("stems of equal length", [row["equal_length"] == 1 for row in rows], 1.0)
    yield _share("stems null against the bus below -90 dB", [row["null_db"] < -90 for row in rows], 1.0)
    yield _share("no silent stem", [row["silent_stems"] == 0 for row in rows], 1.0)
    yield _share("no clipped sample", [row["clipped_samples"] == 0 for row in rows], 1.0)
    yield _share("DC below 0.001", [row["dc_offset"] < 0.001 for row in rows], 1.0)
    yield _share("loudness within 0.5 LU of target", [row["loudness_error_lu"] <= 0.5 for row in rows], 1.0)
    yield _share("true peak under the ceiling", [row["over_ceiling_db"] == 0 for row in rows], 1.0)


def _ear(reports: Sequence[SongReport]) -> Iterator[Line]:
    rows = [report.heard for report in reports if report.heard]
    drummed = [report.heard for report in reports if report.heard and report.has_drums]
    yield _share("known-grid ratio above 1.5 (with drums)", [row["grid_ratio"] > 1.5 for row in drummed], 0.95)
    yield _share("tempo error under 0.3 % (with drums)", [row["tempo_error"] < 0.003 for row in drummed], 0.95)
    yield _share(
        "blind tempo within 2 %, octave allowed (with drums)", [row["blind_tempo_ok"] == 1 for row in drummed], 0.90
    )
    yield _at_least("key heard, MIREX weighted", [row["key_weighted"] for row in rows], 0.70)
    yield _at_least("chords heard, majmin", [row["majmin_overlap"] for row in rows], 0.75)


def _bands(reports: Sequence[SongReport]) -> Iterator[Line]:
    """Means of pop and ballad songs per role, and of all drums, against real music's mean ± 1 sd."""
    pop = by_role([report for report in reports if report.style in POP_STYLES])
    drums = by_role(reports).get("drums", {})
    for role, metrics in (("melody", pop.get("melody", {})), ("chords", pop.get("chords", {})), ("drums", drums)):
        for metric in BANDED:
            known = reference.band(role, metric)
            if known is not None and metrics.get(metric):
                found = fmean(metrics[metric])
                wanted = f"{known.low:.3f}…{known.high:.3f}"
                yield Line(f"{role}: {metric}", f"{found:.3f}", wanted, known.holds(found))


def _nulls(reports: Sequence[SongReport]) -> Iterator[Line]:
    """Roles over all songs against each null model, then the same of every style by itself."""
    for (role, null), clear in _clear_of_nulls(reports):
        yield Line(f"{role}: nearer to music than to {null}", "yes" if clear else "no", "yes", clear)
    styles = sorted({report.style for report in reports})
    apart = [
        (style, role, null, clear)
        for style in styles
        for (role, null), clear in _clear_of_nulls([report for report in reports if report.style == style])
    ]
    near = [f"{style} {role} ({null})" for style, role, null, clear in apart if not clear]
    if apart:
        what = f"every style: roles clear of null models, {len(styles)} styles"
        yield _share("; ".join([what, *near]), [clear for *_, clear in apart], 1.0)


def _clear_of_nulls(reports: Sequence[SongReport]) -> Iterator[tuple[tuple[str, str], bool]]:
    for role, metrics in by_role(reports).items():
        if role not in reference.roles():
            continue
        means = {metric: fmean(values) for metric, values in metrics.items()}
        for null in NULL_MODELS:
            if role != "drums" or null not in PITCH_DAMAGE:
                yield (role, null), reference.nearer_to_music(role, means, null)


def _at_least(what: str, values: Sequence[float], least: float) -> Line:
    return Line(
        what, f"{fmean(values):.3f}" if values else "none", f"≥ {least:g}", bool(values) and fmean(values) >= least
    )


def _at_most(what: str, values: Sequence[float], most: float) -> Line:
    return Line(
        what, f"{fmean(values):.2f}" if values else "none", f"≤ {most:g}", bool(values) and fmean(values) <= most
    )


def _share(what: str, held: Sequence[bool], least: float) -> Line:
    found = f"{sum(held)} of {len(held)}" if held else "none"
    return Line(what, found, f"≥ {least:.0%}", bool(held) and sum(held) >= least * len(held))
