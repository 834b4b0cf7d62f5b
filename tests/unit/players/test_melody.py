"""The melody and the counter-melody."""

from collections.abc import Callable

import pytest
from tests.helpers import changed, planned

from resonant.evaluate import harmony_fit
from resonant.instruments import instrument
from resonant.players.arranger.counter import play_counter
from resonant.players.arranger.melody import play_melody
from resonant.players.context import Context, Part
from resonant.score.model import Note, Score, Track
from resonant.styles import all_styles
from resonant.testing import a_brief

STYLES = sorted(all_styles())


def listening(style: str, bars: int, seed: int, track: Track, score: Score | None = None) -> Context:
    brief = a_brief(style, bars, seed)
    score = score or planned(brief)
    return Context(brief, all_styles()[style], score.with_track(track), track, tuple(range(bars)), seed)


def melody(style: str, bars: int = 16, seed: int = 1) -> tuple[Score, Track]:
    name = next((p.instrument for p in all_styles()[style].parts if p.role == "melody"), "flute")
    context = listening(style, bars, seed, Track("melody", "melody", name))
    track = changed(context.track, notes=play_melody(context).notes)
    return context.score.with_track(track), track


@pytest.mark.parametrize("style", STYLES)
def test_melody_notes_belong_to_the_key_or_the_chord(style: str) -> None:
    for seed in range(4):
        score, track = melody(style, 16, seed)
        fit = harmony_fit.evaluate(score, track)
        assert fit["in_key_or_chord"] >= 0.97
        assert fit["strong_beat_chord_tones"] >= 0.8


@pytest.mark.parametrize("style", STYLES)
def test_a_melody_is_one_voice_that_breathes(style: str) -> None:
    score, track = melody(style, 16)
    assert all(note.end <= following.start for note, following in zip(track.notes, track.notes[1:], strict=False))
    sounding = sum(note.duration for note in track.notes)
    assert 0.1 < sounding / score.end < 0.97


def test_a_phrase_rises_and_falls_and_no_leap_goes_beyond_an_octave() -> None:
    for seed in range(6):
        _, track = melody("pop", 16, seed)
        leaps = [abs(b.pitch - a.pitch) for a, b in zip(track.notes, track.notes[1:], strict=False)]
        assert max(leaps) <= 12
        assert sum(leap <= 4 for leap in leaps) / len(leaps) > 0.6
        assert len({note.pitch for note in track.notes}) >= 6


def test_the_chorus_lies_higher_than_the_verse() -> None:
    higher = 0
    for seed in range(10):
        score, track = melody("pop", 16, seed)
        verse, chorus = (
            track.between(score.metre.bar_start(s.start_bar), score.metre.bar_start(s.end_bar)) for s in score.sections
        )
        higher += sum(n.pitch for n in chorus) / len(chorus) > sum(n.pitch for n in verse) / len(verse)
    assert higher >= 8


@pytest.mark.parametrize("play", [play_melody, play_counter])
def test_only_the_bars_asked_for_are_written(play: Callable[[Context], Part]) -> None:
    context = listening("country", 16, 3, Track("line", "melody", "violin"))
    part = play(changed(context, bars=(4, 5, 6, 7)))
    start, end = context.score.metre.bar_start(4), context.score.metre.bar_start(8)
    assert part.notes
    assert all(start <= note.start < end for note in part.notes)


def test_a_counter_melody_sings_where_the_melody_is_silent() -> None:
    score, track = melody("jazz", 32, seed=4)
    notes = counter_of("jazz", score, seed=4)
    player = instrument("pedal_steel")
    assert notes
    assert all(player.low <= note.pitch <= player.high for note in notes)
    in_gaps = sum(not any(n.start <= note.start < n.end for n in track.notes) for note in notes)
    assert in_gaps / len(notes) > 0.3


def counter_of(style: str, score: Score, seed: int) -> tuple[Note, ...]:
    voice = Track("counter", "counter", "pedal_steel")
    everywhere = tuple(range(score.bars))
    brief = a_brief(style, score.bars, seed)
    return play_counter(Context(brief, all_styles()[style], score.with_track(voice), voice, everywhere, seed)).notes


def test_a_country_chorus_is_sung_in_two_voices() -> None:
    score, track = melody("country", 32, seed=4)
    sung = {note.start: note.pitch for note in track.notes}
    chorus = next(section for section in score.sections if section.name == "chorus")
    start, end = score.bar_ticks(chorus.start_bar)[0], score.bar_ticks(chorus.end_bar - 1)[1]
    seconds = [note for note in counter_of("country", score, seed=4) if start <= note.start < end]
    together = [sung[note.start] - note.pitch for note in seconds if note.start in sung]
    assert len(together) == len(seconds) > 10
    assert all(3 <= below <= 12 for below in together)


def test_a_horn_section_stabs_chords() -> None:
    score, _ = melody("funk", 16, seed=4)
    notes = counter_of("funk", score, seed=4)
    at_once = [sum(other.start == note.start for other in notes) for note in notes]
    assert max(at_once) == 3


def test_another_seed_is_another_melody() -> None:
    lines = {tuple(note.pitch for note in melody("folk", 8, seed)[1].notes) for seed in range(30)}
    assert len(lines) == 30
