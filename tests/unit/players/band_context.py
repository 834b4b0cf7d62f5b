"""Small scores to play in: sections, a chord per bar, and a context for one part."""

from collections.abc import Sequence

from resonant.brief.model import Brief
from resonant.players.context import Context
from resonant.score.model import ChordSpan, Score, Section, Track
from resonant.styles import all_styles
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import Metre, MetreMap, TempoMap

AXIS = ("C", "Am", "F", "G")


def song(
    chords: Sequence[str] = AXIS,
    bars: int = 8,
    metre: str = "4/4",
    key: str = "C major",
    tempo_bpm: float = 100.0,
    sections: Sequence[Section] = (),
) -> Score:
    """A score without tracks: the chords over and over, one or (as "C G") several to a bar."""
    metres = MetreMap.constant(Metre.parse(metre))
    spans: list[ChordSpan] = []
    for bar in range(bars):
        start, end = metres.bar_start(bar), metres.bar_start(bar + 1)
        names = chords[bar % len(chords)].split()
        edges = [start + round((end - start) / 240 * i / len(names)) * 240 for i in range(len(names))] + [end]
        spans += [ChordSpan(a, b - a, Chord.parse(n)) for n, a, b in zip(names, edges, edges[1:], strict=False)]
    form = tuple(sections) or (Section("verse", 0, bars, 0.5, "A"),)
    return Score(bars, TempoMap.constant(tempo_bpm), metres, Key.parse(key), tuple(spans), form)


def form(*rows: tuple[str, int, float, str]) -> tuple[Section, ...]:
    """Sections in a row from (name, bars, energy, material); visits are counted."""
    sections: list[Section] = []
    for name, bars, energy, material in rows:
        start = sections[-1].end_bar if sections else 0
        visit = sum(s.material == material for s in sections)
        sections.append(Section(name, start, bars, energy, material, visit))
    return tuple(sections)


def context(
    role: str,
    instrument: str,
    style: str = "pop",
    score: Score | None = None,
    bars: Sequence[int] | None = None,
    seed: int = 1,
    manner: str = "",
    track: Track | None = None,
) -> Context:
    """What a player of `role` hears; the whole song is to be written unless `bars` says otherwise."""
    score = score if score is not None else song()
    written = track if track is not None else Track(role, role, instrument)
    return Context(
        brief=Brief("", style, score.tempo.bpm, score.key, score.metre.metre_at(0), score.bars, seed),
        style=all_styles()[style],
        score=score.with_track(written),
        track=written,
        manner=manner,
        bars=tuple(range(score.bars)) if bars is None else tuple(bars),
        seed=seed,
    )
