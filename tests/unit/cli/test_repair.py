"""repair, from the command to the file and the folder, with tiny random weights as they are published."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from tests.commands import run, told

from resonant.audio_files import read_audio
from resonant.library.revisions import open_song
from resonant.library.songs import changed_files
from resonant.seeds import MAX_SEED
from resonant.sound.codes import codes_of

RATE = 44_100


def refused(*arguments: object) -> str:
    result = run("repair", *arguments)
    assert result.exit_code == 2, result.output
    return result.stderr


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """Two seconds of a chord in stereo, with a click at 0.5 s and a dropout from 1.2 to 1.4 s."""
    times = np.arange(2 * RATE) / RATE
    sound = np.stack([sum(np.sin(2 * np.pi * hz * times) for hz in chord) / 6 for chord in ((220, 277), (330, 440))], 1)
    sound[RATE // 2 : RATE // 2 + 60] = 0.99
    sound[round(1.2 * RATE) : round(1.4 * RATE)] = 0.0
    path = tmp_path / "song.wav"
    soundfile.write(path, sound, RATE, subtype="PCM_24")
    return path


def samples(path: Path) -> np.ndarray:
    return np.asarray(soundfile.read(path, dtype="int32", always_2d=True)[0])


def test_a_click_is_filled_in_without_weights_in_a_new_file_beside_the_old(damaged: Path, tmp_path: Path) -> None:
    before = damaged.read_bytes()
    picture = tmp_path / "repair.png"
    facts = told("repair", damaged, "--from", 0.5, "--to", 0.5 + 60 / RATE, "--picture", picture)
    out = tmp_path / "song-repaired.wav"
    assert facts["path"] == str(out) and damaged.read_bytes() == before
    first, last = facts["changed samples"]
    assert (first, last) == (RATE // 2, RATE // 2 + 60) and facts["engine"] == "interpolation"
    old, new = samples(damaged), samples(out)
    assert np.array_equal(old[:first], new[:first]) and np.array_equal(old[last:], new[last:])
    times = np.arange(first, last) / RATE
    wanted = (np.sin(2 * np.pi * 220 * times) + np.sin(2 * np.pi * 277 * times)) / 6
    assert float(np.abs(new[first:last, 0] / 2**31 - wanted).max()) < 1e-3
    page = json.loads((tmp_path / "song-repaired.wav.repair.json").read_text())
    assert [each["engine"] for each in page["repairs"]] == ["interpolation"] and "codes" not in page
    with Image.open(picture) as image:
        assert image.size[0] == 1760 and image.size[1] > 900
    assert told("repair", damaged, "--from", 0.5, "--to", 0.501)["path"].endswith("song-repaired-2.wav")


def test_a_long_gap_without_weights_names_the_command_that_gets_them(damaged: Path, tmp_path: Path) -> None:
    said = refused(damaged, "--from", 1.2, "--to", 1.4)
    assert "the gap lasts 0.200 s, and without weights up to 0.06 s are filled in" in said
    assert "hf download facebook/musicgen-small" in said and said.count("\n") == 1
    said = refused(damaged, "--from", 1.2, "--to", 1.4, "--weights", tmp_path)
    assert "hf download facebook/musicgen-small" in said


def test_a_dropout_is_written_by_weights_and_can_be_repaired_again_from_its_codes(
    damaged: Path, tmp_path: Path, musicgen: Path
) -> None:
    asked = ("--from", 1.2, "--to", 1.4, "--weights", musicgen, "--prompt", "organ", "--seed", MAX_SEED, "--takes", 2)
    facts = told("repair", damaged, *asked)
    out = Path(facts["path"])
    first, last = facts["changed samples"]
    assert (first, last) == (round(1.1 * RATE), round(1.5 * RATE)) and len(facts["scores"]) == 2
    old, new = samples(damaged), samples(out)
    assert np.array_equal(old[:first], new[:first]) and np.array_equal(old[last:], new[last:])
    assert np.abs(new[round(1.2 * RATE) : round(1.4 * RATE)]).max() > 0
    assert facts["licence"] == "CC-BY-NC-4.0" and "not for commerce" in facts["remarks"][0]
    assert "write in mono: the gap is" in facts["remarks"][1]
    again = told("repair", damaged, *asked, "--out", tmp_path / "again.wav")
    assert samples(Path(again["path"])).tolist() == new.tolist() and again["scores"] == facts["scores"]
    page = json.loads((tmp_path / "song-repaired.wav.repair.json").read_text())
    assert page["repairs"][0]["seed"] == MAX_SEED and page["codes"] == "song-repaired.wav.codes.npz"
    more = told("repair", out, "--from", 1.25, "--to", 1.3, "--weights", musicgen, "--takes", 1)
    assert more["path"].endswith("song-repaired-2.wav")
    after = json.loads(Path(more["path"] + ".repair.json").read_text())
    assert len(after["repairs"]) == 2 and after["codes begin at sample"] == page["codes begin at sample"]
    out.write_bytes(damaged.read_bytes())
    changed = told("repair", out, "--from", 1.25, "--to", 1.3, "--weights", musicgen, "--takes", 1)
    assert changed["remarks"][0] == "song-repaired.wav was changed after its repair; the codes beside it are not used"
    (tmp_path / "song-repaired.wav.repair.json").write_text("{")
    assert "can not be read" in refused(out, "--from", 0.5, "--to", 0.501)


def test_a_generated_song_is_repaired_as_a_revision_once_its_bars_are_unlocked(tmp_path: Path, musicgen: Path) -> None:
    made = run("generate", "warm lofi", "--weights", musicgen, "--seconds", 4, "--seed", 5, "--out", tmp_path, "--json")
    folder = Path(json.loads(made.stdout)["songs"][0]["path"])
    before = open_song(folder)
    asked = (folder, "--from", 1.5, "--to", 1.7, "--weights", musicgen, "--takes", 1, "--seed", 3)
    assert "locked by" in refused(*asked)
    score = before.song.score
    bars = [score.metre.bar_at(score.tempo.tick_at(second)) + 1 for second in (1.39, 1.81)]
    assert run("unlock", folder, "--tracks", "musicgen", "--bars", f"{bars[0]}-{bars[1]}").exit_code == 0
    stem = next(folder.glob("stems/*.wav"))
    old, codes = read_audio(stem).samples, codes_of(before.song.recordings["musicgen"]).codes
    facts = told("repair", *asked)
    after = open_song(folder)
    assert facts["revision"] == after.revision and not changed_files(folder)
    recording, lineage = after.song.recordings["musicgen"], after.song.lineage
    assert recording.file == "recordings/musicgen-repaired.wav" and lineage.act == "repair" and lineage.seed == 3
    assert lineage.settings["licence"] == "CC-BY-NC-4.0" and lineage.settings["prompt"] == "warm lofi"
    new, start = read_audio(stem).samples, recording.start_s
    first, last = (round((start + second) * RATE) for second in (1.5 - start - 0.1, 1.7 - start + 0.1))
    margin = round(0.01 * RATE)  # of the resampling from the performer's rate to the song's
    same = np.ones(old.shape[1], dtype=bool)
    same[first - margin : last + margin] = False
    assert np.abs(old - new)[:, same].max() < 1e-4 < np.abs(old - new).max()
    spliced = codes_of(recording).codes
    low, high = int((1.5 - start) * 50), int((1.7 - start) * 50) + 1
    assert np.array_equal(spliced[:, :low], codes[:, :low]) and np.array_equal(spliced[:, high:], codes[:, high:])
    assert not np.array_equal(spliced, codes)
    assert after.song.locks and run("locks", folder, "--verify").exit_code == 0
    assert "repair" in run("history", folder).output
    assert run("unlock", folder, "--tracks", "musicgen").exit_code == 0
    assert "sounds from" in refused(folder, "--from", 0.0, "--to", start + 9.0)
    again = told("repair", folder, "--from", start + 0.5, "--to", start + 0.51)
    assert again["engine"] == "interpolation" and again["revision"] != facts["revision"]
    assert open_song(folder).song.recordings["musicgen"].file == "recordings/musicgen-repaired-2.wav"
    assert run("check", folder).exit_code == 0


def test_heartmula_repairs_what_it_wrote_and_says_so_of_other_sound(
    damaged: Path, tmp_path: Path, heartmula: Path
) -> None:
    engine = ("--engine", "heartmula", "--weights", heartmula, "--takes", 2, "--seed", 1)
    assert "heartmula only repairs what it wrote" in refused(damaged, "--from", 1.2, "--to", 1.4, *engine)
    made = run("generate", "pop", "--engine", "heartmula", "--weights", heartmula, "--seconds", 3, "--seed", 2,
               "--out", tmp_path, "--json")  # fmt: skip
    folder = Path(json.loads(made.stdout)["songs"][0]["path"])
    assert run("unlock", folder, "--tracks", "heartmula").exit_code == 0
    (start,) = (each.start_s for each in open_song(folder).song.recordings.values())
    said = refused(folder, "--from", start + 1.4, "--to", start + 1.6)
    assert "add --engine heartmula" in said and "hf download HeartMuLa/HeartCodec-oss" in said
    facts = told("repair", folder, "--from", start + 1.4, "--to", start + 1.6, *engine)
    assert facts["licence"] == "Apache-2.0" and len(facts["scores"]) == 2 and facts["remarks"] == []


def test_what_can_not_be_repaired_is_told_in_one_sentence(damaged: Path, tmp_path: Path) -> None:
    assert "is no stretch of song.wav, which lasts 2.000 s" in refused(damaged, "--from", 1, "--to", 3)
    assert "--track names a track of a song" in refused(damaged, "--from", 1, "--to", 1.01, "--track", "bass")
    assert "is the original" in refused(damaged, "--from", 1, "--to", 1.01, "--out", damaged)
    assert "must end in .wav" in refused(damaged, "--from", 1, "--to", 1.01, "--out", tmp_path / "x.mp3")
    (tmp_path / "empty").mkdir()
    assert run("repair", tmp_path / "empty", "--from", 0, "--to", 1).exit_code == 2
    assert run("repair", tmp_path / "none.wav", "--from", 0, "--to", 1).exit_code == 3
    (tmp_path / "words.wav").write_text("no sound")
    assert "is not an audio file we can read" in refused(tmp_path / "words.wav", "--from", 0, "--to", 1)
    song = run("compose", "lofi, 2 bars, no drums", "--out", tmp_path, "--json")
    folder = json.loads(song.stdout)["songs"][0]["path"]
    assert "notes are not repaired; write them anew with: regenerate" in refused(folder, "--from", 0, "--to", 1)
