"""A song that is extended in place: what was heard stays to the bit, what it was comes back, what is new fits on."""

import tracemalloc
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
from tests.helpers import changed

from resonant import audio_files
from resonant.audio import Audio, Samples
from resonant.audio_files import AudioFormat, read_audio
from resonant.errors import AudioError, InputError
from resonant.extension import added, extend
from resonant.library import appending, patches, wav_files
from resonant.library.appending import append, published_end
from resonant.library.desk import desk
from resonant.library.digests import digest
from resonant.library.document import SongDocument
from resonant.library.history import History
from resonant.library.revisions import OpenSong, open_song, switch_to
from resonant.library.songs import changed_files, save_song
from resonant.mix.appending import add
from resonant.mix.loudness import true_peak_dbtp
from resonant.produce import Engine, compose, scene_and_keys, sounded
from resonant.sound.model import Stems
from resonant.sound.voices.synth import kept_tones
from resonant.testing import a_brief

TIMES, BARS = 6, 4


@dataclass(frozen=True)
class Grown:
    """A song after some extensions: each revision with its sound, and the memory that two early, two late ones took."""

    folder: Path
    engine: Engine
    opened: tuple[OpenSong, ...]
    stems: tuple[dict[str, Samples], ...]
    masters: tuple[Samples, ...]
    held_bytes: tuple[int, ...]

    @property
    def rate(self) -> int:
        return self.opened[0].song.brief.sound.sample_rate

    def seam(self, number: int) -> int:
        """The sample at which the revision's bars end."""
        return round(self.opened[number].song.score.seconds * self.rate)


def longer(opened: OpenSong, engine: Engine, bars: int = BARS) -> OpenSong:
    end = published_end(opened)
    assert end is not None
    song = extend(opened.song, bars, engine)
    addition = added(song, end, bars, engine)
    assert addition is not None
    with desk(opened.folder) as files:
        return OpenSong(opened.folder, append(song, addition, opened, files))


def a_song(root: Path, engine: Engine, formats: tuple[AudioFormat, ...] = (AudioFormat.WAV,)) -> OpenSong:
    brief = a_brief("pop", BARS, seed=4)
    brief = changed(brief, sound=changed(brief.sound, sample_rate=16_000))
    return open_song(save_song(compose(brief, engine), root, formats))


def sounds(document: SongDocument, folder: Path) -> dict[str, Samples]:
    return {name: read_audio(folder / stem.file).samples for name, stem in document.stems.items()}


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    root, engine = tmp_path_factory.mktemp("library"), Engine()
    opened = [a_song(root, engine)]
    folder = opened[0].folder
    stems, masters, held = [sounds(opened[0].document, folder)], [read_audio(folder / "mix.wav").samples], []
    for number in range(TIMES):
        if number in (1, 2, TIMES - 2, TIMES - 1):
            kept_tones.cache_clear()  # what is kept has its own bound: both begin without
            tracemalloc.start()
        opened.append(longer(opened[-1], engine))
        if tracemalloc.is_tracing():
            held.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        stems.append(sounds(opened[-1].document, folder))
        masters.append(read_audio(folder / "mix.wav").samples)
    return Grown(folder, engine, tuple(opened), tuple(stems), tuple(masters), tuple(held))


def test_what_was_heard_before_a_seam_stays_to_the_last_bit(grown: Grown) -> None:
    last = grown.stems[-1]
    for number in range(TIMES):
        seam = grown.seam(number)
        for name, stem in grown.stems[number].items():
            assert np.array_equal(stem[:, :seam], last[name][:, :seam]), (number, name)
        just_before = seam - round(0.07 * grown.rate)
        assert np.array_equal(grown.masters[number][:, :just_before], grown.masters[-1][:, :just_before])


def test_what_rang_on_behind_the_old_end_still_rings_under_the_new_bars(grown: Grown, tmp_path: Path) -> None:
    opened = a_song(tmp_path, grown.engine)
    end = published_end(opened)
    assert end is not None
    silence = Audio.silence(2, 2 * grown.rate, grown.rate)
    scene, keys = scene_and_keys(opened.song, grown.engine)
    addition = add(end, Stems(dict.fromkeys(end.stems, silence), 2.0), scene, end.seam + 3 * grown.rate, keys)
    assert addition is not None
    for name, stem in addition.stems.items():
        ringing = grown.stems[0][name][:, end.seam :]
        assert np.array_equal(stem.samples[:, : ringing.shape[1]], ringing)
        assert not stem.samples[:, ringing.shape[1] :].any()


def test_files_are_what_the_song_says_and_stems_are_as_long_as_the_mix(grown: Grown) -> None:
    assert changed_files(grown.folder) == ()
    lengths = {samples.shape[1] for samples in grown.stems[-1].values()} | {grown.masters[-1].shape[1]}
    assert len(lengths) == 1
    song = grown.opened[-1].song
    assert lengths.pop() >= round(song.score.seconds * grown.rate)
    assert open_song(grown.folder).document.song.score == song.score


def test_the_whole_stays_at_its_loudness_and_under_its_ceiling(grown: Grown) -> None:
    sound = grown.opened[0].song.brief.sound
    for number, master in enumerate(grown.masters):
        heard = pyloudnorm.Meter(grown.rate).integrated_loudness(master.T)
        assert abs(heard - sound.loudness_lufs) < 0.5, number
        assert true_peak_dbtp(Audio(master, grown.rate)) <= sound.peak_dbtp
        told = grown.opened[number].document.meters["master"]["integrated_lufs"]
        assert abs(told - heard) < 0.15


