"""How well songs are told in other styles and sketches arranged: every pair of styles, and every real piece.

    python benchmarks/bench_restyle.py [--seeds 1] [--data DATA_FOLDER] [--pieces 1000000] [--out docs/restyle.md]

Prints Markdown, or writes it as a page. For each target style, over all source styles: how like the tune is to what it
was, and to tunes of other songs; how many of its notes are kept; chord tones before and after; in key; and how often
the song lies nearer to the target's manner than to the source's. With --data, every piece with a pitch is arranged for
one ensemble after the other and told in one style after the other; the tune must be kept note for note, and nothing may
crash.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from statistics import fmean

from hardware import hardware

from resonant.brief.ensemble import ensemble_brief
from resonant.brief.restyled import restyled_brief
from resonant.brought.brief import brief_of
from resonant.brought.wishes import Wishes
from resonant.errors import BriefError
from resonant.evaluate import harmony_fit
from resonant.evaluate.composed import noted
from resonant.evaluate.manner import distance, manner, mean_manner
from resonant.evaluate.melodic_similarity import kept_notes, similarity
from resonant.evaluate.pieces import Piece, read_pieces
from resonant.library.model import Song
from resonant.players.arranging import read_sketch
from resonant.produce import Change, Engine, Watch, arrange, restyle
from resonant.score.model import Note
from resonant.styles import all_styles
from resonant.testing import a_brief

BARS = 16
OTHERS = (77, 78, 79)  # seeds of the songs that a told one is compared with
COLLECTIONS = ("freedoom", "openewld", "openscore_lieder", "openscore_quartets", "pop909")
_UNTUNED = ("drums", "percussion")
_HEAD = """# How well songs are told in other styles, and sketches arranged

