"""Real MIDI files that nobody here made go through everything: import, accompany, restyle, export.

    python benchmarks/bench_real_files.py                                          # the pieces of the tests, a minute
    python benchmarks/bench_real_files.py --data ../shared/data --notebook tried.jsonl --out docs/real-files.md   # all
    python benchmarks/bench_real_files.py --data ../shared/data --every 40 --sound                # with sound, some

Every piece is written as a MIDI file without chords and sections, as most of those are that people have, and brought as
`resonant import` brings it: saved as a song of its own, locked. Then it gets a part that it lacks, is told in another
style while it is locked and when it is free, and is exported as MIDI and notation (with --sound: in every format). It
is read back from its folder after each step; what was brought must be there note for note while it is locked.

All of them take hours: with a notebook a run goes on where it was cut off, and several processes share the work
(--part 0/2, --part 1/2); the page tells of all that the notebook holds.

Exits with 1 where anything raised what is not one of our own sentences.
"""

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path

from hardware import hardware
from mido import MidiFile

from resonant import produce
from resonant.brief.restyled import restyled_brief
from resonant.brought.accompany import ROLES, parts_named, with_players
from resonant.brought.bring import brought
from resonant.brought.keeping import kept
from resonant.brought.wishes import Wishes
from resonant.errors import ResonantError
from resonant.evaluate.pieces import Piece, read_pieces
from resonant.exports.formats import FORMATS, export_song
from resonant.exports.source import open_song as open_source
from resonant.heap import keep_freed_memory
from resonant.library import acts
from resonant.library.model import Song
from resonant.library.revisions import open_song, save_revision
from resonant.score.midi import to_midi_bytes
from resonant.score.region import Region
from resonant.styles import all_styles

TESTED = Path(__file__).parents[1] / "tests" / "data" / "pieces.jsonl.gz"
NOTES_ONLY = ("midi", "musicxml")
OURS = ("text", "instrument_name")  # meta events that no other program writes as we do
STYLES = tuple(sorted(all_styles()))


@dataclass(frozen=True)
class Tried:
    """What became of one file.

    Args:
        collection, piece: which it is.
        bars, notes: 0 where it was not imported.
        refused: what was said of a file that we do not take.
        wrong: any other error, and where it was.
        seconds: that all of it took.
    """

    collection: str
    piece: str
    bars: int = 0
    notes: int = 0
    refused: str = ""
    wrong: str = ""
    seconds: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only every such piece of each file of the data folder")
    parser.add_argument("--sound", action="store_true")
    parser.add_argument(
        "--notebook", type=Path, help="a line for each file; those that stand there are not tried again"
    )
    parser.add_argument("--part", default="0/1", help="of the work, counted from 0: 1/4 is the second quarter")
    parser.add_argument("--out", type=Path, help="a page to write beside printing it")
    args = parser.parse_args()
    keep_freed_memory()
    engine, tried = produce.Engine(), noted(args.notebook)
    part, parts = map(int, args.part.split("/"))
    known = {each.piece for each in tried}
    for number, (collection, piece) in enumerate(pieces(args.data, args.every)):
        if number % parts == part and piece.id not in known:
            tried.append(try_file(collection, piece, number, engine, args.sound))
            note(args.notebook, tried[-1])
    text = page(tried, args.sound, args.every)
    print(text)
    if args.out is not None:
        args.out.write_text(text, encoding="utf-8")
    sys.exit(any(each.wrong for each in tried))


def noted(notebook: Path | None) -> list[Tried]:
    """What a notebook holds; a line that was being written when a run was cut off is left out."""
    if notebook is None or not notebook.exists():
        return []
    whole = notebook.read_text(encoding="utf-8").split("\n")[:-1]
    return [Tried(**json.loads(line)) for line in whole]


def note(notebook: Path | None, tried: Tried) -> None:
    if notebook is not None:
        with notebook.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(tried)) + "\n")


def pieces(data: Path | None, every: int) -> Iterator[tuple[str, Piece]]:
    """Every piece with notes, and the collection that it is from."""
    if data is None:
        yield from ((piece.id.split("/")[0], piece) for piece in read_pieces(TESTED))
        return
    for file in sorted(data.glob("*/*.jsonl.gz")):
        if file.parent.name == "billboard_chords":  # chords without notes: no MIDI file
            continue
        for number, piece in enumerate(read_pieces(file)):
            if number % every == 0:
                yield file.parent.name, piece
        print(file.parent.name, file.name, file=sys.stderr, flush=True)


