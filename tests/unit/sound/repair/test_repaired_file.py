"""Files with a gap repaired: what lies outside the gap and its fades is the same to the last bit."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.published_folders import tiny_musicgen

from resonant.errors import AudioError, Cancelled, InputError, PlaceError
from resonant.nn.performing.musicgen import MusicgenPerformer, load_musicgen_performer
from resonant.sound.repair.file import SoundFile
from resonant.sound.repair.interpolation import LONGEST_S
from resonant.sound.repair.joining import FADE_S, Spot, gains, joined, likeness
from resonant.sound.repair.repair import Kept, Repair, Writing, gap_in, interpolated, is_short, written
from resonant.sound.repair.window import window_around

KINDS = (
    ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "PCM_U8"), ("WAV", "PCM_32"), ("WAV", "FLOAT"), ("WAV", "DOUBLE"),
    ("WAVEX", "PCM_24"), ("FLAC", "PCM_16"), ("FLAC", "PCM_24"), ("AIFF", "PCM_16"),
)  # fmt: skip
ENDINGS = {"WAV": ".wav", "WAVEX": ".wav", "FLAC": ".flac", "AIFF": ".aiff", "OGG": ".ogg"}


@pytest.fixture(scope="module")
def performers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, MusicgenPerformer]]:
    folders = {channels: tmp_path_factory.mktemp(f"weights{channels}") for channels in (1, 2)}
    yield {
        channels: load_musicgen_performer(tiny_musicgen(folder, stereo=channels == 2), torch.device("cpu"))
        for channels, folder in folders.items()
    }


def music(channels: int, num_samples: int, rate: int) -> np.ndarray:
    times = np.arange(num_samples) / rate
    tones = [0.3 * np.sin(2 * np.pi * hz * times + channel) for channel in range(channels) for hz in (220.0,)]
    noise = np.random.default_rng(5).standard_normal((num_samples, channels))
    return np.stack(tones, axis=1) + 0.02 * noise


def file_of(folder: Path, sound: np.ndarray, rate: int, kind: tuple[str, str] = ("WAV", "PCM_16")) -> SoundFile:
    path = folder / f"song{ENDINGS[kind[0]]}"
    soundfile.write(path, sound, rate, format=kind[0], subtype=kind[1])
    return SoundFile.at(path)


def exact(path: Path) -> np.ndarray:
    return np.asarray(soundfile.read(path, dtype="float64", always_2d=True)[0])


def check_the_rest(file: SoundFile, repair: Repair, out: Path, gap: tuple[int, int], fade: int) -> None:
    file.punched(out, repair.first, repair.samples)
    before, after = exact(file.path), exact(out)
    first, last = max(gap[0] - fade, 0), min(gap[1] + fade, file.num_samples)
    assert repair.first >= first and repair.first + repair.samples.shape[1] <= last
    assert before.shape == after.shape and np.isfinite(after).all()
    assert np.array_equal(before[:first], after[:first]) and np.array_equal(before[last:], after[last:])
    copy = SoundFile.at(out)
    assert (copy.rate, copy.container, copy.encoding) == (file.rate, file.container, file.encoding)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(KINDS), st.integers(1, 2), st.sampled_from([8000, 32_000, 44_100, 48_000]), st.data())
def test_outside_the_gap_and_its_fades_a_written_file_is_the_same_to_the_last_bit(
    performers: dict[int, MusicgenPerformer], kind: tuple[str, str], channels: int, rate: int, data: st.DataObject
) -> None:
    length = data.draw(st.integers(rate // 50, rate))
    start = data.draw(st.one_of(st.just(0), st.integers(0, length - 1)))
    most = min(length, start + rate // 3)
    end = data.draw(st.one_of(st.just(min(start + 1, length)), st.just(most), st.integers(start + 1, most)))
    performer = performers[data.draw(st.integers(1, 2))]
    with TemporaryDirectory() as folder:
        file = file_of(Path(folder), music(channels, length, rate), rate, kind)
        repair = written(file, start, end, Writing(performer, takes=1))
        out = Path(folder) / f"song-repaired{file.ending}"
        check_the_rest(file, repair, out, (start, end), round(FADE_S * rate))
        assert repair.kept is not None and repair.kept.codes.codes.shape[0] == performer.codebooks


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(KINDS), st.integers(1, 2), st.sampled_from([8000, 44_100]), st.data())
def test_outside_an_interpolated_gap_a_file_is_the_same_to_the_last_bit(
    kind: tuple[str, str], channels: int, rate: int, data: st.DataObject
) -> None:
    length = data.draw(st.integers(2, rate // 4))
    start = data.draw(st.integers(0, length - 1))
    end = data.draw(st.integers(start + 1, min(length, start + round(0.02 * rate))))
    with TemporaryDirectory() as folder:
        file = file_of(Path(folder), music(channels, length, rate), rate, kind)
        check_the_rest(file, interpolated(file, start, end), Path(folder) / f"x{file.ending}", (start, end), 0)


def test_whatever_else_a_wav_file_holds_stays_where_it_is(tmp_path: Path) -> None:
    file = file_of(tmp_path, music(2, 9000, 44_100), 44_100)
    data = file.path.read_bytes()
    chunk = b"bext" + (6).to_bytes(4, "little") + b"abcdef"
    data = data[:4] + (len(data) + 2 * len(chunk) - 8).to_bytes(4, "little") + data[8:12] + chunk + data[12:] + chunk
    file.path.write_bytes(data)
    out = tmp_path / "out.wav"
    file.punched(out, 100, np.zeros((2, 10), dtype=np.float32))
    changed = [place for place, (a, b) in enumerate(zip(data, out.read_bytes(), strict=True)) if a != b]
    assert changed and max(changed) - min(changed) < 10 * 4


def test_words_in_a_flac_file_stay(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "song.flac", "w", 44_100, 1, "PCM_16", format="FLAC") as sound:
        sound.title, sound.artist = "Harbour", "Somebody"
        sound.write(music(1, 5000, 44_100))
    SoundFile.at(tmp_path / "song.flac").punched(tmp_path / "out.flac", 5, np.zeros((1, 3), dtype=np.float32))
    with soundfile.SoundFile(tmp_path / "out.flac") as copy:
        assert (copy.title, copy.artist) == ("Harbour", "Somebody")


def test_a_lossy_file_becomes_floats_of_what_it_sounds_like(tmp_path: Path) -> None:
    file = file_of(tmp_path, music(2, 44_100, 44_100), 44_100, ("OGG", "VORBIS"))
    out = tmp_path / "out.wav"
    file.punched(out, 1000, np.zeros((2, 50), dtype=np.float32))
    before, after = exact(file.path), exact(out)
    assert np.array_equal(before[:1000].astype(np.float32), after[:1000]) and not after[1000:1050].any()
    assert np.array_equal(before[1050:].astype(np.float32), after[1050:]) and SoundFile.at(out).encoding == "FLOAT"


def test_the_original_is_never_overwritten_nor_changed_into_another_kind(tmp_path: Path) -> None:
    file = file_of(tmp_path, music(1, 1000, 44_100), 44_100)
    nothing = np.zeros((1, 3), dtype=np.float32)
    with pytest.raises(InputError, match="is the original, which is never overwritten"):
        file.punched(tmp_path / "." / "song.wav", 0, nothing)
    with pytest.raises(InputError, match=r"must end in \.wav"):
        file.punched(tmp_path / "x.flac", 0, nothing)
    with pytest.raises(PlaceError, match="does not exist"):
        file.punched(tmp_path / "no" / "x.wav", 0, nothing)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["song.wav"]


def test_whole_numbers_are_clipped_and_never_wrap(tmp_path: Path) -> None:
    file = file_of(tmp_path, music(1, 100, 44_100), 44_100)
    file.punched(tmp_path / "x.wav", 0, np.array([[3.0, -3.0, 0.5]], dtype=np.float32))
    assert exact(tmp_path / "x.wav")[:3, 0].tolist() == [1 - 2**-15, -1.0, 0.5]


def test_a_gap_is_written_the_same_for_a_seed_whatever_it_held(
    performers: dict[int, MusicgenPerformer], tmp_path: Path
) -> None:
    sound = music(1, 40_000, 32_000)
    file, other = file_of(tmp_path, sound, 32_000), sound.copy()
    other[20_000:23_000] = 1.0
    (tmp_path / "b").mkdir()
    damaged = file_of(tmp_path / "b", other, 32_000)
    one = written(file, 20_000, 23_000, Writing(performers[1], words="harp", seed=2**63 - 1))
    two = written(damaged, 20_000, 23_000, Writing(performers[1], words="harp", seed=2**63 - 1))
    assert np.array_equal(one.samples, two.samples) and one.scores == two.scores and len(one.scores) == 4
    assert one.scores[one.take or 0] == max(score for score in one.scores if score is not None)


def test_a_repaired_gap_can_be_edited_again_from_its_codes(
    performers: dict[int, MusicgenPerformer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = file_of(tmp_path, music(1, 190_000, 44_100), 44_100)
    first = written(file, 90_000, 94_000, Writing(performers[1], takes=1))
    assert first.kept is not None
    kept = first.kept
    with monkeypatch.context() as patch:
        patch.setattr("resonant.nn.performing.repairing.encoded", lambda *given: pytest.fail("encoded anew"))
        again = written(file, 91_000, 92_000, Writing(performers[1], takes=1, seed=4), kept)
    assert again.kept is not None and again.kept.start == kept.start
    frame = kept.codes.hop * 44_100 / kept.codes.rate
    low, high = int((91_000 - kept.start) / frame), -int(-(92_000 - kept.start) // frame)
    assert np.array_equal(again.kept.codes.codes[:, :low], kept.codes.codes[:, :low])
    assert np.array_equal(again.kept.codes.codes[:, high:], kept.codes.codes[:, high:])
    near_its_start = written(file, 20_100, 20_400, Writing(performers[1], takes=1), Kept(kept.codes, 20_000))
    assert near_its_start.kept is not None and near_its_start.kept.start != 20_000


def test_a_gap_too_long_and_a_cancelled_one_are_told_in_a_sentence(
    performers: dict[int, MusicgenPerformer], tmp_path: Path
) -> None:
    file = file_of(tmp_path, music(1, 8000 * 30, 8000), 8000)
    with pytest.raises(InputError, match=r"the gap takes 27\.0 s, and musicgen writes 26 s between what it hears"):
        written(file, 8000, 8000 * 28, Writing(performers[1], 30.0))
    with pytest.raises(Cancelled):
        written(file, 8000, 9000, Writing(performers[1], 30.0, should_stop=lambda: True))


def test_codes_that_end_at_a_gap_are_not_used_where_the_music_goes_on(
    performers: dict[int, MusicgenPerformer], tmp_path: Path
) -> None:
    file = file_of(tmp_path, music(1, 190_000, 32_000), 32_000)
    first = written(file, 90_000, 94_000, Writing(performers[1], takes=1))
    assert first.kept is not None
    codes = first.kept.codes
    end = first.kept.start + 100 * codes.hop
    short = Kept(replace(codes, codes=codes.codes[:, :100]), first.kept.start)
    again = written(file, end - 500, end, Writing(performers[1], takes=1), short)
    assert again.first + again.samples.shape[1] == end + round(FADE_S * 32_000)


def test_more_channels_than_two_are_filled_in_and_not_written(
    performers: dict[int, MusicgenPerformer], tmp_path: Path
) -> None:
    file = file_of(tmp_path, music(6, 8000, 8000), 8000)
    assert interpolated(file, 4000, 4100).samples.shape == (6, 100)
    with pytest.raises(AudioError, match="has 6 channels; performers write in mono or stereo"):
        written(file, 4000, 4100, Writing(performers[1]))


def test_samples_that_are_no_numbers_may_lie_in_a_gap_but_not_beside_it(tmp_path: Path) -> None:
    sound = music(1, 5000, 8000)
    sound[2000:2010] = np.nan
    file = file_of(tmp_path, sound, 8000, ("WAV", "FLOAT"))
    assert np.isfinite(interpolated(file, 2000, 2010).samples).all()
    with pytest.raises(AudioError, match=r"no numbers at 0\.2506 s, beside the gap; widen it"):
        interpolated(file, 2000, 2005)


@pytest.mark.parametrize(
    "times", [(1.0, 1.0), (2.0, 1.0), (-0.1, 0.2), (0.0, 9.0), (float("nan"), 1.0), (0.0, float("inf"))]
)
def test_times_that_are_no_stretch_of_the_file_are_refused(times: tuple[float, float], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is no stretch of song\.wav, which lasts 2\.000 s"):
        gap_in(file_of(tmp_path, music(1, 16_000, 8000), 8000), *times)


def test_times_are_samples_and_short_gaps_need_no_weights(tmp_path: Path) -> None:
    file = file_of(tmp_path, music(1, 16_000, 8000), 8000)
    assert gap_in(file, 0.5, 0.5 + 1e-9) == (4000, 4001) and gap_in(file, 1.0, 2.0) == (8000, 16_000)
    assert is_short(file, 0, round(LONGEST_S * 8000)) and not is_short(file, 0, round(LONGEST_S * 8000) + 1)


@given(st.integers(1, 5000), st.data())
def test_frames_around_a_gap_cover_it_and_begin_where_it_does(num_samples: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, num_samples - 1))
    end = data.draw(st.integers(start + 1, num_samples))
    frame = data.draw(st.floats(20.0, 900.0))
    window = window_around(start, end, num_samples, frame, 1500.0)
    assert window.before * frame <= max(1500.0, frame) and window.behind * frame <= max(1500.0, frame)
    assert window.sample(window.before) == start or (window.before == 0 and window.start == 0)
    assert window.sample(window.before + window.gap) >= end - 1 and window.gap >= 1
    assert window.start >= 0 and (window.end <= num_samples or window.behind == 0)


@given(st.floats(0.0, 1.0), st.integers(2, 400), st.integers(0, 2**16))
def test_fades_keep_the_level_of_waves_as_alike_as_they_are(alike: float, fade: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.standard_normal((2, 1, 2 * fade + 10)).astype(np.float32)
    mixed = np.asarray(alike * one + np.sqrt(1 - alike**2) * other, dtype=np.float32)
    spot = Spot(fade, fade + 10, 0, 2 * fade + 10)
    out = joined(spot, one, mixed)
    assert np.array_equal(out[:, fade : fade + 10], mixed[:, fade : fade + 10])
    for part in (slice(0, fade), slice(fade + 10, None)):
        if fade > 50:
            power = float((out[:, part] ** 2).mean())
            assert 0.5 < power / (0.5 * float((one[:, part] ** 2).mean() + (mixed[:, part] ** 2).mean())) < 2.0
    same = joined(spot, one, one)
    assert np.allclose(same, one, atol=1e-6) and likeness(one, one) == 1.0 and likeness(one, -one) == 0.0


def test_writing_is_made_as_loud_as_the_music_where_it_is_not_already() -> None:
    tone = np.sin(np.arange(1000) / 9).astype(np.float32)[None]
    assert gains(tone, tone * 1.1).tolist() == [[1.0]]
    assert gains(tone, tone / 2)[0, 0] == pytest.approx(2.0, rel=1e-5)
    assert gains(tone, tone / 100)[0, 0] == pytest.approx(10 ** (9 / 20), rel=1e-5)
    panned = np.concatenate([tone, 0 * tone])
    assert gains(panned, tone).tolist()[0] == [1.0] and float(gains(panned, tone)[1, 0]) < 1e-5
    assert gains(0 * tone, 0 * tone).tolist() == [[1.0]]


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"RIFF" + io.BytesIO(b"nothing").read())
    with pytest.raises(AudioError, match="is not an audio file we can read"):
        SoundFile.at(tmp_path / "x.wav")
    with pytest.raises(PlaceError, match="can not be read"):
        SoundFile.at(tmp_path / "none.wav")
    with pytest.raises(AudioError, match="holds no sound"):
        file_of(tmp_path, np.zeros((0, 1)), 8000)
