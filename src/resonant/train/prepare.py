"""Music to a folder that training reads: `train.jsonl`, `val.jsonl`, `dataset_info.json`, and both in tokens.

MIDI files and our own JSON lines come in. A song is never parted between the splits; what says of itself that it is
held out ("test") is left out; of pieces that are the same, in whatever key, one stays; what can not be read is listed.
"""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from resonant.errors import InputError, ResonantError
from resonant.evaluate.pieces import Piece, read_piece
from resonant.instruments import instrument
from resonant.listening.chords_of_score import with_chords_found
from resonant.players.score_lm.cells import cells
from resonant.players.score_lm.vocabulary import STYLES
from resonant.produce import Engine
from resonant.score.midi import read_midi
from resonant.score.model import Score, Track
from resonant.styles import all_styles
from resonant.theory.chord import Chord
from resonant.theory.pitch import FLAT_NAMES
from resonant.train.bands import Beat, arranged, with_bass_and_beat
from resonant.train.corpus import CorpusPiece, packed, save_corpus
from resonant.units import TICKS_PER_QUARTER

INFO, TRAIN, VAL, TEST = "dataset_info.json", "train", "val", "test"
_MIDI = (".mid", ".midi")
_COLLECTIONS = {
    "pop909": ("pop909", "pop"), "groove": ("groove", ""), "openscore_quartets": ("quartets", "classical"),
    "quartets": ("quartets", "classical"), "openscore_lieder": ("lieder", "classical"),
    "lieder": ("lieder", "classical"), "openewld": ("openewld", "none"), "freedoom": ("freedoom", "rock"),
    "blasphemer": ("freedoom", "rock"),
}  # fmt: skip
_GROOVES = {
    "rock": "rock", "punk": "rock", "funk": "funk", "hiphop": "hip hop", "jazz": "jazz", "neworleans": "jazz",
    "latin": "latin", "afrocuban": "latin", "soul": "soul", "country": "country", "pop": "pop", "reggae": "reggae",
    "gospel": "gospel", "dance": "house", "blues": "blues",
}  # fmt: skip
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be in the folder.

    Args:
        genre: only pieces of this style; "" for all.
        val_split: share of the songs that is held out, 0…0.5, where the data do not say so themselves.
        pseudo: whether songs of melody and piano are added as bands, with a bass and a beat.
        arranger: how many songs of our own arranger are added.
        seed: names the beats and the arranger's songs.
    """

    genre: str = ""
    val_split: float = 0.1
    pseudo: bool = True
    arranger: int = 0
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.0 <= self.val_split <= 0.5:
            raise InputError(f"val-split={self.val_split} must lie in 0…0.5: the share of the songs that is held out")


@dataclass(frozen=True)
class Told:
    """A piece on its way into the folder."""

    id: str
    song: str
    split: str
    source: str
    style: str
    kind: str
    score: Score


def prepare(inputs: Sequence[Path], output: Path, wanted: Wanted, tell: Tell = lambda line: None) -> dict[str, Any]:
    """Writes the folder and gives what `dataset_info.json` says.

    Raises:
        InputError: nothing could be read.
        PlaceError: the folder can not be written.
    """
    broken: list[dict[str, str]] = []
    doubles: list[dict[str, str]] = []
    kept = pieces_of(inputs, wanted, broken, doubles, tell)
    if not kept:
        why = f": {broken[0]['piece']}: {broken[0]['why']}" if broken else ""
        raise InputError(f"no piece was found in {', '.join(map(str, inputs))}{why}; give MIDI files or .jsonl files")
    kept += [*(with_bands(kept, wanted) if wanted.pseudo else ()), *_of_arranger(wanted)]
    output.mkdir(parents=True, exist_ok=True)
    counts: dict[str, Any] = {}
    for split in (TRAIN, VAL):
        pieces = [piece for piece in kept if piece.split == split]
        tell(f"{split}: {len(pieces)} pieces to tokens")
        corpus = packed(
            CorpusPiece(p.id, p.source, p.style if p.style in STYLES else "none", cells(p.score)) for p in pieces
        )
        save_corpus(corpus, output / f"{split}.npz")
        (output / f"{split}.jsonl").write_text("".join(json.dumps(_row(p)) + "\n" for p in pieces), encoding="utf-8")
        sources = Counter(piece.source for piece in pieces)
        counts[split] = {"pieces": len(pieces), "tokens": len(corpus.tokens), "sources": dict(sorted(sources.items()))}
    info = {"splits": counts, "wanted": asdict(wanted), "broken": broken, "doubles": doubles}
    (output / INFO).write_text(json.dumps(info, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return info


def pieces_of(
    inputs: Sequence[Path],
    wanted: Wanted,
    broken: list[dict[str, str]],
    doubles: list[dict[str, str]] | None = None,
    tell: Tell = lambda line: None,
) -> list[Told]:
    """The pieces in files and folders, each once; what can not be read or is there twice is added to the lists.

    Raises:
        InputError: a file or folder does not exist.
    """
    kept: list[Told] = []
    seen: dict[str, str] = {}
    for piece in _all_pieces(inputs, wanted, broken):
        print_ = content_of(piece.score)
        if print_ not in seen:
            seen[print_] = piece.id
            kept.append(piece)
            if len(kept) % 200 == 0:
                tell(f"{len(kept)} pieces read")
        elif doubles is not None:
            doubles.append({"piece": piece.id, "same as": seen[print_]})
    return kept


def content_of(score: Score) -> str:
    """A hash of what is played, the same in every key: notes on a sixteenth grid, pitches from the lowest one up."""
    pitched = [note.pitch for track in score.tracks if track.role != "drums" for note in track.notes]
    lowest = min(pitched, default=0)
    sixteenth = TICKS_PER_QUARTER // 4
    notes = sorted(
        (round(note.start / sixteenth), note.pitch if track.role == "drums" else note.pitch - lowest)
        for track in score.tracks
        for note in track.notes
    )
    return hashlib.sha256(repr(notes).encode()).hexdigest()


def split_of(song: str, val_split: float) -> str:
    """Where a song belongs: by a hash of its name, so that it stays there when others come and go."""
    place = int(hashlib.sha256(song.encode()).hexdigest()[:8], 16) / 2**32
    return VAL if place < val_split else TRAIN


def _all_pieces(inputs: Sequence[Path], wanted: Wanted, broken: list[dict[str, str]]) -> Iterator[Told]:
    for path in _files(inputs):
        if path.suffix in _MIDI:
            try:
                score = read_midi(path)
            except ResonantError as error:
                broken.append({"piece": str(path), "why": str(error)})
                continue
            piece = Told(str(path), path.stem, split_of(path.stem, wanted.val_split), "user", "none", "", score)
            yield from fitting(piece, wanted, broken)
        else:
            yield from _lines(path, wanted, broken)


def _files(inputs: Sequence[Path]) -> Iterator[Path]:
    for path in inputs:
        if path.is_dir():
            found = (p for p in sorted(path.rglob("*")) if p.is_file())
            yield from (p for p in found if p.suffix.lower() in _MIDI or p.name.endswith((".jsonl", ".jsonl.gz")))
        elif path.exists():
            yield path
        else:
            raise InputError(f"{path} does not exist; give a folder of MIDI files, or of .jsonl files")


def _lines(path: Path, wanted: Wanted, broken: list[dict[str, str]]) -> Iterator[Told]:
    for piece in told_in(path, wanted, broken, lambda split: split != TEST):
        yield from fitting(piece, wanted, broken)


def told_in(path: Path, wanted: Wanted, broken: list[dict[str, str]], of: Callable[[str], bool]) -> Iterator[Told]:
    """The pieces of a file of lines that belong to a split that is asked for; what can not be read is listed."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                if "tracks" not in row:  # chord charts hold no notes
                    return
                split = row.get("split", "")
                if not of(split):
                    continue
                piece = read_piece(row)
            except (ValueError, LookupError, TypeError, AttributeError, ResonantError) as error:
                broken.append({"piece": f"{path}, line {number}", "why": repr(error)})
                continue
            yield told(piece, split, wanted)


