"""Songs whose tempo, bars and key are known, as an importer would be handed them: cut into somewhere, or after silence.

Two sources and two sounds: real pieces (POP909 with a Groove beat, OpenEWLD lead sheets with and without one) by a
plain synthesiser or by our instruments, and songs of our own styles, with swing, half-time, 3/4 and 6/8.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from plain_synth import excerpt_ticks, rendered
from yardstick import banded, comped, cut, player_of, with_drums

from resonant import produce
from resonant.audio import Audio
from resonant.brief.model import Sound
from resonant.brief.reader import Call, read_brief
from resonant.evaluate.pieces import Piece, read_pieces
from resonant.score.model import Note, Score, Track
from resonant.units import Metre

_OUR_METRES = {
    "ballad": ("6/8", "3/4"), "gospel": ("6/8", "3/4"), "folk": ("3/4", "6/8"), "country": ("3/4", "6/8"),
    "jazz": ("3/4",), "classical": ("3/4", "6/8"), "blues": ("6/8",), "cinematic": ("6/8", "3/4"), "rock": ("6/8",),
    "r&b": ("6/8",), "pop": ("6/8", "3/4"),
}  # fmt: skip
OUR_STYLES = (
    "jazz", "blues", "hip hop", "trap", "drum & bass", "reggae", "lo-fi", "funk", "bossa nova", "house", "techno",
    "gospel", "r&b", "rock", "pop", "country", "folk", "ballad", "cinematic", "classical",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class KnownSong:
    """A sound and what is true of it.

    Args:
        name: which piece, played how.
        group: what it stands for in a table: "real", "ours", and the style.
        audio: as it is handed over.
        score: tempo, metre and key that it plays.
        bar_one_s: when bar 1 begins in the audio; below 0 where the audio was cut into later.
    """

    name: str
    group: str
    audio: Audio
    score: Score
    bar_one_s: float

    def downbeats_s(self) -> np.ndarray:
        """When the bars begin that lie in the audio."""
        ticks = np.array([self.score.metre.bar_start(bar) for bar in range(self.score.bars)])
        moments = self.score.tempo.seconds_at(ticks) + self.bar_one_s
        return np.asarray(moments[moments >= -0.01])


def handed_over(name: str, group: str, audio: Audio, score: Score, seed: str) -> KnownSong:
    """The sound with some of its beginning cut off, or with silence before it."""
    rng = random.Random(f"{name} {seed}")
    rate = audio.sample_rate
    if rng.random() < 0.6:
        cut_s = rng.uniform(0.0, 1.5) * score.metre.metre_at(0).quarters_per_bar * 60 / score.tempo.bpm
        samples, start_s = audio.samples[:, round(cut_s * rate) :], -cut_s
    else:
        start_s = rng.uniform(0.1, 1.5)
        samples = np.pad(audio.samples, ((0, 0), (round(start_s * rate), 0)))
    return KnownSong(name, group, Audio(np.ascontiguousarray(samples, dtype=np.float32), rate), score, start_s)


def our_songs(
    seeds: range, engine: produce.Engine, bars: int = 16, styles: tuple[str, ...] = OUR_STYLES
) -> Iterator[KnownSong]:
    """Songs of our styles, a tempo of the style's range each; every third in another metre where the style has one."""
    for seed in seeds:
        for style in styles:
            rng = random.Random(f"{style} {seed}")
            usual = engine.style(style).tempo_bpm
            metres = _OUR_METRES.get(style, ())
            metre = rng.choice(metres) if metres and rng.random() < 0.4 else "4/4"
            yield our_song(style, metre, round(rng.uniform(usual.low, usual.high), 1), seed, engine, bars)


def our_song(style: str, metre: str, bpm: float, seed: int, engine: produce.Engine, bars: int) -> KnownSong:
    calls = Call(style=style, metre=metre, tempo_bpm=bpm, seed=seed, bars=bars)
    song = produce.compose(read_brief(style, calls=calls), engine)
    assert song.mix is not None
    return handed_over(f"{style} {metre} {bpm:g} #{seed}", f"ours {style}", song.mix.master, song.score, "ours")


