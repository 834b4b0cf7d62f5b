"""`song.json`: everything about a song but its sound, for people to read and for us to read back without loss.

What a person wants to know stands first (title, form, chords, settings); what only we need (every note) stands last,
one note a short list. Fields are versioned by `schema`; a file of a later schema is refused, never guessed at.

    1   locks are one region without a name; no act, prompt, seeds or stems; `files` are plain SHA-256
    2   named locks with seals; `files` are digests over blocks (`resonant.library.digests`)
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from resonant.brief.model import Brief
from resonant.errors import InputError, ResonantError
from resonant.library.model import Lineage, Lock, Seal, Song
from resonant.score.model import Bend, Control, Note, Score, Track
from resonant.score.region import Region
from resonant.sound.recording import Recording

SCHEMA = 2
_ID_LENGTH = 12
_LINE_WIDTH = 118
_EVENTS: dict[str, type[Note] | type[Bend] | type[Control]] = {"notes": Note, "bends": Bend, "controls": Control}


@dataclass(frozen=True, slots=True)
class StemFile:
    """The file of a published stem, relative to the song's folder, and the key of what decided it (`published_key`)."""

    file: str
    key: str


@dataclass(frozen=True)
class SongDocument:
    """What `song.json` holds: the song without its sound, and the files beside it.

    Args:
        song: brief, score, locks, lineage; stems and mix are None.
        name: the name of its folder.
        files: the digest of each file, relative to the folder.
        stems: by track, the file of its published stem and the key of what decided it.
        meters: what the meters read: `master` (`integrated_lufs`, `true_peak_dbtp`, …), `stems_lufs`, `gain_db` and
            `trim_db`; empty for a song without sound.
        revision: the id of the text it was read from, or "" for one that was not written yet.
        schema: of that text.
    """

    song: Song
    name: str
    files: Mapping[str, str]
    meters: Mapping[str, Any]
    stems: Mapping[str, StemFile] = field(default_factory=dict)
    revision: str = ""
    schema: int = SCHEMA


_FILES = '\n "files": '  # a line of the outermost level: inside a string there is no such line


def revision_id(text: str) -> str:
    """What the revision with this `song.json` is called: the first twelve hex digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]


def to_text(document: SongDocument) -> str:
    """The document as JSON; the same document gives the same text."""
    song = document.song
    score = _schema(Score).dump_python(replace(song.score, tracks=()), mode="json")
    score["tracks"] = [_track_data(track) for track in song.score.tracks]
    lineage = song.lineage
    data = {
        "schema": SCHEMA,
        "name": document.name,
        "title": song.score.title,
        "text": song.brief.text,
        "key": str(song.score.key),
        "tempo_bpm": song.score.tempo.bpm,
        "seconds": round(song.score.seconds, 3),
        "form": [f"{s.name} ({s.material}), bars {s.start_bar + 1}-{s.end_bar}" for s in song.score.sections],
        "chords": chords_by_bar(song.score),
        "lineage": {
            "parent": lineage.parent,
            "act": lineage.act,
            "prompt": lineage.prompt,
            "region": None if lineage.region is None else _ranges(lineage.region),
            "players": dict(sorted(lineage.players.items())),
            "settings": dict(sorted(lineage.settings.items())),
            "seed": lineage.seed,
            "seeds": dict(sorted(lineage.seeds.items())),
            "versions": dict(sorted(lineage.versions.items())),
        },
        "locks": [_lock_data(lock) for lock in song.locks],
        "recordings": {name: _recording_data(each) for name, each in sorted(song.recordings.items())},
        "meters": document.meters,
        "stems": {name: asdict(stem) for name, stem in document.stems.items()},
        "files": dict(sorted(document.files.items())),
        "brief": _schema(Brief).dump_python(song.brief, mode="json"),
        "score": score,
    }
    return _readable(data) + "\n"


def from_text(text: str, path: Path) -> SongDocument:
    """The document in the text of `song.json`; `path` is how errors call it.

    Raises:
        InputError: the text is no song of ours, is of a later schema, or is damaged.
    """
    damaged = f"{path} is damaged and can not be read; restore it from a copy, or import its song.mid"
    try:
        data = json.loads(text)
        schema = data["schema"]
    except (ValueError, LookupError, TypeError) as error:
        raise InputError(damaged) from error
    if schema not in (1, SCHEMA):
        raise InputError(
            f"{path} is of schema {schema} and this version reads schema {SCHEMA} or older; update resonant to open it"
        )
    try:
        data = _upgraded(data) if schema == 1 else data
        song = _song(data, path.parent)
        return SongDocument(song, data["name"], data["files"], data["meters"], _stems(data), revision_id(text), schema)
    except (ValueError, LookupError, TypeError, AttributeError, ResonantError) as error:
        raise InputError(damaged) from error


def _upgraded(data: dict[str, Any]) -> dict[str, Any]:
    """What schema 1 says, in the fields of today; its files keep their plain SHA-256."""
    locks = data["locks"]
    if isinstance(locks, dict):
        locks = [{"name": "locked", "region": locks, "seals": {}}] if locks else []
    return {**data, "locks": locks, "stems": data.get("stems", {})}


def _song(data: dict[str, Any], folder: Path) -> Song:
    score = data["score"]
    for track in score["tracks"]:
        for kind, event in _EVENTS.items():
            names = [each.name for each in fields(event)]
            track[kind] = [dict(zip(names, row, strict=True)) for row in track[kind]]
    lineage = data["lineage"]
    region = None if lineage["region"] is None else region_of(lineage["region"])
    return Song(
        brief=_schema(Brief).validate_python(data["brief"]),
        score=_schema(Score).validate_python(score),
        locks=tuple(_lock(each) for each in data["locks"]),
        lineage=Lineage(**{**lineage, "region": region}),
        # A song from before recordings could be brought has none.
        recordings={name: Recording(**each).within(folder) for name, each in data.get("recordings", {}).items()},
    )


def _track_data(track: Track) -> dict[str, Any]:
    """A track whose events are rows of numbers: they are most of a long song, and the schema would check each."""
    named = {each.name: getattr(track, each.name) for each in fields(track)}
    rows = {kind: attrgetter(*(each.name for each in fields(event))) for kind, event in _EVENTS.items()}
    return named | {kind: list(map(list, map(row, named[kind]))) for kind, row in rows.items()}


def _recording_data(recording: Recording) -> dict[str, Any]:
    """A recording without the place of its files, which is the song's folder."""
    return {each.name: getattr(recording, each.name) for each in fields(recording) if each.name != "places"}


