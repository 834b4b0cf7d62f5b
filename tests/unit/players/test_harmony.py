"""Harmony: chords for every bar, in the style's manner."""

import itertools

import pytest
from tests.helpers import changed, planned

from resonant.errors import BriefError
from resonant.score.model import Score
from resonant.styles import all_styles
from resonant.testing import a_brief
from resonant.theory.key import MODES
from resonant.units import TICKS_PER_QUARTER

STYLES = sorted(all_styles())


def symbols(score: Score) -> list[str]:
    return [span.chord.symbol(score.key) for span in score.harmony]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("metre", ["4/4", "3/4", "6/8", "7/8"])
def test_chords_cover_every_tick_in_order(style: str, metre: str) -> None:
    score = planned(a_brief(style, 24, metre=metre))
    borders = [(span.start, span.end) for span in score.harmony]
    assert borders[0][0] == 0
    assert borders[-1][1] == score.end
    assert all(end == start for (_, end), (start, _) in itertools.pairwise(borders))
    assert all(start < end for start, end in borders)


@pytest.mark.parametrize("style", STYLES)
def test_a_song_ends_at_home(style: str) -> None:
    for seed in range(6):
        score = planned(a_brief(style, 16, seed))
        assert score.harmony[-1].chord.root == score.key.tonic


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_has_harmony_of_its_own(mode: str) -> None:
    for seed in range(6):
        score = planned(a_brief("pop", 8, seed, key=f"D {mode}"))
        assert score.key.tonic in {span.chord.root for span in score.harmony}
        assert len({span.chord for span in score.harmony}) > 1


def test_the_users_own_chords_are_taken_as_they_are() -> None:
    brief = changed(a_brief("jazz", 8, key="C major"), progression=("Dm7 G7", "Cmaj7"))
    assert symbols(planned(brief)) == ["Dm7", "G7", "Cmaj7"] * 4


def test_the_users_numerals_are_chords_of_the_key() -> None:
    brief = changed(a_brief("pop", 4, key="G major"), progression=("I", "V/3", "vi7", "IV"))
    assert symbols(planned(brief)) == ["G", "D/F#", "Em7", "C"]


def test_a_chord_nobody_can_read_is_refused_by_name() -> None:
    with pytest.raises(BriefError, match="'hello' in the progression is neither a chord"):
        planned(changed(a_brief("pop", 4), progression=("hello",)))


def test_two_chords_share_a_bar_of_three_as_two_and_one() -> None:
    brief = changed(a_brief("folk", 1, metre="3/4"), progression=("C G",))
    assert [span.duration // TICKS_PER_QUARTER for span in planned(brief).harmony] == [2, 1]


def test_sections_of_one_material_share_their_chords() -> None:
    for seed in range(5):
        score = planned(a_brief("pop", 64, seed))
        first, second = [section for section in score.sections if section.name == "chorus"][:2]
        openings = [
            [
                span.chord
                for span in score.chords_in(score.metre.bar_start(s.start_bar), score.metre.bar_start(s.start_bar + 4))
            ]
            for s in (first, second)
        ]
        assert openings[0] == openings[1]


def test_seeds_make_different_songs() -> None:
    assert len({tuple(symbols(planned(a_brief("gospel", 16, seed)))) for seed in range(20)}) > 12


def test_more_complexity_brings_more_substitutions() -> None:
    def chords(complexity: int) -> int:
        return sum(
            len(planned(changed(a_brief("gospel", 16, seed), complexity=complexity)).harmony) for seed in range(15)
        )

    assert chords(10) > chords(1)
