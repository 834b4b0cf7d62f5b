"""A style file out of songs: tempo, metre, keys, swing and band as they are measured; the rest is a style of ours."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median, quantiles
from typing import Any, get_args

import yaml

from resonant.instruments import instrument, instruments
from resonant.listening.style_of_score import likely_style, swing_of
from resonant.players.writing import WRITING_ORDER
from resonant.score.model import Score, Track
from resonant.styles.model import Role

_USUAL, _OPTIONAL = 0.5, 0.15  # shares of the songs that a part plays in
_SWUNG, _MOST_SWUNG = 0.53, 0.75
_MOST_KEYS, _MOST_OTHERS = 5, 3
_NARROWEST = 0.04  # of a tempo range, to either side
_LOWEST_BPM, _HIGHEST_BPM = 20.0, 400.0


def measured_style(name: str, scores: Sequence[Score], based_on: str, adapter: str) -> dict[str, Any]:
    """What a style file says of the songs, as `styles.files` reads it.

    Args:
        name: of the style.
        scores: the songs, each with at least a note.
        based_on: the style of ours that all else is taken from; "" takes the one that most songs lie nearest to.
        adapter: the file, beside the style's, that tunes the score player.
    """
    metres = Counter(str(score.metre.metre_at(bar)) for score in scores for bar in range(score.bars))
    keys = Counter(str(score.key) for score in scores)
    told: dict[str, Any] = {
        "name": name,
        "based_on": based_on or Counter(map(likely_style, scores)).most_common(1)[0][0],
        "description": f"Learned from {len(scores)} song{'s' if len(scores) != 1 else ''}.",
        "tempo_bpm": _tempo([score.tempo.bpm for score in scores]),
        "metre": metres.most_common(1)[0][0],
        "keys": [key for key, _ in keys.most_common(_MOST_KEYS)],
        **_swing(scores),
        "player": "score-lm",
        "adapter": adapter,
    }
    parts = _parts(scores)
    return {**told, "parts": parts} if parts else told


def as_yaml(told: Mapping[str, Any]) -> str:
    """The text of a style file that was measured."""
    return "# Written by `resonant train finetune`; change what you like.\n" + yaml.safe_dump(
        dict(told), sort_keys=False, allow_unicode=True, width=120
    )


def _tempo(bpm: Sequence[float]) -> dict[str, float]:
    typical = median(bpm)
    tenths = quantiles(bpm, n=10, method="inclusive") if len(bpm) > 1 else [typical] * 9
    low, high = min(tenths[0], typical * (1 - _NARROWEST)), max(tenths[-1], typical * (1 + _NARROWEST))
    return {
        "low": round(max(low, _LOWEST_BPM), 1),
        "typical": round(typical, 1),
        "high": round(min(high, _HIGHEST_BPM), 1),
    }


def _swing(scores: Sequence[Score]) -> dict[str, Any]:
    """The swing that most songs have; nothing where they are straight."""
    found = {unit: median(swing_of(score, unit) for score in scores) for unit in (8, 16)}
    unit, amount = max(found.items(), key=lambda each: each[1])
    return {"swing": {"amount": round(min(amount, _MOST_SWUNG), 3), "unit": unit}} if amount >= _SWUNG else {}


def _parts(scores: Sequence[Score]) -> list[dict[str, Any]]:
    """Who plays, as often as not; optional who plays now and then."""
    songs: Counter[str] = Counter()
    played: dict[str, Counter[str]] = {}
    for score in scores:
        playing = [track for track in score.tracks if track.notes and track.role in get_args(Role)]
        songs.update({track.role for track in playing})
        for track in playing:
            played.setdefault(track.role, Counter())[_usual(track)] += 1
    shares = {role: count / len(scores) for role, count in songs.items()}
    return [
        _part(role, played[role], shares[role] < _USUAL)
        for role in sorted(shares, key=WRITING_ORDER.index)
        if shares[role] >= _OPTIONAL
    ]


def _usual(track: Track) -> str:
    """The track's instrument; where its kind does not play such a part, the first of our instruments that does."""
    if track.role in instrument(track.instrument).roles:
        return track.instrument
    return next(name for name, each in instruments().items() if track.role in each.roles)


def _part(role: str, instruments: Counter[str], optional: bool) -> dict[str, Any]:
    first, *others = (name for name, _ in instruments.most_common(1 + _MOST_OTHERS))
    part: dict[str, Any] = {"role": role, "instrument": first}
    return part | ({"others": others} if others else {}) | ({"optional": True} if optional else {})
