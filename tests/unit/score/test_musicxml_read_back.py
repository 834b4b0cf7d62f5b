"""MusicXML as music21 reads it: pitches, durations, chords, words, key and metre are what the score says."""

import warnings
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from tests.acceptance.test_first_song import written

from resonant.score.model import ChordSpan, Lyric, Note, Score, Track
from resonant.score.musicxml import Parts, to_musicxml
from resonant.score.notation import staves
from resonant.score.passes.feel import Swing
from resonant.styles import all_styles
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import Metre, MetreChange, MetreMap, TempoChange, TempoMap

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # those of music21's own imports
    import music21

Sounding = tuple[int, int, int]  # start, duration in ticks, pitch
WORDS = ("won-", "der-", "ful", "day,", "夜", "oh", "oh-", "la")
SONGS = (("gospel", ""), ("jazz", ""), ("pop", "3/4"), ("ballad", "6/8"), ("hip hop", ""), ("blues", ""))


def read(score: Score, parts: Parts = "lead", swing: Swing = Swing()) -> Any:  # noqa: B008
    return music21.converter.parseData(to_musicxml(score, parts, swing), format="musicxml")


def tick(quarters: Fraction | float) -> int:
    ticks = Fraction(quarters).limit_denominator(96) * 480
    assert ticks.denominator == 1
    return int(ticks)


def sounding(part: Any) -> list[Sounding]:
    """The pitched notes of a part, ties joined, ornaments left out."""
    found: list[Sounding] = []
    tied: dict[tuple[int, int], int] = {}  # by tick and pitch, where a note that is tied on there began
    for at, each in _written_notes(part):
        for note in each.notes if each.isChord else [each]:
            pitch, end = note.pitch.midi, at + tick(each.quarterLength)
            tie = None if note.tie is None else note.tie.type
            start = tied.pop((at, pitch)) if tie in ("stop", "continue") else at
            if tie in ("start", "continue"):
                tied[end, pitch] = start
            else:
                found.append((start, end - start, pitch))
    assert not tied
    return sorted(found)


def _written_notes(part: Any) -> list[tuple[int, Any]]:
    """What stands in the measures, with its tick; neither chord symbols nor ornaments."""
    kinds = (music21.note.Note, music21.note.Unpitched, music21.chord.Chord, music21.percussion.PercussionChord)
    found = [
        (tick(each.getOffsetInHierarchy(part)), each)
        for each in part.recurse().getElementsByClass(kinds)
        if not isinstance(each, music21.harmony.ChordSymbol) and not each.duration.isGrace
    ]
    return sorted(found, key=lambda pair: pair[0])


def swing_of(style: str) -> Swing:
    return Swing.of(all_styles()[style].swing.amount, all_styles()[style].swing.unit)


@pytest.fixture(scope="module", params=SONGS, ids=lambda song: "-".join(song))
def song(request: pytest.FixtureRequest) -> tuple[Score, Swing, Any]:
    """A song of a style, its swing, and what music21 makes of its full score."""
    style, metre = request.param
    score = written(style, 8, 5, metre)
    return score, swing_of(style), read(score, "all", swing_of(style))


def test_every_note_is_read_as_it_was_written(song: tuple[Score, Swing, Any]) -> None:
    score, swing, page = song
    for staff, part in zip(staves(score, swing, lead_only=False), page.parts, strict=True):
        meant = sorted((w.start, w.duration, p) for voice in staff.voices for w in voice for p in w.pitches)
        if staff.is_unpitched:
            assert sum(len(each.notes) if hasattr(each, "notes") else 1 for _, each in _written_notes(part)) == len(
                meant
            )
        else:
            assert sounding(part) == meant


def test_every_note_that_is_played_is_read_near_where_it_is_played(song: tuple[Score, Swing, Any]) -> None:
    score, swing, page = song
    for staff, part in zip(staves(score, swing, lead_only=False), page.parts, strict=True):
        if staff.is_unpitched:
            continue
        heads = [(start, pitch) for start, _, pitch in sounding(part)]
        heads += [(tick(each.offset), each.pitch.midi) for each in part.flatten().notes if each.duration.isGrace]
        for note in staff.track.notes:
            bar = score.metre.bar_at(note.start)
            start = score.metre.bar_start(bar)
            compound = score.metre.metre_at(bar).is_compound
            straight = note.start if compound else start + swing.straight(note.start - start)
            assert any(pitch == note.pitch and abs(at - straight) <= 80 for at, pitch in heads), note


def test_chords_metre_key_and_tempo_are_the_songs(song: tuple[Score, Swing, Any]) -> None:
    score, _, page = song
    first = page.parts[0].flatten()
    symbols = list(first.getElementsByClass(music21.harmony.ChordSymbol))
    assert [tick(s.offset) for s in symbols] == [span.start for span in score.harmony]
    for symbol, span in zip(symbols, score.harmony, strict=True):
        assert (symbol.root().pitchClass, symbol.bass().pitchClass) == (span.chord.root, span.chord.bass_pc)
        assert span.chord.third is None or span.chord.third in symbol.pitchClasses
    (metre,) = first.getElementsByClass(music21.meter.TimeSignature)
    assert metre.ratioString == str(score.metre.metre_at(0))
    major = first.getElementsByClass(music21.key.KeySignature)[0].asKey(mode="major")
    assert {pitch.pitchClass for pitch in major.pitches} == set(Key(score.key.relative_major).scale)
    (mark,) = first.getElementsByClass(music21.tempo.MetronomeMark)
    assert mark.getQuarterBPM() == pytest.approx(score.tempo.bpm, rel=1e-4)
    bars = page.parts[0].getElementsByClass("Measure")
    assert {tick(bar.duration.quarterLength) for bar in bars} == {score.metre.metre_at(0).ticks_per_bar}