def _lock_data(lock: Lock) -> dict[str, Any]:
    seals = {track: asdict(seal) for track, seal in sorted(lock.seals.items())}
    return {"name": lock.name, "region": _ranges(lock.region), "seals": seals}


def _lock(data: dict[str, Any]) -> Lock:
    seals = {track: Seal(**seal) for track, seal in data["seals"].items()}
    return Lock(data["name"], region_of(data["region"]), seals)


def _stems(data: dict[str, Any]) -> dict[str, StemFile]:
    return {name: StemFile(**stem) for name, stem in data["stems"].items()}


@cache
def _schema(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def chords_by_bar(score: Score) -> list[str]:
    """The chords of four bars a line, as "| Dm7 G7 | Cmaj7 | …"."""
    bars = [
        " ".join(span.chord.symbol(score.key) for span in score.chords_in(*score.bar_ticks(bar)))
        for bar in range(score.bars)
    ]
    return (
        ["| " + " | ".join(bars[start : start + 4]) + " |" for start in range(0, len(bars), 4)] if score.harmony else []
    )


def _ranges(region: Region) -> dict[str, list[list[int]]]:
    return {track: [list(span) for span in region.ranges_of(track)] for track in region.tracks}


def region_of(ranges: Mapping[str, list[list[int]]]) -> Region:
    """The cells that `song.json` names as half-open ranges by row."""
    return Region(
        frozenset((track, bar) for track, spans in ranges.items() for start, end in spans for bar in range(start, end))
    )


def _readable(value: Any, indent: int = 0, taken: int = 0) -> str:
    """JSON in which whatever fits into a line stands on one, and lists of short things are filled like text.

    `taken` is what stands before the value on its line, besides the indent.
    """
    if _room_left(value, _LINE_WIDTH - indent - taken) >= 0:
        flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
        if indent + taken + len(flat) <= _LINE_WIDTH or not isinstance(value, dict | list | tuple):
            return flat
    inner = " " * (indent + 1)
    if isinstance(value, dict):
        keys = {key: f"{json.dumps(key, ensure_ascii=False)}: " for key in value}
        rows = [keys[key] + _readable(item, indent + 1, len(keys[key])) for key, item in value.items()]
        return "{\n" + ",\n".join(inner + row for row in rows) + "\n" + " " * indent + "}"
    items = _numbers(value, _LINE_WIDTH - indent - 1) or [_readable(item, indent + 1) for item in value]
    rows = _filled(items, _LINE_WIDTH - indent)
    return "[\n" + ",\n".join(inner + row for row in rows) + "\n" + " " * indent + "]"


def _room_left(value: Any, room: int) -> int:
    """What is left of a line when each thing in a value takes two characters; less than nothing as soon as it is full.

    So a long value is known without being written.
    """
    if isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            room = _room_left(item, room - 2)
            if room < 0:
                return room
    return room


def _numbers(value: Sequence[Any], width: int) -> list[str]:
    """Each item of a list of short lists of numbers, all written at once; nothing for other lists."""
    kinds = {type(item) for item in value} | {type(number) for item in value if type(item) is list for number in item}
    if not (value and kinds <= {list, int, float} and all(type(item) is list for item in value)):
        return []
    items = [f"[{each}]" for each in json.dumps(value, allow_nan=False)[2:-2].split("], [")]
    return items if max(map(len, items)) <= width else []


def files_of(text: str) -> dict[str, str]:
    """The files that a `song.json` names, without reading the rest of it.

    Raises:
        ValueError: it is no JSON, or names none.
    """
    try:
        start = text.find(_FILES)  # as we write it; what a person has changed is read whole
        listed = (
            json.JSONDecoder().raw_decode(text, start + len(_FILES))[0] if start >= 0 else json.loads(text)["files"]
        )
        return {str(name): str(digest) for name, digest in listed.items()}
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError("it names no files") from error


def _filled(items: list[str], width: int) -> list[str]:
    """Short items many to a line; long ones, and those that are broken already, one to a line."""
    rows: list[str] = []
    for item in items:
        if rows and len(item) < 30 and len(rows[-1]) + len(item) + 2 <= width:
            rows[-1] += ", " + item
        else:
            rows.append(item)
    return rows
