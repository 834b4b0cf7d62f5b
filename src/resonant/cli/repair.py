"""`resonant repair`: a damaged stretch of a recording is written anew."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.compose import NEW_SEEDS, read_text
from resonant.cli.engine import an_engine
from resonant.cli.options import SEED
from resonant.cli.progress import Progress, progress_shown, stoppable

if TYPE_CHECKING:
    from resonant.library.revisions import OpenSong
    from resonant.sound.repair.file import SoundFile
    from resonant.sound.repair.repair import Kept, Repair

_ENGINES = ("musicgen", "heartmula")
_ONLY_THEIR_OWN = ("heartmula",)
_LOADED, _WRITTEN = 0.1, 0.85
_AROUND_PICTURE_S = 1.0


@click.command()
@click.argument("place", metavar="FILE_OR_SONG", type=click.Path(path_type=Path))
@click.option("--from", "from_s", type=float, required=True, help="Where the damage begins, in seconds.")
@click.option("--to", "to_s", type=float, required=True, help="Where it ends.")
@click.option("--track", help="Of a song: the recording to repair.  [default: the only one]")
@click.option(
    "--engine",
    type=click.Choice(_ENGINES),
    help="Who writes.  [default: nobody; with --weights who wrote it, or musicgen]",
)
@click.option(
    "--weights", type=click.Path(path_type=Path), help="Their folder.  [default: where `hf download` puts them]"
)
@click.option("--size", help="Of the weights, such as stereo-small.  [default: small; 3B]")
@click.option("--prompt", default="", help="What the music is like.  [default: what it was generated from]")
@click.option("--lyrics", type=click.Path(path_type=Path), help="A text file with what is sung.")
@click.option("--takes", type=click.IntRange(1, 16), default=4, show_default=True, help="How many to choose from.")
@click.option("--seed", type=SEED, help="The same seed gives the same repair. Without one, a new one.")
@click.option("--out", type=click.Path(path_type=Path), help="The repaired file.  [default: beside it, -repaired]")
@click.option("--picture", type=click.Path(path_type=Path), help="Draw it before and after, into a PNG file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def repair(place: Path, from_s: float, to_s: float, as_json: bool, picture: Path | None, **asked: Any) -> None:
    """Repair a damaged stretch of an audio file, or of a recording in a song.

    Clicks and dropouts up to 60 ms are filled in from both sides, and nothing beside them changes. Longer ones are
    written by --engine from the 8 s before: of several takes the one after which the music goes on likeliest is joined
    in, over fades of 100 ms that lie outside the given times. All other samples stay the same to the last bit.

    The original is never overwritten. What was written stays beside the new file as codes, so that it can be repaired
    again. In a song the times count from bar 1, and the repair is a new revision; unlock its bars first.

    \b
    resonant repair song.wav --from 12.300 --to 12.312
    resonant repair song.wav --from 12.3 --to 13.1 --weights musicgen-small --prompt "warm lofi"
    resonant repair songs/my-take-1a2b3c4d --track guitar --from 4.2 --to 4.9 --engine musicgen
    """
    with stoppable() as should_stop, progress_shown(as_json) as progress:
        asked = _with_seed(asked)
        work = _of_song if place.is_dir() else _of_file
        facts, drawn = work(place, (from_s, to_s), asked, _Watching(progress, should_stop))
        if picture is not None:
            _draw(picture, drawn)
            facts["picture"] = str(picture)
        progress("done", 1.0)
    _show(facts, as_json)


@dataclass(frozen=True)
class _Watching:
    progress: Progress
    should_stop: Callable[[], bool]


@dataclass(frozen=True)
class _Drawn:
    """What a picture shows: a file, what came into it, and where the gap is in it."""

    file: "SoundFile"
    repair: "Repair"
    gap: tuple[int, int]


def _of_file(
    path: Path, times: tuple[float, float], asked: dict[str, Any], watching: _Watching
) -> tuple[dict[str, Any], _Drawn]:
    from resonant.errors import InputError
    from resonant.sound.repair.file import SoundFile
    from resonant.sound.repair.repair import gap_in
    from resonant.sound.repair.sidecar import sidecar_of, write_sidecar

    if asked["track"] is not None:
        raise InputError(f"--track names a track of a song, and {path} is a file; leave it out")
    file = SoundFile.at(path)
    gap, before = gap_in(file, *times), sidecar_of(path)
    out = _beside(file) if asked["out"] is None else asked["out"]
    done, said = _repaired(file, gap, asked, before.kept, watching)
    watching.progress("saving", _WRITTEN)
    file.punched(out, done.first, done.samples)
    facts = {"original": path.name, "from": times[0], "to": times[1], **_told(done, said)}
    files = write_sidecar(out, before, facts, done.kept or before.kept)
    remarks = [before.remark] if before.remark else []
    shown = {
        "path": str(out),
        "beside": [str(each) for each in files],
        **facts,
        "remarks": [*remarks, *_remarks(said, file)],
    }
    return shown, _Drawn(file, done, gap)


def _of_song(
    path: Path, times: tuple[float, float], asked: dict[str, Any], watching: _Watching
) -> tuple[dict[str, Any], _Drawn]:
    from resonant.brought.mended import damage_in, mended
    from resonant.errors import InputError
    from resonant.library.place import check_place
    from resonant.library.revisions import open_song
    from resonant.produce import Watch, refuse_locked
    from resonant.revising import revised

    if asked["out"] is not None:
        raise InputError("--out names a file, and the repair of a song is a revision of it; leave it out")
    opened = open_song(path)
    check_place(opened.folder)
    damage = damage_in(opened.song, asked["track"], *times)
    refuse_locked(opened.song, damage.region)
    asked = _as_generated(opened, damage.track, asked)
    gap = (damage.start, damage.end)
    done, said = _repaired(damage.file, gap, asked, damage.kept, watching)
    with TemporaryDirectory() as workplace:
        settings = {name: str(value) for name, value in said.items()} | {"from": repr(times[0]), "to": repr(times[1])}
        song = mended(damage, done, settings, asked["seed"], Path(workplace))
        engine = an_engine(None)
        watch = Watch(lambda stage, share: watching.progress(stage, _WRITTEN + 0.14 * share), watching.should_stop)
        document = revised(song, opened, engine, watch, before=opened.published)
    facts = {"path": str(opened.folder), "revision": document.revision, "track": damage.track}
    times_said = {"from": times[0], "to": times[1]}
    return facts | times_said | _told(done, said) | {"remarks": _remarks(said, damage.file)}, _Drawn(
        damage.file, done, gap
    )


def _repaired(
    file: "SoundFile", gap: tuple[int, int], asked: dict[str, Any], kept: "Kept | None", watching: _Watching
) -> "tuple[Repair, dict[str, Any]]":
    """The repair, and how it was made.

    Raises:
        InputError: the gap is too long to be filled in without weights, or they are missing.
    """
    from resonant.errors import InputError
    from resonant.sound.repair.interpolation import LONGEST_S
    from resonant.sound.repair.repair import Writing, interpolated, is_short, written

    usual = _ENGINES[0] if kept is None else kept.codes.performer
    if asked["engine"] is None and asked["weights"] is None and asked["size"] is None:
        if not is_short(file, *gap):
            raise InputError(
                f"the gap lasts {(gap[1] - gap[0]) / file.rate:.3f} s, and without weights up to {LONGEST_S:g} s are "
                f"filled in; add --engine {usual}, whose weights come with: {_download(usual)}"
            )
        watching.progress("filling in", 0.1)
        return interpolated(file, *gap), {"engine": "interpolation"}
    asked = asked | {"engine": asked["engine"] or usual}
    if asked["engine"] in _ONLY_THEIR_OWN and usual != asked["engine"]:  # said before its weights are loaded
        raise InputError(f"{asked['engine']} only repairs what it wrote, as its codec reads no sound; try musicgen")
    performer, longest_s, said = _loaded(asked, watching)
    writing = Writing(
        performer, longest_s, asked["prompt"], "" if asked["lyrics"] is None else read_text(asked["lyrics"]),
        asked["takes"], asked["seed"], watching.should_stop,
        lambda share: watching.progress("writing", _LOADED + (_WRITTEN - _LOADED) * share),
    )  # fmt: skip
    done = written(file, *gap, writing, kept)
    return done, said | {"prompt": asked["prompt"], "lyrics": writing.lyrics, "takes": asked["takes"],
                         "seed": asked["seed"]}  # fmt: skip


def _loaded(asked: dict[str, Any], watching: _Watching) -> tuple[Any, float, dict[str, Any]]:
    """The performer, how much it hears and writes at once, and where it comes from."""
    from resonant.cli.settings import weights_cache
    from resonant.players.performers.keeper import Keeper
    from resonant.players.performers.roster import performer_named, weights_of

    published = performer_named(asked["engine"])
    weights = weights_of(published, asked["size"], asked["weights"], weights_cache())
    watching.progress("loading weights", 0.0)
    performer = Keeper().performer(published, weights)
    licence = published.capabilities.weights_licence or "unknown"
    said = {"engine": published.name, "weights": weights.name, "weights sha256": weights.sha256, "licence": licence,
            "channels": performer.channels}  # fmt: skip
    return performer, published.longest_s, said


def _download(engine: str) -> str:
    """The command that gets the usual weights."""
    from resonant.players.performers.roster import performer_named

    published = performer_named(engine)
    _, parts = published.parts(published.sizes[0])
    return " && ".join(f"hf download {part.repo}" for part in parts)


def _as_generated(opened: "OpenSong", track: str, asked: dict[str, Any]) -> dict[str, Any]:
    """What was asked, with what a generated recording was asked with where nothing was said."""
    recording = opened.song.recordings[track]
    if asked["prompt"] or not recording.made:
        return asked
    return asked | {"prompt": recording.made.get("words", "")}


def _with_seed(asked: dict[str, Any]) -> dict[str, Any]:
    import secrets

    return asked | {"seed": secrets.randbelow(NEW_SEEDS) if asked["seed"] is None else asked["seed"]}


def _beside(file: "SoundFile") -> Path:
    """A name beside the file that is free."""
    stem = file.path.stem.split("-repaired")[0]
    number = 1
    while True:
        out = file.path.with_name(f"{stem}-repaired{'' if number == 1 else f'-{number}'}{file.ending}")
        if not out.exists():
            return out
        number += 1


def _told(done: "Repair", said: dict[str, Any]) -> dict[str, Any]:
    """A repair as facts."""
    facts = {**said, "changed samples": [done.first, done.first + done.samples.shape[1]]}
    return facts if done.take is None else facts | {"take": done.take + 1, "scores": list(done.scores)}


def _remarks(said: dict[str, Any], file: "SoundFile") -> list[str]:
    """What a user wants to know of the weights."""
    remarks = []
    if "-NC-" in said.get("licence", ""):
        remarks.append(f"the weights {said['weights']} are {said['licence']}: what they write is not for commerce")
    if said.get("channels") == 1 and file.channels > 1:
        remarks.append(f"the weights {said['weights']} write in mono: the gap is; --size stereo-small writes in stereo")
    return remarks


def _draw(picture: Path, drawn: _Drawn) -> None:
    from resonant.audio import Audio
    from resonant.library.place import disk_errors, write_durably
    from resonant.pictures.repair import repair_png

    file, (start, end) = drawn.file, drawn.gap
    first, last = drawn.repair.first, drawn.repair.first + drawn.repair.samples.shape[1]
    around = round(_AROUND_PICTURE_S * file.rate)
    low, high = max(first - around, 0), min(last + around, file.num_samples)
    before = file.read(low, high)
    after = before.copy()
    after[:, first - low : last - low] = drawn.repair.samples
    moments = tuple((place - low) / file.rate for place in (first, start, end, last))
    with disk_errors(picture):
        sounds = (Audio(before, file.rate), Audio(after, file.rate))
        write_durably(picture, repair_png(*sounds, moments, low / file.rate))  # type: ignore[arg-type]


def _show(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    first, last = facts["changed samples"]
    how = "filled in from both sides" if facts["engine"] == "interpolation" else f"written by {facts['weights']}"
    click.echo(facts["path"])
    click.echo(f"  {facts['from']:g}…{facts['to']:g} s {how}; samples {first}…{last - 1} changed, and no other")
    if facts.get("take") is not None:
        click.echo(f"  take {facts['take']} of {facts['takes']} goes on best; seed {facts['seed']}")
    for remark in facts["remarks"]:
        click.echo(f"  note: {remark}")