def a_lead_sheet() -> Score:
    """Bars of 4/4, 3/4 and 6/8 with ties over both bar lines, a triplet, rests and words; nothing to straighten."""
    line = (
        Note(0, 66, 720, 80), Note(720, 68, 240, 80), Note(960, 70, 160, 80), Note(1120, 71, 160, 80),
        Note(1280, 73, 160, 80), Note(1680, 75, 480, 80), Note(2400, 77, 1680, 80), Note(4560, 78, 240, 80),
    )  # fmt: skip
    chords = ("F#maj7", "G#m7", "C#7b9", "A#m7b5/E", "F#6/9")
    starts = (0, 960, 1920, 3360, 4080, 4800)
    return Score(
        3,
        TempoMap((TempoChange(0, 72.5), TempoChange(1920, 80.0))),
        MetreMap((MetreChange(0, Metre(4, 4)), MetreChange(1, Metre(3, 4)), MetreChange(2, Metre(6, 8)))),
        Key.parse("F# major"),
        tuple(
            ChordSpan(start, end - start, Chord.parse(symbol))
            for symbol, (start, end) in zip(chords, pairwise(starts), strict=True)
        ),
        tracks=(Track("melody", "melody", "alto_sax", line),),
        lyrics=tuple(Lyric(note.start, word) for note, word in zip(line, WORDS, strict=True)),
        title="Lead sheet",
    )


@pytest.fixture(scope="module")
def lead_sheet() -> Any:
    return read(a_lead_sheet())


def test_a_lead_sheet_is_read_to_the_tick(lead_sheet: Any) -> None:
    score = a_lead_sheet()
    assert sounding(lead_sheet.parts[0]) == [(n.start, n.duration, n.pitch) for n in score.tracks[0].notes]
    names = [each.nameWithOctave for each in lead_sheet.flatten().notes if not isinstance(each, music21.chord.Chord)]
    assert "E#5" in names and "F5" not in names


def test_the_metres_change_where_they_do(lead_sheet: Any) -> None:
    bars = lead_sheet.parts[0].getElementsByClass("Measure")
    assert [tick(bar.offset) for bar in bars] == [0, 1920, 3360]
    assert [bar.timeSignature.ratioString for bar in bars] == ["4/4", "3/4", "6/8"]
    assert bars[0].keySignature.sharps == 6
    assert [tick(m.offset) for m in lead_sheet.flatten().getElementsByClass(music21.tempo.MetronomeMark)] == [0, 1920]


def test_the_chord_symbols_have_their_tones(lead_sheet: Any) -> None:
    symbols = lead_sheet.parts[0].flatten().getElementsByClass(music21.harmony.ChordSymbol)
    assert [tick(s.offset) for s in symbols] == [span.start for span in a_lead_sheet().harmony]
    for symbol, span in zip(symbols, a_lead_sheet().harmony, strict=True):
        assert set(symbol.pitchClasses) == set(span.chord.pitch_classes)
        assert symbol.bass().pitchClass == span.chord.bass_pc


def test_the_words_are_sung_syllable_by_syllable(lead_sheet: Any) -> None:
    sung = [(n.lyrics[0].text, n.lyrics[0].syllabic) for n in lead_sheet.flatten().notes if n.lyrics]
    assert sung == [
        ("won", "begin"), ("der", "middle"), ("ful", "end"), ("day,", "single"), ("夜", "single"), ("oh", "single"),
        ("oh", "begin"), ("la", "end"),
    ]  # fmt: skip


def test_the_triplet_is_a_triplet(lead_sheet: Any) -> None:
    triplets = [n for n in lead_sheet.flatten().notes if n.duration.tuplets]
    assert [n.pitch.midi for n in triplets] == [70, 71, 73]
    assert {(t.numberNotesActual, t.numberNotesNormal) for n in triplets for t in n.duration.tuplets} == {(3, 2)}


def test_every_part_enters_with_a_dynamic_and_its_beams_close(song: tuple[Score, Swing, Any]) -> None:
    for part in song[2].parts:
        marks = sorted(
            part.recurse().getElementsByClass(music21.dynamics.Dynamic), key=lambda mark: tick_in(part, mark)
        )
        assert tick_in(part, marks[0]) == min(at for at, _ in _written_notes(part))
        assert all(mark.value in ("ppp", "pp", "p", "mp", "mf", "f", "ff", "fff") for mark in marks)
        joined = [beam.type for _, each in _written_notes(part) for beam in each.beams.beamsList if beam.number == 1]
        assert joined.count("start") == joined.count("stop")


def tick_in(part: Any, each: Any) -> int:
    return tick(each.getOffsetInHierarchy(part))
