"""A re-roll: some cells of a song written anew as words ask for it, in several takes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from resonant.brief.change import read_change
from resonant.brief.model import Brief
from resonant.library.model import Song
from resonant.players.writing import named_parts
from resonant.produce import Change, Engine, Watch, regenerate
from resonant.score.region import Region
from resonant.seeds import derived

_TRIES = 4  # seeds tried for a take that is like an earlier one


@dataclass(frozen=True, slots=True)
class Reroll:
    """What is asked for.

    Args:
        region: the cells to write.
        prompt: how they shall play; "" for nothing in particular.
        seed: of the first take; the others follow from it.
        takes: how many to make.
        player: who shall write; "auto" takes the best at each role.
        heard_bars: how many bars around the region players hear; None for all.
    """

    region: Region
    prompt: str = ""
    seed: int = 0
    takes: int = 1
    player: str = "auto"
    heard_bars: int | None = None


def usual_seed(song: Song, revision: str) -> int:
    """The seed of an act for which none was given: the same request on the same revision is the same music."""
    return derived(song.brief.seed, "act", revision)


def takes(song: Song, asked: Reroll, engine: Engine, watch: Watch | None = None) -> Iterator[Song]:
    """The takes one after the other, as notes; where a later one would be like an earlier one, other seeds are tried.

    Raises:
        BriefError: a cell is locked, or the prompt asks for what belongs to the whole song.
        Cancelled: the watch said stop.
    """
    change = as_change(song, asked, engine.styles_folder)
    made: list[Song] = []
    for number in range(asked.takes):
        seeds = [asked.seed if number == 0 else derived(asked.seed, "take", number)]
        seeds += [derived(seeds[0], "otherwise", n) for n in range(1, _TRIES)] if number else []
        drafts = (regenerate(song, asked.region, engine, watch, replace(change, seed=seed)) for seed in seeds)
        take = next(draft for draft in drafts if _is_new(draft, made) or draft.lineage.seed == seeds[-1])
        if not _is_new(take, made):
            take = _remarked(take, f"Take {number + 1} is like an earlier one: there is no more to choose from.")
        made.append(take)
        yield take


def as_change(song: Song, asked: Reroll, styles_folder: Path | None = None) -> Change:
    """The act: what words ask of whole tracks holds from now on, what they ask of some bars for this act alone.

    Raises:
        BriefError: the prompt asks for what belongs to the whole song.
    """
    whole = {
        part: len(asked.region.bars_of(name)) == song.score.bars
        for name, part in named_parts(song.brief)
        if asked.region.bars_of(name)
    }
    now = read_change(asked.prompt, song.brief, whole, styles_folder)
    parts = tuple(new if whole.get(old, False) else old for old, new in zip(song.brief.parts, now.parts, strict=True))
    brief: Brief = replace(song.brief, parts=parts, unread=now.unread, remarks=now.remarks)
    return Change("regenerate", asked.prompt, brief, now, player=asked.player, heard_bars=asked.heard_bars)


def _is_new(take: Song, made: list[Song]) -> bool:
    return all(take.score != other.score for other in made)


def _remarked(song: Song, remark: str) -> Song:
    return replace(song, brief=replace(song.brief, remarks=(*song.brief.remarks, remark)))
