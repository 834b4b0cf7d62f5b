from dataclasses import replace
from itertools import pairwise

import pytest
from tests.unit.players.band_context import AXIS, context, form, song

from resonant.instruments import instrument
from resonant.players.arranger.bass import play_bass
from resonant.players.context import Part
from resonant.score.model import Note, Score, Track

CHANGES = ("Dm7", "G7", "Cmaj7", "A7", "Dm7 G7", "Em7 A7", "Dm7 G7", "C6")


def walking(bars: int = 30, seed: int = 1) -> tuple[Part, Score]:
    score = song(CHANGES, bars)
    return play_bass(context("bass", "upright_bass", "jazz", score, seed=seed)), score


def beats(part: Part) -> list[Note]:
    """The notes of a walking line without its skip notes."""
    return [note for note in part.notes if min(note.start % 480, 480 - note.start % 480) < 60]


def test_a_walking_bass_plays_every_beat() -> None:
    part, score = walking()
    assert len(beats(part)) == 4 * score.bars


def test_a_walking_bass_states_nearly_every_change_on_its_root() -> None:
    part, score = walking()
    for span in score.harmony:
        first = min(beats(part), key=lambda note: abs(note.start - span.start))
        assert first.pitch % 12 in span.chord.pitch_classes
    roots = sum(
        min(beats(part), key=lambda n: abs(n.start - span.start)).pitch % 12 == span.chord.bass_pc
        for span in score.harmony
    )
    assert roots > 0.75 * len(score.harmony)


@pytest.mark.parametrize("seed", range(4))
def test_a_walking_bass_stands_on_a_chord_tone_on_the_third_beat(seed: int) -> None:
    part, score = walking(seed=seed)
    for bar in range(score.bars):
        third = min(beats(part), key=lambda note: abs(note.start - bar * 1920 - 960))
        chord = score.chord_at(bar * 1920 + 960)
        assert chord is not None and third.pitch % 12 in chord.pitch_classes


def test_a_walking_bass_mostly_stands_on_the_root_or_the_fifth_on_the_third_beat() -> None:
    """A third there makes another chord of a minor seventh: Dm7 over F is F6."""
    plain = 0
    for seed in range(4):
        part, score = walking(seed=seed)
        for bar in range(score.bars):
            third = min(beats(part), key=lambda note: abs(note.start - bar * 1920 - 960))
            chord = score.chord_at(bar * 1920 + 960)
            plain += chord is not None and third.pitch % 12 in (chord.root, chord.fifth)
    assert plain > 0.75 * 4 * 30


def test_over_an_inversion_a_bass_that_alternates_goes_to_the_root() -> None:
    """A fifth over E of C/E would be heard as E minor."""
    score = song(("C/E", "F", "G/D", "C"), 16)
    part = play_bass(context("bass", "picked_bass", "country", score, seed=1))
    for span in score.harmony:
        if span.chord.bass is not None:
            inside = {n.pitch % 12 for n in part.notes if span.start + 60 <= n.start < span.end - 600}
            assert inside <= {span.chord.bass, span.chord.root}, str(span.chord)


def test_a_walking_bass_comes_back_to_the_root_where_a_chord_stays() -> None:
    score = song(("Fmaj7", "Fmaj7", "Bb7", "Bb7"), 32)
    part = play_bass(context("bass", "upright_bass", "jazz", score, seed=3))
    firsts = [min(beats(part), key=lambda note: abs(note.start - bar * 1920)) for bar in range(score.bars)]
    chords = [score.chord_at(bar * 1920) for bar in range(score.bars)]
    roots = [chord is not None and note.pitch % 12 == chord.root for note, chord in zip(firsts, chords, strict=True)]
    assert sum(roots) > 0.75 * score.bars


def test_a_walking_bass_never_sticks_and_mostly_steps() -> None:
    line = [note.pitch for note in beats(walking()[0])]
    moves = [abs(b - a) for a, b in pairwise(line)]
    assert min(moves) > 0
    assert sum(move <= 4 for move in moves) > 0.6 * len(moves)
    assert max(moves) <= 12


def test_a_walking_bass_keeps_a_direction_for_a_while() -> None:
    line = [note.pitch for note in beats(walking()[0])]
    steps = [b - a for a, b in pairwise(line)]
    assert sum(a * b > 0 for a, b in pairwise(steps)) > 0.4 * len(steps)


def test_off_beat_octaves_leave_the_beat_to_the_kick() -> None:
    part = play_bass(context("bass", "synth_bass", "pop", song(AXIS, 8), manner="octave"))
    on_the_beat = [note for note in part.notes if min(note.start % 480, 480 - note.start % 480) < 60]
    assert len(on_the_beat) <= 0.25 * len(part.notes)