def told(piece: Piece, split: str, wanted: Wanted) -> Told:
    """What a piece is: of which song, whence, in which style, and where it belongs."""
    collection = piece.id.split("/")[0]
    source, style = _COLLECTIONS.get(collection, ("user", "none"))
    if source == "groove":
        style = _GROOVES.get(piece.style.split("/")[0], "none")
    song = piece.id.rsplit("/", 1)[0] if source in ("quartets", "lieder") else piece.id
    place = {"train": TRAIN, "valid": VAL, "val": VAL, "test": TEST}.get(split) or split_of(song, wanted.val_split)
    return Told(piece.id, song, place, source, style, piece.kind, piece.score)


def fitting(piece: Told, wanted: Wanted, broken: list[dict[str, str]]) -> Iterator[Told]:
    """The piece with chords where its file has none, unless another genre is wanted or nothing is played in it."""
    if wanted.genre and piece.style != wanted.genre:
        return
    if not any(track.notes for track in piece.score.tracks):
        broken.append({"piece": piece.id, "why": "it holds no note"})
        return
    score = piece.score
    if not score.harmony and any(track.notes for track in score.tracks if track.role not in ("drums", "percussion")):
        score = with_chords_found(score)
    yield replace(piece, score=score)


def with_bands(pieces: Sequence[Told], wanted: Wanted, splits: Sequence[str] = (TRAIN, VAL)) -> Iterator[Told]:
    """The songs of melody and piano once more, as bands with a beat of their own split."""
    for split in splits:
        beats = [
            Beat(piece.score.tracks[0], piece.score.tempo.bpm, piece.score.bars, piece.kind == "fill", piece.style)
            for piece in pieces
            if piece.source == "groove" and piece.split == split and str(piece.score.metre.metre_at(0)) == "4/4"
        ]
        for piece in pieces:
            if piece.source == "pop909" and piece.split == split:
                band = with_bass_and_beat(piece.score, beats, wanted.seed)
                if band is not None:
                    yield replace(piece, id=f"{piece.id}+band", source="pseudo", score=band)


