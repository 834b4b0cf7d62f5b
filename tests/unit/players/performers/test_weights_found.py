"""Where weights are looked for."""

import hashlib
import json
from pathlib import Path

import pytest

from resonant.errors import InputError
from resonant.players.performers.roster import PERFORMERS, performer_named, weights_of
from resonant.players.performers.weights import Part, Weights, found, hub_cache

HOME = Path("/home/somebody")
PART = Part("somebody/model", ("config.json",))


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, "/home/somebody/.cache/huggingface/hub"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/huggingface/hub"),
        ({"HF_HOME": "/h", "XDG_CACHE_HOME": "/c"}, "/h/hub"),
        ({"HF_HUB_CACHE": "/x", "HF_HOME": "/h"}, "/x"),
        ({"HF_HUB_CACHE": "", "HF_HOME": ""}, "/home/somebody/.cache/huggingface/hub"),
    ],
)
def test_the_cache_is_where_its_own_program_keeps_it(environment: dict[str, str], wanted: str) -> None:
    assert hub_cache(environment, HOME) == Path(wanted)


def snapshot(cache: Path, revision: str, *files: str) -> Path:
    place = cache / "models--somebody--model" / "snapshots" / revision
    place.mkdir(parents=True)
    for file in files:
        (place / file).write_text(file)
    return place


def test_the_main_revision_is_taken_or_the_only_one(tmp_path: Path) -> None:
    first = snapshot(tmp_path, "1", "config.json", "model.safetensors")
    assert found("model", [PART], None, tmp_path).folders == (first,)
    second = snapshot(tmp_path, "2", "config.json", "model.safetensors")
    with pytest.raises(InputError, match=r"get it with: hf download somebody/model"):
        found("model", [PART], None, tmp_path)
    refs = tmp_path / "models--somebody--model" / "refs"
    refs.mkdir()
    (refs / "main").write_text("2\n")
    assert found("model", [PART], None, tmp_path).folders == (second,)
    (refs / "main").write_text("3")
    with pytest.raises(InputError, match="hf download"):
        found("model", [PART], None, tmp_path)


def test_a_shard_that_is_missing_is_named(tmp_path: Path) -> None:
    index = {"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}
    for file, text in {
        "config.json": "{}",
        "one.safetensors": "",
        "model.safetensors.index.json": json.dumps(index),
    }.items():
        (tmp_path / file).write_text(text)
    with pytest.raises(InputError, match=rf"{tmp_path}/two\.safetensors is missing; get it with: hf download"):
        found("model", [PART], tmp_path, tmp_path)
    (tmp_path / "two.safetensors").write_text("")
    assert found("model", [PART], tmp_path, tmp_path).folders == (tmp_path,)


def test_weights_are_known_by_their_bytes_whether_in_one_file_or_in_several(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.safetensors").write_text(name)
    one, two = (hashlib.sha256(text.encode()).hexdigest() for text in "ab")
    both = Weights("model", (tmp_path,)).sha256
    assert both == hashlib.sha256(f"{one}\n{two}".encode()).hexdigest()
    (tmp_path / "b.safetensors").unlink()
    assert Weights("model", (tmp_path,)).sha256 == one


def test_large_files_of_the_cache_are_called_by_their_hash_and_not_read(tmp_path: Path) -> None:
    digest = "ab" * 32
    blob = tmp_path / "blobs" / digest
    blob.parent.mkdir()
    blob.write_text("anything")
    place = snapshot(tmp_path, "1")
    (place / "model.safetensors").symlink_to(blob)
    assert Weights("model", (place,)).sha256 == digest


def test_every_performer_says_what_it_needs_and_under_which_licence() -> None:
    for name, performer in PERFORMERS.items():
        can = performer.capabilities
        assert performer_named(name) is performer and can.needs_torch and can.needs_weights and can.writes == "codes"
    licences = {name: performer.capabilities.weights_licence for name, performer in PERFORMERS.items()}
    assert licences == {"musicgen": "CC-BY-NC-4.0", "heartmula": "Apache-2.0"}
    with pytest.raises(InputError, match="the engines are musicgen, heartmula"):
        performer_named("bard")


def test_weights_in_a_folder_of_their_own_are_called_after_it(tmp_path: Path) -> None:
    place = tmp_path / "my tuned one"
    place.mkdir()
    for file in ("config.json", "tokenizer.json", "model.safetensors"):
        (place / file).write_text("{}")
    assert weights_of(PERFORMERS["musicgen"], None, place, tmp_path).name == "my tuned one"
