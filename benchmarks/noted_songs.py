"""Songs as an ear would hear them, made from their notes: no sound is rendered, so a thousand take two minutes.

Each note leaves its weight at its pitch for as long as it sounds, dying away where it is struck, with a little of its
overtones; how loud each part is, and every number a little, go by chance. Whether a cut or a silence comes first does
too, as in `known_songs`. Enough to learn harmony from, which is the same in notes and in sound; how a sound smears is
learnt from rendered songs.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from known_songs import OUR_STYLES, asked_of, downbeats_s, first_bars, is_in, our_brief, our_name, start_of, waltzed
from numpy.typing import NDArray
from plain_synth import excerpt_ticks
from yardstick import comped, cut

from resonant.evaluate.composed import noted
from resonant.evaluate.pieces import read_pieces
from resonant.listening.chroma import CHROMA_RATE_HZ, HIGHEST_PITCH, LOWEST_PITCH, Chromagram, folded
from resonant.players.chord_lm.vocabulary import SLOTS_PER_BAR
from resonant.produce import Engine, Watch
from resonant.score.model import ChordSpan, Note, Score
from resonant.theory.key import Key
from resonant.train.chords_data import CHARTS, ChordSong, chart_songs
from resonant.units import Metre, MetreMap, TempoMap

CHART_BARS, CHART_SECTION_BARS = 56, 4
_GAINS = {"melody": 0.5, "counter": 0.3, "chords": 0.45, "bass": 0.5}
_OVERTONES = ((12, 0.06), (19, 0.06), (24, 0.04), (28, 0.05))
_RELEASE_S, _RING_S = 0.08, 1.0
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NotedSong:
    """A song in notes: its name, its score, and when bar 1 begins (below 0 where it is cut into later)."""

    name: str
    score: Score
    bar_one_s: float

    @property
    def seconds(self) -> float:
        """From where it is heard to where its last note has rung out."""
        return self.score.seconds + _RING_S + self.bar_one_s

    def downbeats_s(self) -> NDArray[np.float64]:
        """When the bars begin that are heard."""
        return downbeats_s(self.score, self.bar_one_s)

    def chroma(self) -> Chromagram:
        """What an ear would hear of it."""
        rng = np.random.default_rng(random.Random(f"{self.name} heard").getrandbits(32))
        heard = salience = self._salience(rng)
        for steps, share in _OVERTONES:
            heard = heard + share * np.pad(salience, ((0, 0), (steps, 0)))[:, :128]
        return folded(heard * np.exp(rng.normal(0, 0.3, heard.shape)), 0.0)

    def _salience(self, rng: np.random.Generator) -> Array:
        """Root of the loudness of each pitch in each frame, `[frames, 128]`."""
        found = np.zeros((int(self.seconds * CHROMA_RATE_HZ) + 1, 128))
        for track in self.score.tracks:
            gain = _GAINS.get(track.role, 0.4) * np.exp(rng.normal(0, 0.4))
            if track.role != "drums":
                for note in track.notes:
                    self._strike(found, note, gain, track.role in ("chords", "bass"))
        return found

    def _strike(self, found: Array, note: Note, gain: float, is_struck: bool) -> None:
        start_s, end_s = self.score.tempo.seconds_at(np.array([note.start, note.end])) + self.bar_one_s
        first = max(int(start_s * CHROMA_RATE_HZ), 0)
        last = min(int(np.ceil((end_s + _RELEASE_S) * CHROMA_RATE_HZ)), len(found))
        if last <= first or not LOWEST_PITCH <= note.pitch <= HIGHEST_PITCH:
            return
        age_s = np.maximum(np.arange(first, last) / CHROMA_RATE_HZ - start_s, 0)
        fading = 0.75 + 440 * 2 ** ((note.pitch - 69) / 12) / 1500 if is_struck else 0.0
        loudness = np.sqrt(gain * (note.velocity / 127) ** 1.5 * np.exp(-fading * age_s))
        loudness[0] *= 0.6  # the window that hears it first is half before it
        found[first:last, note.pitch] = np.maximum(found[first:last, note.pitch], loudness)


def noted_song(name: str, score: Score) -> NotedSong:
    return NotedSong(name, score, start_of(name, score, "noted"))


def pop_songs(data: Path, split: str, limit: int | None = None) -> Iterator[NotedSong]:
    """POP909 in 4/4: the first 56 bars of the songs that stay in one key there."""
    songs = [p for p in read_pieces(data / "pop909" / f"{split}.jsonl.gz") if is_in(p, "4/4")]
    for song in songs[:limit]:
        score = first_bars(song)
        if score is not None:
            yield noted_song(song.id, score)


def sheet_songs(data: Path, split: str, bars: int, limit: int | None = None) -> Iterator[NotedSong]:
    """OpenEWLD sheets in 4/4 and 3/4 as a trio plays them."""
    sheets = [p for p in read_pieces(data / "openewld" / f"{split}.jsonl.gz") if p.score.harmony]
    for number, sheet in enumerate([p for p in sheets if is_in(p, "4/4") or is_in(p, "3/4")][:limit]):
        piece = cut(sheet.score, *excerpt_ticks(sheet.score, bars), sheet.score.key)
        is_waltz = is_in(sheet, "3/4")
        yield noted_song(
            sheet.id, waltzed(piece, with_beat=False) if is_waltz else comped(piece, walking=number % 2 == 1)
        )


def our_noted_songs(seeds: range, engine: Engine, bars: int) -> Iterator[NotedSong]:
    """The songs of `known_songs.our_songs`, before they sound."""
    for seed in seeds:
        for style in OUR_STYLES:
            metre, bpm = asked_of(style, seed, engine)
            song = noted(our_brief(style, metre, bpm, seed, bars), engine, Watch())
            yield noted_song(our_name(style, metre, bpm, seed), song.score)


def charted_songs(data: Path, split: str, limit: int | None = None) -> Iterator[NotedSong]:
    """McGill Billboard: the chords of chart songs on piano and bass, in the key that listeners wrote down."""
    for song in chart_songs(data / CHARTS / f"{split}.jsonl.gz")[:limit]:
        if song.mode != "any":
            yield noted_song(song.id, comped(charted(song), walking=False))


def charted(song: ChordSong) -> Score:
    """A chart song's chords; a section is taken to last four bars or a multiple, for only its changes are told."""
    metre = Metre(4, 4)
    slot, begins, starts = metre.ticks_per_bar // SLOTS_PER_BAR, 0, []
    for _, group in groupby(song.changes, key=lambda change: change.section):
        changes = list(group)
        starts += [(begins + change.slot, change.chord) for change in changes]
        section = SLOTS_PER_BAR * CHART_SECTION_BARS
        begins += section * (changes[-1].slot // section + 1)
    bars = min(begins // SLOTS_PER_BAR, CHART_BARS)
    ends = [*(at for at, _ in starts[1:]), begins]
    spans = tuple(
        ChordSpan(at * slot, (min(end, bars * SLOTS_PER_BAR) - at) * slot, chord)
        for (at, chord), end in zip(starts, ends, strict=True)
        if at < min(end, bars * SLOTS_PER_BAR)
    )
    tempo = TempoMap.constant(round(random.Random(song.id).uniform(72, 160), 1))
    return Score(bars, tempo, MetreMap.constant(metre), Key(song.tonic, song.mode), spans)
