"""Training the chord model: songs with chords in, a checkpoint of a few hundred kilobytes out, in some minutes.

Each pass shows every song, drawn anew: from its beginning or from anywhere, plain or timed, and told of its
collection and mode or not. Songs, order and dropout follow from the seed, so that the same seed gives the same weights
on a CPU.
"""

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize

from resonant.nn.checkpoints import save_checkpoint
from resonant.nn.transformer import Transformer, TransformerConfig
from resonant.players.chord_lm.vocabulary import (
    CHORDS,
    FAMILIES,
    SECTION,
    SIZE,
    heading,
    place_word,
    word_of,
)
from resonant.seeds import derived, stream
from resonant.train.chords_data import Change, ChordSong, read_chord_songs

_NOTHING = -100  # a target that is not counted
_HEADING = len(heading())


@dataclass(frozen=True, slots=True)
class ChordRecipe:
    """A training run of the chord model.

    Args:
        model: sizes.
        passes: over all songs.
        standards: how often each lead sheet is shown in a pass, as there are fewer of them.
        batch: songs a step.
        rate: peak learning rate; it rises over the first twentieth and falls to nothing along a cosine.
        decay: of weights, not of norms and embeddings.
        timed: share of the rows that are timed.
        anywhere: share of the rows that begin anywhere.
        untold_source, untold_mode: how often collection and mode are left out.
        seed: names rows, order, dropout and first weights.
    """

    model: TransformerConfig = field(
        default_factory=lambda: TransformerConfig(SIZE, width=96, layers=4, heads=4, context=512, dropout=0.2)
    )
    passes: int = 18
    standards: int = 2
    batch: int = 16
    rate: float = 3e-3
    decay: float = 0.1
    timed: float = 0.5
    anywhere: float = 0.3
    untold_source: float = 0.3
    untold_mode: float = 0.7
    seed: int = 1


def trained(data: Path, out: Path, changes: Mapping[str, int | None], tell: Callable[[str], None]) -> None:
    """Trains on a data folder's songs, by the recipe with these changes, and writes a checkpoint in half precision.

    Raises:
        InputError: the data are missing or damaged.
    """
    recipe = replace(ChordRecipe(), **{key: value for key, value in changes.items() if value is not None})  # type: ignore[arg-type]
    songs, held_out = read_chord_songs(data, "train"), read_chord_songs(data, "valid")
    tell(f"{len(songs)} songs to learn from, {len(held_out)} held out")
    model = train_chords(recipe, songs, held_out, tell)
    save_checkpoint(out, model.half(), recipe.model, {"licence": "Apache-2.0"})


def train_chords(
    recipe: ChordRecipe, songs: Sequence[ChordSong], held_out: Sequence[ChordSong], tell: Callable[[str], None]
) -> Transformer:
    """A model that learnt these songs, ready to read; after each pass `tell` hears how well it foretells others."""
    torch.manual_seed(recipe.seed)
    model = Transformer(recipe.model)
    parametrize.register_parametrization(model.embedding, "weight", _SharedChords(recipe.model.width))
    optimiser = _optimiser(model, recipe)
    shown = [song for song in songs for _ in range(recipe.standards if song.source == "standards" else 1)]
    with _one_thread():
        for number in range(recipe.passes):
            loss = _pass(model, optimiser, shown, recipe, number)
            found = math.exp(surprise(model, held_out))
            tell(f"pass {number + 1} of {recipe.passes}: loss {loss:.3f}, held out {found:.2f} a chord")
    parametrize.remove_parametrizations(model.embedding, "weight", leave_parametrized=True)
    return model.eval()


def _pass(
    model: Transformer, optimiser: torch.optim.Optimizer, shown: Sequence[ChordSong], recipe: ChordRecipe, number: int
) -> float:
    """Shows the songs once more; gives the mean loss."""
    losses: list[float] = []
    a_pass = math.ceil(len(shown) / recipe.batch)
    for rows in _batches(shown, recipe, number):
        step = number * a_pass + len(losses)
        torch.manual_seed(derived(recipe.seed, "dropout", step))
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * _share_of_rate(step / (recipe.passes * a_pass))
        loss = _loss(model, rows)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(float(loss.detach()))
    return sum(losses) / len(losses)


