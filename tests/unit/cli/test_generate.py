"""generate, from the command to the folder, with tiny random weights as they are published."""

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.commands import run
from tests.commands import told as facts_of
from tests.published_folders import tiny_flavours, tiny_musicgen

from resonant.brought.performed import ask_of
from resonant.library.catalogue import Catalogue
from resonant.library.revisions import open_song
from resonant.library.songs import changed_files, load_song
from resonant.score.midi import write_midi
from resonant.score.model import Note, Score, Track
from resonant.seeds import MAX_SEED
from resonant.sound.codes import codes_of
from resonant.sound.recording import Recording


def told(*arguments: object) -> list[dict[str, Any]]:
    songs: list[dict[str, Any]] = facts_of("generate", *arguments)["songs"]
    return songs


def test_a_sentence_becomes_a_locked_recording_with_codes_and_lineage(musicgen: Path, tmp_path: Path) -> None:
    asked = ("warm lofi", "--weights", musicgen, "--seconds", 3, "--seed", MAX_SEED, "--out", tmp_path / "songs")
    (facts,) = told(*asked, "--temperature", 0.9, "--negative", "noise", "--precision", "float32")
    folder = Path(facts["path"])
    song = load_song(folder).song
    assert (facts["seed"], song.lineage.seed, song.brief.seed) == (MAX_SEED, MAX_SEED, MAX_SEED)
    with Catalogue(tmp_path / "songs") as catalogue:
        assert [(row.seed, row.text) for row in catalogue.rows()] == [(MAX_SEED, "warm lofi")]
        assert catalogue.reindex() == (1, ())
        assert [row.seed for row in catalogue.rows()] == [MAX_SEED]
    assert song.lineage.act == "generate" and song.lineage.players == {"musicgen": "musicgen"}
    settings = song.lineage.settings
    assert (settings["weights"], settings["licence"]) == ("musicgen-tiny", "CC-BY-NC-4.0")
    assert (
        len(settings["weights sha256"]) == 64 and settings["guidance"] == "3.0" and settings["precision"] == "float32"
    )
    assert any("not for commerce" in remark for remark in song.brief.remarks)
    recording = song.recordings["musicgen"]
    codes = codes_of(recording)
    assert codes.codes.shape == (4, 150) and (codes.performer, codes.rate, codes.hop) == ("musicgen", 32_000, 640)
    assert (recording.rate, recording.channels) == (32_000, 1)
    ask = ask_of(recording)
    assert (ask.words, ask.seeds, ask.temperature, ask.top_k, ask.negative) == (
        "warm lofi", (MAX_SEED,), 0.9, 250, "noise",
    )  # fmt: skip
    assert changed_files(folder) == () and "musicgen (musicgen, bars" in run("locks", folder, "--verify").output
    (again,) = told(*asked, "--temperature", 0.9, "--negative", "noise", "--precision", "float32")
    assert again["path"] == facts["path"], "the same seed is the same song, byte for byte"


def test_a_generated_recording_is_accompanied_and_exported_like_any_other(musicgen: Path, tmp_path: Path) -> None:
    (facts,) = told("slow jazz", "--weights", musicgen, "--seconds", 4, "--seed", 3, "--out", tmp_path)
    folder = Path(facts["path"])
    kept = {name: (folder / name).read_bytes() for name in open_song(folder).song.recordings["musicgen"].files}
    assert sorted(kept) == ["recordings/musicgen.codes.npz", "recordings/musicgen.wav"]
    assert run("accompany", folder, "--parts", "drums,bass", "--seed", 1).exit_code == 0
    song = open_song(folder).song
    assert [track.name for track in song.score.tracks] == ["musicgen", "drums", "bass"] and song.brief.style == "jazz"
    assert all((folder / name).read_bytes() == data for name, data in kept.items())
    assert codes_of(song.recordings["musicgen"]).codes.shape == (4, 200)
    assert ask_of(song.recordings["musicgen"]).seeds == (3,), "what was asked stays with the recording"
    assert run("export", folder, "--to", "stems", "--out", tmp_path / "out").exit_code == 0
    refused = run("regenerate", folder, "--tracks", "musicgen")
    assert refused.exit_code == 2 and "'musicgen'" in refused.output


