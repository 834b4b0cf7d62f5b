"""Form: sections that fill the bars asked for."""

import pytest
from tests.helpers import changed

from resonant.brief.model import SectionBrief
from resonant.errors import BriefError
from resonant.players.arranger.form import plan_form
from resonant.styles import all_styles
from resonant.testing import a_brief


@pytest.mark.parametrize("style", sorted(all_styles()))
@pytest.mark.parametrize("bars", [1, 2, 3, 7, 8, 16, 31, 48, 64, 100])
def test_sections_fill_any_number_of_bars_without_gap(style: str, bars: int) -> None:
    sections = plan_form(a_brief(style, bars), all_styles()[style])
    ends = [0, *(section.end_bar for section in sections)]
    assert [section.start_bar for section in sections] == ends[:-1]
    assert ends[-1] == bars
    assert all(0 < section.energy <= 1 for section in sections)


def test_sections_that_were_asked_for_come_in_their_order() -> None:
    wanted = tuple(SectionBrief(name) for name in ("intro", "chorus", "verse", "chorus", "outro"))
    sections = plan_form(changed(a_brief(bars=32), form=wanted), all_styles()["pop"])
    assert [section.name for section in sections] == ["intro", "chorus", "verse", "chorus", "outro"]
    assert [section.visit for section in sections if section.name == "chorus"] == [0, 1]


def test_a_length_that_was_said_is_kept_while_others_give_way() -> None:
    wanted = (SectionBrief("verse", bars=12), SectionBrief("chorus"))
    sections = plan_form(changed(a_brief(bars=16), form=wanted), all_styles()["pop"])
    assert [section.bars for section in sections] == [12, 4]


def test_a_long_song_has_a_beginning_a_turn_and_an_end() -> None:
    names = [section.name for section in plan_form(a_brief("pop", 64), all_styles()["pop"])]
    assert (names[0], names[-1], "bridge" in names) == ("intro", "outro", True)


@pytest.mark.parametrize("style", ["house", "techno", "drum & bass", "pop"])
def test_sixteen_bars_are_more_than_one_section(style: str) -> None:
    assert len(plan_form(a_brief(style, 16), all_styles()[style])) > 1


def test_a_club_track_breaks_down_before_its_last_drop_which_keeps_its_length() -> None:
    sections = plan_form(a_brief("house", 48), all_styles()["house"])
    names = [section.name for section in sections]
    assert "breakdown" in names[: names[::-1].index("drop") * -1 - 1]
    assert all(section.bars >= 8 for section in sections if section.name == "drop")


def test_no_sudden_changes_means_less_contrast() -> None:
    loud, calm = (
        plan_form(changed(brief, sound=changed(brief.sound, dynamics=dynamics)), all_styles()["pop"])
        for brief, dynamics in ((a_brief(bars=32), 0.9), (a_brief(bars=32), 0.1))
    )
    spread = [max(s.energy for s in form) - min(s.energy for s in form) for form in (loud, calm)]
    assert spread[0] > 2 * spread[1]


def test_more_sections_than_bars_are_refused() -> None:
    wanted = tuple(SectionBrief("verse") for _ in range(5))
    with pytest.raises(BriefError, match="5 sections do not fit into 4 bars"):
        plan_form(changed(a_brief(bars=4), form=wanted), all_styles()["pop"])


def test_a_section_nobody_knows_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BriefError, match="'coda' is not known; the sections are intro"):
        plan_form(changed(a_brief(bars=8), form=(SectionBrief("coda"),)), all_styles()["pop"])
