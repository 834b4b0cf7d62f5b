"""Torn pieces filled: by the learned player, by the arranger and by copying; and what the fills are like."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from resonant.brief.reader import Call, read_brief
from resonant.errors import ResonantError
from resonant.evaluate import harmony_fit
from resonant.evaluate.bars import bars_of
from resonant.evaluate.measured import is_unpitched
from resonant.evaluate.rhythm import groove_consistency
from resonant.evaluate.sitting import sits
from resonant.evaluate.spread import overlaps, pooled, spreads
from resonant.listening.chords_of_score import with_chords_found
from resonant.listening.sections import completed_sections
from resonant.listening.style_of_score import likely_style
from resonant.players.context import Context
from resonant.players.score_lm.candidates import chosen
from resonant.players.score_lm.cells import cells, notes_of
from resonant.players.score_lm.copying import bar_before, bar_most_like
from resonant.players.score_lm.fill import Filled
from resonant.players.score_lm.player import ScorePlayer, sounding
from resonant.produce import Engine
from resonant.score.model import Note, Score, Track
from resonant.seeds import derived, stream
from resonant.styles import all_styles
from resonant.train.held_out import HOLE_BARS, Torn

Fill = Mapping[int, tuple[Note, ...]]
Player = Callable[[Torn, int], Fill]
TRUE = "the true bars"
_AROUND_BARS = 2


@dataclass(frozen=True)
class Row:
    """A fill of one track beside the true bars.

    Args:
        player, role: who filled what.
        alike: overlap of each spread with that of the true bars.
        spreads: of the fill.
        notes: how many.
        chord_tones, in_key, groove: shares; groove is None for what is no drum part.
    """

    player: str
    role: str
    together: bool
    alike: Mapping[str, float]
    spreads: Mapping[str, Mapping[int, float]]
    notes: int
    chord_tones: float
    in_key: float
    groove: float | None


def learned(player: ScorePlayer) -> Player:
    """Fills all torn tracks together, bar by bar, with the learned player: the best of what it finds worth trying."""

    def fill(torn: Torn, seed: int) -> Fill:
        asked = player.asked(torn.score, torn.holes, torn.piece.style)
        streams = [stream(seed, torn.piece.id, number) for number in range(player.worth_trying(asked))]
        tried = player.tried(asked, streams)
        fills = [_by_place(torn, each.fills) for each in tried]
        judged = [fmean(sits(*_played(torn, place, fill[place]), torn.bars) for place in fill) for fill in fills]
        return fills[tried.index(chosen(tried, judged))]

    return fill


def arranged(engine: Engine) -> Player:
    """Fills with our arranger, in the style of the piece if we have it, else in the likeliest; track after track."""

    def fill(torn: Torn, seed: int) -> Fill:
        score = with_chords_found(torn.score)
        score = replace(score, sections=completed_sections(score.sections, score.bars))
        name = torn.piece.style if torn.piece.style in all_styles() else likely_style(score)
        brief = read_brief(name, Call(bars=score.bars))
        done: dict[int, tuple[Note, ...]] = {}
        for place in torn.places:
            track = score.tracks[place]
            player = engine.players.get("arranger", track.role)
            part = player.play(Context(brief, engine.style(name), score, track, torn.bars, derived(seed, place)))
            done[place] = tuple(sorted(part.notes))
            score = score.with_track(replace(track, notes=tuple(sorted((*track.notes, *part.notes)))))
        return done

    return fill


def copied(pick: Callable[..., int | None]) -> Player:
    """Fills each bar with another of the same track."""

    def fill(torn: Torn, seed: int) -> Fill:
        encoded = cells(torn.score)
        done: dict[int, list[Note]] = {place: [] for place in torn.places}
        for bar, place in sorted(torn.holes):
            source = pick(encoded, torn.holes, (bar, place))
            if source is not None:
                done[place] += notes_of(encoded.notes[source][place], torn.score.metre.bar_start(bar))
        return {place: tuple(sorted(notes)) for place, notes in done.items()}

    return fill


def true(torn: Torn, seed: int = 0) -> Fill:
    """What stood there."""
    start, end = torn.score.bar_ticks(torn.first)[0], torn.score.bar_ticks(torn.first + HOLE_BARS - 1)[1]
    return {place: torn.whole.tracks[place].between(start, end) for place in torn.places}


def playable(torn: Torn, engine: Engine) -> bool:
    """Whether the arranger plays all torn parts too, so that all fill the same holes."""
    try:
        return all(engine.players.get("arranger", torn.role(place)) for place in torn.places)
    except ResonantError:
        return False


def rows(holes: Iterable[Torn], players: Mapping[str, Player], seed: int) -> Iterator[Row]:
    """Every hole filled by every player, and the true bars."""
    for torn in holes:
        real = true(torn)
        for name, player in {TRUE: true, **players}.items():
            fill = player(torn, seed)
            for place in torn.places:
                yield _row(name, torn, place, fill.get(place, ()), real[place])


def _row(name: str, torn: Torn, place: int, notes: tuple[Note, ...], real: tuple[Note, ...]) -> Row:
    score, track = _played(torn, place, notes)
    drums = is_unpitched(track)
    ours, theirs = spreads(score, notes, drums), spreads(score, real, drums)
    only = replace(track, notes=notes)
    fit = {} if drums else harmony_fit.evaluate(score, only)
    key = frozenset(score.key.scale)
    return Row(
        name, torn.role(place), len(torn.places) > 1, overlaps(ours, theirs), ours, len(notes),
        fit.get("chord_tone_ratio", 1.0),
        sum(note.pitch % 12 in key for note in notes) / len(notes) if notes else 1.0,
        groove(score, track, torn.first) if drums else None,
    )  # fmt: skip


def groove(score: Score, track: Track, first: int) -> float:
    """Groove consistency of the hole with two bars before and behind."""
    bars = bars_of(score, track)
    return groove_consistency(bars[max(first - _AROUND_BARS, 0) : first + HOLE_BARS + _AROUND_BARS])


def grooves(pieces: Iterable[Score]) -> list[float]:
    """The same of every stretch of that length in real drum takes."""
    found = []
    for score in pieces:
        bars = bars_of(score, score.tracks[0])
        size = HOLE_BARS + 2 * _AROUND_BARS
        found += [
            groove_consistency(bars[at : at + size])
            for at in range(0, len(bars) - size + 1, HOLE_BARS)
            if any(bar.notes for bar in bars[at : at + size])
        ]
    return found


def together(found: Sequence[Row], name: str, role: str) -> dict[str, float]:
    """Overlap of the spreads of all fills of a role, taken together, with those of all true bars."""
    ours, theirs = ([row for row in found if row.player == who and row.role == role] for who in (name, TRUE))
    return overlaps(*(pooled((r.spreads for r in each), (r.notes for r in each)) for each in (ours, theirs)))


def _played(torn: Torn, place: int, notes: Sequence[Note]) -> tuple[Score, Track]:
    """The score with a part written into its hole."""
    track = torn.score.tracks[place]
    track = replace(track, notes=tuple(sorted((*track.notes, *notes))))
    return torn.score.with_track(track), track


def _by_place(torn: Torn, fills: Sequence[Filled]) -> Fill:
    done: dict[int, list[Note]] = {place: [] for place in torn.places}
    for fill in fills:
        done[fill.hole[1]] += sounding([fill], torn.score)
    return {place: tuple(sorted(each)) for place, each in done.items()}


COPIES: Mapping[str, Player] = {
    "copy of the 4 bars before": copied(bar_before),
    "copy of the most similar bars": copied(bar_most_like),
}
