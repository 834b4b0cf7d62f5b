"""How long a song takes to become tokens, a MIDI file, a document and a picture, and back.

python benchmarks/bench_files.py

Figures to beat: 100 ms to tokenise a 3-minute song of 4 tracks, 100 ms for its MIDI file, 80 ms to draw 8 bars.
"""

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from resonant.pictures.roll import piano_roll_png
from resonant.score.midi import to_midi_bytes
from resonant.score.midi_reader import read_score
from resonant.score.model import Note, Score, Track
from resonant.score.tokens import from_tokens, to_tokens, tokens_of_file
from resonant.units import TempoMap

RUNS = 7


def three_minutes() -> Score:
    """90 bars at 120 bpm: eighths of chords, bass and melody, sixteenths of drums."""
    rng = random.Random(1)
    sixteenth = 120
    bars, steps = 90, range(90 * 16)
    drums = [Note(s * sixteenth, rng.choice((36, 38, 42)), sixteenth, 60 + s % 60) for s in steps]
    bass = [Note(s * sixteenth, 36 + s % 7, 240, 90) for s in steps[::2]]
    chords = [Note(s * sixteenth, 60 + 4 * n, 240, 70) for s in steps[::2] for n in range(3)]
    melody = [Note(s * sixteenth, 72 + rng.randrange(12), 240, 80) for s in steps[::2]]
    parts = {
        "drums": ("standard_kit", drums),
        "bass": ("upright_bass", bass),
        "chords": ("grand_piano", chords),
        "melody": ("flute", melody),
    }
    tracks = tuple(Track(role, role, sound, tuple(sorted(notes))) for role, (sound, notes) in parts.items())
    return Score(bars, TempoMap.constant(120), tracks=tracks)


def first_bars(score: Score, bars: int) -> Score:
    """The first bars of a score."""
    end = score.metre.bar_start(bars)
    return replace(score, bars=bars, tracks=tuple(replace(t, notes=t.between(0, end)) for t in score.tracks))


def best_ms(act: Callable[[], object]) -> float:
    """The fastest of some runs, in milliseconds, after one that warms up."""
    act()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return min(times)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure(three_minutes(), Path(folder) / "song.mid")


def measure(score: Score, file: Path) -> None:
    """Prints a row for each act; `file` is written first."""
    ids, data = to_tokens(score), to_midi_bytes(score)
    beginning = first_bars(score, 8)
    file.write_bytes(data)
    notes = sum(len(track.notes) for track in score.tracks)
    print(f"{score.seconds:.0f} s, {len(score.tracks)} tracks, {notes} notes, {len(ids)} tokens; best of {RUNS}")
    for what, act in {
        "score to tokens": lambda: to_tokens(score),
        "MIDI file to tokens": lambda: tokens_of_file(file),
        "tokens to score": lambda: from_tokens(ids),
        "score to MIDI": lambda: to_midi_bytes(score),
        "MIDI to score": lambda: read_score(data, "song"),
        "picture, 90 bars": lambda: piano_roll_png(score),
        "picture, 8 bars": lambda: piano_roll_png(beginning),
    }.items():
        print(f"{what:20} {best_ms(act):7.1f} ms")


if __name__ == "__main__":
    main()
