"""Audio files: what is written comes back; what is broken is refused; what fails leaves nothing."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from resonant.audio import Audio, on_24_bits
from resonant.audio_files import AudioFormat, audio_bytes, read_audio, resampled, write_audio
from resonant.errors import AudioError, PlaceError

RATE = 44_100


def tone(seconds: float = 1.0, channels: int = 2, level: float = 0.5) -> Audio:
    sine = level * np.sin(2 * np.pi * 440.0 * np.arange(round(seconds * RATE)) / RATE)
    return Audio(np.tile(sine, (channels, 1)).astype(np.float32), RATE)


@pytest.mark.parametrize("format", [AudioFormat.WAV, AudioFormat.FLAC])
@pytest.mark.parametrize("channels", [1, 2])
def test_lossless_files_hold_the_sound_to_24_bits(tmp_path: Path, format: AudioFormat, channels: int) -> None:
    path = tmp_path / f"a.{format.ending}"
    write_audio(path, tone(channels=channels))
    back = read_audio(path)
    assert (back.sample_rate, back.channels) == (RATE, channels)
    assert np.abs(back.samples - tone(channels=channels).samples).max() <= 2.0**-23


@pytest.mark.parametrize("format", [AudioFormat.OGG, AudioFormat.MP3])
def test_lossy_files_are_as_long_and_as_loud(tmp_path: Path, format: AudioFormat) -> None:
    path = tmp_path / f"a.{format.ending}"
    write_audio(path, tone())
    back = read_audio(path)
    assert back.num_samples == RATE
    assert back.samples[:, 5000:-5000].std() == pytest.approx(tone().samples.std(), rel=0.05)


def test_a_minute_of_ogg_is_written_in_blocks_and_comes_back_whole(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    audio = Audio((0.1 * rng.standard_normal((2, 60 * RATE))).astype(np.float32), RATE)
    write_audio(tmp_path / "a.ogg", audio)
    assert read_audio(tmp_path / "a.ogg").num_samples == audio.num_samples


@pytest.mark.parametrize("format", [AudioFormat.WAV, AudioFormat.FLAC])
def test_the_same_sound_gives_the_same_bytes(tmp_path: Path, format: AudioFormat) -> None:
    for name in ("a", "b"):
        write_audio(tmp_path / name, tone(), format)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("level", [1.01, np.nan, np.inf])
def test_what_would_clip_is_refused_and_the_old_file_stays(tmp_path: Path, level: float) -> None:
    path = tmp_path / "a.wav"
    write_audio(path, tone())
    before = path.read_bytes()
    spoilt = tone().samples.copy()
    spoilt[1, 77] = level
    with pytest.raises(AudioError, match="would clip"):
        write_audio(path, Audio(spoilt, RATE))
    assert path.read_bytes() == before


def test_an_unknown_ending_names_the_formats() -> None:
    with pytest.raises(AudioError, match="choose wav, flac, ogg or mp3"):
        AudioFormat.named("aiff")


def test_a_rate_the_format_lacks_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="mp3 can not hold 2 channels at 96000 Hz"):
        write_audio(tmp_path / "a.mp3", Audio.silence(2, 1000, 96_000))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not audio at all" * 100, bytes(1000)])
def test_a_file_that_is_no_audio_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=r"a\.wav .*; (give|export)"):
        read_audio(path)


@pytest.mark.parametrize("format", [AudioFormat.WAV, AudioFormat.FLAC])
def test_a_file_cut_in_half_is_refused(tmp_path: Path, format: AudioFormat) -> None:
    path = tmp_path / f"a.{format.ending}"
    write_audio(path, tone())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AudioError, match=r"a\.\w+ "):
        read_audio(path)


def test_a_missing_file_and_a_missing_folder_are_errors_of_place(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="can not be read"):
        read_audio(tmp_path / "none.wav")
    with pytest.raises(PlaceError, match="does not exist; make it first"):
        write_audio(tmp_path / "none" / "a.wav", tone())


def test_a_disk_without_room_is_an_error_of_place_and_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_audio(path, tone(0.1))
    before = path.read_bytes()
    with files_up_to(100_000), pytest.raises(PlaceError, match=r"a\.wav"):
        write_audio(path, tone(2.0))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_resampling_keeps_length_and_level() -> None:
    back = resampled(tone(1.0), 48_000)
    assert (back.sample_rate, back.num_samples) == (48_000, 48_000)
    assert back.samples[:, 2000:-2000].std() == pytest.approx(tone().samples.std(), rel=0.01)


def test_reading_at_another_rate_resamples(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", tone(0.5))
    assert read_audio(tmp_path / "a.wav", sample_rate=22_050).num_samples == 11_025


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file can grow beyond `size` bytes: the operating system's stand-in for a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("format", [AudioFormat.WAV, AudioFormat.FLAC])
def test_what_was_read_is_written_again_byte_for_byte(tmp_path: Path, format: AudioFormat) -> None:
    loud = np.random.default_rng(5).uniform(-1, 1, (2, 3000)).astype(np.float32)
    loud[:, :2] = [[1.0, -1.0], [-1.0, 1.0]]
    first, second = (tmp_path / f"{name}.{format.ending}" for name in ("first", "second"))
    write_audio(first, Audio(loud, RATE))
    heard = read_audio(first)
    np.testing.assert_array_equal(on_24_bits(loud)[:, 2:], heard.samples[:, 2:])
    write_audio(second, heard)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("format", [AudioFormat.WAV, AudioFormat.FLAC])
@pytest.mark.parametrize("length", [1, 3, 262_145])
def test_bytes_in_memory_are_those_of_the_file(tmp_path: Path, channels: int, format: AudioFormat, length: int) -> None:
    samples = np.random.default_rng(3).uniform(-1, 1, (channels, length)).astype(np.float32)
    samples[0, 0] = 1.0
    audio = Audio(samples, 44_100)
    write_audio(tmp_path / "sound", audio, format)
    assert audio_bytes(audio, format, "sound") == (tmp_path / "sound").read_bytes()