def test_no_seam_clicks(grown: Grown) -> None:
    """The steepest step within 2 ms of a seam is not out of the ordinary: notes begin on bar lines everywhere."""
    master = grown.masters[-1].mean(axis=0)
    steps = np.abs(np.diff(master, n=2))
    near = round(0.002 * grown.rate)
    bars = [grown.opened[-1].song.score.bar_ticks(bar)[0] for bar in range(1, grown.opened[-1].song.score.bars)]
    tempo = grown.opened[-1].song.score.tempo
    at_bars = [steps[(at := round(tempo.seconds_at(tick) * grown.rate)) - near : at + near].max() for tick in bars]
    at_seams = [steps[grown.seam(n) - near : grown.seam(n) + near].max() for n in range(TIMES)]
    assert max(at_seams) <= max(at_bars)
    before = [steps[grown.seam(n) - round(0.06 * grown.rate) : grown.seam(n) - near].max() for n in range(TIMES)]
    assert max(before) <= np.quantile(steps, 0.9995)


def test_the_memory_that_an_extension_takes_does_not_grow_with_the_song(grown: Grown) -> None:
    """The song is more than twice as long at the last; what threads hold at the same moment differs from run to run."""
    *early, before, last = grown.held_bytes
    assert min(before, last) <= 1.1 * min(early)


def test_an_extended_stem_is_taken_as_it_is_by_the_next_act(grown: Grown) -> None:
    opened = grown.opened[-1]
    song = sounded(opened.song, grown.engine, published=opened.published)
    assert song.mix is not None and song.stems is not None
    assert not song.stems.tracks
    for name, samples in grown.stems[-1].items():
        assert np.array_equal(song.mix.stem(name).samples, samples)


def test_every_earlier_revision_comes_back_with_the_bytes_it_had(tmp_path: Path) -> None:
    engine = Engine()
    opened = [a_song(tmp_path, engine)]
    folder = opened[0].folder
    files = [{name: (folder / name).read_bytes() for name in opened[0].document.files}]
    for _ in range(3):
        opened.append(longer(opened[-1], engine, bars=2))
        files.append({name: (folder / name).read_bytes() for name in opened[-1].document.files})
    for number in (0, 2, 3, 1):
        switch_to(open_song(folder), opened[number].revision)
        assert {name: (folder / name).read_bytes() for name in files[number]} == files[number]
        assert changed_files(folder) == ()
    again = longer(open_song(folder), engine, bars=2)
    assert again.document.files == opened[2].document.files


def test_an_append_that_is_interrupted_anywhere_is_undone_when_the_song_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine()
    opened = a_song(tmp_path, engine)
    folder = opened.folder
    files = {name: (folder / name).read_bytes() for name in opened.document.files}
    write = wav_files.write_end
    for dies_at in range(3):
        calls = 0

        def dying(path: Path, offset: int, data: bytes, header: bytes, dies_at: int = dies_at) -> None:
            nonlocal calls
            if calls == dies_at:
                with path.open("r+b") as file:
                    file.seek(offset)
                    file.write(data[: len(data) // 2])
                raise KeyboardInterrupt
            calls += 1
            write(path, offset, data, header)

        monkeypatch.setattr(appending, "write_end", dying)
        with pytest.raises(KeyboardInterrupt):
            longer(open_song(folder), engine, bars=1)
        assert patches.interrupted(History(folder).folder)
        healed = open_song(folder)
        assert {name: (folder / name).read_bytes() for name in files} == files
        assert healed.document.files == opened.document.files
        assert not patches.interrupted(History(folder).folder)
    monkeypatch.setattr(appending, "write_end", write)
    longer(open_song(folder), engine, bars=1)
    assert changed_files(folder) == ()


def test_a_song_in_other_formats_keeps_them_all(tmp_path: Path) -> None:
    engine = Engine()
    opened = longer(a_song(tmp_path, engine, (AudioFormat.WAV, AudioFormat.FLAC)), engine, bars=1)
    wav, flac = (read_audio(opened.folder / f"mix.{ending}").samples for ending in ("wav", "flac"))
    assert np.array_equal(wav, flac)
    assert changed_files(opened.folder) == ()


def test_a_file_that_was_changed_by_hand_is_not_written_over(tmp_path: Path) -> None:
    engine = Engine()
    opened = a_song(tmp_path, engine)
    mix = opened.folder / "mix.wav"
    data = bytearray(mix.read_bytes())
    data[1000] ^= 1
    mix.write_bytes(data)
    with pytest.raises(InputError, match="changed by hand"):
        longer(opened, engine, bars=1)
    assert mix.read_bytes() == bytes(data)


def test_a_file_that_would_grow_beyond_four_gigabytes_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine()
    opened = a_song(tmp_path, engine)
    before = digest(opened.folder / "mix.wav")
    monkeypatch.setattr(audio_files, "MOST_WAV_BYTES", 100_000)
    with pytest.raises(AudioError, match="beyond 4 GB"):
        longer(opened, engine, bars=1)
    assert digest(opened.folder / "mix.wav") == before


@pytest.mark.parametrize("missing", ["held", "strips"])
def test_a_song_that_does_not_tell_its_settings_is_to_be_mixed_whole(tmp_path: Path, missing: str) -> None:
    opened = a_song(tmp_path, Engine())
    meters = {name: value for name, value in opened.document.meters.items() if name != missing}
    assert published_end(OpenSong(opened.folder, replace(opened.document, meters=meters))) is None


def test_a_loop_is_not_added_to(tmp_path: Path) -> None:
    engine = Engine()
    opened = a_song(tmp_path, engine)
    end = published_end(opened)
    assert end is not None
    song = extend(replace(opened.song, brief=changed(opened.song.brief, loop=True)), 2, engine)
    assert added(song, end, 2, engine) is None
