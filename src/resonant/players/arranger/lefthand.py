"""A keyboard player's left hand: roots, fifths, octaves and tenths."""

from collections.abc import Sequence
from dataclasses import dataclass

from resonant.instruments import Instrument
from resonant.players.arranger.bars import Bar
from resonant.players.arranger.figure import Stroke
from resonant.players.arranger.performance import Written
from resonant.players.context import Context
from resonant.theory.chord import Chord
from resonant.theory.pitch import fold

_BESIDE_A_BASS = (41, 53)  # the root's octave where someone else plays the bass
_ALONE = (34, 46)
_CEILING = 64


@dataclass(frozen=True, slots=True)
class LeftHand:
    """Plays left-hand signs with the root between `low` and `high`."""

    low: int
    high: int
    player: Instrument

    @classmethod
    def of(cls, context: Context, player: Instrument) -> "LeftHand":
        beside = context.hear("bass") is not None or any(part.role == "bass" for part in context.brief.parts)
        low, high = _BESIDE_A_BASS if beside else _ALONE
        shift = 12 * max(0, -(-(player.low - low) // 12))
        return cls(low + shift, high + shift, player)

    def written(self, bar: Bar, plain: Sequence[Stroke], gate: float) -> list[Written]:
        """The left hand of a bar: after a chord change the first stroke is the root."""
        notes: list[Written] = []
        rooted = -1
        for stroke in self._with_changes(bar, plain):
            start = bar.start + stroke.offset
            span = bar.span_at(start)
            sign = stroke.sign if rooted == span.start or stroke.sign in "BP" else "R"
            rooted = span.start
            weight = -0.35 if stroke.sign.islower() and stroke.sign != "x" else (0.1 if sign in "RB" else -0.15)
            ticks = max(round(min(stroke.ticks, span.end - start) * gate), 1)
            notes += [Written(start, pitch, ticks, weight) for pitch in self.pitches(span.chord, sign)]
        return notes

    def pitches(self, chord: Chord, sign: str) -> tuple[int, ...]:
        """What a sign means under a chord."""
        root = fold(chord.bass_pc + 36, self.low, self.high)
        fifth = root + ((chord.partner_pc - chord.bass_pc) % 12 or 12)
        third = chord.third if chord.third is not None else chord.fifth
        tenth = root + 12 + (third - chord.bass_pc) % 12
        found = {
            "F": (fifth,),
            "O": (root + 12,),
            "T": (tenth,),
            "L": (fifth - 12,),
            "B": (root, root + 12),
            "P": (root, fifth),
        }.get(sign.upper(), (root,))
        return tuple(self._within(p) for p in found)

    def _within(self, pitch: int) -> int:
        while pitch > min(_CEILING, self.player.high):
            pitch -= 12
        while pitch < self.player.low:
            pitch += 12
        return pitch

    def _with_changes(self, bar: Bar, plain: Sequence[Stroke]) -> list[Stroke]:
        """A root where a chord comes in and the figure strikes nothing within an eighth of it."""
        done = list(plain)
        for span in bar.chords:
            offset = span.start - bar.start
            following = [s.offset for s in plain if s.offset >= offset]
            if not following or following[0] - offset >= 240:
                done.append(Stroke(offset, (following[0] if following else bar.end - bar.start) - offset, "R"))
        return sorted(done, key=lambda stroke: stroke.offset)
