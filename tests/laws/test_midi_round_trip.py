"""Score -> MIDI -> score is the identity."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.instruments import instruments
from resonant.score.midi import to_midi_bytes
from resonant.score.midi_reader import read_score
from resonant.score.model import Bend, ChordSpan, Control, Lyric, Note, Score, Section, Track
from resonant.theory.chord import Chord
from resonant.theory.key import MODES, Key
from resonant.units import Metre, MetreChange, MetreMap, TempoChange, TempoMap

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
METRES = st.builds(Metre, st.integers(1, 32), st.sampled_from([1, 2, 4, 8, 16, 32]))
CHORDS = st.builds(
    Chord,
    st.integers(0, 11),
    st.sampled_from(["", "m", "7", "m7", "maj7", "maj9", "7b9", "m7b5", "dim7", "sus4", "6/9", "7#11", "13", "add9"]),
)
ROLES = st.sampled_from(["drums", "percussion", "bass", "chords", "melody", "pad", "arpeggio", "strings", "counter"])
# Bank, data entry and registered parameters belong to the file, not to the music.
CONTROL_NUMBERS = st.sampled_from([n for n in range(120) if n not in (0, 6, 32, 38, 98, 99, 100, 101)])


def rising(length: int, last: int) -> st.SearchStrategy[list[int]]:
    """0 and up to `length` more numbers, rising, up to `last`."""
    return st.lists(st.integers(1, max(last, 1)), unique=True, max_size=length).map(lambda ticks: [0, *sorted(ticks)])


@st.composite
def notes(draw: st.DrawFn, end: int) -> tuple[Note, ...]:
    """Notes of which none of one pitch lies inside another: MIDI can not tell which of the two ends first."""
    drawn = draw(
        st.lists(
            st.builds(Note, st.integers(0, end - 1), st.integers(0, 127), st.integers(1, 4000), st.integers(1, 127)),
            max_size=12,
        )
    )
    kept: list[Note] = []
    for note in sorted(drawn):
        if all(old.pitch != note.pitch or (old.start < note.start and old.end <= note.end) for old in kept):
            kept.append(note)
    return tuple(kept)


@st.composite
def tracks(draw: st.DrawFn, end: int) -> tuple[Track, ...]:
    names = draw(st.lists(WORDS, unique=True, max_size=20))
    ticks = st.integers(0, end)
    return tuple(
        Track(
            name,
            draw(ROLES),
            draw(st.sampled_from([*instruments(), "gm_2"])),
            draw(notes(end)),
            tuple(
                sorted(
                    draw(
                        st.lists(
                            st.builds(Bend, ticks, st.integers(-1200, 1200)), max_size=3, unique_by=lambda b: b.tick
                        )
                    )
                )
            ),
            tuple(
                sorted(
                    draw(st.lists(st.builds(Control, ticks, CONTROL_NUMBERS, st.integers(0, 127)), max_size=3)),
                    key=lambda control: control.tick,
                )
            ),
        )
        for name in names
    )


@st.composite
def scores(draw: st.DrawFn) -> Score:
    bars = draw(st.integers(1, 12))
    metre = MetreMap(tuple(MetreChange(bar, draw(METRES)) for bar in draw(rising(3, bars - 1))))
    end = metre.bar_start(bars)
    bpm = st.one_of(st.integers(2000, 40000).map(lambda hundredths: hundredths / 100), st.floats(20, 400))
    tempo = TempoMap(tuple(TempoChange(tick, draw(bpm)) for tick in draw(rising(3, end))))
    starts = draw(rising(4, end - 1))
    spans = (ChordSpan(a, b - a, draw(CHORDS)) for a, b in zip(starts, [*starts[1:], end], strict=True))
    harmony = tuple(span for span in spans if draw(st.booleans()))
    edges = draw(rising(3, bars - 1)) if bars > 1 else [0]
    sections = tuple(
        Section(draw(WORDS), a, b - a, draw(st.floats(0, 1)), draw(st.sampled_from("ABC")), draw(st.integers(0, 4)))
        for a, b in zip(edges, [*edges[1:], bars], strict=True)
    )
    lyrics = draw(st.lists(st.builds(Lyric, st.integers(0, end), WORDS), max_size=4))
    return Score(
        bars, tempo, metre, Key(draw(st.integers(0, 11)), draw(st.sampled_from(list(MODES)))), harmony, sections,
        draw(tracks(end)), tuple(sorted(lyrics, key=lambda lyric: lyric.tick)), draw(st.one_of(st.just(""), WORDS)),
    )  # fmt: skip


@given(scores())
@settings(max_examples=60, deadline=None)
def test_a_score_written_as_midi_and_read_again_is_the_same_score(score: Score) -> None:
    again = read_score(to_midi_bytes(score), "our own file")
    for part, part_again in zip(score.tracks, again.tracks, strict=True):
        assert part_again == part
    assert replace(again, tracks=()) == replace(score, tracks=())


@given(scores())
@settings(max_examples=10, deadline=None)
def test_the_same_score_gives_the_same_bytes(score: Score) -> None:
    assert to_midi_bytes(score) == to_midi_bytes(replace(score))
