"""DAWproject: valid by its published schemas, and equal to the score."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from resonant.exports.formats import export_song
from resonant.exports.source import SongSource

SCHEMAS = Path(__file__).parents[2] / "data" / "dawproject"


@pytest.fixture
def archive(song: SongSource, tmp_path: Path) -> Path:
    (path,) = export_song(song, ["dawproject"], tmp_path)["dawproject"]
    return path


@pytest.fixture
def project(archive: Path) -> ET.Element:
    with zipfile.ZipFile(archive) as packed:
        return ET.fromstring(packed.read("project.xml"))


@pytest.mark.parametrize(("page", "schema"), [("project.xml", "Project.xsd"), ("metadata.xml", "MetaData.xsd")])
def test_every_page_is_valid_by_the_published_schema(page: str, schema: str, archive: Path) -> None:
    checked = xmlschema.XMLSchema(SCHEMAS / schema)
    with zipfile.ZipFile(archive) as packed:
        text = packed.read(page).decode()
    checked.validate(text)
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        checked.validate(text.replace("Title", "Name").replace("<Target", "<Aim"))


def test_the_notes_are_the_score_in_beats(project: ET.Element, song: SongSource) -> None:
    for number, track in enumerate(song.score.tracks, start=1):
        lanes = project.find(f"Arrangement/Lanes/Lanes[@track='notes-{number}']")
        assert lanes is not None
        written = [
            (round(float(n.get("time", "")) * 480), int(n.get("key", "")), round(float(n.get("duration", "")) * 480),
             round(float(n.get("vel", "")) * 127))
            for n in lanes.iter("Note")
        ]  # fmt: skip
        assert written == [(note.start, note.pitch, note.duration, note.velocity) for note in track.notes]


def test_each_stem_is_a_clip_of_the_whole_file_unstretched(
    project: ET.Element, song: SongSource, archive: Path
) -> None:
    with zipfile.ZipFile(archive) as packed:
        for number, stem in enumerate(song.stems, start=1):
            clip = project.find(f"Arrangement/Lanes/Lanes[@track='audio-{number}']/Clips/Clip")
            assert clip is not None
            sound = clip.find("Audio")
            assert sound is not None
            assert packed.read(sound.find("File").get("path", "")) == stem.path.read_bytes()  # type: ignore[union-attr]
            assert float(sound.get("duration", "")) == pytest.approx(stem.seconds, abs=1e-6)
            beats = float(clip.get("duration", ""))
            assert song.score.tempo.seconds_at(round(beats * 480)) == pytest.approx(stem.seconds, abs=0.002)
            assert clip.get("contentTimeUnit") == "seconds"


def test_the_notes_are_muted_under_the_sound_and_all_goes_to_the_master(project: ET.Element) -> None:
    muted = {t.get("id"): t.find("Channel/Mute").get("value") for t in project.iter("Track")}  # type: ignore[union-attr]
    assert {muted[f"notes-{n}"] for n in (1, 2, 3)} == {"true"}
    assert {muted[f"audio-{n}"] for n in (1, 2, 3)} | {muted["master-track"]} == {"false"}
    assert {c.get("destination") for c in project.iter("Channel")} == {"master", None}


def test_tempo_metre_and_sections_stand_where_the_score_has_them(project: ET.Element) -> None:
    def points(path: str, *names: str) -> list[tuple[str | None, ...]]:
        return [tuple(each.get(name) for name in names) for each in project.findall(path)]

    assert points("Arrangement/TempoAutomation/RealPoint", "time", "value") == [("0", "90"), ("2", "100.5")]
    signatures = points("Arrangement/TimeSignatureAutomation/*", "time", "numerator", "denominator")
    assert signatures[1:] == [("0", "3", "4"), ("3", "7", "8")]
    assert points("Arrangement/Markers/Marker", "time", "name") == [("0", "Verse"), ("3", "Chorus")]
    assert all(colour.startswith("#") for (colour,) in points(".//Track[@color]", "color") if colour)
