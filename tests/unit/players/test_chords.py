from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import mean

import pytest
from pydantic import ValidationError
from tests.unit.players.band_context import AXIS, context, form, song

from resonant.errors import StyleError
from resonant.players.arranger.chords import play_chords
from resonant.players.arranger.fretboard import is_playable, shapes, tuning
from resonant.players.context import Part
from resonant.score.model import Note, Score, Track
from resonant.styles.comping import ChordsFigure, ChordsStyle
from resonant.styles.files import STYLE_FOLDER, all_styles, load
from resonant.theory.chord import Chord
from resonant.theory.voicing import movement

SONG = form(("verse", 8, 0.45, "A"), ("chorus", 8, 0.75, "B"), ("verse", 8, 0.5, "A"), ("chorus", 8, 0.8, "B"))


def cells(notes: tuple[Note, ...], bar: int) -> frozenset[tuple[int, int]]:
    """(sixteenth, pitch) of the notes that start in a 4/4 bar."""
    return frozenset(
        (round((n.start - bar * 1920) / 120), n.pitch) for n in notes if bar * 1920 <= n.start < (bar + 1) * 1920
    )


def likeness(a: frozenset[tuple[int, int]], b: frozenset[tuple[int, int]]) -> float:
    return len(a & b) / len(a | b) if a | b else 0.0


def chords_struck(part: Part, score: Score) -> list[tuple[int, ...]]:
    """The fullest moment under each chord."""
    found = []
    for span in score.harmony:
        moments: dict[int, set[int]] = {}
        for note in part.notes:
            if span.start <= note.start < span.end and note.pitch >= 52:
                moments.setdefault(round(note.start / 60), set()).add(note.pitch)
        if moments:
            found.append(tuple(sorted(max(moments.values(), key=len))))
    return found


@pytest.mark.parametrize("style", ["pop", "jazz", "gospel", "house", "bossa nova", "country", "rock"])
def test_voices_move_three_semitones_or_less_on_average(style: str) -> None:
    instruments = {"country": "acoustic_guitar", "rock": "distortion_guitar", "bossa nova": "nylon_guitar"}
    moves = []
    for seed in range(4):
        score = song(("Cmaj7", "Am7", "Dm7", "G7", "Em7", "A7", "Fmaj7", "G7"), 16)
        part = play_chords(context("chords", instruments.get(style, "grand_piano"), style, score, seed=seed))
        moves += [movement(a, b) for a, b in pairwise(chords_struck(part, score))]
    assert mean(moves) <= 3.0


def test_a_pop_piano_has_as_many_notes_and_as_much_colour_as_a_real_one() -> None:
    """POP909's piano: 13.0 +- 3.2 notes a bar, .970 +- .031 of the time on chord tones."""
    score = song(AXIS, 32, sections=SONG)
    parts = [play_chords(context("chords", "grand_piano", "pop", score, seed=seed)) for seed in range(6)]
    notes = [note for part in parts for note in part.notes]
    inside = [n for n in notes if n.pitch % 12 in score.chord_at(n.start + 60).pitch_classes]  # type: ignore[union-attr]
    assert 9.8 <= len(notes) / 6 / 32 <= 16.2
    assert 0.94 <= sum(n.duration for n in inside) / sum(n.duration for n in notes) <= 1.0


@pytest.mark.parametrize("style", ["pop", "ballad"])
def test_neighbouring_bars_differ_and_phrases_come_back(style: str) -> None:
    """Self-similarity at lag 4 over lag 1 is 1.8 in POP909 and 1.0 once its bars are shuffled."""
    near, far, exact = [], [], []
    for seed in range(6):
        part = play_chords(context("chords", "grand_piano", style, song(AXIS, 32, sections=SONG), seed=seed))
        bars = [cells(part.notes, bar) for bar in range(32)]
        near += [likeness(bars[i], bars[i + 1]) for i in range(31)]
        far += [likeness(bars[i], bars[i + 4]) for i in range(28)]
        exact.append(sum(bars[i] in bars[:i] for i in range(32)) / 32)
    assert mean(far) > 1.4 * mean(near)
    assert 0.1 < mean(exact) < 0.7


def test_a_chorus_comes_back_recognisable_and_not_identical() -> None:
    kept = []
    for seed in range(6):
        part = play_chords(context("chords", "grand_piano", "pop", song(AXIS, 32, sections=SONG), seed=seed))
        kept += [likeness(cells(part.notes, bar), cells(part.notes, bar + 16)) for bar in range(8, 16)]
    assert 0.5 < mean(kept) < 0.99


def test_a_piano_holds_its_pedal_through_each_chord() -> None:
    part = play_chords(context("chords", "grand_piano", "ballad", song(AXIS, 4)))
    pedal = [control for control in part.controls if control.number == 64]
    assert sum(control.value == 127 for control in pedal) == 4
    assert pedal[-1].value == 0


def test_skank_is_short_and_off_the_beat() -> None:
    part = play_chords(context("chords", "clean_guitar", "reggae", song(("Am", "G"), 8, key="A minor")))
    on_the_beat = [n for n in part.notes if n.start % 480 < 60 or n.start % 480 > 440]
    assert len(on_the_beat) < 0.1 * len(part.notes)
    assert mean(n.duration for n in part.notes) < 200


