"""Cuts the excerpts in pieces.jsonl.gz out of the full collections: `python tests/data/cut_pieces.py DATA_FOLDER`."""

import gzip
import json
import sys
from itertools import islice
from pathlib import Path
from typing import Any

PICK = {"pop909": 12, "groove": 12, "openewld": 5}
BARS = 24


def excerpt(row: dict[str, Any]) -> dict[str, Any]:
    """The first bars of a piece in one metre and without a pick-up."""
    _, numerator, denominator = row["meter"][0]
    end = BARS * numerator * row["ppq"] * 4 // denominator
    cut = {key: row[key] for key in ("id", "ppq", "bpm", "meter", "key", "meta")}
    tracks = [{**track, "notes": [note for note in track["notes"] if note[0] < end]} for track in row["tracks"]]
    spans = {
        kind: [[s, min(d, end - s), *rest] for s, d, *rest in row[kind] if s < end] for kind in ("chords", "sections")
    }
    return {
        **cut,
        "bars": min(row["bars"], BARS),
        "key": [key for key in row["key"] if key[0] < end],
        "tracks": tracks,
        **spans,
    }


def wanted(row: dict[str, Any]) -> bool:
    bar = row["meter"][0][1] * row["ppq"] * 4 // row["meter"][0][2]
    pickup = "barlines" in row and len(row["barlines"]) > 1 and row["barlines"][1] != bar
    return len(row["meter"]) == 1 and row["bars"] >= 8 and not pickup and row["meta"].get("kind") != "fill"


def main(data: Path) -> None:
    target = Path(__file__).with_name("pieces.jsonl.gz")
    # mtime 0: the same pieces give the same bytes.
    with target.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as out:
        for name, count in PICK.items():
            with gzip.open(data / name / "test.jsonl.gz", "rt", encoding="utf-8") as lines:
                for row in islice(filter(wanted, map(json.loads, lines)), count):
                    out.write((json.dumps(excerpt(row), separators=(",", ":")) + "\n").encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
