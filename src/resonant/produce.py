"""The whole product on one page: a brief becomes a score, the score becomes stems, the stems become a mix.

There is one act, `regenerate` a region while the rest stays and is listened to; a first generation is the region
"everything".
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path

from resonant.brief.model import Brief, PartBrief, Sound
from resonant.errors import BriefError
from resonant.library.model import Song
from resonant.mix.mixdown import StripCache, mix_down
from resonant.mix.model import Ending, Mix
from resonant.mix.scene import ending_of, mix_scene
from resonant.players.arranger.form import plan_form
from resonant.players.arranger.harmony import write_harmony
from resonant.players.arranger.player import Arranger
from resonant.players.context import Context, Part, never
from resonant.players.registry import Registry
from resonant.score.model import Score, Track
from resonant.score.passes.lyrics import sung
from resonant.score.region import HARMONY, Region
from resonant.sound.banks import SoundBank, default_bank
from resonant.sound.model import Stems
from resonant.sound.render import Rendering, StemCache, render_stems
from resonant.styles import Style, all_styles

WRITING_ORDER = ("drums", "percussion", "bass", "chords", "pad", "strings", "arpeggio", "melody", "counter")

Progress = Callable[[str, float], None]


def quietly(stage: str, fraction: float) -> None:
    """The progress of a run that nobody watches."""


@dataclass(frozen=True)
class Engine:
    """What stays between songs: the players, the sound bank, the caches of rendered and mixed stems."""

    players: Registry = field(default_factory=lambda: Registry((Arranger(),)))
    bank: SoundBank = field(default_factory=default_bank)
    stem_cache: StemCache | None = None
    strip_cache: StripCache | None = None
    styles_folder: Path | None = None

    def style(self, name: str) -> Style:
        """The style of that name.

        Raises:
            BriefError: there is none; the message lists those there are.
        """
        known = all_styles(self.styles_folder)
        if name not in known:
            raise BriefError(f"style {name!r} is not known; the styles are {', '.join(known)}")
        return known[name]


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches a run: told each stage with a fraction 0…1 of the whole, and asked whether to stop."""

    progress: Progress = quietly
    should_stop: Callable[[], bool] = never


def compose(brief: Brief, engine: Engine | None = None, watch: Watch | None = None) -> Song:
    """A first song: the region "everything", rendered and mixed.

    Raises:
        BriefError: the brief asks for what no player or instrument can do.
        Cancelled: the watch said stop.
    """
    engine, watch = engine or Engine(), watch or Watch()
    empty = Song.empty(brief)
    planned = replace(empty, score=plan(brief, engine.style(brief.style)))
    everything = Region.of([HARMONY, *(track.name for track in planned.score.tracks)], 0, brief.bars)
    return sounded(regenerate(planned, everything, engine, watch), engine, watch)


def plan(brief: Brief, style: Style) -> Score:
    """The score before a note is played: sections, and the tracks with their instruments."""
    score = replace(Song.empty(brief).score, sections=plan_form(brief, style), title=brief.title)
    return replace(score, tracks=tuple(Track(name, part.role, part.instrument) for name, part in named_parts(brief)))


def named_parts(brief: Brief) -> tuple[tuple[str, PartBrief], ...]:
    """The parts in the order in which they are written, each with its track's name: "chords", "chords 2", …"""
    parts = sorted(brief.parts, key=lambda part: WRITING_ORDER.index(part.role))
    counts: dict[str, int] = {}
    named = []
    for part in parts:
        counts[part.role] = counts.get(part.role, 0) + 1
        named.append((part.role if counts[part.role] == 1 else f"{part.role} {counts[part.role]}", part))
    return tuple(named)


