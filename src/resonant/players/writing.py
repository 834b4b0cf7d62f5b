"""A region written anew: score in, score out; every cell outside the region stays as it is, note for note."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from resonant.brief.model import Brief, PartBrief
from resonant.players.arranger.reharmonise import reharmonised
from resonant.players.choice import Asked, Choice, best_player
from resonant.players.context import Context, Part, never
from resonant.players.drafts import likeness_of, lock, what_is_struck
from resonant.players.registry import Player, Registry
from resonant.players.seams import at_seams, outside
from resonant.score.model import Score, Track
from resonant.score.region import HARMONY, Region
from resonant.seeds import derived
from resonant.styles import Style

WRITING_ORDER = ("drums", "percussion", "bass", "chords", "pad", "strings", "arpeggio", "melody", "counter", "vocal")
_TRIES = 4  # seeds tried before the part that is least like the old one is taken
_CLEARLY_OTHER = 0.75


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
        lift: −1…1: how much more is going on than the form says.
        progress, should_stop: who watches.
    """

    brief: Brief
    style: Style
    players: Registry
    seed: int
    seeds: Mapping[str, int] = field(default_factory=dict)
    player: str = "auto"
    heard_bars: int | None = None
    lift: float = 0.0
    progress: Callable[[str, float], None] = quietly
    should_stop: Callable[[], bool] = never

    def seed_of(self, row: str) -> int:
        return self.seeds.get(row, self.seed)


@dataclass(frozen=True)
class Draft:
    """A region, written.

    Args:
        score: the whole score with it.
        players: who wrote, by track.
        seeds: by row, the seed that its new material comes from.
        remarks: sentences for the user.
    """

    score: Score
    players: Mapping[str, str]
    seeds: Mapping[str, int]
    remarks: tuple[str, ...] = ()


def write(score: Score, region: Region, writing: Writing) -> Draft:
    """The score with the region's cells written anew, each track differently from what stood there.

    Raises:
        BriefError: a player can not do what is asked.
        Cancelled: `should_stop` said so.
    """
    seeds: dict[str, int] = {}
    remarks: list[str] = []
    if region.bars_of(HARMONY):
        seeds[HARMONY] = writing.seed_of(HARMONY)
        harmony = reharmonised(writing.brief, writing.style, score, region, seeds[HARMONY])
        if harmony == score.harmony:
            remarks.append(f"{HARMONY}: the style knows no other chords for these bars.")
        score = replace(score, harmony=harmony)
    manners = {name: part.manner for name, part in named_parts(writing.brief)}
    written: dict[str, str] = {}
    asked = [(track, bars) for track in score.tracks if (bars := region.bars_of(track.name))]
    for track, bars in asked:  # all are blank before the first is written: none hears what will go
        score = score.with_track(outside(track, score, bars))
    for i, (track, bars) in enumerate(asked):
        writing.progress(f"writing {track.name}", i / len(asked))
        manner = manners.get(track.name, "")
        what = Asked(outside(track, score, bars), bars, manner, is_brought=track.name not in manners)
        choice = _player_of(what, score, writing)
        cell = _Cells(writing, score, track, bars, manner)
        new, seeds[track.name], remark = cell.anew(choice.player)
        score = score.with_track(new)
        remarks += filter(None, (choice.why, remark))
        written[track.name] = choice.player.name
    return Draft(score, written, seeds, tuple(remarks))


def _player_of(asked: Asked, score: Score, writing: Writing) -> Choice:
    """Who writes: whoever was asked for, else the style's own player where it plays that role, else who does it best.

    Raises:
        BriefError: there is none of that name, or it does not play the role.
    """
    role, named = asked.track.role, writing.player
    if named == "auto" and writing.style.player != "auto":
        plays = writing.players.named(writing.style.player).capabilities.roles
        named = writing.style.player if role in plays else "auto"
    if named == "auto":
        return best_player(writing.players, asked, score)
    player = writing.players.get(named, role)
    deaf = asked.manner and not player.capabilities.hears_manner
    why = (
        f"{asked.track.name}: {named} does not hear {asked.manner!r}; it goes by what is played around." if deaf else ""
    )
    return Choice(player, why)


