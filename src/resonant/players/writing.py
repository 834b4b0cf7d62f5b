"""A region written anew: score in, score out; every cell outside the region stays as it is, note for note."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from resonant.brief.model import Brief, PartBrief
from resonant.players.arranger.harmony import write_harmony
from resonant.players.context import Context, Part, never
from resonant.players.registry import Registry
from resonant.score.model import Score, Track
from resonant.score.region import HARMONY, Region
from resonant.styles import Style

WRITING_ORDER = ("drums", "percussion", "bass", "chords", "pad", "strings", "arpeggio", "melody", "counter")


def quietly(stage: str, fraction: float) -> None:
    """The progress of a run that nobody watches."""


@dataclass(frozen=True)
class Writing:
    """What decides how a region is written, besides the score itself.

    Args:
        brief: the request, as it stands for this act.
        style: the style file of `brief.style`.
        players: who may write.
        seed: names the random streams, except for rows that `seeds` gives one of their own.
        seeds: seed by row of the grid (a track, or `HARMONY`).
        player: who shall write; "auto" takes the player that is best at the role.
        heard_bars: how many bars around the region players hear; None for all.
        progress, should_stop: who watches.
    """

    brief: Brief
    style: Style
    players: Registry
    seed: int
    seeds: Mapping[str, int] = field(default_factory=dict)
    player: str = "auto"
    heard_bars: int | None = None
    progress: Callable[[str, float], None] = quietly
    should_stop: Callable[[], bool] = never

    def seed_of(self, row: str) -> int:
        return self.seeds.get(row, self.seed)


def write(score: Score, region: Region, writing: Writing) -> tuple[Score, dict[str, str]]:
    """The score with the region's cells written anew, and who wrote each track.

    Raises:
        BriefError: a player can not do what is asked.
        Cancelled: `should_stop` said so.
    """
    if region.bars_of(HARMONY):
        harmony = write_harmony(writing.brief, writing.style, score, writing.seed_of(HARMONY))
        score = replace(score, harmony=harmony)
    manners = {name: part.manner for name, part in named_parts(writing.brief)}
    written: dict[str, str] = {}
    for i, track in enumerate(score.tracks):
        bars = region.bars_of(track.name)
        if not bars:
            continue
        writing.progress(f"writing {track.name}", i / len(score.tracks))
        player = writing.players.best(writing.player, track.role)
        blank = blanked(track, score, bars)
        score = score.with_track(blank)
        context = Context(
            writing.brief, writing.style, score, blank, bars,
            writing.seed_of(track.name), manners.get(track.name, ""), writing.should_stop,
        )  # fmt: skip
        score = score.with_track(joined(blank, player.play(context)))
        written[track.name] = player.name
    return score, written


def named_parts(brief: Brief) -> tuple[tuple[str, PartBrief], ...]:
    """The parts in the order in which they are written, each with its track's name: "chords", "chords 2", …"""
    parts = sorted(brief.parts, key=lambda part: WRITING_ORDER.index(part.role))
    counts: dict[str, int] = {}
    named = []
    for part in parts:
        counts[part.role] = counts.get(part.role, 0) + 1
        named.append((part.role if counts[part.role] == 1 else f"{part.role} {counts[part.role]}", part))
    return tuple(named)


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
