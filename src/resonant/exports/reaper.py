"""A REAPER project: a text file of nested blocks, and the stems beside it.

Each track holds its stem and, muted, its notes. Tempo is in quarters a minute; a tempo marker of shape 1 holds its
tempo; a time signature is written as numerator + 65536 x denominator.
"""

import io
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace

import mido

from resonant.exports.shelf import Files
from resonant.exports.source import SongSource, StemSound
from resonant.exports.stems import named_stems
from resonant.pictures.canvas import role_colour
from resonant.score.midi import to_midi_bytes
from resonant.score.model import Score, Track
from resonant.units import TICKS_PER_QUARTER, Metre, Tick

_FORMAT = '0.1 "6.0/resonant" 0'
_SOURCES = {".wav": "WAVE", ".flac": "FLAC", ".mp3": "MP3", ".ogg": "VORBIS"}
_CUSTOM_COLOUR = 0x1000000
_HOLD = 1  # the shape of a tempo marker that jumps
_STEMS = "stems/"


def reaper_files(song: SongSource) -> Files:
    """A folder with the `.rpp` and its stems.

    Raises:
        InputError: the song was saved without sound.
    """
    folder = f"{song.base} - REAPER/"
    stems = {f"{_STEMS}{name}": stem for name, stem in named_stems(song).items()}
    return {
        f"{folder}{song.base}.rpp": project(song, stems),
        **{f"{folder}{name}": stem.path for name, stem in stems.items()},
    }


def project(song: SongSource, stems: Mapping[str, StemSound]) -> bytes:
    """The project file; `stems` by their paths from it."""
    return ("\n".join(_project(song, stems)) + "\n").encode()


def _project(song: SongSource, stems: Mapping[str, StemSound]) -> Iterator[str]:
    score, metre = song.score, song.score.metre.metre_at(0)
    yield f"<REAPER_PROJECT {_FORMAT}"
    yield f"  TITLE {_quoted(song.title)}"
    yield f"  SAMPLERATE {next(iter(stems.values())).sample_rate} 0 0"
    yield f"  TEMPO {_number(score.tempo.bpm)} {metre.numerator} {metre.denominator}"
    yield from _tempo_map(score)
    for number, section in enumerate(score.sections, start=1):
        start = score.tempo.seconds_at(score.metre.bar_start(section.start_bar))
        yield f"  MARKER {number} {_number(start)} {_quoted(section.name.capitalize())} 0"
    for path, stem in stems.items():
        yield from _indented(_track(score, path, stem))
    yield ">"


def _tempo_map(score: Score) -> Iterator[str]:
    """The markers of tempo and metre, where there is more than one."""
    metres = {score.metre.bar_start(change.bar): change.metre for change in score.metre.changes}
    ticks = sorted({*metres, *(change.tick for change in score.tempo.changes)})
    if len(ticks) == 1:
        return
    yield from ("  <TEMPOENVEX", "    ACT 1 -1", "    VIS 1 0 1", "    DEFSHAPE 1 -1 -1")
    for tick in ticks:
        yield f"    {_tempo_marker(score, tick, metres.get(tick))}"
    yield "  >"


def _tempo_marker(score: Score, tick: Tick, metre: Metre | None) -> str:
    point = f"PT {_number(score.tempo.seconds_at(tick))} {_number(score.tempo.bpm_at(tick))} {_HOLD}"
    return point if metre is None else f"{point} {metre.numerator + 65536 * metre.denominator} 0 1"


def _track(score: Score, path: str, stem: StemSound) -> Iterator[str]:
    track = stem.track
    red, green, blue = role_colour(track.role)
    yield f"<TRACK {_guid(path)}"
    yield f"  NAME {_quoted(track.name)}"
    yield f"  PEAKCOL {_CUSTOM_COLOUR + red + 256 * green + 65536 * blue}"
    yield "  VOLPAN 1 0 -1 -1 1"
    yield "  NCHAN 2"
    yield from _indented(_item(track.name, stem.seconds, _sound(path, stem), muted=False))
    if track.notes:
        yield from _indented(_item(f"{track.name} (notes)", score.seconds, _notes(score, track), muted=True))
    yield ">"


def _item(name: str, seconds: float, source: Iterator[str], *, muted: bool) -> Iterator[str]:
    yield "<ITEM"
    yield "  POSITION 0"
    yield f"  LENGTH {_number(seconds)}"
    yield "  LOOP 0"
    yield f"  MUTE {int(muted)} 0"
    yield f"  NAME {_quoted(name)}"
    yield from _indented(source)
    yield ">"


def _sound(path: str, stem: StemSound) -> Iterator[str]:
    yield f"<SOURCE {_SOURCES[stem.path.suffix.lower()]}"
    yield f"  FILE {_quoted(path)}"
    yield ">"


def _notes(score: Score, track: Track) -> Iterator[str]:
    """The part as MIDI events: ticks since the last one, then the bytes in hexadecimal."""
    alone = replace(score, tracks=(track,), harmony=(), sections=(), lyrics=(), title="")
    part = mido.MidiFile(file=io.BytesIO(to_midi_bytes(alone))).tracks[-1]
    yield "<SOURCE MIDI"
    yield f"  HASDATA 1 {TICKS_PER_QUARTER} QN"
    waited = 0
    for message in part:
        waited += message.time
        if not message.is_meta:
            yield f"  E {waited} {message.hex().lower()}"
            waited = 0
    yield f"  E {waited} b0 7b 00"  # all notes off: where the source ends
    yield ">"


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _number(value: float) -> str:
    return f"{value:.12g}"


def _quoted(text: str) -> str:
    """The text in the first quotes that it does not hold itself, on one line."""
    line = "".join(character for character in " ".join(text.split()) if character.isprintable())
    quote = next((sign for sign in "\"'`" if sign not in line), None)
    return f"{quote}{line}{quote}" if quote else "`{}`".format(line.replace("`", "'"))


def _guid(name: str) -> str:
    return f"{{{str(uuid.uuid5(uuid.NAMESPACE_URL, f'resonant:{name}')).upper()}}}"
