"""Laws of the sampler, on the embedded bank."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from resonant.score.model import Bend, Control, Note, Track
from resonant.sound.banks import SoundBank, default_bank, embedded_path
from resonant.sound.sampler import render_sampled
from resonant.units import TempoMap

RATE = 44_100
TEMPO = TempoMap.constant(120.0)
PLACES = ((0, 0), (33, 0), (48, 0), (56, 0), (0, 128))

notes = st.builds(Note, st.integers(0, 960), st.integers(36, 84), st.integers(1, 900), st.integers(1, 127))
tracks = st.builds(
    lambda played, bends, controls: Track(
        "part", "melody", "flute", tuple(sorted(played)), tuple(sorted(bends)), tuple(sorted(controls))
    ),
    st.lists(notes, max_size=8),
    st.lists(st.builds(Bend, st.integers(0, 1500), st.integers(-1200, 1200)), max_size=3),
    st.lists(
        st.builds(Control, st.integers(0, 1500), st.sampled_from((1, 7, 10, 11, 64)), st.integers(0, 127)), max_size=4
    ),
)
places = st.sampled_from(PLACES)


def _played(track: Track, place: tuple[int, int], bank: SoundBank | None = None) -> NDArray[np.float32]:
    return render_sampled(track, TEMPO, *place, 2 * RATE, RATE, bank or default_bank()).samples


@settings(max_examples=15, deadline=None)
@given(tracks, places)
def test_sound_is_finite_stereo_and_of_the_length_asked_for(track: Track, place: tuple[int, int]) -> None:
    sound = _played(track, place)
    assert sound.shape == (2, 2 * RATE) and sound.dtype == np.float32 and np.all(np.isfinite(sound))


@settings(max_examples=8, deadline=None)
@given(tracks, places)
def test_the_same_track_is_the_same_samples_in_any_thread_and_from_a_freshly_opened_bank(
    track: Track, place: tuple[int, int]
) -> None:
    alone = _played(track, place)
    fresh = SoundBank(embedded_path())
    with ThreadPoolExecutor(3) as pool:
        others = list(pool.map(lambda _: _played(track, place, fresh), range(3)))
    assert all(np.array_equal(alone, other) for other in others)


@settings(max_examples=8, deadline=None)
@given(st.integers(40, 80), st.integers(1, 127), st.integers(0, 400), st.sampled_from(PLACES[:4]))
def test_a_note_sounds_the_same_whenever_it_is_struck(
    key: int, velocity: int, ticks: int, place: tuple[int, int]
) -> None:
    now = _played(Track("p", "melody", "flute", (Note(0, key, 480, velocity),)), place)
    later = _played(Track("p", "melody", "flute", (Note(ticks, key, 480, velocity),)), place)
    start = round(TEMPO.seconds_at(ticks) * RATE)
    assert np.allclose(later[:, start:], now[:, : 2 * RATE - start], atol=1e-6)
    assert not np.any(later[:, :start])


@settings(max_examples=8, deadline=None)
@given(st.lists(notes, min_size=1, max_size=5, unique_by=lambda n: n.pitch), st.sampled_from(PLACES[:4]))
def test_notes_of_different_keys_add_up(played: list[Note], place: tuple[int, int]) -> None:
    together = _played(Track("p", "chords", "grand_piano", tuple(sorted(played))), place)
    apart = sum(_played(Track("p", "chords", "grand_piano", (note,)), place) for note in played)
    assert np.allclose(together, apart, atol=1e-5)


@settings(max_examples=8, deadline=None)
@given(st.integers(40, 80), st.integers(2, 127), places)
def test_harder_is_never_softer(key: int, velocity: int, place: tuple[int, int]) -> None:
    def energy(value: int) -> float:
        return float(np.sum(_played(Track("p", "melody", "flute", (Note(0, key, 480, value),)), place) ** 2))

    assert energy(velocity) >= energy(velocity // 2) * 0.999
