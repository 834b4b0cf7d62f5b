"""The report on a song as one HTML page: pictures inside, nothing loaded from anywhere."""

import base64
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resonant.audio import Audio
    from resonant.library.document import SongDocument

_BARS_A_ROW = 8
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #26262c; background: #fcfbf8; max-width: 1180px;
       margin: 2em auto; padding: 0 1em }
h1 { margin-bottom: 0 } h2 { margin-top: 1.8em; font-size: 1.1em } p.facts { color: #7a7a82; margin-top: .2em }
img { width: 100%; display: block; margin: .4em 0 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25em .8em .25em 0; border-bottom: 1px solid #e6e5e2; vertical-align: top }
td.n { text-align: right; font-variant-numeric: tabular-nums } small { color: #7a7a82 } .warn { color: #ce3448 }
"""


def page(facts: dict[str, Any], document: "SongDocument", folder: Path) -> str:
    """The page as text, with everything it shows inside it."""
    title = escape(facts["title"] or facts["name"])
    minutes, seconds = divmod(round(facts["seconds"]), 60)
    line = (
        f"{facts['style'] or 'imported'} &middot; {facts['key']} &middot; {facts['tempo_bpm']:g} bpm"
        f" &middot; {facts['metre']} &middot; {facts['bars']} bars ({minutes}:{seconds:02d})"
        f" &middot; seed {facts['seed']}"
    )
    parts = [
        f"<h1>{title}</h1><p class=facts>{line}</p><p>&ldquo;{escape(facts['text'])}&rdquo;</p>",
        "".join(f"<p>{escape(remark)}</p>" for remark in facts["remarks"]),
        *(f"<p class=warn>changed since it was saved: {escape(name)}</p>" for name in facts["changed_files"]),
        *_pictures(document, folder),
        "<h2>Form and chords</h2>" + _form(facts["form"]),
        "<h2>Tracks</h2>" + _tracks(facts["tracks"]),
        "<h2>Loudness</h2>" + _readings(facts["loudness"]),
        "<h2>Metrics</h2>" + _metrics(facts["metrics"]),
    ]
    body = "\n".join(part for part in parts if part)
    head = f"<meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>"
    return f"<!doctype html><html lang=en>{head}\n{body}\n</html>\n"


def _pictures(document: "SongDocument", folder: Path) -> list[str]:
    from resonant.pictures.roll import piano_roll_png
    from resonant.pictures.sound import chroma_png, spectrogram_png, waveform_png

    score = document.song.score
    pictures = [("Score", piano_roll_png(score, document.song.brief.text))]
    audio = _mix(folder)
    if audio is not None:
        pictures += [
            ("Waveform", waveform_png(audio, score)),
            ("What sounds, and the chords that should", chroma_png(audio, score)),
            ("Spectrum", spectrogram_png(audio, score)),
        ]
    return [f"<h2>{name}</h2><img alt='{name}' src='data:image/png;base64,{_base64(data)}'>" for name, data in pictures]


def _mix(folder: Path) -> "Audio | None":
    from resonant.audio_files import read_audio

    found = sorted(folder.glob("mix.*"))
    return read_audio(found[0]) if found else None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _form(sections: list[dict[str, Any]]) -> str:
    rows = []
    for section in sections:
        first, last = section["bars"]
        about = f"bars {first}-{last}, energy {section['energy']}"
        name = f"{escape(section['section'])} {escape(section['material'])}<br><small>{about}</small>"
        bars = list(zip(section["chords"], section["numerals"], strict=True))
        for start in range(0, len(bars), _BARS_A_ROW):
            cells = "".join(
                f"<td>{escape(chord)}<br><small>{escape(numeral)}</small>"
                for chord, numeral in bars[start : start + _BARS_A_ROW]
            )
            rows.append(f"<tr><th>{'' if start else name}{cells}</tr>")
    return f"<table>{''.join(rows)}</table>"


def _tracks(tracks: list[dict[str, Any]]) -> str:
    head = "<tr><th>track<th>instrument<th>notes<th>range<th>velocity<th>loudness</tr>"
    rows = []
    for track in tracks:
        span = f"{track['lowest']}-{track['highest']}" if track["lowest"] else ""
        velocity = "-".join(map(str, track["velocity"])) if track["velocity"] else ""
        level = "" if track["loudness_lufs"] is None else f"{track['loudness_lufs']:.1f} LUFS"
        warning = "" if track["playable"] else " <span class=warn>out of range</span>"
        rows.append(
            f"<tr><td>{escape(track['name'])}<td>{escape(track['instrument'].replace('_', ' '))}"
            f"<td class=n>{track['notes']}<td>{span}{warning}<td>{velocity}<td class=n>{level}</tr>"
        )
    return f"<table>{head}{''.join(rows)}</table>"


def _metrics(metrics: dict[str, dict[str, float]]) -> str:
    """One table: a row a metric, a column a track."""
    names = list(dict.fromkeys(name for readings in metrics.values() for name in readings))
    head = "".join(f"<th>{escape(track)}" for track in metrics)
    rows = [
        f"<tr><td>{escape(name.replace('_', ' '))}"
        + "".join(f"<td class=n>{readings.get(name, '')}" for readings in metrics.values())
        for name in names
    ]
    return f"<table><tr><th>{head}{''.join(rows)}</table>"


def _readings(readings: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name.replace('_', ' '))}<td class=n>{'-' if value is None else value}</tr>"
        for name, value in readings.items()
    )
    return f"<table>{rows}</table>" if rows else ""
