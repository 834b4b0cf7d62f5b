"""Laws of rendering: sound follows the notes and nothing else."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.instruments import instrument
from resonant.score.model import Note, Track
from resonant.sound.banks import default_bank
from resonant.sound.render import stem_key
from resonant.sound.voices import render_voice
from resonant.units import TempoMap

RATE = 48_000  # at 120 bpm a tick is 50 samples, 25 at half the rate: shifts in time are exact
TEMPO = TempoMap.constant(120.0)
POLYPHONIC = st.sampled_from(["supersaw", "pluck", "stab", "synth_keys", "synth_strings", "kit_808", "kit_lofi"])
ANY_VOICE = st.sampled_from(["acid_bass", "bass_808", "soft_lead", "pluck", "kit_909"])
LENGTH = 2 * RATE

notes = st.builds(Note, st.integers(0, 1_500), st.integers(36, 80), st.integers(20, 900), st.integers(1, 127))
parts = st.lists(notes, min_size=1, max_size=5).map(lambda found: tuple(sorted(found)))


def rendered(voice: str, part: tuple[Note, ...], num_samples: int = LENGTH) -> np.ndarray:
    return render_voice(Track("t", "x", voice, part), TEMPO, voice, num_samples, RATE).samples


@settings(max_examples=15, deadline=None)
@given(POLYPHONIC, parts, st.data())
def test_what_sounds_together_is_the_sum_of_what_sounds_alone(
    voice: str, part: tuple[Note, ...], data: st.DataObject
) -> None:
    """Split by pitch; hats and triangles, which silence each other, stay on one side."""
    choking = {42, 44, 46, 80, 81} if voice.startswith("kit_") else set()
    upper = set(data.draw(st.sets(st.sampled_from(sorted({note.pitch for note in part}))))) - choking
    one = tuple(note for note in part if note.pitch in upper)
    other = tuple(note for note in part if note.pitch not in upper)
    assert np.allclose(rendered(voice, part), rendered(voice, one) + rendered(voice, other), atol=1e-4)


@settings(max_examples=15, deadline=None)
@given(ANY_VOICE, parts)
def test_a_longer_render_begins_as_a_shorter_one(voice: str, part: tuple[Note, ...]) -> None:
    assert np.array_equal(rendered(voice, part)[:, : RATE // 2], rendered(voice, part, LENGTH // 2)[:, : RATE // 2])


@settings(max_examples=15, deadline=None)
@given(ANY_VOICE, parts, st.integers(1, 2))
def test_what_is_written_later_sounds_later_and_is_the_same(voice: str, part: tuple[Note, ...], turns: int) -> None:
    shift = 12 * 120 * turns  # twelve sixteenths: all takes have come round
    later = tuple(Note(note.start + shift, note.pitch, note.duration, note.velocity) for note in part)
    moved = 50 * shift
    now, then = rendered(voice, part), rendered(voice, later, LENGTH + moved)
    silent = moved - RATE // 1000  # what is made at half the rate rings for less than a millisecond before it begins
    assert not then[:, :silent].any()
    assert np.abs(then[:, silent:moved]).max() <= 0.02 * np.abs(now).max()
    assert np.allclose(then[:, moved:], now, atol=1e-4)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["kit_808", "pluck", "synth_bass"]), parts, parts)
def test_a_beat_that_is_written_anew_leaves_the_sound_of_later_ones(
    voice: str, before: tuple[Note, ...], other: tuple[Note, ...]
) -> None:
    """Short notes in the first second, ringing out before the notes at three seconds."""
    one, two = (tuple(Note(n.start // 2, 36 + n.pitch % 4, 60, n.velocity) for n in part) for part in (before, other))
    later = tuple(Note(2_880 + i * 120, 36 + i, 100, 90) for i in range(4))
    sounds = [rendered(voice, tuple(sorted(part)) + later, 4 * RATE)[:, 3 * RATE :] for part in (one, two)]
    assert np.allclose(sounds[0], sounds[1], atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(ANY_VOICE, parts)
def test_every_sample_is_finite_and_within_reach(voice: str, part: tuple[Note, ...]) -> None:
    samples = rendered(voice, part)
    assert np.isfinite(samples).all() and np.abs(samples).max() < 6.0


@settings(max_examples=30, deadline=None)
@given(parts, parts)
def test_two_parts_have_one_key_exactly_when_they_are_one_part(one: tuple[Note, ...], other: tuple[Note, ...]) -> None:
    plays, bank = instrument("synth_bass"), default_bank()
    keys = [stem_key(Track("t", "bass", "synth_bass", part), TEMPO, plays, LENGTH, RATE, bank) for part in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)
