"""`resonant render`: a MIDI file with our sounds and our mix."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from resonant.cli.compose import FORMATS, summary
from resonant.cli.engine import an_engine
from resonant.cli.progress import progress_shown, stoppable

if TYPE_CHECKING:
    from resonant.library.model import Song
    from resonant.score.model import Score


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="An audio file for the mix, or a songs folder for mix, stems and picture.  [default: FILE.wav, here]",
)
@click.option("--format", "format_name", type=click.Choice(FORMATS), help="Of the audio.  [default: wav]")
@click.option("--soundbank", help='An SF2 or SF3 file, "best" for the largest found, or "embedded".')
@click.option(
    "--loudness", type=click.FloatRange(-40, -5), default=-14.0, show_default=True, help="Of the master, in LUFS."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def render(
    file: Path, out: Path | None, format_name: str | None, soundbank: str | None, loudness: float, as_json: bool
) -> None:
    """Play a MIDI file with our sounds and our mix.

    \b
    resonant render sketch.mid
    resonant render sketch.mid --out songs      # with stems, picture and song.json
    """
    from resonant.audio_files import AudioFormat, write_audio
    from resonant.library.place import check_place
    from resonant.library.songs import save_song

    target = out or Path(f"{file.stem}.{format_name or 'wav'}")
    is_file = target.suffix.lower().lstrip(".") in FORMATS and not target.is_dir()
    with stoppable() as should_stop, progress_shown(as_json) as progress:
        check_place(target.absolute().parent if is_file else target)
        song = _played(_score(file), file, soundbank, loudness, (progress, should_stop))
        progress("saving", 0.97)
        assert song.mix is not None, "it was just mixed"
        if is_file:
            write_audio(target, song.mix.master, AudioFormat.named(format_name or target.suffix))
            path = target
        else:
            path = save_song(song, target, (AudioFormat.named(format_name or "wav"),))
    facts = summary(song, path) | ({"mix": str(path)} if is_file else {})
    click.echo(json.dumps(facts, indent=2, ensure_ascii=False) if as_json else str(facts["mix"]))


def _score(file: Path) -> "Score":
    from resonant.errors import MidiError
    from resonant.score.midi import read_midi

    score = read_midi(file)
    if not any(track.notes for track in score.tracks):
        raise MidiError(f"{file} holds no note; export it again from the program that made it")
    return score


def _played(
    score: "Score", file: Path, soundbank: str | None, loudness: float, watching: tuple[object, object]
) -> "Song":
    from dataclasses import replace

    from resonant import produce
    from resonant.brief.model import Brief, Sound
    from resonant.library.model import Lineage, Song

    sound = Sound(loudness_lufs=loudness)
    score = replace(score, title=score.title or file.stem)
    engine = an_engine(soundbank)
    stems, mix = produce.render_score(score, sound, engine, produce.Watch(*watching))  # type: ignore[arg-type]
    brief = Brief(
        file.name, "", score.tempo.bpm, score.key, score.metre.metre_at(0), score.bars, title=score.title, sound=sound
    )
    lineage = Lineage(settings={"imported": file.name, "sound bank": engine.bank.name}, versions=produce.versions())
    return Song(brief, score, stems, mix, lineage=lineage)
