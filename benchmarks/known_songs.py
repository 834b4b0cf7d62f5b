"""Songs whose tempo, bars and key are known, as an importer would be handed them: cut into somewhere, or after silence.

Three sources and two sounds: real pieces (POP909 with a Groove beat, OpenEWLD lead sheets with and without one) by a
plain synthesiser or by our instruments; songs of our own styles, with swing, half-time, 3/4 and 6/8; and what a
beginners' band practises.
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
from resonant.brief.model import Brief, Sound
from resonant.brief.reader import Call, read_brief
from resonant.evaluate.pieces import Piece, read_pieces
from resonant.score.model import ChordSpan, Note, Score, Track
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import Metre, MetreMap, TempoMap

_OUR_METRES = {
    "ballad": ("6/8", "3/4"), "gospel": ("6/8", "3/4"), "folk": ("3/4", "6/8"), "country": ("3/4", "6/8"),
    "jazz": ("3/4",), "classical": ("3/4", "6/8"), "blues": ("6/8",), "cinematic": ("6/8", "3/4"), "rock": ("6/8",),
    "r&b": ("6/8",), "pop": ("6/8", "3/4"),
}  # fmt: skip
OUR_STYLES = (
    "jazz", "blues", "hip hop", "trap", "drum & bass", "reggae", "lo-fi", "funk", "bossa nova", "house", "techno",
    "gospel", "r&b", "rock", "pop", "country", "folk", "ballad", "cinematic", "classical",
)  # fmt: skip

# Four diatonic chords each, by the degrees that they stand on.
_LOOPS = (
    (0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 4, 4), (0, 3, 0, 4), (5, 3, 0, 4), (1, 4, 0, 0), (0, 0, 3, 4), (0, 2, 3, 4),
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

    @property
    def seconds(self) -> float:
        return self.audio.seconds

    def downbeats_s(self) -> np.ndarray:
        """When the bars begin that lie in the audio."""
        return downbeats_s(self.score, self.bar_one_s)


def downbeats_s(score: Score, bar_one_s: float) -> np.ndarray:
    """When the bars begin that are heard, where bar 1 begins at `bar_one_s`."""
    ticks = np.array([score.metre.bar_start(bar) for bar in range(score.bars)])
    moments = score.tempo.seconds_at(ticks) + bar_one_s
    return np.asarray(moments[moments >= -0.01])


def handed_over(name: str, group: str, audio: Audio, score: Score, seed: str) -> KnownSong:
    """The sound with some of its beginning cut off, or with silence before it."""
    start_s, rate = start_of(name, score, seed), audio.sample_rate
    if start_s < 0:
        samples = audio.samples[:, round(-start_s * rate) :]
    else:
        samples = np.pad(audio.samples, ((0, 0), (round(start_s * rate), 0)))
    return KnownSong(name, group, Audio(np.ascontiguousarray(samples, dtype=np.float32), rate), score, start_s)


def start_of(name: str, score: Score, seed: str) -> float:
    """When bar 1 begins in what is handed over, in seconds: up to a bar and a half before it, or after silence."""
    rng = random.Random(f"{name} {seed}")
    if rng.random() < 0.6:
        return -rng.uniform(0.0, 1.5) * score.metre.metre_at(0).quarters_per_bar * 60 / score.tempo.bpm
    return rng.uniform(0.1, 1.5)


def our_songs(
    seeds: range, engine: produce.Engine, bars: int = 16, styles: tuple[str, ...] = OUR_STYLES
) -> Iterator[KnownSong]:
    """Songs of our styles, a tempo of the style's range each; every third in another metre where the style has one."""
    for seed in seeds:
        for style in styles:
            yield our_song(style, *asked_of(style, seed, engine), seed, engine, bars)


def asked_of(style: str, seed: int, engine: produce.Engine) -> tuple[str, float]:
    """Metre and tempo of a song of ours."""
    rng = random.Random(f"{style} {seed}")
    usual = engine.style(style).tempo_bpm
    metres = _OUR_METRES.get(style, ())
    metre = rng.choice(metres) if metres and rng.random() < 0.4 else "4/4"
    return metre, round(rng.uniform(usual.low, usual.high), 1)