def named_parts(brief: Brief) -> tuple[tuple[str, PartBrief], ...]:
    """The parts in the order in which they are written, each with its track's name: "chords", "chords 2", …"""
    parts = sorted(brief.parts, key=lambda part: WRITING_ORDER.index(part.role))
    counts: dict[str, int] = {}
    named = []
    for part in parts:
        counts[part.role] = counts.get(part.role, 0) + 1
        named.append((part.role if counts[part.role] == 1 else f"{part.role} {counts[part.role]}", part))
    return tuple(named)


@dataclass(frozen=True, slots=True)
class _Draft:
    """One try at a part: how like it is (0…1) to what stood there, and how it locks with the kick, at most as that."""

    track: Track
    seed: int
    likeness: float
    lock: float


@dataclass(frozen=True)
class _Cells:
    """The bars of one track that are to be written.

    Args:
        score: as it stands, these bars empty.
        old: the track with what stood in them.
    """

    writing: Writing
    score: Score
    old: Track
    bars: tuple[int, ...]
    manner: str

    def anew(self, player: Player) -> tuple[Track, int, str]:
        """The track with other bars than it had, the seed they come from, and a remark where there are no others."""
        kept = outside(self.old, self.score, self.bars)
        around = heard(_lifted(self.score, self.writing.lift), self.bars, self.writing.heard_bars)
        struck = what_is_struck(self.old, self.score, self.bars)
        drafts: list[_Draft] = []
        locked = lock(self.old, self.score, self.bars)
        for seed in self._seeds():
            part = at_seams(player.play(self._context(around, seed)), self.old, self.score, self.bars)
            track = joined(kept, part)
            likeness = likeness_of(what_is_struck(track, self.score, self.bars), struck)
            drafts.append(_Draft(track, seed, likeness, min(lock(track, self.score, self.bars), locked)))
            if not struck or (likeness < _CLEARLY_OTHER and drafts[-1].lock >= locked):
                return track, seed, ""
        best = max(drafts, key=lambda each: (each.likeness < 1, each.track != self.old, each.lock, -each.likeness))
        return best.track, best.seed, "" if best.likeness < 1 else self._no_other(best.track)

    def _seeds(self) -> Iterator[int]:
        first = self.writing.seed_of(self.old.name)
        yield first
        yield from (derived(first, self.old.name, "otherwise", number) for number in range(1, _TRIES))

    def _no_other(self, track: Track) -> str:
        rest = "it is as it was" if track == self.old else "it was only played anew"
        return f"{self.old.name}: the style knows nothing else for these bars; {rest}."

    def _context(self, around: Score, seed: int) -> Context:
        track = around.track(self.old.name)
        assert track is not None, "what is written is a track of the score"
        return Context(
            self.writing.brief, self.writing.style, around, track, self.bars, seed, self.manner,
            self.writing.should_stop,
        )  # fmt: skip


def heard(score: Score, bars: tuple[int, ...], within: int | None) -> Score:
    """The score as far as it is heard: notes that start at most so many bars from those that are written."""
    if within is None:
        return score
    near = {bar + step for bar in bars for step in range(-within, within + 1)}
    far = tuple(bar for bar in range(score.bars) if bar not in near)
    return replace(score, tracks=tuple(outside(track, score, far) for track in score.tracks))


def _lifted(score: Score, lift: float) -> Score:
    if not lift:
        return score
    sections = (replace(each, energy=min(max(each.energy + lift, 0.0), 1.0)) for each in score.sections)
    return replace(score, sections=tuple(sections))


def joined(track: Track, part: Part) -> Track:
    """The track with a part's events among its own, in order."""
    return replace(
        track,
        notes=tuple(sorted((*track.notes, *part.notes))),
        bends=tuple(sorted((*track.bends, *part.bends))),
        controls=tuple(sorted((*track.controls, *part.controls))),
    )