def test_roots_follow_the_kick_where_there_is_one() -> None:
    kicks = tuple(Note(bar * 1920 + place, 36, 60, 100) for bar in range(8) for place in (0, 840, 1320))
    alone = song(AXIS, 8)
    together = alone.with_track(Track("drums", "drums", "standard_kit", kicks))

    def shared(score: Score) -> int:
        part = play_bass(replace(context("bass", "fingered_bass", "hip hop", score)))
        onsets = {round(note.start / 120) for note in part.notes}
        return len(onsets & {kick.start // 120 for kick in kicks})

    assert shared(together) > shared(alone)
    assert shared(together) >= 0.6 * len(kicks)


def test_an_808_slides_at_phrase_ends_and_every_slide_comes_back() -> None:
    part = play_bass(context("bass", "bass_808", "trap", song(("Cm", "Cm", "Ab", "Fm"), 16, key="C minor")))
    assert any(bend.cents != 0 for bend in part.bends)
    assert part.bends[-1].cents == 0
    for bar in range(16):
        inside = [bend for bend in part.bends if bar * 1920 <= bend.tick < (bar + 1) * 1920]
        assert not inside or inside[-1].cents == 0


def test_acid_runs_in_sixteenths_with_accents_and_slides() -> None:
    part = play_bass(
        context("bass", "acid_bass", "techno", song(("Am",), 16, key="A minor", sections=form(("drop", 16, 0.8, "A"))))
    )
    assert len(part.notes) > 16 * 8
    assert max(n.velocity for n in part.notes) - min(n.velocity for n in part.notes) > 25
    assert any(a.end > b.start for a, b in pairwise(part.notes))
    assert all(a.end <= b.start + 40 for a, b in pairwise(part.notes))


def test_slap_has_dead_notes_and_octaves() -> None:
    part = play_bass(context("bass", "slap_bass", "funk", song(("Em7", "A9"), 8, key="E dorian")))
    assert sum(note.duration <= 60 for note in part.notes) > 8
    assert any(b.pitch - a.pitch == 12 for a, b in pairwise(part.notes))


def test_two_beats_alternate_between_root_and_fifth() -> None:
    part = play_bass(
        context(
            "bass", "upright_bass", "folk", song(("C",), 4, sections=form(("verse", 4, 0.5, "A"))), manner="two-beat"
        )
    )
    assert {note.pitch % 12 for note in part.notes[:4]} == {0, 7}


def test_slash_chords_put_their_bass_in_the_bass() -> None:
    part = play_bass(context("bass", "fingered_bass", "pop", song(("C/E", "F", "D/F#", "G"), 4)))
    firsts = [next(n for n in part.notes if n.start >= bar * 1920).pitch % 12 for bar in range(4)]
    assert firsts == [4, 5, 6, 7]


def test_a_classical_bass_joins_its_roots_by_step() -> None:
    score = song(("C", "Am", "F", "Dm", "G", "Em", "F", "G"), 16, sections=form(("theme", 16, 0.6, "A")))
    part = play_bass(context("bass", "cello", "classical", score))
    assert any(note.pitch % 12 not in score.chord_at(note.start).pitch_classes for note in part.notes)  # type: ignore[union-attr]
    moves = [abs(b.pitch - a.pitch) for a, b in pairwise(part.notes)]
    assert sum(move <= 2 for move in moves) > 0.3 * len(moves)


@pytest.mark.parametrize("name", ["bassoon", "tuba", "cello", "sub_bass", "baritone_sax"])
def test_whoever_plays_the_bass_stays_in_range(name: str) -> None:
    part = play_bass(context("bass", name, "pop"))
    assert all(instrument(name).low <= note.pitch <= instrument(name).high for note in part.notes)


def test_louder_sections_have_more_and_louder_notes() -> None:
    score = song(AXIS, 16, sections=form(("verse", 8, 0.2, "A"), ("chorus", 8, 0.9, "B")))
    notes = play_bass(context("bass", "fingered_bass", "rock", score)).notes
    quiet, loud = [n for n in notes if n.start < 8 * 1920], [n for n in notes if n.start >= 8 * 1920]
    assert len(loud) > 1.5 * len(quiet)
    assert sum(n.velocity for n in loud) / len(loud) > sum(n.velocity for n in quiet) / len(quiet) + 10


def test_a_song_that_ends_at_home_ends_on_a_long_root() -> None:
    score = song(("C", "F", "G", "C"), 8)
    last = play_bass(context("bass", "fingered_bass", "rock", score)).notes[-1]
    assert last.pitch % 12 == 0
    assert last.duration > 1500
