"""One revision of a song, and how it came to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from resonant.brief.model import Brief
from resonant.mix.model import Mix
from resonant.score.model import Score
from resonant.score.region import Region
from resonant.sound.model import Stems
from resonant.units import MetreMap, TempoMap


@dataclass(frozen=True, slots=True)
class Lineage:
    """How a revision came to be.

    Args:
        parent: name of the song it was made from, or None for a first generation.
        region: the cells that were written, or None for everything.
        players: player by track, for the tracks that were written.
        settings: what else decided the result, as text (sound bank, quality, …).
        seed: names the random streams.
        versions: version by component that can change the bytes ("resonant", "numpy", …).
    """

    parent: str | None = None
    region: Region | None = None
    players: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Song:
    """One revision: what was asked, what is played, how it sounds, what must stay, where it came from.

    Args:
        brief: the request.
        score: the notes.
        stems: the sound of each track, raw, before the mix; None where it was not rendered.
        mix: the mixed stems, the bus and the master; None where it was not mixed.
        locks: cells that no act may write.
        lineage: parent, region, players, settings, seed, versions.
    """

    brief: Brief
    score: Score
    stems: Stems | None = None
    mix: Mix | None = None
    locks: Region = field(default_factory=lambda: Region(frozenset()))
    lineage: Lineage = field(default_factory=Lineage)

    @classmethod
    def empty(cls, brief: Brief) -> Self:
        """A song of nothing yet: the bars, tempo, metre and key that the brief asks for."""
        score = Score(
            brief.bars, TempoMap.constant(brief.tempo_bpm), MetreMap.constant(brief.metre), brief.key, title=brief.title
        )
        return cls(brief, score, lineage=Lineage(seed=brief.seed))