Written by `benchmarks/bench_restyle.py`. A row is a style, over songs of every other style told in it. *Like itself*:
how like the tune is to what it was, 0 to 1; *like others*: to tunes of other songs in the old style and the new; *known
again*: songs of which the first is above the second. *Chord tones*: share of the tune's time on tones of its chords,
before and after. *In its manner*: songs that lie nearer to the new style's own songs than to the old one's. Below, real
pieces: each is arranged for an ensemble and told in a style.
"""
ENSEMBLES = ("full band", "string quartet", "piano trio", "big band", "rock band", "full orchestra", "brass quintet")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--pieces", type=int, default=1_000_000, help="at most so many of each collection")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if arguments.out is None:
        measure(arguments)
        return
    with redirect_stdout(StringIO()) as told:
        measure(arguments)
    arguments.out.write_text(f"{_HEAD}\n{told.getvalue()}", encoding="utf-8")


def measure(arguments: argparse.Namespace) -> None:
    print(f"{hardware()}\n")
    print_pairs(arguments.seeds)
    if arguments.data is not None:
        print_real(arguments.data, arguments.pieces)


@dataclass(frozen=True)
class Telling:
    """What was measured of one song told in another style."""

    similarity: float
    unrelated: float
    kept: float
    chord_tones_before: float
    chord_tones: float
    in_key: float
    nearer_to_target: bool


def print_pairs(seeds: int) -> None:
    engine, styles = Engine(), sorted(all_styles())
    others = {style: [a_song(engine, style, seed) for seed in OTHERS] for style in styles}
    print(
        "| style | tune like itself | like others | notes kept | chord tones | in key | in its manner | known again |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    everything: list[Telling] = []
    for target in styles:
        rows = list(told_in(engine, target, others, seeds))
        print_row(target, rows)
        everything += rows
    print_row("**all**", everything)


def told_in(engine: Engine, target: str, others: dict[str, list[Song]], seeds: int) -> Iterator[Telling]:
    for source in others:
        for seed in range(1, seeds + 1):
            if source == target:
                continue
            song = a_song(engine, source, seed)
            told = restyle(song, restyled_brief(song.brief, target), engine, change=Change(seed=seed + 4))
            yield measured(song, told, others[source], others[target])


def measured(song: Song, told: Song, of_source: list[Song], of_target: list[Song]) -> Telling:
    unrelated = [similarity(tune(other), tune(told)) for other in of_source]
    unrelated += [similarity(tune(song), tune(other)) for other in of_target]
    own = manner(told.score)
    to_source, to_target = (
        distance(own, mean_manner([manner(other.score) for other in songs])) for songs in (of_source, of_target)
    )
    before, after = fit(song), fit(told)
    return Telling(
        similarity(tune(song), tune(told)), max(unrelated), kept_notes(tune(song), tune(told)),
        before["chord_tone_ratio"], after["chord_tone_ratio"], after["in_key_or_chord"], to_target < to_source,
    )  # fmt: skip


def print_row(name: str, rows: list[Telling]) -> None:
    def both(values: list[float]) -> str:
        return f"{fmean(values):.2f} (least {min(values):.2f})"

    print(
        f"| {name} | {both([r.similarity for r in rows])} | {fmean(r.unrelated for r in rows):.2f} "
        f"(most {max(r.unrelated for r in rows):.2f}) | {both([r.kept for r in rows])} "
        f"| {fmean(r.chord_tones_before for r in rows):.2f} → {fmean(r.chord_tones for r in rows):.2f} "
        f"(worst {min(r.chord_tones - r.chord_tones_before for r in rows):+.2f}) | {both([r.in_key for r in rows])} "
        f"| {sum(r.nearer_to_target for r in rows)} of {len(rows)} "
        f"| {sum(r.similarity > r.unrelated for r in rows)} of {len(rows)} |"
    )


def a_song(engine: Engine, style: str, seed: int) -> Song:
    return noted(a_brief(style, bars=BARS, seed=seed), engine, Watch())


def tune(song: Song) -> tuple[Note, ...]:
    track = song.score.of_role("melody")
    assert track is not None, "every style has a melody"
    return track.notes


def fit(song: Song) -> dict[str, float]:
    track = song.score.of_role("melody")
    assert track is not None, "every style has a melody"
    return harmony_fit.evaluate(song.score, track)


def print_real(data: Path, most: int) -> None:
    print("\n| collection | pieces | tune note for note | told: like itself | refused as too long | seconds |")
    print("| --- | --- | --- | --- | --- | --- |")
    engine = Engine()
    for path in (data / name / "test.jsonl.gz" for name in COLLECTIONS):
        begun = time.perf_counter()
        pieces = [p for p in islice(read_pieces(path), most) if any(t.role not in _UNTUNED for t in p.score.tracks)]
        if pieces:
            print_collection(path.parent.name, engine, pieces, begun)


def print_collection(name: str, engine: Engine, pieces: list[Piece], begun: float) -> None:
    styles = sorted(all_styles())
    kept, alike, refused = 0, [], 0
    for number, piece in enumerate(pieces):
        try:
            arranged = an_arrangement(engine, piece, ENSEMBLES[number % len(ENSEMBLES)])
        except BriefError:
            refused += 1
            continue
        kept += starts_and_names(tune(arranged)) == starts_and_names(read_sketch(piece.score).tune)
        brief = restyled_brief(arranged.brief, styles[number % len(styles)])
        alike.append(similarity(tune(arranged), tune(restyle(arranged, brief, engine, change=Change(seed=5)))))
    mean = f"{fmean(alike):.2f} (least {min(alike):.2f})" if alike else "-"
    seconds = time.perf_counter() - begun
    print(f"| {name} | {len(pieces)} | {kept} of {len(alike)} | {mean} | {refused} | {seconds:.0f} |", flush=True)


def an_arrangement(engine: Engine, piece: Piece, ensemble: str) -> Song:
    return arrange(piece.score, ensemble_brief(ensemble, brief_of(piece.score, piece.id, Wishes())), engine)


def starts_and_names(notes: tuple[Note, ...]) -> list[tuple[int, int, int]]:
    return [(note.start, note.duration, note.pitch % 12) for note in notes]


if __name__ == "__main__":
    main()
