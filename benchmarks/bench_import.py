"""How well what people bring is understood.

    python benchmarks/bench_import.py                                            # songs of our styles alone
    python benchmarks/bench_import.py --data ../shared/data --out docs/import.md # all of it, ten minutes

1. Thirty recordings whose tempo, bars and key are known, none of them fitted on: POP909 *test* with Groove *test* beats
   and OpenEWLD *test* sheets, by a plain synthesiser and by our sound, cut into anywhere or after silence; songs of our
   styles under new seeds, with swing, half-time, 3/4 and 6/8. Each is imported and compared with the truth.
2. Chords found from notes, on POP909 *test* with the chord symbols taken away.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from hardware import hardware
from known_songs import KnownSong, lead_sheet_songs, our_song, real_songs

from resonant import produce
from resonant.audio_files import AudioFormat, write_audio
from resonant.brought.bring import brought
from resonant.brought.wishes import Wishes
from resonant.evaluate.chords_audio import TimedChord, majmin_overlap
from resonant.evaluate.key_audio import plain
from resonant.evaluate.pieces import read_pieces
from resonant.heap import keep_freed_memory
from resonant.library.model import Song
from resonant.listening.chords_of_score import chords_of
from resonant.score.model import ChordSpan, Score

NEAR_S, SHARE, TEMPO = 0.07, 0.8, 0.02
OURS = (
    ("jazz", "4/4", 168.0), ("jazz", "3/4", 144.0), ("blues", "4/4", 92.0), ("blues", "6/8", 78.0),
    ("hip hop", "4/4", 88.0), ("trap", "4/4", 142.0), ("trap", "4/4", 134.0), ("drum & bass", "4/4", 174.0),
    ("reggae", "4/4", 74.0), ("lo-fi", "4/4", 78.0), ("funk", "4/4", 104.0), ("house", "4/4", 124.0),
    ("gospel", "6/8", 90.0), ("ballad", "6/8", 84.0), ("folk", "3/4", 108.0), ("r&b", "4/4", 86.0),
)  # fmt: skip
SEED = 901


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a known song: whether each thing is right, and the share of the time that chords are."""

    name: str
    group: str
    truth: str
    found: str
    tempo: bool
    downbeat: bool
    metre: bool
    key: bool
    chords: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--times", type=int, default=1, help="so many times 30 songs")
    args = parser.parse_args()
    keep_freed_memory()
    findings = []
    with tempfile.TemporaryDirectory() as workplace:
        for song in known_songs(args.data, produce.Engine(), args.times):
            findings.append(found_in(song, Path(workplace)))
            print(row(findings[-1]), flush=True)
    print(summary(findings))
    if args.data is not None and args.out is not None:
        args.out.write_text(page(findings, symbolic_chords(args.data)), encoding="utf-8")


def known_songs(data: Path | None, engine: produce.Engine, times: int) -> Iterator[KnownSong]:
    if data is not None:
        yield from islice(real_songs(data, "test", 12 * times, engine, whole=True), 8 * times)
        yield from lead_sheet_songs(data, "test", 6 * times, engine, bars=32)
    for number, asked in enumerate(OURS * times):
        yield our_song(*asked, SEED + number, engine, 24)


def found_in(known: KnownSong, workplace: Path) -> Finding:
    """What an import finds, against the truth."""
    path = workplace / "song.wav"
    write_audio(path, known.audio, AudioFormat.WAV)
    song, _ = brought(path, Wishes(), workplace)
    score, true = song.score, known.score
    return Finding(
        known.name.rsplit("/", 1)[-1], known.group, f"{true.metre.metre_at(0)} {true.tempo.bpm:.1f} {plain(true.key)}",
        f"{score.metre.metre_at(0)} {score.tempo.bpm:.1f} {score.key}",
        abs(score.tempo.bpm / true.tempo.bpm - 1) <= TEMPO, downbeats_right(song, known),
        score.metre.metre_at(0) == true.metre.metre_at(0), score.key == plain(true.key), chords_right(song, known),
    )  # fmt: skip


