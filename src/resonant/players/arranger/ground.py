"""Where a bass puts its notes: roots, fifths, approaches and runs within its reach."""

from dataclasses import dataclass
from random import Random

from resonant.instruments import Instrument
from resonant.players.context import Context
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import TICKS_PER_QUARTER

_HOME = 0.35  # roots like to lie a third of the way up the reach
_PULL_HOME = 0.5


@dataclass(frozen=True, slots=True)
class Ground:
    """The bass's reach, `low`…`high` MIDI pitches, and the key it finds its passing tones in."""

    low: int
    high: int
    key: Key

    @classmethod
    def of(cls, reach: tuple[int, int], player: Instrument, key: Key) -> "Ground":
        """The style's reach within the instrument's; moved by octaves where they hardly meet."""
        low, high = reach
        while low < player.low - 5:
            low, high = low + 12, high + 12
        low = max(low, player.low)
        return cls(low, min(max(high, low + 14), player.high), key)

    def root(self, chord: Chord, near: int | None) -> int:
        """The bass note of a chord, near the last note and not far from home."""
        home = self.low + _HOME * (self.high - self.low)
        last = home if near is None else near
        return min(self.all_of(chord.bass_pc), key=lambda p: abs(p - last) * (1 - _PULL_HOME) + abs(p - home))

    def all_of(self, pc: int) -> list[int]:
        """Every pitch of a class within reach, low to high."""
        return [p for p in range(self.low, self.high + 1) if p % 12 == pc % 12]

    def within(self, pitch: int) -> int:
        """The pitch moved by octaves into reach."""
        while pitch > self.high:
            pitch -= 12
        while pitch < self.low:
            pitch += 12
        return pitch

    def interval(self, root: int, chord: Chord, sign: str) -> int:
        """What a sign other than an approach means above (or below) a root."""
        fifth = (chord.partner_pc - chord.bass_pc) % 12 or 12
        third = ((chord.third if chord.third is not None else chord.fifth) - chord.bass_pc) % 12 or 12
        seventh = self._seventh(chord)
        steps = {"F": fifth, "L": fifth - 12, "O": 12, "T": third, "S": (seventh - chord.bass_pc) % 12 or 12, "Z": 12}
        return self.within(root + steps.get(sign.upper(), 0))

    def _seventh(self, chord: Chord) -> int:
        """The chord's seventh; else the sixth (the seventh in minor), or the fifth, as the key allows."""
        offered = (10, 11, 9) if chord.is_minor else (9, 10, 11)
        found = [pc for pc in ((chord.root + step) % 12 for step in offered) if pc in self.key.scale]
        return chord.seventh if chord.seventh is not None else (found or [chord.fifth])[0]

    def approach(self, last: int, target: int, rng: Random) -> int:
        """A step from the last note's side, or by half a tone, into a target; its fifth where it is already there."""
        if last % 12 == target % 12:
            return self.within(target + rng.choice((-5, 7)))
        side = 1 if last > target else -1
        scale_step = next((s for s in (1, 2) if (target + side * s) % 12 in self.key.scale), 2)
        step = rng.choice((side * scale_step, side * scale_step, -1))
        return self.within(target + step)

    def run(self, last: int, target: int, count: int) -> list[int]:
        """`count` scale notes that lead by step into a target, from the side of the last note."""
        side = 1 if last > target else -1
        if abs(last - target) < count and target - 2 * count >= self.low:
            side = -1
        scale, pitch = set(self.key.scale), target
        found: list[int] = []
        while len(found) < count:
            pitch += side
            if pitch % 12 in scale or (not found and abs(pitch - target) == 1):
                found.append(pitch)
        return [self.within(p) for p in reversed(found)]


def pitch_before(context: Context, tick: int) -> int | None:
    """The pitch of the track's last note in the two bars before a tick."""
    return max((note.pitch for note in context.before(tick)), default=None)


def pitch_after(context: Context, tick: int) -> int | None:
    """The pitch that the track's kept bars go on with at a tick, give or take an eighth; None where they do not."""
    return min((n.pitch for n in context.after(tick) if n.start < tick + TICKS_PER_QUARTER // 2), default=None)