def our_song(style: str, metre: str, bpm: float, seed: int, engine: produce.Engine, bars: int) -> KnownSong:
    song = produce.compose(our_brief(style, metre, bpm, seed, bars), engine)
    assert song.mix is not None
    return handed_over(our_name(style, metre, bpm, seed), f"ours {style}", song.mix.master, song.score, "ours")


def our_brief(style: str, metre: str, bpm: float, seed: int, bars: int) -> Brief:
    return read_brief(style, calls=Call(style=style, metre=metre, tempo_bpm=bpm, seed=seed, bars=bars))


def our_name(style: str, metre: str, bpm: float, seed: int) -> str:
    return f"{style} {metre} {bpm:g} #{seed}"


def beatless_songs(data: Path, split: str, limit: int) -> Iterator[KnownSong]:
    """POP909 without drums, and OpenEWLD sheets as a pianist and a bass play them, by the plain synthesiser."""
    songs = [p for p in read_pieces(data / "pop909" / f"{split}.jsonl.gz") if is_in(p, "4/4")]
    for song in songs[-limit:]:
        score = banded(song, [song])
        if score is not None:
            tracks = tuple(track for track in score.tracks if track.role != "drums")
            yield _played(f"{song.id} beatless", replace(score, tracks=tracks, title=song.id), None)
    sheets = [p for p in read_pieces(data / "openewld" / f"{split}.jsonl.gz") if p.score.harmony]
    for number, sheet in enumerate([p for p in sheets if is_in(p, "4/4")][-limit // 3 :]):
        start, end = excerpt_ticks(sheet.score, 16)
        piece = comped(cut(sheet.score, start, end, sheet.score.key), walking=number % 2 == 1)
        yield _played(f"{sheet.id} beatless", piece, None)


def practice_songs(seeds: range) -> Iterator[KnownSong]:
    """What a beginners' band practises: plain beats, four chords, a bass on roots; tempi and places by chance."""
    for seed in seeds:
        score = practice(random.Random(f"practice {seed}"))
        yield handed_over(f"practice {seed}", "practice", rendered(score), score, "practice")


def practice(rng: random.Random) -> Score:
    """Twenty bars of a plain beat over four diatonic chords, one, two or half a one a bar."""
    metre = rng.choice((Metre(4, 4), Metre(4, 4), Metre(4, 4), Metre(3, 4)))
    key = Key(rng.randrange(12), rng.choice(("major", "minor")))
    bar, bars = metre.ticks_per_bar, 20
    chords = [Chord(key.scale[degree], _triad(key, degree)) for degree in rng.choice(_LOOPS)]
    length = rng.choice((bar, bar, 2 * bar, bar // 2 if metre.numerator == 4 else bar))
    spans = tuple(
        ChordSpan(start, length, chords[start // length % len(chords)]) for start in range(0, bar * bars, length)
    )
    off = rng.choice((240, 240, 240, 320)) if rng.random() < 0.8 else 480
    notes: dict[str, list[Note]] = {"drums": [], "bass": [], "chords": []}
    four, strum, pump = rng.random() < 0.3, rng.random() < 0.4, rng.random() < 0.5
    for start in range(0, bar * bars, 480):
        beat, chord = start % bar // 480, spans[start // length].chord
        kick = beat == 0 or (metre.numerator == 4 and (beat == 2 or four))
        snare = beat in (1, 3) if metre.numerator == 4 else beat > 0 and rng.random() < 0.8
        notes["drums"] += [Note(start, 36, 60, 95)] * kick + [Note(start, 38, 60, 85)] * snare
        notes["drums"] += [Note(start, 42, 40, 60)] + [Note(start + off, 42, 40, 50)] * (off < 480)
        struck = start % length == 0 or (strum and beat % 2 == 0)
        notes["chords"] += [Note(start, 55 + (pc - 55) % 12, 460 if strum else length - 20, 70)
                            for pc in chord.pitch_classes] * struck  # fmt: skip
        notes["bass"] += [Note(start, 36 + chord.root, 440, 85)] * (pump or start % length == 0 or beat == 0)
    tracks = tuple(Track(role, role, "grand_piano", tuple(sorted(some))) for role, some in notes.items())
    tempo = TempoMap.constant(round(rng.uniform(72, 168), 1))
    return Score(bars, tempo, MetreMap.constant(metre), key, spans, tracks=tracks)


def _triad(key: Key, degree: int) -> str:
    third, fifth = ((key.scale[(degree + step) % 7] - key.scale[degree]) % 12 for step in (2, 4))
    return {(4, 7): "", (3, 7): "m", (3, 6): "dim"}[third, fifth]


def real_songs(data: Path, split: str, limit: int, engine: produce.Engine, whole: bool = False) -> Iterator[KnownSong]:
    """POP909 with a Groove beat: every third by our instruments, every fourth without the drums.

    `whole` takes the first 56 bars of a song in place of its fullest dozen.
    """
    beats = [p for p in read_pieces(data / "groove" / f"{split}.jsonl.gz") if p.kind == "beat" and p.score.bars >= 4]
    beats = [p for p in beats if is_in(p, "4/4")]
    songs = [p for p in read_pieces(data / "pop909" / f"{split}.jsonl.gz") if is_in(p, "4/4")]
    for number, song in enumerate(songs[:limit]):
        score = (from_the_start if whole else banded)(song, beats)
        if score is None:
            continue
        if number % 4 == 3:
            score = replace(score, tracks=tuple(track for track in score.tracks if track.role != "drums"))
        yield _played(song.id, replace(score, title=song.id), engine if number % 3 == 2 else None)


def from_the_start(song: Piece, beats: list[Piece]) -> Score | None:
    """The first 56 bars of a song that stay in one key, with the drum take whose tempo is nearest."""
    score = first_bars(song)
    if score is None:
        return None
    beat = min(beats, key=lambda p: (abs(p.score.tempo.bpm - song.score.tempo.bpm), p.id))
    return with_drums(score, beat.score)


def first_bars(song: Piece) -> Score | None:
    """The first 56 bars of a song; None where the key changes in them."""
    end = min(song.score.metre.bar_start(56), song.score.end)
    if any(0 < tick < end for tick, _ in song.keys):
        return None
    return cut(song.score, 0, end, song.score.key)


def lead_sheet_songs(
    data: Path, split: str, limit: int, engine: produce.Engine, bars: int | None = None
) -> Iterator[KnownSong]:
    """OpenEWLD sheets in 4/4 and 3/4 as a trio plays them, two thirds with a beat."""
    beats = [p for p in read_pieces(data / "groove" / f"{split}.jsonl.gz") if p.kind == "beat" and is_in(p, "4/4")]
    sheets = [p for p in read_pieces(data / "openewld" / f"{split}.jsonl.gz") if p.score.harmony]
    common = [p for p in sheets if is_in(p, "4/4")][: limit // 2]
    waltzes = [p for p in sheets if is_in(p, "3/4")][: limit - limit // 2]
    for number, sheet in enumerate([*common, *waltzes]):
        start, end = excerpt_ticks(sheet.score, bars or (12 if is_in(sheet, "4/4") else 20))
        piece = cut(sheet.score, start, end, sheet.score.key)
        if is_in(sheet, "3/4"):
            piece = waltzed(piece, with_beat=number % 3 != 0)
        else:
            piece = comped(piece, walking=number % 2 == 1)
            piece = with_drums(piece, beats[number % len(beats)].score) if number % 3 != 0 else piece
        yield _played(sheet.id, piece, engine if number % 3 == 1 else None)


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


def _played(name: str, score: Score, engine: produce.Engine | None) -> KnownSong:
    """The score by our instruments where there is an engine, else by the plain synthesiser."""
    if engine is None:
        return handed_over(f"{name}, plain", "real, plain", rendered(score), score, "real")
    instruments = {"bass": "upright_bass"}
    tracks = tuple(replace(t, instrument=instruments.get(t.role) or player_of(t)) for t in score.tracks)
    _, mix = produce.render_score(replace(score, tracks=tracks), Sound(), engine, mix_preset=engine.style("pop").mix)
    return handed_over(f"{name}, ours", "real, our sound", mix.master, score, "real")


def is_in(piece: Piece, metre: str) -> bool:
    """Whether a piece is in one metre, and that."""
    changes = piece.score.metre.changes
    return len(changes) == 1 and changes[0].metre == Metre.parse(metre)
