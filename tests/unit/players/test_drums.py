"""The drummer: what he plays, where he fills, what he keeps, and what he is asked for."""

import dataclasses
import statistics
from collections import Counter
from itertools import pairwise

import pytest
from drum_context import a_context
from tests import helpers

from resonant.errors import Cancelled
from resonant.players.arranger.drum_bars import groove_strokes
from resonant.players.arranger.drum_form import chosen_groove, planned
from resonant.players.arranger.drum_keys import KEYS
from resonant.players.arranger.drums import play_drums
from resonant.players.context import Context
from resonant.score.model import Note, Track
from resonant.score.passes.feel import Swing
from resonant.styles import all_styles
from resonant.styles.drums import Groove
from resonant.testing import a_brief
from resonant.units import TICKS_PER_SIXTEENTH

KICK, SNARE, RIM, HAT, OPEN_HAT, CRASH = (KEYS[name] for name in ("kick", "snare", "rim", "hat", "open_hat", "crash"))
DRUMMERS = ("pop", "ballad", "gospel", "jazz", "blues", "rock", "funk", "r&b", "country", "folk")
LONG_VERSE = (("verse", 32, 0.5, "A"),)


def bars_of(context: Context, notes: tuple[Note, ...]) -> list[frozenset[tuple[int, int]]]:
    """What each bar plays: (sixteenth, pitch), swing taken out."""
    swing = Swing.of(context.style.swing.amount, context.style.swing.unit)
    bars: list[set[tuple[int, int]]] = [set() for _ in range(context.score.bars)]
    for note in notes:
        bar = context.score.metre.bar_at(note.start)
        inside = swing.straight(note.start - context.bar_start(bar))
        bars[bar].add((round(inside / TICKS_PER_SIXTEENTH), note.pitch))
    return [frozenset(bar) for bar in bars]


def likeness(a: frozenset[tuple[int, int]], b: frozenset[tuple[int, int]]) -> float:
    return len(a & b) / max(len(a | b), 1)


def pitches(notes: tuple[Note, ...]) -> Counter[int]:
    return Counter(note.pitch for note in notes)


@pytest.mark.parametrize("style", sorted(all_styles()))
def test_every_style_drums_in_every_part_of_a_song(style: str) -> None:
    context = a_context(style)
    bars = bars_of(context, play_drums(context).notes)
    assert sum(1 for bar in bars if bar) >= 0.8 * len(bars)


@pytest.mark.parametrize("style", ["pop", "ballad", "rock", "funk", "gospel"])
def test_a_band_drummer_keeps_kick_on_one_and_snare_on_the_backbeat(style: str) -> None:
    context = a_context(style, form=(("verse", 16, 0.6, "A"), ("chorus", 16, 0.75, "B")))
    bars = bars_of(context, play_drums(context).notes)
    assert sum((0, KICK) in bar for bar in bars) >= 0.85 * len(bars)
    backbeat = {(4, SNARE), (12, SNARE), (8, SNARE), (4, RIM), (12, RIM)}
    assert sum(bool(backbeat & bar) for bar in bars) >= 0.85 * len(bars)


@pytest.mark.parametrize("style", DRUMMERS)
def test_a_drummer_is_as_busy_loose_and_accented_as_those_of_the_groove_dataset(style: str) -> None:
    """Groove, 4/4 beats, mean and sd over takes: 18.3 ± 5.4 hits a bar, velocity sd 30.3 ± 5.9, offsets 22.7 ± 8 ms."""
    hits, velocities, offsets, same = [], [], [], []
    for seed in range(3):
        context = a_context(style, seed=seed)
        notes = play_drums(context).notes
        ms = 60_000 / context.brief.tempo_bpm / 480
        bars = bars_of(context, notes)
        onsets = [frozenset(at for at, _ in bar) for bar in bars]
        hits.append(len(notes) / len(bars))
        velocities.append(statistics.pstdev(note.velocity for note in notes))
        places = [note.start % TICKS_PER_SIXTEENTH for note in notes]
        offsets.append(statistics.pstdev((p if p < 60 else p - 120) * ms for p in places))
        same.append(statistics.mean(a == b for a, b in pairwise(onsets)))
    assert 12.4 <= statistics.mean(hits) <= 23.7
    assert 21.5 <= statistics.mean(velocities) <= 36.2
    assert 13 <= statistics.mean(offsets) <= 38  # triplets of shuffles lie between the sixteenths
    assert 0.009 <= statistics.mean(same) <= 0.665


