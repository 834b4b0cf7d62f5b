"""Score to stems: lengths, parallel work, and the cache."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resonant.audio import Audio
from resonant.errors import BriefError, Cancelled, PlaceError
from resonant.instruments import instrument
from resonant.score.model import Bend, Control, Note, Score, Track
from resonant.sound.banks import SoundBank, default_bank
from resonant.sound.render import (
    FolderStemCache,
    MemoryStemCache,
    Rendering,
    StemCache,
    render_stems,
    render_track,
    stem_key,
)
from resonant.units import TempoMap

RATE = 22_050
FAST = Rendering(sample_rate=RATE, tail_s=1.0)
NOTES = tuple(Note(i * 480, 48 + i, 400, 100) for i in range(4))


class CountingCache(MemoryStemCache):
    """Counts what was rendered: only that is put into it."""

    def __init__(self) -> None:
        super().__init__()
        self.rendered = 0

    def put(self, key: str, stem: Audio) -> None:
        self.rendered += 1
        super().put(key, stem)


@pytest.fixture(scope="module")
def bank() -> SoundBank:
    return default_bank()


def song() -> Score:
    return Score(
        bars=2,
        tracks=(
            Track("drums", "drums", "kit_808", tuple(Note(i * 480, 36, 60, 100) for i in range(8))),
            Track("bass", "bass", "synth_bass", NOTES),
            Track("piano", "chords", "grand_piano", NOTES),
            Track("lead", "melody", "synth_lead"),
        ),
    )


def test_stems_share_one_length_of_bars_and_ring_out(bank: SoundBank) -> None:
    stems = render_stems(song(), FAST, bank)
    assert list(stems.tracks) == ["drums", "bass", "piano", "lead"]
    assert stems.seconds_of_music == 4.0
    assert {(stem.channels, stem.num_samples, stem.sample_rate) for stem in stems.tracks.values()} == {
        (2, 5 * RATE, RATE)
    }


def test_sampled_and_modelled_tracks_sound_and_a_silent_track_is_a_silent_stem(bank: SoundBank) -> None:
    stems = render_stems(song(), FAST, bank).tracks
    assert all(np.abs(stems[name].samples).max() > 0.02 for name in ("drums", "bass", "piano"))
    assert not stems["lead"].samples.any()


def test_a_score_without_tracks_has_no_stems(bank: SoundBank) -> None:
    assert not render_stems(Score(bars=1), FAST, bank).tracks


def test_the_sound_does_not_depend_on_how_many_work_at_once(bank: SoundBank) -> None:
    alone = render_stems(song(), replace(FAST, workers=1), bank).tracks
    together = render_stems(song(), replace(FAST, workers=4), bank).tracks
    assert all(np.array_equal(alone[name].samples, together[name].samples) for name in alone)


def test_what_still_rings_at_the_end_is_faded_out(bank: SoundBank) -> None:
    held = Track("pad", "pad", "warm_pad", (Note(0, 60, 20_000, 100),))
    stem = render_track(held, TempoMap(), instrument("warm_pad"), RATE, RATE, bank)
    assert np.abs(stem.samples[:, -RATE // 5 : -RATE // 10]).max() > 0.01
    assert np.abs(stem.samples[:, -1]).max() == 0.0


def test_only_the_track_that_changed_is_rendered_again(bank: SoundBank) -> None:
    cache = CountingCache()
    first = render_stems(song(), FAST, bank, cache)
    assert cache.rendered == 3
    bass = song().track("bass")
    assert bass is not None
    changed = song().with_track(replace(bass, notes=(*bass.notes, Note(2_000, 40, 100, 90))))
    second = render_stems(changed, FAST, bank, cache)
    assert cache.rendered == 4
    assert second.tracks["drums"] is first.tracks["drums"]
    assert not np.array_equal(second.tracks["bass"].samples, first.tracks["bass"].samples)


@pytest.mark.parametrize(
    "change",
    [
        {"notes": (*NOTES, Note(1_930, 60, 10, 1))},
        {"bends": (Bend(5, 10),)},
        {"controls": (Control(5, 11, 100),)},
    ],
)
def test_the_key_changes_with_everything_that_is_heard(bank: SoundBank, change: dict[str, object]) -> None:
    track = Track("bass", "bass", "synth_bass", NOTES)
    plays = instrument("synth_bass")
    other = replace(track, **change)  # type: ignore[arg-type]
    assert stem_key(track, TempoMap(), plays, 100, RATE, bank) != stem_key(other, TempoMap(), plays, 100, RATE, bank)


def test_the_key_changes_with_tempo_length_rate_and_instrument_and_not_with_the_name(bank: SoundBank) -> None:
    track, plays = Track("bass", "bass", "synth_bass", NOTES), instrument("synth_bass")
    keys = {
        stem_key(track, TempoMap(), plays, 100, RATE, bank),
        stem_key(track, TempoMap.constant(121), plays, 100, RATE, bank),
        stem_key(track, TempoMap(), plays, 101, RATE, bank),
        stem_key(track, TempoMap(), plays, 100, 44_100, bank),
        stem_key(track, TempoMap(), instrument("acid_bass"), 100, RATE, bank),
        stem_key(track, TempoMap(), instrument("upright_bass"), 100, RATE, bank),
    }
    assert len(keys) == 6
    renamed = replace(track, name="low end", role="counter")
    assert stem_key(renamed, TempoMap(), plays, 100, RATE, bank) in keys


def test_progress_is_told_for_every_track_and_ends_at_one(bank: SoundBank) -> None:
    told: list[tuple[str, float]] = []
    render_stems(song(), FAST, bank, progress=lambda stage, fraction: told.append((stage, fraction)))
    assert {stage for stage, _ in told} == {f"rendering {name}" for name in ("drums", "bass", "piano", "lead")}
    assert [fraction for _, fraction in told] == [0.25, 0.5, 0.75, 1.0]


def test_a_stopped_run_raises_cancelled_and_keeps_nothing_half_rendered(bank: SoundBank) -> None:
    cache = CountingCache()
    with pytest.raises(Cancelled):
        render_stems(song(), FAST, bank, cache, should_stop=lambda: True)
    assert cache.rendered == 0


def test_an_unknown_instrument_is_refused(bank: SoundBank) -> None:
    with pytest.raises(BriefError, match="kazoo"):
        render_stems(Score(bars=1, tracks=(Track("t", "melody", "kazoo", NOTES),)), FAST, bank)


def stem(value: float, num_samples: int = 1_000) -> Audio:
    return Audio(np.full((2, num_samples), value, dtype=np.float32), RATE)


@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_a_cache_gives_back_what_was_put_to_the_bit(kind: str, tmp_path: Path) -> None:
    cache: StemCache = MemoryStemCache() if kind == "memory" else FolderStemCache(tmp_path / "stems")
    odd = Audio(np.random.default_rng(1).standard_normal((2, 777), dtype=np.float32), 48_000)
    assert cache.get("a") is None
    cache.put("a", odd)
    kept = cache.get("a")
    assert kept is not None and kept.sample_rate == 48_000 and np.array_equal(kept.samples, odd.samples)


def test_a_memory_cache_drops_what_was_unused_for_longest() -> None:
    cache = MemoryStemCache(max_bytes=2 * stem(0).samples.nbytes)
    cache.put("a", stem(1))
    cache.put("b", stem(2))
    assert cache.get("a") is not None
    cache.put("c", stem(3))
    assert cache.get("b") is None and cache.get("a") is not None and cache.get("c") is not None
    assert cache.num_bytes <= 2 * stem(0).samples.nbytes


def test_a_folder_cache_stays_within_its_size(tmp_path: Path) -> None:
    cache = FolderStemCache(tmp_path, max_bytes=20_000)
    for name in ("a", "b", "c", "d"):
        cache.put(name, stem(1))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 20_000
    assert cache.get("d") is not None


@pytest.mark.parametrize("damage", [b"", b"not a stem", "cut", "bit"])
def test_a_damaged_stem_is_rendered_again(damage: bytes | str, bank: SoundBank, tmp_path: Path) -> None:
    score = Score(bars=1, tracks=(song().tracks[1],))
    cache = FolderStemCache(tmp_path)
    whole = render_stems(score, FAST, bank, cache).tracks["bass"].samples
    (path,) = tmp_path.iterdir()
    content = bytearray(path.read_bytes())
    if damage == "bit":
        content[-9] ^= 1
    path.write_bytes(damage if isinstance(damage, bytes) else bytes(content if damage == "bit" else content[:-5]))
    again = render_stems(score, FAST, bank, cache).tracks["bass"].samples
    assert np.array_equal(whole, again)
    kept = FolderStemCache(tmp_path).get(path.stem)
    assert kept is not None and np.array_equal(kept.samples, whole)


def test_a_folder_that_can_not_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(PlaceError, match="stems can not be kept in"):
        FolderStemCache(in_the_way / "stems").put("a", stem(1))


def test_nothing_half_written_is_left_when_a_write_fails(tmp_path: Path) -> None:
    cache = FolderStemCache(tmp_path)
    (tmp_path / "a.stem").mkdir()  # the last step, putting the file in place, fails
    with pytest.raises(PlaceError):
        cache.put("a", stem(1))
    assert [path.name for path in tmp_path.iterdir()] == ["a.stem"]
