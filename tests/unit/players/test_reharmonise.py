"""Chords written anew in some bars."""

from dataclasses import replace

import pytest
from tests.helpers import planned

from resonant.players.arranger.reharmonise import reharmonised
from resonant.score.model import ChordSpan, Note, Score, Track
from resonant.score.region import HARMONY, Region
from resonant.styles import all_styles
from resonant.testing import a_brief
from resonant.theory.chord import Chord


def rewritten(score: Score, start: int, end: int, seed: int = 3, style: str = "pop", **brief: object) -> Score:
    asked = replace(a_brief(style, score.bars), **brief)  # type: ignore[arg-type]
    region = Region.of([HARMONY], start, end)
    return replace(score, harmony=reharmonised(asked, all_styles()[style], score, region, seed))


def test_a_chord_that_crosses_the_border_is_cut_there_and_every_tick_outside_keeps_its_chord() -> None:
    score = planned(a_brief("pop", 8))
    long = replace(score, harmony=(ChordSpan(0, score.end, Chord.parse("C")),))
    new = rewritten(long, 2, 4)
    assert new.harmony[0] == ChordSpan(0, 2 * 1920, Chord.parse("C"))
    assert new.harmony[-1] == ChordSpan(4 * 1920, 4 * 1920, Chord.parse("C"))
    assert [a.end for a in new.harmony[:-1]] == [b.start for b in new.harmony[1:]]


@pytest.mark.parametrize("style", sorted(all_styles()))
def test_other_chords_are_other_chords_and_lead_on(style: str) -> None:
    score = planned(a_brief(style, 8))
    new = rewritten(score, 4, 7, style=style)
    assert new.harmony != score.harmony
    assert new.harmony[-1] == score.harmony[-1]


@pytest.mark.parametrize("played", ["F G Am C", "Am F C G", "C Am F G"])
def test_notes_that_stay_are_of_the_chords_that_come_in_under_them(played: str) -> None:
    score = planned(a_brief("pop", 8, key="C major"))
    chords = [Chord.parse(symbol) for symbol in played.split()]
    held = tuple(
        Note((4 + bar) * 1920 + beat * 480, 60 + pc, 480, 80)
        for bar, chord in enumerate(chords)
        for beat in range(4)
        for pc in chord.pitch_classes
    )
    locked = score.with_track(Track("pad", "pad", "warm_pad", held))

    def share(of: Score) -> float:
        fits = [note.pitch % 12 in chord.pitch_classes for note in held if (chord := of.chord_at(note.start))]
        return sum(fits) / len(fits)

    seeds = range(12)
    without = sum(share(rewritten(score, 4, 8, seed)) for seed in seeds)
    assert sum(share(rewritten(locked, 4, 8, seed)) for seed in seeds) > without + 1.0


def test_chords_that_the_user_gave_give_way_when_others_are_asked_for() -> None:
    brief = replace(a_brief("pop", 8, key="C major"), progression=("C", "F"))
    score = planned(brief)
    assert rewritten(score, 0, 8, progression=brief.progression).harmony != score.harmony
