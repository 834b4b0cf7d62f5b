"""Cuts the excerpts in pieces.jsonl.gz out of the full collections: `python tests/data/cut_pieces.py DATA_FOLDER`."""

import gzip
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

BARS = 32
# Chosen by hand, as the collection also holds works that are still protected in many countries: these were published
# before 1931 and all their authors died before 1956.
LEAD_SHEETS = (
    "Moonlight_and_Roses", "Let_Me_Call_You_Sweetheart", "Pretty_Baby", "Dardanella", "The_Holy_City",
    "Ain't_We_Got_Fun", "Row,_Row,_Row", "Calon_Lân", "O_Little_Town_of_Bethlehem", "Für_Elise", "La_paloma",
    "Guter_Mond,_du_gehst_so_stille",
)  # fmt: skip


def main(data: Path) -> None:
    rows = [
        *islice(filter(wanted, collection(data, "groove")), 12),
        *(row for row in collection(data, "openewld") if row["id"].rsplit("/", 1)[1] in LEAD_SHEETS),
        # Every second one, so that no composer fills the dozen.
        *islice(filter(wanted, collection(data, "openscore_lieder")), 0, 32, 2),
    ]
    target = Path(__file__).with_name("pieces.jsonl.gz")
    # mtime 0: the same pieces give the same bytes.
    with target.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as out:
        for row in rows:
            out.write((json.dumps(excerpt(row), separators=(",", ":")) + "\n").encode())


def collection(data: Path, name: str) -> Iterator[dict[str, Any]]:
    """The held-out pieces of a collection."""
    with gzip.open(data / name / "test.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def wanted(row: dict[str, Any]) -> bool:
    """Whether a piece has one metre, one key signature, no pick-up and at least eight bars, and is no drum fill."""
    bar = row["meter"][0][1] * row["ppq"] * 4 // row["meter"][0][2]
    pickup = row["meter"][0][0] > 0 or ("barlines" in row and len(row["barlines"]) > 1 and row["barlines"][1] != bar)
    steady = len(row["meter"]) == 1 and len(row["key"]) <= 1
    return steady and row["bars"] >= 8 and not pickup and row["meta"].get("kind") != "fill"


def excerpt(row: dict[str, Any]) -> dict[str, Any]:
    """The first bars of a piece."""
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


if __name__ == "__main__":
    main(Path(sys.argv[1]))
