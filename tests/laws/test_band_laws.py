"""What holds for bass, chords, pads, strings and arpeggios in every style, metre and instrument."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.players.band_context import context, form, song

from resonant.instruments import instrument, instruments
from resonant.players.arranger.arpeggio import play_arpeggio
from resonant.players.arranger.bass import play_bass
from resonant.players.arranger.chords import play_chords
from resonant.players.arranger.pad import play_pad
from resonant.players.arranger.strings import play_strings
from resonant.players.context import Context, Part
from resonant.score.model import Score
from resonant.styles import all_styles

PLAYERS: dict[str, Callable[[Context], Part]] = {
    "bass": play_bass,
    "chords": play_chords,
    "pad": play_pad,
    "strings": play_strings,
    "arpeggio": play_arpeggio,
}
MANNERS = {
    "bass": (
        "",
        "walking",
        "acid",
        "octave",
        "roots",
        "808",
        "slap",
        "pedal",
        "two-beat",
        "classical",
        "no such thing",
    ),
    "chords": ("", "stabs", "strum", "charleston", "skank", "alberti", "no such thing"),
    "pad": ("", "pulse"),
    "strings": ("", "ostinato", "tremolo", "line"),
    "arpeggio": ("", "up", "random"),
}
CHORDS = ("C", "Am7", "F#m7b5 B7", "Bbmaj9", "G7/B", "Dsus4", "E5", "Cdim7 Cm6 F13", "Ab/C", "G7alt", "Caug")
METRES = ("4/4", "3/4", "6/8", "12/8", "5/4", "7/8", "2/4", "9/8")


@st.composite
def scores(draw: st.DrawFn) -> Score:
    chords = draw(st.lists(st.sampled_from(CHORDS), min_size=1, max_size=6))
    energies = draw(st.lists(st.floats(0, 1), min_size=1, max_size=3))
    rows = [("verse", draw(st.integers(1, 5)), energy, draw(st.sampled_from("AB"))) for energy in energies]
    sections = form(*rows)
    return song(
        chords,
        sections[-1].end_bar,
        draw(st.sampled_from(METRES)),
        tempo_bpm=draw(st.floats(40, 240)),
        sections=sections,
    )


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    role = draw(st.sampled_from(sorted(PLAYERS)))
    names = [name for name, each in instruments().items() if role in each.roles]
    return context(
        role,
        draw(st.sampled_from(names)),
        draw(st.sampled_from(sorted(all_styles()))),
        draw(scores()),
        seed=draw(st.integers(0, 2**40)),
        manner=draw(st.sampled_from(MANNERS[role])),
    )


def play(given_context: Context) -> Part:
    return PLAYERS[given_context.track.role](given_context)


@given(contexts())
@settings(max_examples=600, deadline=None)
def test_every_event_lies_in_the_score_and_every_note_on_the_instrument(heard: Context) -> None:
    part, player = play(heard), instrument(heard.track.instrument)
    assert part.notes
    assert list(part.notes) == sorted(part.notes)
    for note in part.notes:
        assert player.low <= note.pitch <= player.high
        assert 0 <= note.start < note.end <= heard.score.end
        assert 1 <= note.velocity <= 127
    assert all(0 <= bend.tick < heard.score.end and abs(bend.cents) <= 1200 for bend in part.bends)
    assert all(0 <= control.tick < heard.score.end and 0 <= control.value <= 127 for control in part.controls)


@given(contexts())
@settings(max_examples=60, deadline=None)
def test_no_more_voices_sound_than_the_instrument_has(heard: Context) -> None:
    part, voices = play(heard), instrument(heard.track.instrument).max_voices
    overlap = 40 if heard.track.role == "bass" else 0  # a bass may slur one note into the next
    for note in part.notes:
        sounding = [n for n in part.notes if n.start <= note.start < max(n.end - overlap, n.start + 1)]
        assert len(sounding) <= voices
        assert sum(n.pitch == note.pitch for n in sounding) == 1


@given(contexts())
@settings(max_examples=40, deadline=None)
def test_the_bass_is_one_line(heard: Context) -> None:
    bass = context("bass", "fingered_bass", heard.style.name, heard.score, seed=heard.seed)
    notes = play_bass(bass).notes
    slur = 40 if heard.style.bass.kind == "acid" else 0
    assert all(a.end <= b.start + slur for a, b in pairwise(notes))


@given(contexts())
@settings(max_examples=40, deadline=None)
def test_the_same_context_gives_the_same_part(heard: Context) -> None:
    assert play(heard) == play(heard)


@given(contexts(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_region_is_written_within_its_bars(heard: Context, data: st.DataObject) -> None:
    bars = heard.score.bars
    first = data.draw(st.integers(0, bars - 1))
    end = data.draw(st.integers(first + 1, bars))
    before = play(heard).notes
    start_tick, end_tick = heard.bar_start(first), heard.bar_start(end)
    track = replace(heard.track, notes=tuple(n for n in before if not start_tick <= n.start < end_tick))
    score = heard.score.with_track(track)
    part = play(replace(heard, track=track, score=score, bars=tuple(range(first, end))))
    assert all(start_tick <= n.start and n.end <= end_tick for n in part.notes)
    assert all(start_tick <= event.tick < end_tick for event in (*part.bends, *part.controls))
    for old in track.notes:
        assert not any(new.pitch == old.pitch and old.start <= new.start < old.end for new in part.notes)


@given(contexts(), st.integers(0, 2**40))
@settings(max_examples=30, deadline=None)
def test_every_section_of_middling_energy_is_played(heard: Context, seed: int) -> None:
    score = song(("C", "F"), 8, sections=form(("verse", 4, 0.5, "A"), ("chorus", 4, 0.8, "B")))
    part = play(replace(heard, score=score.with_track(heard.track), bars=tuple(range(8)), seed=seed))
    assert any(n.start < 4 * 1920 for n in part.notes)
    assert any(n.start >= 4 * 1920 for n in part.notes)