def _of_arranger(wanted: Wanted) -> Iterator[Told]:
    styles = [name for name in all_styles() if name in STYLES and wanted.genre in ("", name)]
    if not wanted.arranger or not styles:
        return
    for number, (style, score) in enumerate(arranged(wanted.arranger, wanted.seed, styles, Engine())):
        name = f"arranger/{number:05d}"
        yield Told(name, name, split_of(name, wanted.val_split), "arranger", style, "", score)


def _row(piece: Told) -> dict[str, Any]:
    """A piece as a line of JSON, as `evaluate.pieces` reads it."""
    score, bar_start = piece.score, piece.score.metre.bar_start
    metres = [[bar_start(c.bar), c.metre.numerator, c.metre.denominator] for c in score.metre.changes]
    return {
        "id": piece.id,
        "split": piece.split,
        "ppq": TICKS_PER_QUARTER,
        "bpm": score.tempo.bpm,
        "meter": metres or [[0, 4, 4]],
        "key": [[0, score.key.tonic, score.key.mode]],
        "bars": score.bars,
        "tracks": [_track_row(track) for track in score.tracks],
        "chords": [[s.start, s.duration, _label(s.chord), s.chord.bass_pc] for s in score.harmony],
        "sections": [
            [bar_start(s.start_bar), bar_start(s.end_bar) - bar_start(s.start_bar), s.name] for s in score.sections
        ],
        "meta": {"style": piece.style, "kind": piece.kind, "source": piece.source},
    }


def _track_row(track: Track) -> dict[str, Any]:
    plays = instrument(track.instrument)
    notes = [[note.start, note.duration, note.pitch, note.velocity] for note in track.notes]
    return {"role": track.role, "name": track.name, "program": plays.program, "drum": plays.is_drums, "notes": notes}


def _label(chord: Chord) -> str:
    return f"{FLAT_NAMES[chord.root]}:{chord.quality or 'maj'}"
