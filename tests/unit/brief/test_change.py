"""A prompt for some parts of a song: what it changes, what it leaves, what it can not change."""

from collections.abc import Mapping

import pytest

from resonant.brief.change import read_change
from resonant.brief.model import Brief, PartBrief
from resonant.errors import BriefError
from resonant.testing import a_brief


def touched(brief: Brief, *roles: str, whole: bool = True) -> Mapping[PartBrief, bool]:
    return {part: whole for part in brief.parts if part.role in roles}


def part(brief: Brief, role: str) -> PartBrief:
    return next(part for part in brief.parts if part.role == role)


def test_a_manner_is_for_the_part_that_is_written() -> None:
    brief = a_brief("gospel")
    new = read_change("walking bass", brief, touched(brief, "bass"))
    assert (part(new, "bass").manner, part(new, "bass").instrument) == ("walking", "upright_bass")
    assert [p for p in new.parts if p.role != "bass"] == [p for p in brief.parts if p.role != "bass"]


def test_in_some_bars_a_manner_comes_without_its_instrument() -> None:
    brief = a_brief("house")
    new = read_change("acid line", brief, touched(brief, "bass", whole=False))
    assert (part(new, "bass").manner, part(new, "bass").instrument) == ("acid", part(brief, "bass").instrument)
    assert new.remarks == ()


def test_an_instrument_changes_for_a_whole_track_and_is_remarked_on_for_less() -> None:
    brief = a_brief("pop")
    assert part(read_change("on a clavinet", brief, touched(brief, "chords")), "chords").instrument == "clavinet"
    some = read_change("on a clavinet", brief, touched(brief, "chords", whole=False))
    assert some.parts == brief.parts
    assert "for a whole track" in some.remarks[0]


@pytest.mark.parametrize(
    ("text", "energy", "complexity"),
    [("busier", 1, 1), ("much sparser", -1, -1), ("calmer", -1, 0), ("Livelier!", 1, 0), ("less busy", -1, -1),
     ("simpler", 0, -1), ("more fills", 0, 1), ("angry", 1, 0), ("lonely", -1, 0)],
)  # fmt: skip
def test_more_and_less_are_measured_from_what_there_is(text: str, energy: int, complexity: int) -> None:
    brief = a_brief("pop")
    new = read_change(text, brief, touched(brief, "drums"))
    assert (sign(new.energy - brief.energy), sign(new.complexity - brief.complexity)) == (energy, complexity)
    assert new.unread == ()


def sign(value: float) -> int:
    return (value > 0) - (value < 0)


@pytest.mark.parametrize(
    ("text", "what"),
    [("faster", "the tempo"), ("at 187 bpm", "the tempo"), ("in F# minor", "the key"), ("in 7/8", "the metre"),
     ("16 bars", "the length"), ("reggae", r"the style \(reggae\)"), ("| Am | F |", "the chords by name")],
)  # fmt: skip
def test_what_belongs_to_the_whole_song_is_refused_in_one_sentence(text: str, what: str) -> None:
    brief = a_brief("pop", key="C major")
    with pytest.raises(BriefError, match=f"^{what} of a song can not be changed by a prompt.*restyle"):
        read_change(text, brief, touched(brief, "bass"))


def test_what_the_song_is_already_may_be_said() -> None:
    brief = a_brief("pop", key="C major")
    assert read_change("pop in C major, 4/4", brief, touched(brief, "bass")).parts == brief.parts


def test_what_is_not_understood_is_told_and_nothing_else_is_left_from_earlier_words() -> None:
    brief = a_brief("pop")
    assert read_change("more blorpish, calmer", brief, touched(brief, "bass")).unread == ("blorpish",)
    assert read_change("  ", brief, touched(brief, "bass")) == brief


def test_who_is_not_written_is_named() -> None:
    brief = a_brief("pop")
    new = read_change("walking bass", brief, touched(brief, "drums"))
    assert new.parts == brief.parts
    assert new.remarks == ("'walking bass' is a way to play bass, which is not among what is written.",)
