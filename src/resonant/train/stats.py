"""What is in a prepared folder: how much of what, and how it is spread."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resonant.errors import InputError
from resonant.pictures.charts import Panel, panels_png
from resonant.players.score_lm.vocabulary import HIGHEST_BPM, LOWEST_BPM, METRES, ROLES, TEMPI, VOCABULARY
from resonant.theory.key import Key
from resonant.train.corpus import Corpus, load_corpus
from resonant.train.prepare import INFO, TRAIN, VAL

_V = VOCABULARY
_SPREAD = (0.1, 0.5, 0.9)
_LENGTHS = (8, 16, 32, 64, 128)  # bars
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Amount:
    """How much music: pieces (of a role: tracks), bars (of a role: bars in which it plays), notes, tokens."""

    pieces: int = 0
    bars: int = 0
    notes: int = 0
    tokens: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            self.pieces + other.pieces, self.bars + other.bars, self.notes + other.notes, self.tokens + other.tokens
        )


@dataclass(frozen=True)
class Stats:
    """One split.

    Args:
        total: all of it.
        sources, styles, roles: by name, the most tokens first; tokens of a role are those of its cells alone.
        keys, metres, tempi, lengths: pieces by key, by metre at the start, by tempo and by length in bars.
        tokens_per_note: of the cells, without bars, chords and heads.
        bars_of_a_piece, tracks_of_a_piece, tokens_of_a_piece: the tenth, the median and the ninth tenth.
    """

    total: Amount
    sources: Mapping[str, Amount]
    styles: Mapping[str, Amount]
    roles: Mapping[str, Amount]
    keys: Mapping[str, int]
    metres: Mapping[str, int]
    tempi: Mapping[str, int]
    lengths: Mapping[str, int]
    tokens_per_note: float
    bars_of_a_piece: tuple[float, ...]
    tracks_of_a_piece: tuple[float, ...]
    tokens_of_a_piece: tuple[float, ...]


@dataclass(frozen=True)
class FolderStats:
    """A prepared folder: both splits, and what was left out."""

    train: Stats
    val: Stats
    broken: int
    doubles: int

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)


def stats_of(data: Path) -> FolderStats:
    """What a folder of `resonant train prepare` holds.

    Raises:
        InputError: it is none.
    """
    train, val = (_stats(load_corpus(data / f"{split}.npz")) for split in (TRAIN, VAL))
    try:
        info = json.loads((data / INFO).read_text(encoding="utf-8"))
        return FolderStats(train, val, len(info["broken"]), len(info["doubles"]))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(f"{data / INFO} can not be read ({error!r}); run `resonant train prepare` again") from error


def stats_png(stats: FolderStats, title: str) -> bytes:
    """The pieces to learn from as a picture: by source, style and role, key, metre, tempo and length."""
    train, val = stats.train, stats.val
    told = (
        f"train: {_told(train.total)}   held out: {_told(val.total)}   "
        f"{train.tokens_per_note:.2f} tokens a note   {stats.broken} broken, {stats.doubles} doubles left out"
    )
    panels = [
        *(_panel(f"{what} by source", train.sources, what) for what in ("pieces", "notes", "tokens")),
        *(_panel(f"{what} by role", train.roles, what) for what in ("bars", "notes", "tokens")),
        _panel("tokens by style", train.styles, "tokens"),
        *(
            Panel(f"pieces by {name}", tuple(counts.items()))
            for name, counts in (
                ("key", train.keys), ("tempo", train.tempi), ("metre", train.metres), ("bars", train.lengths),
            )
        ),
    ]  # fmt: skip
    return panels_png(panels, title, told)


def stats_lines(stats: FolderStats) -> Iterator[str]:
    """The same as lines of text."""
    yield f"train      {_told(stats.train.total)}"
    yield f"held out   {_told(stats.val.total)}"
    yield f"left out   {stats.broken} broken, {stats.doubles} doubles"
    yield f"tokens     {stats.train.tokens_per_note:.2f} a note in cells"
    for name, spread in (
        ("bars", stats.train.bars_of_a_piece),
        ("tracks", stats.train.tracks_of_a_piece),
        ("tokens", stats.train.tokens_of_a_piece),
    ):
        yield f"a piece    {spread[1]:,.0f} {name}; eight in ten have {spread[0]:,.0f} to {spread[2]:,.0f}"
    for name, amounts in (("source", stats.train.sources), ("style", stats.train.styles), ("role", stats.train.roles)):
        yield ""
        tracks = "tracks" if name == "role" else "pieces"
        yield f"{name:<14}{tracks:>9}{'bars':>11}{'notes':>13}{'tokens':>13}"
        for each, a in amounts.items():
            yield f"{each:<14}{a.pieces:>9,}{a.bars:>11,}{a.notes:>13,}{a.tokens:>13,}"
    for name, counts in (("keys", stats.train.keys), ("metres", stats.train.metres), ("tempi", stats.train.tempi)):
        yield ""
        yield f"{name:<14}" + ", ".join(f"{each} {count:,}" for each, count in counts.items())


def _stats(corpus: Corpus) -> Stats:
    sources, styles, roles = (dict[str, Amount]() for _ in range(3))
    keys, metres, tempi = Counter[str](), Counter[int](), Counter[int]()
    total, in_cells, pieces = Amount(), 0, []
    row_tokens, row_notes = _by_row(corpus)
    for number, name in enumerate(corpus.names):
        _, source, style = name.split("|")
        first, tracks, bars = map(int, corpus.shapes[number])
        rows = slice(first, first + 1 + 2 * tracks + bars * (2 + tracks))
        amount = Amount(1, bars, int(row_notes[rows].sum()), int(row_tokens[rows].sum()))
        pieces.append((bars, tracks, amount.tokens))
        total += amount
        for table, key in ((sources, source), (styles, style)):
            table[key] = table.get(key, Amount()) + amount
        opening = _row(corpus, first)
        metres[_V.metre.index(opening[0])] += 1
        tempi[_V.tempo.index(opening[1])] += 1
        keys[str(Key(_V.tonic.index(opening[2]), ("major", "minor")[_V.mode.index(opening[3])]))] += 1
        for role, played in _roles(corpus, number, row_tokens, row_notes):
            roles[role] = roles.get(role, Amount()) + played
            in_cells += played.tokens
    spread = np.quantile(np.array(pieces or [(0, 0, 0)]), _SPREAD, axis=0).T
    return Stats(
        total, _sorted(sources), _sorted(styles), _sorted(roles), dict(keys.most_common()),
        {METRES[index]: count for index, count in metres.most_common()},
        {_bpm(index): count for index, count in sorted(tempi.items())},
        _lengths([bars for bars, _, _ in pieces]), in_cells / max(total.notes, 1),
        *(tuple(map(float, each)) for each in spread),
    )  # fmt: skip


def _by_row(corpus: Corpus) -> tuple[Counts, Counts]:
    """How many tokens each row of a corpus has, and how many of them are notes."""
    tokens = corpus.tokens
    note = np.zeros(_V.size, dtype=np.int64)
    for family in (_V.pitch, _V.drum):
        note[family.start : family.start + family.size] = 1
    before = np.concatenate([[0], np.cumsum(note[tokens])])
    return np.diff(corpus.offsets), np.diff(before[corpus.offsets])


def _row(corpus: Corpus, number: int) -> list[int]:
    row: list[int] = corpus.tokens[corpus.offsets[number] : corpus.offsets[number + 1]].tolist()
    return row


def _roles(corpus: Corpus, piece: int, row_tokens: Counts, row_notes: Counts) -> Iterator[tuple[str, Amount]]:
    """The role of each track of a piece that plays, and how much it plays; the word of a silent bar counts for none."""
    first, tracks, bars = map(int, corpus.shapes[piece])
    cells = slice(first + 1 + 2 * tracks, first + 1 + 2 * tracks + bars * (2 + tracks))
    tokens, notes = (by_row[cells].reshape(bars, 2 + tracks)[:, 2:] for by_row in (row_tokens, row_notes))
    for place in range(tracks):
        plays = notes[:, place] > 0
        if plays.any():
            role = ROLES[_V.role.index(_row(corpus, first + 1 + place)[2])]
            yield role, Amount(1, int(plays.sum()), int(notes[:, place].sum()), int(tokens[plays, place].sum()))


def _sorted(amounts: Mapping[str, Amount]) -> dict[str, Amount]:
    return dict(sorted(amounts.items(), key=lambda each: (-each[1].tokens, each[0])))


def _bpm(index: int) -> str:
    """The tempo in the middle of a word's step."""
    return f"{LOWEST_BPM * (HIGHEST_BPM / LOWEST_BPM) ** (index / (TEMPI - 1)):.0f} bpm"


def _lengths(bars: Sequence[int]) -> dict[str, int]:
    edges = [0, *_LENGTHS, None]
    names = [f"up to {_LENGTHS[0]}", *(f"{a + 1} to {b}" for a, b in pairwise(_LENGTHS)), f"over {_LENGTHS[-1]}"]
    return {
        name: sum(low < each and (high is None or each <= high) for each in bars)
        for name, (low, high) in zip(names, pairwise(edges), strict=True)
        if low is not None
    }


def _panel(title: str, amounts: Mapping[str, Amount], what: str) -> Panel:
    return Panel(title, tuple((name, getattr(amount, what)) for name, amount in amounts.items()))


def _told(amount: Amount) -> str:
    return f"{amount.pieces:,} pieces, {amount.bars:,} bars, {amount.notes:,} notes, {amount.tokens:,} tokens"
