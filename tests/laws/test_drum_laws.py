"""What holds for drums in every style, metre, form, manner and region."""

import dataclasses
from collections import defaultdict
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.players.arranger.drum_bars import strokes_in
from resonant.players.arranger.drum_form import planned
from resonant.players.arranger.drum_hands import playable
from resonant.players.arranger.drum_keys import FEET, HAT_FAMILY
from resonant.players.arranger.drums import play_drums
from resonant.players.arranger.percussion import play_percussion
from resonant.players.context import Context
from resonant.score.model import ChordSpan, Score, Section, Track
from resonant.styles import all_styles
from resonant.testing import a_brief
from resonant.theory.chord import Chord
from resonant.units import Metre, MetreMap, TempoMap

NAMES = ("intro", "verse", "prechorus", "chorus", "breakdown", "drop", "bridge", "outro")
METRES = ("4/4", "3/4", "6/8", "12/8", "5/4", "7/8", "2/2", "5/8", "11/8", "3/2", "1/32", "13/16")
MANNERS = ("", "brushes", "four on the floor", "half-time", "double-time", "blast", "cross-stick", "no fills", "sparse")


@st.composite
def contexts(draw: st.DrawFn, role: str = "drums") -> Context:
    style = all_styles()[draw(st.sampled_from(sorted(all_styles())))]
    metres = MetreMap.constant(Metre.parse(draw(st.sampled_from(METRES))))
    sections: list[Section] = []
    for letter in draw(st.lists(st.sampled_from("AB"), min_size=1, max_size=3)):
        start, bars = sections[-1].end_bar if sections else 0, draw(st.integers(1, 5))
        sections.append(Section(draw(st.sampled_from(NAMES)), start, bars, draw(st.floats(0, 1)), letter))
    total = sections[-1].end_bar
    harmony = (ChordSpan(0, metres.bar_start(total), Chord.parse("F#m7")),)
    kit = "percussion" if role == "percussion" else draw(st.sampled_from(["standard_kit", "orchestra_kit", "kit_808"]))
    track = Track(role, role, kit)
    tempo = TempoMap.constant(draw(st.sampled_from([40.0, 100.0, 180.0, 400.0])))
    score = Score(total, tempo, metres, harmony=harmony, sections=tuple(sections), tracks=(track,))
    asked = draw(st.sets(st.integers(0, total - 1), min_size=1).map(lambda bars: tuple(sorted(bars))))
    brief, seed = a_brief(style.name, total), draw(st.integers(0, 2**63 - 1))
    return Context(brief, style, score, track, asked, seed, draw(st.sampled_from(MANNERS)))


@settings(max_examples=120, deadline=None)
@given(contexts())
def test_two_hands_and_two_feet_can_play_it(context: Context) -> None:
    for bar in context.bars:
        together: dict[int, list[str]] = defaultdict(list)
        for stroke in playable(strokes_in(context, planned(context, bar))):
            together[stroke.at].append(stroke.drum)
        for drums in together.values():
            assert len(drums) == len(set(drums))
            assert sum(drum not in FEET for drum in drums) <= 2
            assert sum(drum in HAT_FAMILY for drum in drums) <= 1


@settings(max_examples=120, deadline=None)
@given(contexts())
def test_every_note_starts_in_an_asked_bar_and_rings_within_that_stretch(context: Context) -> None:
    notes = play_drums(context).notes
    assert list(notes) == sorted(notes)
    for note in notes:
        bar = context.score.metre.bar_at(note.start)
        assert bar in context.bars
        stop = bar + 1
        while stop in context.bars:
            stop += 1
        assert note.duration >= 1 and note.end <= context.bar_start(stop)
        assert 1 <= note.velocity <= 127 and 35 <= note.pitch <= 81


@settings(max_examples=60, deadline=None)
@given(contexts())
def test_a_drum_never_sounds_over_itself(context: Context) -> None:
    by_pitch = defaultdict(list)
    for note in play_drums(context).notes:
        by_pitch[note.pitch].append(note)
    assert all(a.end <= b.start for notes in by_pitch.values() for a, b in pairwise(notes))


@settings(max_examples=40, deadline=None)
@given(contexts())
def test_a_bar_asked_for_alone_is_the_bar_of_the_whole(context: Context) -> None:
    """With nothing written beside it, a bar depends on the seed and the form only."""
    bar = context.bars[0]
    start, end = context.score.bar_ticks(bar)
    whole = {(n.start, n.pitch, n.velocity) for n in play_drums(context).notes if start <= n.start < end}
    alone = {(n.start, n.pitch, n.velocity) for n in play_drums(dataclasses.replace(context, bars=(bar,))).notes}
    assert alone == whole


@settings(max_examples=60, deadline=None)
@given(contexts(role="percussion"))
def test_percussion_stays_in_its_bars(context: Context) -> None:
    part = play_percussion(context)
    assert part == play_percussion(context)
    assert {context.score.metre.bar_at(note.start) for note in part.notes} <= set(context.bars)
