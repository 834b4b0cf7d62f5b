"""`resonant compose`: one sentence in, a song folder out."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.engine import an_engine
from resonant.cli.options import OUT, SEED
from resonant.cli.progress import Progress, progress_shown, stoppable

if TYPE_CHECKING:
    from resonant.audio_files import AudioFormat
    from resonant.brief.model import Brief
    from resonant.library.model import Song

FORMATS = ("wav", "flac", "ogg", "mp3")
NEW_SEEDS = 2**31  # short enough to type again


@click.command()
@click.argument("text")
@click.option("--bars", type=int, help="Length in bars.")
@click.option("--seconds", type=float, help="Length in seconds, to the nearest bar.")
@click.option("--tempo", type=float, help="Quarter notes a minute, 20 to 400.")
@click.option("--key", help='Such as C, "Bb minor" or "D dorian".')
@click.option("--metre", help="Such as 4/4, 3/4 or 6/8.")
@click.option("--style", help="A style; `resonant styles` lists them.")
@click.option("--role", help="What the music is for; `resonant presets` lists the roles.")
@click.option("--quality", help="preview, standard or final.")
@click.option("--seed", type=SEED, help="The same seed gives the same song. Without one, a new one.")
@click.option("--takes", type=click.IntRange(1, 99), default=1, show_default=True, help="How many songs to make of it.")
@OUT
@click.option("--format", "formats", type=click.Choice(FORMATS), multiple=True, help="May be given more than once.")
@click.option("--lyrics", type=click.Path(path_type=Path), help="A text file with [Verse], [Chorus], ….")
@click.option("--guide-vocal", is_flag=True, help="Sing the lyrics at the melody's pitches; needs espeak-ng.")
@click.option("--soundbank", help='An SF2 or SF3 file, "best" for the largest found, or "embedded".')
@click.option("--styles-folder", type=click.Path(path_type=Path), help="A folder with style files of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def compose(
    text: str,
    seed: int | None,
    takes: int,
    out: Path,
    formats: tuple[str, ...],
    soundbank: str | None,
    styles_folder: Path | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Compose a song from one sentence.

    \b
    resonant compose "warm lo-fi hip hop, 82 bpm, A minor, vinyl, 20 s"
    resonant compose "slow blues in E" --bars 12 --takes 3 --format wav --format mp3
    """
    from resonant.audio_files import AudioFormat
    from resonant.library.place import check_place

    kinds = [AudioFormat.named(name) for name in formats or ("wav",)]
    root, audio_file = places(out)
    with stoppable() as should_stop, progress_shown(as_json) as progress:
        check_place(root)
        brief = _brief(text, seed, asked, styles_folder)
        engine = an_engine(soundbank, styles_folder)
        made = []
        for number in range(takes):
            song = _take(brief, number, engine, part_of(progress, number, takes), should_stop)
            made.append(
                (_saved(song, root, kinds, audio_file if number == 0 else None, progress, (number + 1) / takes), song)
            )
    if as_json:
        click.echo(json.dumps({"songs": [summary(song, path) for path, song in made]}, indent=2, ensure_ascii=False))
    else:
        for path, song in made:
            print_song(path, song)


def summary(song: "Song", path: Path) -> dict[str, Any]:
    """What a machine wants to know of a song that was made."""
    brief, score = song.brief, song.score
    meters = None if song.mix is None else song.mix.meters.master
    stems = sorted(str(file) for file in (path / "stems").glob("*"))
    return {
        "path": str(path),
        "mix": next((str(file) for file in sorted(path.glob("mix.*"))), None),
        "midi": str(path / "song.mid"),
        "score": str(path / "score.png"),
        "stems": stems,
        "title": score.title,
        "style": brief.style,
        "tempo_bpm": score.tempo.bpm,
        "key": str(score.key),
        "metre": str(score.metre.metre_at(0)),
        "bars": score.bars,
        "seconds": round(score.seconds, 3),
        "seed": song.lineage.seed,
        "tracks": [
            {"name": t.name, "role": t.role, "instrument": t.instrument, "notes": len(t.notes)} for t in score.tracks
        ],
        "loudness_lufs": None if meters is None else meters.integrated_lufs,
        "true_peak_dbtp": None if meters is None else meters.true_peak_dbtp,
        "origin": dict(brief.origin),
        "unread": list(brief.unread),
        "remarks": list(brief.remarks),
    }


