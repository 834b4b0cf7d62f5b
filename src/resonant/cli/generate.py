"""`resonant generate`: a sentence, and words to sing, to a recording by published weights."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.compose import NEW_SEEDS, places, print_song, read_text, summary
from resonant.cli.engine import an_engine
from resonant.cli.import_ import heard
from resonant.cli.options import OUT, SEED
from resonant.cli.progress import Progress, progress_shown, stoppable

if TYPE_CHECKING:
    from resonant.brought.performed import Source
    from resonant.library.model import Song
    from resonant.players.performers.play import Ask, Performance
    from resonant.players.performers.roster import Published
    from resonant.players.performers.weights import Weights

ENGINES = ("musicgen", "heartmula")
PRECISIONS = ("float32", "bfloat16", "int8")
_SHORTEST_S = 2.0
_GIB = 2**30
_LOADED, _PLAYED = 0.1, 0.8


@click.command()
@click.argument("text")
@click.option("--engine", type=click.Choice(ENGINES), default="musicgen", show_default=True, help="Who plays.")
@click.option(
    "--weights", type=click.Path(path_type=Path), help="Their folder.  [default: where `hf download` puts them]"
)
@click.option("--size", help="Of the weights, such as medium or stereo-melody.  [default: small; 3B]")
@click.option("--seconds", type=float, default=10.0, show_default=True, help="How much to play, at most.")
@click.option("--lyrics", type=click.Path(path_type=Path), help="A text file with [Verse], [Chorus], …, to be sung.")
@click.option("--melody", type=click.Path(path_type=Path), help="A recording, MIDI file or song whose tune to follow.")
@click.option("--negative", default="", help='What it shall not sound like, such as "vocals, noise".')
@click.option("--guidance", type=float, help="How closely to follow the text; 1 leaves it free.  [default: 3; 1.5]")
@click.option("--temperature", type=float, help="How freely to play; 0 takes the likeliest.  [default: 1]")
@click.option("--top-k", "top_k", type=int, help="Only the so many likeliest codes; 0 for all.  [default: 250; 50]")
@click.option("--top-p", "top_p", type=float, help="Only the likeliest codes of this probability.  [default: 1]")
@click.option("--takes", type=click.IntRange(1, 16), default=1, show_default=True, help="How many, side by side.")
@click.option("--seed", type=SEED, help="The same seed gives the same music. Without one, a new one.")
@click.option("--precision", type=click.Choice(PRECISIONS), help="Of the weights.  [default: the fastest here]")
@click.option("--memory", type=float, help="GiB that the weights may take.  [default: what the machine has]")
@OUT
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def generate(
    text: str, engine: str, weights: Path | None, size: str | None, out: Path, as_json: bool, **asked: Any
) -> None:
    """Generate a recording from a sentence with published weights, as a song to accompany and mix.

    musicgen plays up to 30 s from a sentence; heartmula sings lyrics to tags with commas between them. Weights are
    never fetched: what is missing is named with the command that gets it. Their licence is written into the song.

    \b
    resonant generate "warm lofi" --engine musicgen --seconds 10 --weights musicgen-small
    resonant generate "pop,piano,warm" --engine heartmula --lyrics words.txt --seconds 20
    """
    from resonant.library.place import check_place
    from resonant.players.performers.roster import performer_named

    root, audio_file = places(out)
    with stoppable() as should_stop, progress_shown(as_json) as progress, TemporaryDirectory() as workplace:
        published = performer_named(engine)
        ask = _ask(text, published, asked)
        found = _weights(published, size, weights)
        check_place(root)
        session = _Session(published, found, Path(workplace), root, (progress, should_stop))
        made = session.songs(ask, asked["memory"], asked["precision"])
        if audio_file is not None:
            _copied(made[0][1], audio_file)
        progress("done", 1.0)
    if as_json:
        facts = [summary(song, path) | {"lineage": dict(song.lineage.settings)} for path, song in made]
        click.echo(json.dumps({"songs": facts}, indent=2, ensure_ascii=False))
        return
    for path, song in made:
        print_song(path, song)


@dataclass(frozen=True)
class _Session:
    """Everything between an ask and its songs."""

    published: "Published"
    weights: "Weights"
    workplace: Path
    root: Path
    watching: tuple[Progress, Callable[[], bool]]

    def songs(self, ask: "Ask", memory_gib: float | None, precision: Any) -> "list[tuple[Path, Song]]":
        """The takes, saved as songs of their own."""
        from resonant.brought.performed import Source
        from resonant.players.performers.keeper import Keeper
        from resonant.players.performers.play import played

        progress, should_stop = self.watching
        progress("loading weights", 0.0)
        keeper = Keeper(None if memory_gib is None else int(memory_gib * _GIB))
        performer = keeper.performer(self.published, self.weights, precision)
        takes = played(
            performer, ask, should_stop, lambda share: progress("playing", _LOADED + (_PLAYED - _LOADED) * share)
        )
        licence = self.published.capabilities.weights_licence or "unknown"
        source = Source(performer.name, performer.hop, performer.kind, self.weights.name, self.weights.sha256, licence)
        return [self._saved(take, ask, source, number / len(takes)) for number, take in enumerate(takes)]

    def _saved(self, take: "Performance", ask: "Ask", source: "Source", done: float) -> "tuple[Path, Song]":
        from resonant.brought.keeping import kept
        from resonant.brought.performed import song_of_performance
        from resonant.score.region import Region

        progress, should_stop = self.watching
        progress("listening", _PLAYED + (0.99 - _PLAYED) * done)
        song = song_of_performance(take, ask, source, self.workplace)
        song = heard(song, an_engine(None), None, (lambda stage, share: None, should_stop))
        own = Region.of([track.name for track in song.score.tracks], 0, song.score.bars)
        song, path = kept(song, own, self.root)
        return path, song


def _ask(text: str, published: "Published", asked: dict[str, Any]) -> "Ask":
    """What the options ask for.

    Raises:
        InputError: they can not be.
    """
    import secrets

    from resonant.errors import InputError
    from resonant.players.performers.play import Ask
    from resonant.seeds import derived

    seconds, longest = asked["seconds"], published.longest_s
    if not _SHORTEST_S <= seconds <= longest:
        raise InputError(f"--seconds {seconds:g} must lie in {_SHORTEST_S:g}…{longest:g} for {published.name}")
    if asked["lyrics"] is not None and not published.capabilities.lyrics:
        raise InputError(f"{published.name} sings no words; leave out --lyrics, or add --engine heartmula")
    if asked["melody"] is not None and not published.hears_melodies:
        raise InputError(
            f"{published.name} hears no melody; leave out --melody, or take --engine musicgen --size melody"
        )
    seed = secrets.randbelow(NEW_SEEDS) if asked["seed"] is None else asked["seed"]
    seeds = (seed, *(derived(seed, "take", number) for number in range(1, asked["takes"])))
    lyrics = "" if asked["lyrics"] is None else read_text(asked["lyrics"])
    melody = None if asked["melody"] is None else _melody(asked["melody"])
    ask = Ask(
        text, seconds, seeds, lyrics, asked["negative"], melody, None, asked["guidance"], asked["temperature"],
        asked["top_k"], asked["top_p"],
    )  # fmt: skip
    return ask.filled(published.usual)


def _melody(path: Path) -> Any:
    """The pitch classes of a song's melody, of the first track of a MIDI file, or of a recording.

    Raises:
        InputError: there is none.
    """
    from resonant.brought.sound_file import read_sound
    from resonant.errors import InputError
    from resonant.library.revisions import open_song
    from resonant.players.performers.melody import melody_of_sound, melody_of_track
    from resonant.score.midi import read_midi

    if not path.is_dir() and path.suffix.lower() not in (".mid", ".midi"):
        return melody_of_sound(read_sound(path))
    score = open_song(path).song.score if path.is_dir() else read_midi(path)
    tune = score.of_role("melody") or next((track for track in score.tracks if track.notes), None)
    if tune is None:
        raise InputError(f"{path} has no track with notes; name a song with a melody, or a recording")
    return melody_of_track(score, tune)


def _weights(published: "Published", size: str | None, folder: Path | None) -> "Weights":
    from resonant.cli.settings import weights_cache
    from resonant.players.performers.roster import weights_of

    return weights_of(published, size, folder, weights_cache())


def _copied(song: "Song", audio_file: Path) -> None:
    from resonant.audio_files import write_audio

    if song.mix is not None:
        write_audio(audio_file, song.mix.master)