def test_several_takes_are_songs_of_their_own_and_the_first_becomes_a_file(
    musicgen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # beside a file that is named the songs lie in ./songs
    # Narrow numbers are summed in another order in another batch; exact ones show that a seed is a take.
    asked = ("warm lofi", "--weights", musicgen, "--seconds", 2, "--top-k", 20, "--precision", "float32")
    with_file = run("generate", *asked, "--takes", 2, "--seed", 5, "--out", tmp_path / "take.wav")
    assert with_file.exit_code == 0, with_file.output
    first, second = told(*asked, "--takes", 2, "--seed", 5, "--out", tmp_path)
    assert (tmp_path / "take.wav").read_bytes() == Path(first["mix"]).read_bytes()
    one, two = (codes_of(load_song(Path(each["path"])).song.recordings["musicgen"]).codes for each in (first, second))
    assert first["seed"] == 5 and not np.array_equal(one, two)
    (alone,) = told(*asked, "--seed", second["seed"], "--out", tmp_path)
    assert alone["path"] == second["path"], "a take can be had again by its seed"


def test_lyrics_are_sung_by_heartmula(heartmula: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny_flavours(monkeypatch)
    (tmp_path / "words.txt").write_text("[Verse]\nsunlight on the floor\n", encoding="utf-8")
    asked = ("pop,warm", "--engine", "heartmula", "--weights", heartmula, "--seconds", 2.4, "--seed", 1)
    (facts,) = told(*asked, "--lyrics", tmp_path / "words.txt", "--out", tmp_path / "songs")
    song = load_song(Path(facts["path"])).song
    assert song.lineage.settings["licence"] == "Apache-2.0" and "sunlight" in song.lineage.settings["lyrics"]
    assert codes_of(song.recordings["heartmula"]).codes.shape == (8, 30)
    assert not any("commerce" in remark for remark in song.brief.remarks)


def refusal(*arguments: object, code: int = 2) -> str:
    result = run("generate", *arguments)
    said = [line for line in result.output.splitlines() if line.startswith("resonant: ")]
    assert result.exit_code == code and said == result.output.splitlines()[-1:], result.output
    return said[0].removeprefix("resonant: ")


def test_weights_that_are_not_there_are_named_with_the_command_that_gets_them(
    musicgen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    assert "get it with: hf download facebook/musicgen-small, or name the folder" in refusal("a")
    assert "facebook/musicgen-stereo-large is not in" in refusal("a", "--size", "stereo-large")
    assert "hf download HeartMuLa/HeartMuLa-oss-3B" in refusal("a", "--engine", "heartmula")
    assert "its sizes are small, medium" in refusal("a", "--size", "huge")
    assert "gone is no folder" in refusal("a", "--weights", tmp_path / "gone")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert refusal("a", "--weights", empty) == (
        f"{empty}/config.json is missing; get it with: hf download facebook/musicgen-small --local-dir {empty}"
    )
    assert f"{empty}/HeartMuLa-oss-3B/config.json is missing" in refusal(
        "a", "--engine", "heartmula", "--weights", empty
    )
    revision = tmp_path / "hub" / "models--facebook--musicgen-medium" / "snapshots" / "abc"
    shutil.copytree(musicgen, revision)
    monkeypatch.delenv("HF_HUB_CACHE")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    asked = ("a", "--size", "medium", "--seconds", 2, "--seed", 1, "--out", tmp_path / "songs")
    (facts,) = told(*asked)
    assert facts["lineage"]["weights"] == "musicgen-medium"
    (revision / "model.safetensors").rename(revision / "pytorch_model.bin")
    assert "model.safetensors is missing; its weights are there as a pickle: make it safetensors" in refusal(*asked)


def broken(musicgen: Path, folder: Path, **files: bytes) -> Path:
    shutil.copytree(musicgen, folder)
    for name, data in files.items():
        (folder / name.replace("_json", ".json").replace("_safetensors", ".safetensors")).write_bytes(data)
    return folder


def test_damaged_and_hostile_weights_are_one_sentence_and_leave_nothing(musicgen: Path, tmp_path: Path) -> None:
    import pickle

    from safetensors.numpy import load_file, save

    def said(folder: Path) -> str:
        return refusal("warm", "--weights", folder, "--seconds", 2, "--out", tmp_path / "songs")

    whole = (musicgen / "model.safetensors").read_bytes()
    pickled = broken(musicgen, tmp_path / "a", model_safetensors=pickle.dumps({"a": [1, 2]}))
    assert "is cut off or no safetensors file" in said(pickled)
    assert "is cut off or no safetensors file" in said(
        broken(musicgen, tmp_path / "b", model_safetensors=whole[: len(whole) // 2])
    )
    tensors = load_file(musicgen / "model.safetensors")
    tensors["enc_to_dec_proj.bias"] = tensors["enc_to_dec_proj.bias"] * np.float32("nan")
    assert "holds what is no number" in said(broken(musicgen, tmp_path / "c", model_safetensors=save(tensors)))
    config = json.loads((musicgen / "config.json").read_text())
    other = {**config, "model_type": "bert"}
    assert "describes a 'bert' model" in said(broken(musicgen, tmp_path / "d", config_json=json.dumps(other).encode()))
    wider = {**config, "decoder": {**config["decoder"], "ffn_dim": 64}}
    assert "does not fit its config" in said(broken(musicgen, tmp_path / "e", config_json=json.dumps(wider).encode()))
    t5 = {**config, "text_encoder": {**config["text_encoder"], "model_type": "clap"}}
    assert "'clap' text encoder, not a T5" in said(
        broken(musicgen, tmp_path / "f", config_json=json.dumps(t5).encode())
    )
    assert "is no tokeniser" in said(broken(musicgen, tmp_path / "g", tokenizer_json=b"{"))
    assert "is no JSON" in said(broken(musicgen, tmp_path / "h", config_json=b"\xff\x00"))
    assert not list((tmp_path / "songs").glob("*/song.json"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--seconds", "1"), "--seconds 1 must lie in 2…30 for musicgen"),
        (("--seconds", "nan"), "--seconds nan must lie in"),
        (("--seconds", "400", "--engine", "heartmula"), "must lie in 2…360 for heartmula"),
        (("--guidance", "99"), "guidance 99 must lie in 0…20"),
        (("--top-p", "0"), "top-p 0 must lie in"),
        (("--lyrics", "gone.txt"), "musicgen sings no words; leave out --lyrics, or add --engine heartmula"),
        (("--lyrics", "gone.txt", "--engine", "heartmula"), "gone.txt can not be read"),
        (("--melody", "gone.wav", "--engine", "heartmula"), "heartmula hears no melody; leave out --melody"),
        (("--melody", "gone.wav"), "gone.wav can not be read"),
        (("--memory", "0.0001"), "GiB, and 0.0 may be used; take a smaller size"),
    ],
)
def test_what_can_not_be_is_one_sentence(
    options: tuple[str, ...], message: str, musicgen: Path, tmp_path: Path
) -> None:
    code = 3 if "--melody" in options and "heartmula" not in options else 2
    asked = ("warm", "--weights", musicgen, "--out", tmp_path, *options)
    assert message in refusal(*asked, code=code)


def test_doctor_says_who_plays_and_which_weights_were_found(
    musicgen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> dict[str, dict[str, Any]]:
        result = run("doctor", "--json")
        assert result.exit_code == 0, result.output
        return {each["what"]: each for each in json.loads(result.stdout)["findings"]}

    monkeypatch.setenv("HF_HOME", str(tmp_path))
    before = said()
    assert "sings lyrics, up to 360 s; weights (Apache-2.0): not found (optional)" in before["heartmula"]["found"]
    assert "weights (CC-BY-NC-4.0): not found" in before["musicgen"]["found"]
    assert "hf download facebook/musicgen-small" in before["musicgen"]["advice"]
    shutil.copytree(musicgen, tmp_path / "hub" / "models--facebook--musicgen-melody" / "snapshots" / "1")
    after = said()["musicgen"]
    assert after["found"].endswith("musicgen-melody") and after["advice"] == ""


def test_pickles_are_converted_and_played_and_hostile_ones_leave_nothing(musicgen: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    old, new = tmp_path / "old", tmp_path / "made" / "new"
    shutil.copytree(musicgen, old)
    torch.save(load_file(old / "model.safetensors"), old / "pytorch_model.bin")
    (old / "model.safetensors").unlink()
    result = run("convert", old, "--out", new)
    assert (result.exit_code, result.stdout) == (0, f"{new}\n"), result.output
    asked = ("warm", "--seconds", 2, "--seed", 1, "--out", tmp_path / "songs")
    one, two = (told(*asked, "--weights", weights)[0] for weights in (new, musicgen))
    assert Path(one["mix"]).read_bytes() == Path(two["mix"]).read_bytes()
    again = run("convert", old, "--out", new)
    assert again.exit_code == 2 and "is there already; give another folder with --out" in again.output
    (old / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    refused = run("convert", old, "--out", tmp_path / "made" / "other")
    assert refused.exit_code == 2 and "asks to run more than numbers need" in refused.output
    assert [each.name for each in (tmp_path / "made").iterdir()] == ["new"]


def test_the_examples_of_the_help_make_songs(
    musicgen: Path, heartmula: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_flavours(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    shutil.copytree(musicgen, tmp_path / "musicgen-small")
    (tmp_path / "words.txt").write_text("[Chorus]\nstay\n")
    for repo, place in (
        ("HeartMuLa-oss-3B", "HeartMuLa-oss-3B"),
        ("HeartCodec-oss", "HeartCodec-oss"),
        ("HeartMuLaGen", ""),
    ):
        shutil.copytree(heartmula / place, tmp_path / "hub" / f"models--HeartMuLa--{repo}" / "snapshots" / "1")
    rows = re.findall(r"^ +resonant (generate .*)$", run("generate", "--help").stdout, re.MULTILINE)
    assert len(rows) == 2
    for row in rows:
        result = run(*shlex.split(row), "--seed", "1")
        assert result.exit_code == 0, result.output
    seconds = sorted(round(load_song(path.parent).song.score.seconds) for path in tmp_path.glob("songs/*/song.json"))
    assert len(seconds) == 2 and seconds[0] >= 9 and seconds[1] >= 18


def test_without_torch_one_is_told_what_to_install(
    musicgen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib import util

    found = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name, *rest: None if name == "torch" else found(name, *rest))
    said = refusal("warm", "--weights", musicgen, "--out", tmp_path)
    assert said == 'musicgen needs torch, which is not installed; run: pip install "resonant[neural]"'


def test_the_tune_of_a_midi_file_a_song_or_a_recording_is_followed(musicgen: Path, tmp_path: Path) -> None:
    melodic = tiny_musicgen(tmp_path / "musicgen-melody", melody=True)
    notes = tuple(Note(480 * beat, 60 + (0, 4, 7, 4)[beat % 4], 480, 80) for beat in range(8))
    write_midi(Score(2, tracks=(Track("tune", "melody", "flute", notes),)), tmp_path / "tune.mid")
    imported = run("import", tmp_path / "tune.mid", "--out", tmp_path / "songs", "--json")
    song = Path(json.loads(imported.stdout)["path"])

    def recording(*options: object) -> Recording:
        asked = ("warm", "--weights", melodic, "--seconds", 2, "--seed", 1, "--temperature", 0, "--out", tmp_path)
        return load_song(Path(told(*asked, *options)[0]["path"])).song.recordings["musicgen"]

    ways = [(), ("--melody", tmp_path / "tune.mid"), ("--melody", song), ("--melody", song / "mix.wav")]
    free, of_notes, of_song, of_sound = (recording(*way) for way in ways)
    tune = ask_of(of_notes).melody
    assert tune is not None and [int(tune[place].argmax()) for place in (1, 5, 9, 13)] == [0, 4, 7, 4]
    assert "melody" not in free.made and of_notes.made["melody"] == of_song.made["melody"] != of_sound.made["melody"]
    assert not np.array_equal(codes_of(free).codes, codes_of(of_notes).codes)
    assert np.array_equal(codes_of(of_notes).codes, codes_of(of_song).codes)
    refused = refusal(
        "warm", "--weights", musicgen, "--seconds", 2, "--melody", tmp_path / "tune.mid", "--out", tmp_path
    )
    assert "these weights hear no melody" in refused