def places(out: Path) -> tuple[Path, Path | None]:
    """The songs folder, and the audio file that was named instead of one."""
    is_audio_file = out.suffix.lower().lstrip(".") in FORMATS and not out.is_dir()
    return (Path("songs"), out) if is_audio_file else (out, None)


def _brief(text: str, seed: int | None, asked: dict[str, Any], styles_folder: Path | None) -> "Brief":
    import secrets

    from resonant.brief.reader import Call, read_brief

    lyrics = None if asked["lyrics"] is None else read_text(asked["lyrics"])
    call = Call(
        **{name: asked[name] for name in ("bars", "seconds", "key", "metre", "style", "role", "quality")},
        tempo_bpm=asked["tempo"],
        seed=seed,
        lyrics=lyrics,
    )
    brief = read_brief(text, calls=call, styles_folder=styles_folder)
    if asked["guide_vocal"]:
        brief = _with_a_voice(brief)
    if brief.origin.get("seed") == "said":
        return brief
    return replace(brief, seed=secrets.randbelow(NEW_SEEDS))


def _with_a_voice(brief: "Brief") -> "Brief":
    """The brief with a guide vocal, which sings its lyrics."""
    from resonant.brief.model import PartBrief
    from resonant.errors import BriefError

    if not any(section.lyrics for section in brief.form):
        raise BriefError("a guide vocal needs words to sing; give them with --lyrics FILE")
    return replace(brief, parts=(*brief.parts, PartBrief("vocal", "guide_vocal")))


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        InputError: it is missing, may not be read, or is not in UTF-8.
    """
    from resonant.errors import InputError

    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text in UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path} can not be read: {error.strerror}; check its name") from error


def _take(brief: "Brief", number: int, engine: Any, progress: Progress, should_stop: Any) -> "Song":
    """A song; the first has the brief's seed, the further ones seeds of their own that follow from it."""
    from resonant import produce
    from resonant.seeds import derived

    seed = brief.seed if number == 0 else derived(brief.seed, "take", number)
    return produce.compose(replace(brief, seed=seed), engine, produce.Watch(progress, should_stop))


def part_of(progress: Progress, number: int, takes: int) -> Progress:
    """Progress of one take within all of them; saving has the last twentieth."""

    def report(stage: str, fraction: float) -> None:
        name = stage if takes == 1 else f"take {number + 1}: {stage}"
        progress(name, (number + 0.95 * fraction) / takes)

    return report


def _saved(
    song: "Song", root: Path, formats: "list[AudioFormat]", audio_file: Path | None, progress: Progress, fraction: float
) -> Path:
    from resonant.audio_files import write_audio
    from resonant.library.songs import save_song

    progress("saving", fraction - 0.01)
    path = save_song(song, root, formats)
    if audio_file is not None and song.mix is not None:
        write_audio(audio_file, song.mix.master)
    progress("done", fraction)
    return path


def print_song(path: Path, song: "Song") -> None:
    facts = summary(song, path)
    minutes, seconds = divmod(round(facts["seconds"]), 60)
    click.echo(f"{facts['title'] or facts['style']}")
    click.echo(
        f"  {facts['style']}, {facts['key']}, {facts['tempo_bpm']:g} bpm, {facts['metre']}, {facts['bars']} bars"
        f" ({minutes}:{seconds:02d}), seed {facts['seed']}"
    )
    click.echo(
        "  " + ", ".join(f"{track['name']}: {track['instrument'].replace('_', ' ')}" for track in facts["tracks"])
    )
    for remark in facts["remarks"]:
        click.echo(f"  note: {remark}")
    if facts["unread"]:
        click.echo(f"  not understood: {' '.join(facts['unread'])[:200]}")
    click.echo(f"  {facts['mix'] or path}")