def start_s(song: Song) -> float:
    """When the recording begins, from bar 1 of the song on."""
    (recording,) = song.recordings.values()
    return recording.start_s


def downbeats_right(song: Song, known: KnownSong) -> bool:
    """Whether four fifths of the true bar lines lie within 70 ms of the song's, and it has not twice as many."""
    ticks = np.array([song.score.metre.bar_start(bar) for bar in range(song.score.bars + 1)])
    found = song.score.tempo.seconds_at(ticks) - start_s(song)
    true = known.downbeats_s()
    true = true[true < known.audio.seconds - 3.0]
    near = np.abs(np.subtract.outer(true, found)).min(axis=1) < NEAR_S
    inside = np.count_nonzero((found > true[0] - NEAR_S) & (found < true[-1] + NEAR_S))
    return bool(near.mean() >= SHARE and inside < 1.5 * len(true))


def chords_right(song: Song, known: KnownSong) -> float:
    heard = timed(song.score, song.score.harmony, -start_s(song))
    return majmin_overlap(heard, timed(known.score, known.score.harmony, known.bar_one_s))


def timed(score: Score, spans: Sequence[ChordSpan], shift_s: float) -> list[TimedChord]:
    return [
        TimedChord(score.tempo.seconds_at(span.start) + shift_s, score.tempo.seconds_at(span.end) + shift_s, span.chord)
        for span in spans
    ]


def symbolic_chords(data: Path) -> dict[str, float]:
    """Share of the time at which chords found from notes are the written ones, over POP909 *test*."""
    triads, roots, time = [], 0, 0
    for piece in read_pieces(data / "pop909" / "test.jsonl.gz"):
        written = piece.score.harmony
        found = chords_of(replace(piece.score, harmony=()))
        triads.append(majmin_overlap(timed(piece.score, found, 0.0), timed(piece.score, written, 0.0)))
        for span in written:
            time += span.duration
            roots += sum(
                max(min(span.end, other.end) - max(span.start, other.start), 0)
                for other in found
                if other.chord.root == span.chord.root
            )
    return {"major and minor chords": float(np.mean(triads)), "roots": roots / max(time, 1), "pieces": len(triads)}


def summary(findings: Sequence[Finding]) -> str:
    count = len(findings)
    shares = {
        name: sum(getattr(each, name) for each in findings) / count for name in ("tempo", "downbeat", "metre", "key")
    }
    both = sum(each.tempo and each.downbeat for each in findings) / count
    said = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    chords = np.mean([each.chords for each in findings])
    return f"{count} songs: {said}; tempo and downbeat together {both:.0%}; chords right {chords:.0%} of the time"


def row(finding: Finding) -> str:
    marks = " | ".join("yes" if right else "**no**" for right in (
        finding.tempo, finding.downbeat, finding.metre, finding.key,
    ))  # fmt: skip
    return f"| {finding.name} | {finding.truth} | {finding.found} | {marks} | {finding.chords:.0%} |"


def page(findings: Sequence[Finding], chords: dict[str, float]) -> str:
    lines = [
        "# What is understood of what people bring", "",
        f"Written by `benchmarks/bench_import.py` on {hardware()}.", "",
        "## Recordings", "", summary(findings) + ".", "",
        "Right is: a tempo within 2 % of the notated one (no octaves), four fifths of the bar lines within 70 ms, the",
        "metre, the key (major or minor). Chords: share of the time over major and minor chords that is named so.",
        "", "| song | truth | found | tempo | downbeat | metre | key | chords |", "|---|---|---|---|---|---|---|---|",
        *(row(each) for each in findings), "",
        "## Chords found from notes", "",
        f"On {chords['pieces']:.0f} pieces of POP909 *test*: major and minor chords right",
        f"{chords['major and minor chords']:.1%} of the time, roots of all chords {chords['roots']:.1%}.", "",
    ]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    main()
