"""MusicXML: its measures add up to the tick, whatever is played; chords and pitches are spelled as musicians do."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.score.model import ChordSpan, Lyric, Note, Score, Section, Track
from resonant.score.musicxml import to_musicxml
from resonant.score.musicxml_chords import Degree, kind_of
from resonant.score.notation import fifths, spelled
from resonant.score.passes.feel import Swing
from resonant.theory.chord import Chord
from resonant.theory.key import MODES, Key
from resonant.theory.pitch import LETTERS
from resonant.units import Metre, MetreChange, MetreMap, TempoChange, TempoMap

metres = st.sampled_from(["4/4", "3/4", "6/8", "12/8", "7/8", "5/4", "2/2", "5/16", "3/32", "1/1"])
keys = st.builds(Key, st.integers(0, 11), st.sampled_from(list(MODES)))
notes = st.builds(Note, st.integers(0, 7_000), st.integers(0, 127), st.integers(1, 3_000), st.integers(1, 127))
INSTRUMENTS = {"melody": "flute", "chords": "grand_piano", "bass": "upright_bass", "drums": "standard_kit"}
tracks = st.builds(
    lambda role, played: Track(role, role, INSTRUMENTS[role], tuple(sorted(played))),
    st.sampled_from(list(INSTRUMENTS)), st.lists(notes, max_size=30),
)  # fmt: skip
sevenths = st.builds(Chord, st.integers(0, 11), st.sampled_from(["7", "m7b5", "dim7", "aug"]))
scores = st.builds(
    lambda first, second, key, parts: Score(
        4, metre=MetreMap((MetreChange(0, Metre.parse(first)), MetreChange(2, Metre.parse(second)))), key=key,
        tracks=tuple(parts),
    ),
    metres, metres, keys, st.lists(tracks, max_size=3, unique_by=lambda track: track.name),
)  # fmt: skip


def measures(score: Score, swing: Swing = Swing()) -> Iterator[tuple[ET.Element, list[ET.Element]]]:  # noqa: B008
    """Each part with its measures."""
    for part in ET.fromstring(to_musicxml(score, "all", swing)).findall("part"):
        yield part, part.findall("measure")


def ticks(note: ET.Element) -> int:
    return 0 if note.find("grace") is not None else int(note.findtext("duration", ""))


@given(scores, st.sampled_from([Swing(), Swing.of(2 / 3, 8), Swing.of(0.58, 16)]))
@settings(max_examples=60)
def test_every_voice_of_every_measure_lasts_exactly_the_bar(score: Score, swing: Swing) -> None:
    for _, bars in measures(score, swing):
        assert len(bars) == score.bars
        for bar, measure in enumerate(bars):
            start, end = score.bar_ticks(bar)
            voices: dict[str, int] = defaultdict(int)
            for note in measure.findall("note"):
                if note.find("chord") is None:
                    voices[note.findtext("voice", "")] += ticks(note)
            assert set(voices.values()) == {end - start}
            assert "1" in voices
            backups = [int(each.findtext("duration", "")) for each in measure.findall("backup")]
            assert backups == [end - start] * (len(voices) - 1)


@given(scores)
@settings(max_examples=40)
def test_every_tie_that_begins_ends_at_the_same_pitch(score: Score) -> None:
    for _, bars in measures(score):
        open_ties: set[tuple[str, str]] = set()
        for note in (note for measure in bars for note in measure.findall("note")):
            place = note.find("pitch") if note.find("unpitched") is None else note.find("unpitched")
            if place is None:
                continue
            name = (note.findtext("voice", ""), "".join(place.itertext()))
            ties = {tie.get("type") for tie in note.findall("tie")}
            assert ("stop" in ties) == (name in open_ties)
            open_ties.discard(name)
            if "start" in ties:
                open_ties.add(name)
        assert not open_ties


@given(scores)
@settings(max_examples=40)
def test_every_bracket_of_triplets_that_opens_closes_within_its_beat(score: Score) -> None:
    for _, bars in measures(score, Swing()):
        for measure in bars:
            inside: dict[str, int] = {}
            for note in measure.findall("note"):
                if note.find("chord") is not None or note.find("grace") is not None:
                    continue  # one bracket a stem, none on ornaments
                voice = note.findtext("voice", "")
                kinds = [sign.get("type") for sign in note.findall("notations/tuplet")]
                if "start" in kinds:
                    assert voice not in inside
                    inside[voice] = 0
                assert (note.find("time-modification") is not None) == (voice in inside)
                if voice in inside:
                    inside[voice] += ticks(note)
                if "stop" in kinds:
                    assert inside.pop(voice) == 480
            assert not inside


@given(st.integers(0, 127), keys, st.one_of(st.none(), sevenths))
def test_a_spelled_pitch_is_that_pitch(pitch: int, key: Key, chord: Chord | None) -> None:
    name = spelled(pitch, key, chord)
    assert 12 * (name.octave + 1) + LETTERS[name.step] + name.alter == pitch
    assert abs(name.alter) <= 2


@given(keys)
def test_a_scale_takes_each_letter_once_and_its_signature_is_no_more_than_six_signs(key: Key) -> None:
    assert len({spelled(60 + pc, key).step for pc in key.scale}) == 7
    assert -6 <= fifths(key) <= 6
    signed = [spelled(60 + pc, key).alter for pc in key.scale]
    if "ic minor" not in key.mode:  # harmonic and melodic minor raise degrees that the signature does not
        assert sum(signed) == fifths(key)


@pytest.mark.parametrize(
    ("key", "chord", "pitch", "name"),
    [
        ("F# major", None, 65, "E#4"), ("Eb minor", None, 71, "Cb5"), ("C", "A7", 61, "C#4"), ("C", "Ab7", 61, "Db4"),
        ("A minor", None, 68, "G#4"), ("C", "D7", 66, "F#4"), ("C", "Fm7", 63, "Eb4"),
    ],
)  # fmt: skip
def test_pitches_are_named_as_musicians_name_them(key: str, chord: str | None, pitch: int, name: str) -> None:
    found = spelled(pitch, Key.parse(key), None if chord is None else Chord.parse(chord))
    assert f"{found.step}{'#' * found.alter}{'b' * -found.alter}{found.octave}" == name


@pytest.mark.parametrize(
    ("quality", "kind", "degrees"),
    [
        ("", "major", []), ("m7", "minor-seventh", []), ("maj9", "major-ninth", []), ("dim7", "diminished-seventh", []),
        ("m7b5", "half-diminished", []), ("sus4", "suspended-fourth", []), ("5", "power", []), ("6", "major-sixth", []),
        ("mmaj7", "major-minor", []), ("aug", "augmented", []), ("7#5", "augmented-seventh", []),
        ("13", "dominant-13th", []), ("7b9", "dominant", [(9, -1, "add")]), ("add9", "major", [(9, 0, "add")]),
        ("7sus4", "suspended-fourth", [(7, 0, "add")]),
        ("6/9", "major-sixth", [(9, 0, "add")]), ("maj7#11", "major-seventh", [(11, 1, "add")]),
        ("7b5", "dominant", [(5, -1, "alter")]), ("7b9#9", "dominant", [(9, -1, "add"), (9, 1, "add")]),
    ],
)  # fmt: skip
def test_a_chord_has_its_kind_and_what_it_adds(quality: str, kind: str, degrees: list[tuple[int, int, str]]) -> None:
    assert kind_of(quality) == (kind, tuple(Degree(*degree) for degree in degrees))


def test_the_same_score_gives_the_same_bytes() -> None:
    score = Score(1, tracks=(Track("melody", "melody", "flute", (Note(0, 60, 480, 80),)),))
    assert to_musicxml(score) == to_musicxml(score)


def test_text_that_xml_can_not_hold_is_left_out() -> None:
    title, word = "a\x00<b>\ud800&\uffff", "la\x08-"
    score = Score(
        1, tracks=(Track("melody", "melody", "flute", (Note(0, 60, 480, 80),)),), lyrics=(Lyric(0, word),), title=title
    )
    page = ET.fromstring(to_musicxml(score))
    assert page.findtext("work/work-title") == "a<b>&"
    assert page.findtext(".//lyric/text") == "la"


def test_what_belongs_to_the_song_stands_once_on_the_first_staff() -> None:
    score = Score(
        2, TempoMap((TempoChange(0, 90.0), TempoChange(720, 96.0))), key=Key.parse("C"),
        harmony=(ChordSpan(0, 1440, Chord.parse("C")), ChordSpan(1440, 960, Chord.parse("F/A"))),
        sections=(Section("verse", 0, 1, 0.5, "A"), Section("chorus", 1, 1, 0.5, "B")),
        tracks=(
            Track("bass", "bass", "upright_bass", (Note(0, 36, 1920, 80),)),
            Track("lead", "melody", "flute", (Note(0, 72, 3840, 80),)),
        ),
    )  # fmt: skip
    page = ET.fromstring(to_musicxml(score, "all", Swing.of(2 / 3, 8)))
    lead, bass = page.findall("part")
    assert [each.text for each in lead.findall(".//rehearsal")] == ["Verse", "Chorus"]
    assert [each.get("tempo") for each in lead.findall(".//sound[@tempo]")] == ["90", "96"]
    assert [each.text for each in lead.findall(".//direction-type/words")] == ["Swing"]
    assert [(h.findtext("kind"), h.findtext("offset")) for h in lead.findall(".//harmony")] == [
        ("major", None), ("major", "1440"), ("none", "480"),
    ]  # fmt: skip
    assert bass.findall(".//harmony") == bass.findall(".//rehearsal") == bass.findall(".//metronome") == []


def test_a_song_without_melody_is_a_sheet_of_chords() -> None:
    score = Score(2, harmony=(ChordSpan(0, 3840, Chord.parse("Am7")),))
    page = ET.fromstring(to_musicxml(score))
    assert [rest.get("measure") for rest in page.findall(".//rest")] == ["yes", "yes"]
    assert page.findtext(".//harmony/kind") == "minor-seventh"


def test_more_strands_than_a_staff_has_voices_lose_no_pitch() -> None:
    held = tuple(Note(120 * i, 50 + 2 * i, 1920 - 120 * i - 120 * (i % 3), 80) for i in range(8))
    page = ET.fromstring(to_musicxml(Score(1, tracks=(Track("chords", "chords", "grand_piano", held),)), "all"))
    assert {note.findtext("voice") for note in page.iter("note")} == {"1", "2", "3", "4"}
    heads = [note for note in page.iter("note") if note.find("pitch") is not None]
    assert sum(note.find("tie[@type='stop']") is None for note in heads) == 8


def test_an_accidental_is_written_once_in_a_measure() -> None:
    line = (Note(0, 66, 480, 80), Note(480, 66, 480, 80), Note(960, 65, 960, 80), Note(1920, 65, 480, 80))
    page = ET.fromstring(to_musicxml(Score(2, key=Key.parse("G"), tracks=(Track("m", "melody", "flute", line),))))
    signs = [note.findtext("accidental") for note in page.iter("note") if note.find("pitch") is not None]
    assert signs == [None, None, "natural", "natural"]


def test_a_drum_names_its_key_and_its_head() -> None:
    score = Score(1, tracks=(Track("drums", "drums", "standard_kit", (Note(0, 42, 60, 80), Note(0, 36, 60, 80))),))
    page = ET.fromstring(to_musicxml(score, "all"))
    assert page.findtext(".//clef/sign") == "percussion"
    assert {i.findtext("midi-unpitched") for i in page.iter("midi-instrument")} == {"37", "43"}
    heads = {n.findtext("unpitched/display-step"): n.findtext("notehead") for n in page.iter("note")}
    assert heads["G"] == "x" and heads["F"] is None


def test_drums_alone_are_a_score_too() -> None:
    drums = Track("drums", "drums", "standard_kit", (Note(0, 36, 60, 80),))
    score = Score(1, tracks=(drums, replace(drums, name="empty", notes=())))
    assert len(ET.fromstring(to_musicxml(score, "all")).findall("part")) == 1
