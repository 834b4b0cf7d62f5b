"""One revision of a song, and how it came to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from resonant.brief.model import Brief
from resonant.mix.model import Mix
from resonant.score.model import Score
from resonant.score.region import Region
from resonant.sound.model import Stems
from resonant.sound.recording import Recording
from resonant.units import MetreMap, TempoMap


@dataclass(frozen=True, slots=True)
class Seal:
    """What the locked cells of one track are, as SHA-256 in hex.

    Args:
        midi: of their notes, bends and controls as the bytes of a MIDI file.
        tokens: of their REMI ids, or None where the extra `tokens` is not installed.
        stem: of the samples of the locked bars in the published stem, or None for a song without sound.
    """

    midi: str
    tokens: str | None = None
    stem: str | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """Cells that no act may write, under a name; `seals` prove by track that they are what they were."""

    name: str
    region: Region
    seals: Mapping[str, Seal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lineage:
    """How a revision came to be.

    Args:
        parent: the revision it was made from (`revision_id`), or None for a first one.
        act: what made it: compose, regenerate, extend, import, accompany, restyle, arrange, lock, unlock, ….
        prompt: the words that were given with the act.
        region: the cells that were written, or None for none.
        players: player by track, for the tracks that were written.
        settings: what else decided the result, as text (sound bank, quality, …).
        seed: names the random streams of this act.
        seeds: by row of the grid, the seed that its material comes from: an extension draws on it. A row that is not
            here has the seed of the brief.
        versions: version by component that can change the bytes ("resonant", "numpy", …).
    """

    parent: str | None = None
    act: str = "compose"
    prompt: str = ""
    region: Region | None = None
    players: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    seeds: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Song:
    """One revision: what was asked, what is played, how it sounds, what must stay, where it came from.

    Args:
        brief: the request.
        score: the notes.
        stems: the sound of each track, raw, before the mix; None where it was not rendered.
        mix: the mixed stems, the bus and the master; None where it was not mixed.
        locks: cells that no act may write, under their names.
        lineage: parent, region, players, settings, seed, versions.
        recordings: by track, the recordings that were brought; such a track has no notes.
    """

    brief: Brief
    score: Score
    stems: Stems | None = None
    mix: Mix | None = None
    locks: tuple[Lock, ...] = ()
    lineage: Lineage = field(default_factory=Lineage)
    recordings: Mapping[str, Recording] = field(default_factory=dict)

    @classmethod
    def empty(cls, brief: Brief) -> Self:
        """A song of nothing yet: the bars, tempo, metre and key that the brief asks for."""
        score = Score(
            brief.bars, TempoMap.constant(brief.tempo_bpm), MetreMap.constant(brief.metre), brief.key, title=brief.title
        )
        return cls(brief, score, lineage=Lineage(seed=brief.seed))

    @property
    def locked(self) -> Region:
        """All locked cells."""
        return Region(frozenset(cell for lock in self.locks for cell in lock.region.cells))

    def seed_of(self, row: str) -> int:
        """The seed that the material of a track, or of the harmony, comes from."""
        return self.lineage.seeds.get(row, self.brief.seed)
