"""Beams and dynamics on paper: what is joined, and how loud a part enters."""

from collections import defaultdict
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.score.model import Note, Score, Section, Track
from resonant.score.musicxml import to_musicxml
from resonant.units import Metre, MetreMap

METRES = st.sampled_from(["4/4", "3/4", "6/8", "12/8", "7/8", "5/4", "5/8", "2/2", "5/16", "3/32", "1/1"])
NOTES = st.lists(
    st.builds(Note, st.integers(0, 64).map(lambda i: i * 60), st.integers(50, 80), st.integers(30, 960), st.just(80)),
    min_size=1,
    max_size=40,
)
FLAGS = {"eighth": 1, "16th": 2, "32nd": 3, "64th": 4}


def a_line(notes: list[Note], metre: str, *sections: Section) -> Score:
    track = Track("melody", "melody", "flute", tuple(sorted(notes)))
    bars = sections[-1].end_bar if sections else 3
    return Score(bars, metre=MetreMap.constant(Metre.parse(metre)), sections=sections, tracks=(track,))


def page(score: Score) -> ET.Element:
    return ET.fromstring(to_musicxml(score, "all"))


def evenly(metre: str, ticks: int) -> list[Note]:
    bar = Metre.parse(metre).ticks_per_bar
    return [Note(at, 72, ticks, 80) for at in range(0, bar, ticks)]


def joined(score: Score) -> list[int]:
    """How many notes each beam of the first bar joins."""
    groups: list[int] = []
    for note in page(score).findall("part/measure[@number='1']/note"):
        sign = note.findtext("beam[@number='1']")
        groups += [1] if sign == "begin" else []
        groups[-1:] = [groups[-1] + 1] if sign in ("continue", "end") else groups[-1:]
    return groups


@settings(max_examples=80, deadline=None)
@given(NOTES, METRES)
def test_every_beam_that_begins_ends_and_joins_what_has_flags(notes: list[Note], metre: str) -> None:
    for measure in page(a_line(notes, metre)).iter("measure"):
        running: dict[tuple[str, int], bool] = defaultdict(bool)
        for note in measure.findall("note"):
            if note.find("chord") is not None or note.find("grace") is not None:
                assert note.find("beam") is None
                continue
            voice, signs = note.findtext("voice", ""), note.findall("beam")
            flags = 0 if note.find("rest") is not None else FLAGS.get(note.findtext("type", ""), 0)
            assert [sign.get("number") for sign in signs] == [str(n) for n in range(1, flags + 1)] or not signs
            for level in range(1, 5):
                text = next((sign.text for sign in signs if sign.get("number") == str(level)), "")
                assert running[voice, level] == (text in ("continue", "end"))
                running[voice, level] = text in ("begin", "continue")
            assert "hook" not in next((sign.text or "" for sign in signs if sign.get("number") == "1"), "")
        assert not any(running.values())


@pytest.mark.parametrize(
    ("metre", "ticks", "groups"),
    [
        ("4/4", 240, [2, 2, 2, 2]), ("4/4", 120, [4, 4, 4, 4]), ("3/4", 240, [2, 2, 2]), ("6/8", 240, [3, 3]),
        ("12/8", 240, [3, 3, 3, 3]), ("2/2", 240, [4, 4]), ("5/8", 240, [2, 3]), ("7/8", 240, [2, 2, 3]),
        ("4/4", 480, []), ("4/4", 160, [3, 3, 3, 3]),
    ],
)  # fmt: skip
def test_beams_show_the_beats_of_the_metre(metre: str, ticks: int, groups: list[int]) -> None:
    assert joined(a_line(evenly(metre, ticks), metre)) == groups


def test_a_sixteenth_behind_a_dotted_eighth_has_its_second_beam_as_a_hook() -> None:
    dotted = [Note(0, 72, 360, 80), Note(360, 74, 120, 80), Note(480, 76, 120, 80), Note(600, 74, 360, 80)]
    beams = [[sign.text for sign in note.findall("beam")] for note in page(a_line(dotted, "4/4")).iter("note")]
    assert beams[:4] == [["begin"], ["end", "backward hook"], ["begin", "forward hook"], ["end"]]


def test_a_part_is_marked_where_it_enters_and_where_a_section_is_louder_or_softer() -> None:
    levels = {"intro": 50, "verse": 52, "chorus": 98, "outro": 30}
    sections = [Section(name, bar, 1, 0.5, name[0].upper()) for bar, name in enumerate(levels)]
    notes = [Note(bar * 1920 + 480, 72, 480, level) for bar, level in enumerate(levels.values())]
    measures = page(a_line(notes, "4/4", *sections)).findall("part/measure")
    marks = [[mark.tag for mark in measure.findall("direction/direction-type/dynamics/*")] for measure in measures]
    assert marks == [["p"], [], ["f"], ["pp"]]
    at_its_note = measures[0].findall("*")
    place = next(i for i, each in enumerate(at_its_note) if each.find("direction-type/dynamics") is not None)
    assert at_its_note[place + 1].find("pitch") is not None


def test_a_part_that_rests_is_marked_where_it_comes_in() -> None:
    sections = (Section("verse", 0, 2, 0.5, "A"), Section("chorus", 2, 2, 0.5, "B"))
    measures = page(a_line([Note(2 * 1920, 72, 480, 112)], "4/4", *sections)).findall("part/measure")
    assert [bool(measure.findall(".//dynamics/ff")) for measure in measures] == [False, False, True, False]