def regenerate(song: Song, region: Region, engine: Engine, watch: Watch | None = None) -> Song:
    """The song with the region's cells written anew; every cell outside stays as it is, note for note.

    The result has a score and no sound yet; `sounded` renders it. Chords are written for all bars or for none.

    Raises:
        BriefError: a cell of the region is locked.
        Cancelled: the watch said stop.
    """
    watch = watch or Watch()
    refuse_locked(song, region)
    style, seed = engine.style(song.brief.style), song.lineage.seed
    score = song.score
    if region.bars_of(HARMONY):
        score = replace(score, harmony=write_harmony(song.brief, style, score, seed))
    manners = {name: part.manner for name, part in named_parts(song.brief)}
    written: dict[str, str] = {}
    for i, track in enumerate(score.tracks):
        bars = region.bars_of(track.name)
        if not bars:
            continue
        watch.progress(f"writing {track.name}", 0.3 * i / len(score.tracks))
        player = engine.players.get("arranger", track.role)
        blank = blanked(track, score, bars)
        score = score.with_track(blank)
        context = Context(song.brief, style, score, blank, bars, seed, manners.get(track.name, ""), watch.should_stop)
        score = score.with_track(joined(blank, player.play(context)))
        written[track.name] = player.name
    score = sung(score, song.brief.form)
    settings = {"sound bank": engine.bank.name, "quality": song.brief.quality}
    lineage = replace(song.lineage, region=region, players=written, settings=settings, versions=versions())
    return replace(song, score=score, stems=None, mix=None, lineage=lineage)


def refuse_locked(song: Song, region: Region) -> None:
    """A lock keeps its cells: a region that holds one of them is refused."""
    locked = region & song.locks
    if locked:
        spans = ", ".join(
            f"{track} in bars {start + 1}-{end}" for track in locked.tracks for start, end in locked.ranges_of(track)
        )
        raise BriefError(f"{spans}: this is locked; unlock it, or leave it out of what is written anew")


def blanked(track: Track, score: Score, bars: tuple[int, ...]) -> Track:
    """The track without what starts in those bars."""
    spans = [score.bar_ticks(bar) for bar in bars]

    def outside(tick: int) -> bool:
        return not any(start <= tick < end for start, end in spans)

    return replace(
        track,
        notes=tuple(note for note in track.notes if outside(note.start)),
        bends=tuple(bend for bend in track.bends if outside(bend.tick)),
        controls=tuple(control for control in track.controls if outside(control.tick)),
    )


def joined(track: Track, part: Part) -> Track:
    """The track with a part's events among its own, in order."""
    return replace(
        track,
        notes=tuple(sorted((*track.notes, *part.notes))),
        bends=tuple(sorted((*track.bends, *part.bends))),
        controls=tuple(sorted((*track.controls, *part.controls))),
    )


def sounded(song: Song, engine: Engine, watch: Watch | None = None) -> Song:
    """The song with its stems rendered (only those that changed, where the engine has a cache) and mixed."""
    style = engine.style(song.brief.style)
    stems, mix = render_score(
        song.score, song.brief.sound, engine, watch,
        mix_preset=style.mix, sidechain=style.sidechain, ending=ending_of(song.brief),
    )  # fmt: skip
    return replace(song, stems=stems, mix=mix)


def render_score(
    score: Score,
    sound: Sound,
    engine: Engine,
    watch: Watch | None = None,
    *,
    mix_preset: str = "band",
    sidechain: float = 0.0,
    ending: Ending | None = None,
) -> tuple[Stems, Mix]:
    """The stems and the mix of any score, such as an imported MIDI file."""
    watch = watch or Watch()

    def rendering(stage: str, fraction: float) -> None:
        watch.progress(stage, 0.3 + 0.4 * fraction)

    stems = render_stems(
        score, Rendering(sound.sample_rate), engine.bank, engine.stem_cache, rendering, watch.should_stop
    )
    watch.progress("mixing", 0.7)
    mix = mix_down(stems, mix_scene(score, sound, mix_preset, sidechain, ending), cache=engine.strip_cache)
    watch.progress("mixed", 0.95)
    return stems, mix


def versions() -> dict[str, str]:
    """Versions of what decides the bytes of a song."""
    return {name: metadata.version(name) for name in ("resonant", "numpy", "scipy")}