def try_file(collection: str, piece: Piece, number: int, engine: produce.Engine, sound: bool) -> Tried:
    begun, tried = time.perf_counter(), Tried(collection, piece.id)
    try:
        with tempfile.TemporaryDirectory() as folder:
            song = brought_through(piece, number, engine, Path(folder), sound)
        tried = replace(tried, bars=song.score.bars, notes=sum(len(track.notes) for track in song.score.tracks))
    except ResonantError as error:
        tried = replace(tried, refused=type(error).__name__ + ": " + str(error).replace(folder, "…"))
        print(piece.id, error, file=sys.stderr, flush=True)
    except Exception:  # noqa: BLE001 - what is asked is whether anything at all goes wrong
        tried = replace(tried, wrong=traceback.format_exc(limit=-3))
        print(piece.id, tried.wrong, file=sys.stderr, flush=True)
    return replace(tried, seconds=round(time.perf_counter() - begun, 2))


def brought_through(piece: Piece, number: int, engine: produce.Engine, folder: Path, sound: bool) -> Song:
    """The song that was imported, after all has been done with it."""
    file = folder / "piece.mid"
    file.write_bytes(foreign(piece))
    song, own = brought(file, Wishes(), folder)
    song, place = kept(sounded(song, engine, sound), own, folder)
    assert open_song(place).song.score == song.score, "it was not read back as it was saved"
    accompanied(place, ROLES[number % len(ROLES)], engine, sound)
    is_as_it_was(song, place)
    restyled(place, STYLES[number % len(STYLES)], engine, sound)
    is_as_it_was(song, place)
    acts.unlock(open_song(place), Region.of([track.name for track in song.score.tracks], 0, song.score.bars))
    restyled(place, STYLES[(number + 1) % len(STYLES)], engine, sound)
    formats = [name for name in FORMATS if name != "lrc" or song.score.lyrics] if sound else NOTES_ONLY
    written = export_song(open_source(place), formats, folder / "exports", parts=("lead", "all")[number % 2])
    assert all(path.stat().st_size for paths in written.values() for path in paths), "an export is empty"
    return song


def foreign(piece: Piece) -> bytes:
    """The piece as another program would write it: without chords, sections, and what only we write."""
    file = MidiFile(file=BytesIO(to_midi_bytes(replace(piece.score, harmony=(), sections=()))))
    for track in file.tracks:
        waiting = 0
        for message in list(track):
            message.time, waiting = message.time + waiting, 0
            if message.type in OURS:
                waiting = message.time
                track.remove(message)
    out = BytesIO()
    file.save(file=out)
    return out.getvalue()


def sounded(song: Song, engine: produce.Engine, sound: bool) -> Song:
    return produce.sounded(song, engine) if sound else song


def accompanied(place: Path, role: str, engine: produce.Engine, sound: bool) -> None:
    opened = open_song(place)
    seated, region = with_players(opened.song, parts_named([role], engine.style(opened.song.brief.style)))
    save_revision(sounded(produce.regenerate(seated, region, engine), engine, sound), opened)


def restyled(place: Path, style: str, engine: produce.Engine, sound: bool) -> None:
    opened = open_song(place)
    brief = restyled_brief(opened.song.brief, style, tempo_held=bool(opened.song.locks))
    save_revision(sounded(produce.restyle(opened.song, brief, engine), engine, sound), opened)


def is_as_it_was(song: Song, place: Path) -> None:
    score = open_song(place).song.score
    for track in song.score.tracks:
        assert score.track(track.name) == track, f"{track.name} was changed"


def page(tried: Sequence[Tried], sound: bool, every: int) -> str:
    which = "all" if every == 1 else f"one in {every}"
    collections = sorted({each.collection for each in tried})
    lines = [
        "# Real files", "",
        f"Written by `benchmarks/bench_real_files.py` on {hardware()}: {which} of the pieces that",
        "nobody here made, as MIDI files, imported, accompanied, told in other styles, exported, read back after each",
        f"step, {'with sound' if sound else 'by their notes'}.", "",
        "| collection | files | bars | notes | refused in words | went wrong | seconds a file |",
        "|---|---|---|---|---|---|---|",
        *(row(name, [each for each in tried if each.collection == name]) for name in collections),
        row("**all**", tried), "",
    ]  # fmt: skip
    said = Counter(each.refused for each in tried if each.refused)
    if said:
        lines += ["Refused:", "", *(f"- {times} × {words}" for words, times in said.most_common()), ""]
    return "\n".join(lines)


def row(name: str, tried: Sequence[Tried]) -> str:
    bars, notes = sum(each.bars for each in tried), sum(each.notes for each in tried)
    refused, wrong = sum(bool(each.refused) for each in tried), sum(bool(each.wrong) for each in tried)
    seconds = sum(each.seconds for each in tried) / max(len(tried), 1)
    return f"| {name} | {len(tried)} | {bars} | {notes} | {refused} | {wrong} | {seconds:.2f} |"


if __name__ == "__main__":
    main()