@pytest.mark.parametrize("style", ["house", "techno", "trap"])
def test_a_machine_is_tight(style: str) -> None:
    context = a_context(style, form=(("verse", 8, 0.5, "A"),), complexity=1)
    kicks = [note for note in play_drums(context).notes if note.pitch == KICK]
    ms = 60_000 / context.brief.tempo_bpm / 480
    swing = Swing.of(context.style.swing.amount, context.style.swing.unit)
    offsets = [(swing.straight(note.start) + 60) % 120 - 60 for note in kicks]
    assert statistics.pstdev(offset * ms for offset in offsets) < 4


def test_a_chorus_comes_back_with_its_groove_but_not_with_every_hit() -> None:
    context = a_context("pop")
    assert planned(context, 13).groove == planned(context, 29).groove == planned(context, 41).groove
    bars = bars_of(context, play_drums(context).notes)
    first, second = bars[13:19], bars[29:35]
    assert first != second
    assert statistics.mean(likeness(a, b) for a, b in zip(first, second, strict=True)) > 0.55


def test_a_loop_is_never_left_running() -> None:
    context = a_context("rock", form=LONG_VERSE)
    assert len(set(bars_of(context, play_drums(context).notes))) > 12


def test_sections_end_with_fills_and_begin_with_crashes() -> None:
    ends, crashes = [], []
    for seed in range(20):
        context = a_context("rock", seed=seed)
        ends.append(planned(context, 11).fill is not None)
        bars = bars_of(context, play_drums(context).notes)
        crashes.append((0, CRASH) in bars[12])
    assert sum(ends) >= 14
    assert sum(crashes) >= 16


def test_fills_grow_with_energy() -> None:
    def beats(energy: float) -> float:
        form = (("verse", 8, energy, "A"), ("chorus", 8, energy, "B"))
        plans = [planned(a_context("rock", seed=seed, form=form), 7).fill for seed in range(60)]
        return statistics.mean(fill.beats for fill in plans if fill is not None)

    assert beats(0.2) < beats(0.55) < beats(0.95)


def test_a_calm_intro_ends_without_a_fill() -> None:
    form = (("intro", 4, 0.2, "I"), ("verse", 8, 0.4, "A"))
    assert all(planned(a_context("ballad", seed=seed, form=form), 3).fill is None for seed in range(30))


def test_no_fills_means_none() -> None:
    context = a_context("rock", manner="no fills", complexity=10)
    assert all(planned(context, bar).fill is None for bar in range(context.score.bars))


def test_a_chorus_often_leaves_the_closed_hat() -> None:
    left = 0
    for seed in range(12):
        context = a_context("rock", seed=seed)
        bars = bars_of(context, play_drums(context).notes)
        hats = [sum(pitch == HAT for _, pitch in bar) for bar in bars]
        left += statistics.mean(hats[13:19]) < 0.5 * statistics.mean(hats[4:11])
    assert 4 <= left <= 10


def test_a_drop_is_built_up_to_with_a_roll_and_no_kick() -> None:
    context = a_context("house", form=(("breakdown", 8, 0.4, "A"), ("drop", 8, 0.95, "B")))
    bars = bars_of(context, play_drums(context).notes)
    rolls = [sum(pitch == SNARE for _, pitch in bar) for bar in bars[4:8]]
    assert rolls[0] < rolls[1] < rolls[2]
    assert not any(pitch == KICK for _, pitch in bars[7])
    assert not any(at >= 12 for at, _ in bars[7]), "the last beat holds its breath"
    assert (0, KICK) in bars[8]


def test_an_outro_ends_on_one_hit() -> None:
    context = a_context("rock")
    last = bars_of(context, play_drums(context).notes)[-1]
    assert last == {(0, CRASH), (0, KICK)}


