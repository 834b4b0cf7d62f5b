"""`resonant describe`: a report on a song that was made."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from resonant.library.document import SongDocument
    from resonant.score.model import Score, Track


@click.command()
@click.argument("song", type=click.Path(path_type=Path))
@click.option("--html", type=click.Path(path_type=Path), help="Write a page with pictures, all in one file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def describe(song: Path, html: Path | None, as_json: bool) -> None:
    """Report on a song: form, chords, ranges, loudness, metrics.

    SONG is a song folder, as `resonant compose` prints it.

    \b
    resonant describe songs/warm-gospel-1a2b3c4d
    resonant describe songs/warm-gospel-1a2b3c4d --html gospel.html
    """
    from resonant.library.place import disk_errors
    from resonant.library.songs import load_song

    document = load_song(song)
    folder = song if song.is_dir() else song.parent
    facts = report(document, folder)
    if html is not None:
        from resonant.cli.describe_page import page

        with disk_errors(html):
            html.write_text(page(facts, document, folder), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        _print(facts)
        if html is not None:
            click.echo(f"\n{html}")


def report(document: "SongDocument", folder: Path) -> dict[str, Any]:
    """What there is to say about a song, as plain data."""
    from resonant.library.songs import changed_files

    song, score = document.song, document.song.score
    return {
        "name": document.name,
        "title": score.title,
        "text": song.brief.text,
        "style": song.brief.style,
        "key": str(score.key),
        "tempo_bpm": score.tempo.bpm,
        "metre": str(score.metre.metre_at(0)),
        "bars": score.bars,
        "seconds": round(score.seconds, 2),
        "seed": song.lineage.seed,
        "form": _form(score),
        "tracks": [_track(track, document) for track in score.tracks],
        "loudness": document.meters.get("master", {}),
        "metrics": _metrics(score),
        "remarks": list(song.brief.remarks),
        "unread": list(song.brief.unread),
        "changed_files": list(changed_files(folder)),
    }


def _form(score: "Score") -> list[dict[str, Any]]:
    """Each section with its chords by bar, as symbols and as numerals; a score without sections is one."""
    from resonant.score.model import Section

    sections = score.sections or (Section("song", 0, score.bars, 0.5, "A"),)
    return [
        {
            "section": section.name,
            "material": section.material,
            "bars": [section.start_bar + 1, section.end_bar],
            "energy": round(section.energy, 2),
            "chords": [_chords(score, bar, numerals=False) for bar in range(section.start_bar, section.end_bar)],
            "numerals": [_chords(score, bar, numerals=True) for bar in range(section.start_bar, section.end_bar)],
        }
        for section in sections
    ]


def _chords(score: "Score", bar: int, *, numerals: bool) -> str:
    from resonant.theory.roman import numeral

    spans = score.chords_in(*score.bar_ticks(bar))
    return " ".join(numeral(s.chord, score.key) if numerals else s.chord.symbol(score.key) for s in spans)


def _track(track: "Track", document: "SongDocument") -> dict[str, Any]:
    from resonant.instruments import instrument
    from resonant.theory.pitch import pitch_name

    sound, score = instrument(track.instrument), document.song.score
    pitches = [note.pitch for note in track.notes]
    flats = score.key.uses_flats
    pitched = bool(pitches) and not sound.is_drums
    return {
        "name": track.name,
        "role": track.role,
        "instrument": track.instrument,
        "notes": len(pitches),
        "lowest": pitch_name(min(pitches), flats) if pitched else None,
        "highest": pitch_name(max(pitches), flats) if pitched else None,
        "playable": all(sound.low <= pitch <= sound.high for pitch in pitches),
        "velocity": [min(n.velocity for n in track.notes), max(n.velocity for n in track.notes)] if pitches else None,
        "loudness_lufs": document.meters.get("stems_lufs", {}).get(track.name),
    }


def _metrics(score: "Score") -> dict[str, dict[str, float]]:
    """The symbolic metrics by track that plays, and those of the band together, to three decimals."""
    from resonant.evaluate import coherence, measured

    readings = {track.name: measured.measure(score, track) for track in score.tracks if track.notes}
    readings["together"] = coherence.evaluate(score)
    return {name: {what: round(value, 3) for what, value in metrics.items()} for name, metrics in readings.items()}


def _print(facts: dict[str, Any]) -> None:
    click.echo(f"{facts['title'] or facts['name']}")
    minutes, seconds = divmod(round(facts["seconds"]), 60)
    click.echo(
        f"{facts['style'] or 'imported'}, {facts['key']}, {facts['tempo_bpm']:g} bpm, {facts['metre']}, "
        f"{facts['bars']} bars ({minutes}:{seconds:02d}), seed {facts['seed']}\n"
    )
    for section in facts["form"]:
        first, last = section["bars"]
        click.echo(f"{section['section']} {section['material']}, bars {first}-{last}, energy {section['energy']}")
        for start in range(0, len(section["chords"]), 4):
            click.echo("  " + _row(section["chords"][start : start + 4]))
            click.echo("  " + _row(section["numerals"][start : start + 4]))
    click.echo("")
    for track in facts["tracks"]:
        span = f"{track['lowest']}-{track['highest']}" if track["lowest"] else ""
        level = "" if track["loudness_lufs"] is None else f"{track['loudness_lufs']:.1f} LUFS"
        playable = "" if track["playable"] else "  out of its range"
        click.echo(
            f"{track['name']:12} {track['instrument']:20} {track['notes']:5} notes  {span:9} {level:>11}{playable}"
        )
    _print_readings("loudness", facts["loudness"])
    for name, readings in facts["metrics"].items():
        _print_readings(f"metrics: {name}", readings)
    for name in facts["changed_files"]:
        click.echo(f"changed since it was saved: {name}")


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(f"{cell:14}" for cell in cells) + " |"


def _print_readings(heading: str, readings: dict[str, Any]) -> None:
    if readings:
        click.echo(f"\n{heading}")
    for name, value in readings.items():
        click.echo(f"  {name.replace('_', ' '):34} {'-' if value is None else value}")
