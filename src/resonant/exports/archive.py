"""Everything in one zip, with a page that says what it is."""

from resonant.exports.dawproject import dawproject_files
from resonant.exports.lrc import lrc_files
from resonant.exports.midi import midi_files
from resonant.exports.musicxml import musicxml_files
from resonant.exports.reaper import project
from resonant.exports.shelf import Archive, Content, Files
from resonant.exports.source import SongSource
from resonant.exports.stems import named_stems, stem_files

_STEMS = "stems/"


def zip_files(song: SongSource) -> Files:
    """One `.zip`: stems, MIDI, notation, lyrics, DAWproject, REAPER project, README.txt.

    Raises:
        InputError: the song was saved without sound.
    """
    files: dict[str, Content] = {
        "README.txt": readme(song).encode(),
        **stem_files(song, _STEMS),
        **midi_files(song),
        **musicxml_files(song, "lead"),
        **musicxml_files(song, "all"),
        **(lrc_files(song) if song.score.lyrics else {}),
        **dawproject_files(song),
        f"{song.base}.rpp": project(song, {f"{_STEMS}{name}": stem for name, stem in named_stems(song).items()}),
    }
    inside = {f"{song.base}/{name}": content for name, content in files.items()}
    return {f"{song.base}.zip": Archive(inside)}


def readme(song: SongSource) -> str:
    """What a musician wants to know before opening anything: tempo, key, form, and what each file is."""
    score = song.score
    form = [
        f"  bars {section.start_bar + 1:3d}-{section.end_bar:<3d}  {section.name}"
        + (f" ({section.material})" if section.material else "")
        for section in score.sections
    ]
    minutes, seconds = divmod(round(score.seconds), 60)
    lines = [
        song.title,
        "",
        f"Tempo   {_tempo(song)}",
        f"Metre   {', '.join(_metres(song))}",
        f"Key     {score.key}",
        f"Length  {score.bars} bars, {minutes}:{seconds:02d}",
        "",
        *(["Form", *form, ""] if form else []),
        "Files",
        "  stems/       each track by itself from bar 1, and the mastered mix",
        "  .mid         notes, tempo, section markers and chord symbols",
        "  .musicxml    a lead sheet and the full score, for notation programs",
        *(["  .lrc         the lyrics in time"] if score.lyrics else []),
        "  .dawproject  tracks, notes, tempo and markers for Bitwig Studio, Studio One, Cubase and others",
        "  .rpp         the same for REAPER; keep it beside stems/",
    ]
    return "\r\n".join(lines) + "\r\n"  # Notepad of older Windows shows nothing else as lines


def _tempo(song: SongSource) -> str:
    tempos = [f"{change.bpm:.5g}" for change in song.score.tempo.changes]
    different = list(dict.fromkeys(tempos))
    return f"{different[0]} bpm" if len(different) == 1 else f"{different[0]} bpm at first, then changing"


def _metres(song: SongSource) -> list[str]:
    changes = song.score.metre.changes
    return [f"{c.metre}" if c.bar == 0 else f"{c.metre} from bar {c.bar + 1}" for c in changes]