def test_drums_stop_with_the_band_where_a_song_without_an_outro_comes_home() -> None:
    brief, track = a_brief("funk", 16, 3), Track("drums", "drums", "standard_kit")
    score = helpers.planned(brief)
    assert score.harmony[-1].chord.root == score.key.tonic
    assert score.sections[-1].name != "outro"
    notes = play_drums(Context(brief, all_styles()["funk"], score.with_track(track), track, tuple(range(16)), 3)).notes
    assert len({note.start // 240 for note in notes if note.start >= score.bar_ticks(15)[0]}) == 1


def test_a_loop_fills_into_its_own_beginning() -> None:
    form = (("verse", 8, 0.7, "A"),)
    assert any(planned(a_context("rock", seed=seed, form=form, loop=True), 7).fill for seed in range(10))
    assert not any(planned(a_context("rock", seed=seed, form=form), 7).fill for seed in range(10))


def test_the_same_seed_plays_the_same_and_another_does_not() -> None:
    assert play_drums(a_context("funk", seed=4)) == play_drums(a_context("funk", seed=4))
    assert play_drums(a_context("funk", seed=4)) != play_drums(a_context("funk", seed=5))


def test_some_bars_alone_keep_the_groove_of_those_around_them() -> None:
    for seed in range(6):
        whole = a_context("pop", seed=seed)
        notes = play_drums(whole).notes
        rest = tuple(note for note in notes if whole.score.metre.bar_at(note.start) not in (14, 15))
        part = a_context("pop", seed=seed + 100, bars=(14, 15), notes=rest)
        assert chosen_groove(part, part.style.drums.grooves, part.section(14), 14) == planned(whole, 14).groove
        new = play_drums(part).notes
        assert {part.score.metre.bar_at(note.start) for note in new} == {14, 15}
        before, after = bars_of(whole, notes), bars_of(part, new)
        assert statistics.mean(likeness(before[bar], after[bar]) for bar in (14, 15)) > 0.4


def test_kicks_that_may_be_there_follow_a_bass_that_stands_already() -> None:
    def kicks_on_ten(bass: Track) -> int:
        whole = a_context("pop", form=LONG_VERSE, seed=2)
        context = dataclasses.replace(whole, score=whole.score.with_track(bass))
        heard = [groove_strokes(context, groove, bar, bar) for bar in range(32)]
        return sum(s.drum == "kick" and s.at == 10 * TICKS_PER_SIXTEENTH for strokes in heard for s in strokes)

    groove = Groove.model_validate({"name": "a", "lines": {"kick": "x.........?....."}})
    on, off = (tuple(Note(1920 * bar + at, 36, 200, 80) for bar in range(32)) for at in (1200, 960))
    assert kicks_on_ten(Track("bass", "bass", "fingered_bass", on)) > 15
    assert kicks_on_ten(Track("bass", "bass", "fingered_bass", off)) < 12


def test_notes_do_not_ring_past_the_bars_asked_for() -> None:
    context = a_context("rock", bars=(4, 5, 12))
    starts = {bar: context.bar_start(bar) for bar in (4, 6, 12, 13)}
    for note in play_drums(context).notes:
        assert note.end <= (starts[6] if note.start < starts[6] else starts[13])


@pytest.mark.parametrize("metre", ["3/4", "6/8", "12/8", "5/4", "7/8", "2/4", "9/8", "7/4", "3/8", "5/16"])
@pytest.mark.parametrize("style", sorted(all_styles()))
def test_every_style_plays_in_every_metre(style: str, metre: str) -> None:
    context = a_context(style, metre=metre, form=(("verse", 4, 0.6, "A"), ("chorus", 4, 0.8, "B")))
    bars = bars_of(context, play_drums(context).notes)
    assert sum(bool(bar) for bar in bars) >= 5
    longest = context.metre(0).ticks_per_bar / TICKS_PER_SIXTEENTH
    assert all(at <= longest for bar in bars for at, _ in bar)


def test_a_waltz_is_felt_in_three() -> None:
    context = a_context("country", metre="3/4", form=LONG_VERSE)
    bars = bars_of(context, play_drums(context).notes)
    assert sum((0, KICK) in bar for bar in bars) > 28
    assert sum(bool({(4, RIM), (8, RIM)} & bar) for bar in bars) > 24


def test_an_unheard_of_metre_takes_its_hats_from_four_four() -> None:
    context = a_context("pop", metre="5/4", form=LONG_VERSE)
    assert planned(context, 0).groove.metre == "4/4"
    hats = Counter(at for bar in bars_of(context, play_drums(context).notes) for at, pitch in bar if pitch == HAT)
    assert all(hats[at] > 16 for at in (0, 4, 8, 12, 16))


def test_manners_are_heard() -> None:
    def heard(style: str, manner: str) -> tuple[Counter[int], list[frozenset[tuple[int, int]]]]:
        context = a_context(style, form=LONG_VERSE, manner=manner)
        notes = play_drums(context).notes
        return pitches(notes), bars_of(context, notes)

    _, floor = heard("pop", "four on the floor")
    assert sum({(0, KICK), (4, KICK), (8, KICK), (12, KICK)} <= bar for bar in floor) >= 24
    _, half = heard("rock", "half-time")
    assert sum((8, SNARE) in bar for bar in half) > 3 * sum((4, SNARE) in bar for bar in half)
    stick, _ = heard("pop", "cross-stick")
    assert stick[RIM] > 4 * stick[SNARE]
    blast, _ = heard("rock", "blast")
    assert blast[SNARE] > 32 * 6
    brushed = planned(a_context("jazz", manner="brushes"), 5).groove
    assert brushed.manners == ("brush",)


@pytest.mark.parametrize(
    ("style", "manner", "groove"),
    [
        ("pop", "boom bap", {"boom bap", "golden two bar"}),
        ("pop", "one drop", {"one drop"}),
        ("reggae", "steppers", {"steppers"}),
        ("house", "breakbeat", {"amen", "rolling break", "break"}),
        ("folk", "train beat", {"brushed train"}),
        ("rock", "half-time", {"half-time stomp"}),
        ("blues", "shuffle", {"shuffle", "texas shuffle"}),
        ("pop", "trap", {"rolling hats", "bouncing two bar", "triplet hats"}),
        ("rock", "double bass", {"double kick"}),
        ("pop", "swing", {"triplet swing"}),
    ],
)
def test_a_manner_brings_its_groove_from_another_style_if_need_be(style: str, manner: str, groove: set[str]) -> None:
    context = a_context(style, manner=manner)
    assert {planned(context, bar).groove.name for bar in (5, 13, 37)} <= groove


def test_complexity_brings_ghost_notes() -> None:
    def ghosts(complexity: int) -> int:
        notes = play_drums(a_context("funk", form=LONG_VERSE, complexity=complexity)).notes
        return sum(note.pitch == SNARE and note.velocity < 45 for note in notes)

    assert ghosts(1) < 0.3 * ghosts(5) < 0.5 * ghosts(10)


def test_jazz_rides_and_bossa_plays_its_clave_on_the_rim() -> None:
    jazz = a_context("jazz", form=(("verse", 16, 0.6, "A"),))
    ride = Counter(at for bar in bars_of(jazz, play_drums(jazz).notes) for at, pitch in bar if pitch == KEYS["ride"])
    assert min(ride[0], ride[4], ride[8], ride[12]) >= 12
    assert ride[6] + ride[14] >= 16
    bossa = a_context("bossa nova", form=(("verse", 16, 0.5, "A"),), seed=3)
    rims = [{at for at, pitch in bar if pitch == RIM} for bar in bars_of(bossa, play_drums(bossa).notes)]
    three_side, two_side = {0, 6, 12}, {4, 10}
    assert sum(bar >= three_side or bar >= two_side for bar in rims) >= 12


def test_timpani_are_tuned_to_the_chord() -> None:
    context = a_context("classical", form=(("verse", 16, 0.7, "A"),))
    for note in play_drums(context).notes:
        if 41 <= note.pitch <= 53:
            chord = context.chord(context.bar_start(context.score.metre.bar_at(note.start)))
            assert note.pitch % 12 in (chord.root, (chord.root + 7) % 12)


def test_a_player_that_is_stopped_says_so() -> None:
    with pytest.raises(Cancelled):
        play_drums(dataclasses.replace(a_context("pop"), should_stop=lambda: True))
