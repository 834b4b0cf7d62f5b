"""Broken, huge and hostile files are refused in one sentence, in two gigabytes beyond what the imports take."""

import os
import resource
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from resonant.brought.sound_file import read_sound
from resonant.errors import ResonantError
from resonant.score.midi import write_midi
from resonant.score.model import Note, Score, Track

HOURS = 10 * 3600

PROGRAM = """
import os, resource, sys
from pathlib import Path
import resonant.produce, scipy.signal, soundfile, soxr
from resonant.brought.bring import brought
from resonant.brought.wishes import Wishes
from resonant.errors import ResonantError
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2 * 2**30,) * 2)
for name in sys.argv[2:]:
    if name.endswith("secret.wav") and os.geteuid() == 0:  # root may read anything
        os.seteuid(65534)
    try:
        brought(Path(name), Wishes(), Path(sys.argv[1]))
        print(name, "was taken")
    except ResonantError as error:
        print(error)
"""


def _wav_of(path: Path, claimed_bytes: int, sparse_bytes: int, rate: int = 8000, channels: int = 1) -> None:
    """A WAV header that claims a length, before as many zeros as are wanted, which take no room on the disk."""
    size = min(claimed_bytes, 2**32 - 100)
    shape = struct.pack("<HHIIHH", 1, channels, rate, 2 * channels * rate, 2 * channels, 16)
    head = b"RIFF" + (size + 36).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little") + shape
    path.write_bytes(head + b"data" + size.to_bytes(4, "little"))
    with path.open("r+b") as file:
        file.truncate(44 + sparse_bytes)


def _sparse(path: Path, head: bytes, size: int) -> None:
    path.write_bytes(head)
    with path.open("r+b") as file:
        file.truncate(size)


def _sound(path: Path, samples: np.ndarray, rate: int = 8000, subtype: str = "FLOAT") -> None:
    soundfile.write(path, samples, rate, subtype=subtype)


def _files(folder: Path) -> dict[str, str]:
    """By file, what its refusal says."""
    rng = np.random.default_rng(1)
    header = b"MThd" + (6).to_bytes(4) + b"\0\0\0\1\1\xe0MTrk" + (90_000_000).to_bytes(4)
    _sparse(folder / "huge.mid", header, 100_000_000)
    _sparse(folder / "noise.mid", rng.bytes(4000), 100_000_000)
    _sparse(folder / "cut.mid", header, 500)
    far = (Note(0, 60, 10, 80), Note(480 * 4 * 30_000, 60, 10, 80))
    write_midi(Score(1, tracks=(Track("far", "melody", "flute", far),)), folder / "far.mid")
    _wav_of(folder / "long.wav", HOURS * 16_000, HOURS * 16_000)
    _wav_of(folder / "liar.wav", 2**32, 4000)
    soundfile.write(folder / "bomb.flac", np.zeros((8000 * 1300, 1), dtype=np.int16), 8000)
    _sound(folder / "nan.wav", np.full(80_000, np.nan))
    _sound(folder / "empty.wav", np.zeros(0))
    _sound(folder / "one.wav", np.ones(1))
    _sound(folder / "direct.wav", np.full(80_000, 0.5))
    _sound(folder / "silent.wav", np.zeros(80_000))
    _sound(folder / "surround.wav", rng.standard_normal((80_000, 6)) * 0.1)
    _wav_of(folder / "fine.wav", 900 * 4 * 192_000, 900 * 4 * 192_000, 192_000, 2)
    _sparse(folder / "noise.wav", b"RIFF" + rng.bytes(4000), 100_000_000)
    _sparse(folder / "noise.mp3", b"\xff\xfb\x90\x64" + bytes(400), 100_000_000)
    _sparse(folder / "noise.ogg", b"OggS" + rng.bytes(4000), 100_000_000)
    with zipfile.ZipFile(folder / "bomb.mid", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("song.mid", bytes(50_000_000))
    os.mkfifo(folder / "pipe.wav")
    (folder / "zero.wav").symlink_to("/dev/zero")
    (folder / "loop.wav").symlink_to("loop.wav")
    (folder / "empty.mid").touch()
    (folder / "text.wav").write_text("this is no sound")
    _sound(folder / "secret.wav", np.ones(10))
    (folder / "secret.wav").chmod(0)
    (folder / "folder.wav").mkdir()
    return {
        "huge.mid": "larger than the 2 MB", "noise.mid": "is not a MIDI file", "cut.mid": "cut off in its track 1",
        "far.mid": "more than the 20000 we read", "long.wav": "lasts 10:00:00, and we listen to 20 minutes at most",
        "liar.wav": "cut off", "bomb.flac": "lasts 0:21:40", "nan.wav": "no numbers", "empty.wav": "holds no sound",
        "one.wav": "too short to find its beat", "direct.wav": "is silent", "silent.wav": "is silent",
        "surround.wav": "6 channels", "text.wav": "not an audio file we can read", "folder.wav": "can not be read",
        "missing.wav": "can not be read", "fine.wav": "holds 346 million samples, more than the 115 we read",
        "noise.wav": "not an audio file", "noise.mp3": "noise.mp3", "noise.ogg": "not an audio file",
        "bomb.mid": "is not a MIDI file", "pipe.wav": "a pipe or a device", "zero.wav": "a pipe or a device",
        "loop.wav": "can not be read", "empty.mid": "not a MIDI file",
        "secret.wav": "check the path and its permissions",
    }  # fmt: skip


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """By file, what its refusal shall say and says; all of them met by one process with little memory."""
    folder = tmp_path_factory.mktemp("hostile")
    expected = _files(folder)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), *(str(folder / name) for name in expected)],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    said = done.stdout.splitlines()
    assert len(said) == len(expected), done.stdout
    return {name: (part, line) for (name, part), line in zip(expected.items(), said, strict=True)}


def test_each_is_refused_in_one_sentence_that_names_it(refusals: dict[str, tuple[str, str]]) -> None:
    wrong = {name: line for name, (part, line) in refusals.items() if part not in line or name not in line}
    assert wrong == {}


def test_the_limit_on_memory_would_be_felt() -> None:
    """The control: the same limit stops a process that reads ten hours of sound."""
    program = PROGRAM.split("for name")[0] + "import numpy; numpy.ones(3 * 2**30, dtype='int8')"
    done = subprocess.run([sys.executable, "-c", program, "."], capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "MemoryError" in done.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)  # that of the tests themselves is untouched


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
def test_every_way_to_cut_or_change_a_recording_is_refused_or_read_and_never_crashes(
    ending: str, tmp_path: Path
) -> None:
    path, rng = tmp_path / f"take.{ending}", np.random.default_rng(2)
    soundfile.write(path, 0.3 * rng.standard_normal(24_000), 8000)
    whole = path.read_bytes()
    cuts = [whole[:at] for at in (0, 1, 4, 11, 30, 44, 50, 200, len(whole) // 2, len(whole) - 1)]
    for place in (*range(60), *rng.integers(0, len(whole), 60)):
        changed = bytearray(whole)
        changed[place] ^= int(rng.integers(1, 256))
        cuts.append(bytes(changed))
    taken = 0
    for data in cuts:
        path.write_bytes(data)
        try:
            audio = read_sound(path)
        except ResonantError as error:
            assert path.name in str(error) and "\n" not in str(error)
        else:
            taken += 1
            assert np.isfinite(audio.samples).all() and 1 <= audio.channels <= 2
    assert 0 < taken < len(cuts)