def real_songs(data: Path, split: str, limit: int, engine: produce.Engine, drift: bool = False) -> Iterator[KnownSong]:
    """POP909 with a Groove beat: every third by our instruments, every fourth without the drums."""
    beats = [p for p in read_pieces(data / "groove" / f"{split}.jsonl.gz") if p.kind == "beat" and p.score.bars >= 4]
    beats = [p for p in beats if _is_in(p, "4/4")]
    songs = [p for p in read_pieces(data / "pop909" / f"{split}.jsonl.gz") if _is_in(p, "4/4")]
    for number, song in enumerate(songs[:limit]):
        score = banded(song, beats)
        if score is None:
            continue
        if number % 4 == 3:
            score = replace(score, tracks=tuple(track for track in score.tracks if track.role != "drums"))
        yield _played(song.id, replace(score, title=song.id), engine, by_us=number % 3 == 2)


def lead_sheet_songs(data: Path, split: str, limit: int, engine: produce.Engine) -> Iterator[KnownSong]:
    """OpenEWLD sheets in 4/4 and 3/4 as a trio plays them, two thirds with a beat."""
    beats = [p for p in read_pieces(data / "groove" / f"{split}.jsonl.gz") if p.kind == "beat" and _is_in(p, "4/4")]
    sheets = [p for p in read_pieces(data / "openewld" / f"{split}.jsonl.gz") if p.score.harmony]
    common = [p for p in sheets if _is_in(p, "4/4")][: limit // 2]
    waltzes = [p for p in sheets if _is_in(p, "3/4")][: limit - limit // 2]
    for number, sheet in enumerate([*common, *waltzes]):
        start, end = excerpt_ticks(sheet.score, 12 if _is_in(sheet, "4/4") else 20)
        piece = cut(sheet.score, start, end, sheet.score.key)
        if _is_in(sheet, "3/4"):
            piece = waltzed(piece, with_beat=number % 3 != 0)
        else:
            piece = comped(piece, walking=number % 2 == 1)
            piece = with_drums(piece, beats[number % len(beats)].score) if number % 3 != 0 else piece
        yield _played(sheet.id, piece, engine, by_us=number % 3 == 1)


def waltzed(score: Score, with_beat: bool) -> Score:
    """A lead sheet as a waltz: root on one, chord on two and three; a kick on one, a snare or hat on two and three."""
    chords, bass, drums = [], [], []
    for bar in range(score.bars):
        start, _ = score.bar_ticks(bar)
        for beat in range(3):
            at = start + 480 * beat
            chord = score.chord_at(at)
            if chord is not None and beat == 0:
                bass.append(Note(at, 36 + chord.bass_pc, 460, 85))
            elif chord is not None:
                chords += [Note(at, 55 + (chord.root + step - 55) % 12, 300, 70) for step in chord.intervals]
            drums.append(Note(at, 36 if beat == 0 else (38 if bar % 2 else 42), 60, 85 if beat == 0 else 60))
    score = score.with_track(Track("chords", "chords", "grand_piano", tuple(sorted(set(chords)))))
    score = score.with_track(Track("bass", "bass", "upright_bass", tuple(sorted(bass))))
    return score.with_track(Track("drums", "drums", "standard_kit", tuple(drums))) if with_beat else score


def _played(name: str, score: Score, engine: produce.Engine, by_us: bool) -> KnownSong:
    if not by_us:
        return handed_over(f"{name}, plain", "real, plain", rendered(score), score, "real")
    instruments = {"bass": "upright_bass"}
    tracks = tuple(replace(t, instrument=instruments.get(t.role) or player_of(t)) for t in score.tracks)
    _, mix = produce.render_score(replace(score, tracks=tracks), Sound(), engine, mix_preset=engine.style("pop").mix)
    return handed_over(f"{name}, ours", "real, our sound", mix.master, score, "real")


def _is_in(piece: Piece, metre: str) -> bool:
    changes = piece.score.metre.changes
    return len(changes) == 1 and changes[0].metre == Metre.parse(metre)
