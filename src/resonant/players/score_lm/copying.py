"""Copying a bar that stands elsewhere in the song: what one foretells who invents nothing.

The four bars before, or the bar that is most like. A copied bar foretells the next word wherever the bar being written
has come to the same place.
"""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from resonant.players.score_lm.cells import SILENT, Cells, Tokens
from resonant.players.score_lm.grammar import Bounds, CellGrammar
from resonant.players.score_lm.layout import Hole
from resonant.players.score_lm.vocabulary import POSITIONS, VOCABULARY

_V = VOCABULARY
_AWAY = 4
_FARTHEST_BARS = 128
State = tuple[str, int, int]  # what stood last, position, pitch


def bar_before(cells: Cells, holes: frozenset[Hole], hole: Hole) -> int | None:
    """The bar four before, or four behind at the start of a song; None where both are to be written as well."""
    bar, place = hole
    for other in (bar - _AWAY, bar + _AWAY):
        if 0 <= other < len(cells.bars) and (other, place) not in holes:
            return other
    return None


def bar_most_like(cells: Cells, holes: frozenset[Hole], hole: Hole) -> int | None:
    """The bar around which most is the same: chords, what others play, and what the track plays next to it.

    Of bars equally like, the nearest. None where the track stands nowhere else.
    """
    return bars_most_like(cells, holes, [hole])[hole]


def bars_most_like(
    cells: Cells, holes: frozenset[Hole], wanted: Iterable[Hole], farthest: int = _FARTHEST_BARS
) -> dict[Hole, int | None]:
    """`bar_most_like` of some of the holes, none of them farther than so many bars."""
    around = cache(lambda bar, place: _around(cells, holes, bar, place))

    def likeness(other: int, bar: int, place: int) -> float:
        here, there = around(bar, place), around(other, place)
        # In the order of the bar: a set's order is another in every process, and so the last bit of the sum.
        shared = [_likeness(words, there[key]) for key, words in here.items() if key in there]
        return sum(shared) / max(len(shared), 1) - 1e-6 * abs(other - bar)

    found: dict[Hole, int | None] = {}
    for bar, place in wanted:
        within = range(max(bar - farthest, 0), min(bar + farthest, len(cells.bars)))
        others = [other for other in within if (other, place) not in holes and other != bar]
        found[bar, place] = max(others, key=lambda other: likeness(other, bar, place), default=None)
    return found


def foretold(copied: Tokens, grammar: CellGrammar) -> int | None:
    """The word that the copied cell has where the grammar stands, or None where it has never been there.

    Behind a whole note the copied cell is taken up again at its next note, or at its end.
    """
    table, rising = _places(copied, grammar.bounds.drums)
    state = (grammar.last, grammar.position, grammar.pitch)
    if state in table:
        return _with_velocity(table[state], grammar, table)
    if grammar.last == "note":
        later = next((position for position in rising if position > grammar.position), None)
        return grammar.bounds.close if later is None else _V.position(later)
    return None


def _with_velocity(
    told: tuple[int, int | None], grammar: CellGrammar, table: Mapping[State, tuple[int, int | None]]
) -> int:
    """The word told, or a velocity before it, or what follows a velocity that already holds."""
    word, loud = told
    if word == _V.end:
        return grammar.bounds.close
    if word in _V.velocity and _V.velocity.index(word) == grammar.velocity:
        behind = table.get(("velocity", grammar.position, grammar.pitch))
        return behind[0] if behind is not None else word
    sounds = word in _V.pitch or word in _V.drum
    if sounds and loud is not None and loud != grammar.velocity and grammar.last != "velocity":
        return _V.velocity(loud)
    return word


@lru_cache(maxsize=4096)
def _places(copied: Tokens, drums: bool) -> tuple[dict[State, tuple[int, int | None]], tuple[int, ...]]:
    """What comes next at each place of a cell, with the velocity in force, and the positions at which notes begin."""
    grammar = CellGrammar(Bounds(POSITIONS, drums, 0, 127, _V.end))
    table: dict[State, tuple[int, int | None]] = {}
    for word in (*copied, _V.end):
        table[grammar.last, grammar.position, grammar.pitch] = (word, grammar.velocity)
        grammar.take(word)
    return table, tuple(_V.position.index(word) for word in copied if word in _V.position)


def _around(cells: Cells, holes: frozenset[Hole], bar: int, place: int) -> dict[tuple[str, int], frozenset[int]]:
    """What can be seen of a bar, by what it is: its chords, the other tracks, the track itself in the bars beside."""
    seen = {("chords", 0): _words(cells.chords[bar])}
    for other, cell in enumerate(cells.notes[bar]):
        if other != place and (bar, other) not in holes:
            seen["track", other] = frozenset() if cell == SILENT else _words(cell)
    for step in (-1, 1):
        if 0 <= bar + step < len(cells.bars) and (bar + step, place) not in holes:
            seen["beside", step] = _words(cells.notes[bar + step][place])
    return seen


_words = lru_cache(maxsize=8192)(frozenset[int])


def _likeness(one: frozenset[int], other: frozenset[int]) -> float:
    together = len(one | other)
    return len(one & other) / together if together else 1.0
