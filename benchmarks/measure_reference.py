"""Measures real music and its null models, and writes `reference.yaml`.

    python benchmarks/measure_reference.py --data DATA_FOLDER

Pieces: POP909 valid and test, Groove valid and test (beats of four bars or more). Means (and, where given, standard
deviations) that were published for the whole POP909 test split replace ours: `PUBLISHED`.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, pstdev

import yaml

import resonant.evaluate
from resonant.evaluate.measured import measure
from resonant.evaluate.null_models import NULL_MODELS, ruined
from resonant.evaluate.pieces import Piece, read_pieces

TARGET = Path(resonant.evaluate.__file__).with_name("reference.yaml")
ROLES = ("melody", "counter", "chords", "drums")
LEFT_OUT = {"in_range", "within_voices", "in_reach", "leaps_possible", "playable"}
# role -> metric -> (mean, sd or None): POP909 test (81 songs), Groove test (70 beats).
PUBLISHED: dict[str, dict[str, tuple[float, float | None]]] = {
    "melody": {
        "pitch_class_entropy": (2.58, 0.20), "pitch_class_entropy_1_bar": (1.50, 0.26),
        "pitch_class_entropy_4_bars": (2.22, 0.18),
        "scale_consistency": (0.986, 0.035), "groove_consistency": (0.767, 0.069), "onset_jaccard": (0.402, 0.117),
        "chord_tone_ratio": (0.698, 0.090), "ssm_lag_1": (0.069, None), "ssm_lag_2": (0.090, None),
        "ssm_lag_4": (0.154, None),
        "ssm_lag_8": (0.177, None), "bar_repeat": (0.546, None),
    },
    "counter": {"chord_tone_ratio": (0.746, 0.091)},
    "chords": {
        "pitch_class_entropy": (2.82, 0.18), "pitch_class_entropy_1_bar": (1.86, 0.25),
        "pitch_class_entropy_4_bars": (2.57, 0.16),
        "scale_consistency": (0.966, None), "groove_consistency": (0.854, 0.062), "onset_jaccard": (0.741, 0.100),
        "chord_tone_ratio": (0.970, 0.031),
        "bar_repeat": (0.381, 0.196), "ssm_lag_1": (0.116, None),
        "ssm_lag_2": (0.145, None),
        "ssm_lag_4": (0.224, None), "ssm_lag_8": (0.221, None),
    },
    "drums": {
        "hits_per_bar": (18.3, 5.4), "kick_on_one": (0.877, None), "snare_on_backbeat": (0.876, None),
        "same_pattern": (0.337, 0.328), "velocity_sd": (30.3, 5.9), "timing_sd_ms": (22.7, None),
    },
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    songs = list(pieces(parser.parse_args().data))
    real = measured(songs)
    nulls = {name: measured(songs, name) for name in NULL_MODELS}
    table = {
        role: {metric: row(role, metric, real, nulls) for metric in sorted(set(real[role]) - LEFT_OUT)}
        for role in ROLES
    }
    head = "# Written by benchmarks/measure_reference.py: mean and sd over pieces, and the means of the null models.\n"
    TARGET.write_text(head + yaml.safe_dump(table, default_flow_style=None, width=200), encoding="utf-8")
    print(f"{TARGET.name}: {len(songs)} pieces")


def pieces(data: Path) -> Iterator[Piece]:
    for split in ("valid", "test"):
        yield from read_pieces(data / "pop909" / f"{split}.jsonl.gz")
        beats = read_pieces(data / "groove" / f"{split}.jsonl.gz")
        yield from (beat for beat in beats if beat.kind == "beat" and beat.score.bars >= 4)


Values = dict[str, dict[str, list[float]]]


def measured(songs: list[Piece], ruin: str | None = None) -> Values:
    """Values by role and metric, of the pieces as they are or put through a null model."""
    found: Values = defaultdict(lambda: defaultdict(list))
    for seed, song in enumerate(songs):
        score = song.score if ruin is None else ruined(song.score, ruin, seed)
        for track in score.tracks:
            if len(track.notes) >= 16:
                for metric, value in measure(score, track, song.keys).items():
                    found[track.role][metric].append(value)
    return found


def row(role: str, metric: str, real: Values, nulls: dict[str, Values]) -> dict[str, object]:
    middle, spread = PUBLISHED.get(role, {}).get(metric, (mean(real[role][metric]), None))
    return {
        "mean": round(middle, 4),
        "sd": round(pstdev(real[role][metric]) if spread is None else spread, 4),
        "nulls": {name: round(mean(values[role][metric]), 4) for name, values in nulls.items()},
    }


if __name__ == "__main__":
    main()
