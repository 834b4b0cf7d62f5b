"""The REAPER project, read back by a reader of nested blocks."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from resonant.exports.formats import export_song
from resonant.exports.source import SongSource


@dataclass
class Block:
    """`<NAME values` … `>`: lines of values and blocks in it."""

    values: list[str]
    lines: list[list[str]] = field(default_factory=list)
    blocks: list["Block"] = field(default_factory=list)

    def named(self, name: str) -> list["Block"]:
        return [block for block in self.blocks if block.values[0] == name]

    def of(self, name: str) -> list[list[str]]:
        return [line[1:] for line in self.lines if line[0] == name]


def read(text: str) -> Block:
    stack = [Block(["ROOT"])]
    for line in text.splitlines():
        words = shlex.split(line.replace("`", '"')) if line.strip() else []
        if line.strip() == ">":
            closed = stack.pop()
            stack[-1].blocks.append(closed)
        elif line.strip().startswith("<"):
            stack.append(Block([words[0][1:], *words[1:]]))
        else:
            stack[-1].lines.append(words)
    (project,) = stack.pop().blocks
    assert not stack, "every block is closed"
    return project


@pytest.fixture
def written(song: SongSource, tmp_path: Path) -> Path:
    return next(path for path in export_song(song, ["rpp"], tmp_path)["rpp"] if path.suffix == ".rpp")


@pytest.fixture
def project(written: Path) -> Block:
    return read(written.read_text(encoding="utf-8"))


def test_tempo_and_metre_stand_at_their_seconds(project: Block) -> None:
    assert project.of("TEMPO") == [["90", "3", "4"]]
    (envelope,) = project.named("TEMPOENVEX")
    points = [[float(value) for value in point[:4]] for point in envelope.of("PT")]
    bar_2 = 2 * 60 / 90 + 60 / 100.5
    assert points[0] == [0, 90, 1, 3 + 65536 * 4]
    assert points[1] == pytest.approx([2 * 60 / 90, 100.5, 1])
    assert points[2] == pytest.approx([bar_2, 100.5, 1, 7 + 65536 * 8])


def test_sections_are_markers(project: Block, song: SongSource) -> None:
    start = song.score.tempo.seconds_at(1440)
    found = [(number, float(at), name) for number, at, name, _ in project.of("MARKER")]
    assert found == [("1", 0.0, "Verse"), ("2", pytest.approx(start), "Chorus")]


def test_each_track_has_its_stem_beside_the_project(project: Block, song: SongSource, written: Path) -> None:
    tracks = project.named("TRACK")
    assert [track.of("NAME") for track in tracks] == [[["drums"]], [["bass"]], [["melody"]]]
    for track, stem in zip(tracks, song.stems, strict=True):
        item = track.named("ITEM")[0]
        (source,) = item.named("SOURCE")
        assert source.values == ["SOURCE", "WAVE"]
        ((name,),) = source.of("FILE")
        assert not Path(name).is_absolute()
        assert (written.parent / name).read_bytes() == stem.path.read_bytes()
        assert float(item.of("LENGTH")[0][0]) == pytest.approx(stem.seconds)
        assert item.of("MUTE") == [["0", "0"]]


def test_the_notes_lie_muted_under_each_stem(project: Block, song: SongSource) -> None:
    for block, track in zip(project.named("TRACK"), song.score.tracks, strict=True):
        item = block.named("ITEM")[1]
        assert item.of("MUTE") == [["1", "0"]]
        (source,) = item.named("SOURCE")
        assert source.of("HASDATA") == [["1", "480", "QN"]]
        now, starts = 0, []
        for wait, *data in source.of("E"):
            now += int(wait)
            status, first, *rest = (int(byte, 16) for byte in data)
            if status >> 4 == 9:
                starts.append((now, first, rest[0]))
        assert starts == [(note.start, note.pitch, note.velocity) for note in track.notes]
        assert now == song.score.end
