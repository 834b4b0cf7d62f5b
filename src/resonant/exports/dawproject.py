"""DAWproject 1.0 (https://github.com/bitwig/dawproject): a zip of project.xml, metadata.xml and the stems.

Each track comes twice: its stem as an audio clip, and its notes, muted, so that an instrument can be put under them.
Times are beats, which the format counts in quarters; the sound of a stem is counted in seconds and is never stretched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from xml.etree.ElementTree import Element

from resonant.exports.shelf import Archive, Content, Files
from resonant.exports.source import SongSource, StemSound
from resonant.exports.stems import named_stems
from resonant.instruments import instrument
from resonant.pictures.canvas import Colour, material_colour, role_colour
from resonant.score.model import Score, Track
from resonant.score.xml_pages import child, xml_bytes
from resonant.units import TEMPO_RANGE_BPM, TICKS_PER_QUARTER, Tick

_AUDIO = "audio/"
_TEMPO, _METRE, _MASTER = "tempo", "metre", "master"
_DRUM_CHANNEL = 9


@dataclass(frozen=True, slots=True)
class _Lane:
    """A track of the song in the project: the ids of what belongs to it."""

    track: Track
    number: int
    kind: str  # audio or notes

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.number}"


def dawproject_files(song: SongSource) -> Files:
    """One `.dawproject`.

    Raises:
        InputError: the song was saved without sound.
    """
    stems = {f"{_AUDIO}{name}": stem for name, stem in named_stems(song).items()}
    inside: dict[str, Content] = {
        "project.xml": project_xml(song.score, stems),
        "metadata.xml": metadata_xml(song),
        **{name: stem.path for name, stem in stems.items()},
    }
    return {f"{song.base}.dawproject": Archive(inside)}


def project_xml(score: Score, stems: Mapping[str, StemSound]) -> bytes:
    """The project: stems by their names in the archive, in the order of the tracks."""
    project = Element("Project", {"version": "1.0"})
    child(project, "Application", name="Resonant", version=version("resonant"))
    _transport(child(project, "Transport"), score)
    structure = child(project, "Structure")
    audio = [_Lane(stem.track, number, "audio") for number, stem in enumerate(stems.values(), start=1)]
    notes = [_Lane(track, number, "notes") for number, track in enumerate(score.tracks, start=1) if track.notes]
    for lane in sorted([*audio, *notes], key=lambda lane: score.tracks.index(lane.track)):
        _track(structure, lane)
    _master(structure)
    arrangement = child(project, "Arrangement", id="arrangement")
    lanes = child(arrangement, "Lanes", id="lanes", timeUnit="beats")
    for lane, (name, stem) in zip(audio, stems.items(), strict=True):
        _audio_clip(child(lanes, "Lanes", id=f"{lane.id}-lanes", track=lane.id), score, lane, name, stem)
    for lane in notes:
        _note_clip(child(lanes, "Lanes", id=f"{lane.id}-lanes", track=lane.id), score, lane)
    _song_lanes(arrangement, score)
    child(project, "Scenes")
    return xml_bytes(project)


def metadata_xml(song: SongSource) -> bytes:
    """Title, style and what was asked for."""
    brief = song.document.song.brief
    root = Element("MetaData")
    child(root, "Title", song.title)
    child(root, "Genre", brief.style)
    child(root, "Comment", brief.text)
    return xml_bytes(root)


def _beats(tick: Tick) -> str:
    return f"{tick / TICKS_PER_QUARTER:.9g}"


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _transport(transport: Element, score: Score) -> None:
    low, high = TEMPO_RANGE_BPM
    child(transport, "Tempo", id=_TEMPO, name="Tempo", unit="bpm", min=low, max=high, value=f"{score.tempo.bpm:.10g}")
    metre = score.metre.metre_at(0)
    child(transport, "TimeSignature", id=_METRE, numerator=metre.numerator, denominator=metre.denominator)


def _track(structure: Element, lane: _Lane) -> None:
    track = lane.track
    element = child(
        structure, "Track", id=lane.id, contentType=lane.kind, loaded="true", color=_hex(role_colour(track.role)),
        name=track.name if lane.kind == "audio" else f"{track.name} (notes)",
        comment=instrument(track.instrument).label,
    )  # fmt: skip
    channel = child(
        element, "Channel", id=f"{lane.id}-channel", role="regular", audioChannels=2, destination=_MASTER, solo="false"
    )
    _fader(channel, lane.id, muted=lane.kind == "notes")


def _master(structure: Element) -> None:
    element = child(structure, "Track", id="master-track", contentType="audio notes", loaded="true", name="Master")
    _fader(child(element, "Channel", id=_MASTER, role="master", audioChannels=2, solo="false"), _MASTER, muted=False)


def _fader(channel: Element, id: str, *, muted: bool) -> None:
    child(channel, "Mute", id=f"{id}-mute", name="Mute", value=str(muted).lower())
    child(channel, "Pan", id=f"{id}-pan", name="Pan", unit="normalized", min=0, max=1, value=0.5)
    child(channel, "Volume", id=f"{id}-volume", name="Volume", unit="linear", min=0, max=2, value=1)


def _audio_clip(lanes: Element, score: Score, lane: _Lane, name: str, stem: StemSound) -> None:
    clips = child(lanes, "Clips", id=f"{lane.id}-clips")
    clip = child(
        clips, "Clip", name=lane.track.name, time=0, duration=_beats(score.tempo.tick_at(stem.seconds)),
        contentTimeUnit="seconds", playStart=0,
    )  # fmt: skip
    audio = child(
        clip, "Audio", id=f"{lane.id}-sound", timeUnit="seconds", algorithm="raw", channels=stem.channels,
        sampleRate=stem.sample_rate, duration=f"{stem.seconds:.9g}",
    )  # fmt: skip
    child(audio, "File", path=name)


def _note_clip(lanes: Element, score: Score, lane: _Lane) -> None:
    clips = child(lanes, "Clips", id=f"{lane.id}-clips")
    clip = child(clips, "Clip", name=lane.track.name, time=0, duration=_beats(score.end), playStart=0)
    notes = child(clip, "Notes", id=f"{lane.id}-notes")
    channel = _DRUM_CHANNEL if instrument(lane.track.instrument).is_drums else 0
    for note in lane.track.notes:
        velocity = f"{note.velocity / 127:.6f}"
        child(
            notes, "Note", time=_beats(note.start), duration=_beats(note.duration), channel=channel, key=note.pitch,
            vel=velocity, rel=velocity,
        )  # fmt: skip


def _song_lanes(arrangement: Element, score: Score) -> None:
    """Section markers, tempo and time signatures."""
    if score.sections:
        markers = child(arrangement, "Markers", id="sections")
        for section in score.sections:
            start = _beats(score.metre.bar_start(section.start_bar))
            colour = _hex(material_colour(section.material))
            child(markers, "Marker", time=start, name=section.name.capitalize(), color=colour)
    tempo = child(arrangement, "TempoAutomation", id="tempo-map", timeUnit="beats", unit="bpm")
    child(tempo, "Target", parameter=_TEMPO)
    for change in score.tempo.changes:
        child(tempo, "RealPoint", time=_beats(change.tick), value=f"{change.bpm:.10g}", interpolation="hold")
    metres = child(arrangement, "TimeSignatureAutomation", id="metre-map", timeUnit="beats")
    child(metres, "Target", parameter=_METRE)
    for turn in score.metre.changes:
        start = _beats(score.metre.bar_start(turn.bar))
        metre = turn.metre
        child(metres, "TimeSignaturePoint", time=start, numerator=metre.numerator, denominator=metre.denominator)