def test_down_strums_start_with_the_low_string_and_spread_over_milliseconds() -> None:
    score = song(("G",), 2, tempo_bpm=120.0)
    part = play_chords(context("chords", "acoustic_guitar", "country", score, manner="strum"))
    first = sorted(n for n in part.notes if n.start < 200)
    spread_ms = (first[-1].start - first[0].start) / 480 * 500
    assert [n.pitch for n in first] == sorted(n.pitch for n in first)
    assert 5 < spread_ms < 40


def test_guitars_play_shapes_a_hand_can_hold() -> None:
    assert is_playable((3, 2, 0, 0, 0, 3))
    assert is_playable((1, 3, 3, 2, 1, 1))
    assert not is_playable((1, 3, 3, 2, 1, 6))
    assert not is_playable((1, 2, 3, 4, 2, 3))


def test_open_c_and_g_are_found_where_a_beginner_plays_them() -> None:
    assert (48, 52, 55, 60, 64) in shapes(Chord.parse("C"), tuning("acoustic_guitar"), 40, 76)
    assert (43, 47, 50, 55, 59, 67) in shapes(Chord.parse("G"), tuning("acoustic_guitar"), 40, 76)


def test_a_manner_brings_the_figures_of_the_style_that_owns_it() -> None:
    stabs = play_chords(context("chords", "grand_piano", "pop", song(AXIS, 8), manner="charleston"))
    offsets = {round(n.start % 1920 / 120) for n in stabs.notes if n.start < 4 * 1920}
    assert len(offsets) <= 8
    assert play_chords(context("chords", "grand_piano", "pop", song(AXIS, 8), manner="alberti")).notes


def test_an_alberti_bass_breaks_each_chord() -> None:
    part = play_chords(context("chords", "grand_piano", "classical", song(AXIS, 8), manner="alberti"))
    starts = [round(n.start / 60) for n in part.notes if n.start < 7 * 1920]
    assert len(starts) == len(set(starts))


def test_rewriting_some_bars_joins_their_neighbours() -> None:
    score = song(AXIS, 12)
    whole = context("chords", "grand_piano", "pop", score)
    part = play_chords(whole)
    outside = tuple(n for n in part.notes if not 4 * 1920 <= n.start < 8 * 1920)
    track = Track("chords", "chords", "grand_piano", outside)
    again = play_chords(replace(whole, track=track, score=score.with_track(track), bars=(4, 5, 6, 7), seed=99))
    assert again.notes
    assert all(n.start >= 4 * 1920 and n.end <= 8 * 1920 for n in again.notes)
    joined = Part(tuple(sorted((*outside, *again.notes))))
    struck = chords_struck(joined, score)
    assert movement(struck[3], struck[4]) <= 5
    assert movement(struck[7], struck[8]) <= 5


def test_a_broken_figure_in_a_style_file_is_refused_with_its_line(tmp_path: Path) -> None:
    text = (STYLE_FOLDER / "folk.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "mine.yaml"
    broken.write_text(text.replace("1-3-2-4-1-3-2-4-", "1-3-2-4-1-3-2-4"), encoding="utf-8")
    line = next(i for i, row in enumerate(text.splitlines(), 1) if "1-3-2-4-1-3-2-4-" in row)
    with pytest.raises(StyleError, match=f"line {line}: .*15 steps"):
        load(broken)


def test_a_figure_with_an_unknown_sign_is_refused() -> None:
    with pytest.raises(ValidationError, match="has no meaning"):
        ChordsFigure(steps="x---q---x---x---")
    with pytest.raises(ValidationError, match="must rise"):
        ChordsFigure(steps="x---x---x---x---", energy=(0.8, 0.2))
    with pytest.raises(ValidationError, match="at least an octave"):
        ChordsStyle(reach=(60, 65))


@pytest.mark.parametrize("seed", range(3))
def test_a_minor_power_chord_has_its_third_and_a_major_one_needs_none(seed: int) -> None:
    score = song(("Em", "C", "Am", "G"), 16, sections=SONG[:2])
    part = play_chords(context("chords", "distortion_guitar", "rock", score, seed=seed))
    for span in score.harmony:
        struck = {n.pitch % 12 for n in part.notes if span.start - 60 <= n.start < span.end - 300}  # no push is of it
        assert (span.chord.third in struck) == span.chord.is_minor


@pytest.mark.parametrize("player", ["grand_piano", "hammond_organ", "acoustic_guitar", "banjo", "ukulele"])
@pytest.mark.parametrize("style", sorted(all_styles()))
def test_comping_sounds_the_third_of_every_chord_that_it_strikes(style: str, player: str) -> None:
    """Whatever the figure and its liberties; quartal voicings and major power chords leave the third to others."""
    if all_styles()[style].chords.voicing in ("power", "quartal"):
        style = "pop"
    for seed in range(2):
        score = song(("E7", "Am7", "Dm", "G7", "Cmaj9", "F", "Bm7b5", "Em"), 16, sections=SONG[:2])
        part = play_chords(context("chords", player, style, score, seed=seed))
        for span in score.harmony:
            sounding = {n.pitch % 12 for n in part.notes if n.start < span.end - 60 and n.end > span.start + 60}
            struck = [n for n in part.notes if span.start + 60 <= n.start < span.end - 200]
            assert not struck or span.chord.third in sounding, (span.start // 1920, str(span.chord), seed)
