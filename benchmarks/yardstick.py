"""Real pieces with a real beat, cut to a dozen bars, rendered, with their truth beside them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from plain_synth import excerpt_ticks, rendered

from resonant.audio import Audio
from resonant.brief.model import Sound
from resonant.evaluate.pieces import Piece, read_pieces
from resonant.instruments import instrument
from resonant.produce import Engine, render_score
from resonant.score.model import ChordSpan, Note, Score, Track
from resonant.theory.key import Key
from resonant.units import MetreMap, Tick

BARS = 12


@dataclass(frozen=True, eq=False)
class Yardstick:
    """A rendered excerpt and the score that it plays."""

    name: str
    audio: Audio
    score: Score


def yardsticks(data: Path, split: str, limit: int | None = None) -> Iterator[Yardstick]:
    """The excerpts, rendered by the plain synthesiser."""
    for score in excerpts(data, split, limit):
        yield Yardstick(score.title, rendered(score), score)


def excerpts(data: Path, split: str, limit: int | None = None) -> Iterator[Score]:
    """Excerpts of POP909 with a Groove beat of the nearest tempo, in 4/4, entitled by the song's id."""
    beats = [
        p
        for p in read_pieces(data / "groove" / f"{split}.jsonl.gz")
        if p.kind == "beat" and _is_common_time(p.score) and p.score.bars >= 4
    ]
    songs = [p for p in read_pieces(data / "pop909" / f"{split}.jsonl.gz") if _is_common_time(p.score)]
    for song in songs[:limit]:
        score = banded(song, beats)
        if score is not None:
            yield replace(score, title=song.id)


def sounded(score: Score, engine: Engine) -> Yardstick:
    """An excerpt played by our instruments and mixed as our pop songs are."""
    band = replace(score, tracks=tuple(replace(track, instrument=player_of(track)) for track in score.tracks))
    _, mix = render_score(band, Sound(), engine, mix_preset=engine.style("pop").mix)
    return Yardstick(score.title, mix.master, band)


def player_of(track: Track) -> str:
    """Which of our instruments plays a part of a real piece: the melody a flute, or an alto saxophone if lower."""
    if track.role == "melody":
        lowest = instrument("flute").low
        return "flute" if all(note.pitch >= lowest for note in track.notes) else "alto_sax"
    return {"counter": "vibraphone", "chords": "grand_piano", "bass": "upright_bass", "drums": "standard_kit"}[
        track.role
    ]


def lead_sheets(data: Path, split: str, limit: int | None = None) -> Iterator[Yardstick]:
    """The lead sheets, rendered by the plain synthesiser."""
    for score in sheets(data, split, limit):
        yield Yardstick(score.title, rendered(score), score)


def sheets(data: Path, split: str, limit: int | None = None) -> Iterator[Score]:
    """Excerpts of OpenEWLD lead sheets (sevenths, ninths, diminished chords) as a trio would play them, with a beat of
    Groove, entitled by the sheet's id."""
    beats = [
        p for p in read_pieces(data / "groove" / f"{split}.jsonl.gz") if p.kind == "beat" and _is_common_time(p.score)
    ]
    found = [
        p for p in read_pieces(data / "openewld" / f"{split}.jsonl.gz") if _is_common_time(p.score) and p.score.harmony
    ]
    for number, sheet in enumerate(found[:limit]):
        start, end = excerpt_ticks(sheet.score, BARS)
        trio = comped(cut(sheet.score, start, end, sheet.score.key), walking=number % 2 == 1)
        yield replace(with_drums(trio, beats[number % len(beats)].score), title=sheet.id)


def comped(score: Score, walking: bool) -> Score:
    """A lead sheet with block chords on every half note and a bass on every beat: its root, or walking chord tones."""
    chords, bass = [], []
    for span in score.harmony:
        steps = span.chord.intervals
        for at in range(span.start, span.end, 480):
            beat = (at - span.start) // 480
            walked = steps[beat % len(steps)] if walking else 0
            bass.append(Note(at, 36 + (span.chord.bass_pc if beat == 0 else (span.chord.root + walked) % 12), 460, 85))
            if beat % 2 == 0:
                chords += [Note(at, 55 + (span.chord.root + step - 55) % 12, 900, 75) for step in steps]
    return score.with_track(Track("chords", "chords", "grand_piano", tuple(sorted(set(chords))))).with_track(
        Track("bass", "bass", "upright_bass", tuple(sorted(bass)))
    )


def banded(song: Piece, beats: list[Piece]) -> Score | None:
    """The fullest dozen bars of a song that stay in one key, with the drum take whose tempo is nearest."""
    start, end = excerpt_ticks(song.score, BARS)
    keys = {key_at(song, tick) for tick in (start, end - 1)}
    if len(keys) > 1 or any(start < tick < end for tick, _ in song.keys):
        return None
    beat = min(beats, key=lambda p: (abs(p.score.tempo.bpm - song.score.tempo.bpm), p.id))
    return with_drums(cut(song.score, start, end, keys.pop()), beat.score)


def key_at(song: Piece, tick: Tick) -> Key:
    return next((key for at, key in reversed(song.keys) if at <= tick), song.score.key)


def cut(score: Score, start: Tick, end: Tick, key: Key) -> Score:
    """The stretch of a score from `start` to `end`, at tick 0."""

    def moved(note: Note) -> Note:
        return replace(note, start=note.start - start, duration=min(note.duration, end - note.start))

    tracks = tuple(replace(t, notes=tuple(moved(n) for n in t.between(start, end))) for t in score.tracks)
    harmony = tuple(ChordSpan(s.start - start, s.duration, s.chord) for s in score.chords_in(start, end))
    metre = score.metre.changes[0].metre
    return Score(
        (end - start) // metre.ticks_per_bar, score.tempo, MetreMap.constant(metre), key, harmony, tracks=tracks
    )


def with_drums(score: Score, beat: Score) -> Score:
    """The score with the whole bars of a drum take, repeated to its length; micro-timing kept in ticks."""
    length = min(beat.bars, score.bars) * score.metre.bar_start(1)
    takes = [
        replace(note, start=note.start + shift, duration=60)
        for shift in range(0, score.end, length)
        for note in beat.tracks[0].notes
        if note.start < length and note.start + shift < score.end
    ]
    return score.with_track(Track("drums", "drums", "standard_kit", tuple(sorted(takes))))


def _is_common_time(score: Score) -> bool:
    return len(score.metre.changes) == 1 and str(score.metre.changes[0].metre) == "4/4"