@torch.no_grad()
def surprise(model: Transformer, songs: Sequence[ChordSong]) -> float:
    """Mean surprise in nats a chord in plain rows from the song's beginning, chords alone considered."""
    was_training = model.training
    model.eval()
    total = count = 0.0
    for start in range(0, len(songs), 16):
        rows = [plain_row(song, heading(song.source, start="song")) for song in songs[start : start + 16]]
        tokens = _padded(rows)
        logits = model(tokens[:, :-1].clamp(min=0))[..., :CHORDS]
        targets = tokens[:, 1:].masked_fill(tokens[:, 1:] >= CHORDS, _NOTHING)
        total += float(functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum"))
        count += float((targets != _NOTHING).sum())
    model.train(was_training)
    return total / count


def plain_row(song: ChordSong, head: Sequence[int]) -> list[int]:
    """The heading and the chords of a song."""
    return [*head, *(word_of(change.chord, song.tonic) for change in song.changes)]


def timed_row(changes: Sequence[Change], tonic: int, head: Sequence[int]) -> list[int]:
    """The heading, and each chord behind the place where it comes."""
    row = list(head)
    section = changes[0].section
    for change in changes:
        if change.section != section:
            row.append(SECTION)
            section = change.section
        row += (place_word(change.slot), word_of(change.chord, tonic))
    return row


def drawn_row(song: ChordSong, recipe: ChordRecipe, rng: random.Random) -> list[int]:
    """A row of the song, as the recipe mixes them; no longer than the model reads."""
    layout = "timed" if rng.random() < recipe.timed else "plain"
    first = rng.randrange(len(song.changes) - 1) if rng.random() < recipe.anywhere else 0
    source = "any" if rng.random() < recipe.untold_source else song.source
    mode = "any" if rng.random() < recipe.untold_mode else song.mode
    head = heading(source, mode, layout, "anywhere" if first else "song")
    if layout == "timed":
        row = timed_row(song.changes[first:], song.tonic, head)
    else:
        row = [*head, *(word_of(change.chord, song.tonic) for change in song.changes[first:])]
    return row[: recipe.model.context]


class _SharedChords(nn.Module):
    """Chord words share what their root and their family mean; each adds what is its own."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.roots, self.families = nn.Embedding(12, width), nn.Embedding(len(FAMILIES), width)
        for shared in (self.roots, self.families):
            nn.init.normal_(shared.weight, std=0.02)

    def forward(self, own_VD: Tensor) -> Tensor:
        shared = (self.roots.weight[:, None] + self.families.weight[None]).flatten(0, 1)
        return torch.cat([own_VD[:CHORDS] + shared, own_VD[CHORDS:]])


def _batches(songs: Sequence[ChordSong], recipe: ChordRecipe, number: int) -> Iterator[Tensor]:
    """The rows of a pass, those of about a length together."""
    rng = stream(recipe.seed, "pass", number)
    rows = [drawn_row(song, recipe, rng) for song in songs]
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]) + 40 * rng.random())
    batches = [order[at : at + recipe.batch] for at in range(0, len(order), recipe.batch)]
    rng.shuffle(batches)
    for batch in batches:
        yield _padded([rows[row] for row in batch])


def _padded(rows: Sequence[Sequence[int]]) -> Tensor:
    tokens: NDArray[np.int64] = np.full((len(rows), max(map(len, rows))), _NOTHING, dtype=np.int64)
    for at, row in enumerate(rows):
        tokens[at, : len(row)] = row
    return torch.from_numpy(tokens)


def _loss(model: nn.Module, tokens_BT: Tensor) -> Tensor:
    """Mean surprise in nats; the heading and the padding are not learnt."""
    targets = tokens_BT[:, 1:].clone()
    targets[:, : _HEADING - 1] = _NOTHING
    logits = model(tokens_BT[:, :-1].clamp(min=0))
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sums in one order, whatever the machine: the same seed gives the same weights."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _optimiser(model: nn.Module, recipe: ChordRecipe) -> torch.optim.Optimizer:
    named = list(model.named_parameters())
    matrices = [p for name, p in named if p.ndim == 2 and "embedding" not in name]
    others = [p for name, p in named if p.ndim != 2 or "embedding" in name]
    groups = [{"params": matrices, "weight_decay": recipe.decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.95))


def _share_of_rate(done: float) -> float:
    rise = 0.05
    return min(done / rise, 0.5 * (1.0 + math.cos(math.pi * max(done - rise, 0.0) / (1.0 - rise))))
